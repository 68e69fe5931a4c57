"""The sieve over whole schools: right where the plain rules say so, and blind to nothing that differs from them."""

from __future__ import annotations

import json
import random
import sys
from typing import Any

import pytest
from django.db import connection

from maitruong.assessment.gradebook import remaking, services, sifting, sifting_primary, twin
from maitruong.assessment.gradebook.planning import Year
from maitruong.assessment.gradebook.rules.tt22_2021 import Tt22Settings
from maitruong.assessment.gradebook.tests import factories as make
from maitruong.assessment.gradebook.tests.random_school import (
    Placed,
    a_school_of_random_primary_pupils,
    a_school_of_random_pupils,
)
from maitruong.foundation.access.errors import NotFound
from tests import factories as house

pytestmark = pytest.mark.django_db

READINGS = (
    Tt22Settings(),
    Tt22Settings(adjust_mode="remove", adjust_comment_subject=False),
    Tt22Settings(one_term_result="none", cluster_terms="1+2"),
    Tt22Settings(count_optional_subjects=False, fewer_subjects="fixed"),
)
YEAR = Year(2026, house.TODAY, twin.readings(reading.id for reading in READINGS))
STORED = {
    "gradebook_mark": "class_id, subject, term, student_id, average, outcome, provisional",
    "gradebook_result": "class_id, term, student_id, learning, learning_before, raised_by, conduct, title, missing, provisional",
}


def recompute(school: int, *, apply: bool = False) -> services.Differences:
    with house.as_system() as scope:
        return services.recompute(scope, school_year=2026, school_ids=[school], apply=apply)


def sift(school: int) -> sifting.Sifted:
    with house.as_system():
        (found,) = sifting.sift(YEAR, [school])
    return found


def stored(school: int) -> dict[str, list[tuple[Any, ...]]]:
    return {table: make.rows_of(f"{table} WHERE school_id = {school}", what, what) for table, what in STORED.items()}


def count_of(pupils: list[Placed]) -> tuple[int, int]:
    """(mark rows in the pupil's present class, results the pupil may have)."""
    own = sum(row["class_id"] == pupil.class_id for pupil in pupils for row in pupil.rows.values())
    elsewhere = sum(any(row["class_id"] != p.class_id for row in p.rows.values()) for p in pupils)
    return own, 3 * len(pupils) - elsewhere


def test_what_the_plain_rules_stored_passes_the_sieve_and_the_twin_under_every_reading() -> None:
    school, pupils = a_school_of_random_pupils(280, 5, READINGS)
    ordinary = [pupil for pupil in pupils if not pupil.is_special]

    found = sift(school)
    with house.as_system():
        (by_twin,) = remaking.compare(remaking.SECONDARY, YEAR, [school])

    assert found.different == []
    assert sorted(found.apart) == sorted(pupil.student_id for pupil in pupils if pupil.is_special)
    assert (found.marks, found.results) == count_of(ordinary)
    assert 10 < len(found.apart) < 80
    assert (by_twin.marks_different, by_twin.results_different) == (0, 0)
    assert (by_twin.marks, by_twin.results) == count_of(pupils)
    assert len({row["raised_by"] for pupil in pupils for row in pupil.results}) > 5
    whole = recompute(school)
    assert ((whole.marks, whole.results), whole.differences) == (count_of(pupils), 0)


SPOILED_MARK = (
    "average = CASE WHEN average IS NULL THEN 50 ELSE average - 1 END",
    "average = NULL, outcome = CASE WHEN average IS NULL AND outcome IS NULL THEN 1 ELSE 1 - outcome END",
    "provisional = NOT provisional",
    "ck = CASE WHEN outcome IS NULL THEN mod(ck + 30, 100) ELSE 1 - ck END",
)
SPOILED_RESULT = (
    "learning = CASE WHEN learning = 3 THEN 2 ELSE 3 END",
    "learning_before = CASE WHEN learning_before = 0 THEN 1 ELSE 0 END",
    "raised_by = raised_by || 'X'",
    "conduct = CASE WHEN conduct = 3 THEN 1 ELSE 3 END",
    "title = CASE WHEN title = 'good' THEN 'excellent' ELSE 'good' END",
    "missing = missing + 1",
    "provisional = NOT provisional",
)


def spoil(pupil: Placed, how: str, chance: random.Random) -> None:
    """One stored value of one pupil changed, or one cell whose average then is not its own any more."""
    table, change = how.split(": ")
    rows = pupil.results if table == "gradebook_result" else list(pupil.rows.values())
    if "ck = " in change:
        rows = [row for row in rows if row["outcome"] == 1 or row["average"] is not None]
    row = chance.choice(rows)
    subject = "" if table == "gradebook_result" else f" AND subject = '{row['subject']}'"
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {change} WHERE student_id = %s AND class_id = %s AND term = %s{subject}",
            [pupil.student_id, row["class_id"], row["term"]],
        )
        assert cursor.rowcount == 1


def test_every_pupil_of_whom_anything_is_spoiled_is_named_and_put_right() -> None:
    school, pupils = a_school_of_random_pupils(120, 9, READINGS)
    ordinary = [pupil for pupil in pupils if not pupil.is_special and pupil.results and pupil.drawn["closed"]]
    hows = [f"gradebook_mark: {how}" for how in SPOILED_MARK] + [f"gradebook_result: {how}" for how in SPOILED_RESULT]
    before, chance = stored(school), random.Random(2)
    spoiled = {pupil.student_id: how for pupil, how in zip(ordinary[: 5 * len(hows)], hows * 5, strict=False)}
    for pupil in ordinary:
        if pupil.student_id in spoiled:
            spoil(pupil, spoiled[pupil.student_id], chance)
    cells = {how for how in spoiled.values() if "ck = " in how}

    found = sift(school)
    told, put_right = recompute(school), recompute(school, apply=True)

    assert len(set(spoiled.values())) == len(hows) and cells
    assert {spoiled[pupil] for pupil in spoiled if pupil not in found.different} == set()
    assert set(found.different) == set(spoiled)
    assert told == put_right and told.differences >= len(spoiled)
    assert recompute(school).differences == 0
    lost = [row for table, rows in stored(school).items() for row in rows if row not in before[table]]
    assert {row[3] if len(row) == 7 else row[2] for row in lost} <= {p for p, how in spoiled.items() if "ck = " in how}


def told_of(school: int) -> list[dict[str, Any]]:
    return [
        json.loads(body)["changes"]
        for (body,) in make.rows_of(
            f"audit_entry WHERE school_id = {school} AND action = 'gradebook.recomputed'", "body"
        )
    ]


def test_first_results_of_a_whole_school_are_those_the_saves_would_have_stored() -> None:
    school, pupils = a_school_of_random_pupils(120, 11, READINGS)
    says = "learning IS NOT NULL OR conduct IS NOT NULL"
    where = f"gradebook_result WHERE school_id = {school} AND ({says})"
    before = make.rows_of(where, STORED["gradebook_result"], STORED["gradebook_result"])
    with house.as_system() as scope, connection.cursor() as cursor:
        cursor.execute("DELETE FROM gradebook_result WHERE school_id = %s", [school])

        made = services.make_results(scope, school_year=2026, school_ids=[school])
        again = services.make_results(scope, school_year=2026, school_ids=[school])

    assert stored(school)["gradebook_result"] == before
    assert (made.marks, made.results) == (again.marks, again.results) == count_of(pupils)
    assert (made.marks_different, made.results_different, again.differences) == (0, len(before), 0)
    assert told_of(school) == [made.as_dict()]
    assert any(pupil.is_special and pupil.results for pupil in pupils)
    assert recompute(school).differences == 0


def test_first_results_are_not_made_of_averages_the_marks_do_not_make() -> None:
    school, pupils = a_school_of_random_pupils(40, 12, READINGS[:1])
    ordinary = [pupil for pupil in pupils if not pupil.is_special and pupil.results and pupil.drawn["closed"]]
    before = stored(school)["gradebook_mark"]
    for pupil in ordinary[:3]:
        spoil(pupil, f"gradebook_mark: {SPOILED_MARK[0]}", random.Random(3))
    with house.as_system() as scope, connection.cursor() as cursor:
        cursor.execute("DELETE FROM gradebook_result WHERE school_id = %s", [school])

        made = services.make_results(scope, school_year=2026, school_ids=[school])

    assert made.marks_different == 3
    assert stored(school)["gradebook_mark"] == before
    assert recompute(school).differences == 0


def test_nobody_but_the_house_makes_first_results() -> None:
    room = make.a_classroom()

    with make.working_as(room.principal) as scope, pytest.raises(NotFound):
        services.make_results(scope, school_year=2026, school_ids=[room.school])

    assert make.rows_of("gradebook_result") == []


def test_a_lost_result_is_missed_and_one_that_says_nothing_is_not() -> None:
    school, pupils = a_school_of_random_pupils(30, 4, READINGS[:1])
    ordinary = [pupil for pupil in pupils if not pupil.is_special and pupil.results]
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM gradebook_result WHERE school_id = %s", [school])

    telling = {
        p.student_id for p in ordinary for r in p.results if r["learning"] is not None or r["conduct"] is not None
    }

    assert telling and set(sift(school).different) == telling


def test_a_row_that_no_book_of_the_class_knows_is_left_to_the_twin() -> None:
    school, pupils = a_school_of_random_pupils(12, 4, READINGS[:1])
    pupil = next(pupil for pupil in pupils if not pupil.is_special)
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gradebook_mark SET subject = 'LA' WHERE ctid IN (SELECT ctid FROM gradebook_mark WHERE student_id = %s LIMIT 1)",
            [pupil.student_id],
        )

    assert pupil.student_id in sift(school).apart


def test_a_comment_book_closed_before_a_pupil_came_leaves_the_subject_missing() -> None:
    room = make.a_classroom()
    for term in (1, 2):
        with make.working_as(room.principal) as scope:
            services.close_book(
                scope, book_id=room.book("GDTC", term), missing="leave", reason="Nghỉ ốm dài ngày có phép"
            )
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM gradebook_mark WHERE student_id = %s", [room.pupils[0]])
        cursor.execute("DELETE FROM gradebook_result WHERE student_id = %s", [room.pupils[0]])
    (an, *_) = room.pupils
    make.type_in(make.teacher_of(room), room.book("TOAN"), (an, "gk", "8"), (an, "ck", "8"))

    with house.as_system():
        (by_twin,) = remaking.compare(remaking.SECONDARY, YEAR, [room.school])

    assert recompute(room.school).differences == 0
    assert by_twin.results_different == 0


def test_schools_where_nothing_differs_are_not_locked() -> None:
    room = make.a_classroom()
    make.type_in(make.teacher_of(room), room.book("TOAN"), (room.pupils[0], "gk", "8"))

    with connection.execute_wrapper(_refuse_locks), house.as_system() as scope:
        found = services.recompute(scope, school_year=2026, school_ids=[room.school], apply=True)

    assert (found.marks, found.differences) == (1, 0)
    assert make.rows_of("audit_entry WHERE action = 'gradebook.recomputed'") == []


def _refuse_locks(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    assert "FOR NO KEY UPDATE" not in sql
    return execute(sql, params, many, context)


def test_schools_taken_a_few_at_a_time_come_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    schools = [a_school_of_random_pupils(6, seed, READINGS[:1])[0] for seed in (1, 2, 3)]
    one_by_one = services.Differences()
    for school in schools:
        one_by_one.add(recompute(school))

    monkeypatch.setattr(sys.modules[services.recompute.__module__], "CLASSES_AT_ONCE", 8)
    with house.as_system() as scope:
        together = services.recompute(scope, school_year=2026)

    assert together == one_by_one and together.marks > 300


def test_a_pupil_on_the_rolls_of_two_schools_is_judged_in_each_by_its_own_marks() -> None:
    (one, pupils), (two, others) = (a_school_of_random_pupils(5, seed, READINGS[:1]) for seed in (1, 2))
    pupil, other = pupils[0], others[0]
    with house.as_system(), connection.cursor() as cursor:
        # The first school's last day lies ahead.
        cursor.execute(
            "UPDATE enrolment_enrolment SET ends_on = '2027-05-31' WHERE student_id = %s", [pupil.student_id]
        )
        for table in ("gradebook_mark", "gradebook_result", "gradebook_conduct", "enrolment_enrolment"):
            cursor.execute(
                f"UPDATE {table} SET student_id = %s WHERE student_id = %s", [pupil.student_id, other.student_id]
            )
    with house.as_system():
        found = sifting.sift(YEAR, [one, two])

    assert [pupil.student_id in school.apart for school in found] == [True, True]
    with house.as_system() as scope:
        together = services.recompute(scope, school_year=2026, school_ids=[one, two])
    assert (together.differences, together.marks) == (0, recompute(one).marks + recompute(two).marks)


# --- primary school --------------------------------------------------------------------------------------------------------


def test_primary_results_of_the_plain_rules_pass_and_every_spoiled_one_is_named() -> None:
    school, special = a_school_of_random_primary_pupils(150, 3)
    with house.as_system():
        (found,) = sifting_primary.sift(YEAR, [school])
        (by_twin,) = remaking.compare(remaking.PRIMARY, YEAR, [school])

    assert (found.different, by_twin.results_different, by_twin.results) == ([], 0, 150)
    assert sorted(found.apart) == sorted(pupil for pupil, apart in special.items() if apart)
    assert found.results == 150 - len(found.apart) > 100

    hows = ("learning = 3 - learning, title = ''", "title = title || 'X'", "missing = missing + 1")
    kept = [
        row[0]
        for row in make.rows_of("gradebook_result WHERE learning NOT IN (0, 3)", "student_id")
        if not special[row[0]]
    ]
    with house.as_system(), connection.cursor() as cursor:
        for pupil, how in zip(kept, hows * len(kept), strict=False):
            cursor.execute(f"UPDATE gradebook_result SET {how} WHERE student_id = %s", [pupil])
        (again,) = sifting_primary.sift(YEAR, [school])

    assert len(kept) > 20 and set(again.different) == set(kept)
    assert recompute(school, apply=True).results_different == len(kept)
    assert recompute(school).differences == 0
