"""From claims, named by each house in its own way, to one identity."""

from __future__ import annotations

import datetime as dt
import time
import unicodedata
from typing import Any

from maitruong.foundation.kernel import vietnamese

from ..models_openid import OpenIdProvider
from .types import Identity

CLAIMS = {"number", "number_verified", "name", "birth_date", "level"}
"""What may be named. number_verified: a claim that has to be true before the number counts; without a name for it the house vouches for
every number it tells."""
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d")


def identity_from(provider: OpenIdProvider, claims: dict[str, Any]) -> Identity:
    """Only what is text of a sensible length is read; anything else counts as not said."""

    def said(what: str) -> str:
        value = claims.get(provider.claims.get(what, ""))
        return unicodedata.normalize("NFC", value.strip())[:200] if isinstance(value, str) else ""

    verified = "number_verified" not in provider.claims or claims.get(provider.claims["number_verified"]) is True
    return Identity(
        subject=claims["sub"],
        number=said("number") if verified else "",
        full_name=vietnamese.tidy(said("name")),
        born_on=_date(said("birth_date")),
        level=int(provider.levels.get(said("level"), 0)),
    )


def _date(text: str) -> dt.date | None:
    for form in _DATES:
        try:
            return dt.date(*time.strptime(text, form)[:3])
        except ValueError:
            continue
    return None
