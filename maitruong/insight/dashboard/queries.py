"""What the centre shows, and the rows behind each figure. Reads `indicators`, and the rooms below only for the rows themselves."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from maitruong.foundation.access.types import Rows, Scope
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.insight.indicators import queries as indicators
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.calendar.types import Calendar

DAYS = 14
"""How many days back the line under the marks of today goes."""
LEVELS = {"3": "Tốt", "2": "Khá", "1": "Đạt", "0": "Chưa đạt"}
PRIMARY_LEVELS = {"3": "Hoàn thành xuất sắc", "2": "Hoàn thành tốt", "1": "Hoàn thành", "0": "Chưa hoàn thành"}
"""Of grades 1-5, of the whole year only (Circular 27/2020, Điều 9)."""
PRIMARY = range(1, 6)


@dataclass(frozen=True)
class Period:
    """What a page of the centre tells of. day: today, or the last day of a year that is past: names, places and schools are
    those of that day. known: the school years, as they were read for it."""

    school_year: int
    term: int
    day: dt.date
    past: bool = False
    known: Calendar = field(default=Calendar(), repr=False)


def period(asked: int | None = None) -> Period:
    """The present school year and term, or a former year as a whole when it is asked for and the house knows it."""
    _keep_plans()
    today, known = clock.today(), calendar.known()
    year = known.year_on(today)
    if asked is not None and asked < year and known.knows(asked):
        return Period(asked, 2, known.span(asked)[2], past=True, known=known)
    return Period(year, known.term_on(today), today, known=known)


def _keep_plans() -> None:
    """The pages of the centre ask the same for a province, a commune and a school: one plan a connection serves them all, and is
    made at the first look, not at each of the first five. Ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('plan_cache_mode', 'force_generic_plan', true)")


def only_school(scope: Scope) -> int | None:
    """The one school of a scope that has no other."""
    return scope.school_ids[0] if scope.rows is not Rows.PROVINCE and len(scope.school_ids) == 1 else None


def last_day(found: Learning, of: Period) -> dt.date:
    """On which the schools behind these levels had the names to tell."""
    return of.day if found.school_year == of.school_year else of.known.span(found.school_year)[2]


@dataclass(frozen=True)
class Learning:
    """Learning levels of a period: grade → level → pupils; empty when no pupil has one yet. term 0: the whole year."""

    school_year: int
    term: int
    levels: dict[int, dict[str, int]]


@dataclass
class Centre:
    """The figures of one scope, with the moment up to which they are complete."""

    school_year: int
    term: int
    as_of: dt.datetime | None
    numbers: dict[str, int] = field(default_factory=dict)
    by_day: dict[str, int] = field(default_factory=dict)
    learning: Learning | None = None

    @property
    def etag(self) -> str:
        """The same in every process: the next poll may meet another one."""
        shown = (sorted(self.numbers.items()), sorted(self.by_day.items()))
        return f"{zlib.crc32(repr(shown).encode()):x}"


def centre(scope: Scope, of: Period, *, pictured: bool = True) -> Centre:
    """One statement for the figures and their moment, one more for the levels of a picture; the same for a school and a
    province."""
    today = clock.today()
    told = indicators.overview(
        scope,
        school_year=of.school_year,
        term=of.term,
        today=today,
        since=today - dt.timedelta(days=DAYS - 1),
    )
    found = Centre(of.school_year, of.term, told.as_of, told.numbers, {} if of.past else told.by_day)
    if pictured:
        found.learning = learning(scope, of)
    return found


def learning(scope: Scope, of: Period) -> Learning:
    """Levels of the present term once they tell of most pupils that last year's tell of: the first few classes that finish
    early are no picture of a province. Of a year that is past its own. Grades 6-12, one statement."""
    now, before = (of.school_year, 0 if of.past else of.term), (of.school_year - 1, 0)
    told: dict[tuple[int, int], dict[int, dict[str, int]]] = {now: {}, before: {}}
    for one in indicators.levels(scope, periods=(now, before)):
        told[one.school_year, one.term].setdefault(one.grade, {})[one.level] = one.pupils
    if of.past or is_a_picture(told[now], beside=told[before]):
        return Learning(*now, told[now])
    return Learning(*before, told[before]) if told[before] else Learning(*now, {})


def learning_of(scope: Scope, of: Period, grade: int | None) -> Learning:
    """The period whose levels a page of this grade tells. Primary school judges once, at the end of the year: until the present
    year is over its pages tell of the year before."""
    if grade is None or grade not in PRIMARY:
        return learning(scope, of)
    over = of.past or of.known.over_on(of.school_year, today=of.day) is not None
    return Learning(of.school_year if over else of.school_year - 1, 0, {grade: {}})


def levels_of(grade: int | None) -> dict[str, str]:
    """Key of a level → its name, best first; primary school has names of its own."""
    return PRIMARY_LEVELS if grade in PRIMARY else LEVELS


def primary_grades(scope: Scope, found: Learning) -> list[int]:
    """The primary grades a page offers beside those it tells of: one school has them only when it has no others."""
    return [] if only_school(scope) and any(grade not in PRIMARY for grade in found.levels) else list(PRIMARY)


def is_a_picture(levels: dict[int, dict[str, int]], *, beside: dict[int, dict[str, int]]) -> bool:
    """Whether these levels {grade: {level: pupils}} tell of any pupil, and of most that the others tell of."""
    ours, theirs = (sum(n for of_grade in one.values() for n in of_grade.values()) for one in (levels, beside))
    return ours > 0 and 2 * ours > theirs


@dataclass(frozen=True)
class SchoolRow:
    id: int
    name: str
    commune: str
    numbers: dict[str, int]


@dataclass(frozen=True)
class CommuneRow:
    code: str
    name: str
    numbers: dict[str, int]

    @property
    def closed_share(self) -> float | None:
        """Closed books of a hundred; None where no book is open, which is not zero."""
        books = self.numbers["books"]
        return 100 * self.numbers["books_closed"] / books if books else None


# A school as it was on a day: a name and a place it has left since stand in the rows of what it was. Those are few, so they
# are gathered once and not looked for school by school; `place` is the commune's id, named only for what is shown.
_SCHOOLS = """
SELECT u.id, coalesce(was.name, u.name) AS name, coalesce(was.sort_key, u.sort_key) AS sort_key,
       CASE WHEN was.id IS NULL THEN u.admin_unit_id ELSE was.admin_unit_id END AS place
FROM organisations_unit u
LEFT JOIN (SELECT DISTINCT ON (unit_id) * FROM organisations_formerunit WHERE until >= %(day)s::date
           ORDER BY unit_id, until) AS was ON was.unit_id = u.id
WHERE u.kind = 'school' AND (%(all)s OR u.id = ANY(%(schools)s))
  AND (u.opened_on IS NULL OR u.opened_on <= %(day)s::date) AND (u.closed_on IS NULL OR u.closed_on >= %(day)s::date)"""
_FIGURES = "LEFT JOIN indicators_figures f ON f.school_id = {row}.id AND f.school_year = %(year)s"
# OFFSET keeps the planner from reading all communes of the country, old ones included, to name the few that are asked.
_COMMUNE = """LEFT JOIN LATERAL (SELECT code, kind || ' ' || name AS name FROM organisations_adminunit
  WHERE id = {row}.place OFFSET 0) AS a ON true"""
# How many rows there are and those of a page, also of one beyond the end: its first column is the count, the rest then NULL.
_PAGE = """FROM (SELECT count(*) AS n FROM {all}) AS total
LEFT JOIN (SELECT * FROM {all} ORDER BY sort_key, id LIMIT %(limit)s OFFSET %(offset)s) AS page ON true"""


ORDERS = ("so", "diem", "hocba", "hs")
"""What a list of schools may be ordered by besides the name: closed books, marks of today, sealed records (what is least done
first, a school that owes nothing last) and pupils, most first."""


def schools(
    scope: Scope, of: Period, *, page: slice, commune: str = "", name: str = "", order: str = ""
) -> tuple[list[SchoolRow], int]:
    """Schools of the scope with their figures, of one commune or with a word of the name when asked: a page, and how many there
    are in all. order: one of ORDERS, else by name.

    One statement. By name only the schools of the page are looked up in the figures; searched or ordered otherwise all are
    read and chosen here: a province has hundreds, not more.
    """
    chosen = bool(name or order)
    rows = _school_rows(scope, of, slice(0, _ALL) if chosen else page, commune)
    found = [
        SchoolRow(i, n, c, dict(zip(indicators.columns_of(of.term), v, strict=True))) for _, i, n, c, *v in rows if i
    ]
    if not chosen:
        return found, rows[0][0]
    wanted = vietnamese.fold(vietnamese.tidy(name))
    found = [row for row in found if wanted in vietnamese.fold(row.name)]
    if order:
        found.sort(key=lambda row: _place_in(order, row.numbers))
    return found[page], len(found)


def asked_schools(given: Mapping[str, str]) -> dict[str, str]:
    """What an address asks of the list of schools: xa (code of a commune), q (a word of the name), xep (one of ORDERS)."""
    order = given.get("xep", "")
    return {
        "xa": given.get("xa", "")[:5],
        "q": vietnamese.tidy(given.get("q", ""))[:80],
        "xep": order if order in ORDERS else "",
    }


def worst_schools(scope: Scope, of: Period, *, most: int) -> list[SchoolRow]:
    """Schools some of whose books are still open, those with the least closed first. One statement."""
    rows, _ = schools(scope, of, page=slice(0, _ALL), order="so")
    return [row for row in rows if row.numbers["books_closed"] < row.numbers["books"]][:most]


_ALL = 10_000


def _place_in(order: str, numbers: dict[str, int]) -> tuple[bool, float]:
    """Where a school stands: those that owe nothing of the kind after all others; the sort keeps names in order among equals."""
    if order in ("so", "hocba"):
        done, due = ("books_closed", "books") if order == "so" else ("records_sealed", "records_due")
        return not numbers[due], numbers[done] / (numbers[due] or 1)
    if order == "diem":
        return not numbers["books"], numbers["marks_today"]
    return False, -numbers["pupils"]


def _school_rows(scope: Scope, of: Period, page: slice, commune: str) -> list[Any]:
    """Rows of a page by name: how many there are in all, id, name, commune, then the numbers in the order of `columns_of`."""
    read = indicators.columns_of(of.term)
    there = " WHERE place IN (SELECT id FROM organisations_adminunit WHERE code = %(commune)s)" if commune else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH u AS MATERIALIZED (SELECT * FROM ({_SCHOOLS}) AS u{there})"
            f" SELECT total.n, page.id, page.name, coalesce(a.name, ''),"
            f" {', '.join(f'coalesce({value}, 0)' for value in read.values())}"
            f" {_PAGE.format(all='u')} {_COMMUNE.format(row='page')} {_FIGURES.format(row='page')}"
            " ORDER BY page.sort_key, page.id",
            _asked(scope, of) | {"commune": commune, **_rows_of(page)},
        )
        return cursor.fetchall()


def communes(scope: Scope, of: Period) -> list[CommuneRow]:
    """Sums over the scope's schools by the commune a school lies in, by name. `schools` counts those that are open. One statement."""
    read = indicators.columns_of(of.term) | {"schools": "1"}
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH n AS (SELECT u.place, {', '.join(f'coalesce(sum({v}), 0) AS {name}' for name, v in read.items())}"
            f" FROM ({_SCHOOLS}) AS u {_FIGURES.format(row='u')} GROUP BY u.place)"
            f" SELECT coalesce(a.code, ''), coalesce(a.name, ''), {', '.join(f'sum(n.{name})::bigint' for name in read)}"
            f" FROM n {_COMMUNE.format(row='n')} GROUP BY 1, 2",
            _asked(scope, of),
        )
        found = [
            CommuneRow(code, name or "Chưa rõ xã, phường", dict(zip(read, numbers, strict=True)))
            for code, name, *numbers in cursor.fetchall()
        ]
    return sorted(found, key=lambda c: vietnamese.collation_key(c.name))


def commune_called(code: str) -> str:
    """The name of a commune, also of one where no school lies; "" for no such code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind || ' ' || name FROM organisations_adminunit WHERE code = %s ORDER BY id DESC LIMIT 1", [code]
        )
        row = cursor.fetchone()
    return row[0] if row else ""


def _rows_of(page: slice) -> dict[str, int]:
    return {"limit": page.stop - page.start, "offset": page.start}


def _asked(scope: Scope, of: Period) -> dict[str, Any]:
    return {**indicators.within(scope), "year": of.school_year, "today": clock.today(), "day": of.day}


@dataclass(frozen=True)
class LevelsRow:
    """A school and its pupils of each level, keys as in LEVELS."""

    id: int
    name: str
    counts: dict[str, int]


def levels_by_school(
    scope: Scope, of: Learning, *, day: dt.date, grade: int | None, page: slice
) -> tuple[list[LevelsRow], int]:
    """Schools by name with their pupils of each level, of one grade when asked: a page, and how many schools have any.

    day: on which the schools have the names that are told. Without a grade those of grades 6-12: primary school knows other
    levels. One statement, over the ready rows of the term.
    """
    sums = ", ".join(f"sum(level_{key}) AS level_{key}" for key in LEVELS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH n AS (SELECT school_id, {sums} FROM indicators_levelfigures"
            " WHERE school_year = %(year)s AND term = %(term)s"
            " AND CASE WHEN %(grade)s::int IS NULL THEN grade >= 6 ELSE grade = %(grade)s::int END"
            " AND (%(all)s OR school_id = ANY(%(schools)s))"
            f" GROUP BY school_id HAVING sum({' + '.join(f'level_{key}' for key in LEVELS)}) > 0),"
            f" named AS MATERIALIZED (SELECT n.*, u.id, u.name, u.sort_key FROM n JOIN ({_SCHOOLS}) AS u ON u.id = n.school_id)"
            f" SELECT total.n, page.id, page.name, {', '.join(f'page.level_{key}' for key in LEVELS)}"
            f" {_PAGE.format(all='named')} ORDER BY page.sort_key, page.id",
            {**indicators.within(scope), "year": of.school_year, "term": of.term, "day": day, "grade": grade}
            | _rows_of(page),
        )
        rows = cursor.fetchall()
    found = [LevelsRow(i, name, dict(zip(LEVELS, n, strict=True))) for _, i, name, *n in rows if i is not None]
    return found, rows[0][0]


def school_pupils_of_level(
    scope: Scope, *, school_id: int, school_year: int, term: int, grade: int | None, level: str
) -> list[dict[str, Any]]:
    """The pupils behind a figure of levels, by class and name. Nothing when the scope does not reach the school."""
    if not scope.covers("insight.people", school_id=school_id):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, p.full_name, c.name FROM gradebook_result r JOIN enrolment_schoolclass c ON c.id = r.class_id"
            " JOIN people_person p ON p.id = r.student_id"
            " WHERE r.school_id = %(school)s AND r.school_year = %(year)s AND r.term = %(term)s AND r.learning = %(level)s"
            " AND CASE WHEN %(grade)s::int IS NULL THEN r.grade >= 6 ELSE r.grade = %(grade)s::int END"
            " ORDER BY c.sort_key, p.sort_key, p.id LIMIT 2000",
            {"school": school_id, "year": school_year, "term": term, "level": int(level), "grade": grade},
        )
        return [{"id": i, "name": name, "class_name": class_name} for i, name, class_name in cursor.fetchall()]


def entries_today(scope: Scope, *, school_id: int, school_year: int) -> list[dict[str, Any]]:
    """Who entered how many marks today, by book: the rows behind «điểm ghi hôm nay» of one school."""
    if not scope.covers("insight.view", school_id=school_id):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.name, h.subject, coalesce(b.subject_name, h.subject), p.full_name, count(*), max(h.at)"
            " FROM gradebook_markhistory h JOIN enrolment_schoolclass c ON c.id = h.class_id"
            " LEFT JOIN LATERAL (SELECT subject_name FROM gradebook_markbook b WHERE b.school_year = h.school_year"
            "   AND b.class_id = h.class_id AND b.subject = h.subject LIMIT 1) b ON true"
            " LEFT JOIN people_person p ON p.id = h.by_person"
            " WHERE h.school_id = %(school)s AND h.school_year = %(year)s AND h.kind <> 'conduct'"
            " AND h.new IS NOT NULL AND h.cell NOT IN ('comment', 'basis')"
            " AND h.at >= (%(today)s::date)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'"
            " GROUP BY c.name, c.sort_key, h.subject, b.subject_name, p.full_name ORDER BY max(h.at) DESC LIMIT 500",
            {"school": school_id, "year": school_year, "today": clock.today()},
        )
        return [
            {"class_name": c, "subject": name, "by": by or "", "count": n, "at": at}
            for c, _, name, by, n, at in cursor.fetchall()
        ]


def classes(scope: Scope, of: Period, *, school_id: int) -> list[dict[str, Any]]:
    """The classes behind a school's figures: pupils, books and closed books of the term. One statement."""
    if not scope.covers("insight.view", school_id=school_id):
        return []
    first, _, last = of.known.span(of.school_year)
    day = min(max(of.day, first), last)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.name, c.grade, (SELECT count(*) FROM enrolment_enrolment e WHERE e.school_id = c.school_id"
            "   AND e.school_year = c.school_year AND e.school_class_id = c.id"
            "   AND e.starts_on <= %(day)s::date AND (e.ends_on IS NULL OR e.ends_on >= %(day)s::date)),"
            " (SELECT count(*) FROM gradebook_markbook b WHERE b.school_year = c.school_year AND b.class_id = c.id AND b.term = %(term)s),"
            " (SELECT count(*) FROM gradebook_markbook b WHERE b.school_year = c.school_year AND b.class_id = c.id AND b.term = %(term)s"
            "   AND b.closed_at IS NOT NULL)"
            " FROM enrolment_schoolclass c WHERE c.school_id = %(school)s AND c.school_year = %(year)s ORDER BY c.sort_key",
            {"school": school_id, "year": of.school_year, "term": of.term, "day": day},
        )
        return [
            {"id": i, "name": name, "grade": grade, "pupils": pupils, "books": books, "closed": closed}
            for i, name, grade, pupils, books, closed in cursor.fetchall()
        ]
