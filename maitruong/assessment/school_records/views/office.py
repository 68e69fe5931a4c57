"""The school's office: classes by state, prepare, seal, issue, one record, correct and revoke."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.audit import reads
from maitruong.foundation.jobs import queries as jobs
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear
from maitruong.foundation.organisations import queries as organisations
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.staff import queries as staff

from .. import queries, services
from ..models import IN_FORCE, State
from .showing import record_context

LOOK = "school_records.view"


@needs(LOOK)
@require_safe
def overview(request: Request) -> HttpResponse:
    """Classes with how far their records are. For an office above schools: the school is chosen by its number."""
    return _overview(request, _year(request.GET.get("nam")))


def _year(text: str | None) -> int:
    return calendar.known().chosen(formats.whole_number(text), on=clock.today())


def _overview(
    request: Request, year: int, *, problem: Refusal | None = None, told: str = "", job: Any = None
) -> HttpResponse:
    scope = request.scope
    school_id = formats.whole_number(request.GET.get("truong"))
    one_school = len(scope.school_ids) == 1
    needs_school = school_id is None and not one_school and not scope.is_system
    rows = [] if needs_school else queries.classes(scope, school_year=year, school_id=school_id)
    # An office above schools reads one of them: the page says which, and stays with it from year to year.
    kept = f"&truong={school_id}" if rows and school_id is not None and not one_school else ""
    named = organisations.units([school_id]).get(school_id) if kept and school_id is not None else None
    may_seal = one_school and scope.covers("school_records.seal", school_id=scope.school_ids[0])
    context = {
        "page_title": "Học bạ",
        "rows": rows,
        "year": SchoolYear(year).label,
        "nam": year,
        "years": [
            {"label": SchoolYear(y.year).label, "url": f"?nam={y.year}{kept}", "current": y.year == year}
            for y in calendar.years()
        ],
        "place": named.name if named else scope.place,
        "needs_school": needs_school,
        "to_seal": sum(row.count("principal_signed") for row in rows) if may_seal else 0,
        "to_issue": sum(row.count("sealed") for row in rows) if may_seal else 0,
        "problem": problem,
        "told": told,
        "job": job,
        "progress_url": reverse("school_records:school_progress", args=[job.pk]) if job else "",
    }
    return render(request, "school_records/overview.html", context, status=422 if problem else 200)


@needs("school_records.seal")
@require_POST
def seal_school(request: Request) -> HttpResponse:
    """Every record of the school the principal has signed, as one job."""
    scope = request.scope
    year = _year(request.POST.get("nam", ""))
    job_id, problem = attempt(
        lambda: services.start_sealing_school(scope, school_id=_one_school(scope), school_year=year)
    )
    if job_id is None:
        return _overview(request, year, problem=problem)
    return redirect("school_records:school_progress", job_id)


@needs("school_records.seal")
@require_safe
def school_progress(request: Request, job_id: int) -> HttpResponse:
    """The overview with the job's progress; htmx asks for the progress alone every two seconds."""
    job = jobs.job(request.scope, "school_records.seal", job_id)
    if job is None or job.kind != "school_records.seal" or "school_year" not in job.arguments:
        raise NotFound
    if request.headers.get("HX-Request"):
        return _progress(request, job, reverse("school_records:school_progress", args=[job_id]))
    return _overview(request, job.arguments["school_year"], job=job)


@needs("school_records.seal")
@require_POST
def issue_school(request: Request) -> HttpResponse:
    scope = request.scope
    year = _year(request.POST.get("nam", ""))
    count, problem = attempt(
        lambda: services.issue_school_records(scope, school_id=_one_school(scope), school_year=year)
    )
    if count is None:
        return _overview(request, year, problem=problem)
    return _overview(request, year, told=f"Đã phát hành {count} học bạ; gia đình xem được ngay.")


def _one_school(scope: Scope) -> int:
    if len(scope.school_ids) != 1:
        raise NotFound
    return scope.school_ids[0]


def _progress(request: HttpRequest, job: Any, address: str) -> HttpResponse:
    response = render(request, "school_records/_progress.html", {"job": job, "progress_url": address})
    if job.ended_at:
        response["HX-Refresh"] = "true"
    return response


@needs(LOOK)
@require_safe
def school_class(request: Request, class_id: int) -> HttpResponse:
    return _class_page(request, class_id)


@needs("school_records.correct")
@require_POST
def prepare(request: Request, class_id: int) -> HttpResponse:
    done, problem = attempt(lambda: services.prepare_records(request.scope, class_id=class_id))
    if done is None:
        return _class_page(request, class_id, problem=problem)
    told = f"Đã lập {len(done.made)} học bạ."
    if done.held_back:
        told += f" {len(done.held_back)} em chưa lập được, lí do ghi trong danh sách."
    return _class_page(request, class_id, told=told)


@needs("school_records.seal")
@require_POST
def seal(request: Request, class_id: int) -> HttpResponse:
    job_id, problem = attempt(lambda: services.start_sealing(request.scope, class_id=class_id))
    if job_id is None:
        return _class_page(request, class_id, problem=problem)
    return redirect("school_records:sealing_progress", class_id, job_id)


@needs("school_records.seal")
@require_safe
def sealing_progress(request: Request, class_id: int, job_id: int) -> HttpResponse:
    """The class page with the job's progress; htmx asks for the progress alone every two seconds."""
    job = jobs.job(request.scope, "school_records.seal", job_id)
    if job is None or job.kind != "school_records.seal" or job.arguments.get("class_id") != class_id:
        raise NotFound
    if request.headers.get("HX-Request"):
        return _progress(request, job, reverse("school_records:sealing_progress", args=[class_id, job_id]))
    return _class_page(request, class_id, job=job)


@needs("school_records.seal")
@require_POST
def issue(request: Request, class_id: int) -> HttpResponse:
    count, problem = attempt(lambda: services.issue_records(request.scope, class_id=class_id))
    if count is None:
        return _class_page(request, class_id, problem=problem)
    return _class_page(request, class_id, told=f"Đã phát hành {count} học bạ; gia đình xem được ngay.")


def _class_page(
    request: Request, class_id: int, *, problem: Refusal | None = None, told: str = "", job: Any = None
) -> HttpResponse:
    scope = request.scope
    ref, rows = queries.class_records(scope, class_id=class_id)
    reads.list_opened(
        scope, "school_records.list_opened", school_id=ref.school_id, object_type="class", object_id=ref.id
    )
    reaches = partial(scope.covers, school_id=ref.school_id, class_id=ref.id)
    counts = {state.value: sum(row.state == state for row in rows) for state in State}
    context = {
        "page_title": f"Học bạ lớp {ref.name}",
        "crumbs": [
            {"label": "Học bạ", "url": f"{reverse('school_records:overview')}?nam={ref.school_year}"},
            {"label": ref.name},
        ],
        "ref": ref,
        "year": SchoolYear(ref.school_year).label,
        "rows": rows,
        "counts": counts,
        "stood": sum(row.state in IN_FORCE or row.older_stands for row in rows),
        "to_prepare": sum(row.state in ("", State.DRAFT) for row in rows),
        "may_prepare": reaches("school_records.correct"),
        "may_seal": reaches("school_records.seal"),
        "problem": problem,
        "told": told,
        "job": job,
        "progress_url": reverse("school_records:sealing_progress", args=[class_id, job.pk]) if job else "",
    }
    return render(request, "school_records/class.html", context, status=422 if problem else 200)


@needs(LOOK)
@require_safe
def record(request: Request, record_id: str) -> HttpResponse:
    return _record_page(request, record_id)


@needs(LOOK)
@require_POST
def download(request: Request, record_id: str, form: str) -> HttpResponse:
    """POST, because it writes an audit entry and hands out a ticket."""
    return redirect(services.file_ticket(request.scope, record_id=record_id, kind=form, permission=LOOK))


@needs("school_records.correct")
@require_http_methods(["POST"])
def correct(request: Request, record_id: str) -> HttpResponse:
    """Begin a corrected version, make a part again, name who signs a part, or revoke; each with its reason."""
    stands, problem = attempt(lambda: _decide(request, record_id))
    if stands is None:
        return _record_page(request, record_id, problem=problem)
    return redirect("school_records:record", stands)


def _decide(request: Request, record_id: str) -> str:
    """Do what the form asks. Returns the record to look at after it: of a correction the new version."""
    scope, act = request.scope, request.POST.get("act")
    reason, decision = request.POST.get("reason", ""), request.POST.get("decision", "")
    if act == "revoke":
        services.revoke_record(scope, record_id=record_id, reason=reason, decision=decision)
    elif act == "signer":
        person_id = formats.whole_number(request.POST.get("person")) or 0
        part = request.POST.get("part", "")
        services.name_signer(scope, record_id=record_id, node_id=part, person_id=person_id, reason=reason)
    elif act == "rebuild":
        services.rebuild_record(scope, record_id=record_id, reason=reason)
    else:
        return services.correct_record(scope, record_id=record_id, reason=reason, decision=decision)
    return record_id


def _record_page(request: Request, record_id: str, problem: Refusal | None = None) -> HttpResponse:
    scope = request.scope
    page = services.opened_record(scope, record_id=record_id, permission=LOOK)
    above = {"label": f"Lớp {page.row.class_name}", "url": reverse("school_records:class", args=[page.row.class_id])}
    context = record_context(page, download="school_records:download", other="school_records:record", above=above)
    may_correct = scope.covers("school_records.correct", school_id=page.row.school_id)
    may_name = scope.covers(services.NAMES_SIGNERS, school_id=page.row.school_id)
    open_parts = services.without_signer(page) if may_correct and may_name else []
    context |= {
        "open_parts": open_parts,
        "parts_to_choose": [(part, f"{label}: {name}") for part, label, name in open_parts],
        "successors": staff.teachers(scope, school_id=page.row.school_id, on=clock.today()) if open_parts else [],
        "may_correct": may_correct,
        "in_force": page.row.state in IN_FORCE,
        "may_rebuild": page.row.state in (State.DATA_LOCKED, State.SUBJECT_SIGNED, State.HOMEROOM_SIGNED),
        "problem": problem,
        "values": request.POST,
    }
    return render(request, "school_records/record.html", context, status=422 if problem else 200)
