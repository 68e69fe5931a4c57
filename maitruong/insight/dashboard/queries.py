"""What the centre shows, and the rows behind each figure. Reads `indicators`, and the rooms below only for the rows themselves."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from maitruong.foundation.access.types import Rows, Scope
from maitruong.foundation.kernel import clock
from maitruong.insight.indicators import queries as indicators
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment

CENTRE = (
    "schools",
    "classes",
    "pupils",
    "marks_entered",
    "books",
    "books_closed",
    "records_due",
    "records_sealed",
    "learning",
)
LEVELS = {"3": "Tốt", "2": "Khá", "1": "Đạt", "0": "Chưa đạt"}


@dataclass
class Centre:
    """The figures of one scope, with the moment up to which they are complete."""

    school_year: int
    term: int
    as_of: dt.datetime | None
    numbers: dict[str, int] = field(default_factory=dict)
    by_day: dict[str, int] = field(default_factory=dict)
    levels: dict[int, dict[str, int]] = field(default_factory=dict)
    levels_term: int = 1
    levels_year: int = 0

    @property
    def etag(self) -> str:
        return f"{hash((tuple(sorted(self.numbers.items())), tuple(sorted(self.by_day.items())))) & 0xFFFFFFFF:x}"


def centre(scope: Scope) -> Centre:
    """Two statements for the figures, one for their moment, two for the calendar; the same for a school and a province.

    Learning levels are those of the present term once they tell of most pupils that last year's tell of: the first few
    classes that finish early are no picture of a province.
    """
    today = clock.today()
    year, term = calendar.year_on(today), calendar.term_on(today)
    found = Centre(year, term, indicators.as_of(scope))
    for total in indicators.totals(scope, school_year=year, indicators=CENTRE):
        if total.indicator == "marks_entered":
            found.by_day[total.key] = found.by_day.get(total.key, 0) + total.value
        elif total.indicator == "learning":
            _add_level(found, total, year)
        elif total.indicator not in {"books", "books_closed"} or total.term == term:
            found.numbers[total.indicator] = found.numbers.get(total.indicator, 0) + total.value
    found.numbers["marks_today"] = found.by_day.get(today.isoformat(), 0)
    now = found.levels
    found.levels = {}
    for total in indicators.totals(scope, school_year=year - 1, indicators=("learning",)):
        _add_level(found, total, year - 1)
    if is_a_picture(now, beside=found.levels):
        found.levels, found.levels_term, found.levels_year = now, term, year
    return found


def is_a_picture(levels: dict[int, dict[str, int]], *, beside: dict[int, dict[str, int]]) -> bool:
    """Whether these levels {grade: {level: pupils}} tell of any pupil, and of most that the others tell of."""
    ours, theirs = (sum(n for of_grade in one.values() for n in of_grade.values()) for one in (levels, beside))
    return ours > 0 and 2 * ours > theirs


def _add_level(found: Centre, total: indicators.Total, year: int) -> None:
    """Levels of the newest period that has any: the year of a finished year, else the present term. Grades 6-12."""
    wanted = 0 if year < found.school_year else found.term
    if total.term == wanted and total.grade >= 6 and total.value:
        found.levels.setdefault(total.grade, {})[total.key] = total.value
        found.levels_term, found.levels_year = wanted, year


@dataclass(frozen=True)
class SchoolRow:
    id: int
    name: str
    commune_code: str
    commune: str
    values: dict[str, int]


def schools(scope: Scope, *, school_year: int, term: int, commune: str = "") -> list[SchoolRow]:
    """Every school of the scope with its figures, by name; of one commune when asked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.id, u.name, coalesce(a.code, ''), coalesce(a.kind || ' ' || a.name, '') FROM organisations_unit u"
            " LEFT JOIN organisations_adminunit a ON a.id = u.admin_unit_id"
            " WHERE u.kind = 'school' AND u.closed_on IS NULL AND (%(all)s OR u.id = ANY(%(schools)s))"
            " AND (%(commune)s = '' OR a.code = %(commune)s) ORDER BY u.sort_key, u.id",
            {"all": scope.rows is Rows.PROVINCE, "schools": list(scope.school_ids), "commune": commune},
        )
        rows = cursor.fetchall()
    values: dict[int, dict[str, int]] = defaultdict(dict)
    whole = indicators.by_school(
        scope, school_year=school_year, indicators=("classes", "pupils", "records_due", "records_sealed")
    )
    books = indicators.by_school(scope, school_year=school_year, indicators=("books", "books_closed"), term=term)
    today = indicators.by_school(
        scope, school_year=school_year, indicators=("marks_entered",), key=clock.today().isoformat()
    )
    for part in (whole, books, today):
        for school_id, found in part.items():
            values[school_id].update(found)
    return [SchoolRow(i, name, code, commune_name, values.get(i, {})) for i, name, code, commune_name in rows]


@dataclass(frozen=True)
class CommuneRow:
    code: str
    name: str
    schools: int
    values: dict[str, int]

    @property
    def closed_share(self) -> float | None:
        """Closed books of a hundred; None where no book is open, which is not zero."""
        books = self.values.get("books", 0)
        return 100 * self.values.get("books_closed", 0) / books if books else None


def communes(rows: list[SchoolRow]) -> list[CommuneRow]:
    """The same figures by the commune a school lies in, summed."""
    grouped: dict[tuple[str, str], list[SchoolRow]] = defaultdict(list)
    for row in rows:
        grouped[row.commune_code, row.commune].append(row)
    found = []
    for (code, name), members in grouped.items():
        sums: dict[str, int] = defaultdict(int)
        for member in members:
            for key, value in member.values.items():
                sums[key] += value
        found.append(CommuneRow(code, name or "Chưa rõ xã, phường", len(members), dict(sums)))
    return sorted(found, key=lambda c: c.name)


def levels_by_school(scope: Scope, *, school_year: int, term: int, grade: int | None, level: str) -> dict[int, int]:
    """school id → pupils of a level, of one grade when asked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT school_id, sum(value)::bigint FROM indicators_fact WHERE school_year = %(year)s AND indicator = 'learning'"
            " AND term = %(term)s AND key = %(level)s AND (%(grade)s::int IS NULL OR grade = %(grade)s::int)"
            " AND (%(all)s OR school_id = ANY(%(schools)s)) GROUP BY school_id",
            {
                "year": school_year,
                "term": term,
                "level": level,
                "grade": grade,
                "all": scope.rows is Rows.PROVINCE,
                "schools": list(scope.school_ids),
            },
        )
        return dict(cursor.fetchall())


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
            " AND (%(grade)s::int IS NULL OR r.grade = %(grade)s::int) ORDER BY c.sort_key, p.sort_key, p.id LIMIT 2000",
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


def classes(scope: Scope, *, school_id: int, school_year: int, term: int) -> list[dict[str, Any]]:
    """The classes behind a school's figures: pupils, books and closed books of the term."""
    if not scope.covers("insight.view", school_id=school_id):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.name, c.grade, (SELECT count(*) FROM enrolment_enrolment e WHERE e.school_id = c.school_id"
            "   AND e.school_year = c.school_year AND e.school_class_id = c.id"
            "   AND e.starts_on <= %(day)s::date AND (e.ends_on IS NULL OR e.ends_on >= %(day)s::date)),"
            " (SELECT count(*) FROM gradebook_markbook b WHERE b.school_year = c.school_year AND b.class_id = c.id AND b.term = %(term)s),"
            " (SELECT count(*) FROM gradebook_markbook b WHERE b.school_year = c.school_year AND b.class_id = c.id AND b.term = %(term)s"
            "   AND b.closed_at IS NOT NULL)"
            " FROM enrolment_schoolclass c WHERE c.school_id = %(school)s AND c.school_year = %(year)s ORDER BY c.sort_key",
            {"school": school_id, "year": school_year, "term": term, "day": enrolment.day_within(school_year)},
        )
        return [
            {"id": i, "name": name, "grade": grade, "pupils": pupils, "books": books, "closed": closed}
            for i, name, grade, pupils, books, closed in cursor.fetchall()
        ]
