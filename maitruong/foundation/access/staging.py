"""Many rows at once under row security. PostgreSQL refuses COPY into a table with policies; so COPY into a temporary table of
the same columns, then one INSERT .. SELECT, which the policies check like any other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg import sql


def insert_many(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[int]:
    """Insert rows in the present unit of work. Returns the new ids in the order of the rows.

    fields: names of the model's columns, `id` not among them.   JSON values as text, arrays of ids as lists, ranges as text.
    """
    table, columns = _names(model, fields)
    with connection.cursor() as cursor:
        staged = _stage(cursor, table, columns, rows, _arrays(model, fields))
        # The identity column counts in the order of the SELECT, and RETURNING gives the rows in that order.
        cursor.execute(
            sql.SQL(
                "INSERT INTO {table} ({columns}) SELECT {columns} FROM staged_rows ORDER BY staged_place RETURNING {key}"
            ).format(table=table, columns=columns, key=sql.Identifier(_key(model)))
        )
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute("DROP TABLE staged_rows")
    if len(ids) != staged:
        raise RuntimeError(f"{staged} rows staged, {len(ids)} written")
    return ids


def update_many(
    model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]], *, bump: str = ""
) -> list[int]:
    """Write `fields` of the rows named by the first value of each row (the key). Returns the keys that were there.

    bump: a version column to raise by one.
    """
    key = _key(model)
    table, columns = _names(model, [key, *fields])
    with connection.cursor() as cursor:
        _stage(cursor, table, columns, rows, _arrays(model, [key, *fields]))
        sets = [sql.SQL("{0} = staged_rows.{0}").format(sql.Identifier(column)) for column in _columns(model, fields)]
        if bump:
            sets.append(sql.SQL("{0} = target.{0} + 1").format(sql.Identifier(bump)))
        cursor.execute(
            sql.SQL(
                "UPDATE {table} AS target SET {sets} FROM staged_rows WHERE target.{key} = staged_rows.{key} RETURNING target.{key}"
            ).format(table=table, sets=sql.SQL(", ").join(sets), key=sql.Identifier(key))
        )
        found = [row[0] for row in cursor.fetchall()]
        cursor.execute("DROP TABLE staged_rows")
    return found


def _stage(
    cursor: Any, table: sql.Identifier, columns: sql.Composable, rows: Iterable[Sequence[Any]], arrays: Sequence[int]
) -> int:
    cursor.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE staged_rows ON COMMIT DROP AS SELECT 0::bigint AS staged_place, {columns} FROM {table} WITH NO DATA"
        ).format(columns=columns, table=table)
    )
    count = 0
    with cursor.copy(sql.SQL("COPY staged_rows (staged_place, {columns}) FROM STDIN").format(columns=columns)) as copy:
        for count, row in enumerate(rows, start=1):
            values = [count, *row]
            for place in arrays:
                values[place] = _ids_as_text(values[place])
            copy.write_row(values)
    return count


def _arrays(model: type[models.Model], fields: Sequence[str]) -> list[int]:
    """Where in a staged row an array stands, the row's place in front counted in."""
    return [place for place, name in enumerate(fields, start=1) if isinstance(model._meta.get_field(name), ArrayField)]


def _ids_as_text(ids: Sequence[int] | None) -> str | None:
    """An array of ids as PostgreSQL reads it. Only ids: text in an array would need quoting."""
    return None if ids is None else "{" + ",".join([f"{number:d}" for number in ids]) + "}"


def _names(model: type[models.Model], fields: Sequence[str]) -> tuple[sql.Identifier, sql.Composable]:
    columns = sql.SQL(", ").join(map(sql.Identifier, _columns(model, fields)))
    return sql.Identifier(model._meta.db_table), columns


def _columns(model: type[models.Model], fields: Sequence[str]) -> list[str]:
    by_name = {key: field.column for field in model._meta.concrete_fields for key in (field.name, field.attname)}
    return [by_name[name] for name in fields]  # type: ignore[misc]


def _key(model: type[models.Model]) -> str:
    return model._meta.pk.column  # type: ignore[return-value]
