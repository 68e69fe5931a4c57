"""What waits today for who works at a school: signatures, sheets, books. Each line opens the page where it is done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.urls import reverse

from maitruong.assessment.gradebook import queries as gradebook
from maitruong.assessment.gradebook.queries import BookSummary, ClassState
from maitruong.assessment.school_records import queries as records
from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.school_year import SchoolYear
from maitruong.foundation.signing.types import Role
from maitruong.registry.calendar import queries as calendar
from maitruong.site.beginning import first_steps
from maitruong.site.family.ties import waiting_for

_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
_SIGNS = {
    "school_records.sign_subject": (Role.SUBJECT_TEACHER, "school_records:waiting_subject"),
    "school_records.sign_homeroom": (Role.HOMEROOM_TEACHER, "school_records:waiting_homeroom"),
    "school_records.sign_principal": (Role.PRINCIPAL, "school_records:waiting_principal"),
}
MOST_BOOKS = 12
MOST_CLASSES = 6


@dataclass(frozen=True)
class Line:
    """One line of a list: words, what stands under them, where it leads, and how far it is (a tag)."""

    title: str
    sub: str
    href: str
    icon: str
    tag: tuple[str, str] | None = None


@dataclass
class Day:
    """The day of a workspace: the day itself, what waits, the books, and how many of the books are not shown."""

    day: str
    term: str = ""
    waiting: list[Line] = field(default_factory=list)
    books: list[Line] = field(default_factory=list)
    books_left_out: int = 0


def day_of(scope: Scope) -> Day:
    today = clock.today()
    found = Day(
        day=f"{_WEEKDAYS[today.weekday()]}, {today:%d/%m/%Y}",
        waiting=[*_ties(scope), *_signatures(scope), *_seals(scope)],
    )
    office = scope.workspace.unit_id if scope.workspace and scope.may("enrolment.manage") else None
    year = calendar.year_on(today) if office or scope.may("gradebook.view") else 0
    classes = gradebook.class_states(scope, school_id=office, school_year=year) if office else []
    found.waiting += [Line(step.title, step.text, step.href, "todo") for step in first_steps(scope, year, classes)]
    if scope.may("gradebook.view"):
        term = calendar.term_on(today)
        found.term = "học kì I" if term == 1 else "học kì II"
        if scope.may("gradebook.view_all"):
            (school_id, *_) = scope.school_ids
            books = gradebook.books_of_school(scope, school_id=school_id, school_year=year, term=term)
            found.books = _of_school(books)
            if scope.may("timetable.assign"):
                found.waiting += _without_teacher(classes, books)
        else:
            found.books, found.books_left_out = _of_teacher(scope, year, term)
    return found


def _ties(scope: Scope) -> list[Line]:
    """A school that wrote this person down as somebody's guardian."""
    if not waiting_for(scope.actor_id)[1]:
        return []
    words = "Trường ấy ghi thầy/cô là người giám hộ của một em"
    return [Line("Có trường chờ thầy/cô xác nhận", words, reverse("family:ties"), "users")]


def _signatures(scope: Scope) -> list[Line]:
    """The parts of school records that wait for this person's signature."""
    lines = []
    for permission, (signer, route) in _SIGNS.items():
        if not scope.may(permission):
            continue
        page = records.waiting_for(scope, signer, most=0)
        if page.waiting:
            classes = ", ".join(row.class_name for row in page.classes[:MOST_CLASSES])
            if len(page.classes) > MOST_CLASSES:
                classes += f" và {len(page.classes) - MOST_CLASSES} lớp khác"
            unit = "phần học bạ" if signer is Role.SUBJECT_TEACHER else "học bạ"
            lines.append(Line(f"{page.waiting} {unit} chờ ký", f"Lớp {classes}", reverse(route), "sign"))
    return lines


def _seals(scope: Scope) -> list[Line]:
    """Records the principal has signed, for who may put the school's seal on them; one line a school year."""
    if not scope.may("school_records.seal"):
        return []
    return [
        Line(
            f"{formats.number(count)} học bạ chờ đóng dấu số",
            f"Năm học {SchoolYear(year).label}, đã phê duyệt đủ",
            f"{reverse('school_records:overview')}?nam={year}",
            "certificate",
        )
        for year, count in records.to_seal(scope)
    ]


def _without_teacher(classes: list[ClassState], books: list[BookSummary]) -> list[Line]:
    """Classes that nobody leads, and subjects nobody teaches: somebody left, or was never named."""
    missing = {one.name: ["chủ nhiệm"] for one in classes if not one.is_led}
    for book in books:
        if book.subject and not book.teachers and book.closed_at is None:
            missing.setdefault(book.class_name, []).append(book.subject_name)
    if not missing:
        return []
    told = [f"{name}: {', '.join(dict.fromkeys(what))}" for name, what in list(missing.items())[:MOST_CLASSES]]
    rest = f" và {len(missing) - MOST_CLASSES} lớp khác" if len(missing) > MOST_CLASSES else ""
    words = "; ".join(told) + rest
    return [Line(f"{len(missing)} lớp chưa có giáo viên", words, reverse("timetable:assignments"), "users")]


def _of_school(books: list[BookSummary]) -> list[Line]:
    """The school's books by grade: how many have all that is owed, how many are closed."""
    by_grade: dict[int, list[BookSummary]] = {}
    for book in books:
        by_grade.setdefault(book.grade, []).append(book)
    lines = []
    for grade, books in sorted(by_grade.items()):
        full = sum(book.state in ("full", "closed") for book in books)
        closed = sum(book.state == "closed" for book in books)
        tag = (f"khoá {closed}/{len(books)}", "good" if closed == len(books) else "neutral")
        words = f"{full}/{len(books)} sổ đủ điểm"
        lines.append(Line(f"Khối {grade}", words, reverse("gradebook:books"), "notebook", tag))
    return lines


_STATE_TAGS = {"full": ("đủ điểm", "good"), "begun": ("đang nhập", "quill"), "empty": ("chưa nhập", "warn")}


def _of_teacher(scope: Scope, year: int, term: int) -> tuple[list[Line], int]:
    """Her own books that are still open, those with something left to do first."""
    books = [book for book in gradebook.my_books(scope, school_year=year, term=term) if book.state != "closed"]
    books.sort(key=lambda book: book.state == "full")
    lines = [
        Line(
            f"{book.subject_name} {book.class_name}",
            f"{book.finished}/{book.pupils} em đủ điểm{_touched(book.changed_at)}",
            reverse("gradebook:book", args=[book.id]),
            "notebook",
            _STATE_TAGS[book.state],
        )
        for book in books[:MOST_BOOKS]
    ]
    return lines, len(books) - len(lines)


def _touched(at: dt.datetime | None) -> str:
    return f" · sửa {at.astimezone(clock.VIETNAM):%H:%M %d/%m}" if at else ""
