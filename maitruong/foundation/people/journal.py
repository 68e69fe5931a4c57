"""What an act changed, row by row, so that it can be taken back exactly, and what others changed since is left to them.

A journal is JSON and lies beside the act. Values go through the database's own JSON, so that ranges, arrays and dates come back
as they were.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, models
from psycopg import sql


@dataclass
class Journal:
    """Steps in the order they were done: {"of": model, "id": key, "was": {...}, "now": {...}} or {"of", "id", "close": column}."""

    steps: list[dict[str, Any]] = field(default_factory=list)

    def change(self, model: type[models.Model], pk: int, **values: Any) -> None:
        """Write columns of one row and remember what stood there. What stays as it was is not remembered."""
        fields = {name: model._meta.get_field(name) for name in values}
        columns: dict[str, Any] = {
            str(field.column): field.get_db_prep_save(values[name], connection)  # type: ignore[union-attr]
            for name, field in fields.items()
        }
        table = sql.Identifier(model._meta.db_table)
        key = sql.Identifier(_key(model))
        written = sql.SQL(", ").join([sql.SQL("{} = %s").format(sql.Identifier(name)) for name in columns])
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("UPDATE {} SET {} WHERE {} = %s RETURNING to_jsonb(old)::text, to_jsonb(new)::text").format(
                    table, written, key
                ),
                [*columns.values(), pk],
            )
            row = cursor.fetchone()
        if row is None:
            return
        old, new = (json.loads(text) for text in row)
        was = {name: old[name] for name in columns if old[name] != new[name]}
        if was:
            now = {name: new[name] for name in was}
            self.steps.append({"of": model._meta.label_lower, "id": pk, "was": was, "now": now})

    def made(self, model: type[models.Model], pk: int, *, closed_by: str) -> None:
        """A row that did not stand before. Taking back closes it: the moment is written into its column `closed_by`."""
        self.steps.append({"of": model._meta.label_lower, "id": pk, "close": closed_by})


def take_back(steps: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Undo from the last step to the first. Returns the steps that stay, since somebody wrote the same columns meanwhile."""
    stay = []
    for step in reversed(list(steps)):
        model = apps.get_model(step["of"])
        done = _close(model, step) if "close" in step else _restore(model, step)
        if not done:
            stay.append(step)
    return stay


def _restore(model: type[models.Model], step: dict[str, Any]) -> bool:
    names = sql.SQL(", ").join([sql.Identifier(name) for name in step["was"]])
    statement = sql.SQL(
        "UPDATE {table} t SET ({names}) = (SELECT {names} FROM jsonb_populate_record(NULL::{table}, %s::jsonb))"
        " WHERE t.{key} = %s AND to_jsonb(t) @> %s::jsonb"
    ).format(table=sql.Identifier(model._meta.db_table), names=names, key=sql.Identifier(_key(model)))
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(step["was"]), step["id"], json.dumps(step["now"])])
        return cursor.rowcount == 1


def _close(model: type[models.Model], step: dict[str, Any]) -> bool:
    statement = sql.SQL("UPDATE {} SET {} = now() WHERE {} = %s AND {} IS NULL").format(
        sql.Identifier(model._meta.db_table),
        sql.Identifier(step["close"]),
        sql.Identifier(_key(model)),
        sql.Identifier(step["close"]),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [step["id"]])
        return True  # closed by somebody else already is as good


def _key(model: type[models.Model]) -> str:
    return model._meta.pk.column  # type: ignore[union-attr,return-value]
