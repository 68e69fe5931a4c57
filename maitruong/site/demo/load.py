"""Load a synthetic province as the owner: COPY into staging tables, then set-based inserts. Only into an empty database.

Row security is lifted for the owner inside each transaction and put back before it ends; nobody else sees half a step.
Staging tables live unlogged in a schema of their own, which is dropped at the end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, get_type_hints

import psycopg
from psycopg import sql

from maitruong.foundation.kernel import vietnamese
from maitruong.foundation.organisations import admin_units
from maitruong.foundation.organisations.admin_units import catalogue
from maitruong.registry.enrolment.types import class_sort_key, grade_number

from . import copytext, statements, types

SCHEMA = "seed_stage"
_COLUMN_TYPES = {int: "bigint", str: "text", bool: "boolean", dt.date: "date"}

#: What a row gains on its way into the staging table: names of further columns, and how they come of the row.
_ADDED: dict[str, tuple[str, Callable[[Any], tuple[Any, ...]]]] = {
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
    "gradebook_mark",
    "gradebook_primarymark",
    "gradebook_qualitymark",
    "gradebook_conduct",
    "gradebook_classsheet",
    "gradebook_markbook",
)


class NotEmpty(RuntimeError):
    """There is a province in this database already."""


class Staging:
    """The staging tables of one load, in a connection of the owner that commits each statement."""

    def __init__(self, db: psycopg.Connection) -> None:
        self.db = db
        db.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        db.execute(f"CREATE SCHEMA {SCHEMA}")
        for kind, shape in (types.SHARED_KINDS | types.SCHOOL_KINDS).items():
            columns = [f'"{name}" {_column_type(hint)}' for name, hint in get_type_hints(shape).items()]
            columns += [_ADDED[kind][0]] if kind in _ADDED else []
            db.execute(f'CREATE UNLOGGED TABLE {SCHEMA}."stage_{kind}" ({", ".join(columns)})')

    def copy(self, kind: str, text: str) -> None:
        """COPY the text of one kind, enriched where the house's own keys are needed."""
        if kind in _ADDED:
            shape = types.SHARED_KINDS.get(kind) or types.SCHOOL_KINDS[kind]
            add = _ADDED[kind][1]
            text = copytext.lines((*row, *add(row)) for row in copytext.rows(shape, text))
        with self.db.cursor() as cursor, cursor.copy(f'COPY {SCHEMA}."stage_{kind}" FROM STDIN') as copy:
            copy.write(text)

    def drop(self) -> None:
        self.db.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


@contextmanager
def lifted(db: psycopg.Connection, tables: Iterable[str] = SECURED) -> Iterator[None]:
    """One transaction in which the owner may write these tables."""
    names = [sql.Identifier(table) for table in tables]
    with db.transaction():
        db.execute(f"SET LOCAL search_path = public, {SCHEMA}")
        for name in names:
            db.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(name))
        yield
        db.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in names:
            db.execute(sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(name))


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


def load_admin_units(db: psycopg.Connection) -> None:
    """The units since July 2025, those of before, and what came of what. Inside the caller's transaction."""
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
    for statement in statements.ADMIN_UNITS:
        db.execute(statement)


def _admin_units() -> Iterator[tuple[admin_units.AdminUnit, bool]]:
    for unit in [*catalogue.all_provinces(), *admin_units.communes()]:
        yield unit, False
    for unit in admin_units.former_units():
        yield unit, True
