"""Pages of the step into the next school year: the province's board, one school's plan, run, progress, back."""

from __future__ import annotations

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
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.organisations import queries as organisations
from maitruong.registry.calendar import queries as calendar

from . import forms
from .rollover import board, reversing, running, saying
from .rules import LAST_GRADES

PAGE = 50
#: So many pupils who wait are listed at once; of more, one class at a time.
FEW = 40
_ACTS = {"xem": running.LOOK, "lui": running.BACK}
_TITLE = "Lên lớp năm học mới"
_STATES = {"planned": "chưa chạy", "done": "đã lên lớp", "reversed": "đã lùi lại"}


def _year(request: HttpRequest) -> int:
    """The year that ends: the one asked for, else that of the day."""
    return calendar.known().chosen(forms.number(request, "nam"), on=clock.today())


@needs("enrolment.rollover")
@require_safe
def province(request: Request) -> HttpResponse:
    scope = request.scope
    if len(scope.school_ids) == 1:
        return redirect("enrolment:roll_over_school", scope.school_ids[0])
    return _board(request)


@needs("enrolment.rollover")
@require_POST
def run_province(request: Request) -> HttpResponse:
    """Every school of the scope in one job; «xem» only counts, «lui» takes back."""
    scope, year = request.scope, _year(request)
    act, why = _ACTS.get(request.POST.get("act", ""), running.RUN), request.POST.get("why", "")
    job_id, problem = attempt(lambda: running.start(scope, from_year=year, act=act, why=why))
    if job_id is None:
        return _board(request, problem=problem)
    return redirect("enrolment:roll_over_job", job_id)


@needs("enrolment.rollover")
@require_safe
def job(request: Request, job_id: int) -> HttpResponse:
    """The board or the school's plan with the job's progress; htmx asks for the progress alone every two seconds."""
    found = jobs.job(request.scope, "enrolment.rollover", job_id)
    if found is None or found.kind != running.JOB:
        raise NotFound
    if request.headers.get("HX-Request"):
        response = render(request, "enrolment/_rollover_progress.html", {"job": found, "progress_url": request.path})
        if found.ended_at:
            response["HX-Refresh"] = "true"
        return response
    school_id, year = found.arguments.get("school"), found.arguments["from_year"]
    if school_id:
        return _plan(request, school_id, job=found, year=year)
    return _board(request, job=found, year=year)


@needs("enrolment.rollover")
@require_http_methods(["GET", "HEAD", "POST"])
def school(request: Request, school_id: int) -> HttpResponse:
    """POST writes the names people say; the step itself is an act of its own."""
    if request.method != "POST":
        return _plan(request, school_id)
    scope = request.scope
    _, problem = attempt(lambda: _say_names(request, scope, school_id))
    if problem is not None:
        return _plan(request, school_id, problem=problem)
    return redirect(f"{reverse('enrolment:roll_over_school', args=[school_id])}?nam={_year(request)}")


@needs("enrolment.rollover")
@require_http_methods(["GET", "HEAD", "POST"])
def pupil(request: Request, school_id: int, student_id: int) -> HttpResponse:
    """Where a pupil goes whom nobody judged, said by hand and with a reason."""
    scope, year = request.scope, _year(request)
    found = saying.undecided(scope, student_id=student_id, school_id=school_id, from_year=year)
    problem = None
    if request.method == "POST":
        word, why = request.POST.get("word", ""), request.POST.get("why", "")
        _, problem = attempt(
            lambda: saying.say_fate(
                scope, student_id=student_id, school_id=school_id, from_year=year, word=word, why=why
            )
        )
        if problem is None:
            return redirect(f"{reverse('enrolment:roll_over_school', args=[school_id])}?nam={year}")
    goes_on = "Hoàn thành chương trình cấp học" if found.is_last_grade else "Lên lớp"
    context = {
        "page_title": _TITLE,
        "found": found,
        "school_id": school_id,
        "year": year,
        "from_label": Year(year).label,
        "words": [("on", goes_on), ("repeat", "Học lại lớp"), ("", "Để chờ xét")],
        "given": request.POST if problem else {"word": found.word},
        "problem": problem,
        "crumbs": [
            {"label": _TITLE, "url": f"{reverse('enrolment:roll_over_school', args=[school_id])}?nam={year}"},
            {"label": found.name},
        ],
    }
    return render(request, "enrolment/rollover_pupil.html", context, status=422 if problem else 200)


@needs("enrolment.rollover")
@require_POST
def run_school(request: Request, school_id: int) -> HttpResponse:
    scope, year = request.scope, _year(request)
    job_id, problem = attempt(lambda: running.start(scope, from_year=year, school_id=school_id))
    if job_id is None:
        return _plan(request, school_id, problem=problem)
    return redirect("enrolment:roll_over_job", job_id)


@needs("enrolment.rollover")
@require_POST
def reverse_school(request: Request, school_id: int) -> HttpResponse:
    scope, year = request.scope, _year(request)
    board.school_plan(scope, school_id=school_id, from_year=year)  # NotFound for whoever may not
    why = request.POST.get("why", "")
    _, problem = attempt(lambda: reversing.reverse_school(scope, school_id=school_id, from_year=year, why=why))
    return _plan(request, school_id, problem=problem, reversed_now=problem is None)


def _say_names(request: HttpRequest, scope: Scope, school_id: int) -> bool:
    found, _ = board.school_plan(scope, school_id=school_id, from_year=_year(request))
    for class_id, old in found.classes.items():
        told = request.POST.get(f"name_{class_id}")
        if told is not None and told.strip() != (old.next_name or ""):
            saying.say_name(scope, class_id=class_id, name=told)
    return True


def _may_reverse(year: int) -> bool:
    known = calendar.known()
    return known.knows(year + 1) and clock.today() < known.span(year + 1)[0]


def _board(
    request: Request, *, problem: Refusal | None = None, job: Any = None, year: int | None = None
) -> HttpResponse:
    scope, year = request.scope, year if year is not None else _year(request)
    after = forms.number(request, "sau")
    only_left = request.GET.get("con") == "1"
    rows = board.steps(scope, from_year=year, only_left=only_left, after=after, limit=PAGE + 1)
    here = reverse("enrolment:roll_over")
    context = {
        "page_title": _TITLE,
        "year": year,
        "from_label": Year(year).label,
        "to_label": Year(year + 1).label,
        "opened": calendar.known().knows(year + 1),
        "board": board.board(scope, from_year=year),
        "rows": rows[:PAGE],
        "states": _STATES,
        "pills": [
            {"label": "Tất cả trường", "url": f"{here}?nam={year}", "current": not only_left},
            {"label": "Còn vướng", "url": f"{here}?nam={year}&con=1", "current": only_left},
        ],
        "first_page": after is None,
        "next": f"?nam={year}{'&con=1' if only_left else ''}&sau={rows[PAGE - 1].school_id}"
        if len(rows) > PAGE
        else "",
        "may_reverse": _may_reverse(year),
        "why": request.POST.get("why", ""),
        "problem": problem,
        "job": job,
        "progress_url": reverse("enrolment:roll_over_job", args=[job.pk]) if job else "",
    }
    return render(request, "enrolment/rollover.html", context, status=422 if problem else 200)


def _plan(
    request: Request,
    school_id: int,
    *,
    problem: Refusal | None = None,
    job: Any = None,
    year: int | None = None,
    reversed_now: bool = False,
) -> HttpResponse:
    """Who waits is shown class by class, all at once only while they are few: in May a whole school waits."""
    scope, year = request.scope, year if year is not None else _year(request)
    found, row = board.school_plan(scope, school_id=school_id, from_year=year)
    shown_class = found.classes.get(forms.number(request, "lop") or 0)
    few = len(found.waiting) <= FEW
    waiting = (
        board.waiting_pupils(found, class_id=shown_class.id if shown_class else None) if shown_class or few else []
    )
    leaving = board.leaving_pupils(found) if found.leaving else []
    if waiting or leaving:
        reads.list_opened(
            scope, "enrolment.list_opened", school_id=school_id, object_type="school", object_id=school_id
        )
    unit = organisations.units([school_id])[school_id]
    context = {
        "page_title": _TITLE,
        "school": unit,
        "year": year,
        "from_label": Year(year).label,
        "to_label": Year(year + 1).label,
        "opened": calendar.known().knows(year + 1),
        "plan": found,
        "counts": found.counts,
        "classes": [(old, found.by_class[old.id]) for old in found.classes.values()],
        "ends": LAST_GRADES,
        "unnamed": {old.id for old in found.unnamed},
        "waiting": waiting,
        "leaving": leaving,
        "shown_class": shown_class,
        "few": few,
        "step": row,
        "may_reverse": bool(row and row.written.get("ended")) and _may_reverse(year),
        "problem": problem,
        "reversed_now": reversed_now,
        "why": request.POST.get("why", ""),
        "job": job,
        "progress_url": reverse("enrolment:roll_over_job", args=[job.pk]) if job else "",
        "crumbs": [{"label": _TITLE, "url": reverse("enrolment:roll_over")}, {"label": unit.name}]
        if len(scope.school_ids) != 1
        else [{"label": _TITLE}],
    }
    return render(request, "enrolment/rollover_school.html", context, status=422 if problem else 200)
