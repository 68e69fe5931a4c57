"""What goes along with a pupil, a list, a class: how he boards (ADR 0017), who reads what is known of him."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from maitruong.foundation.kernel import clock
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.students import services as students

from ..models import Award, ClassProfile, IdentityPaper, Measurement

_OF_PUPILS = [model._meta.db_table for model in (Measurement, IdentityPaper, Award)]

_BY_LIST = """
UPDATE dossiers_learneryear y SET boarding = f.boarding, version = y.version + 1, updated_at = now()
FROM students_student f
WHERE f.person_id = y.student_id AND y.student_id = ANY(%s) AND y.school_year = %s AND y.boarding <> f.boarding"""
# One statement for the three tables: a pupil comes by a form, one at a time, and the form waits for it.
_COMES = "WITH {} SELECT 1".format(
    ", ".join(
        f"in_{table} AS (UPDATE {table} SET places = places || %(place)s::bigint"
        " WHERE student_id = %(student)s AND NOT places @> ARRAY[%(place)s::bigint])"
        for table in _OF_PUPILS
    )
)
_LEAVES = "WITH {} SELECT 1".format(
    ", ".join(
        f"in_{table} AS (UPDATE {table} SET places = array_remove(places, %(place)s::bigint)"
        " WHERE student_id = ANY(%(students)s) AND places @> ARRAY[%(place)s::bigint])"
        for table in _OF_PUPILS
    )
)


def record_boarding(student_id: int, boarding: str) -> None:
    """The year says it: the dossier, which lists read and write, says the same."""
    students.record_boarding(student_id, boarding)


def list_was_written(student_ids: Collection[int]) -> None:
    """A list wrote how these pupils board: the open year says the same. One statement for them all."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_LIST, [sorted(student_ids), calendar.year_on(clock.today())])


def forget_class(class_id: int) -> None:
    """Of a class opened by mistake its profile goes too."""
    ClassProfile._base_manager.filter(pk=class_id).delete()


def pupil_comes(student_id: int, school_id: int) -> None:
    """What is known of a pupil is read by the school he comes to; the former one goes on reading it."""
    with connection.cursor() as cursor:
        cursor.execute(_COMES, {"student": student_id, "place": school_id})


def pupils_never_came(student_ids: Collection[int], school_id: int) -> None:
    """A list was taken back: the school it brought these pupils to forgets them."""
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, {"students": list(student_ids), "place": school_id})
