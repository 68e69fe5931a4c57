"""The lists of books, and which classes have theirs. A list takes two statements, whatever its length."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock

from ..models import MarkBook
from ..storage import DAY, STORES
from ..types import Sheet, period_name


@dataclass(frozen=True)
class BookSummary:
    """A line of a list of books: how many of the class's pupils have all that is owed, how many anything at all."""

    id: int
    kind: str
    subject: str
    subject_name: str
    class_id: int
    class_name: str
    grade: int
    term: int
    moment: int
    pupils: int
    finished: int
    begun: int
    closed_at: dt.datetime | None
    changed_at: dt.datetime | None
    teachers: str
    sort_key: tuple[int, str]

    @property
    def state(self) -> str:
        """closed, full, begun or empty."""
        if self.closed_at:
            return "closed"
        if self.pupils and self.finished >= self.pupils:
            return "full"
        return "begun" if self.begun or self.changed_at else "empty"

    @property
    def percent(self) -> int:
        return 100 * min(self.finished, self.pupils) // self.pupils if self.pupils else 0


_DONE_QUALITIES = "num_nulls({}) = 0".format(", ".join(f"m.{c}" for c in STORES["quality"].cells if c != "comment"))
# The books to list come as an array of ids, already within the scope: the plan starts from them. Behind row security the planner
# expects one row of everything and would count a school's marks again for each of its books: what is counted is counted once.
_SUMMARIES = f"""
WITH book AS (
  SELECT b.*, c.name AS class_name, c.sort_key FROM gradebook_markbook b JOIN enrolment_schoolclass c ON c.id = b.class_id
  WHERE b.id = ANY(%(books)s::bigint[])),
roll AS (
  SELECT e.school_class_id AS class_id, e.student_id FROM enrolment_enrolment e
  WHERE e.school_id = ANY(%(schools)s::bigint[]) AND e.school_year = %(school_year)s::smallint
    AND e.school_class_id IN (SELECT class_id FROM book) AND (e.ends_on IS NULL OR e.ends_on >= {DAY})),
pupils AS (SELECT class_id, count(*) AS n FROM roll GROUP BY class_id),
done AS MATERIALIZED (
  SELECT 'mark' AS kind, m.class_id, m.subject, m.term AS slot,
         count(*) FILTER (WHERE NOT m.provisional OR m.basis >= 2) AS n, count(*) AS begun
  FROM gradebook_mark m JOIN roll USING (class_id, student_id)
  WHERE m.school_year = %(school_year)s::smallint AND m.school_id = ANY(%(schools)s::bigint[]) GROUP BY m.class_id, m.subject, m.term
  UNION ALL
  SELECT 'primary', m.class_id, m.subject, m.moment, count(*) FILTER (WHERE m.basis >= 2 OR (m.level IS NOT NULL
         AND (coalesce(m.test, -1) >= 0 OR NOT b.tested))), count(*)
  FROM gradebook_primarymark m JOIN roll USING (class_id, student_id)
  JOIN book b ON b.kind = 'primary' AND b.class_id = m.class_id AND b.subject = m.subject AND b.moment = m.moment
  WHERE m.school_year = %(school_year)s::smallint AND m.school_id = ANY(%(schools)s::bigint[]) GROUP BY m.class_id, m.subject, m.moment
  UNION ALL
  SELECT 'quality', m.class_id, '', m.moment, count(*) FILTER (WHERE {_DONE_QUALITIES}), count(*)
  FROM gradebook_qualitymark m JOIN roll USING (class_id, student_id)
  WHERE m.school_year = %(school_year)s::smallint AND m.school_id = ANY(%(schools)s::bigint[]) GROUP BY m.class_id, m.moment
  UNION ALL
  SELECT 'conduct', m.class_id, '', m.term, count(*) FILTER (WHERE m.level IS NOT NULL OR (m.term = 0 AND m.comment <> '')),
         count(*)
  FROM gradebook_conduct m JOIN roll USING (class_id, student_id)
  WHERE m.school_year = %(school_year)s::smallint AND m.school_id = ANY(%(schools)s::bigint[]) GROUP BY m.class_id, m.term),
teacher AS MATERIALIZED (
  SELECT a.class_id, a.subject, string_agg(p.full_name, ', ' ORDER BY p.sort_key) AS names
  FROM timetable_assignment a JOIN people_person p ON p.id = a.teacher_id
  WHERE a.school_id = ANY(%(schools)s::bigint[]) AND a.school_year = %(school_year)s::smallint
    AND a.class_id IN (SELECT class_id FROM book) AND a.starts_on <= {DAY} AND (a.ends_on IS NULL OR a.ends_on >= {DAY})
  GROUP BY a.class_id, a.subject)
SELECT b.id, b.kind, b.subject, b.subject_name, b.class_id, b.class_name, b.grade, b.term, b.moment, coalesce(u.n, 0),
       coalesce(d.n, 0), coalesce(d.begun, 0), b.closed_at, CASE WHEN b.version > 0 THEN b.changed_at END, coalesce(t.names, ''), b.sort_key
FROM book b LEFT JOIN pupils u USING (class_id)
LEFT JOIN done d ON d.class_id = b.class_id AND d.subject = b.subject
  AND d.slot = CASE WHEN b.moment > 0 THEN b.moment ELSE b.term END
  AND d.kind = CASE WHEN b.kind IN ('score', 'comment') THEN 'mark' ELSE b.kind END
LEFT JOIN teacher t ON t.class_id = b.class_id AND t.subject = b.subject
ORDER BY b.term, b.moment, b.sort_key, b.position, b.id"""


def my_books(
    scope: Scope, *, school_year: int, term: int | None = None, class_id: int | None = None
) -> list[BookSummary]:
    """The books the scope reaches with `gradebook.view`, with how far each is. Two statements.

    The grants of a subject teacher reach her subjects; conduct and qualities have no subject and stay the homeroom teacher's.
    """
    books = MarkBook.objects.visible_to(scope, "gradebook.view").filter(school_year=school_year)
    if term is not None:
        books = books.filter(term=term)
    if class_id is not None:
        books = books.filter(class_id=class_id)
    return _summaries(list(books.values_list("pk", "school_id")), school_year)


def books_of_school(scope: Scope, *, school_id: int, school_year: int, term: int) -> list[BookSummary]:
    """Every book of a school in a term, for who answers for all of them. Empty without `gradebook.view_all` there."""
    if not scope.covers("gradebook.view_all", school_id=school_id):
        return []
    books = MarkBook.objects.visible_to(scope, "gradebook.view_all")
    chosen = books.filter(school_id=school_id, school_year=school_year, term__in=[term])
    return _summaries(list(chosen.values_list("pk", "school_id")), school_year)


def _summaries(books: list[tuple[int, int]], school_year: int) -> list[BookSummary]:
    if not books:
        return []
    facts: dict[str, Any] = {
        "books": [book_id for book_id, _ in books],
        "schools": sorted({school_id for _, school_id in books}),
        "school_year": school_year,
        "today": clock.today(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARIES, facts)
        rows = [[*row[:-1], (row[6], row[-1])] for row in cursor.fetchall()]
    return [BookSummary(*row) for row in rows]


def homeroom_books(sheet: Sheet, term: int) -> list[tuple[int, str]]:
    """The homeroom teacher's books of a class in a term, (id, name): conduct, or qualities at primary school."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, subject_name, term, moment FROM gradebook_markbook WHERE sheet_id = %s AND kind IN ('conduct', 'quality')"
            " AND (term = %s OR (%s = 0 AND moment = 4)) ORDER BY moment",
            [sheet.id, term, term],
        )
        return [
            (book_id, f"{name}, {period_name(when, moment)}" if moment else name)
            for book_id, name, when, moment in cursor.fetchall()
        ]


def classes_without_books(scope: Scope, *, school_id: int, school_year: int) -> list[tuple[int, str]]:
    """Classes of grades 1-12 whose books are not opened yet, for who may open them."""
    if not scope.covers("gradebook.close", school_id=school_id):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.name FROM enrolment_schoolclass c WHERE c.school_id = %s AND c.school_year = %s"
            " AND c.grade BETWEEN 1 AND 12 AND NOT EXISTS (SELECT 1 FROM gradebook_classsheet s WHERE s.class_id = c.id"
            " AND s.school_year = c.school_year) ORDER BY c.sort_key",
            [school_id, school_year],
        )
        return cursor.fetchall()


class ClassState(NamedTuple):
    """What a class of the year has: somebody who leads it, and its books (None where its grade has none)."""

    name: str
    is_led: bool
    has_books: bool | None


def class_states(scope: Scope, *, school_id: int, school_year: int) -> list[ClassState]:
    """Every class of a school, in the school's order, for who manages its classes. One statement."""
    if not scope.covers("enrolment.manage", school_id=school_id):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.name, c.homeroom_id IS NOT NULL, CASE WHEN c.grade BETWEEN 1 AND 12 THEN EXISTS ("
            "   SELECT 1 FROM gradebook_classsheet s WHERE s.class_id = c.id AND s.school_year = c.school_year) END"
            " FROM enrolment_schoolclass c WHERE c.school_id = %s AND c.school_year = %s ORDER BY c.sort_key, c.id",
            [school_id, school_year],
        )
        return [ClassState(*row) for row in cursor.fetchall()]
