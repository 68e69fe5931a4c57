"""Load a synthetic province as the owner: COPY into staging tables, then set-based inserts. Only into an empty demo database.

Row security is lifted for the owner inside this one transaction and put back before it ends; nobody else sees a half-loaded
province.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any, get_type_hints

import psycopg
from psycopg import sql

from maitruong.foundation.kernel import vietnamese
from maitruong.foundation.organisations import admin_units
from maitruong.foundation.organisations.admin_units import catalogue
from maitruong.registry.enrolment.types import class_sort_key, grade_number

from . import statements, types

Row = tuple[Any, ...]
_COLUMN_TYPES = {int: "bigint", str: "text", bool: "boolean", dt.date: "date"}

#: What a row gains on its way into the staging table: names of further columns, and how they come of the row.
_ADDED: dict[str, tuple[str, Callable[[Any], Row]]] = {
    "unit": ("sort_key text", lambda r: (vietnamese.sort_key(r.short_name),)),
    "person": (
        "name_fold text, sort_key text",
        lambda r: (vietnamese.fold(r.full_name), vietnamese.sort_key(r.full_name)),
    ),
    "class": (
        "grade_number smallint, sort_key text",
        lambda r: (grade_number(r.grade), class_sort_key(r.name, grade_number(r.grade))),
    ),
}

SECURED = (
    "people_person",
    "people_personidentifier",
    "staff_employment",
    "students_student",
    "students_guardianship",
    "enrolment_schoolclass",
    "enrolment_enrolment",
    "timetable_assignment",
    "attendance_absence",
)


class NotEmpty(RuntimeError):
    """There is a province in this database already."""


class Loading:
    """One transaction that fills an empty database; use as a context manager around `rows` and `finish`."""

    def __init__(self, db: psycopg.Connection) -> None:
        self.db = db
        self.counts: dict[str, int] = {}
        self._staged: set[str] = set()

    def begin(self, secured: Iterable[str] = SECURED) -> None:
        if self.db.execute("SELECT 1 FROM identity_installation").fetchone():
            raise NotEmpty
        self.secured = list(secured)
        for table in self.secured:
            self.db.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(sql.Identifier(table)))

    def end(self) -> None:
        for table in self.secured:
            self.db.execute(sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(sql.Identifier(table)))

    def rows(self, kind: str, rows: Iterable[Row]) -> int:
        """COPY rows of one kind into its staging table. Returns how many."""
        shape = types.SHARED_KINDS.get(kind) or types.SCHOOL_KINDS[kind]
        more = _ADDED.get(kind)
        self._stage(kind, shape, more[0] if more else "")
        count = 0
        with self.db.cursor() as cursor, cursor.copy(f'COPY "stage_{kind}" FROM STDIN') as copy:
            for row in rows:
                copy.write_row([_value(v) for v in (*row, *(more[1](row) if more else ()))])
                count += 1
        self.counts[kind] = self.counts.get(kind, 0) + count
        return count

    def _stage(self, kind: str, shape: type, added: str) -> None:
        if kind in self._staged:
            return
        self._staged.add(kind)
        columns = [f'"{name}" {_column_type(hint)}' for name, hint in get_type_hints(shape).items()]
        columns += [added] if added else []
        self.db.execute(f'CREATE TEMP TABLE "stage_{kind}" ({", ".join(columns)}) ON COMMIT DROP')

    def run(self, statements: str) -> None:
        """Run SQL over the staging tables; kinds a world did not yield are staged empty first."""
        for kind, shape in (types.SHARED_KINDS | types.SCHOOL_KINDS).items():
            self._stage(kind, shape, _ADDED[kind][0] if kind in _ADDED else "")
        self.db.execute(statements)


def _column_type(hint: Any) -> str:
    text = str(hint)
    if "tuple[int" in text:
        return "bigint[]"
    if "tuple[str" in text:
        return "text[]"
    for python, column in _COLUMN_TYPES.items():
        if hint is python or hint == (python | None):
            return column
    raise TypeError(f"no column for {hint}")


def _value(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def load_admin_units(db: psycopg.Connection) -> None:
    """The units since July 2025, those of before, and what came of what."""
    db.execute(
        "CREATE TEMP TABLE stage_admin (level text, code text, name text, kind text, parent text, valid daterange,"
        " former boolean) ON COMMIT DROP"
    )
    with db.cursor() as cursor, cursor.copy("COPY stage_admin FROM STDIN") as copy:
        for unit, former in _admin_units():
            since, until = unit.valid_from or "", unit.valid_to or ""
            copy.write_row((unit.level, unit.code, unit.name, unit.kind, unit.parent, f"[{since},{until}]", former))
    db.execute(
        "CREATE TEMP TABLE stage_succession (level text, old text, new text, whole boolean, day date) ON COMMIT DROP"
    )
    with db.cursor() as cursor, cursor.copy("COPY stage_succession FROM STDIN") as copy:
        for s in admin_units.successions():
            copy.write_row((s.level, s.old, s.new, s.share in {"whole", "people"}, s.on))
    db.execute(statements.ADMIN_UNITS)


def _admin_units() -> Iterator[tuple[admin_units.AdminUnit, bool]]:
    for unit in [*catalogue.all_provinces(), *admin_units.communes()]:
        yield unit, False
    for unit in admin_units.former_units():
        yield unit, True
