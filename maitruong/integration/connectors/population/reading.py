"""The register's answer as frozen facts, or the refusal to believe it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from maitruong.registry.verification.rules import Identity

LONGEST_TEXT = 300


class NotAnAnswer(Exception):
    """Not an answer to what was asked."""


@dataclass(frozen=True)
class Said:
    """What was said of one number; `identity` is None where the register knows no such number."""

    identity: Identity | None
    deceased: bool


def read(body: Any, transaction: str) -> tuple[str, dict[str, list[Said]]]:
    """The register's id of the exchange and what it says by number. One entry that cannot be read spoils the whole answer:
    who wrote it is not to be believed about the others."""
    if (
        not isinstance(body, dict)
        or body.get("transaction") != transaction
        or not isinstance(body.get("answers"), list)
    ):
        raise NotAnAnswer
    said: dict[str, list[Said]] = {}
    for entry in body["answers"]:
        if not isinstance(entry, dict):
            raise NotAnAnswer
        said.setdefault(_text(entry, "number"), []).append(_said(entry))
    return _text(body, "register_transaction"), said


def _said(entry: dict[str, Any]) -> Said:
    found, deceased = entry.get("found"), entry.get("deceased", False)
    if not isinstance(found, bool) or not isinstance(deceased, bool):
        raise NotAnAnswer
    if not found:
        return Said(None, deceased=False)
    try:
        born_on = dt.date.fromisoformat(_text(entry, "born_on"))
    except ValueError as error:
        raise NotAnAnswer from error
    sex = _text(entry, "sex")
    if sex not in ("male", "female"):
        raise NotAnAnswer
    return Said(Identity(_text(entry, "number"), _text(entry, "full_name"), born_on, sex), deceased)


def _text(entry: dict[str, Any], name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT:
        raise NotAnAnswer
    return value
