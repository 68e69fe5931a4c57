"""Results of a class, and why a pupil's result is what it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.regulations.derivation import Derivation
from maitruong.registry.enrolment import queries as enrolment

from .. import columns, judging, layout, storage
from ..acts import BASES
from ..storage import STORES
from ..types import Sheet, Subject
from ..weighing import judge_of
from .books import open_book


@dataclass(frozen=True)
class PupilResult:
    """A line of the class's results. subjects: code → average or outcome as shown; texts of level, conduct, title."""

    student_id: int
    name: str
    subjects: dict[str, str]
    learning: str
    conduct: str
    title: str
    missing: int
    raised_by: str
    provisional: bool
    act: str


@dataclass(frozen=True)
class ClassResults:
    sheet: Sheet
    term: int
    subjects: tuple[Subject, ...]
    pupils: list[PupilResult] = field(default_factory=list)
    changed_at: dt.datetime | None = None

    @property
    def is_primary(self) -> bool:
        return bool(self.subjects) and self.subjects[0].kind == "primary"


def class_sheet(scope: Scope, *, class_id: int, permission: str = "gradebook.view") -> Sheet:
    """The class's sheet, when the scope holds the permission for every subject of the class. Raises NotFound."""
    sheet = storage.sheet_of_class(class_id)
    if sheet is None or not scope.covers(permission, school_id=sheet.school_id, class_id=class_id):
        raise NotFound
    return sheet


def class_results(scope: Scope, *, class_id: int, term: int) -> ClassResults:
    """Averages, levels and titles of a class in a term, or the year (0). Three statements. Raises NotFound."""
    sheet = class_sheet(scope, class_id=class_id)
    subjects = tuple(s for s in sheet.subjects if term == 0 or term in s.terms)
    primary = bool(subjects) and subjects[0].kind == "primary"
    with connection.cursor() as cursor:
        cursor.execute(
            _PRIMARY_RESULTS if primary else _RESULTS,
            {
                "year": sheet.school_year,
                "school": sheet.school_id,
                "class": class_id,
                "term": term,
                "moment": {0: 4, 1: 2, 2: 4}[term],
                "today": enrolment.day_within(sheet.school_year),
            },
        )
        pupils = [_pupil(sheet, subjects, term, primary, row) for row in cursor.fetchall()]
    return ClassResults(sheet, term, subjects, pupils)


_ROLL = """
SELECT r.student_id, p.full_name, {rows}, x.learning, x.conduct, x.title, x.missing, x.raised_by, x.provisional, x.act
FROM (SELECT e.student_id FROM enrolment_enrolment e WHERE e.school_id = %(school)s::bigint AND e.school_class_id = %(class)s::bigint
        AND (e.ends_on IS NULL OR e.ends_on >= %(today)s::date) GROUP BY e.student_id) r
JOIN people_person p ON p.id = r.student_id
LEFT JOIN ({marks}) m ON m.student_id = r.student_id
LEFT JOIN LATERAL (
  SELECT o.* FROM gradebook_result o WHERE o.school_year = %(year)s::smallint AND o.school_id = %(school)s::bigint
    AND o.term = %(term)s::smallint AND o.student_id = r.student_id
  ORDER BY o.class_id = %(class)s::bigint DESC, o.computed_at DESC LIMIT 1) x ON true
ORDER BY p.sort_key, p.id"""
# A pupil who came from another class of the school brings the marks of the terms studied there.
_RESULTS = _ROLL.format(
    rows="m.rows::text",
    marks="SELECT o.student_id, json_agg(json_build_array(o.subject, o.term, o.average, o.outcome, o.provisional, o.basis)"
    " ORDER BY o.class_id = %(class)s::bigint, o.updated_at) AS rows"
    " FROM gradebook_mark o WHERE o.school_year = %(year)s::smallint AND o.school_id = %(school)s::bigint"
    " AND o.student_id IN (SELECT student_id FROM enrolment_enrolment WHERE school_class_id = %(class)s::bigint)"
    " GROUP BY o.student_id",
)
_PRIMARY_RESULTS = _ROLL.format(
    rows="m.rows::text",
    marks="SELECT o.student_id, json_agg(json_build_array(o.subject, o.level, o.test, o.basis)) AS rows"
    " FROM gradebook_primarymark o WHERE o.school_year = %(year)s::smallint AND o.school_id = %(school)s::bigint"
    " AND o.class_id = %(class)s::bigint AND o.moment = %(moment)s::smallint GROUP BY o.student_id",
)


def _pupil(sheet: Sheet, subjects: tuple[Subject, ...], term: int, primary: bool, row: Any) -> PupilResult:
    student_id, name, rows, learning, conduct, title, missing, raised_by, provisional, act = row
    texts = _primary_texts(rows) if primary else _subject_texts(sheet, subjects, term, rows)
    return PupilResult(
        student_id,
        name,
        texts,
        layout.level_name(learning, primary),
        layout.level_name(conduct),
        layout.title_name(title or "", primary),
        missing if missing is not None else len(subjects),
        next((s.name for s in subjects if s.code == raised_by), ""),
        bool(provisional),
        act or "",
    )


def _subject_texts(sheet: Sheet, subjects: tuple[Subject, ...], term: int, rows: str | None) -> dict[str, str]:
    marks = storage.marks_from(rows)
    if term:
        return {
            code: columns.show_outcome(row.outcome, row.provisional)
            if row.average is None
            else columns.show_average(row.average, row.provisional)
            for (code, when), row in marks.items()
            if when == term and BASES[row.basis].counts
        } | {code: "Miễn" for (code, when), row in marks.items() if when == term and row.basis == 3}
    results = judge_of(subjects, sheet.act, sheet.settings_id, sheet.grade).weigh(marks, 0)
    return {
        r.code: columns.show_average(r.average, False)
        if r.average is not None
        else columns.show_outcome(None if r.passed is None else int(r.passed), False)
        for r in results
    }


def _primary_texts(rows: str | None) -> dict[str, str]:
    level, test = columns.columns_for("primary", tested=True)[:2]
    found = {}
    for code, (stood, mark, _) in storage.primary_from(rows).items():
        found[code] = " ".join(text for text in (columns.show(level, stood), columns.show(test, mark)) if text)
    return found


# --- why -----------------------------------------------------------------------------------------------------------------


def why(scope: Scope, *, book_id: int, student_id: int) -> list[Derivation]:
    """How the pupil's result in a book came about: the term's, and in the second term the year's.

    Empty for books without a computed result. Raises NotFound (also for a pupil who never was in the class).
    """
    book = open_book(scope, book_id=book_id)
    if book.kind not in ("score", "comment"):
        return []
    store = STORES[book.kind]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT m.term, {', '.join(f'm.{name}' for name in store.read_back)} FROM gradebook_mark m"
            " WHERE m.school_year = %(school_year)s::smallint AND m.school_id = %(school_id)s::bigint"
            " AND m.class_id = %(class_id)s::bigint AND m.subject = %(subject)s::text AND m.student_id = %(student)s::bigint",
            {**storage.place(book), "student": student_id},
        )
        rows = {row[0]: dict(zip(store.read_back, row[1:], strict=True)) for row in cursor.fetchall()}
    cells = rows.get(book.term) or storage.empty_row(store)
    if not BASES[cells["basis"]].counts:
        return []
    told = [
        judging.explain_term(
            book.kind,
            book.act,
            book.grade,
            cells,
            needed=book.regular_needed,
            cluster=book.cluster,
            closed=book.closed_at is not None,
        )
    ]
    if book.term == 2:
        one = rows.get(1)
        told.append(judging.explain_year(book, cells, one))
    return told


def why_level(scope: Scope, *, class_id: int, student_id: int, term: int) -> list[Derivation]:
    """Why the pupil's learning level of a term or the year (0) is what it is; for the year conduct and title, too.

    The same act and reading the stored result was made under. Raises NotFound.
    """
    return level_of(class_sheet(scope, class_id=class_id), student_id=student_id, term=term)


def level_of(sheet: Sheet, *, student_id: int, term: int) -> list[Derivation]:
    """The same for a sheet the caller may see. Raises NotFound for a pupil who never was in the class."""
    facts = {
        "year": sheet.school_year,
        "school": sheet.school_id,
        "student": student_id,
        "class": sheet.class_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WHY, facts)
        enrolled, marks, conduct, primary, qualities = cursor.fetchone()
    if not enrolled:
        raise NotFound
    if sheet.subjects and sheet.subjects[0].kind == "primary":
        return judging.explain_primary(sheet, storage.primary_from(primary), storage.row_from(qualities))
    return judging.explain_results(sheet, storage.marks_from(marks), storage.levels_from(conduct), term)


_WHY = """
SELECT EXISTS (SELECT 1 FROM enrolment_enrolment e WHERE e.school_class_id = %(class)s::bigint AND e.student_id = %(student)s::bigint),
  (SELECT json_agg(json_build_array(o.subject, o.term, o.average, o.outcome, o.provisional, o.basis)
     ORDER BY o.class_id = %(class)s::bigint, o.updated_at)
   FROM gradebook_mark o WHERE o.school_year = %(year)s::smallint AND o.school_id = %(school)s::bigint
     AND o.student_id = %(student)s::bigint)::text,
  (SELECT json_agg(json_build_array(o.term, o.level) ORDER BY o.class_id = %(class)s::bigint, o.updated_at)
   FROM gradebook_conduct o WHERE o.school_year = %(year)s::smallint AND o.school_id = %(school)s::bigint
     AND o.student_id = %(student)s::bigint)::text,
  (SELECT json_agg(json_build_array(o.subject, o.level, o.test, o.basis)) FROM gradebook_primarymark o
   WHERE o.school_year = %(year)s::smallint AND o.class_id = %(class)s::bigint AND o.student_id = %(student)s::bigint
     AND o.moment = 4)::text,
  (SELECT row_to_json(o) FROM gradebook_qualitymark o
   WHERE o.school_year = %(year)s::smallint AND o.class_id = %(class)s::bigint AND o.student_id = %(student)s::bigint
     AND o.moment = 4)::text"""
