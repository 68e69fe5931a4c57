"""Certificates as their page lists them, always within a scope."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.organisations import queries as organisations

from .models import Certificate
from .services import PERMISSION

PAGE = 50


@dataclass(frozen=True)
class CertificateRow:
    """A certificate: whose, where, from when to when. is_seal: of the unit itself. state: "good", "past", "revoked"."""

    id: int
    holder: str
    title: str
    place: str
    is_seal: bool
    valid_from: dt.datetime
    valid_to: dt.datetime
    revoked_at: dt.datetime | None
    reason: str
    fingerprint: str

    @property
    def state(self) -> str:
        if self.revoked_at is not None:
            return "revoked"
        return "good" if self.valid_to >= clock.now() else "past"


def certificates(
    scope: Scope, *, q: str = "", after: int | None = None, limit: int = PAGE
) -> tuple[list[CertificateRow], int | None]:
    """The newest certificates first, and the id to go on from. q: part of the holder's name. Two statements."""
    rows = Certificate.objects.visible_to(scope, PERMISSION)
    words = vietnamese.tidy(q)
    if words:
        rows = rows.filter(holder_name__icontains=words)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = list(rows.order_by("-pk")[: limit + 1])
    places = organisations.units({row.school_id for row in found})
    shown = [_row(row, places[row.school_id].name) for row in found[:limit]]
    return shown, shown[-1].id if len(found) > limit else None


def certificate(scope: Scope, certificate_id: int) -> CertificateRow:
    """One certificate the scope answers for. Raises NotFound."""
    row = Certificate.objects.visible_to(scope, PERMISSION).filter(pk=certificate_id).first()
    if row is None:
        raise NotFound
    return _row(row, organisations.unit(row.school_id).name)


def _row(row: Certificate, place: str) -> CertificateRow:
    return CertificateRow(
        id=row.pk,
        holder=row.holder_name,
        title=row.title,
        place=place,
        is_seal=row.person_id is None,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        revoked_at=row.revoked_at,
        reason=row.revoke_reason,
        fingerprint=row.fingerprint,
    )
