"""A list that was read: its problems, corrections at the cell, the import and its undoing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request
from maitruong.foundation.kernel import formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear as Year

from .. import corrections, ports, queries, services
from ..columns import ColumnChoice
from ..findings import Severity
from ..models import ImportBatch, ImportState
from ..parsers import shown
from ..services import PERMISSION
from .frame import STEPS, crumbs, number

TABS = {"loi": Severity.ERROR, "xem": Severity.WARNING, "da-sua": Severity.FIXED}
TAB_LABELS = {
    "loi": "Phải sửa",
    "xem": "Nên xem",
    "da-sua": "Đã sửa giúp",
    "da-go": "Thầy/cô đã sửa",
    "bo-qua": "Dòng bỏ qua",
}
TAB_HINTS = {
    "xem": "Dòng có ô ở đây vẫn nhập được. Xem lại từng ô: đúng thì để nguyên, sai thì sửa.",
    "da-sua": "Hệ thống đã đọc các ô này theo cách ghi ở đây. Thầy/cô chỉ cần xem qua.",
    "da-go": "Những ô thầy/cô đã gõ lại trên trang. Tệp trên máy của thầy/cô không đổi.",
    "bo-qua": "Trông như tiêu đề, tổng cộng hoặc chữ kí nên không nhập. Nếu không phải, sửa dòng ấy trong tệp rồi tải lên lại.",
}
MANY_KINDS = 8  # fewer problems than this are seen at a glance and need no choosing
SKIPPED_KINDS = {"header": "tiêu đề lặp lại", "band": "tên lớp", "closing": "tổng cộng, chữ kí"}


@needs(PERMISSION)
@require_safe
def batch(request: Request, batch_id: int) -> HttpResponse:
    """Where the list is: running, its problems, or what was written."""
    found = queries.batch(request.scope, batch_id)
    if found.state == ImportState.MAPPING:
        return redirect("exchange:columns", batch_id)
    return render(request, "exchange/batch.html", _batch_page(request, found))


@needs(PERMISSION)
@require_safe
def progress(request: Request, batch_id: int) -> HttpResponse:
    """The same without the frame, asked for every second while work runs."""
    found = queries.batch(request.scope, batch_id)
    if found.state == ImportState.MAPPING:
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("exchange:columns", args=[batch_id])})
    return render(request, "exchange/_batch.html", _batch_page(request, found))


def _batch_page(request: Request, found: ImportBatch, problem: Refusal | None = None) -> dict[str, Any]:
    scope = request.scope
    running = found.state in queries.RUNNING
    job = queries.job_of(scope, found)
    making_file = bool(job and job.kind == "exchange.annotate" and job.ended_at is None)
    counted = queries.counts(found)
    tab = _tab(request, found, counted)
    kinds = (
        queries.kinds(found, TABS[tab].value) if tab in TABS and counted.get(TABS[tab].value, 0) > MANY_KINDS else []
    )
    kind = next((key for key, _, _ in kinds if key == request.GET.get("cot")), "")
    rows = queries.problems(found, TABS[tab].value, key=kind, after=_after(request)) if tab in TABS else []
    last = rows[queries.PAGE - 1] if len(rows) > queries.PAGE else None
    here = reverse("exchange:batch", args=[found.pk])
    listed = f"{here}?muc={tab}{f'&cot={kind}' if kind else ''}"
    return {
        "page_title": found.file_name,
        "crumbs": crumbs(found),
        "steps": STEPS,
        "step": 3 if found.state in (ImportState.CHECKING, ImportState.CHECKED) else 4,
        "year": Year(found.school_year).label,
        "state_label": ImportState(found.state).label,
        "running": running or making_file,
        "job": job,
        **_ready(found),
        "problem": problem,
        "hidden_rows": queries.hidden_rows(found) if found.state == ImportState.CHECKED else "",
        "tab": tab,
        "hint": TAB_HINTS.get(tab, "") if found.state == ImportState.CHECKED else "",
        "tabs": [
            {"label": label, "url": f"{here}?muc={key}", "current": key == tab, "count": f"{n:,}".replace(",", ".")}
            for key, label in TAB_LABELS.items()
            if (n := _count(found, key, counted)) or key == tab
        ],
        "kinds": _kinds_page(kinds, kind, f"{here}?muc={tab}"),
        "kind": kind,
        "rows": rows[: queries.PAGE],
        "typed": corrections.typed_cells(found) if tab == "da-go" else [],
        "next": f"{listed}&sau={last.row}-{last.column}-{last.id}" if last else "",
        "first": listed if "sau" in request.GET else "",
        "skipped": found.skipped if tab == "bo-qua" else [],
        "skipped_kinds": SKIPPED_KINDS,
        "wrote": queries.wrote(found),
        "days_to_undo": queries.days_to_undo(found),
        **(_undone_page(found) if found.state == ImportState.UNDONE else {}),
    }


def _count(found: ImportBatch, tab: str, counted: dict[str, int]) -> int:
    if tab == "da-go":
        return corrections.count_typed(found)
    return len(found.skipped) if tab == "bo-qua" else counted.get(TABS[tab].value, 0)


def _kinds_page(kinds: list[tuple[str, str, int]], chosen: str, here: str) -> list[dict[str, Any]]:
    """The columns with problems, to look at one of them; nothing when there is only one."""
    if len(kinds) < 2:
        return []
    every = {"label": "Mọi cột", "url": here, "current": not chosen}
    return [
        every,
        *(
            {"label": title, "url": f"{here}&cot={key}", "current": key == chosen, "count": formats.number(n)}
            for key, title, n in kinds
        ),
    ]


def _ready(found: ImportBatch) -> dict[str, Any]:
    """What a checked list is ready for: how much it would write, and what was corrected since."""
    return {
        "batch": found,
        "owner": ports.owner(found.kind),
        "totals": found.totals,
        "to_write": found.totals.get("new", 0) + found.totals.get("changed", 0),
        "waiting": queries.corrections_waiting(found),
        "typed_count": corrections.count_typed(found),
        "oob": False,
    }


def _undone_page(found: ImportBatch) -> dict[str, Any]:
    return {
        "kept": queries.kept_rows(found),
        "undecided": queries.decisions_waiting(found),
        "taken_back": queries.rows_taken_back(found),
    }


def _tab(request: HttpRequest, found: ImportBatch, counted: dict[str, int]) -> str:
    asked = request.GET.get("muc", "")
    if asked in TAB_LABELS:
        return asked
    return next((key for key, severity in TABS.items() if counted.get(severity.value)), "loi")


def _after(request: HttpRequest) -> tuple[int, int, int] | None:
    """The last problem of the page before: row-column-id; column -1 stands for the whole row."""
    parts = request.GET.get("sau", "").replace("--1-", "-m-").split("-")
    if len(parts) != 3 or not all(formats.whole_number(part) is not None or part == "m" for part in parts):
        return None
    row, column, key = (-1 if part == "m" else int(part) for part in parts)
    return row, column, key


@needs(PERMISSION)
@require_POST
def correct(request: Request, batch_id: int) -> HttpResponse:
    """One cell typed anew; answered by its row redrawn with what the text reads as."""
    scope = request.scope
    row, column = number(request.POST.get("row")), number(request.POST.get("column"))
    if row is None or column is None:
        raise NotFound
    text = request.POST.get("text", "")
    alike = bool(request.POST.get("giong"))
    correct_there = corrections.correct_alike if alike else services.correct_cell
    outcome, problem = attempt(lambda: correct_there(scope, batch_id=batch_id, row=row, column=column, text=text))
    if not request.headers.get("HX-Request"):
        return redirect("exchange:batch", batch_id)
    if alike and problem is None:  # other cells of the page were corrected too: the page tells of them all
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    value, findings = outcome or (None, ())
    found = queries.batch(scope, batch_id)
    bad = [finding.message for finding in findings if finding.severity is not Severity.FIXED]
    reads_as = ""
    if outcome is not None:  # else the list may not know the column either
        known = services.columns_of(found)[ColumnChoice.from_json(found.choice).columns[column]]
        reads_as = "" if value is None else shown(known.show(value))
        if known.required and outcome == (None, ()):
            bad = [f"{known.title} không được để trống."]
    context = {
        "reads_as": reads_as,
        "bad": problem.text if problem else " ".join(bad),
        "ready": problem is None and found.state == ImportState.CHECKED,
        **_ready(found),
        "oob": True,
        "running": False,
    }
    return render(request, "exchange/_corrected.html", context, status=422 if problem else 200)


def _act(request: Request, batch_id: int, act: Callable[..., Any]) -> HttpResponse:
    """One step of the list, then back to its page; a refusal is shown there."""
    scope = request.scope
    _, problem = attempt(lambda: act(scope, batch_id=batch_id))
    if problem is not None:
        found = queries.batch(scope, batch_id)
        return render(request, "exchange/batch.html", _batch_page(request, found, problem), status=422)
    return redirect("exchange:batch", batch_id)


@needs(PERMISSION)
@require_POST
def check_again(request: Request, batch_id: int) -> HttpResponse:
    return _act(request, batch_id, services.check_again)


@needs(PERMISSION)
@require_POST
def start_import(request: Request, batch_id: int) -> HttpResponse:
    return _act(request, batch_id, services.start_import)


@needs(PERMISSION)
@require_POST
def go_on(request: Request, batch_id: int) -> HttpResponse:
    return _act(request, batch_id, services.go_on)


@needs(PERMISSION)
@require_POST
def stop(request: Request, batch_id: int) -> HttpResponse:
    return _act(request, batch_id, services.stop)


@needs(PERMISSION)
@require_POST
def undo(request: Request, batch_id: int) -> HttpResponse:
    return _act(request, batch_id, services.start_undo)


@needs(PERMISSION)
@require_http_methods(["GET", "POST"])
def decide(request: Request, batch_id: int) -> HttpResponse:
    """What becomes of rows the undo left: one stays ("row"), all that wait stay (no row), one goes after all ("lay-lai").

    GET asks before a row goes with what was edited in it; POST without the answer leads there.
    """
    if request.method == "GET":
        return _ask(request, batch_id)
    row = number(request.POST.get("row"))
    going = request.POST.get("viec") == "lay-lai"
    if row is None and (going or "row" in request.POST):
        raise NotFound
    if going and row is not None and "chac" not in request.POST:
        return redirect(f"{reverse('exchange:decide', args=[batch_id])}?dong={row}")
    if going and row is not None:
        return _act(request, batch_id, partial(services.take_back_row, row=row))
    return _act(request, batch_id, partial(services.keep_rows, row=row))


def _ask(request: Request, batch_id: int) -> HttpResponse:
    """The question; nothing to ask about a row that is decided, or cannot go."""
    found = queries.batch(request.scope, batch_id)
    asked = number(request.GET.get("dong"))
    row = queries.row_that_can_go(found, asked) if asked is not None else None
    if row is None:
        return redirect("exchange:batch", batch_id)
    trail = [*crumbs(found)[:-1], {"label": found.file_name, "url": reverse("exchange:batch", args=[batch_id])}]
    context = {
        "page_title": f"Vẫn lấy lại dòng {row.row}?",
        "crumbs": [*trail, {"label": f"Dòng {row.row}"}],
        "batch": found,
        "row": row,
    }
    return render(request, "exchange/take_back.html", context)


@needs(PERMISSION)
@require_POST
def discard(request: Request, batch_id: int) -> HttpResponse:
    answer = _act(request, batch_id, services.discard)
    return redirect("exchange:lists") if answer.status_code == 302 else answer


@needs(PERMISSION)
@require_http_methods(["GET", "POST"])
def annotated(request: Request, batch_id: int) -> HttpResponse:
    """POST makes the annotated sheet; GET downloads the one that is ready."""
    scope = request.scope
    if request.method == "POST":
        return _act(request, batch_id, services.start_annotated)
    return redirect(services.ticket_for_annotated(scope, batch_id=batch_id))
