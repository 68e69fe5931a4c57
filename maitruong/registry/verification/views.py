"""The work-list of a school, the board of the department, and the exchange with its progress."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Rows, Scope
from maitruong.foundation.audit import reads
from maitruong.foundation.jobs import queries as jobs
from maitruong.foundation.kernel import formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import queries as people

from . import ports, queries, running, services
from .permissions import ASK, VIEW
from .rules import MISMATCHES
from .showing import suggestion_words, tag_of
from .types import ADVICE, STATES

TITLE = "Xác thực định danh"
PAGE = 50
#: What a list shows at once: key in the address → (words, states).
GROUPS: dict[str, tuple[str, list[str]]] = {
    "lech": ("Cần xem lại", sorted(MISMATCHES)),
    "chua-so": ("Chưa có số", ["NO_NUMBER"]),
    "cho": ("Chưa có kết quả", ["NOT_SENT", "PENDING", "ERROR"]),
    "khop": ("Đã xác thực", ["MATCHED"]),
}


@needs(VIEW)
@require_safe
def home(request: Request) -> HttpResponse:
    return _home(request)


@needs(VIEW)
@require_safe
def school(request: Request, school_id: int) -> HttpResponse:
    if not request.scope.covers(VIEW, school_id=school_id) or school_id not in organisations.units([school_id]):
        raise NotFound
    return _work_list(request, school_id)


@needs(ASK)
@require_POST
def start(request: Request) -> HttpResponse:
    """Everybody of the scope who has no answer that counts, in one job."""
    scope = request.scope
    job_id, problem = attempt(lambda: services.start_exchange(scope))
    if job_id is None:
        return _home(request, problem=problem)
    return redirect("verification:progress", job_id)


@needs(ASK)
@require_safe
def progress(request: Request, job_id: int) -> HttpResponse:
    """The list with the job's progress; htmx asks for the progress alone every two seconds."""
    found = jobs.job(request.scope, ASK, job_id)
    if found is None or found.kind != running.EXCHANGE:
        raise NotFound
    if request.headers.get("HX-Request"):
        response = render(request, "verification/_progress.html", {"job": found, "progress_url": request.path})
        if found.ended_at:
            response["HX-Refresh"] = "true"
        return response
    return _home(request, job=found)


def tabs(scope: Scope, now: str) -> list[dict[str, Any]]:
    waiting = queries.count_waiting(scope)
    return [
        {"label": "Kết quả", "url": reverse("verification:home"), "current": now == "home"},
        {
            "label": "Đề nghị, khiếu nại",
            "url": reverse("verification:requests"),
            "current": now == "requests",
            "count": formats.number(waiting) if waiting else "",
        },
    ]


def _home(request: Request, *, job: Any = None, problem: Refusal | None = None) -> HttpResponse:
    scope = request.scope
    if scope.rows is not Rows.PROVINCE and len(scope.school_ids) == 1:
        return _work_list(request, scope.school_ids[0], job=job, problem=problem)
    return _board(request, job=job, problem=problem)


def _common(request: Request, job: Any, problem: Refusal | None) -> dict[str, Any]:
    scope = request.scope
    job = job or queries.running(scope, running.EXCHANGE)
    return {
        "page_title": TITLE,
        "connected": ports.is_connected(),
        "may_ask": scope.may(ASK),
        "job": job,
        "progress_url": reverse("verification:progress", args=[job.pk]) if job else "",
        "problem": problem,
        "tabs": tabs(scope, "home"),
    }


def _board(request: Request, *, job: Any, problem: Refusal | None) -> HttpResponse:
    board = queries.board(request.scope)
    context = _common(request, job, problem) | {
        "rows": board.schools,
        "levels": board.levels,
        "total": queries.total(board.schools),
        "as_of": board.as_of,
    }
    return render(request, "verification/board.html", context, status=422 if problem else 200)


def _work_list(request: Request, school_id: int, *, job: Any = None, problem: Refusal | None = None) -> HttpResponse:
    scope = request.scope
    counted = queries.counts(school_id=school_id)
    chosen = request.GET.get("nhom", "")
    if chosen not in GROUPS:
        chosen = next((key for key, (_, states) in GROUPS.items() if _count(counted, states)), "lech")
    after = formats.whole_number(request.GET.get("sau"))
    found = queries.work(school_id=school_id, states=GROUPS[chosen][1], after=_key(after), limit=PAGE + 1)
    rows = [row for row, _ in found[:PAGE]]
    if rows:
        reads.list_opened(scope, "verification.listed", school_id=school_id, object_type="school", object_id=school_id)
    here = reverse("verification:school", args=[school_id])
    levels = queries.levels(school_id)
    context = _common(request, job, problem) | {
        "school": organisations.units([school_id])[school_id],
        "rows": [
            {"row": row, "state": STATES[row.state], "tag": tag_of(row.state), "told": suggestion_words(row.suggestion)}
            for row in rows
        ],
        "pills": [
            {
                "label": label,
                "url": f"{here}?nhom={key}",
                "current": key == chosen,
                "count": formats.number(_count(counted, states)),
            }
            for key, (label, states) in GROUPS.items()
        ],
        "group": GROUPS[chosen][0],
        "chosen": chosen,
        "advice": [(STATES[state], ADVICE[state]) for state in GROUPS[chosen][1] if counted.get(state)],
        "levels": levels,
        "total": queries.total(levels),
        "first_page": after is None,
        "first_url": f"{here}?nhom={chosen}",
        "next": f"{here}?nhom={chosen}&sau={rows[-1].person_id}" if len(found) > PAGE else "",
        "crumbs": [] if len(scope.school_ids) == 1 else [{"label": TITLE, "url": reverse("verification:home")}],
    }
    return render(request, "verification/work.html", context, status=422 if problem else 200)


def _key(after: int | None) -> tuple[str, int]:
    return (people.sort_key(after), after) if after else ("", 0)


def _count(counted: dict[str, int], states: list[str]) -> int:
    return sum(counted.get(state, 0) for state in states)
