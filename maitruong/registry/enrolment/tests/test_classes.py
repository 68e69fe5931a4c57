"""Classes, places in them, homerooms."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.events.models import OutboxEvent
from maitruong.registry.calendar.errors import YearClosed
from maitruong.registry.calendar.models import SchoolYear
from maitruong.registry.enrolment import queries, services
from maitruong.registry.enrolment.errors import (
    AlreadySeated,
    ClassNameTaken,
    EndBeforeStart,
    NameMissing,
    NameTooLong,
    NotOnTheStaff,
    OutsideYear,
    SeatedElsewhere,
)
from maitruong.registry.enrolment.models import Enrolment, SchoolClass
from tests import factories as make
from tests.house.test_routes import signed_in

DAY = dt.date(2026, 11, 20)


def audited(action: str) -> int:
    with make.as_system() as scope:
        return Entry.objects.visible_to(scope, "").filter(action=action).count()


def seats_of(student: int) -> list[tuple[int, dt.date, dt.date | None]]:
    with make.as_system() as scope:
        rows = Enrolment.objects.visible_to(scope, "").filter(student_id=student).order_by("starts_on", "id")
        return [(row.school_class_id, row.starts_on, row.ends_on) for row in rows]


def test_opening_the_same_class_twice_makes_one_class_one_audit_entry_and_one_fact(place: SimpleNamespace) -> None:
    for _ in range(2):
        with unit_of_work(place.clerk):
            class_id = services.open_class(
                place.clerk, school_id=place.school, school_year=2026, grade=6, name="  6a10 "
            )

    with make.as_system() as scope:
        assert (
            SchoolClass.objects.visible_to(scope, "").filter(name="6a10").values_list("pk", flat=True).get() == class_id
        )
    assert audited("enrolment.class_opened") == 1
    assert OutboxEvent.objects.filter(kind="enrolment.class_opened").count() == 1


def test_a_class_name_taken_in_another_grade_is_refused(place: SimpleNamespace) -> None:
    with pytest.raises(ClassNameTaken, match="8A2"), unit_of_work(place.clerk):
        services.open_class(place.clerk, school_id=place.school, school_year=2026, grade=6, name="8A2")


def test_a_class_cannot_be_opened_in_a_neighbour_school_nor_by_a_homeroom_teacher(place: SimpleNamespace) -> None:
    homeroom = make.scope_of(
        make.a_post_holder(place.school, "homeroom_teacher", "Vũ Thị Hiền", class_ids=[place.class_id])
    )

    for scope, school in ((place.clerk, place.neighbour), (homeroom, place.school)):
        with pytest.raises(NotFound), unit_of_work(scope):
            services.open_class(scope, school_id=school, school_year=2026, grade=6, name="6B")

    assert audited("enrolment.class_opened") == 0


def test_nothing_is_written_into_a_closed_year(place: SimpleNamespace) -> None:
    SchoolYear.objects.filter(pk=2025).update(closed_at=dt.datetime(2026, 8, 1, tzinfo=dt.UTC))

    with pytest.raises(YearClosed, match="2025-2026"), unit_of_work(place.clerk):
        services.open_class(place.clerk, school_id=place.school, school_year=2025, grade=6, name="6B")


def test_classes_come_in_the_schools_order_with_their_pupils_counted(place: SimpleNamespace) -> None:
    with unit_of_work(place.clerk):
        for name in ("6A10", "6A2"):
            services.open_class(place.clerk, school_id=place.school, school_year=2026, grade=6, name=name)
        with CaptureQueriesContext(connection) as asked:
            rows = queries.classes(place.clerk, place.school, 2026)

    assert [(row.name, row.pupils) for row in rows] == [("6A2", 0), ("6A10", 0), ("8A2", 3)]
    assert len(asked) == 2


def test_a_roster_is_in_vietnamese_name_order_and_only_for_its_own_school(place: SimpleNamespace) -> None:
    with unit_of_work(place.principal):
        rows = queries.class_roster(place.principal, class_id=place.class_id, on=DAY)

    assert [row.full_name for row in rows] == ["Nguyễn Minh Ánh", "Trần Thị Hòa", "Lý A Sính"]
    with pytest.raises(NotFound), unit_of_work(place.stranger):
        queries.class_roster(place.stranger, class_id=place.class_id, on=DAY)


def test_a_subject_teacher_sees_the_roster_of_the_class_taught_and_of_no_other(place: SimpleNamespace) -> None:
    other, _ = make.a_class(place.school, "8A3", pupils=("Hồ Văn Bé",))
    teacher = make.scope_of(make.a_teacher(place.school, "Ngô Bảo Châu", class_id=place.class_id, subject="TOAN"))

    with unit_of_work(teacher):
        assert len(queries.class_roster(teacher, class_id=place.class_id)) == 3
        assert [row.name for row in queries.classes(teacher, place.school, 2026)] == ["8A2"]
        with pytest.raises(NotFound):
            queries.class_roster(teacher, class_id=other)


def test_enrolling_is_idempotent_and_a_second_class_in_the_year_is_refused(place: SimpleNamespace) -> None:
    newcomer = make.a_person("Đinh Văn Bảo", place.school)
    other, _ = make.a_class(place.school, "8A3")

    for _ in range(2):
        with unit_of_work(place.clerk):
            services.enrol(place.clerk, student_id=newcomer, class_id=place.class_id, starts_on=DAY)
    with pytest.raises(AlreadySeated, match="8A2"), unit_of_work(place.clerk):
        services.enrol(place.clerk, student_id=newcomer, class_id=other, starts_on=DAY)

    assert seats_of(newcomer) == [(place.class_id, DAY, None)]
    assert audited("enrolment.pupil_enrolled") == 1
    assert OutboxEvent.objects.get(kind="enrolment.pupil_enrolled").payload["student_id"] == newcomer


def test_a_pupil_seated_at_another_school_is_refused_without_saying_where(place: SimpleNamespace) -> None:
    from maitruong.foundation.people import services as people

    with make.as_system():
        people.known_at([place.their_pupil], place.school)

    with pytest.raises(SeatedElsewhere) as refused, unit_of_work(place.clerk):
        services.enrol(place.clerk, student_id=place.their_pupil, class_id=place.class_id, starts_on=DAY)

    assert "Vĩnh Bảo" not in refused.value.text
    assert len(seats_of(place.their_pupil)) == 1


def test_a_pupil_the_school_does_not_know_cannot_be_enrolled(place: SimpleNamespace) -> None:
    with pytest.raises(NotFound), unit_of_work(place.clerk):
        services.enrol(place.clerk, student_id=place.their_pupil, class_id=place.class_id, starts_on=DAY)


def test_leaving_keeps_the_place_with_its_last_day_and_takes_the_pupil_off_later_rosters(
    place: SimpleNamespace,
) -> None:
    pupil = place.pupils[1]
    with make.as_system() as scope:
        place_id = Enrolment.objects.visible_to(scope, "").get(student_id=pupil).pk

    with unit_of_work(place.clerk):
        assert services.end_enrolment(
            place.clerk, enrolment_id=place_id, ends_on=DAY, status="transferred_out", why="theo bố mẹ"
        )
        assert not services.end_enrolment(
            place.clerk, enrolment_id=place_id, ends_on=DAY, status="transferred_out", why="theo bố mẹ"
        )
        on_the_day = queries.class_roster(place.clerk, class_id=place.class_id, on=DAY)
        day_after = queries.class_roster(place.clerk, class_id=place.class_id, on=DAY + dt.timedelta(days=1))

    assert seats_of(pupil) == [(place.class_id, dt.date(2026, 9, 5), DAY)]
    assert (len(on_the_day), len(day_after)) == (3, 2)
    assert audited("enrolment.pupil_left") == 1


def test_leaving_before_coming_is_refused(place: SimpleNamespace) -> None:
    with make.as_system() as scope:
        place_id = Enrolment.objects.visible_to(scope, "").get(student_id=place.pupils[0]).pk

    with pytest.raises(EndBeforeStart), unit_of_work(place.clerk):
        services.end_enrolment(
            place.clerk, enrolment_id=place_id, ends_on=dt.date(2026, 9, 1), status="dropped_out", why=""
        )


def test_moving_to_another_class_ends_one_place_and_begins_the_next(place: SimpleNamespace) -> None:
    other, _ = make.a_class(place.school, "8A3")
    with make.as_system() as scope:
        place_id = Enrolment.objects.visible_to(scope, "").get(student_id=place.pupils[0]).pk

    with unit_of_work(place.clerk):
        services.move_pupil(place.clerk, enrolment_id=place_id, to_class_id=other, on=DAY, why="tách lớp")

    assert seats_of(place.pupils[0]) == [
        (place.class_id, dt.date(2026, 9, 5), DAY - dt.timedelta(days=1)),
        (other, DAY, None),
    ]


def test_a_homeroom_teacher_gets_the_class_and_the_former_one_loses_it(place: SimpleNamespace) -> None:
    former = make.an_employee(place.school, "Hoàng Văn Cũ")
    with unit_of_work(place.principal):
        services.appoint_homeroom(place.principal, class_id=place.class_id, teacher_id=former, on=dt.date(2026, 9, 5))

    with unit_of_work(place.principal):
        assert services.appoint_homeroom(
            place.principal, class_id=place.class_id, teacher_id=place.teacher, on=DAY, why="đổi chủ nhiệm"
        )
        assert not services.appoint_homeroom(place.principal, class_id=place.class_id, teacher_id=place.teacher, on=DAY)

    assert access.scope_of(former, on=DAY) is None
    scope = access.scope_of(place.teacher, on=DAY)
    assert scope is not None and scope.covers("attendance.enter", school_id=place.school, class_id=place.class_id)
    assert not scope.covers("attendance.enter", school_id=place.school, class_id=place.class_id + 1)
    with unit_of_work(place.principal):
        assert queries.classes(place.principal, place.school, 2026)[0].homeroom_name == "Phạm Thu Lan"


def test_a_homeroom_teacher_must_be_on_the_staff(place: SimpleNamespace) -> None:
    outsider = make.a_person("Người Ngoài", place.school)

    with pytest.raises(NotOnTheStaff), unit_of_work(place.principal):
        services.appoint_homeroom(place.principal, class_id=place.class_id, teacher_id=outsider, on=DAY)

    assert access.scope_of(outsider, on=DAY) is None


def test_a_renamed_class_keeps_its_pupils_and_takes_no_name_that_is_taken(place: SimpleNamespace) -> None:
    with unit_of_work(place.clerk):
        services.open_class(place.clerk, school_id=place.school, school_year=2026, grade=8, name="8A9")
        assert services.rename_class(place.clerk, class_id=place.class_id, name=" 8A10 ")
        assert not services.rename_class(place.clerk, class_id=place.class_id, name="8A10")
        with pytest.raises(ClassNameTaken):
            services.rename_class(place.clerk, class_id=place.class_id, name="8A9")
        with pytest.raises(NameMissing):
            services.rename_class(place.clerk, class_id=place.class_id, name=" ")
        with pytest.raises(NotFound):
            services.rename_class(place.clerk, class_id=place.their_class, name="8A1")
        names = [row.name for row in queries.classes(place.clerk, place.school, 2026)]
        assert len(queries.class_roster(place.clerk, class_id=place.class_id, on=DAY)) == 3

    assert names == ["8A9", "8A10"]
    assert audited("enrolment.class_renamed") == 1


def test_several_classes_of_a_grade_are_opened_at_once_or_none(place: SimpleNamespace) -> None:
    clerk = signed_in(make.a_post_holder(place.school, "clerk", "Đặng Thị Thư"))
    address = f"/truong/{place.school}/mo-lop/"

    assert clerk.post(address, {"grade": "6", "name": "6A1, 6A2; 6A3"})["Location"].endswith("/lop/?nam=2026")
    assert clerk.post(address, {"grade": "7", "name": "7A1, 8A2"}).status_code == 422
    wrong = clerk.post(address, {"grade": "12", "name": "12A1"})
    assert wrong.status_code == 422 and "không thuộc loại hình của trường" in wrong.content.decode()

    with unit_of_work(place.clerk):
        names = [row.name for row in queries.classes(place.clerk, place.school, 2026)]
    assert sorted(names) == ["6A1", "6A2", "6A3", "8A2"]


def test_a_name_no_class_bears_is_refused_in_words(place: SimpleNamespace) -> None:
    """One longer than an index takes was an error of the house."""
    long = "8A" + "".join(chr(97 + n * n * 7 % 26) for n in range(20_000))
    with unit_of_work(place.clerk):
        with pytest.raises(NameTooLong):
            services.rename_class(place.clerk, class_id=place.class_id, name=long)
        with pytest.raises(NameTooLong):
            services.open_class(place.clerk, school_id=place.school, school_year=2026, grade=8, name=long)


@pytest.mark.parametrize("day", [dt.date(2025, 5, 31), dt.date(2027, 9, 1), dt.date(2100, 12, 31)])
def test_a_homeroom_begins_and_a_place_ends_within_the_school_year(place: SimpleNamespace, day: dt.date) -> None:
    teacher = make.an_employee(place.school, "Vũ Thị Hiền")
    with make.as_system() as scope:
        seat = Enrolment.objects.visible_to(scope, "").get(student_id=place.pupils[0], ends_on__isnull=True)

    with pytest.raises(OutsideYear), unit_of_work(place.clerk):
        services.appoint_homeroom(place.clerk, class_id=place.class_id, teacher_id=teacher, on=day)
    with pytest.raises((OutsideYear, EndBeforeStart)), unit_of_work(place.clerk):
        services.end_enrolment(place.clerk, enrolment_id=seat.pk, ends_on=day, status="dropped_out", why="thử")

    assert seats_of(place.pupils[0]) == [(place.class_id, seat.starts_on, None)]
