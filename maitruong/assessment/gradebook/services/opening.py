"""The books of a class for a year, from the programme of its grade and what the class chose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import connection

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events import services as events
from maitruong.foundation.kernel import clock
from maitruong.foundation.regulations import NoRuleInForce, in_force
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.schools import queries as schools
from maitruong.teaching.curriculum.rules import Subject as Taught
from maitruong.teaching.curriculum.rules import SubjectGroup, programme_of, studied

from ..errors import NoBooksForGrade
from ..events import BooksOpened
from ..models import ClassSheet, MarkBook
from ..rules import Kind
from ..rules.tt22_2021 import Tt22Settings
from ..rules.tt27_2020 import Moment

LAST_PRIMARY_GRADE = 5
KEEP_ANSWERS = dt.timedelta(days=30)
# Where a book of a primary class stands: moment → (term, moment of the act).
_MOMENTS = {
    1: (1, Moment.MID_TERM_ONE),
    2: (1, Moment.END_TERM_ONE),
    3: (2, Moment.MID_TERM_TWO),
    4: (2, Moment.END_OF_YEAR),
}


def prepare_year(school_year: int) -> int:
    """Make the year's partitions where they do not stand yet. Returns how many were made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gradebook_make_year(%s)", [school_year])
        return cursor.fetchone()[0]


def open_books(scope: Scope, *, class_id: int, settings_id: str = "") -> list[int]:
    """Open the class's books of the year: one per subject and term, conduct; at primary school one per subject and moment.

    Subjects come from the programme in force for the grade (a continuing education centre has its own), electives and topic
    clusters from the class. Repeatable: books that stand are left alone, missing ones (an elective chosen later) are added.
    settings_id: the reading of the act; default if "".
    Returns the ids of the class's books. Raises NotFound, NoBooksForGrade, YearClosed.
    """
    school_class = _school_class(class_id)
    if school_class is None:
        raise NotFound
    school_id, school_year, grade, name, electives, clusters = school_class
    if not scope.covers("gradebook.close", school_id=school_id, class_id=class_id):
        raise NotFound
    calendar.refuse_closed_year(school_year)
    prepare_year(school_year)
    try:
        programme = programme_of(schools.levels_of(school_id), grade)
        taught = list(studied(grade, school_year, electives=electives, programme=programme))
        act = in_force("gradebook.check_mark", grade=grade, school_year=school_year).act.id
    except NoRuleInForce:
        raise NoBooksForGrade(school_class=name, grade=grade) from None
    sheet = _open_sheet(school_id, school_year, class_id, grade, taught, act, settings_id or act)
    books = list(books_of(sheet, taught, set(clusters)))
    MarkBook.objects.bulk_create(books, ignore_conflicts=True)
    found = MarkBook.objects.visible_to(scope, "gradebook.close").filter(sheet_id=sheet.pk)
    ids = list(found.order_by("term", "moment", "position").values_list("pk", flat=True))
    audit.record(
        scope,
        "gradebook.books_opened",
        school_id=school_id,
        object_type="class",
        object_id=class_id,
        changes={"books": len(ids), "act": sheet.act, "reading": sheet.settings_id},
    )
    events.publish(BooksOpened(school_id=school_id, class_id=class_id, school_year=school_year, books=len(ids)))
    return ids


def forget_old_answers(limit: int = 5000) -> int:
    """Drop answers kept for repeated requests once no page can repeat them. Steady work of the worker; returns how many."""
    with unit_of_work(system_scope("forget old answers")), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM gradebook_savedrequest WHERE id IN"
            " (SELECT id FROM gradebook_savedrequest WHERE at < %s ORDER BY at LIMIT %s)",
            [clock.now() - KEEP_ANSWERS, limit],
        )
        return cursor.rowcount


def _school_class(class_id: int) -> tuple[int, int, int, str, list[str], list[str]] | None:
    """What the books follow from, under the lock of the class: of two who open them, or choose a subject meanwhile, the second
    reads what the first one left."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT school_id, school_year, grade, name,"
            " ARRAY(SELECT jsonb_array_elements_text(electives)), ARRAY(SELECT jsonb_array_elements_text(clusters))"
            " FROM enrolment_schoolclass WHERE id = %s FOR NO KEY UPDATE",
            [class_id],
        )
        return cursor.fetchone()


def _open_sheet(
    school_id: int, school_year: int, class_id: int, grade: int, taught: list[Taught], act: str, settings_id: str
) -> ClassSheet:
    """The class's sheet, made or brought to the subjects the class has now. Act and reading stay as they were first chosen."""
    made = ClassSheet(
        school_id=school_id,
        school_year=school_year,
        class_id=class_id,
        grade=grade,
        subjects=subjects_as_json(grade, taught),
        act=act,
        settings_id=settings_id,
    )
    ClassSheet.objects.bulk_create(
        [made],
        update_conflicts=True,
        unique_fields=["school_year", "class_id"],
        update_fields=["subjects", "grade"],
    )
    return ClassSheet._base_manager.get(class_id=class_id, school_year=school_year)


def subjects_as_json(grade: int, taught: list[Taught]) -> list[dict[str, Any]]:
    """The subjects of a sheet, as it keeps them."""
    return [
        {
            "code": s.code,
            "name": s.name,
            "kind": "primary" if grade <= LAST_PRIMARY_GRADE else s.kind.value,
            "terms": [1, 2],
            "optional": s.group is SubjectGroup.OPTIONAL,
        }
        for s in taught
    ]


def books_of(sheet: ClassSheet, taught: list[Taught], clusters: set[str]) -> Iterator[MarkBook]:
    """The books a class of this sheet needs, not saved."""
    if sheet.grade <= LAST_PRIMARY_GRADE:
        yield from _primary_books(sheet, taught)
        return
    reading = Tt22Settings.from_id(sheet.settings_id)
    needed = in_force("gradebook.regular_marks_needed", grade=sheet.grade, school_year=sheet.school_year)
    for term in (1, 2):
        for position, subject in enumerate(taught):
            yield _book(
                sheet,
                subject.code,
                subject.name,
                position,
                subject.kind.value,
                term=term,
                periods_per_year=subject.periods_per_year,
                regular_needed=needed(Kind(subject.kind.value), subject.periods_per_year),
                cluster=subject.code in clusters and reading.records_cluster_in(term),
            )
    for term in (1, 2, 0):
        yield _book(sheet, "", "Rèn luyện, nhận xét", len(taught), "conduct", term=term)


def _primary_books(sheet: ClassSheet, taught: list[Taught]) -> Iterator[MarkBook]:
    tests = in_force("gradebook.tested_subjects", grade=sheet.grade, school_year=sheet.school_year)
    for moment, (term, of_act) in _MOMENTS.items():
        tested = tests(sheet.grade, of_act)
        for position, subject in enumerate(taught):
            yield _book(
                sheet,
                subject.code,
                subject.name,
                position,
                "primary",
                term=term,
                moment=moment,
                periods_per_year=subject.periods_per_year,
                tested=subject.code in tested,
            )
        yield _book(sheet, "", "Phẩm chất, năng lực", len(taught), "quality", term=term, moment=moment)


def _book(sheet: ClassSheet, subject: str, name: str, position: int, kind: str, **more: object) -> MarkBook:
    return MarkBook(
        sheet=sheet,
        school_id=sheet.school_id,
        school_year=sheet.school_year,
        class_id=sheet.class_id,
        grade=sheet.grade,
        subject=subject,
        subject_name=name,
        position=position,
        kind=kind,
        act=sheet.act,
        settings_id=sheet.settings_id,
        **{"periods_per_year": 0, "moment": 0, **more},
    )
