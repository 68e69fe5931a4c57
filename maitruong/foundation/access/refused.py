"""What was refused, told to the log for whoever watches over the installation: of a person only a keyed hash."""

from __future__ import annotations

import hashlib
import hmac
import logging

from django.conf import settings

logger = logging.getLogger("maitruong.refused")


def tell(what: str, *, who: object, **more: str) -> None:
    """One line. who: a login or an id, veiled so that lines about the same one can be laid together and name nobody."""
    logger.warning(what, extra={"who": veiled(who), **more})


def veiled(who: object) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"log:{who}".encode(), hashlib.sha256).hexdigest()[:16]
