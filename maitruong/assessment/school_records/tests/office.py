"""A school's people at their keys: what signs and verifies a record without a database, for tests and for the bench of signing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from maitruong.assessment.school_records.document import build, claim_for, steps
from maitruong.assessment.school_records.lifecycle import sign_step
from maitruong.assessment.school_records.types import RecordContent
from maitruong.assessment.school_records.verify import RecordReport, verify_file
from maitruong.foundation.signing.types import HolderKind, Role

from . import factories


@dataclass
class Office:
    """Signs and verifies with one school's people, so that tests read as sentences."""

    school: factories.School1

    @property
    def rules(self) -> dict:
        return {"trust": self.school.authority.trust, "directory": self.school}

    def entitle(self, content: RecordContent) -> None:
        for step in steps(content):
            self.school.entitled.add(claim_for(step, content.identity))

    def signer_of(self, step):
        kind = HolderKind.ORGANISATION if step.role is Role.ORGANISATION else HolderKind.PERSON
        return self.school.signer(step.holder_id, kind=kind)

    def signed(self, content: RecordContent, *, until: str | None = None, start: bytes | None = None) -> bytes:
        """The record with its signatures in order; `until` names the last part that is signed."""
        self.entitle(content)
        record = start or build(content)
        for order, step in enumerate(steps(content)):
            at = factories.SIGNING_DAY + dt.timedelta(minutes=order)
            record = sign_step(record, step.node_id, self.signer_of(step), at=at, **self.rules)
            if step.node_id == until:
                break
        return record

    def verify(self, data: bytes) -> RecordReport:
        return verify_file(data, now=factories.SIGNING_DAY + dt.timedelta(days=30), **self.rules)
