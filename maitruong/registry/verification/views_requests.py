"""Requests for correction and appeals: what waits, one of them with its paper, the department's decision."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Request
from maitruong.foundation.audit import reads
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import queries as people
from maitruong.registry.students import services as students

from . import queries, services
from .models import CorrectionKind
from .permissions import DECIDE, VIEW
from .showing import shown
from .types import FIELDS
from .views import TITLE, tabs

DECISIONS = {"": "Chờ quyết định", "agreed": "Đồng ý", "refused": "Không đồng ý"}


@needs(VIEW)
@require_safe
def requests(request: Request) -> HttpResponse:
    scope = request.scope
    decided = request.GET.get("xong") == "1"
    rows = queries.requests(scope, decided=decided)
    if rows and scope.workspace is not None and reads.from_above(scope):
        place = scope.workspace.unit_id
        reads.record_once_a_day(scope, "verification.listed", [reads.Look(place, "unit", place)])
    here = reverse("verification:requests")
    context = {
        "page_title": TITLE,
        "rows": rows,
        "units": organisations.units({row.school_id for row in rows}),
        "kinds": dict(CorrectionKind.choices),
        "decisions": DECISIONS,
        "decided": decided,
        "today": clock.today(),
        "tabs": tabs(scope, "requests"),
        "pills": [
            {"label": "Chờ quyết định", "url": here, "current": not decided},
            {"label": "Đã quyết định", "url": f"{here}?xong=1", "current": decided},
        ],
    }
    return render(request, "verification/requests.html", context)


@needs(VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def request_page(request: Request, request_id: int) -> HttpResponse:
    """POST is the decision, by whoever may decide."""
    scope = request.scope
    found = queries.open_request(scope, request_id)
    problem = None
    if request.method == "POST":
        if not scope.may(DECIDE):
            raise NotFound
        agree, why = request.POST.get("act") == "agree", request.POST.get("why", "")
        done, problem = students.attempt_number(
            scope,
            lambda: services.decide(scope, request_id=request_id, agree=agree, why=why) or True,
            school_id=found.school_id,
            student_id=found.person_id,
        )
        if done:
            return redirect("verification:requests")
    audit.record(
        scope,
        "verification.opened",
        school_id=found.school_id,
        object_type="correction",
        object_id=found.id,
        subject_id=found.person_id,
        why="xem đề nghị điều chỉnh thông tin định danh",
    )
    names = people.names({i for i in (found.asked_by, found.decided_by) if i})
    context = {
        "page_title": TITLE,
        "found": found,
        "kind": dict(CorrectionKind.choices)[found.kind],
        "decision": DECISIONS[found.decision],
        "changes": [
            (FIELDS[name], shown(name, found.was.get(name, "")), shown(name, found.wanted[name]))
            for name in FIELDS
            if name in found.wanted
        ],
        "asked_by": names.get(found.asked_by or 0, "Người khác"),
        "decided_by": names.get(found.decided_by or 0, "Chuyên viên Sở"),
        "unit": organisations.units([found.school_id])[found.school_id],
        "may_decide": scope.may(DECIDE) and not found.decision,
        "is_appeal": found.kind == CorrectionKind.APPEAL,
        "late": not found.decision and found.due_on < clock.today(),
        "problem": problem,
        "why": request.POST.get("why", ""),
        "crumbs": [
            {"label": "Đề nghị, khiếu nại", "url": reverse("verification:requests")},
            {"label": found.full_name},
        ],
    }
    return render(request, "verification/request.html", context, status=422 if problem else 200)


@needs(VIEW)
@require_safe
def evidence(request: Request, request_id: int) -> HttpResponse:
    return redirect(services.evidence_address(request.scope, request_id=request_id))
