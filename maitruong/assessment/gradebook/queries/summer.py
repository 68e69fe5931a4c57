"""Who of a class owes something after the year, and how far the summer has come."""

from __future__ import annotations

from dataclasses import dataclass

from maitruong.foundation.access.types import Scope
from maitruong.registry.enrolment import queries as enrolment

from ..summer import Summer
from ..types import Sheet
from .records import class_year
from .results import class_sheet


@dataclass(frozen=True)
class SummerPupil:
    """A pupil who failed the year in something."""

    student_id: int
    name: str
    summer: Summer


def class_summer(scope: Scope, *, class_id: int) -> tuple[Sheet, list[SummerPupil]]:
    """The pupils of a class with something to be assessed again, in the order of the list. Raises NotFound."""
    sheet = class_sheet(scope, class_id=class_id, permission="gradebook.summer")
    ref = enrolment.class_ref(scope, class_id=class_id, permission="enrolment.view")
    roster = enrolment.members(ref, on=enrolment.day_within(sheet.school_year))
    _, years = class_year(scope, class_id=class_id, student_ids=[row.student_id for row in roster])
    found = [SummerPupil(row.student_id, row.full_name, years[row.student_id].summer) for row in roster]
    return sheet, [pupil for pupil in found if pupil.summer.owed]
