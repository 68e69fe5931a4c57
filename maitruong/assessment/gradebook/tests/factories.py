"""A class with its books, and short ways to type into them, for the tests of this module."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from maitruong.assessment.gradebook import queries, services
from maitruong.assessment.gradebook.models import MarkBook
from maitruong.assessment.gradebook.types import Cell, Saved
from maitruong.foundation.access import queries as access
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.identity.models import Account
from tests import factories as make

PUPILS = ("Nguyễn Phạm Khánh Huyền", "Lý A Sính", "Trần Minh An")
_numbers = itertools.count(1)


@dataclass
class Classroom:
    """A school with one class, its books open, and the people around it."""

    department: int
    commune: int
    school: int
    class_id: int
    pupils: list[int]
    principal: Account
    books: dict[tuple[str, int], int] = field(default_factory=dict)

    def book(self, subject: str = "TOAN", term: int = 1) -> int:
        return self.books[subject, term]


def a_classroom(
    *,
    grade: int = 8,
    name: str = "8A2",
    pupils: tuple[str, ...] = PUPILS,
    levels: tuple[str, ...] = ("03",),
    **chosen: Any,
) -> Classroom:
    department = make.a_department()
    commune = make.a_commune(department)
    school = make.a_school(commune, levels=levels)
    return add_class(department, commune, school, make.a_principal(school), grade, name, pupils, **chosen)


def add_class(
    department: int,
    commune: int,
    school: int,
    principal: Account,
    grade: int,
    name: str,
    pupils: tuple[str, ...],
    *,
    electives: tuple[str, ...] = (),
    clusters: tuple[str, ...] = (),
) -> Classroom:
    class_id, ids = make.a_class(school, name, pupils=pupils, grade=grade)
    with make.as_system() as scope:
        if electives or clusters:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE enrolment_schoolclass SET electives = to_jsonb(%s::text[]), clusters = to_jsonb(%s::text[]) WHERE id = %s",
                    [list(electives), list(clusters), class_id],
                )
        services.open_books(scope, class_id=class_id)
        found = MarkBook.objects.visible_to(scope, "gradebook.view").filter(class_id=class_id)
        books = {((b.subject or b.kind), b.moment or b.term): b.pk for b in found}
    return Classroom(department, commune, school, class_id, ids, principal, books)


def teacher_of(room: Classroom, subject: str = "TOAN", name: str = "Nguyễn Thị Lan") -> Account:
    return make.a_teacher(room.school, name, class_id=room.class_id, subject=subject)


def homeroom_of(room: Classroom, name: str = "Phạm Văn Bình") -> Account:
    person = make.a_person(name, room.school)
    make.a_post(person, "homeroom_teacher", room.school, class_ids=[room.class_id])
    return make.an_account(person)


def scope_for(account: Account) -> Scope:
    scope = access.scope_of(account.person_id, on=make.TODAY, actor_name="Người thử")
    assert scope is not None
    return scope


@contextmanager
def working_as(account: Account) -> Iterator[Scope]:
    scope = scope_for(account)
    with unit_of_work(scope):
        yield scope


def type_in(
    account: Account, book_id: int, *cells: tuple[Any, ...], request_id: str = "", service: Any = None
) -> Saved:
    """Cells as (pupil, column, value) or (pupil, column, value, saw)."""
    typed = [Cell(c[0], c[1], c[2], c[3] if len(c) > 3 else "") for c in cells]
    with working_as(account) as scope:
        return (service or services.enter_marks)(
            scope, book_id=book_id, cells=typed, request_id=request_id or f"yeu-cau-{next(_numbers)}"
        )


def states(saved: Saved) -> list[str]:
    return [cell["state"] for cell in saved.cells]


def texts_of(account: Account, book_id: int) -> dict[int, dict[str, str]]:
    """What the book shows, by pupil."""
    with working_as(account) as scope:
        return {row.student_id: row.cells for row in queries.book_page(scope, book_id=book_id).rows}


def rows_of(table: str, columns: str = "*", order: str = "1") -> list[tuple[Any, ...]]:
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} ORDER BY {order}")
        return cursor.fetchall()


def nothing_was_written() -> bool:
    """Neither a mark nor its history, a result or a published fact."""
    told = "events_outbox WHERE kind LIKE '%entered'"
    return not any(map(rows_of, ("gradebook_mark", "gradebook_markhistory", "gradebook_result", told)))
