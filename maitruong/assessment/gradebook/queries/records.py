"""A class's whole year as the school record wants it: plain values, every pupil, six statements whatever the class's size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from maitruong.foundation.access.types import Scope

from .. import judging, layout
from ..acts import BASES
from ..rules.tt27_2020 import COMPETENCES, QUALITIES
from ..summer import NOTHING, Summer, SummerRow, of_primary, of_secondary
from ..types import Sheet, SubjectTerm, period_name
from ..weighing import judge_of
from .results import class_sheet


@dataclass(frozen=True)
class RecordSubject:
    """A pupil's year in one subject. Scores in tenths; outcomes 1 Đạt, 0 Chưa đạt; level 2 T, 1 H, 0 C; exempt: no result.

    again: what the summer brought, where the pupil was assessed again.
    """

    code: str
    name: str
    kind: str
    optional: bool
    term_one: int | None = None
    term_two: int | None = None
    year: int | None = None
    level: int | None = None
    test: int | None = None
    exempt: bool = False
    comment: str = ""
    again: SummerRow | None = None


@dataclass(frozen=True)
class RecordYear:
    """A pupil's year. learning, conduct: term (0 is the year) → level 3-0; qualities: (code, name, group, level 2-0).

    summer: what the pupil owes after the year, and what it came to.
    """

    student_id: int
    subjects: tuple[RecordSubject, ...]
    learning: dict[int, int | None] = field(default_factory=dict)
    learning_before: int | None = None
    conduct: dict[int, int | None] = field(default_factory=dict)
    overall: int | None = None
    title: str = ""
    comment: str = ""
    qualities: tuple[tuple[str, str, str, int | None], ...] = ()
    missing: int = 0
    provisional: bool = False
    summer: Summer = NOTHING


def open_books(sheet: Sheet) -> list[str]:
    """Names of the books of a class that are still open, in the order of the curriculum."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject_name, term, moment FROM gradebook_markbook WHERE sheet_id = %s AND closed_at IS NULL"
            " ORDER BY term, moment, position",
            [sheet.id],
        )
        return [f"{name} ({period_name(term, moment)})" for name, term, moment in cursor.fetchall()]


def class_year(scope: Scope, *, class_id: int, student_ids: Iterable[int]) -> tuple[Sheet, dict[int, RecordYear]]:
    """The year of these pupils of a class. Raises NotFound when the scope does not hold every book of the class."""
    sheet = class_sheet(scope, class_id=class_id)
    ids = list(student_ids)
    facts = {"year": sheet.school_year, "class": class_id, "students": ids}
    primary = bool(sheet.subjects) and sheet.subjects[0].kind == "primary"
    read = _primary_year if primary else _secondary_year
    results = _by_pupil(_RESULTS, facts)
    conduct = _by_pupil(_CONDUCT, facts)
    rows = _by_pupil(_PRIMARY if primary else _MARKS, facts)
    qualities = _by_pupil(_QUALITIES, facts) if primary else {}
    summer = summer_rows(facts)
    found = {
        student_id: read(
            sheet,
            student_id,
            rows.get(student_id, []),
            results.get(student_id, []),
            conduct.get(student_id, []),
            qualities.get(student_id, []),
            summer.get(student_id, {}),
        )
        for student_id in ids
    }
    return sheet, found


_GENERAL = ("tu_chu_tu_hoc", "giao_tiep_hop_tac", "giai_quyet_van_de")
_MARKS = """SELECT student_id, subject, term, average, outcome, provisional, basis, comment FROM gradebook_mark
WHERE school_year = %(year)s::smallint AND student_id = ANY(%(students)s::bigint[]) ORDER BY class_id = %(class)s::bigint, updated_at"""
_RESULTS = """SELECT student_id, term, learning, learning_before, conduct, title, missing, provisional FROM gradebook_result
WHERE school_year = %(year)s::smallint AND class_id = %(class)s::bigint AND student_id = ANY(%(students)s::bigint[])"""
_CONDUCT = """SELECT student_id, term, level, comment FROM gradebook_conduct
WHERE school_year = %(year)s::smallint AND student_id = ANY(%(students)s::bigint[]) ORDER BY class_id = %(class)s::bigint, term"""
_PRIMARY = """SELECT student_id, subject, level, test, basis, comment FROM gradebook_primarymark
WHERE school_year = %(year)s::smallint AND moment = 4 AND student_id = ANY(%(students)s::bigint[])
ORDER BY class_id = %(class)s::bigint"""
_QUALITIES = f"""SELECT student_id, comment, {", ".join(QUALITIES | COMPETENCES)} FROM gradebook_qualitymark
WHERE school_year = %(year)s::smallint AND moment = 4 AND student_id = ANY(%(students)s::bigint[])
ORDER BY class_id = %(class)s::bigint"""


_SUMMER = """SELECT student_id, subject, value, level, taken, note, decided_on FROM gradebook_summerresult
WHERE school_year = %(year)s::smallint AND class_id = %(class)s::bigint AND student_id = ANY(%(students)s::bigint[])"""


def summer_rows(facts: dict[str, Any]) -> dict[int, dict[str, SummerRow]]:
    """pupil → subject → what the summer brought. facts: year, class, students."""
    found = _by_pupil(_SUMMER, facts)
    return {student: {row[0]: SummerRow(*row[1:]) for row in rows} for student, rows in found.items()}


def _by_pupil(sql: str, facts: dict[str, Any]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        for student_id, *rest in cursor.fetchall():
            found.setdefault(student_id, []).append(tuple(rest))
    return found


def _secondary_year(
    sheet: Sheet,
    student_id: int,
    rows: list[Any],
    results: list[Any],
    conduct: list[Any],
    _: list[Any],
    again: dict[str, SummerRow],
) -> RecordYear:
    marks = {(subject, term): SubjectTerm(*rest[:4]) for subject, term, *rest in rows}
    comments = {(subject, term): comment for subject, term, _a, _o, _p, _b, comment in rows if comment}
    judge = judge_of(sheet.subjects, sheet.act, sheet.settings_id, sheet.grade)
    years = {r.code: r for r in judge.weigh(marks, 0)}
    subjects = []
    for subject in sheet.subjects:
        year = years.get(subject.code)
        if year is None:
            continue
        one, two = (marks.get((subject.code, term)) for term in (1, 2))
        whole = year.average if subject.kind == "score" else None if year.passed is None else int(year.passed)
        subjects.append(
            RecordSubject(
                subject.code,
                subject.name,
                subject.kind,
                subject.optional,
                _value(subject.kind, one),
                _value(subject.kind, two),
                whole,
                exempt=not year.basis.counts,
                comment=comments.get((subject.code, 2)) or comments.get((subject.code, 1), ""),
                again=again.get(subject.code),
            )
        )
    by_term = {row[0]: row for row in results}
    whole_year = by_term.get(0, (0, None, None, None, "", len(sheet.subjects), True))
    said = {term: comment for term, _level, comment in conduct if comment}
    return RecordYear(
        student_id,
        tuple(subjects),
        learning={term: row[1] for term, row in by_term.items()},
        learning_before=whole_year[2],
        conduct={**{term: level for term, level, _c in conduct if term}, 0: whole_year[3]},
        title=layout.title_name(whole_year[4] or ""),
        comment=said.get(0) or said.get(2) or said.get(1, ""),
        missing=whole_year[5],
        provisional=whole_year[6],
        summer=of_secondary(sheet, list(years.values()), whole_year[1], whole_year[3], again),
    )


def _value(kind: str, row: SubjectTerm | None) -> int | None:
    if row is None or not BASES[row.basis].counts:
        return None
    return row.average if kind == "score" else row.outcome


def _primary_year(
    sheet: Sheet,
    student_id: int,
    rows: list[Any],
    results: list[Any],
    _: list[Any],
    qualities: list[Any],
    again: dict[str, SummerRow],
) -> RecordYear:
    stood = {row[0]: row[1:] for row in rows}
    subjects = tuple(
        RecordSubject(
            subject.code,
            subject.name,
            subject.kind,
            subject.optional,
            level=level,
            test=test,
            exempt=not BASES[basis].counts,
            comment=comment,
            again=again.get(subject.code),
        )
        for subject in sheet.subjects
        for level, test, basis, comment in [stood.get(subject.code, (None, None, 0, ""))]
        if subject.code in stood or not subject.optional
    )
    whole = next((row for row in results if row[0] == 0), (0, None, None, None, "", len(sheet.subjects), True))
    comment, *levels = qualities[-1] if qualities else ("", *[None] * len(QUALITIES | COMPETENCES))
    judged = tuple(
        (code, name, "quality" if code in QUALITIES else "general" if code in _GENERAL else "specific", level)
        for (code, name), level in zip((QUALITIES | COMPETENCES).items(), levels, strict=True)
    )
    return RecordYear(
        student_id,
        subjects,
        overall=whole[1],
        title=layout.title_name(whole[4] or "", primary=True),
        comment=str(comment or ""),
        qualities=judged,
        missing=whole[5],
        provisional=whole[6],
        summer=of_primary(
            sheet,
            judging.primary_subjects(sheet.subjects, {code: row[:3] for code, row in stood.items()}),
            judging.qualities_of({code: level for code, _n, _g, level in judged}),
            whole[1],
            again,
        ),
    )
