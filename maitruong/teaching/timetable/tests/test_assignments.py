"""Who teaches what: the assignment and the right that goes with it."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.events.models import OutboxEvent
from maitruong.teaching.timetable import queries, services
from maitruong.teaching.timetable.errors import EndBeforeStart, NotOnTheStaff, SubjectMissing
from tests import factories as make

DAY = dt.date(2026, 11, 20)


def assign(place: SimpleNamespace, **more: object) -> int:
    wanted = {"class_id": place.class_id, "subject": "TOAN", "teacher_id": place.teacher, "starts_on": DAY, **more}
    with unit_of_work(place.principal):
        return services.assign_teaching(place.principal, **wanted)  # type: ignore[arg-type]


def test_an_assignment_opens_exactly_its_class_and_subject_until_the_end_of_the_summer(place: SimpleNamespace) -> None:
    assign(place)
    assign(place)

    held = access.rights(place.teacher, on=DAY)

    assert [(g.role, g.class_ids, g.subjects) for g, _ in held] == [("subject_teacher", (place.class_id,), ("TOAN",))]
    assert access.scope_of(place.teacher, on=dt.date(2027, 8, 31)) is not None
    assert access.scope_of(place.teacher, on=dt.date(2027, 9, 1)) is None
    with make.as_system() as scope:
        assert Entry.objects.visible_to(scope, "").filter(action="timetable.teaching_assigned").count() == 1
    assert OutboxEvent.objects.filter(kind="timetable.teaching_assigned").count() == 1


def test_ending_one_assignment_leaves_the_others(place: SimpleNamespace) -> None:
    maths = assign(place, starts_on=dt.date(2026, 9, 5))
    assign(place, subject="VATLI", starts_on=dt.date(2026, 9, 5))

    with unit_of_work(place.principal):
        assert services.end_assignment(place.principal, assignment_id=maths, ends_on=DAY, why="nghỉ thai sản")
        assert not services.end_assignment(place.principal, assignment_id=maths, ends_on=DAY)
        on_the_day = queries.assignments(place.principal, class_id=place.class_id, school_year=2026, on=DAY)
        later = queries.assignments(
            place.principal, class_id=place.class_id, school_year=2026, on=DAY + dt.timedelta(days=1)
        )

    assert [row.subject for row in on_the_day] == ["TOAN", "VATLI"]
    assert [(row.subject, row.teacher_name) for row in later] == [("VATLI", "Phạm Thu Lan")]
    held = access.rights(place.teacher, on=DAY + dt.timedelta(days=1))
    assert [g.subjects for g, _ in held] == [("VATLI",)]


def test_a_stranger_a_missing_subject_a_foreign_class_and_a_wrong_day_are_refused(place: SimpleNamespace) -> None:
    outsider = make.a_person("Người Ngoài", place.school)
    with pytest.raises(NotOnTheStaff):
        assign(place, teacher_id=outsider)
    with pytest.raises(SubjectMissing):
        assign(place, subject="")
    with pytest.raises(NotFound):
        assign(place, class_id=place.their_class)
    made = assign(place)
    with pytest.raises(EndBeforeStart), unit_of_work(place.principal):
        services.end_assignment(place.principal, assignment_id=made, ends_on=dt.date(2026, 1, 1))
    with pytest.raises(NotFound), unit_of_work(place.stranger):
        services.end_assignment(place.stranger, assignment_id=made, ends_on=DAY)

    assert access.scope_of(outsider, on=DAY) is None
    assert access.scope_of(place.teacher, on=DAY) is not None
