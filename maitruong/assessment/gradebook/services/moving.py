"""A pupil comes from another school in the running year: what stands in his books there is copied into the new class's books.

The old school keeps what it wrote. At the new one the copied marks are marks like any others, so that term and year are reckoned
over both (worked examples V9, V10). Into closed books they go as well: they were given in time, only elsewhere. Each copied cell
tells in its history that it came along, and when.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.db import connection

from maitruong.foundation.access.types import system_scope
from maitruong.foundation.events import services as events
from maitruong.foundation.kernel import clock
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.transfers.types import Carried

from .. import remaking, storage, twin
from ..columns import REGULAR_MOST, columns_for, show
from ..errors import NoBooksForGrade
from ..events import ResultsChanged
from ..planning import Year
from ..remaking import PRIMARY, SECONDARY
from ..storage import STORES, Store
from .opening import LAST_PRIMARY_GRADE, open_books
from .recompute import settings_ids

_SCOPE = system_scope("books for marks that come with a pupil")
#: One kind of each table: which book a row belongs to is asked of the books themselves.
_TABLES = {
    "gradebook_mark": "score",
    "gradebook_primarymark": "primary",
    "gradebook_qualitymark": "quality",
    "gradebook_conduct": "conduct",
}
_KINDS = {"score": ("score", "comment"), "primary": ("primary",), "quality": ("quality",), "conduct": ("conduct",)}


def carry_marks(
    student_id: int, from_school: int, from_class: int, to_school: int, to_class: int, school_year: int
) -> Carried:
    """Copy a pupil's running year into the books of his new class, and make his results there. The pupil sits there already.

    Runs with sight of the province, in the transaction of the act. A cell the new class has written already stays. A subject the
    new class does not study stays with the old school and is named. Nothing to copy, or no books at all: nothing happens.
    """
    if not _has_sheet(from_school, student_id, school_year):
        return Carried()
    sheet = storage.sheet_of_class(to_class, lock=True) or _opened(to_class)
    if sheet is None:
        return Carried()
    facts = {
        "student": student_id,
        "school_year": school_year,
        "from_school": from_school,
        "from_class": from_class,
        "to_school": to_school,
        "to_class": to_class,
        "at": clock.now(),
    }
    cells, subjects = 0, set()
    for kind in _TABLES.values():
        for book, values in _copy(STORES[kind], kind, facts):
            cells += _tell(STORES[kind], book, values, facts)
            if book["subject"]:
                subjects.add(book["subject"])
    if not cells:
        return Carried(left_out=_left_out(facts))
    _make_results(sheet.grade, to_school, school_year, student_id)
    events.publish(
        ResultsChanged(school_id=to_school, class_id=to_class, school_year=school_year, students=[student_id])
    )
    return Carried(cells, len(subjects), _left_out(facts))


def _has_sheet(school_id: int, student_id: int, school_year: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM gradebook_classsheet s JOIN enrolment_enrolment e ON e.school_class_id = s.class_id"
            " WHERE e.student_id = %s AND e.school_year = %s AND e.school_id = %s LIMIT 1",
            [student_id, school_year, school_id],
        )
        return cursor.fetchone() is not None


def _opened(class_id: int) -> Any:
    """The sheet of a class whose books nobody opened yet: the marks that come along need somewhere to stand."""
    try:
        open_books(_SCOPE, class_id=class_id)
    except NoBooksForGrade:
        return None
    return storage.sheet_of_class(class_id, lock=True)


def _copy(store: Store, kind: str, facts: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """[(book, values)] of what was written. Of two classes of the old school the one he left last goes before."""
    same = " AND nb.subject = m.subject" if store.has_subject else ""
    same_old = " AND ob.subject = m.subject" if store.has_subject else ""
    subject = "m.subject, " if store.has_subject else ""
    returned = "subject, " if store.has_subject else ""
    to_written = f"w.{store.slot} = c.{store.slot}" + (" AND w.subject = c.subject" if store.has_subject else "")
    slot = store.slot
    columns = ", ".join(f"m.{name}" for name in store.read_back)
    sql = f"""
WITH old AS (
  SELECT DISTINCT ON ({subject}m.{slot}) m.* FROM {store.table} m
  WHERE m.school_year = %(school_year)s::smallint AND m.school_id = %(from_school)s AND m.student_id = %(student)s
  ORDER BY {subject}m.{slot}, m.class_id = %(from_class)s DESC, m.updated_at DESC),
chosen AS (
  SELECT m.*, nb.id AS book, nb.version + 1 AS next, nb.kind AS book_kind, nb.subject AS of_subject FROM old m
  JOIN gradebook_markbook ob ON ob.school_year = m.school_year AND ob.class_id = m.class_id AND ob.{slot} = m.{slot}{same_old}
    AND ob.kind = ANY(%(kinds)s)
  JOIN gradebook_markbook nb ON nb.school_year = m.school_year AND nb.class_id = %(to_class)s AND nb.{slot} = m.{slot}{same}
    AND nb.kind = ob.kind),
written AS (
  INSERT INTO {store.table} ({", ".join(store.key)}, {", ".join(store.read_back)}, version, updated_at, updated_by)
  SELECT m.school_year, %(to_school)s, %(to_class)s, {subject}m.{slot}, m.student_id, {columns}, m.next, %(at)s, NULL
  FROM chosen m ON CONFLICT DO NOTHING RETURNING {returned}{slot}),
bumped AS (
  UPDATE gradebook_markbook b SET version = c.next, changed_at = %(at)s, changed_by = NULL
  FROM chosen c JOIN written w ON {to_written}
  WHERE b.id = c.book)
SELECT row_to_json(c)::text FROM chosen c JOIN written w ON {to_written}"""
    with connection.cursor() as cursor:
        cursor.execute(sql, {**facts, "kinds": list(_KINDS[kind])})
        found = [json.loads(text) for (text,) in cursor.fetchall()]
    return [
        (
            {"kind": row["book_kind"], "subject": row["of_subject"], "slot": row[slot], "version": row["next"]},
            {name: row[name] for name in store.cells},
        )
        for row in found
    ]


def _tell(store: Store, book: dict[str, Any], values: dict[str, Any], facts: dict[str, Any]) -> int:
    """The history of a copied row: each cell that was not empty. Returns how many."""
    regular = REGULAR_MOST if store.table == "gradebook_mark" else 0
    shown = columns_for(book["kind"], regular=regular, cluster=True, tested=True, term=book["slot"])
    by_key = {column.key: column for column in shown}
    texts = {
        name: show(by_key[name], value) for name, value in values.items() if name in by_key and value not in (None, "")
    }
    rows = [{"cell": name, "new": text} for name, text in texts.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO gradebook_markhistory (school_year, school_id, class_id, kind, subject, slot, student_id, cell, version,"
            " old, new, by_person, at) SELECT %(school_year)s, %(to_school)s, %(to_class)s, %(kind)s, %(subject)s, %(slot)s,"
            " %(student)s, i.cell, %(version)s, NULL, i.new, NULL, %(at)s"
            " FROM json_to_recordset(%(rows)s::json) AS i(cell text, new text)",
            {**facts, **book, "rows": json.dumps(rows, ensure_ascii=False)},
        )
    return len(rows)


def _left_out(facts: dict[str, Any]) -> tuple[str, ...]:
    """Names of subjects with marks at the old school that the new class has no book of."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT b.subject_name FROM gradebook_markbook b JOIN"
            " (SELECT class_id, subject, school_year FROM gradebook_mark WHERE school_year = %(school_year)s::smallint"
            "  AND school_id = %(from_school)s AND student_id = %(student)s"
            "  UNION SELECT class_id, subject, school_year FROM gradebook_primarymark WHERE school_year = %(school_year)s::smallint"
            "  AND school_id = %(from_school)s AND student_id = %(student)s) m"
            " ON m.school_year = b.school_year AND m.class_id = b.class_id AND m.subject = b.subject"
            " WHERE NOT EXISTS (SELECT 1 FROM gradebook_markbook n WHERE n.school_year = b.school_year"
            "  AND n.class_id = %(to_class)s AND n.subject = b.subject AND n.kind = b.kind) ORDER BY 1",
            facts,
        )
        return tuple(name for (name,) in cursor.fetchall())


def _make_results(grade: int, school_id: int, school_year: int, student_id: int) -> None:
    """Averages under the new class's books, and the levels of term and year."""
    today: dt.date = enrolment.day_within(school_year)
    year = Year(school_year, today, twin.readings(settings_ids(school_year, [school_id])))
    remaking.write(PRIMARY if grade <= LAST_PRIMARY_GRADE else SECONDARY, year, school_id, [student_id])
