"""A list comes in: the file, and which of its columns is which."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.kernel import formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear as Year

from .. import cells, limits, ports, queries, services, sheets
from ..columns import ColumnChoice, ColumnMap
from ..errors import FileTooBig, NoFile
from ..models import ImportBatch, ImportState
from ..parsers import shown
from ..ports import Target
from ..services import PERMISSION
from .frame import STEPS, crumbs, number

SURE = 0.85  # a column recognised this well is folded away with its like
SHORT_LIST = 12
LONGEST_CELL, LONGEST_TITLE = 28, 100  # letters of a cell in the head of the sheet
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TAGS = {"done": "good", "checked": "quill", "mapping": "quill", "undone": "neutral", "stopped": "warn"}


@needs(PERMISSION)
@require_http_methods(["GET", "POST"])
def lists(request: Request) -> HttpResponse:
    """The lists of one's school, and the door for a new one."""
    scope = request.scope
    school_id = _school(scope)
    owners = [owner for owner in ports.owners() if scope.covers(owner.permission, school_id=school_id)]
    problem, file = None, request.FILES.get("file")
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
            "summary": _summary,
            "problem": problem,
            "given": request.POST,
            "refused_file": file.name if problem and file else "",
            "limit_mb": limits.MAX_FILE_BYTES // limits.MEGABYTE,
        },
        status=422 if problem else 200,
    )


def _summary(row: ImportBatch) -> str:
    """What a list has done so far, or what it would do."""
    totals = row.totals
    if row.state == ImportState.UNDONE:
        return f"đã lấy lại {formats.number(totals.get('undone', {}).get('taken_back', 0))} dòng"
    if wrote := totals.get("imported"):
        return f"đã thêm {formats.number(wrote['new'])}, đã thay đổi {formats.number(wrote['changed'])}"
    if row.state == ImportState.CHECKED:
        told = f"sẽ thêm {formats.number(totals.get('new', 0))}, sẽ thay đổi {formats.number(totals.get('changed', 0))}"
        refused = totals.get("refused", 0)
        return f"{told}, {formats.number(refused)} dòng còn lỗi" if refused else told
    return "chưa kiểm tra" if row.state == ImportState.MAPPING else "đang làm"


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
        sheets.write_list(columns.sheet, [], title=owner.title, out=out)
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
            header_from=number(where.get("header_from")),
            data_from=number(where.get("data_from")),
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
    head = queries.head_rows(sheet, data_from=proposal.data_from)
    sure = [g for g in proposal.guesses if g.key and g.confidence >= SURE and keys.get(g.column, "") == g.key]
    constants = {**proposal.constants, **(chosen.constants if same else {})}
    missing = known.missing({*keys.values(), *constants})
    job = queries.job_of(request.scope, found)
    return {
        "page_title": "Ghép cột",
        "crumbs": crumbs(found),
        "steps": STEPS,
        "batch": found,
        "year": Year(found.school_year).label,
        "owner": ports.owner(found.kind),
        "problem": problem,
        "failed": job.told if job is not None and job.state == "failed" else "",
        "proposal": proposal,
        "hidden_rows": sheet.hidden_rows.told(data_from=proposal.data_from),
        "keys": keys,
        "sure": sure,
        "unsure": [guess for guess in proposal.guesses if guess not in sure],
        "unfolded": problem is not None or len(sure) <= SHORT_LIST,
        "choices": _choices(known),
        "required": [column.title for column in known.columns if column.required],
        "sheets": [
            (s.name, f"{s.name} ({s.rows} dòng){' – đang ẩn' if s.hidden else ''}") for s in book.sheets if s.rows
        ],
        "head": [
            (number, _spread([shown(value) for value in row], above=number < proposal.header_from))
            for number, row in head
        ],
        "letters": [cells.letters(at) for at in range(max((len(row) for _, row in head), default=0))],
        "constants": constants,
        "missing": missing,
        "before": queries.imported_before(request.scope, found),
        "constant_columns": sorted(
            (column for column in known.columns if column.for_all), key=lambda column: column not in missing
        ),
        "options": dict(found.options) if request.method == "GET" else _options(request, found),
    }


def _spread(texts: list[str], *, above: bool) -> list[tuple[str, int]]:
    """(text, width in columns) of one row of the sheet's head: above the header a title runs over the empty cells behind it."""
    longest = LONGEST_TITLE if above else LONGEST_CELL
    spread: list[tuple[str, int]] = []
    for text in texts:
        if above and not text and spread and spread[-1][0]:
            spread[-1] = (spread[-1][0], spread[-1][1] + 1)
        else:
            spread.append((f"{text[:longest]}…" if len(text) > longest else text, 1))
    return spread


def _choices(known: ColumnMap) -> list[tuple[str, str]]:
    return [(column.key, column.title + (" *" if column.required else "")) for column in known.columns]


def _choice(request: HttpRequest, found: ImportBatch) -> ColumnChoice:
    known = services.columns_of(found).by_key
    chosen = {
        int(name[4:]): key
        for name, key in request.POST.items()
        if name.startswith("cot-")
        and (number(name[4:]) or 0) < limits.MAX_COLUMNS
        and number(name[4:]) is not None
        and key in known
    }
    constants = {
        key: text.strip()[:50]
        for key in known
        if (text := request.POST.get(f"chung-{key}", "")).strip() and known[key].for_all and key not in chosen.values()
    }
    header_from = number(request.POST.get("header_from")) or 1
    data_from = number(request.POST.get("data_from")) or header_from + 1
    return ColumnChoice(
        request.POST.get("sheet", found.choice["sheet"]),
        header_from,
        max(data_from, header_from + 1),
        chosen,
        constants,
    )


def _options(request: HttpRequest, found: ImportBatch) -> dict[str, bool]:
    return {switch.key: bool(request.POST.get(f"chon-{switch.key}")) for switch in ports.owner(found.kind).switches}


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
