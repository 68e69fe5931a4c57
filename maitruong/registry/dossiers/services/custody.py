"""Who answers for a child changes hands: some end and somebody begins, in one act, with the document that says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import vietnamese
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.students import queries as families
from maitruong.registry.students import services as students

from ..errors import NobodyLeft, NothingChanges, ReasonMissing
from ..types import NewCarer

#: Why the care of a child changes hands. Law on Marriage and Family 2014, articles 81-84; Civil Code 2015, articles 46-63.
REASONS = {
    "judgment": "Bản án, quyết định của toà án (li hôn, thay đổi người trực tiếp nuôi con)",
    "appointed": "UBND cấp xã công nhận hoặc cử người giám hộ",
    "deceased": "Cha, mẹ hoặc người giám hộ qua đời",
    "restored": "Cha, mẹ nhận lại việc chăm sóc em",
    "adopted": "Em được nhận làm con nuôi",
    "other": "Lí do khác",
}


def change_custody(
    scope: Scope,
    *,
    student_id: int,
    on: dt.date,
    ends: Collection[int],
    begins: NewCarer | None,
    why: str,
    document: str = "",
) -> int | None:
    """Let guardianships end the day before `on` and one begin on it, all or none. Returns the new one's id.

    ends: ids of guardianships of this child.   why: a key of REASONS.   document: number and day of what it rests on.
    Raises NotFound, NothingChanges, ReasonMissing, NobodyLeft, and what students.services refuses of either half.
    """
    seat = enrolment.reach(scope, "students.guardians", student_id, only_open=True)
    ends = sorted(set(ends))
    if not ends and begins is None:
        raise NothingChanges
    reason, document = REASONS.get(why), vietnamese.tidy(document)
    if reason is None or (why == "other" and not document):
        raise ReasonMissing
    told = f"{reason}; {document}" if document else reason
    students.hold_file(student_id)
    held = {row.id for row in families.guardians(student_id)}
    if not set(ends) <= held:
        raise NotFound
    if begins is None and held == set(ends):
        raise NobodyLeft
    last_day = on - dt.timedelta(days=1)
    for guardianship_id in ends:
        students.end_guardianship(
            scope, guardianship_id=guardianship_id, student_id=student_id, ends_on=last_day, why=told
        )
    if begins is None:
        return None
    return students.add_guardian(
        scope,
        student_id=student_id,
        school_id=seat.school_id,
        full_name=begins.full_name,
        relation=begins.relation,
        starts_on=on,
        phone=begins.phone,
        citizen_number=begins.citizen_number,
        occupation=begins.occupation,
        person_id=begins.person_id,
        basis=told,
    )
