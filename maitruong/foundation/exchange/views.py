"""The pages of a list on its way in: upload, columns, problems, import, undo."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.kernel import formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear as Year

from . import limits, ports, queries, services, sheets
from .columns import ColumnChoice, ColumnMap
from .errors import FileTooBig, NoFile
from .findings import Severity
from .models import ImportBatch, ImportState
from .parsers import shown
from .ports import Target
from .services import PERMISSION

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STEPS = ["Tải tệp", "Ghép cột", "Kiểm tra", "Nhập"]
TABS = {"loi": Severity.ERROR, "xem": Severity.WARNING, "da-sua": Severity.FIXED}
TAB_LABELS = {"loi": "Phải sửa", "xem": "Nên xem", "da-sua": "Đã sửa giúp", "bo-qua": "Dòng bỏ qua"}
SURE = 0.85  # a column recognised this well is folded away with its like
SHORT_LIST = 12
SKIPPED_KINDS = {"header": "tiêu đề lặp lại", "band": "tên lớp", "closing": "tổng cộng, chữ kí"}


@needs(PERMISSION)
@require_http_methods(["GET", "POST"])
def lists(request: Request) -> HttpResponse:
    """The lists of one's school, and the door for a new one."""
    scope = request.scope
    school_id = _school(scope)
    owners = [owner for owner in ports.owners() if scope.covers(owner.permission, school_id=school_id)]
    problem = None
    if request.method == "POST":
        batch_id, problem = attempt(lambda: _take_file(request, scope, school_id))
        if batch_id is not None:
            return redirect("exchange:columns", batch_id)
    return render(
        request,
        "exchange/lists.html",
        {
            "page_title": "Nhập danh sách",
            "steps": STEPS,
            "owners": owners,
            "kinds": [(owner.key, owner.title) for owner in owners],
            "years": [(year, Year(year).label) for year in (owners[0].years() if owners else [])],
            "rows": queries.batches(scope, school_id=school_id),
            "states": dict(ImportState.choices),
            "tags": _TAGS,
            "problem": problem,
            "given": request.POST,
            "limit_mb": limits.MAX_FILE_BYTES // limits.MEGABYTE,
        },
        status=422 if problem else 200,
    )


_TAGS = {"done": "good", "checked": "quill", "mapping": "quill", "undone": "neutral", "stopped": "warn"}


def _take_file(request: HttpRequest, scope: Scope, school_id: int) -> int:
    file = request.FILES.get("file")
    if file is None:
        raise NoFile
    if (file.size or 0) > limits.MAX_FILE_BYTES:
        raise FileTooBig(
            size_mb=-(-(file.size or 0) // limits.MEGABYTE), limit_mb=limits.MAX_FILE_BYTES // limits.MEGABYTE
        )
    owner = _owner(request.POST.get("kind", ""))
    year = formats.whole_number(request.POST.get("year"))
    years = owner.years()
    return services.take_file(
        scope,
        kind=owner.key,
        school_id=school_id,
        school_year=year if year in years else years[0],
        name=file.name or "danh sách",
        data=file.read(),
    )


@needs(PERMISSION)
@require_safe
def template(request: Request, kind: str) -> HttpResponse:
    """An empty sheet with every column, for those who begin from nothing."""
    scope = request.scope
    owner, school_id = _owner(kind), _school(scope)
    if not scope.covers(owner.permission, school_id=school_id):
        raise NotFound
    columns = owner.columns(Target(0, school_id, owner.years()[0]))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "mau.xlsx"
        sheets.write_list(columns.stored, [], title=owner.title, out=out)
        answer = HttpResponse(out.read_bytes(), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="mau-{owner.key}.xlsx"'
    return answer


@needs(PERMISSION)
@require_http_methods(["GET", "POST"])
def columns(request: Request, batch_id: int) -> HttpResponse:
    """Which column of the file is which. GET with sheet and rows reads the head again."""
    scope = request.scope
    found = queries.batch(scope, batch_id)
    if found.state not in services.RESTING:
        return redirect("exchange:batch", batch_id)
    problem = None
    if request.method == "POST":
        choice = _choice(request, found)
        job, problem = attempt(
            lambda: services.choose_columns(scope, batch_id=batch_id, choice=choice, options=_options(request, found))
        )
        if job is not None:
            return redirect("exchange:batch", batch_id)
    where = request.POST if request.method == "POST" else request.GET
    try:
        proposal = queries.proposal(
            found,
            sheet=where.get("sheet", ""),
            header_from=_number(where.get("header_from")),
            data_from=_number(where.get("data_from")),
        )
    except Refusal as refusal:
        problem = problem or refusal
        proposal = queries.proposal(found)
    return render(
        request,
        "exchange/columns.html",
        _columns_page(request, found, proposal, problem),
        status=422 if problem else 200,
    )


def _columns_page(request: Request, found: ImportBatch, proposal: Any, problem: Refusal | None) -> dict[str, Any]:
    known, book = services.columns_of(found), services.book_of(found)
    chosen = ColumnChoice.from_json(found.choice)
    if request.method == "POST":
        chosen = _choice(request, found)
    same = (chosen.sheet, chosen.header_from, chosen.data_from) == (
        proposal.sheet,
        proposal.header_from,
        proposal.data_from,
    )
    keys = chosen.columns if same else {guess.column: guess.key for guess in proposal.guesses}
    sheet = book.sheet(proposal.sheet)
    sure = [g for g in proposal.guesses if g.key and g.confidence >= SURE and keys.get(g.column, "") == g.key]
    job = queries.job_of(request.scope, found)
    return {
        "page_title": "Ghép cột",
        "crumbs": _crumbs(found),
        "steps": STEPS,
        "batch": found,
        "year": Year(found.school_year).label,
        "owner": ports.owner(found.kind),
        "problem": problem,
        "failed": job.told if job is not None and job.state == "failed" else "",
        "proposal": proposal,
        "keys": keys,
        "sure": sure,
        "unsure": [guess for guess in proposal.guesses if guess not in sure],
        "unfolded": problem is not None or len(sure) <= SHORT_LIST,
        "choices": _choices(known),
        "required": [column.title for column in known.columns if column.required],
        "sheets": [
            (s.name, f"{s.name} ({s.rows} dòng){' – đang ẩn' if s.hidden else ''}") for s in book.sheets if s.rows
        ],
        "head": [(number, [shown(value)[:24] for value in row]) for number, row in queries.head_rows(sheet)],
        "constants": {**proposal.constants, **(chosen.constants if same else {})},
        "constant_columns": [column for column in known.columns if column.for_all],
        "options": dict(found.options) if request.method == "GET" else _options(request, found),
    }


def _choices(known: ColumnMap) -> list[tuple[str, str]]:
    return [(column.key, column.title + (" *" if column.required else "")) for column in known.columns]


def _choice(request: HttpRequest, found: ImportBatch) -> ColumnChoice:
    known = services.columns_of(found).by_key
    chosen = {
        int(name[4:]): key
        for name, key in request.POST.items()
        if name.startswith("cot-")
        and (_number(name[4:]) or 0) < limits.MAX_COLUMNS
        and _number(name[4:]) is not None
        and key in known
    }
    constants = {
        key: text.strip()[:50]
        for key in known
        if (text := request.POST.get(f"chung-{key}", "")).strip() and known[key].for_all and key not in chosen.values()
    }
    header_from = _number(request.POST.get("header_from")) or 1
    data_from = _number(request.POST.get("data_from")) or header_from + 1
    return ColumnChoice(
        request.POST.get("sheet", found.choice["sheet"]),
        header_from,
        max(data_from, header_from + 1),
        chosen,
        constants,
    )


def _options(request: HttpRequest, found: ImportBatch) -> dict[str, bool]:
    return {switch.key: bool(request.POST.get(f"chon-{switch.key}")) for switch in ports.owner(found.kind).switches}


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
    rows = queries.problems(found, TABS[tab].value, after=_after(request)) if tab in TABS else []
    last = rows[queries.PAGE - 1] if len(rows) > queries.PAGE else None
    here = reverse("exchange:batch", args=[found.pk])
    return {
        "page_title": found.file_name,
        "crumbs": _crumbs(found),
        "steps": STEPS,
        "step": 3 if found.state in (ImportState.CHECKING, ImportState.CHECKED) else 4,
        "year": Year(found.school_year).label,
        "state_label": ImportState(found.state).label,
        "running": running or making_file,
        "job": job,
        **_ready(found),
        "problem": problem,
        "tab": tab,
        "tabs": [
            {"label": label, "url": f"{here}?muc={key}", "current": key == tab, "count": f"{n:,}".replace(",", ".")}
            for key, label in TAB_LABELS.items()
            if (n := len(found.skipped) if key == "bo-qua" else counted.get(TABS[key].value, 0)) or key == tab
        ],
        "rows": rows[: queries.PAGE],
        "next": f"{here}?muc={tab}&sau={last.row}-{last.column}-{last.id}" if last else "",
        "first": f"{here}?muc={tab}" if "sau" in request.GET else "",
        "skipped": found.skipped if tab == "bo-qua" else [],
        "skipped_kinds": SKIPPED_KINDS,
        "days_to_undo": queries.days_to_undo(found),
        **(_undone_page(found) if found.state == ImportState.UNDONE else {}),
    }


def _ready(found: ImportBatch) -> dict[str, Any]:
    """What a checked list is ready for: how much it would write, and what was corrected since."""
    return {
        "batch": found,
        "owner": ports.owner(found.kind),
        "totals": found.totals,
        "to_write": found.totals.get("new", 0) + found.totals.get("changed", 0),
        "waiting": queries.corrections_waiting(found),
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
    row, column = _number(request.POST.get("row")), _number(request.POST.get("column"))
    if row is None or column is None:
        raise NotFound
    text = request.POST.get("text", "")
    outcome, problem = attempt(
        lambda: services.correct_cell(scope, batch_id=batch_id, row=row, column=column, text=text)
    )
    if not request.headers.get("HX-Request"):
        return redirect("exchange:batch", batch_id)
    value, findings = outcome or (None, ())
    found = queries.batch(scope, batch_id)
    known = services.columns_of(found)[ColumnChoice.from_json(found.choice).columns[column]]
    bad = [finding.message for finding in findings if finding.severity is not Severity.FIXED]
    context = {
        "reads_as": "" if value is None else shown(known.show(value)),
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
@require_POST
def decide(request: Request, batch_id: int) -> HttpResponse:
    """What becomes of rows the undo left: one stays ("row"), all that wait stay (no row), one goes after all ("lay-lai")."""
    row = _number(request.POST.get("row"))
    going = request.POST.get("viec") == "lay-lai"
    if row is None and (going or "row" in request.POST):
        raise NotFound
    if going and row is not None:
        return _act(request, batch_id, partial(services.take_back_row, row=row))
    return _act(request, batch_id, partial(services.keep_rows, row=row))


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


# --- small -----------------------------------------------------------------------------------------------------------


def _school(scope: Scope) -> int:
    """The school whose office one works in. Lists come in by the school's own office."""
    school_id = scope.workspace.unit_id if scope.workspace else 0
    if not scope.covers(PERMISSION, school_id=school_id):
        raise NotFound
    return school_id


def _owner(kind: str) -> ports.ListOwner:
    known = {owner.key: owner for owner in ports.owners()}
    if kind not in known:
        raise NotFound
    return known[kind]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else None


def _crumbs(found: ImportBatch) -> list[dict[str, str]]:
    return [{"label": "Nhập danh sách", "url": reverse("exchange:lists")}, {"label": found.file_name}]
