"""What a pupil is entitled to is a dated row with a paper; the dossier's own columns say what holds today (ADR 0017)."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.kernel import clock
from maitruong.registry.enrolment import services as enrolment
from maitruong.registry.enrolment.importers import undo
from maitruong.registry.enrolment.models import Enrolment
from maitruong.registry.students import bulk, queries, services
from maitruong.registry.students.errors import (
    LevelMissing,
    PaperMissing,
    PeriodBackwards,
    ReasonMissing,
    StandingOverlaps,
    StandingUnknown,
    YearlyStanding,
)
from maitruong.registry.students.models import Standing, Student
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)
PAPER = {"paper_number": "12/GCN", "paper_by": "UBND phường Lê Chân"}
POOR = {"kind": "policy", "key": "POOR", "starts_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 12, 31), **PAPER}
SIGHT = {"kind": "disability", "key": "SIGHT", "level": "SEVERE", "starts_on": dt.date(2024, 3, 1), **PAPER}


def written(place: SimpleNamespace, scope: Scope | None = None, **what: object) -> int:
    scope = scope or place.principal
    with unit_of_work(scope):
        return services.record_standing(scope, student_id=place.pupils[0], school_id=place.school, **what)  # type: ignore[arg-type]


def file_of(student: int) -> tuple[str, bool, str]:
    with make.as_system():
        row = Student._base_manager.get(pk=student)
    return row.policy_group, row.near_poor, row.disability


def told_by_list(student: int, **values: object) -> None:
    with make.as_system():
        bulk.change_files({student: values})


def periods(student: int) -> list[tuple[str, str, dt.date, dt.date | None]]:
    with make.as_system():
        rows = Standing._base_manager.filter(student_id=student, withdrawn_at__isnull=True).order_by("key", "starts_on")
        return [(row.key, row.source, row.starts_on, row.ends_on) for row in rows]


def test_a_paper_shows_in_the_dossier_and_in_the_audit(place: SimpleNamespace) -> None:
    one = written(place, **POOR)
    written(place, **SIGHT)

    assert file_of(place.pupils[0]) == ("POOR", False, "SIGHT")
    with unit_of_work(place.principal):
        poor, sight = sorted(queries.standings([place.pupils[0]]), key=lambda row: row.kind, reverse=True)
    assert (poor.id, poor.name, poor.paper) == (one, "Hộ nghèo", "số 12/GCN, UBND phường Lê Chân")
    assert (sight.name, sight.level, sight.has_paper) == ("Khuyết tật nhìn", "Nặng", True)
    with make.as_system():
        entry = Entry._base_manager.filter(action="students.standing_recorded").order_by("pk").first()
    assert (entry.subject_id, entry.school_id) == (place.pupils[0], place.school)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"key": "RICH"}, StandingUnknown),
        ({"kind": "hobby"}, StandingUnknown),
        ({"paper_number": ""}, PaperMissing),
        ({"paper_by": " "}, PaperMissing),
        ({"ends_on": dt.date(2025, 12, 31)}, PeriodBackwards),
        ({"ends_on": None}, YearlyStanding),
        ({"ends_on": dt.date(2027, 1, 2)}, YearlyStanding),
        ({**SIGHT, "level": ""}, LevelMissing),
    ],
)
def test_what_no_paper_can_say_is_refused_and_nothing_is_written(
    place: SimpleNamespace, change: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        written(place, **{**POOR, **change})

    assert periods(place.pupils[0]) == [] and file_of(place.pupils[0]) == ("", False, "")


def test_two_papers_for_one_time_are_refused_in_words_and_by_the_database(place: SimpleNamespace) -> None:
    written(place, **POOR)

    with pytest.raises(StandingOverlaps):
        written(place, **{**POOR, "starts_on": dt.date(2026, 12, 1), "ends_on": dt.date(2027, 6, 1)})
    written(place, **{**POOR, "starts_on": dt.date(2027, 1, 1), "ends_on": dt.date(2027, 12, 31)})
    with make.as_system(), pytest.raises(IntegrityError), transaction.atomic():
        again = Standing._base_manager.filter(starts_on=dt.date(2026, 1, 1)).get()
        again.pk = None
        again.save()


def test_a_poor_household_ends_with_its_year_by_itself(place: SimpleNamespace) -> None:
    written(place, **POOR)

    with clock.standing_still(dt.datetime(2027, 1, 1, 3, 0, tzinfo=clock.VIETNAM)):
        assert services.follow_the_day() == 0
    assert file_of(place.pupils[0]) == ("", False, "")
    assert periods(place.pupils[0]) == [("POOR", "paper", dt.date(2026, 1, 1), dt.date(2026, 12, 31))]


def test_one_that_begins_later_shows_from_its_day(place: SimpleNamespace) -> None:
    written(place, **{**POOR, "starts_on": dt.date(2026, 12, 1), "ends_on": dt.date(2027, 11, 30)})
    assert file_of(place.pupils[0])[0] == ""

    with clock.standing_still(dt.datetime(2026, 12, 1, 3, 0, tzinfo=clock.VIETNAM)):
        services.follow_the_day()
    assert file_of(place.pupils[0])[0] == "POOR"


def test_what_a_list_says_is_a_row_without_papers_until_it_says_so_no_more(place: SimpleNamespace) -> None:
    pupil = place.pupils[0]
    told_by_list(pupil, policy_group="ORPHAN_ONE POOR", near_poor=True, disability="SIGHT")

    assert {(key, source) for key, source, *_ in periods(pupil)} == {
        (key, "list") for key in ("ORPHAN_ONE", "POOR", "NEAR_POOR", "SIGHT")
    }
    assert file_of(pupil) == ("ORPHAN_ONE POOR", True, "SIGHT"), "as the list wrote it, in its order"
    with clock.standing_still(dt.datetime(2027, 2, 1, 3, 0, tzinfo=clock.VIETNAM)):
        told_by_list(pupil, policy_group="ORPHAN_ONE", near_poor=False)
    assert ("POOR", "list", TODAY, dt.date(2027, 1, 31)) in periods(pupil)
    assert file_of(pupil) == ("ORPHAN_ONE", False, "SIGHT")


def test_a_list_taken_back_on_its_day_leaves_no_row(place: SimpleNamespace) -> None:
    told_by_list(place.pupils[0], policy_group="POOR")
    told_by_list(place.pupils[0], policy_group="")

    assert periods(place.pupils[0]) == []


def test_a_list_cannot_take_away_what_a_paper_says(place: SimpleNamespace) -> None:
    written(place, **POOR)

    told_by_list(place.pupils[0], policy_group="")

    assert file_of(place.pupils[0])[0] == "POOR"


def test_the_same_list_twice_changes_nothing(place: SimpleNamespace) -> None:
    told_by_list(place.pupils[0], policy_group="NEAR_POOR")
    before = (periods(place.pupils[0]), file_of(place.pupils[0]))

    told_by_list(place.pupils[0], policy_group="NEAR_POOR")

    assert (periods(place.pupils[0]), file_of(place.pupils[0])) == before
    assert before[1] == ("NEAR_POOR", False, ""), "the column the list wrote it in"


def test_a_word_of_a_list_gives_way_to_the_paper(place: SimpleNamespace) -> None:
    with clock.standing_still(dt.datetime(2025, 9, 10, 8, 0, tzinfo=clock.VIETNAM)):
        told_by_list(place.pupils[0], policy_group="POOR")

    written(place, **POOR)

    assert periods(place.pupils[0]) == [
        ("POOR", "list", dt.date(2025, 9, 10), dt.date(2025, 12, 31)),
        ("POOR", "paper", dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
    ]


def test_ending_needs_a_reason_and_a_day_that_can_be(place: SimpleNamespace) -> None:
    row = written(place, **SIGHT)
    scope, pupil, school = place.principal, place.pupils[0], place.school

    def end(ends_on: dt.date, why: str) -> bool:
        with unit_of_work(scope):
            return services.end_standing(
                scope, standing_id=row, student_id=pupil, school_id=school, ends_on=ends_on, why=why
            )

    with pytest.raises(ReasonMissing):
        end(TODAY, " ")
    with pytest.raises(PeriodBackwards):
        end(dt.date(2024, 1, 1), "nhầm")
    assert end(dt.date(2026, 11, 19), "giám định lại") is True
    assert end(TODAY, "lần nữa") is False, "had ended by then"
    assert file_of(pupil)[2] == ""


def test_a_mistake_is_taken_back_and_never_held(place: SimpleNamespace) -> None:
    row = written(place, **POOR)
    with unit_of_work(place.principal):
        services.withdraw_standing(
            place.principal, standing_id=row, student_id=place.pupils[0], school_id=place.school, why="ghi nhầm em"
        )

    assert periods(place.pupils[0]) == [] and file_of(place.pupils[0])[0] == ""
    written(place, **POOR)


def test_another_school_neither_writes_nor_sees_it(place: SimpleNamespace) -> None:
    written(place, **POOR)

    with pytest.raises(NotFound):
        written(place, place.stranger, **SIGHT)
    with unit_of_work(place.stranger):
        assert queries.standings([place.pupils[0]]) == [] and not Standing._base_manager.exists()


def test_it_comes_along_to_the_next_school_and_the_former_one_keeps_it(place: SimpleNamespace) -> None:
    written(place, **POOR)
    pupil = place.pupils[0]
    with make.as_system() as scope:
        Enrolment._base_manager.filter(student_id=pupil).update(ends_on=dt.date(2026, 11, 10), status="transferred_out")
        enrolment.enrol(scope, student_id=known(pupil, place.neighbour), class_id=place.their_class, starts_on=TODAY)

    for reader in (place.stranger, place.principal):
        with unit_of_work(reader):
            assert [row.key for row in queries.standings([pupil])] == ["POOR"]


def known(pupil: int, school: int) -> int:
    from maitruong.foundation.people import services as people

    people.known_at([pupil], school)
    return pupil


def test_following_a_list_costs_the_same_for_one_pupil_and_for_many(
    place: SimpleNamespace, django_assert_num_queries: object
) -> None:
    with make.as_system():
        for pupils in (place.pupils[:1], place.pupils):
            Student._base_manager.filter(pk__in=pupils).update(policy_group="POOR")
            with django_assert_num_queries(3):  # type: ignore[operator]
                bulk.standings.follow_list(pupils)


def test_a_dossier_a_list_opened_goes_with_what_the_list_said(place: SimpleNamespace) -> None:
    person = make.a_person("Giàng A Páo", place.school)
    with make.as_system():
        bulk.open_files(place.school, {person: ({"policy_group": "POOR", "disability": "SIGHT"}, {})})
    assert {key for key, *_ in periods(person)} == {"POOR", "SIGHT"}

    with make.as_system():
        bulk.remove_files([person])

    assert periods(person) == []


def test_a_list_is_not_taken_back_for_who_has_a_paper_by_now(place: SimpleNamespace) -> None:
    with make.as_system():
        bulk.change_files({place.pupils[1]: {"policy_group": "POOR"}})
    written(place, **POOR)

    with make.as_system():
        held = undo.uses(place.pupils[:2])

    assert "giấy tờ" in held[place.pupils[0]] and place.pupils[1] not in held
