"""The grid's addresses: save, what changed, why; and the acts on a whole book."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.http.request import RawPostDataException
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.kernel import formats
from maitruong.foundation.kernel.errors import Refusal

from .. import queries, services, storage
from ..errors import BookClosed, UnreadableRequest
from ..types import Cell, Saved

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')
Service = Callable[..., Saved]


@needs("gradebook.enter")
@require_POST
def save_marks(request: Request, book_id: int) -> HttpResponse:
    return _save(request, book_id, services.enter_marks)


@needs("gradebook.enter")
@require_POST
def save_levels(request: Request, book_id: int) -> HttpResponse:
    return _save(request, book_id, services.enter_primary)


@needs("gradebook.conduct")
@require_POST
def save_qualities(request: Request, book_id: int) -> HttpResponse:
    return _save(request, book_id, services.enter_primary)


@needs("gradebook.conduct")
@require_POST
def save_conduct(request: Request, book_id: int) -> HttpResponse:
    return _save(request, book_id, services.enter_conduct)


def _save(request: Request, book_id: int, service: Service) -> HttpResponse:
    """Cells in, cells out; 409 or 422 with a sentence when the whole is refused."""
    try:
        request_id, cells = _cells(request)
        saved = service(request.scope, book_id=book_id, cells=cells, request_id=request_id)
    except NotFound:
        raise
    except Refusal as refusal:
        transaction.set_rollback(True)  # a save is refused whole, also when that shows only after it wrote
        told = {"code": refusal.code, "message": refusal.text, "remedy": refusal.advice}
        return JsonResponse(told, status=409 if isinstance(refusal, BookClosed) else 422)
    return HttpResponse(orjson.dumps(saved.as_dict()), content_type="application/json")


def _cells(request: HttpRequest) -> tuple[str, list[Cell]]:
    try:
        given = orjson.loads(request.body)
        request_id, cells = given["request_id"], given["cells"]
        if not _REQUEST_ID.fullmatch(request_id) or not cells:
            raise UnreadableRequest
        return request_id, [_cell(cell) for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError, RawPostDataException):  # the last: it came as a form
        raise UnreadableRequest from None


def _cell(given: Any) -> Cell:
    row, column, value, saw = formats.whole_number(str(given["row"])), given["column"], given["value"], given["saw"]
    if row is None or not (isinstance(column, str) and isinstance(value, str) and isinstance(saw, str)):
        raise UnreadableRequest
    # JSON can spell what no text of a database holds: NUL, and halves of a surrogate pair (encode raises a ValueError).
    if b"\0" in f"{column}{value}{saw}".encode():
        raise UnreadableRequest
    return Cell(row, column, value, saw)


@needs("gradebook.view")
@require_safe
def changes(request: Request, book_id: int) -> HttpResponse:
    """What changed since the version the page has (If-None-Match): 304, or the grid's answer. One statement."""
    seen = _ETAG.fullmatch(request.headers.get("If-None-Match", ""))
    found = queries.changes_since(
        request.scope,
        book_id=book_id,
        kind=request.GET.get("loai", ""),
        version=int(seen[1]) if seen else -1,
    )
    if found is None:
        assert seen
        return HttpResponseNotModified(headers={"ETag": f'"{seen[1]}"'})
    return JsonResponse(found.as_dict(), headers={"ETag": found.book.etag})


@needs("gradebook.view")
@require_safe
def why(request: Request, book_id: int, student_id: int) -> HttpResponse:
    """The explanation of one pupil's row in a book, for the side of the grid."""
    told = queries.why(request.scope, book_id=book_id, student_id=student_id)
    name = queries.names_of([student_id]).get(student_id, "") if told else ""
    context = {"told": told, "name": name, "book_id": book_id, "student_id": student_id}
    return render(request, "gradebook/_why.html", context)


# --- the whole book ------------------------------------------------------------------------------------------------------


@needs("gradebook.close")
@require_POST
def close(request: Request, book_id: int) -> HttpResponse:
    missing = request.POST.get("thieu", services.REFUSE)
    return _act(
        request,
        book_id,
        "khoa",
        lambda scope: services.close_book(
            scope,
            book_id=book_id,
            missing=missing if missing in (services.REFUSE, services.ZERO, services.LEAVE) else services.REFUSE,
            reason=request.POST.get("li_do", ""),
        ),
    )


@needs("gradebook.close")
@require_POST
def reopen(request: Request, book_id: int) -> HttpResponse:
    reason = request.POST.get("li_do", "")
    return _act(request, book_id, "mo", lambda scope: services.reopen_book(scope, book_id=book_id, reason=reason))


@needs("gradebook.exempt")
@require_POST
def set_basis(request: Request, book_id: int) -> HttpResponse:
    pupil, basis = formats.whole_number(request.POST.get("em")), request.POST.get("dien", "")
    if pupil is None or basis not in ("0", "1", "2", "3"):
        raise NotFound
    return _act(
        request,
        book_id,
        "mien",
        lambda scope: services.set_basis(
            scope, book_id=book_id, student_ids=[pupil], basis=int(basis), reason=request.POST.get("li_do", "")
        ),
    )


@needs("gradebook.close")
@require_POST
def open_class(request: Request, class_id: int) -> HttpResponse:
    """Open the books of a class that has none yet."""
    _, refusal = attempt(lambda: services.open_books(request.scope, class_id=class_id))
    if refusal:
        context = {"page_title": "Mở sổ điểm", "refusal": refusal, "back": reverse("gradebook:books")}
        return render(request, "gradebook/refused.html", context, status=422)
    return redirect(f"{reverse('gradebook:books')}?lop={class_id}")


def _act(request: Request, book_id: int, dialog: str, act: Callable[[Scope], Any]) -> HttpResponse:
    """Do it and go back to the book; a refusal is told on a page of its own with what was typed."""
    _, refusal = attempt(lambda: act(request.scope))
    if refusal:
        book = storage.book(book_id)
        if book is None:  # a sentence about a book that is not one's own would tell that it is there
            raise NotFound
        context = {
            "page_title": "Chưa làm được",
            "refusal": refusal,
            "book": book,
            "dialog": dialog,
            "missing": request.POST.get("thieu", ""),
            "reason": request.POST.get("li_do", ""),
            "back": reverse("gradebook:book", args=[book_id]),
        }
        return render(request, "gradebook/refused.html", context, status=422)
    return redirect("gradebook:book", book_id=book_id)
