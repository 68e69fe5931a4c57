"""One person: how the register's verdict stands, the question asked again, facts put right, an appeal."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people.models import Sex
from maitruong.registry.students import services as students

from . import ports, queries, services
from .models import CorrectionKind
from .permissions import ASK, VIEW
from .rules import MISMATCHES
from .showing import shown, side_by_side, tag_of
from .types import ADVICE, FIELDS, STATES, TROUBLES, Standing
from .views import TITLE

_LOOKED_FOR = "xem kết quả đối chiếu với dữ liệu dân cư"


@needs(VIEW)
@require_safe
def person(request: Request, person_id: int) -> HttpResponse:
    return _page(request, queries.standing(request.scope, person_id))


@needs(VIEW)
@require_safe
def state(request: Request, person_id: int) -> HttpResponse:
    """The verdict alone, asked by a page that waits for it; the whole page is drawn anew once it came."""
    found = queries.standing(request.scope, person_id)
    response = render(request, "verification/_state.html", _state(found))
    if not found.is_waiting:
        response["HX-Refresh"] = "true"
    return response


@needs(ASK)
@require_POST
def ask(request: Request, person_id: int) -> HttpResponse:
    """Into the queue, never from here: a register that is slow keeps a worker waiting and nobody at a page."""
    scope = request.scope
    found = queries.standing(scope, person_id, ASK)
    _, problem = attempt(lambda: services.ask_one(scope, person_id=person_id))
    if problem is not None:
        return _page(request, found, problem)
    return redirect("verification:person", person_id)


@needs(ASK)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: Request, person_id: int) -> HttpResponse:
    """What is not confirmed the school puts right itself; what is, it asks the department to."""
    scope = request.scope
    found = queries.standing(scope, person_id, ASK)
    problem = None
    if request.method == "POST":
        done, problem = students.attempt_number(
            scope, lambda: _correct(request, scope, found), school_id=found.school_id, student_id=person_id
        )
        if done:
            return redirect(done)
    given = request.POST if problem else _prefilled(found)
    context = _form(found, problem) | {
        "given": given,
        "sexes": Sex.choices,
        "notes": {name: shown(name, value) for name, value in found.suggestion.items()},
    }
    return render(request, "verification/correct.html", context, status=422 if problem else 200)


@needs(ASK)
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: Request, person_id: int) -> HttpResponse:
    scope = request.scope
    found = queries.standing(scope, person_id, ASK)
    problem = None
    if request.method == "POST":
        done, problem = attempt(lambda: _ask_department(request, scope, found, CorrectionKind.APPEAL))
        if done:
            return redirect(done)
    context = _form(found, problem) | {"sides": side_by_side(found.facts, found.suggestion)}
    return render(request, "verification/appeal.html", context, status=422 if problem else 200)


def _correct(request: Request, scope: Scope, found: Standing) -> str:
    if found.is_frozen:
        return _ask_department(request, scope, found, CorrectionKind.CORRECT)
    services.correct_here(scope, person_id=found.person_id, given=_given(request), why=request.POST.get("why", ""))
    return reverse("verification:person", args=[found.person_id])


def _ask_department(request: Request, scope: Scope, found: Standing, kind: CorrectionKind) -> str:
    file = request.FILES.get("file")
    request_id = services.request(
        scope,
        person_id=found.person_id,
        kind=kind,
        given=_given(request),
        why=request.POST.get("why", ""),
        evidence=services.Evidence(file.name or "", file.read(services.LARGEST_BYTES + 1)) if file else None,
    )
    return reverse("verification:request", args=[request_id])


def _given(request: Request) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in FIELDS}


def _prefilled(found: Standing) -> dict[str, str]:
    """As it is written now: what the register says stands beside it, and is typed by somebody who saw the papers."""
    facts = dict(found.facts)
    facts["number"] = ""
    facts["born_on"] = shown("born_on", facts["born_on"]) if facts["born_on"] else ""
    return facts


def _form(found: Standing, problem: Refusal | None) -> dict[str, Any]:
    here = reverse("verification:person", args=[found.person_id])
    return {
        "page_title": TITLE,
        "found": found,
        "name": found.facts["full_name"],
        "number": shown("number", found.facts["number"]),
        "problem": problem,
        "back": here,
        "crumbs": [
            {"label": TITLE, "url": reverse("verification:home")},
            {"label": found.facts["full_name"], "url": here},
        ],
    }


def _state(found: Standing) -> dict[str, Any]:
    return {
        "found": found,
        "state": STATES[found.state],
        "tag": tag_of(found.state),
        "advice": ADVICE[found.state],
        "trouble": TROUBLES.get(found.why, ""),
        "state_url": reverse("verification:state", args=[found.person_id]),
    }


def _page(request: Request, found: Standing, problem: Refusal | None = None) -> HttpResponse:
    scope = request.scope
    audit.record(
        scope,
        "verification.opened",
        school_id=found.school_id,
        object_type="person",
        object_id=found.person_id,
        subject_id=found.person_id,
        why=_LOOKED_FOR,
    )
    may_ask = scope.may(ASK) and scope.covers(ASK, school_id=found.school_id)
    context = _state(found) | {
        "page_title": TITLE,
        "name": found.facts["full_name"],
        "school": organisations.units([found.school_id])[found.school_id],
        "sides": side_by_side(found.facts, found.suggestion),
        "requests": queries.requests_about(scope, found.person_id),
        "kinds": dict(CorrectionKind.choices),
        "versions": [
            {
                "state": STATES[row["state"]],
                "when": formats.day_time(row["answered_at"]),
                "evidence": row["evidence"],
            }
            for row in queries.versions(found.person_id)
        ],
        "may_ask": may_ask,
        "may_appeal": may_ask and found.state in MISMATCHES,
        "connected": ports.is_connected(),
        "problem": problem,
        "crumbs": [{"label": TITLE, "url": reverse("verification:home")}, {"label": found.facts["full_name"]}],
    }
    return render(request, "verification/person.html", context, status=422 if problem else 200)
