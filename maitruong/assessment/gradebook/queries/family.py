"""What a family sees: its own child, whole; nobody else, no average of the class, no rank (Thông tư 15/2026, Điều 22 khoản 2)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.regulations.derivation import Derivation

from .. import columns, layout, storage
from ..columns import Column
from ..rules.tt27_2020 import QUALITIES_AND_COMPETENCES
from . import results


@dataclass(frozen=True)
class FamilySubject:
    """One book of the child: what stands in it, column by column, empty ones left out. Of a primary pupil also the row of
    qualities and competences (kind "quality")."""

    subject: str
    name: str
    kind: str
    term: int
    moment: int
    cells: list[tuple[str, str]]
    result: str
    comment: str
    closed: bool
    updated_at: dt.datetime | None


@dataclass(frozen=True)
class FamilyYear:
    """A child's year: subjects by term, conduct with the homeroom teacher's words, results. Levels as words."""

    school_year: int
    class_name: str
    grade: int
    subjects: list[FamilySubject] = field(default_factory=list)
    conduct: dict[int, tuple[str, str]] = field(default_factory=dict)
    learning: dict[int, str] = field(default_factory=dict)
    title: str = ""
    act: str = ""


_STORED = (*(f"tx{n}" for n in range(1, 7)), "cd", "gk", "ck")
_OWN = f"""
SELECT b.subject, b.subject_name, b.kind, b.term, b.moment, b.grade, b.regular_needed, b.cluster, b.tested, b.act, b.position,
       b.closed_at IS NOT NULL, c.name, m.updated_at, m.average, m.outcome, m.provisional, m.basis, m.comment,
       {", ".join(f"m.{name}" for name in _STORED)}, NULL::smallint, NULL::smallint, m.school_id
FROM gradebook_mark m
JOIN gradebook_markbook b ON b.school_year = m.school_year AND b.class_id = m.class_id AND b.subject = m.subject AND b.term = m.term
  AND b.kind IN ('score', 'comment')
JOIN enrolment_schoolclass c ON c.id = m.class_id
WHERE m.student_id = %(student)s::bigint AND m.school_year = %(year)s::smallint
UNION ALL
SELECT b.subject, b.subject_name, b.kind, b.term, b.moment, b.grade, 0, false, b.tested, b.act, b.position,
       b.closed_at IS NOT NULL, c.name, m.updated_at, NULL, NULL, false, m.basis, m.comment,
       {", ".join("NULL" for _ in _STORED)}, m.level, m.test, m.school_id
FROM gradebook_primarymark m
JOIN gradebook_markbook b ON b.school_year = m.school_year AND b.class_id = m.class_id AND b.subject = m.subject
  AND b.moment = m.moment AND b.kind = 'primary'
JOIN enrolment_schoolclass c ON c.id = m.class_id
WHERE m.student_id = %(student)s::bigint AND m.school_year = %(year)s::smallint
ORDER BY 4, 5, 11"""


_QUALITIES = f"""SELECT moment, updated_at, comment, {", ".join(QUALITIES_AND_COMPETENCES)} FROM gradebook_qualitymark
WHERE student_id = %(student)s::bigint AND school_year = %(year)s::smallint ORDER BY moment, updated_at"""


def family_marks(scope: Scope, *, student_id: int, school_year: int) -> FamilyYear | None:
    """The child's year, for a guardian or the pupil. Three statements, in primary school four; None when nothing was written
    yet. Raises NotFound."""
    reach = [g for g in scope.grants if "gradebook.family" in g.permissions]
    if (
        not any(g.student_ids is None or student_id in g.student_ids for g in reach)
        or student_id not in scope.person_ids
    ):
        raise NotFound
    facts = {"student": student_id, "year": school_year}
    with connection.cursor() as cursor:
        cursor.execute(_OWN, facts)
        rows = cursor.fetchall()
        cursor.execute(
            "SELECT term, level, comment FROM gradebook_conduct"
            " WHERE student_id = %(student)s AND school_year = %(year)s ORDER BY updated_at",
            facts,
        )
        conduct = {term: (layout.level_name(level), comment) for term, level, comment in cursor.fetchall()}
        cursor.execute(
            "SELECT term, grade, learning, conduct, title, act FROM gradebook_result"
            " WHERE student_id = %(student)s AND school_year = %(year)s ORDER BY computed_at",
            facts,
        )
        results = cursor.fetchall()
        qualities = []
        if any(row[2] == "primary" for row in rows):
            cursor.execute(_QUALITIES, facts)
            newest = {row[0]: row for row in cursor.fetchall()}
            qualities = [_quality(row) for row in newest.values()]
    if not rows and not conduct:
        return None
    return _year(school_year, rows, conduct, results, qualities)


def _year(
    school_year: int,
    rows: list[Any],
    conduct: dict[int, tuple[str, str]],
    results: list[Any],
    qualities: list[FamilySubject],
) -> FamilyYear:
    learning, title, act = {}, "", ""
    for term, grade, level, year_conduct, given, under in results:
        learning[term] = layout.level_name(level, primary=grade <= 5)
        act = under
        if term == 0:
            title = layout.title_name(given, primary=grade <= 5)
            if year_conduct is not None:
                conduct[0] = (layout.level_name(year_conduct), conduct.get(0, ("", ""))[1])
    newest = rows[-1] if rows else None
    return FamilyYear(
        school_year,
        newest[12] if newest else "",
        newest[5] if newest else 0,
        [*(_subject(row) for row in _told_once(rows)), *qualities],
        conduct,
        {term: words for term, words in learning.items() if words},
        title,
        act,
    )


def _told_once(rows: list[Any]) -> list[Any]:
    """Marks that came along from another school stand at both: the newer row holds the older one's, and more."""
    newest: dict[tuple[Any, ...], Any] = {}
    for row in rows:
        place = (row[2], row[0], row[3], row[4])
        if place not in newest or row[13] >= newest[place][13]:
            newest[place] = row
    return [row for row in rows if row[-1] == newest[row[2], row[0], row[3], row[4]][-1]]


def marks_at(*, student_id: int, school_id: int, school_year: int) -> list[FamilySubject]:
    """What stands in a pupil's books of one school in a year, as its pages show it; for who checked the right. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN, {"student": student_id, "year": school_year})
        return [_subject(row) for row in cursor.fetchall() if row[-1] == school_id]


def _subject(row: Any) -> FamilySubject:
    subject, name, kind, term, moment, _, needed, cluster, tested, _, _, closed, _, updated_at = row[:14]
    average, outcome, provisional, basis, comment = row[14:19]
    stored = dict(zip((*_STORED, "level", "test"), row[19:-1], strict=True))
    regular = max([needed, *(n for n in range(1, 7) if stored[f"tx{n}"] is not None)])
    shown: list[Column] = [
        c
        for c in columns.columns_for(kind, regular=regular, cluster=cluster, tested=tested, term=term)
        if c.key in stored
    ]
    texts = [(c.label, columns.show(c, stored[c.key])) for c in shown]
    result = columns.show_average(average, provisional) or columns.show_outcome(outcome, provisional)
    if basis == 3:
        result = "Miễn"
    return FamilySubject(
        subject, name, kind, term, moment, [t for t in texts if t[1]], result, comment, closed, updated_at
    )


def _quality(row: Any) -> FamilySubject:
    """Named whole: a family does not read the short heads of a teacher's columns."""
    moment, updated_at, comment, *levels = row
    by_key = {column.key: column for column in columns.columns_for("quality")}
    texts = [
        (name, columns.show(by_key[code], level))
        for (code, name), level in zip(QUALITIES_AND_COMPETENCES.items(), levels, strict=True)
    ]
    term = 1 if moment <= 2 else 2
    return FamilySubject(
        "", "Phẩm chất, năng lực", "quality", term, moment, [t for t in texts if t[1]], "", comment, False, updated_at
    )


def family_why(scope: Scope, *, student_id: int, class_id: int, term: int) -> list[Derivation]:
    """Why the child's level of a term or the year (0) is what it is, told to the guardian or the pupil. Raises NotFound."""
    reach = [g for g in scope.grants if "gradebook.family" in g.permissions]
    if (
        not any(g.student_ids is None or student_id in g.student_ids for g in reach)
        or student_id not in scope.person_ids
    ):
        raise NotFound
    sheet = storage.sheet_of_class(class_id)
    return [] if sheet is None else results.level_of(sheet, student_id=student_id, term=term)
