"""The seeded small province through the application's own role: results, promotions, families and signers agree with the rules."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from maitruong.registry.students.services import last_day_of_access
from tests.journeys.conftest import House
from tools import pytest_house, testbase
from tools.cluster import Running

Ask = Callable[..., list[tuple[Any, ...]]]
PEOPLE_OF_THE_PAGE = [
    "so-gddt", "phuong-le-chan", "hieu-truong", "pho-hieu-truong", "chu-nhiem-8a2", "giao-vien-toan", "van-thu", "phu-huynh",
    "hoc-sinh-8a2", "quan-tri", "chua-co-vai",
]  # fmt: skip
#: Of every pupil of the closed year: why the record cannot be made (in August, after the retests), else what was decided.
DECISIONS = """
import datetime as dt, json
from maitruong.assessment.school_records import assembling
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.kernel import clock
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.models import SchoolClass
house = system_scope("test")
told = {}
with unit_of_work(house):
    classes = list(SchoolClass.objects.visible_to(house, "").filter(school_year=2025, grade__gte=1).values_list("pk", flat=True))
with clock.standing_still(dt.datetime(2026, 8, 25, 8, tzinfo=clock.VIETNAM)):
    for class_id in classes:
        with unit_of_work(house):
            ref = enrolment.class_ref(house, class_id=class_id)
            roster = enrolment.members(ref, on=enrolment.day_within(2025))
            room = assembling.classroom(house, ref, roster)
            for row in roster:
                why = assembling.why_held_back(room, row.student_id)
                told[row.student_id] = why or str(assembling.promotion(room, row.student_id))
print(json.dumps(told))
"""
DIFFERENCES = """
import json
from maitruong.assessment.gradebook import services
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
house, told = system_scope("test"), {}
for year in (2025, 2026):
    with unit_of_work(house):
        told[year] = services.recompute(house, school_year=year).as_dict()
print(json.dumps(told))
"""


@pytest.fixture
def ask(house: House) -> Ask:
    """Rows of a query, as the application sees the whole province."""

    def rows(query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(house.environment["MT_APP_URL"]) as db:
            db.execute("SELECT set_config('role', 'mt_wide', true)")
            return db.execute(query, values or None).fetchall()  # type: ignore[call-overload, no-any-return]

    return rows


def told_by(house: House, code: str) -> Any:
    return json.loads(house.command("shell", "-v", "0", "-c", code).stdout.strip().splitlines()[-1])


def test_every_pupil_of_the_closed_year_has_a_result_in_every_grade(ask: Ask) -> None:
    without = ask(
        "SELECT c.grade, count(*) FROM enrolment_enrolment e JOIN enrolment_schoolclass c ON c.id = e.school_class_id"
        " LEFT JOIN gradebook_result r ON r.school_year = 2025 AND r.class_id = c.id AND r.student_id = e.student_id AND r.term = 0"
        " WHERE e.school_year = 2025 AND c.grade >= 1 AND r.learning IS NULL GROUP BY 1"
    )

    assert without == []
    grades = ask("SELECT DISTINCT grade FROM gradebook_result WHERE school_year = 2025 AND term = 0 ORDER BY 1")
    assert [grade for (grade,) in grades] == list(range(1, 13))


def test_the_centre_counts_the_records_that_families_read(ask: Ask) -> None:
    (row,) = ask(
        "SELECT (SELECT count(*) FROM school_records_recordfile WHERE school_year = 2025 AND state IN ('sealed', 'issued')),"
        " (SELECT coalesce(sum(records_sealed), 0)::int FROM indicators_figures WHERE school_year = 2025)"
    )

    assert row[0] > 0 and row[1] > 0


def test_what_was_loaded_is_what_the_rules_make_of_it(house: House) -> None:
    told = told_by(house, DIFFERENCES)

    for year in ("2025", "2026"):
        assert told[year]["marks"] > 10_000
        assert (told[year]["marks_different"], told[year]["results_different"]) == (0, 0)


def test_after_the_summer_no_record_of_the_closed_year_waits_and_repeaters_are_those_who_were_retained(
    house: House, ask: Ask
) -> None:
    decided = {int(pupil): decision for pupil, decision in told_by(house, DECISIONS).items()}
    repeating = {pupil for (pupil,) in ask("SELECT student_id FROM enrolment_enrolment WHERE status = 'repeating'")}

    kinds = Counter(decided.values())
    assert set(kinds) == {"promoted", "completed", "retained", "promoted_after_summer"} | (
        set(kinds) & {"completed_after_summer"}
    )
    assert kinds["promoted_after_summer"] > 20
    assert {pupil for pupil, decision in decided.items() if decision == "retained"} == repeating


def test_a_guardian_holds_one_grant_for_each_child_until_the_day_before_the_eighteenth_birthday(ask: Ask) -> None:
    grants = ask(
        "SELECT g.student_ids, g.valid_to, p.born_on FROM access_grant g JOIN people_person p ON p.id = g.student_ids[1]"
        " WHERE g.role = 'guardian'"
    )

    assert len(grants) > 5_000
    for children, last_day, born in grants:
        assert len(children) == 1
        assert last_day == last_day_of_access(born)


def test_every_guardian_of_a_child_may_see_it_today(ask: Ask) -> None:
    blind = ask(
        "SELECT count(*) FROM students_guardianship s JOIN people_person p ON p.id = s.student_id"
        " WHERE s.ends_on IS NULL AND p.born_on > %s AND NOT EXISTS (SELECT 1 FROM access_grant g"
        " WHERE g.person_id = s.guardian_id AND g.role = 'guardian' AND g.student_ids = ARRAY[s.student_id])",
        dt.date(2008, 11, 22),
    )

    assert blind == [(0,)]


def test_the_people_of_the_page_are_who_it_promises(ask: Ask) -> None:
    accounts = ask("SELECT login, person_id FROM identity_account WHERE demo_order IS NOT NULL ORDER BY demo_order")
    held = {
        login: {
            (role, unit)
            for role, unit in ask(
                "SELECT role, unit_id FROM access_grant WHERE person_id = %s AND valid_from <= %s"
                " AND (valid_to IS NULL OR valid_to >= %s)",
                person, dt.date(2026, 11, 20), dt.date(2026, 11, 20),
            )
        }
        for login, person in accounts
    }  # fmt: skip
    roles = {login: sorted({role for role, _ in grants}) for login, grants in held.items()}

    assert [login for login, _ in accounts] == PEOPLE_OF_THE_PAGE
    assert roles["so-gddt"] == ["department_officer"]
    assert roles["phuong-le-chan"] == ["commune_officer"]
    assert roles["hieu-truong"] == ["principal"]
    assert roles["pho-hieu-truong"] == ["deputy_principal", "principal"]
    assert "homeroom_teacher" in roles["chu-nhiem-8a2"]
    assert {"guardian", "subject_teacher"} <= set(roles["giao-vien-toan"])
    assert roles["van-thu"] == ["clerk"]
    assert len({unit for role, unit in held["phu-huynh"] if role == "guardian"}) == 2
    assert roles["hoc-sinh-8a2"] == ["pupil"]
    assert roles["quan-tri"] == ["it_admin"]
    assert roles["chua-co-vai"] == []


STRUCTURE = """
SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
UNION ALL SELECT 'secured', relname, concat(relrowsecurity, relforcerowsecurity, reloptions) FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
UNION ALL SELECT 'policy', concat(tablename, policyname), concat(roles, qual, with_check) FROM pg_policies
UNION ALL SELECT 'schema', nspname, '' FROM pg_namespace WHERE nspname NOT LIKE 'pg_%'
"""


def test_a_load_leaves_every_index_reference_and_wall_as_the_migrations_made_them(
    ask: Ask, test_server: Running, template_database: str
) -> None:
    name = f"{pytest_house.DATABASE}_unseeded"
    testbase.clone(test_server, template_database, name)
    try:
        with psycopg.connect(pytest_house.server.addresses(name).app) as db:
            migrated = set(db.execute(STRUCTURE).fetchall())
    finally:
        testbase.drop(test_server, name)

    seeded = set(ask(STRUCTURE))
    assert len(migrated) > 300
    assert seeded ^ migrated == set()


def test_whoever_signed_a_record_held_the_post_on_that_day(ask: Ask) -> None:
    blocks = ask("SELECT count(*) FROM school_records_recordblock WHERE signed_at IS NOT NULL")
    strangers = ask(
        "SELECT b.role, b.signer_id, b.signed_at FROM school_records_recordblock b WHERE b.signed_at IS NOT NULL AND NOT EXISTS ("
        " SELECT 1 FROM access_grant g WHERE g.person_id = b.signer_id AND g.unit_id = b.school_id AND g.role = b.role"
        " AND (b.signed_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date BETWEEN g.valid_from AND coalesce(g.valid_to, 'infinity')"
        " AND (g.class_ids IS NULL OR b.class_id = ANY(g.class_ids)) AND (g.subjects IS NULL OR b.subject = ANY(g.subjects)))"
    )

    assert blocks[0][0] > 100
    assert strangers == []


def test_the_records_that_wait_for_the_principal_are_signed_by_everybody_before_her_and_of_no_child_of_the_page(
    ask: Ask,
) -> None:
    parts = ask(
        "SELECT r.student_id, b.role, count(*), count(b.signed_at) FROM school_records_recordfile r"
        " JOIN school_records_recordblock b ON b.record_id = r.id WHERE r.school_year = 2025 AND r.state = 'homeroom_signed'"
        " GROUP BY 1, 2"
    )
    issued = ask("SELECT student_id FROM school_records_recordfile WHERE school_year = 2025 AND state = 'issued'")
    children = ask(
        "SELECT unnest(g.student_ids) FROM access_grant g JOIN identity_account a ON a.person_id = g.person_id"
        " WHERE a.demo_order IS NOT NULL AND g.role IN ('guardian', 'pupil')"
    )

    waiting = {pupil for pupil, *_ in parts}
    assert (len(waiting), len(issued)) == (4, 10)
    assert children and waiting.isdisjoint(pupil for (pupil,) in [*children, *issued])
    for _, role, all_parts, signed in parts:
        assert signed == (0 if role == "principal" else all_parts), role
