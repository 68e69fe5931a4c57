"""What is saved stands with its audit; what was changed meanwhile, contradicts itself or is another school's is refused whole."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.people.models import Person
from maitruong.registry.calendar.errors import YearClosed
from maitruong.registry.calendar.models import SchoolYear
from maitruong.registry.dossiers import queries, services
from maitruong.registry.dossiers.catalogue import CLASS, LEARNER, SCHOOL_YEAR
from maitruong.registry.dossiers.errors import (
    CampusHasClasses,
    ChangedMeanwhile,
    CodeTaken,
    Contradiction,
    DayAhead,
    MeasuredAlready,
    NothingMeasured,
    NothingToCopy,
    NotOnTheList,
    NumberMissing,
    PaperKnown,
    ReasonMissing,
    TooOften,
)
from maitruong.registry.dossiers.models import (
    Award,
    Campus,
    Facility,
    IdentityPaper,
    LearnerYear,
    Measurement,
    Recognition,
    SchoolProfile,
)
from maitruong.registry.enrolment import services as enrolment
from maitruong.registry.enrolment.models import Enrolment, SchoolClass
from maitruong.registry.students import bulk
from maitruong.registry.students.models import Student
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)
YEAR = 2026


def within(scope: Scope, act: Callable[[], Any]) -> Any:
    with unit_of_work(scope):
        return act()


def told(action: str) -> list[Entry]:
    with make.as_system():
        return list(Entry._base_manager.filter(action=action).order_by("pk"))


# --- groups of fields -------------------------------------------------------------------------------------------------


def school_group(place: SimpleNamespace, group: str = "vesinh") -> Any:
    values = queries.school_year_values(place.school, YEAR)
    return next(one for one in queries.groups_of(SCHOOL_YEAR, values, ("03",)) if one.key == group)


def save_school(
    place: SimpleNamespace, given: dict[str, str], *, group: str = "vesinh", seen: str = "", scope: Any = None
) -> Any:
    scope = scope or place.principal
    with unit_of_work(scope):
        seen = seen or school_group(place, group).seen
        return services.save_school_year(
            scope, school_id=place.school, school_year=YEAR, group=group, given=given, seen=seen
        )


def test_a_group_is_saved_with_old_and_new_in_the_audit(place: SimpleNamespace) -> None:
    assert save_school(place, {"clean_water": "1", "health_room": "0"}) == {
        "clean_water": [None, True],
        "health_room": [None, False],
    }
    assert save_school(place, {"clean_water": "0", "health_room": "0"}) == {"clean_water": [True, False]}
    assert save_school(place, {"clean_water": "0", "health_room": "0"}) == {}, "the same again changes nothing"

    first, second = told("dossiers.school_saved")
    assert json.loads(first.body)["changes"]["clean_water"] == [None, True]
    assert json.loads(second.body)["changes"] == {"clean_water": [True, False]}
    with make.as_system():
        row = SchoolProfile._base_manager.get()
    assert (row.clean_water, row.health_room, row.internet, row.version) == (False, False, None, 2)


def test_who_saves_over_what_somebody_changed_is_told_and_nothing_is_written(place: SimpleNamespace) -> None:
    with unit_of_work(place.principal):
        seen = school_group(place).seen
    save_school(place, {"clean_water": "1"})

    with pytest.raises(ChangedMeanwhile):
        save_school(place, {"clean_water": "0"}, seen=seen)

    with make.as_system():
        assert SchoolProfile._base_manager.get().clean_water is True


def test_two_who_save_different_groups_do_not_get_in_each_others_way(place: SimpleNamespace) -> None:
    with unit_of_work(place.principal):
        seen = school_group(place, "thietbi").seen
    save_school(place, {"clean_water": "1"})

    save_school(place, {"internet": "1", "computers": "45"}, group="thietbi", seen=seen)

    with make.as_system():
        row = SchoolProfile._base_manager.get()
    assert (row.clean_water, row.internet, row.computers) == (True, True, 45)


def test_one_value_that_cannot_be_refuses_the_whole_group(place: SimpleNamespace) -> None:
    with pytest.raises(NotOnTheList):
        save_school(place, {"clean_water": "1", "health_room": "nhiều"})
    with pytest.raises(Contradiction):
        save_school(place, {"toilets_by_sex": "1", "toilets_for_pupils": "0"})

    with make.as_system():
        assert not SchoolProfile._base_manager.exists()


def test_a_contradiction_is_found_across_groups_saved_apart(place: SimpleNamespace) -> None:
    """What a group does not show must still fit: tuition is asked beside boarding, in another form."""
    student = place.pupils[0]
    learner(place, student, "ano", {"boarding": "SEMI"})

    with pytest.raises(Contradiction):
        learner(place, student, "hotro", {"rice": "1"})


def test_a_closed_year_takes_no_more(place: SimpleNamespace) -> None:
    SchoolYear.objects.filter(pk=YEAR).update(closed_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))

    with pytest.raises(YearClosed):
        save_school(place, {"clean_water": "1"})
    with pytest.raises(YearClosed):
        learner(place, place.pupils[0], "hoctap", {"can_swim": "1"})


def test_a_neighbour_neither_saves_nor_sees(place: SimpleNamespace) -> None:
    save_school(place, {"clean_water": "1"})

    with pytest.raises(NotFound):
        save_school(place, {"clean_water": "0"}, scope=place.stranger, seen="x")
    with unit_of_work(place.stranger):
        assert not SchoolProfile._base_manager.exists(), "behind the wall as well"
        with pytest.raises(NotFound):
            queries.refuse_unreached(place.stranger, place.school)


def class_group(place: SimpleNamespace, group: str) -> str:
    values = queries.class_values(place.class_id)
    return next(one.seen for one in queries.groups_of(CLASS, values, ("03",)) if one.key == group)


def test_a_class_is_asked_its_levels_fields_only(place: SimpleNamespace) -> None:
    with unit_of_work(place.principal):
        seen = class_group(place, "ngoaingu")
        given = {"language_1": "en", "language_1_periods": "3", "age_group": "3-4"}
        changes = services.save_class(
            place.principal, class_id=place.class_id, group="ngoaingu", given=given, seen=seen
        )
        assert set(changes) == {"language_1", "language_1_periods"}
        with pytest.raises(NotFound):
            services.save_class(place.principal, class_id=place.class_id, group="chuongtrinh", given={}, seen="")


def test_a_class_opened_by_mistake_goes_with_its_profile(place: SimpleNamespace) -> None:
    from maitruong.registry.enrolment.removing import remove_class

    with unit_of_work(place.principal):
        empty = enrolment.open_class(place.principal, school_id=place.school, school_year=YEAR, grade=8, name="8A9")
        seen = next(
            g.seen for g in queries.groups_of(CLASS, queries.class_values(empty), ("03",)) if g.key == "thietbi"
        )
        services.save_class(place.principal, class_id=empty, group="thietbi", given={"screen": "1"}, seen=seen)
        remove_class(place.principal, class_id=empty, why="mở nhầm")
    with make.as_system():
        assert not SchoolClass._base_manager.filter(pk=empty).exists()


# --- a pupil's year ---------------------------------------------------------------------------------------------------


def learner(place: SimpleNamespace, student: int, group: str, given: dict[str, str], scope: Any = None) -> Any:
    scope = scope or place.principal
    with unit_of_work(scope):
        seat = services.sheets.seat_of_year(scope, "students.edit", student, YEAR)
        boarding = Student._base_manager.get(pk=student).boarding
        groups = queries.groups_of(LEARNER, queries.learner_values(seat, boarding), ("03",))
        seen = next(one.seen for one in groups if one.key == group)
        return services.save_learner_year(
            scope, student_id=student, school_year=YEAR, group=group, given=given, seen=seen
        )


def year_of(student: int) -> LearnerYear:
    with make.as_system():
        return LearnerYear._base_manager.get(student_id=student)


def test_how_a_pupil_boards_is_one_fact_for_the_year_and_for_the_list(place: SimpleNamespace) -> None:
    student = place.pupils[0]
    learner(place, student, "ano", {"boarding": "SEMI"})
    with make.as_system():
        assert Student._base_manager.get(pk=student).boarding == "SEMI"
        bulk.change_files({student: {"boarding": "BOARDING"}})
    assert year_of(student).boarding == "BOARDING"


def test_what_a_list_said_stands_in_the_form_until_the_year_is_written(place: SimpleNamespace) -> None:
    student = place.pupils[0]
    with make.as_system():
        bulk.change_files({student: {"boarding": "ETHNIC_SEMI"}})

    learner(place, student, "hotro", {"rice": "1"})

    assert (year_of(student).boarding, year_of(student).rice) == ("ETHNIC_SEMI", True)


def test_a_homeroom_teacher_of_another_class_does_not_reach_the_pupil(place: SimpleNamespace) -> None:
    other, _ = make.a_class(place.school, "8A3", pupils=("Lê Văn Ân",))
    teacher = make.scope_of(make.a_post_holder(place.school, "homeroom_teacher", "Vũ Thị Hiền", class_ids=[other]))

    with unit_of_work(teacher), pytest.raises(NotFound):
        services.measure(teacher, student_id=place.pupils[0], measured_on=TODAY, given={"height_cm": "150"})


# --- recognition ------------------------------------------------------------------------------------------------------

DECISION = {"kind": "national", "level": 1, "number": "12/QĐ-UBND", "decided_by": "UBND TP Hải Phòng"}


def recognise(place: SimpleNamespace, scope: Any = None, **change: Any) -> int:
    scope = scope or place.principal
    what = {**DECISION, "decided_on": dt.date(2022, 3, 15), **change}
    return within(scope, lambda: services.recognise(scope, school_id=place.school, **what))


def test_a_recognition_holds_for_five_years_and_no_day_longer(place: SimpleNamespace) -> None:
    recognise(place)

    (row,) = within(place.principal, lambda: queries.recognitions(place.school))
    assert row.words == "Trường đạt chuẩn quốc gia, mức độ 1" and row.ends_on == dt.date(2027, 3, 14)
    assert [
        row.holds_on(day) for day in (dt.date(2022, 3, 14), dt.date(2022, 3, 15), row.ends_on, dt.date(2027, 3, 15))
    ] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"kind": "city"}, NotOnTheList),
        ({"level": 3}, NotOnTheList),
        ({"level": 0}, NotOnTheList),
        ({"number": " "}, NumberMissing),
        ({"decided_by": ""}, NumberMissing),
        ({"decided_on": dt.date(2026, 11, 21)}, DayAhead),
    ],
)
def test_what_no_decision_can_say_is_refused(
    place: SimpleNamespace, change: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        recognise(place, **change)


def test_a_decision_is_written_once_until_it_is_withdrawn(place: SimpleNamespace) -> None:
    row = recognise(place)
    with pytest.raises(TooOften):
        recognise(place)
    for why, refusal in ((" ", ReasonMissing),):
        with pytest.raises(refusal):
            within(place.principal, lambda why=why: withdraw(place, row, why))
    assert within(place.principal, lambda: withdraw(place, row, "ghi nhầm")) is True
    assert within(place.principal, lambda: withdraw(place, row, "ghi nhầm")) is False
    recognise(place)

    assert [r.holds_on(TODAY) for r in within(place.principal, lambda: queries.recognitions(place.school))] == [
        True,
        False,
    ]


def withdraw(place: SimpleNamespace, row: int, why: str, scope: Any = None) -> bool:
    scope = scope or place.principal
    return services.withdraw_recognition(scope, school_id=place.school, recognition_id=row, on=TODAY, why=why)


def test_the_department_recognises_and_a_commune_only_reads(place: SimpleNamespace) -> None:
    officer = make.scope_of(make.a_post_holder(place.department, "department_officer", "Lã Thị Sở"))
    commune = make.scope_of(make.a_post_holder(place.commune, "commune_officer", "Trần Văn Xã"))
    row = recognise(place, officer)

    with pytest.raises(NotFound):
        recognise(place, commune, number="13/QĐ")
    with pytest.raises(NotFound):
        within(place.stranger, lambda: withdraw(place, row, "x", place.stranger))
    assert len(within(commune, lambda: queries.recognitions(place.school))) == 1
    with make.as_system():
        assert Recognition._base_manager.get().withdrawn_on is None


# --- campuses and rooms -----------------------------------------------------------------------------------------------


def a_campus(place: SimpleNamespace, **change: Any) -> int:
    what = {"code": "DT01", "name": "Điểm trường Bản Pho", "address": "Bản Pho", "on": dt.date(2026, 9, 1), **change}
    return within(place.principal, lambda: services.add_campus(place.principal, school_id=place.school, **what))


def save_rooms(
    place: SimpleNamespace, campus: int, version: int = 0, indicator: str = "CLASSROOM", **given: str
) -> Any:
    return within(
        place.principal,
        lambda: services.save_rooms(
            place.principal,
            school_id=place.school,
            campus_id=campus,
            school_year=YEAR,
            indicator=indicator,
            given=given,
            version=version,
        ),
    )


def test_a_campus_stands_under_its_school_and_closes_with_a_day(place: SimpleNamespace) -> None:
    campus = a_campus(place)
    with pytest.raises(CodeTaken):
        a_campus(place)

    main, other = within(place.principal, lambda: queries.campuses(place.school))
    assert (main.id, main.is_main, other.id, other.name) == (place.school, True, campus, "Điểm trường Bản Pho")
    with make.as_system():
        SchoolClass._base_manager.filter(pk=place.class_id).update(campus_id=campus)
    with pytest.raises(CampusHasClasses):
        within(place.principal, lambda: close(place, campus))
    with make.as_system():
        SchoolClass._base_manager.filter(pk=place.class_id).update(campus_id=None)
    assert within(place.principal, lambda: close(place, campus)) is True
    assert within(place.principal, lambda: queries.campus(place.school, campus)).closed_on == TODAY


def test_a_main_campus_stands_in_the_place_of_the_schools_own_address(place: SimpleNamespace) -> None:
    main, other = a_campus(place), a_campus(place, code="DT02", name="Điểm trường A")
    with make.as_system():
        Campus(unit_id=main, school_id=place.school, is_main=True).save()
        with pytest.raises(IntegrityError), transaction.atomic():
            Campus(unit_id=other, school_id=place.school, is_main=True).save()

    rows = within(place.principal, lambda: queries.campuses(place.school))
    assert [(row.id, row.is_main) for row in rows] == [(main, True), (other, False)]
    with pytest.raises(NotFound):
        within(place.principal, lambda: close(place, main))


def close(place: SimpleNamespace, campus: int) -> bool:
    return services.close_campus(
        place.principal, school_id=place.school, campus_id=campus, ends_on=TODAY, why="sáp nhập"
    )


def test_rooms_are_counted_by_how_they_are_built_at_each_place(place: SimpleNamespace) -> None:
    campus = a_campus(place)
    save_rooms(place, place.school, permanent="18", permanent_m2="900,5", semi="2", semi_m2="96")
    save_rooms(place, campus, temporary="3", temporary_m2="120")

    first, second = within(place.principal, lambda: queries.rooms(place.school, YEAR))
    assert (first.count, first.area, second.campus_id, second.count) == (20, Decimal("996.5"), campus, 3)
    with pytest.raises(ChangedMeanwhile):
        save_rooms(place, campus, temporary="4")
    save_rooms(place, campus, 1, temporary="4")
    with pytest.raises(NotOnTheList):
        save_rooms(place, campus, indicator="CHILDREN_ROOM", permanent="1")
    with pytest.raises(NotFound):
        save_rooms(place, place.neighbour, permanent="1")
    with make.as_system(), pytest.raises(IntegrityError), transaction.atomic():
        Facility._base_manager.filter(campus=campus).update(temporary=-1)


def test_a_year_begins_with_what_was_so_the_year_before(place: SimpleNamespace) -> None:
    def copy() -> int:
        return services.copy_former_year(place.principal, school_id=place.school, school_year=YEAR)

    with pytest.raises(NothingToCopy):
        within(place.principal, copy)
    closed = a_campus(place)
    with make.as_system():
        SchoolProfile(school_id=place.school, school_year=2025, clean_water=True, computers=40, version=7).save()
        for campus in (place.school, closed):
            Facility(
                school_id=place.school, school_year=2025, campus_id=campus, indicator="CLASSROOM", permanent=9
            ).save()
    within(place.principal, lambda: close(place, closed))

    assert within(place.principal, copy) == 2, "not the rooms of a place that closed"
    with make.as_system():
        row = SchoolProfile._base_manager.get(school_year=YEAR)
        assert (row.clean_water, row.computers, row.version) == (True, 40, 1)
        assert Facility._base_manager.get(school_year=YEAR).permanent == 9
    with pytest.raises(NothingToCopy):
        within(place.principal, copy)


# --- dated rows of a pupil --------------------------------------------------------------------------------------------


def measure(place: SimpleNamespace, scope: Any = None, on: dt.date = TODAY, **given: str) -> int:
    scope = scope or place.principal
    given = given or {"height_cm": "150", "weight_kg": "45,0", "eyes": "1"}
    return within(scope, lambda: services.measure(scope, student_id=place.pupils[0], measured_on=on, given=given))


def test_a_measurement_tells_the_index_and_the_audit_tells_no_ailment(place: SimpleNamespace) -> None:
    measure(place)

    (row,) = within(place.principal, lambda: queries.measurements(place.pupils[0]))
    assert (row.body_mass_index, row.findings) == (Decimal("20.0"), (("Bệnh về mắt", True),))
    (entry,) = told("dossiers.measured")
    assert entry.subject_id == place.pupils[0] and "eyes" not in entry.body and "150" not in entry.body


def test_what_was_not_measured_or_not_yet_is_refused(place: SimpleNamespace) -> None:
    with pytest.raises(NothingMeasured):
        measure(place, note="khoẻ")
    with pytest.raises(DayAhead):
        measure(place, on=dt.date(2026, 11, 21))
    measure(place)
    with pytest.raises(MeasuredAlready):
        measure(place)
    with make.as_system(), pytest.raises(IntegrityError), transaction.atomic():
        again = Measurement._base_manager.get()
        again.pk = None
        again.save()


def test_a_department_reads_no_health(place: SimpleNamespace) -> None:
    officer = make.scope_of(make.a_post_holder(place.department, "department_officer", "Lã Thị Sở"))

    with pytest.raises(NotFound):
        measure(place, officer)


def test_a_row_is_taken_back_where_it_was_written_and_stays_in_the_table(place: SimpleNamespace) -> None:
    row = measure(place)

    def back(scope: Scope, why: str) -> None:
        with unit_of_work(scope):
            services.take_back(scope, student_id=place.pupils[0], what="suc-khoe", row_id=row, why=why)

    with pytest.raises(ReasonMissing):
        back(place.principal, "")
    with pytest.raises(NotFound):
        back(place.stranger, "nhầm")
    back(place.principal, "nhầm em")
    with make.as_system():
        assert Measurement._base_manager.get().withdrawn_at is not None
    assert within(place.principal, lambda: queries.measurements(place.pupils[0])) == []
    measure(place)


def test_a_paper_is_shown_masked_and_in_full_only_with_a_reason(place: SimpleNamespace) -> None:
    student, scope = place.pupils[0], place.principal
    with unit_of_work(scope):
        what = {"kind": "PASSPORT", "number": "C1234567", "issued_on": dt.date(2024, 5, 1), "issued_at": "Cục XNC"}
        paper = services.add_paper(scope, student_id=student, **what)
        assert [row.masked for row in queries.papers(student)] == ["C1••••67"]
        with pytest.raises(PaperKnown):
            services.add_paper(scope, student_id=student, **what)
        with pytest.raises(ReasonMissing):
            services.show_paper(scope, student_id=student, paper_id=paper, why="")
        assert services.show_paper(scope, student_id=student, paper_id=paper, why="làm hộ chiếu") == "C1234567"
        with pytest.raises(NotFound):
            services.show_paper(scope, student_id=place.pupils[1], paper_id=paper, why="của em khác")
    assert [entry.subject_id for entry in told("students.number_shown")] == [student]
    assert "C1234567" not in "".join(entry.body for entry in told("dossiers.paper_added"))


def test_what_is_known_of_a_pupil_is_read_where_he_comes_to_and_where_he_was(place: SimpleNamespace) -> None:
    student = place.pupils[0]
    measure(place)
    with unit_of_work(place.principal):
        services.add_award(
            place.principal,
            student_id=student,
            awarded_on=TODAY,
            level="province",
            content="Giải nhì Toán",
            subject="",
            number="",
        )
    with unit_of_work(place.stranger):
        assert queries.measurements(student) == []
    moved(place, student)

    for reader in (place.stranger, place.principal):
        with unit_of_work(reader):
            assert len(queries.measurements(student)) == len(queries.awards(student)) == 1
    with unit_of_work(place.stranger), pytest.raises(NotFound):
        row = queries.awards(student)[0]
        services.take_back(place.stranger, student_id=student, what="khen-thuong", row_id=row.id, why="của trường khác")
    with make.as_system():
        bulk.leave_place([student], place.neighbour)
    with unit_of_work(place.stranger):
        assert not Award._base_manager.exists() and not IdentityPaper._base_manager.exists()


def moved(place: SimpleNamespace, student: int) -> None:
    with make.as_system() as scope:
        Enrolment._base_manager.filter(student_id=student).update(
            ends_on=dt.date(2026, 11, 10), status="transferred_out"
        )
        Person._base_manager.filter(pk=student).update(places=[place.school, place.neighbour])
        enrolment.enrol(scope, student_id=student, class_id=place.their_class, starts_on=TODAY)


def test_a_class_is_exported_in_a_fixed_number_of_statements(
    place: SimpleNamespace, django_assert_max_num_queries: Any
) -> None:
    learner(place, place.pupils[0], "hoctap", {"can_swim": "1"})
    with make.as_system():
        bulk.change_files({place.pupils[1]: {"boarding": "SEMI"}})

    with unit_of_work(place.principal), django_assert_max_num_queries(8):
        _, rows, said = services.export_class(place.principal, class_id=place.class_id)

    assert len(rows) == 3 and said[place.pupils[0]]["can_swim"] is True and said[place.pupils[1]]["boarding"] == "SEMI"
    assert len(told("dossiers.year_exported")) == 1
