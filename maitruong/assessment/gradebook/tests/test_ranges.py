"""The database itself refuses a value outside its range, in every column of every table of the books, and takes an empty cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from maitruong.assessment.gradebook.rules.tt27_2020 import QUALITIES_AND_COMPETENCES
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope

pytestmark = pytest.mark.django_db
PLACE = {"school_year": 2026, "school_id": 1, "class_id": 2, "student_id": 3}
WRITTEN = {"version": 1, "updated_at": "2026-09-05"}
ROWS: dict[str, dict[str, Any]] = {
    "mark": {**PLACE, **WRITTEN, "subject": "TOAN", "term": 1},
    "primarymark": {**PLACE, **WRITTEN, "subject": "TOAN", "moment": 1},
    "qualitymark": {**PLACE, **WRITTEN, "moment": 1},
    "conduct": {**PLACE, **WRITTEN, "term": 1},
    "result": {
        **PLACE,
        "term": 1,
        "grade": 8,
        "missing": 0,
        "provisional": True,
        "act": "tt22_2021",
        "settings_id": "",
        "computed_at": "2027-01-15",
    },
}
RANGES: dict[tuple[str, str], tuple[int, int]] = {
    **{("mark", cell): (-1, 100) for cell in ("tx1", "tx2", "tx3", "tx4", "tx5", "tx6", "cd", "gk", "ck")},
    ("mark", "average"): (0, 100),
    ("mark", "outcome"): (0, 1),
    ("mark", "basis"): (0, 3),
    ("mark", "term"): (1, 2),
    ("primarymark", "level"): (0, 2),
    ("primarymark", "test"): (-1, 100),
    ("primarymark", "moment"): (1, 4),
    **{("qualitymark", name): (0, 2) for name in QUALITIES_AND_COMPETENCES},
    ("qualitymark", "moment"): (1, 4),
    ("conduct", "level"): (0, 3),
    ("conduct", "term"): (0, 2),
    ("result", "learning"): (0, 3),
    ("result", "learning_before"): (0, 3),
    ("result", "conduct"): (0, 3),
    ("result", "term"): (0, 2),
}


@pytest.fixture(autouse=True)
def whole_province() -> Iterator[None]:
    with unit_of_work(system_scope("test")):
        yield


def stands(table: str, **cells: Any) -> bool:
    """Whether the database takes such a row; what it took is taken back."""
    row = {**ROWS[table], **cells}
    columns, places = ", ".join(row), ", ".join(["%s"] * len(row))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO gradebook_{table} ({columns}) VALUES ({places})", list(row.values()))
            transaction.set_rollback(True)
    except IntegrityError:
        return False
    return True


@pytest.mark.parametrize(("table", "column"), RANGES, ids="-".join)
def test_a_column_takes_its_range_and_nothing_beside_it(table: str, column: str) -> None:
    least, most = RANGES[table, column]

    taken = [value for value in (least - 1, least, most, most + 1) if stands(table, **{column: value})]

    assert taken == [least, most]


@pytest.mark.parametrize("table", ROWS)
def test_a_row_may_be_empty(table: str) -> None:
    assert stands(table)


def test_a_test_of_primary_school_is_a_whole_mark() -> None:
    assert [value for value in (55, 60) if stands("primarymark", test=value)] == [60]
