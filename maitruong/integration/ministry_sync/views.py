"""The department's board of what is in step with the ministry, and what was refused, for whoever can mend it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Rows, Scope
from maitruong.foundation.audit import reads
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.registry.calendar import queries as calendar

from . import queries, services, wording
from . import settings as gates
from .datasets import DATASETS

PAGE = 50
MOST_AT_ONCE = 200
_KINDS = {"gui": "ministry.push", "doi-soat": "ministry.reconcile"}
_TITLE = "Liên thông Bộ"


@needs("ministry.view")
@require_safe
def board(request: Request) -> HttpResponse:
    return _board(request)


def _board(request: Request, problem: Refusal | None = None) -> HttpResponse:
    scope, year = request.scope, calendar.known().year_on(clock.today())
    runs = queries.runs(scope)  # first: a page that says a run has ended shows all that it did
    rows = queries.board(scope, school_year=year)
    trouble, rests_until = queries.trouble()
    context = {
        "page_title": _TITLE,
        "rows": rows,
        "totals": {name: sum(getattr(row, name) for row in rows) for name in ("in_step", "waiting", "refused", "left")},
        "year_label": f"{year}-{year + 1}",
        "configured": gates.is_configured(),
        "batches": queries.waiting_batches(scope),
        "trouble": trouble,
        "rests_until": rests_until,
        "runs": [(job, _outcome(job)) for job in runs],
        "under_way": next((job for job in runs if not job.ended_at), None),
        "may_send": scope.may("ministry.send"),
        "problem": problem,
    }
    return render(request, "ministry_sync/board.html", context, status=422 if problem else 200)


@needs("ministry.view")
@require_safe
def progress(request: Request) -> HttpResponse:
    """The fragment that follows the work under way."""
    runs = queries.runs(request.scope, limit=1)
    if not runs:
        raise Http404
    return render(request, "ministry_sync/_progress.html", {"job": runs[0], "outcome": _outcome(runs[0])})


@needs("ministry.send")
@require_POST
def start(request: Request) -> HttpResponse:
    kind = _KINDS.get(request.POST.get("viec", ""))
    if kind is None:
        raise Http404
    _, problem = attempt(lambda: services.start(request.scope, kind))
    return _board(request, problem) if problem else redirect("ministry_sync:board")


@needs("ministry.refused")
@require_safe
def refused(request: Request) -> HttpResponse:
    return _refused(request)


def _refused(request: Request, problem: Refusal | None = None) -> HttpResponse:
    scope, asked = request.scope, request.GET
    dataset = asked.get("nhom", "") if asked.get("nhom", "") in DATASETS else ""
    school_id, after = formats.whole_number(asked.get("truong")), formats.whole_number(asked.get("sau"))
    found = queries.refused(scope, dataset=dataset, school_id=school_id, after=after, limit=PAGE + 1)
    rows, schools = found[:PAGE], queries.refused_by_school(scope) if _is_above(scope) else []
    if rows and scope.workspace is not None and reads.from_above(scope):
        place = scope.workspace.unit_id
        reads.record_once_a_day(scope, "ministry.listed", [reads.Look(place, "unit", place)])
    kept = {"nhom": dataset, "truong": str(school_id or "")}
    context = {
        "page_title": "Hồ sơ Bộ chưa nhận",
        "rows": [_told(row) for row in rows],
        "above": _is_above(scope),
        "dataset": dataset,
        "school_id": school_id,
        "school_name": next((row.school for row in rows), "") if school_id else "",
        "datasets": [
            {"label": "Mọi nhóm", "url": _link({**kept, "nhom": ""}), "current": not dataset},
            *(
                {
                    "label": DATASETS[key].label,
                    "url": _link({**kept, "nhom": key}),
                    "current": key == dataset,
                    "count": formats.number(many),
                }
                for key, many in queries.refused_by_dataset(scope).items()
            ),
        ],
        "schools": [
            {"label": name, "url": _link({**kept, "truong": str(unit)}), "count": formats.number(many)}
            for unit, name, many in schools
        ],
        "every_school": _link({"nhom": dataset}),
        "first_page": after is None,
        "next": _link({**kept, "sau": str(found[PAGE - 1].id)}) if len(found) > PAGE else "",
        "again": formats.whole_number(asked.get("gui-lai")),
        "problem": problem,
    }
    return render(request, "ministry_sync/refused.html", context, status=422 if problem else 200)


@needs("ministry.refused")
@require_POST
def resend(request: Request) -> HttpResponse:
    """One record, those that were ticked, all of a school, or all there are."""
    given, scope = request.POST, request.scope
    chosen = [number for text in given.getlist("ho_so")[:MOST_AT_ONCE] if (number := formats.whole_number(text))]
    if one := formats.whole_number(given.get("mot")):
        chosen = [one]
    every = given.get("tat_ca") == "1"
    school_id = formats.whole_number(given.get("truong"))
    dataset = given.get("nhom", "") if given.get("nhom", "") in DATASETS else ""
    many, problem = attempt(
        lambda: services.resend(
            scope,
            records=() if every else chosen,
            school_id=school_id if every else None,
            dataset=dataset if every else "",
            every=every,
        )
    )
    if problem:
        return _refused(request, problem)
    return redirect(f"{reverse('ministry_sync:refused')}?gui-lai={many}")


def _told(row: queries.Refused) -> dict[str, Any]:
    why, advice = wording.why(row)
    return {
        "row": row,
        "why": why,
        "advice": advice,
        "page": wording.page_of(row),
        "label": DATASETS[row.dataset].label,
    }


def _link(asked: dict[str, str]) -> str:
    kept = urlencode({key: value for key, value in asked.items() if value})
    return f"{reverse('ministry_sync:refused')}?{kept}" if kept else reverse("ministry_sync:refused")


def _is_above(scope: Scope) -> bool:
    return scope.rows is Rows.PROVINCE or len(scope.school_ids) > 1


def _outcome(job: Job) -> str:
    """How a run ended, in one line."""
    said = job.result
    if job.state == "failed" or not job.ended_at:
        return job.told
    if job.kind == "ministry.reconcile":
        return (
            f"Lệch {formats.number(said.get('differences', 0))}, còn {formats.number(said.get('left', 0))} sau khi bù"
        )
    parts = [f"Bộ nhận {formats.number(said.get('accepted', 0))}"]
    if refused := said.get("rejected", 0) + said.get("refused", 0):
        parts.append(f"chưa nhận {formats.number(refused)}")
    if said.get("failed") or said.get("stopped"):
        parts.append("phần còn lại chờ cổng của Bộ")
    return ", ".join(parts)
