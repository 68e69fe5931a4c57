"""The family's own pages: choose a school, apply, follow the steps, withdraw."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request
from maitruong.foundation.audit import reads
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import queries as people
from maitruong.registry.enrolment import queries as enrolment

from . import forms, queries, services
from .showing import facts_of, line_of
from .types import OPEN

_TITLE = "Chuyển trường"


@needs("transfers.family")
@require_safe
def of_child(request: Request, student_id: int) -> HttpResponse:
    """The child's applications, and a search for the school it shall go to."""
    name = _name_of_own(request, student_id)
    rows = queries.of_family(request.scope, student_id)
    q = request.GET.get("q", "").strip()[:80]
    here = enrolment.seats(request.scope, student_id=student_id, permission="family.view")
    context = {
        "page_title": f"{_TITLE} · {name}",
        "name": name,
        "student_id": student_id,
        "rows": rows,
        "running": any(row.state in OPEN for row in rows),
        "q": q,
        "schools": queries.schools_called(q, grade_school=here[0].school_id if here else None) if q else [],
        "crumbs": _crumbs(student_id, name),
    }
    return render(request, "transfers/family_child.html", context)


@needs("transfers.family")
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: Request, student_id: int, school_id: int) -> HttpResponse:
    name, scope = _name_of_own(request, student_id), request.scope
    unit = organisations.units([school_id]).get(school_id)
    if unit is None or unit.kind != "school":
        raise NotFound
    problem: Refusal | None = None
    if request.method == "POST":

        def act() -> int:
            made = services.apply_as_family(
                scope, student_id=student_id, to_school_id=school_id, wish=forms.wish(request)
            )
            services.attach(scope, transfer_id=made, uploads=request.FILES.getlist("papers"))
            return made

        made, problem = attempt(act)
        if made is not None:
            return redirect("transfers:followed", made)
    return _form(request, "transfers/family_apply.html", student_id, name, problem, school=unit)


@needs("transfers.family")
@require_http_methods(["GET", "HEAD", "POST"])
def apply_out(request: Request, student_id: int) -> HttpResponse:
    name, scope = _name_of_own(request, student_id), request.scope
    problem: Refusal | None = None
    if request.method == "POST":

        def act() -> int:
            made = services.apply_out_as_family(
                scope,
                student_id=student_id,
                school=forms.text(request, "school"),
                province=forms.text(request, "province"),
                wish=forms.wish(request),
            )
            services.attach(scope, transfer_id=made, uploads=request.FILES.getlist("papers"))
            return made

        made, problem = attempt(act)
        if made is not None:
            return redirect("transfers:followed", made)
    return _form(request, "transfers/family_apply.html", student_id, name, problem, school=None)


@needs("transfers.family")
@require_safe
def followed(request: Request, transfer_id: int) -> HttpResponse:
    return _page(request, transfer_id)


@needs("transfers.family")
@require_POST
def withdraw(request: Request, transfer_id: int) -> HttpResponse:
    why = forms.text(request, "why")
    _, problem = attempt(lambda: services.withdraw(request.scope, transfer_id=transfer_id, why=why))
    return _page(request, transfer_id, problem) if problem else redirect("transfers:followed", transfer_id)


def _page(request: Request, transfer_id: int, problem: Refusal | None = None) -> HttpResponse:
    found = queries.page(request.scope, transfer_id=transfer_id, permission="transfers.family")
    row = found.transfer
    student_id = row.student_id or 0
    _tell(request, student_id)
    context = {
        "page_title": f"{_TITLE} · {row.full_name}",
        "found": found,
        "row": found.row,
        "facts": facts_of(found),
        "line": line_of(row),
        "may_withdraw": row.state in OPEN,
        "given": request.POST,
        "problem": problem,
        "crumbs": _crumbs(student_id, row.full_name),
    }
    return render(request, "transfers/family_transfer.html", context, status=422 if problem else 200)


def _form(
    request: Request, template: str, student_id: int, name: str, problem: Refusal | None, **more: Any
) -> HttpResponse:
    context = {
        "page_title": f"{_TITLE} · {name}",
        "name": name,
        "student_id": student_id,
        "given": request.POST,
        "problem": problem,
        "crumbs": _crumbs(student_id, name),
        **more,
    }
    return render(request, template, context, status=422 if problem else 200)


def _name_of_own(request: Request, student_id: int) -> str:
    """The name of one's own child, or one's own; that the family looked is told once a day. Raises NotFound."""
    scope = request.scope
    own = {s for grant in scope.grants if "transfers.family" in grant.permissions for s in grant.student_ids or ()}
    person = people.particulars(student_id) if student_id in own else None
    if person is None:
        raise NotFound
    _tell(request, student_id)
    return person.full_name


def _tell(request: Request, student_id: int) -> None:
    units = {s: grant.unit_id for grant in request.scope.grants for s in grant.student_ids or ()}
    if student_id in units:
        look = reads.Look(units[student_id], "student", student_id, student_id)
        reads.record_once_a_day(request.scope, "students.family_looked", [look])


def _crumbs(student_id: int, name: str) -> list[dict[str, str]]:
    return [
        {"label": "Trang đầu", "url": reverse("home")},
        {"label": name, "url": f"/con-toi/{student_id}/"},
        {"label": _TITLE},
    ]
