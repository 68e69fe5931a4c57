"""A class opened by mistake is removed: nobody ever sat in it and nothing was written for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db import connection
from psycopg import sql

from maitruong.foundation.access.rls import house_models
from maitruong.foundation.access.types import Scope
from maitruong.foundation.events.services import publish
from maitruong.foundation.kernel import clock, formats

from . import ports, services
from .errors import ClassInUse, WhyMissing
from .events import ClassRemoved
from .models import Enrolment, SchoolClass


def remove_class(scope: Scope, *, class_id: int, why: str) -> None:
    """Take a class away for good, with its empty books and its homeroom teacher's right. The reason stands in the audit.

    Raises NotFound, WhyMissing, YearClosed; ClassInUse, which says what is in it.
    """
    school_class = services.class_to_change(scope, class_id)
    if not why.strip():
        raise WhyMissing
    if held := what_is_in(class_id):
        raise ClassInUse(name=school_class.name, held=", ".join(held))
    services.appoint_homeroom(scope, class_id=class_id, teacher_id=None, on=clock.today(), why=why)
    for keeper in ports.keepers():
        keeper.forget(class_id)
    if used([class_id]):
        raise ClassInUse(name=school_class.name, held="dữ liệu ở phần khác")
    SchoolClass._base_manager.filter(pk=class_id).delete()
    services.record(
        scope,
        "enrolment.class_removed",
        school_class,
        changes={"name": [school_class.name, None], "grade": [school_class.grade, None]},
        why=why,
    )
    publish(
        ClassRemoved(
            school_id=school_class.school_id,
            school_year=school_class.school_year,
            class_id=class_id,
            grade=school_class.grade,
        )
    )


def what_is_in(class_id: int) -> list[str]:
    """What keeps a class from being removed, in words; empty when nothing does."""
    sat = Enrolment._base_manager.filter(school_class_id=class_id).count()
    told = [f"{formats.number(sat)} lượt học sinh đã xếp vào lớp"] if sat else []
    return told + [words for keeper in ports.keepers() if (words := keeper.holds(class_id))]


def used(class_ids: Collection[int]) -> set[int]:
    """Those of these classes that any table of the house points at, also one made later; what only remembers acts is no table."""
    found: set[int] = set()
    with connection.cursor() as cursor:
        for table, column in _pointing_columns():
            cursor.execute(
                sql.SQL("SELECT DISTINCT {0} FROM {1} WHERE {0} = ANY(%s)").format(
                    sql.Identifier(column), sql.Identifier(table)
                ),
                [list(class_ids)],
            )
            found |= {class_id for (class_id,) in cursor.fetchall()}
    return found


def _pointing_columns() -> Iterator[tuple[str, str]]:
    for model in house_models():
        for column in sorted({str(f.column) for f in model._meta.local_fields} & {"class_id", "school_class_id"}):
            yield model._meta.db_table, column
