"""Keep a file, hand out an address to download it, forget what is past its time."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.core import signing
from django.db import connection
from django.urls import reverse

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock, vietnamese

from . import media, queries
from .errors import TooLarge, WrongType
from .models import StoredFile
from .stores import store
from .types import FileRef

LARGEST_BYTES = 50_000_000
TICKET_SECONDS = 120
_SALT = "files.ticket"


def keep(
    scope: Scope,
    *,
    school_id: int,
    data: bytes,
    media_type: str,
    name: str,
    purpose: str,
    kept_until: dt.date | None = None,
    student_id: int | None = None,
) -> FileRef:
    """Store bytes and say whose they are, in the caller's transaction.

    student_id: the pupil it is about, whose family may then be shown it; None: never a family.
    The bytes are in the store before the row is; a transaction taken back leaves bytes without a row, never the reverse.
    Raises WrongType, TooLarge, StoreUnavailable.
    """
    shown = vietnamese.tidy(name)[:200] or "tệp"
    if len(data) > LARGEST_BYTES:
        raise TooLarge(name=shown, megabytes=LARGEST_BYTES // 1_000_000)
    if not media.is_really(media_type, data):
        raise WrongType(name=shown, wanted=media.NAMES.get(media_type, "được phép"))
    sha256 = hashlib.sha256(data).hexdigest()
    _hold(sha256, "_shared")
    store().put(sha256, data)
    row = StoredFile(
        school_id=school_id,
        student_id=student_id,
        sha256=sha256,
        size_bytes=len(data),
        media_type=media_type,
        name=shown,
        purpose=purpose,
        kept_until=kept_until,
        added_by=scope.actor_id,
    )
    row.save(force_insert=True)
    return queries.ref(row)


def ticket_for(scope: Scope, *, file_id: int) -> str:
    """The address where this person, and nobody else, downloads this file within two minutes.

    The caller has checked the right and written the audit; row security looks once more when the file is fetched.
    """
    if scope.actor_id is None:
        raise ValueError("a ticket is for a person")
    ticket = signing.dumps([file_id, scope.actor_id], salt=_SALT, compress=True)
    return reverse("files:download", args=[ticket])


def redeem(ticket: str, *, person_id: int) -> int:
    """The file's id. Raises NotFound for a forged, late or foreign ticket."""
    try:
        file_id, holder = signing.loads(ticket, salt=_SALT, max_age=TICKET_SECONDS)
    except signing.BadSignature:
        raise NotFound from None
    if holder != person_id:
        raise NotFound
    return int(file_id)


def remove_expired(scope: Scope, *, most: int = 500) -> int:
    """Forget files past their day, and bytes nobody has a row for any more. Runs under a system scope, in one transaction.

    Whoever keeps the very same bytes at this moment waits for the end of it, or is waited for.
    """
    rows = StoredFile.objects.visible_to(scope, "")
    late = dict(rows.filter(kept_until__lt=clock.today()).order_by("sha256", "pk").values_list("pk", "sha256")[:most])
    hashes = sorted(set(late.values()))
    for sha256 in hashes:
        _hold(sha256)
    removed, _ = rows.filter(pk__in=late).delete()
    still = StoredFile.objects.visible_to(scope, "").filter(sha256__in=hashes).values_list("sha256", flat=True)
    for sha256 in set(hashes) - set(still):
        store().remove(sha256)
    return removed


def _hold(sha256: str, how: str = "") -> None:
    """Hold the name of some bytes until the transaction ends: shared by who keeps them, alone by who removes them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{how}(hashtextextended(%s, 0))", [f"bytes {sha256}"])
