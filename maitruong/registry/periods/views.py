"""The board of schools in a period: who stands where, bulk acceptance, figures of all together, closing; and the days of periods."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.files.views import disposition
from maitruong.foundation.jobs import queries as jobs
from maitruong.foundation.kernel import clock, formats, vietnamese
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.reference import catalogue as reference
from maitruong.foundation.reference.errors import UnknownCode
from maitruong.registry.calendar import queries as years

from . import calendar, queries, services, showing
from .errors import DayUnread
from .exporters import XLSX, totals_file
from .models import Period
from .queries import Board, BoardRow
from .services.checking import Done
from .services.province import JOB, MANAGE
from .types import CHECKED, SIGNED, STATES, PeriodRow

TITLE = "Kì báo cáo"
PAGE = 50
ASKING, ODD = "xin-sua", "bat-thuong"
_TOLD = 5


@needs("periods.view")
@require_safe
def own(request: Request) -> HttpResponse:
    """Where somebody comes in by the menu: the period that is due, of one's own school or of all one answers for."""
    period = _current()
    if period is None:
        return render(request, "periods/none.html", {"page_title": TITLE, **_dates_context(request.scope, None)})
    if (alone := _own_school(request.scope)) is not None:
        return redirect("periods:school", period.id, alone)
    return redirect("periods:board", period.id)


@needs("periods.view")
@require_safe
def board(request: Request, period_id: int) -> HttpResponse:
    return _board(request, calendar.period(period_id))


@needs("periods.view")
@require_POST
def check_many(request: Request, period_id: int) -> HttpResponse:
    """Take or send back every ticked school at once; who is left is told with the reason."""
    period = calendar.period(period_id)
    given = map(formats.whole_number, request.POST.getlist("school"))
    chosen = [number for number in given if number is not None and number < 2**63]
    scope, why = request.scope, request.POST.get("why", "")
    if request.POST.get("act") == "tra":
        done, problem = attempt(lambda: services.return_many(scope, period_id=period_id, school_ids=chosen, why=why))
    else:
        done, problem = attempt(lambda: services.accept_many(scope, period_id=period_id, school_ids=chosen))
    return _board(request, period, problem=problem, done=done)


@needs("periods.manage")
@require_POST
def start_freezing(request: Request, period_id: int) -> HttpResponse:
    period = calendar.period(period_id)
    job_id, problem = attempt(lambda: services.start_freezing(request.scope, period_id=period_id))
    if job_id is None:
        return _board(request, period, problem=problem)
    return redirect("periods:job", job_id)


@needs("periods.manage")
@require_safe
def job(request: Request, job_id: int) -> HttpResponse:
    """The board with the job's progress; htmx asks for the progress alone every two seconds."""
    found = jobs.job(request.scope, MANAGE, job_id)
    if found is None or found.kind != JOB:
        raise NotFound
    if request.headers.get("HX-Request"):
        answer = render(request, "periods/_progress.html", {"job": found, "progress_url": request.path})
        if found.ended_at:
            answer["HX-Refresh"] = "true"
        return answer
    return _board(request, calendar.period(found.arguments["period_id"]), job=found)


@needs("periods.manage")
@require_POST
def close(request: Request, period_id: int) -> HttpResponse:
    period = calendar.period(period_id)
    number, problem = attempt(lambda: services.close_period(request.scope, period_id=period_id))
    if number is None:
        return _board(request, period, problem=problem)
    return redirect("periods:board", period_id)


@needs("periods.view")
@require_safe
def totals(request: Request, period_id: int) -> HttpResponse:
    """The figures of every school that signed, together, beside the period before."""
    scope, period = request.scope, calendar.period(period_id)
    before = calendar.period_before(period)
    now = queries.province_totals(scope, period=period)
    earlier = queries.province_totals(scope, period=before) if before else []
    context = {
        "page_title": "Số liệu tổng hợp",
        "crumbs": [
            {"label": TITLE, "url": reverse("periods:board", args=[period_id])},
            {"label": "Số liệu tổng hợp"},
        ],
        "period": period,
        "before": before if earlier else None,
        "figures": showing.figures(now, earlier or None),
        "place": scope.place,
        "export": reverse("periods:export_all", args=[period_id]),
    }
    return render(request, "periods/totals.html", context)


@needs("periods.view")
@require_safe
def export_all(request: Request, period_id: int) -> HttpResponse:
    """Figures of schools and of no person; taken out of the house all the same, so the audit is told."""
    scope, period = request.scope, calendar.period(period_id)
    rows = queries.province_totals(scope, period=period)
    place = scope.workspace.unit_id if scope.workspace else 0
    audit.record(
        scope,
        "periods.exported",
        school_id=place,
        object_type="period",
        object_id=period_id,
        changes={"rows": len(rows)},
    )
    answer = HttpResponse(totals_file(rows, title=f"{scope.place} · {period.label}"), content_type=XLSX)
    answer["Content-Disposition"] = disposition(f"tong-hop-{period.kind.lower()}-{period.year_label}.xlsx")
    return answer


@needs("periods.manage")
@require_http_methods(["GET", "POST"])
def dates(request: Request, year: int, kind: str) -> HttpResponse:
    """The days of a period and the act that asks for it: to correct them, or to open the optional period."""
    scope = request.scope
    try:
        as_of, due_on, basis = calendar.usual(year, kind) if years.known().knows(year) else (None, None, "")
    except UnknownCode:
        raise NotFound from None
    if as_of is None or due_on is None:
        raise NotFound
    row = next((one for one in calendar.periods_of(year) if one.kind == kind), None)
    problem = None
    if request.method == "POST":
        done, problem = attempt(
            lambda: services.set_period(
                scope,
                year=year,
                kind=kind,
                as_of=_day(request, "as_of", "Ngày số liệu", as_of),
                due_on=_day(request, "due_on", "Hạn nộp", due_on),
                basis=request.POST.get("basis", ""),
            )
        )
        if done is not None:
            return redirect("periods:board", done)
    held = (row.as_of, row.due_on, row.basis) if row else (as_of, due_on, basis)
    name = calendar.kind_name(kind)
    context = {
        "page_title": f"{name} {Year(year).label}",
        "crumbs": [{"label": TITLE, "url": reverse("periods:own")}, {"label": name}],
        "is_new": row is None,
        "given": {"as_of": held[0], "due_on": held[1], "basis": held[2], **request.POST.dict()},
        "usual": (as_of, due_on, basis),
        "problem": problem,
    }
    return render(request, "periods/dates.html", context, status=422 if problem else 200)


def _day(request: HttpRequest, name: str, what: str, usual: dt.date) -> dt.date:
    try:
        return formats.parse_date(request.POST.get(name, ""))
    except Refusal as problem:
        raise DayUnread(what=what, why=problem.text, usual=usual) from problem


def _current() -> PeriodRow | None:
    """The last period whose day has come; before the first of them, the next one."""
    rows = Period.objects.order_by("-as_of")
    found = rows.filter(as_of__lte=clock.today()).first() or rows.last()
    return calendar.period_row(found) if found else None


def _own_school(scope: Scope) -> int | None:
    """The school of who works at one; None for who governs schools, be it a single one."""
    place = scope.workspace
    return place.unit_id if place is not None and place.unit_id in scope.school_ids else None


def _board(
    request: Request,
    period: PeriodRow,
    *,
    problem: Refusal | None = None,
    done: Done | None = None,
    job: Any = None,
) -> HttpResponse:
    scope = request.scope
    if (alone := _own_school(scope)) is not None:
        return redirect("periods:school", period.id, alone)
    found = queries.board(scope, period=period)
    name, state = vietnamese.tidy(request.GET.get("q", ""))[:80], request.GET.get("buoc", "")
    rows = _chosen(found, name, state)
    page = max(formats.whole_number(request.GET.get("trang")) or 1, 1)
    shown = rows[(page - 1) * PAGE : page * PAGE]
    here = reverse("periods:board", args=[period.id])
    kept = f"{here}?buoc={state if state in _known_states() else ''}&q={name}&trang="
    takes = scope.may("periods.accept")
    closings = queries.closings(period.id)
    ready = bool(closings) and queries.is_ready(period)
    context = {
        "page_title": TITLE,
        "period": period,
        "board": found,
        "rows": shown,
        "count": len(rows),
        "first": (page - 1) * PAGE + 1,
        "previous": f"{kept}{page - 1}" if page > 1 else "",
        "next": f"{kept}{page + 1}" if page * PAGE < len(rows) else "",
        "pills": _pills(found, here, state),
        "asked": {"q": name, "buoc": state},
        "here": here,
        "tickable": {row.school_id for row in shown if _may_take(scope, row, takes)},
        "takes": takes,
        "closings": closings,
        "is_ready": ready,
        "may_close": scope.may(MANAGE) and not ready,
        "is_due": period.as_of <= clock.today(),
        "is_late": period.due_on < clock.today(),
        "problem": problem,
        "why": request.POST.get("why", "") if problem else "",
        "done": done,
        "left": [refusal.text for refusal in done.left[:_TOLD]] if done else [],
        "job": job,
        "progress_url": reverse("periods:job", args=[job.pk]) if job else "",
        **_dates_context(scope, period),
    }
    return render(request, "periods/board.html", context, status=422 if problem else 200)


def _dates_context(scope: Scope, period: PeriodRow | None) -> dict[str, Any]:
    """The other periods of the year as pills, and for the department the address of their days."""
    year = period.school_year if period else years.year_on(clock.today())
    rows = calendar.periods_of(year)
    kinds = {row.kind for row in rows}
    return {
        "year_label": Year(year).label,
        "manages": scope.may(MANAGE),
        "periods": [
            {
                "label": row.name,
                "url": reverse("periods:board", args=[row.id]),
                "current": period is not None and row.id == period.id,
            }
            for row in rows
        ],
        "dates_url": reverse("periods:dates", args=[year, period.kind]) if period else "",
        "openable": [
            (code.name, reverse("periods:dates", args=[year, code.key]))
            for code in reference.codes(calendar.LIST)
            if code.key not in kinds and years.known().knows(year)
        ],
    }


def _known_states() -> set[str]:
    return {*STATES, ASKING, ODD}


def _pills(found: Board, here: str, state: str) -> list[dict[str, Any]]:
    by_state = found.by_state
    told = [("", "Tất cả", len(found.rows))]
    told += [(key, words[:1].upper() + words[1:], by_state[key]) for key, (words, _) in STATES.items() if by_state[key]]
    told += [(ASKING, "Xin sửa", found.asking)] if found.asking else []
    told += [(ODD, "Thay đổi trên 10 %", found.odd)] if found.odd else []
    return [
        {"label": label, "count": count, "url": f"{here}?buoc={key}" if key else here, "current": key == state}
        for key, label, count in told
    ]


def _chosen(found: Board, name: str, state: str) -> list[BoardRow]:
    rows = list(found.rows)
    if name:
        wanted = vietnamese.fold(name)
        rows = [row for row in rows if wanted in vietnamese.fold(row.name)]
    if state == ASKING:
        return [row for row in rows if row.report.asks]
    if state == ODD:
        return [row for row in rows if row.is_odd]
    return [row for row in rows if row.report.state == state] if state in STATES else rows


def _may_take(scope: Scope, row: BoardRow, takes: bool) -> bool:
    """Whether this school can be ticked: what a commune governs is ticked by the department once the commune has looked."""
    if takes:
        return row.report.state == CHECKED or (row.report.state == SIGNED and row.governor_kind != "commune")
    return row.report.state == SIGNED and scope.covers("periods.check", school_id=row.school_id)
