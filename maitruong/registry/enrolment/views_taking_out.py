"""The pupils as one file: asked for with a purpose, made in a job, fetched by whoever asked."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request
from maitruong.foundation.audit import services as audit
from maitruong.foundation.files import services as files
from maitruong.foundation.jobs import queries as jobs
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.organisations import queries as organisations
from maitruong.registry.calendar import queries as calendar

from . import forms, taking_out

_PERMISSION = "students.export"
_TITLE = "Tải danh sách học sinh"


@needs(_PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Request) -> HttpResponse:
    """What the file shall hold, and what for."""
    scope = request.scope
    school_id = forms.number(request, "truong")
    if school_id is not None and not scope.covers(_PERMISSION, school_id=school_id):
        raise NotFound
    if request.method != "POST":
        return _form(request, school_id)
    given = request.POST
    job_id, problem = attempt(
        lambda: taking_out.start(
            scope,
            school_year=_year(request),
            school_id=school_id,
            form=given.get("form", "xlsx"),
            with_numbers=given.get("numbers") == "1",
            why=given.get("why", ""),
        )
    )
    return redirect("enrolment:take_out_job", job_id) if job_id else _form(request, school_id, problem)


@needs(_PERMISSION)
@require_safe
def job(request: Request, job_id: int) -> HttpResponse:
    """How far the file is; htmx asks for the progress alone every two seconds."""
    context = {
        "job": _own_job(request, job_id),
        "page_title": _TITLE,
        "progress_url": request.path,
        "crumbs": _crumbs(),
    }
    if request.headers.get("HX-Request"):
        return render(request, "enrolment/_take_out_progress.html", context)
    return render(request, "enrolment/take_out_job.html", context)


@needs(_PERMISSION)
@require_safe
def download(request: Request, job_id: int) -> HttpResponse:
    """To the file, by a ticket of two minutes; that it was fetched is told."""
    found = _own_job(request, job_id)
    if found.state != "done":
        raise NotFound
    audit.record(
        request.scope,
        "students.list_fetched",
        school_id=found.school_id,
        object_type="job",
        object_id=found.pk,
        changes={"rows": found.result.get("rows", 0)},
        why=found.arguments.get("why", ""),
    )
    return redirect(files.ticket_for(request.scope, file_id=found.result["file"]))


def _own_job(request: Request, job_id: int) -> Any:
    """Whoever asked for a list gets it, and nobody else of the same office."""
    found = jobs.job(request.scope, _PERMISSION, job_id)
    if found is None or found.kind != taking_out.JOB or found.asked_by != request.scope.actor_id:
        raise NotFound
    return found


def _form(request: Request, school_id: int | None, problem: Refusal | None = None) -> HttpResponse:
    scope = request.scope
    only = school_id or (scope.school_ids[0] if len(scope.school_ids) == 1 else None)
    may_numbers = scope.covers("students.number", school_id=only) if only else scope.may("students.number")
    context = {
        "page_title": _TITLE,
        "crumbs": _crumbs(),
        "school": organisations.units([school_id]).get(school_id) if school_id else None,
        "everywhere": only is None,
        "may_numbers": may_numbers,
        "years": [(row.year, Year(row.year).label) for row in calendar.years()],
        "year": _year(request),
        "forms": list(taking_out.FORMS.items()),
        "given": request.POST,
        "problem": problem,
    }
    return render(request, "enrolment/take_out.html", context, status=422 if problem else 200)


def _year(request: Request) -> int:
    return calendar.known().chosen(forms.number(request, "nam"), on=clock.today())


def _crumbs() -> list[dict[str, str]]:
    return [{"label": "Học sinh", "url": reverse("enrolment:pupils")}, {"label": _TITLE}]
