"""Row-level security, derived from what each model declares: one place, so that no table can be forgotten.

Three database roles, chosen with the scope: mt_scoped sees the rows of an array of schools, mt_family those of an array of
persons, mt_wide all. The application's own role has no right on these tables at all: a forgotten scope is an error, not an
empty list. Arrays stand behind a sub-select, which is evaluated once per statement instead of once per row.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models

from .scoping import ScopedModel

SCHOOLS = "(SELECT current_setting('mt.schools')::bigint[])::bigint[]"
PERSONS = "(SELECT current_setting('mt.persons')::bigint[])::bigint[]"
THREE = "mt_scoped, mt_family, mt_wide"
FOREIGN_TABLES = ("django_content_type",)


def secure_rows() -> None:
    """Bring grants and policies of every table to what the models declare. Runs as owner after each migration; repeatable."""
    with connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)


def statements() -> Iterator[str]:
    for model in house_models():
        if issubclass(model, ScopedModel):
            yield from _scoped(model)
        else:
            yield from _shared(model._meta.db_table, append_only=getattr(model, "append_only", False))
    for table in FOREIGN_TABLES:
        yield from _shared(table)
    yield from _procrastinate()


def house_models() -> list[type[models.Model]]:
    """Every concrete model of the house that has a table of its own."""
    return [
        m
        for m in apps.get_models(include_auto_created=True)
        if m.__module__.startswith("maitruong.") and not m._meta.proxy
    ]


def policies(model: type[ScopedModel]) -> dict[str, str]:
    """The policies a scoped table must carry: name → the rest of CREATE POLICY. A test compares them with the database."""
    schools, family = _conditions(model)
    if model.append_only:
        told = {
            "added": f"FOR INSERT TO {THREE} WITH CHECK (true)",
            "scoped": f"FOR SELECT TO mt_scoped USING ({schools})",
            "wide": "FOR SELECT TO mt_wide USING (true)",
        }
        if model.family_reads:
            person, column, values = model.family_reads
            listed = ", ".join(f"'{value}'" for value in values)
            own = f"{_column(model, person)} = ANY ({PERSONS}) AND {_column(model, column)} = ANY (ARRAY[{listed}])"
            told["family"] = f"FOR SELECT TO mt_family USING ({own})"
        return told
    return {
        "scoped": f"FOR ALL TO mt_scoped USING ({schools})",
        "family": f"FOR SELECT TO mt_family USING ({family})",
        "wide": "FOR ALL TO mt_wide USING (true)",
    }


def _conditions(model: type[ScopedModel]) -> tuple[str, str]:
    at = model.scope_at
    many = at.get("many", "").split()
    school = _column(model, at["school"])
    schools = f"{school} && {SCHOOLS}" if "school" in many else f"{school} = ANY ({SCHOOLS})"
    if "student" not in at:
        return schools, schools
    student = _column(model, at["student"])
    persons = f"{student} && {PERSONS}" if "student" in many else f"{student} = ANY ({PERSONS})"
    return schools, persons if "school" in many else f"{schools} AND {persons}"


def _column(model: type[ScopedModel], name: str) -> str:
    """The database column of a coordinate, which must be the table's own."""
    if name == "id":
        return "id"
    found = next(f for f in model._meta.concrete_fields if name in {f.name, f.attname})
    return f'"{found.column}"'


def _scoped(model: type[ScopedModel]) -> Iterator[str]:
    table = model._meta.db_table
    verbs = "SELECT, INSERT" if model.append_only else "SELECT, INSERT, UPDATE, DELETE"
    yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
    yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
    for name, rest in policies(model).items():
        yield f'DROP POLICY IF EXISTS "{name}" ON "{table}"'
        yield f'CREATE POLICY "{name}" ON "{table}" {rest}'
    yield f'REVOKE ALL ON "{table}" FROM PUBLIC, mt_app, mt_shared, mt_rows'
    yield f'GRANT {verbs} ON "{table}" TO mt_rows'


def _shared(table: str, *, append_only: bool = False) -> Iterator[str]:
    if append_only:
        yield f'REVOKE UPDATE, DELETE ON "{table}" FROM mt_shared'
    verbs = "SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE, DELETE"
    yield f'GRANT {verbs} ON "{table}" TO mt_shared'


def _procrastinate() -> Iterator[str]:
    """The job queue's own tables, counters and functions belong to everyone who may enqueue."""
    yield """DO $$ DECLARE name text; BEGIN
      FOR name IN SELECT c.oid::regclass FROM pg_class c WHERE c.relname LIKE 'procrastinate%' AND c.relkind = 'r' LOOP
        EXECUTE 'GRANT SELECT, INSERT, UPDATE, DELETE ON ' || name || ' TO mt_shared'; END LOOP;
      FOR name IN SELECT c.oid::regclass FROM pg_class c WHERE c.relname LIKE 'procrastinate%' AND c.relkind = 'S' LOOP
        EXECUTE 'GRANT USAGE ON SEQUENCE ' || name || ' TO mt_shared'; END LOOP; END $$"""
