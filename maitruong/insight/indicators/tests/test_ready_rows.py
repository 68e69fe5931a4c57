"""The ready rows say what the facts say, and the facts what the rooms below hold, whatever was written and counted in between."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.db import connection

from maitruong.assessment.gradebook.models import ClassSheet, MarkBook
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock
from maitruong.insight.dashboard import queries as dashboard
from maitruong.insight.indicators import queries, services
from maitruong.insight.indicators.counts import GROUPS
from maitruong.insight.indicators.models import Fact, Figures, LevelFigures
from maitruong.registry.enrolment.models import Enrolment
from tests import factories as make

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=clock.VIETNAM)
YEAR = 2026
NOW = dashboard.Period(YEAR, 1, NOON.date())
NAMES = ("Nguyễn Minh Anh", "Lý A Sính", "Vũ Thị Hà", "Đỗ Quang Minh", "Trần Bảo Châu", "Phạm Gia Hân")


class World:
    """A department with three communes and five schools, where things happen by chance."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        department = make.a_department()
        communes = [make.a_commune(department, name) for name in ("Phường An Biên", "Xã Vĩnh Bảo", "Phường Lê Chân")]
        self.schools = [make.a_school(communes[i % 3], f"THCS số {i}") for i in range(5)]
        self.officer = make.a_post_holder(department, "department_officer", "Lê Trung Kiên")
        self.commune_officer = make.a_post_holder(communes[0], "commune_officer", "Ngô Thị Mai")
        self.of_commune = [self.schools[0], self.schools[3]]
        self.principal = make.a_principal(self.schools[1])
        self.numbers = iter(range(1, 1_000_000))

    def something_happens(self, at: dt.datetime) -> None:
        school = self.dice.choice(self.schools)
        self.dice.choice(
            [
                self.a_class_comes, self.marks_come, self.results_come, self.results_change, self.books_close,
                self.somebody_leaves,
            ]
        )(school, at)  # fmt: skip

    def a_class_comes(self, school: int, at: dt.datetime) -> None:
        grade, number = self.dice.randint(6, 9), next(self.numbers)
        class_id, _ = make.a_class(
            school, f"{grade}A{number}", pupils=NAMES[: self.dice.randint(0, 4)], grade=grade, year=YEAR
        )
        with make.as_system():
            sheet = ClassSheet(
                school_id=school, school_year=YEAR, class_id=class_id, grade=grade, subjects=[], act="", settings_id=""
            )
            sheet.save()
            for term in (0, 1, 2):
                for subject in ("TOAN", "VAN")[: self.dice.randint(0, 2)]:
                    MarkBook(
                        sheet=sheet, school_id=school, school_year=YEAR, class_id=class_id, subject=subject,
                        subject_name=subject, position=1, term=term, grade=grade, kind="score", periods_per_year=0,
                    ).save()  # fmt: skip

    def marks_come(self, school: int, at: dt.datetime) -> None:
        moments = [at - dt.timedelta(hours=self.dice.randint(0, 30)) for _ in range(self.dice.randint(1, 6))]
        self._insert(
            "INSERT INTO gradebook_markhistory"
            " (school_year, school_id, class_id, kind, subject, slot, student_id, cell, version, old, new, at)"
            " VALUES (%s, %s, 1, 'score', 'TOAN', 1, 1, 'tx1', %s, NULL, '7,5', %s)",
            [[YEAR, school, next(self.numbers), moment] for moment in moments],
        )

    def results_come(self, school: int, at: dt.datetime) -> None:
        self._insert(
            "INSERT INTO gradebook_result (school_year, school_id, class_id, term, student_id, grade, learning, missing,"
            " provisional, act, settings_id, computed_at) VALUES (%s, %s, 1, %s, %s, %s, %s, 0, false, '', '', %s)",
            [
                [
                    self.dice.choice([YEAR - 1, YEAR]), school, self.dice.randint(0, 2), next(self.numbers),
                    self.dice.randint(6, 9), self.dice.choice([None, 0, 1, 2, 3]), at,
                ]
                for _ in range(self.dice.randint(1, 5))
            ],
        )  # fmt: skip

    def results_change(self, school: int, at: dt.datetime) -> None:
        """A mark is corrected, an import is undone: pupils change their level, or have none and no result any more."""
        with make.as_system(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE gradebook_result SET learning = %s WHERE school_id = %s AND student_id %% 3 = 0",
                [self.dice.choice([None, 0, 1, 2, 3]), school],
            )
            cursor.execute("DELETE FROM gradebook_result WHERE school_id = %s AND student_id %% 5 = 0", [school])

    def books_close(self, school: int, at: dt.datetime) -> None:
        with make.as_system() as scope:
            books = MarkBook.objects.visible_to(scope, "").filter(school_id=school, term=self.dice.randint(0, 2))
            books.update(closed_at=self.dice.choice([None, at]))

    def somebody_leaves(self, school: int, at: dt.datetime) -> None:
        with make.as_system() as scope:
            places = Enrolment.objects.visible_to(scope, "").filter(school_id=school, ends_on__isnull=True)
            place = places.order_by("pk").first()
            if place:
                place.ends_on = at.date() - dt.timedelta(days=1)
                place.save()

    def counted(self) -> None:
        """Some schools whole, of the others some groups, in no order."""
        for school in self.dice.sample(self.schools, 2):
            services.recount([school], YEAR)
        cells = [(school, YEAR, group, NOON) for school in self.schools for group in GROUPS]
        services.mark_stale(self.dice.sample(cells, 12))
        while services.refresh():
            pass

    @staticmethod
    def _insert(statement: str, rows: list[list[object]]) -> None:
        with make.as_system(), connection.cursor() as cursor:
            cursor.executemany(statement, rows)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_any_run_of_events_ready_rows_facts_and_rooms_say_the_same(seed: int) -> None:
    world = World(seed)
    for step in range(6):
        now = NOON + dt.timedelta(hours=7 * step)
        with clock.standing_still(now):
            for _ in range(8):
                world.something_happens(now)
            world.counted()
            assert ready_rows(world.schools) == rows_of_facts(world.schools)
            assert ready_levels() == levels_of_facts()
    with clock.standing_still(now):
        services.recount(world.schools, YEAR)
        assert ready_rows(world.schools) == rows_of_facts(world.schools) == rows_of_rooms(world.schools, now.date())
        services.recount(world.schools, YEAR - 1)
        assert ready_levels() == levels_of_facts() == levels_of_rooms() != {}


@pytest.mark.parametrize("seed", [4, 5])
def test_every_scope_reads_the_sums_of_its_own_schools(seed: int) -> None:
    world = World(seed)
    with clock.standing_still(NOON):
        for _ in range(40):
            world.something_happens(NOON)
        for year in (YEAR - 1, YEAR):
            services.recount(world.schools, year)
        rows = rows_of_rooms(world.schools, NOON.date())
        for account, reached in (
            (world.officer, world.schools),
            (world.commune_officer, world.of_commune),
            (world.principal, [world.schools[1]]),
        ):
            scope = make.scope_of(account)
            with unit_of_work(scope):
                sums = numbers_of(scope, NOON.date())
                listed, count = dashboard.schools(scope, NOW, page=slice(0, 50))
                first, _ = dashboard.schools(scope, NOW, page=slice(0, 1))
                rest, _ = dashboard.schools(scope, NOW, page=slice(1, 50))
                communes = dashboard.communes(scope, NOW)

            expected = {name: sum(rows[school][name] for school in reached) for name in ("classes", "pupils")}
            expected |= {"books": sum(rows[s]["books_1"] for s in reached), "schools": len(reached)}
            expected |= {"books_closed": sum(rows[s]["books_closed_1"] for s in reached)}
            expected |= {"marks_today": sum(rows[s]["marks"] for s in reached)}
            assert {name: sums[name] for name in expected} == expected
            assert {row.id for row in listed} == set(reached) and count == len(reached)
            assert first + rest == listed
            assert all(row.numbers["pupils"] == rows[row.id]["pupils"] for row in listed)
            for name, value in expected.items():
                assert sum(c.numbers[name] for c in communes) == value


def test_levels_by_school_page_by_page_are_the_results_of_the_rooms() -> None:
    world = World(6)
    with clock.standing_still(NOON):
        for school in world.schools[:4]:
            for _ in range(6):
                world.results_come(school, NOON)
        services.recount(world.schools, YEAR - 1)
        scope = make.scope_of(world.commune_officer)
        with unit_of_work(scope):
            former = dashboard.Learning(YEAR - 1, 0, {})
            rows, count = dashboard.levels_by_school(scope, former, day=NOON.date(), grade=None, page=slice(0, 50))
            told = queries.levels(scope, periods=[(YEAR, 1), (YEAR - 1, 0)])

    with make.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT school_id, learning::text, count(*) FROM gradebook_result WHERE school_year = %s AND term = 0"
            " AND learning IS NOT NULL AND school_id = ANY(%s) GROUP BY 1, 2",
            [YEAR - 1, world.of_commune],
        )
        expected = {(school, level): n for school, level, n in cursor.fetchall()}
    assert expected
    assert {(row.id, level): n for row in rows for level, n in row.counts.items() if n} == expected
    assert count == len({school for school, _ in expected})
    assert sum(one.pupils for one in told if one.school_year == YEAR - 1) == sum(expected.values())


def test_levels_that_nobody_has_any_more_are_no_longer_told() -> None:
    world = World(8)
    world.results_come(world.schools[0], NOON)
    services.recount(world.schools, YEAR - 1)
    services.recount(world.schools, YEAR)
    before = ready_levels()
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM gradebook_result")
    services.mark_stale([(world.schools[0], year, "levels", NOON) for year in (YEAR - 1, YEAR)])
    assert services.refresh() == 2

    assert before and ready_levels() == {}
    scope = make.scope_of(world.officer)
    with unit_of_work(scope):
        assert queries.levels(scope, periods=[(year, term) for year in (YEAR - 1, YEAR) for term in (0, 1, 2)]) == []
        former = dashboard.Learning(YEAR - 1, 0, {})
        assert dashboard.levels_by_school(scope, former, day=NOON.date(), grade=None, page=slice(0, 50)) == ([], 0)


def test_marks_of_today_are_none_right_after_midnight() -> None:
    world = World(7)
    late = NOON.replace(hour=23, minute=50)
    with clock.standing_still(late):
        world.marks_come(world.schools[0], late)
        services.recount(world.schools, YEAR)
        before = sums_of(world, late.date())
    with clock.standing_still(late + dt.timedelta(minutes=20)):
        after = sums_of(world, late.date() + dt.timedelta(days=1))

    assert before["marks_today"] > 0 == after["marks_today"]


def numbers_of(scope: Scope, today: dt.date) -> dict[str, int]:
    return queries.overview(scope, school_year=YEAR, term=1, today=today, since=today).numbers


def sums_of(world: World, today: dt.date) -> dict[str, int]:
    scope = make.scope_of(world.officer)
    with unit_of_work(scope):
        return numbers_of(scope, today)


_COLUMNS = [f.name for f in Figures._meta.concrete_fields if f.name not in {"id", "school_id", "school_year"}]
_NUMBERS = [name for name in _COLUMNS if name != "marks_day"]


def ready_rows(schools: list[int]) -> dict[int, dict[str, int]]:
    with make.as_system():
        rows = {row.school_id: row for row in Figures._base_manager.filter(school_year=YEAR)}
        return {s: {name: getattr(rows[s], name) if s in rows else 0 for name in _NUMBERS} for s in schools}


def rows_of_facts(schools: list[int]) -> dict[int, dict[str, int]]:
    """The facts of each school counted whole. Marks are those of the day the ready row was counted for."""
    found = {school: dict.fromkeys(_NUMBERS, 0) for school in schools}
    with make.as_system():
        days = dict(Figures._base_manager.filter(school_year=YEAR).values_list("school_id", "marks_day"))
        for fact in Fact._base_manager.filter(school_year=YEAR):
            row, day = found[fact.school_id], days.get(fact.school_id)
            if fact.indicator in {"books", "books_closed"}:
                if fact.term:
                    row[f"{fact.indicator}_{fact.term}"] += fact.value
            elif fact.indicator == "marks_entered":
                row["marks"] += fact.value if day and fact.key == day.isoformat() else 0
            elif fact.indicator in row:
                row[fact.indicator] += fact.value
    return found


_Levels = dict[tuple[int, int, int, int, str], int]


def ready_levels() -> _Levels:
    """(school, year, term, grade, level) → pupils, of the ready rows; what is zero is left out."""
    with make.as_system():
        return {
            (row.school_id, row.school_year, row.term, row.grade, level): pupils
            for row in LevelFigures._base_manager.all()
            for level in "0123"
            if (pupils := getattr(row, f"level_{level}"))
        }


def levels_of_facts() -> _Levels:
    with make.as_system():
        return {
            (fact.school_id, fact.school_year, fact.term, fact.grade, fact.key): fact.value
            for fact in Fact._base_manager.filter(indicator="learning", value__gt=0)
        }


def levels_of_rooms() -> _Levels:
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT school_id, school_year, term, grade, learning::text, count(*) FROM gradebook_result"
            " WHERE learning IS NOT NULL GROUP BY 1, 2, 3, 4, 5"
        )
        return {tuple(key): pupils for *key, pupils in cursor.fetchall()}


_ROOMS = """
SELECT u.id, 1,
  (SELECT count(*) FROM enrolment_schoolclass c WHERE c.school_id = u.id AND c.school_year = 2026),
  (SELECT count(*) FROM enrolment_enrolment e WHERE e.school_id = u.id AND e.school_year = 2026 AND e.starts_on <= %(day)s
     AND (e.ends_on IS NULL OR e.ends_on >= %(day)s)),
  (SELECT count(*) FROM enrolment_enrolment e WHERE e.school_id = u.id AND e.school_year = 2026 AND e.starts_on <= %(day)s
     AND (e.ends_on IS NULL OR e.ends_on >= %(day)s)),
  0,
  (SELECT count(*) FROM enrolment_enrolment e WHERE e.school_id = u.id AND e.school_year = 2026 AND e.starts_on <= %(day)s
     AND (e.ends_on IS NULL OR e.ends_on >= %(day)s))
  + (SELECT count(DISTINCT s.person_id) FROM staff_employment s WHERE s.school_id = u.id AND s.starts_on <= %(day)s
     AND (s.ends_on IS NULL OR s.ends_on >= %(day)s)),
  0,
  0,
  (SELECT count(*) FROM gradebook_markbook b WHERE b.school_id = u.id AND b.term = 1),
  (SELECT count(*) FROM gradebook_markbook b WHERE b.school_id = u.id AND b.term = 1 AND b.closed_at IS NOT NULL),
  (SELECT count(*) FROM gradebook_markbook b WHERE b.school_id = u.id AND b.term = 2),
  (SELECT count(*) FROM gradebook_markbook b WHERE b.school_id = u.id AND b.term = 2 AND b.closed_at IS NOT NULL),
  (SELECT count(*) FROM gradebook_markhistory h WHERE h.school_id = u.id
     AND (h.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date = %(day)s)
FROM organisations_unit u WHERE u.id = ANY(%(schools)s)"""


def rows_of_rooms(schools: list[int], day: dt.date) -> dict[int, dict[str, int]]:
    """The same counted straight from the rooms below."""
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute(_ROOMS, {"schools": schools, "day": day})
        return {school: dict(zip(_NUMBERS, numbers, strict=True)) for school, *numbers in cursor.fetchall()}
