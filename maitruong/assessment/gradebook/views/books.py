"""The lists of books, one book as a grid, its history, and the sheet for the office."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.types import Request, Rows, Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.school_year import SchoolYear
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.regulations.acts import TT22_2021, TT27_2020
from maitruong.registry.calendar import queries as calendar

from .. import exporters, layout, queries
from ..models.marks import Basis
from ..queries import BookPage, BookSummary
from ..types import Book, period_name, period_title

ACTS = {act.id: act for act in (TT22_2021, TT27_2020)}
STATES = {
    "closed": ("đã khoá", "neutral"),
    "full": ("đủ điểm", "good"),
    "begun": ("đang nhập", "quill"),
    "empty": ("chưa nhập", "warn"),
}
# Which address a kind of book is saved at: the right asked for stands on the route.
SAVE_ROUTES = {
    "score": "gradebook:save_marks",
    "comment": "gradebook:save_marks",
    "primary": "gradebook:save_levels",
    "quality": "gradebook:save_qualities",
    "conduct": "gradebook:save_conduct",
}


# --- lists ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClassLine:
    """A class in the principal's list: how many of its books are full, how many closed."""

    class_id: int
    name: str
    grade: int
    pupils: int
    books: int
    full: int
    closed: int

    @property
    def percent(self) -> int:
        return 100 * self.full // self.books if self.books else 0


@needs("gradebook.view")
@require_safe
def books(request: Request) -> HttpResponse:
    """My books; for who answers for the school every class with how far its books are; for the department a school's, by choice."""
    scope = request.scope
    year = calendar.year_on(clock.today())
    term = _term(request, default=calendar.term_on(clock.today()))
    if scope.may("gradebook.view_all"):
        return _books_of_school(request, scope, year, term)
    class_id = formats.whole_number(request.GET.get("lop"))
    if scope.rows is Rows.PROVINCE and class_id is None:
        return render(request, "gradebook/choose_school.html", {"page_title": "Sổ điểm"})
    found = queries.my_books(scope, school_year=year, term=term, class_id=class_id)
    classes = sorted(
        {(b.class_id, b.class_name) for b in found if b.kind in ("conduct", "quality")}, key=lambda c: c[1]
    )
    context = {"books": [_book_line(b) for b in found], "classes": classes}
    return render(request, "gradebook/books.html", {**context, **_head("Sổ điểm", year, term, class_id)})


def _books_of_school(request: HttpRequest, scope: Scope, year: int, term: int) -> HttpResponse:
    (school_id, *_) = scope.school_ids
    found = queries.books_of_school(scope, school_id=school_id, school_year=year, term=term)
    chosen = request.GET.get("lop", "")
    unfinished = request.GET.get("xem") == "chua-xong"
    by_class: dict[int, list[BookSummary]] = defaultdict(list)
    for book in found:
        by_class[book.class_id].append(book)
    context: dict[str, Any] = {
        **_head("Sổ điểm của trường", year, term),
        "without": queries.classes_without_books(scope, school_id=school_id, school_year=year),
        "total": len(found),
        "open_count": sum(b.state in ("begun", "empty") for b in found),
        "unfinished": unfinished,
    }
    if unfinished or chosen:
        picked = [b for b in found if (not chosen or str(b.class_id) == chosen)]
        picked = [b for b in picked if not unfinished or b.state in ("begun", "empty")]
        context["class_name"] = picked[0].class_name if chosen and picked else ""
        context["class_id"] = picked[0].class_id if chosen and picked else None
        context["books"] = [_book_line(b) for b in picked[:300]]
        context["more"] = max(0, len(picked) - 300)
        return render(request, "gradebook/school_books.html", context)
    lines = [
        ClassLine(
            class_id,
            of_class[0].class_name,
            of_class[0].grade,
            of_class[0].pupils,
            len(of_class),
            sum(b.state in ("full", "closed") for b in of_class),
            sum(b.state == "closed" for b in of_class),
        )
        for class_id, of_class in sorted(by_class.items(), key=lambda found: found[1][0].sort_key)
    ]
    return render(request, "gradebook/school_books.html", {**context, "lines": lines})


def _head(title: str, year: int, term: int, class_id: int | None = None) -> dict[str, Any]:
    of_class = f"&lop={class_id}" if class_id else ""
    return {
        "page_title": title,
        "year_label": SchoolYear(year).label,
        "term": term,
        "period": period_name(term),
        "terms": [
            {"label": period_title(t), "url": f"{reverse('gradebook:books')}?hk={t}{of_class}", "current": t == term}
            for t in (1, 2, 0)
        ],
    }


def _book_line(book: BookSummary) -> dict[str, Any]:
    words, tone = STATES[book.state]
    when = period_title(book.term, book.moment) if book.moment else ""
    return {"book": book, "state": words, "tone": tone, "when": when, "url": reverse("gradebook:book", args=[book.id])}


def _term(request: HttpRequest, default: int) -> int:
    given = request.GET.get("hk", "")
    return int(given) if given in ("0", "1", "2") else default


# --- one book ------------------------------------------------------------------------------------------------------------


@needs("gradebook.view")
@require_safe
def book(request: Request, book_id: int) -> HttpResponse:
    scope = request.scope
    page = queries.book_page(scope, book_id=book_id)
    shown = page.book
    if scope.rows is Rows.PROVINCE:
        _tell_opened(scope, shown)
    mine = scope.covers(shown.permission, **shown.at)
    closes = scope.covers("gradebook.close", **shown.at)
    context = {
        "page": page,
        "book": shown,
        "page_title": shown.title,
        "crumbs": [{"label": "Sổ điểm", "url": reverse("gradebook:books")}, {"label": shown.title}],
        "columns": [column.for_grid() for column in page.columns],
        "rows": _grid_rows(page),
        "active": _first_open_column(page),
        "locked": not mine or shown.closed_at is not None or shown.year_closed,
        "reads_only": not mine,
        "save_url": reverse(SAVE_ROUTES[shown.kind], args=[book_id]),
        "poll_url": f"{reverse('gradebook:changes', args=[book_id])}?loai={shown.kind}",
        "why_url": f"/so-diem/{book_id}/vi-sao/" if shown.kind in ("score", "comment") else "",
        "siblings": _sibling_tabs(shown),
        "sees_class": scope.covers("gradebook.view", school_id=shown.school_id, class_id=shown.class_id),
        "exports": scope.covers("gradebook.export", **shown.at),
        "closes": closes and not shown.year_closed,
        "exempts": scope.covers("gradebook.exempt", **shown.at) and shown.kind in ("score", "comment", "primary"),
        "bases": [(str(int(b)), Basis(b).label.capitalize()) for b in Basis],
        "pupils": [(str(row.student_id), row.name) for row in page.rows if row.present],
        "act": ACTS[shown.act].name,
        "at": shown.changed_at.astimezone(clock.VIETNAM).isoformat(timespec="seconds") if shown.version else "",
        "asked": request.GET.get("hoi", ""),
    }
    return render(request, "gradebook/book.html", context)


def _grid_rows(page: BookPage) -> list[dict[str, Any]]:
    written = {column.key for column in page.columns if column.is_open and column.kind != "text"}
    return [
        {
            "id": row.student_id,
            "name": row.name,
            "note": Basis(row.basis).label if row.basis else ("" if row.present else "đã chuyển đi"),
            "cells": row.cells,
            "locked": (written if row.basis == Basis.EXEMPT else ()) if row.present else True,
        }
        for row in page.rows
    ]


def _first_open_column(page: BookPage) -> str:
    """The column the phone shows first: the first that most pupils still owe, else the first that somebody owes."""
    present = [row for row in page.rows if row.present]
    owed = {c.key: sum(not row.cells[c.key] for row in present) for c in page.columns if c.is_open and c.kind != "text"}
    most = (key for key, count in owed.items() if 2 * count > len(present))
    return next(most, next((key for key, count in owed.items() if count), ""))


def _sibling_tabs(book: Book) -> list[dict[str, Any]]:
    """The same subject of the class in the other terms or moments."""
    return [
        {
            "label": period_title(term, moment),
            "url": reverse("gradebook:book", args=[book_id]),
            "current": book_id == book.id,
        }
        for book_id, term, moment in queries.siblings(book)
    ]


def _tell_opened(scope: Scope, book: Book) -> None:
    audit.record(scope, "gradebook.book_opened", school_id=book.school_id, object_type="markbook", object_id=book.id)


@needs("gradebook.view")
@require_safe
def history(request: Request, book_id: int) -> HttpResponse:
    """Who wrote what: of the book, of one pupil (em), of one cell (o)."""
    scope = request.scope
    shown = queries.open_book(scope, book_id=book_id)
    student_id = formats.whole_number(request.GET.get("em"))
    cell = request.GET.get("o", "")
    lines = queries.history(scope, book=shown, student_id=student_id, cell=cell)
    labels = {column.key: column.long for column in layout.open_columns(shown)}
    audit.record(
        scope,
        "gradebook.history_opened",
        school_id=shown.school_id,
        object_type="markbook",
        object_id=book_id,
        subject_id=student_id,
    )
    context = {
        "book": shown,
        "page_title": "Lịch sử sổ điểm",
        "lines": lines,
        "pupil": lines[0].student if student_id and lines else "",
        "cell": labels.get(cell, ""),
        "crumbs": [
            {"label": "Sổ điểm", "url": reverse("gradebook:books")},
            {"label": shown.title, "url": reverse("gradebook:book", args=[book_id])},
            {"label": "Lịch sử"},
        ],
    }
    return render(request, "gradebook/history.html", context)


@needs("gradebook.export")
@require_safe
def export(request: Request, book_id: int) -> HttpResponse:
    """The book as a workbook. Every export is told to the audit."""
    scope = request.scope
    page = queries.book_page(scope, book_id=book_id, permission="gradebook.export")
    school = organisations.unit(page.book.school_id)
    audit.record(
        scope,
        "gradebook.book_exported",
        school_id=page.book.school_id,
        object_type="markbook",
        object_id=book_id,
        changes={"rows": len(page.rows)},
    )
    response = HttpResponse(
        exporters.book_workbook(page, school.name, ACTS[page.book.act].name),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(exporters.file_name(page.book))}"
    return response
