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

from . import statements, types

SCHEMA = "seed_stage"
MAINTENANCE_MB = 512
_COLUMN_TYPES = {int: "bigint", str: "text", bool: "boolean", dt.date: "date"}

#: What a row gains on its way into the staging table: further columns, and their COPY text from the fields of the line.
_ADDED: dict[str, tuple[str, Callable[[list[str]], str]]] = {
    "unit": ("sort_key text", lambda fields: vietnamese.collation_key(fields[4])),
    "person": (
        "name_fold text, sort_key text",
        lambda fields: f"{vietnamese.fold(fields[1])}\t{vietnamese.sort_key(fields[1])}",
    ),
    "class": (
        "grade_number smallint, sort_key text",
        lambda fields: f"{grade_number(fields[4])}\t{class_sort_key(fields[5], grade_number(fields[4]))}",
    ),
}

SECURED = (
    "people_person",
    "people_personidentifier",
    "staff_employment",
    "students_student",
    "students_standing",
    "dossiers_campus",
    "students_guardianship",
    "enrolment_schoolclass",
    "enrolment_enrolment",
    "timetable_assignment",
)
BOOKS = ("gradebook_classsheet", "gradebook_markbook")
"""What says which marks belong where: marks go in by it, and results are planned by its statistics."""
WORN = ("pg_attribute", "pg_class", "pg_depend", "pg_type", "pg_statistic")
KEYED = ("staff_employment", "enrolment_enrolment")
"""Tables whose rows carry a name and a grade of others, fetched row by row where they come one by one."""


class NotEmpty(RuntimeError):
    """There is a province in this database already."""


class Unfinished(RuntimeError):
    """A province was begun in this database and never filled to its end, or is being filled right now."""


UNFINISHED = "seed_unfinished"
"""A schema that stands while a province is filled. Killed meanwhile, tables lack rows, indexes and references, and nothing else tells."""


def connect(owner_url: str) -> psycopg.Connection:
    """As the owner, for a load: nothing waits for the disk, sorts and indexes have room."""
    db = psycopg.connect(owner_url, autocommit=True)
    for setting in (
        "synchronous_commit = off",
        "work_mem = '192MB'",
        f"maintenance_work_mem = '{MAINTENANCE_MB}MB'",
        "client_min_messages = warning",
    ):
        db.execute(f"SET {setting}")
    return db


def begin(db: psycopg.Connection) -> None:
    """From now on this database is an unfinished province. Raises Unfinished."""
    try:
        db.execute(f"CREATE SCHEMA {UNFINISHED}")
    except psycopg.errors.DuplicateSchema:
        raise Unfinished from None


def end(db: psycopg.Connection) -> None:
    """It is whole."""
    db.execute(f"DROP SCHEMA {UNFINISHED}")


def is_unfinished(db: psycopg.Connection) -> bool:
    return db.execute("SELECT to_regnamespace(%s)", [UNFINISHED]).fetchone() != (None,)


def make_stage(db: psycopg.Connection) -> None:
    """Empty staging tables for the shared rows and the rolls."""
    db.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    db.execute(f"CREATE SCHEMA {SCHEMA}")
    for kind, shape in (types.SHARED_KINDS | types.ROLL_KINDS).items():
        columns = columns_of(shape) + ([_ADDED[kind][0]] if kind in _ADDED else [])
        db.execute(f'CREATE UNLOGGED TABLE {SCHEMA}."stage_{kind}" ({", ".join(columns)})')


def columns_of(shape: type) -> list[str]:
    """Columns of a staging table for rows of this shape."""
    return [f'"{name}" {_column_type(hint)}' for name, hint in get_type_hints(shape).items()]


def copy(db: psycopg.Connection, kind: str, text: str) -> None:
    """COPY the text of one kind into its staging table, with what the house's own columns need besides."""
    if kind in _ADDED:
        add = _ADDED[kind][1]
        text = "".join(f"{line}\t{add(line.split(chr(9)))}\n" for line in text.splitlines())
    with db.cursor() as cursor, cursor.copy(f'COPY {SCHEMA}."stage_{kind}" FROM STDIN') as into:
        into.write(text)


def drop_stage(db: psycopg.Connection) -> None:
    db.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


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


@contextmanager
def by_hand(db: psycopg.Connection, tables: Iterable[str] = KEYED) -> Iterator[None]:
    """Inside the caller's transaction: rows come with the keys that a trigger would fetch for each of them.

    The references of these keys refuse what is not so.
    """
    names = [sql.Identifier(table) for table in tables]
    for name in names:
        db.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER take_keys").format(name))
    yield
    for name in names:
        db.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER take_keys").format(name))


@contextmanager
def without_autovacuum(db: psycopg.Connection) -> Iterator[None]:
    """While the books are filled nobody cleans behind the loaders: it is done once, when everything stands."""
    tables = [*(row[0] for row in db.execute(_PARTITIONS)), *BOOKS, "attendance_absence"]
    for table in tables:
        db.execute(sql.SQL("ALTER TABLE {} SET (autovacuum_enabled = off)").format(sql.Identifier(table)))
    try:
        yield
    finally:
        for table in tables:
            db.execute(sql.SQL("ALTER TABLE {} RESET (autovacuum_enabled)").format(sql.Identifier(table)))


def others(db: psycopg.Connection, than: Iterable[str]) -> list[str]:
    """Every table of the house that is neither one of these nor a partition, and the catalogues that temporary tables wear out."""
    return [*(row[0] for row in db.execute(_OTHERS, [list(than)])), *WORN]


_OTHERS = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
  AND NOT relname = ANY(%s)"""
_PARTITIONS = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent::regclass::text LIKE 'gradebook_%'
  AND c.relkind = 'r' ORDER BY 1"""


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
    with db.cursor() as cursor, cursor.copy("COPY stage_admin FROM STDIN") as into:
        for unit, former in _admin_units():
            since, until = unit.valid_from or "", unit.valid_to or ""
            into.write_row((unit.level, unit.code, unit.name, unit.kind, unit.parent, f"[{since},{until}]", former))
    db.execute(
        "CREATE TEMP TABLE stage_succession (level text, old text, new text, whole boolean, day date) ON COMMIT DROP"
    )
    with db.cursor() as cursor, cursor.copy("COPY stage_succession FROM STDIN") as into:
        for s in admin_units.successions():
            into.write_row((s.level, s.old, s.new, s.share in {"whole", "people"}, s.on))
    for statement in statements.ADMIN_UNITS:
        db.execute(statement)


def _admin_units() -> Iterator[tuple[admin_units.AdminUnit, bool]]:
    for unit in [*catalogue.all_provinces(), *admin_units.communes()]:
        yield unit, False
    for unit in admin_units.former_units():
        yield unit, True
