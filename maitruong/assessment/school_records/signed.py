"""What a person has signed: her own signatures and nobody else's, newest batch first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel.school_year import SchoolYear
from maitruong.foundation.people import queries as people
from maitruong.foundation.signing.types import Role

from .models import RecordBlock, State
from .waiting import PERMISSION

PAGE = 100


@dataclass(frozen=True)
class SignedPart:
    """One signature. standing: how the record it stands in is today, in words; state: the same as a code.

    may_read: whether she reaches the record itself today; last year's class may be another's now.
    """

    name: str
    class_name: str
    year: str
    label: str
    record_id: str
    version: int
    state: str
    standing: str
    may_read: bool


@dataclass(frozen=True)
class SignedBatchRow:
    """The signatures of one consent, as far as this page lists them."""

    at: dt.datetime
    role: Role
    rows: tuple[SignedPart, ...]


def signed_by_me(scope: Scope, *, start: int = 0, most: int = PAGE) -> tuple[list[SignedBatchRow], bool]:
    """One's own signatures at the school of this workspace, and whether more follow. Two statements.

    Own is who signed, not what may be reached today: a right that ended with its year takes nobody's own signatures from her.
    Raises NotFound for who signs nothing in this workspace.
    """
    if scope.actor_id is None or not any(scope.may(permission) for permission in PERMISSION.values()):
        raise NotFound
    mine = RecordBlock._base_manager.filter(
        signer_id=scope.actor_id, signed_at__isnull=False, school_id__in=scope.school_ids
    )
    newest = mine.select_related("record").order_by("-signed_at", "consent_id", "record__class_name", "pk")
    found = list(newest[start : start + most + 1])
    names = people.names({block.student_id for block in found[:most]})
    return [
        SignedBatchRow(at, Role(role), tuple(_part(scope, block, names) for block in blocks))
        for (at, role, _), blocks in groupby(found[:most], key=lambda b: (b.signed_at, b.role, b.consent_id))
        if at is not None
    ], len(found) > most


def _part(scope: Scope, block: RecordBlock, names: Mapping[int, str]) -> SignedPart:
    record = block.record
    standing = "Đang có hiệu lực" if record.state == State.ISSUED else record.get_state_display()
    return SignedPart(
        name=names.get(block.student_id, ""),
        class_name=record.class_name,
        year=SchoolYear(record.school_year).label,
        label=block.label,
        record_id=record.record_id,
        version=record.version,
        state=record.state,
        standing=standing,
        may_read=scope.covers(
            "school_records.view", school_id=record.school_id, class_id=record.class_id, student_id=record.student_id
        ),
    )
