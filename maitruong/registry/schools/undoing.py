"""Takes back schools a list founded: exactly those, and only while nothing in the house has come to stand on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.db import connection
from psycopg import sql

from maitruong.foundation.access.rls import house_models
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.exchange.ports import Kept, Target, Written
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.organisations import services as tree

from .founding import take_turn
from .models import School

_BEYOND = system_scope("a school of a list is taken back only where nothing in the province stands on it")
_POINTING = {"school_id", "unit_id", "parent_id", "replaced_by_id"}
#: The school's own rows, what only remembers acts, and figures that are counted again at any time.
_OWN = {"organisations_unit", "organisations_position", "organisations_formerunit", "schools_school"}
_OWN_APPS = {"audit", "events", "indicators"}
_NAMES = {
    "access_grant": "đã giao việc cho người ở trường",
    "staff_employment": "đã nhận người vào trường",
    "enrolment_schoolclass": "đã mở lớp",
}


def take_back(scope: Scope, target: Target, rows: Sequence[Written], *, edited_too: bool) -> list[Kept]:
    """See exchange.ports.ListOwner.

    Takes the turn of acts on schools, and holds the schools: whoever gives a right there in this moment is waited for, and
    whoever comes after finds no school.
    """
    take_turn()
    tree.hold_to_remove([row.object_id for row in rows])
    with unit_of_work(_BEYOND):
        used = uses([row.object_id for row in rows])
    kept: list[Kept] = []
    for row in rows:
        because = f"Trường {used[row.object_id]}." if row.object_id in used else ""
        edited = _edited(row)
        if because or (edited and not edited_too):
            kept.append(Kept(row.row, f"{edited} {because}".strip(), only_edited=not because))
            continue
        School.objects.filter(pk=row.object_id).delete()
        tree.remove_unit(row.object_id)
        audit.record(
            scope,
            "schools.taken_back",
            school_id=target.school_id,
            object_type="school",
            object_id=row.object_id,
            changes={"name": [row.label, None]},
            why=f"Danh sách {target.batch_id}",
        )
    return kept


def _edited(row: Written) -> str:
    """What somebody wrote over since, in a sentence; "" when all is as the list wrote it."""
    unit = organisations.facts(row.object_id, on=clock.today())
    if unit is None:
        return "Trường không còn trong hệ thống."
    kind = School.objects.filter(pk=row.object_id).values_list("school_type", flat=True).first()
    now = {"name": unit.name, "school_type": kind, "commune": unit.commune_id, "governor": unit.governor_id}
    if now != row.written or unit.closed_on is not None:
        return "Trường đã được sửa tên, loại hình hoặc nơi quản lí sau khi nhập."
    return ""


def uses(school_ids: Collection[int]) -> dict[int, str]:
    """What in the house stands on these schools, beside their own rows: school → the first thing found, in words."""
    found: dict[int, str] = {}
    with connection.cursor() as cursor:
        for table, column, words in _pointing_columns():
            cursor.execute(
                sql.SQL("SELECT DISTINCT {column} FROM {table} WHERE {column} = ANY(%s)").format(
                    column=sql.Identifier(column), table=sql.Identifier(table)
                ),
                [list(school_ids)],
            )
            for (school_id,) in cursor.fetchall():
                found.setdefault(school_id, words)
        # A campus, or whatever else is governed by the school.
        cursor.execute(
            "SELECT DISTINCT parent_id FROM organisations_position WHERE parent_id = ANY(%s)", [list(school_ids)]
        )
        for (school_id,) in cursor.fetchall():
            found.setdefault(school_id, "đã có điểm trường")
    return found


def _pointing_columns() -> Iterator[tuple[str, str, str]]:
    for model in house_models():
        table = model._meta.db_table
        if table in _OWN or model._meta.app_label in _OWN_APPS:
            continue
        columns = {str(field.column) for field in model._meta.local_fields if field.column}
        for column in sorted(columns & _POINTING):
            yield table, column, _NAMES.get(table, "đã có dữ liệu ở phần khác")
