"""Sets the stage of a journey inside the running house: a class of two whose year is all written, but for what the story writes.

    python -m tests.journeys.stage --name 8A8 [--leave TOAN]

Runs as a command of the house, through the same services as the pages. Prints {"class_id", "pupils": {name: id},
"books": {"TOAN/1": id, ..., "conduct/1": id}}; the class is taught by the sign-in page's mathematics teacher in every
subject and led by its homeroom teacher. --leave: a subject whose term-one final and every book of conduct stay empty and
open; without it every book is closed and the records can be prepared.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import uuid

import django

PUPILS = ("Nguyễn Phạm Khánh Huyền", "Lý A Sính")
VALUES = {"mark": ("8,5", "6,5"), "choice": ("Đ", "Đ"), "level": ("T", "K")}
STARTS = dt.date(2026, 9, 5)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--name", required=True)
    asked.add_argument("--leave", default="")
    told = asked.parse_args()
    django.setup()
    print(json.dumps(set_up(told.name, told.leave), ensure_ascii=False))


def set_up(name: str, leave: str) -> dict[str, object]:
    from maitruong.assessment.gradebook.services.opening import open_books
    from maitruong.foundation.access.services import unit_of_work
    from maitruong.foundation.access.types import system_scope
    from maitruong.foundation.identity.models import Account
    from maitruong.registry.enrolment import services as enrolment
    from maitruong.registry.students import services as students
    from maitruong.teaching.curriculum.rules import gdpt2018
    from maitruong.teaching.timetable import services as timetable

    scope = system_scope("stage of a journey")
    account_of = {account.login: account.person_id for account in Account.objects.all()}
    with unit_of_work(scope):
        school_id = _school(account_of["hieu-truong"])
        class_id = enrolment.open_class(scope, school_id=school_id, school_year=2026, grade=8, name=name)
        pupils = {}
        for number, full_name in enumerate(PUPILS, start=1):
            pupils[full_name] = students.register_student(
                scope, school_id=school_id, full_name=full_name, born_on=dt.date(2013, 3, number), sex="female"
            )
            enrolment.enrol(scope, student_id=pupils[full_name], class_id=class_id, starts_on=STARTS)
        enrolment.appoint_homeroom(scope, class_id=class_id, teacher_id=account_of["chu-nhiem-8a2"], on=STARTS)
        for subject in gdpt2018.subjects_of(8, 2026):
            timetable.assign_teaching(
                scope,
                class_id=class_id,
                subject=subject.code,
                teacher_id=account_of["giao-vien-toan"],
                starts_on=STARTS,
            )
        book_ids = open_books(scope, class_id=class_id)
    books = {}
    for book_id in book_ids:
        with unit_of_work(scope):
            books |= _write(scope, book_id, leave)
    return {"class_id": class_id, "pupils": pupils, "books": books}


def _school(principal: int) -> int:
    from maitruong.foundation.access import queries as access
    from maitruong.foundation.kernel import clock

    (post,) = access.posts(person_ids=[principal], roles=["principal"], on=clock.today())
    return post.unit_id


def _write(scope: object, book_id: int, leave: str) -> dict[str, int]:
    """Every cell of one book, the same for the whole row; then the book is closed, unless the story closes it."""
    from maitruong.assessment.gradebook import queries
    from maitruong.assessment.gradebook.services import closing, entry
    from maitruong.assessment.gradebook.types import Cell

    page = queries.book_page(scope, book_id=book_id)  # type: ignore[arg-type]
    book = page.book
    stays = bool(leave) and (book.kind == "conduct" or (book.subject, book.term) == (leave, 1))
    left = {"level", "comment"} if book.kind == "conduct" else {"ck"}
    cells = [
        Cell(row.student_id, column.key, VALUES["level" if book.kind == "conduct" else column.kind][number], "")
        for number, row in enumerate(page.rows)
        for column in page.columns
        if column.is_open and column.kind != "text" and not (stays and column.key in left)
    ]
    save = entry.enter_conduct if book.kind == "conduct" else entry.enter_marks
    if cells:
        answer = save(scope, book_id=book_id, cells=cells, request_id=str(uuid.uuid4()))  # type: ignore[arg-type]
        refused = [cell for cell in answer.as_dict()["cells"] if cell["state"] != "saved"]
        assert not refused, (book.title, refused)
    if not stays:
        closing.close_book(scope, book_id=book_id)  # type: ignore[arg-type]
    return {f"{book.subject or book.kind}/{book.term}": book_id}


if __name__ == "__main__":
    main()
