"""The certificate directory of the house: certificates from their table, roles from the grants held on the day."""

from __future__ import annotations

import datetime as dt

from maitruong.foundation.access.models import Grant
from maitruong.foundation.kernel.clock import day_of
from maitruong.foundation.organisations.models import Unit

from .models import Certificate
from .types import Claim, HeldCertificate, Holder, HolderKind, Role

# The posts in which somebody signs, as grants name them. Whoever stands in for the principal holds a dated `principal` grant.
POST_OF = {
    Role.SUBJECT_TEACHER: "subject_teacher",
    Role.HOMEROOM_TEACHER: "homeroom_teacher",
    Role.PRINCIPAL: "principal",
}


class HouseDirectory:
    """Fulfils ports.CertificateDirectory within the present unit of work. Make one per batch: it remembers what it read."""

    def __init__(self) -> None:
        self._held: dict[str, HeldCertificate | None] = {}
        self._grants: dict[str, list[Grant]] = {}

    def certificate(self, fingerprint: str) -> HeldCertificate | None:
        if fingerprint not in self._held:
            self._held[fingerprint] = self._read(fingerprint)
        return self._held[fingerprint]

    def was_entitled(self, claim: Claim, *, on: dt.date) -> bool:
        """The seal belongs to its unit; a person must have held the post on that day, for that class and subject.

        A right withdrawn during a day still covers what was signed earlier that day: new signatures are stopped by the
        scope of the next request.
        """
        if claim.role is Role.ORGANISATION:
            return Unit.objects.filter(pk=int(claim.holder_id), code=claim.unit_code).exists()
        return any(_covers(grant, claim, on) for grant in self._of_unit(claim.unit_code))

    def may_sign_for(self, claim: Claim, student_id: int, *, on: dt.date) -> bool:
        """Entitled, and not by a right that was given for other pupils only (a correction opens it for one)."""
        return any(
            _covers(grant, claim, on) and (grant.student_ids is None or student_id in grant.student_ids)
            for grant in self._of_unit(claim.unit_code)
        )

    def _read(self, fingerprint: str) -> HeldCertificate | None:
        row = Certificate._base_manager.filter(fingerprint=fingerprint).first()
        if row is None:
            return None
        unit = Unit.objects.get(pk=row.school_id)
        kind = HolderKind.ORGANISATION if row.person_id is None else HolderKind.PERSON
        holder_id = str(row.school_id if row.person_id is None else row.person_id)
        return HeldCertificate(
            Holder(kind, holder_id, row.holder_name, unit.code, unit.name, row.title), row.revoked_at
        )

    def _of_unit(self, code: str) -> list[Grant]:
        if code not in self._grants:
            self._grants[code] = list(Grant.objects.filter(unit__code=code, role__in=POST_OF.values()))
        return self._grants[code]


def _covers(grant: Grant, claim: Claim, on: dt.date) -> bool:
    if grant.role != POST_OF[claim.role] or str(grant.person_id) != claim.holder_id:
        return False
    if grant.valid_from > on or (grant.valid_to is not None and grant.valid_to < on):
        return False
    if grant.withdrawn_at is not None and day_of(grant.withdrawn_at) < on:
        return False
    if grant.class_ids is not None and claim.school_class not in [str(class_id) for class_id in grant.class_ids]:
        return False
    return grant.subjects is None or claim.subject in grant.subjects
