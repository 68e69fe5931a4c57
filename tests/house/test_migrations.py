"""A step of the database that a province full of rows can take, and not only an empty one."""

from __future__ import annotations

import re

from django.db import models
from django.db.migrations import AddField, CreateModel, RunSQL
from django.db.migrations.loader import MigrationLoader


def test_rows_are_filled_in_after_the_migration_that_makes_their_foreign_keys() -> None:
    """A foreign key comes at the end of its migration, and is then checked as the owner, whom row security shows nobody: where
    rows are there already, the step fails on every database but an empty one."""
    wrong = []
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        pointing = {
            f"{app}_{operation.name.lower()}"
            for operation in migration.operations
            if isinstance(operation, CreateModel) and any(_points(field) for _, field in operation.fields)
        }
        pointing |= {
            f"{app}_{operation.model_name.lower()}"
            for operation in migration.operations
            if isinstance(operation, AddField) and _points(operation.field)
        }
        wrong += [f"{app} {name}" for table in _filled(migration) if table in pointing]

    assert wrong == []


def _points(field: models.Field) -> bool:
    return isinstance(field, models.ForeignKey) and field.db_constraint


def _filled(migration: object) -> set[str]:
    told = " ".join(str(o.sql) for o in migration.operations if isinstance(o, RunSQL))  # type: ignore[attr-defined]
    return set(re.findall(r"(?:INSERT INTO|UPDATE)\s+(?:ONLY\s+)?(\w+)", told))
