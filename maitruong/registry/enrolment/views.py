"""Schools, classes and class lists."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.audit import reads
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.organisations.types import UnitRef
from maitruong.foundation.people.models import Sex
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.schools import queries as schools_of
from maitruong.registry.schools.types import grades_of
from maitruong.registry.staff import queries as staff
from maitruong.registry.students import services as students

from . import forms, queries, removing, services
from .errors import GradeUnknown
from .exporters import roster_file
from .types import ClassRef

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROSTER = "Danh sách lớp"


@needs("schools.view")
@require_safe
def schools(request: Request) -> HttpResponse:
    scope = request.scope
    year, over_on = year_of(request)
    q = request.GET.get("q", "")
    rows, after = queries.schools(scope, school_year=year, q=q, after=forms.number(request, "sau"), over_on=over_on)
    return render(
        request,
        "enrolment/schools.html",
        {
            "page_title": "Danh sách trường",
            "rows": rows,
            "q": q,
            "opens_classes": scope.may("enrolment.view"),
            "opens_pupils": scope.may("students.view"),
            "opens_school": scope.may("schools.edit"),
            "may_found": scope.may("schools.found"),
            "year": Year(year).label,
            "asked_year": forms.number(request, "nam") or "",
            "first_page": "sau" not in request.GET,
            "next": _with(request, sau=after) if after else "",
        },
    )


@needs("enrolment.view")
@require_safe
def own_classes(request: Request) -> HttpResponse:
    """Classes of one's own school, or those a teacher is given; officers choose a school first."""
    scope = request.scope
    if scope.may("schools.view") and len(scope.school_ids) != 1:
        return redirect("enrolment:schools")
    school_id = scope.workspace.unit_id if scope.workspace else 0
    return _classes(request, scope, school_id)


@needs("enrolment.view")
@require_safe
def classes(request: Request, school_id: int) -> HttpResponse:
    scope = request.scope
    if not scope.covers("schools.view", school_id=school_id) and not scope.covers(
        "enrolment.view", school_id=school_id
    ):
        raise NotFound
    return _classes(request, scope, school_id)


def _classes(request: HttpRequest, scope: Scope, school_id: int) -> HttpResponse:
    year, _ = year_of(request)
    found = organisations.units([school_id]).get(school_id)
    if found is None or found.kind != "school":
        raise NotFound
    rows = queries.classes(scope, school_id, year)
    return render(
        request,
        "enrolment/classes.html",
        {
            "page_title": "Lớp học",
            "crumbs": [_above(scope, found), {"label": "Lớp học"}],
            "school": found,
            "rows": rows,
            "pupils": sum(row.pupils for row in rows),
            "years": _year_pills(request, year),
            "year": Year(year).label,
            "may_open": scope.covers("enrolment.manage", school_id=school_id),
            "opens_school": scope.may("schools.view") and scope.covers("schools.edit", school_id=school_id),
        },
    )


@needs("enrolment.view")
@require_safe
def roster(request: Request, class_id: int) -> HttpResponse:
    scope = request.scope
    ref = queries.class_ref(scope, class_id=class_id)
    on = queries.day_within(ref.school_year)
    rows = queries.members(ref, on=on)
    reaches = partial(scope.covers, school_id=ref.school_id, class_id=ref.id)
    reads.list_opened(scope, "enrolment.roster_opened", school_id=ref.school_id, object_type="class", object_id=ref.id)
    return render(
        request,
        "enrolment/roster.html",
        {
            **_class_context(scope, ref, ROSTER),
            "rows": rows,
            "on": on,
            "sexes": dict(Sex.choices),
            "status_label": queries.status_label,
            "may_open_files": queries.reaches_class(scope, "students.view", school_id=ref.school_id, class_id=ref.id),
            "may_export": reaches("students.export"),
            "may_manage": reaches("enrolment.manage"),
        },
    )


@needs("students.export")
@require_safe
def export_roster(request: Request, class_id: int) -> HttpResponse:
    scope = request.scope
    ref, rows = services.export_roster(scope, class_id=class_id)
    answer = HttpResponse(roster_file(rows, title=f"Lớp {ref.name}"), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="lop-{ref.id}-{ref.school_year}.xlsx"'
    return answer


@needs("enrolment.manage")
@require_http_methods(["GET", "POST"])
def open_class(request: Request, school_id: int) -> HttpResponse:
    scope = request.scope
    if not scope.covers("enrolment.manage", school_id=school_id):
        raise NotFound
    open_years = [row.year for row in calendar.years() if row.closed_at is None]
    year = forms.number(request, "nam")
    year = year if year in open_years else calendar.year_on(clock.today())
    back = reverse("enrolment:classes", args=[school_id])
    problem = None
    if request.method == "POST":
        opened, problem = attempt(lambda: _open_classes(scope, request, school_id, year))
        if opened is not None:
            return redirect("enrolment:roster", opened[0]) if len(opened) == 1 else redirect(f"{back}?nam={year}")
    context = {
        "page_title": "Mở lớp",
        "crumbs": [{"label": "Lớp học", "url": back}, {"label": "Mở lớp"}],
        "year": year,
        "years": [(n, Year(n).label) for n in open_years],
        "grades": [(n, f"Khối {n}") for n in grades_of(schools_of.facts(school_id))],
        "problem": problem,
        "given": request.POST,
        "back": back,
    }
    return render(request, "enrolment/open_class.html", context, status=422 if problem else 200)


def _open_classes(scope: Scope, request: HttpRequest, school_id: int, year: int) -> list[int]:
    """All classes the form names, parted by commas; all of them or none."""
    names = [name for name in request.POST.get("name", "").replace(";", ",").split(",") if name.strip()]
    grade = forms.number(request, "grade") or 0
    if grade not in grades_of(schools_of.facts(school_id)):
        raise GradeUnknown
    return [
        services.open_class(scope, school_id=school_id, school_year=year, grade=grade, name=name)
        for name in names or [""]
    ]


@needs("enrolment.manage")
@require_http_methods(["GET", "POST"])
def rename(request: Request, class_id: int) -> HttpResponse:
    scope = request.scope
    ref = queries.class_ref(scope, class_id=class_id, permission="enrolment.manage")
    problem = None
    if request.method == "POST":
        done, problem = attempt(
            lambda: services.rename_class(scope, class_id=class_id, name=request.POST.get("name", ""))
        )
        if done is not None:
            return redirect("enrolment:roster", class_id)
    context = {**_class_context(scope, ref, "Đổi tên lớp"), "given": request.POST or {"name": ref.name}}
    return render(request, "enrolment/rename.html", {**context, "problem": problem}, status=422 if problem else 200)


@needs("enrolment.manage")
@require_http_methods(["GET", "POST"])
def remove(request: Request, class_id: int) -> HttpResponse:
    """A class opened by mistake: the question before it goes, or what is in it."""
    scope = request.scope
    ref = queries.class_ref(scope, class_id=class_id, permission="enrolment.manage")
    problem = None
    if request.method == "POST":
        _, problem = attempt(
            lambda: removing.remove_class(scope, class_id=class_id, why=request.POST.get("why", "").strip())
        )
        if problem is None:
            return redirect(f"{reverse('enrolment:classes', args=[ref.school_id])}?nam={ref.school_year}")
    context = {
        **_class_context(scope, ref, "Bỏ lớp mở nhầm"),
        "held": removing.what_is_in(class_id),
        "given": request.POST,
        "problem": problem,
    }
    return render(request, "enrolment/remove.html", context, status=422 if problem else 200)


@needs("enrolment.manage")
@require_http_methods(["GET", "POST"])
def homeroom(request: Request, class_id: int) -> HttpResponse:
    scope = request.scope
    ref = queries.class_ref(scope, class_id=class_id, permission="enrolment.manage")
    problem = None
    if request.method == "POST":
        done, problem = attempt(
            lambda: services.appoint_homeroom(
                scope,
                class_id=class_id,
                teacher_id=forms.number(request, "teacher"),
                on=forms.day(request),
                why=request.POST.get("why", ""),
            )
        )
        if done is not None:
            return redirect("enrolment:roster", class_id)
    context = {
        **_class_context(scope, ref, "Giáo viên chủ nhiệm"),
        "teachers": staff.teachers(scope, school_id=ref.school_id, on=clock.today()),
        "problem": problem,
        "given": request.POST,
        "today": clock.today(),
    }
    return render(request, "enrolment/homeroom.html", context, status=422 if problem else 200)


@needs("enrolment.manage")
@require_http_methods(["GET", "POST"])
def new_pupil(request: Request, class_id: int) -> HttpResponse:
    """A pupil who comes: the dossier is opened and the place given in one act."""
    scope = request.scope
    ref = queries.class_ref(scope, class_id=class_id, permission="enrolment.manage")
    problem = None
    if request.method == "POST":
        student_id, problem = students.attempt_number(
            scope, lambda: _admit(scope, ref, request), school_id=ref.school_id
        )
        if student_id is not None:
            return redirect("enrolment:dossier", student_id)
    context = {
        **_class_context(scope, ref, "Thêm học sinh"),
        "statuses": [(key, queries.status_label(key)) for key in ("enrolled", "new", "transferred_in", "returned")],
        "sexes": list(Sex.choices),
        "problem": problem,
        "given": request.POST,
        "today": clock.today(),
    }
    return render(request, "enrolment/new_pupil.html", context, status=422 if problem else 200)


def _admit(scope: Scope, ref: ClassRef, request: HttpRequest) -> int:
    student_id = students.register_student(
        scope,
        school_id=ref.school_id,
        full_name=request.POST.get("full_name", ""),
        born_on=forms.day(request, "born_on"),
        sex=request.POST.get("sex", ""),
        citizen_number=request.POST.get("citizen_number", ""),
    )
    services.enrol(
        scope,
        student_id=student_id,
        class_id=ref.id,
        starts_on=forms.day(request),
        status=request.POST.get("status", "enrolled"),
        student_code=request.POST.get("student_code", "").strip(),
        register_number=request.POST.get("register_number", "").strip(),
    )
    return student_id


def year_of(request: HttpRequest) -> tuple[int, dt.date | None]:
    """The school year a list shows, and its last day when it is over: the one asked for if it exists, else the present one."""
    known, today = calendar.known(), clock.today()
    year = known.chosen(forms.number(request, "nam"), on=today)
    return year, known.over_on(year, today=today)


def _above(scope: Scope, school: UnitRef) -> dict[str, str]:
    """The place above a school's classes: the list of schools, for whoever has several."""
    if len(scope.school_ids) != 1 and scope.may("schools.view"):
        return {"label": school.name, "url": reverse("enrolment:schools")}
    return {"label": school.name}


def _class_context(scope: Scope, ref: ClassRef, title: str) -> dict[str, Any]:
    # Whoever is given single classes has no list of the school, only of her own.
    of_school = scope.covers("enrolment.view", school_id=ref.school_id)
    back = reverse("enrolment:classes", args=[ref.school_id]) if of_school else reverse("enrolment:own_classes")
    crumbs = [{"label": "Lớp học", "url": back}, {"label": ref.name}]
    if title != ROSTER:
        crumbs[-1]["url"] = reverse("enrolment:roster", args=[ref.id])
        crumbs.append({"label": title})
    return {
        "page_title": f"{title} {ref.name}",
        "title": title,
        "school_class": ref,
        "year": Year(ref.school_year).label,
        "crumbs": crumbs,
    }


def _year_pills(request: HttpRequest, chosen: int) -> list[dict[str, Any]]:
    return [
        {"label": Year(row.year).label, "url": f"?nam={row.year}", "current": row.year == chosen}
        for row in calendar.years()
    ]


def _with(request: HttpRequest, **changes: object) -> str:
    """The present address with some parameters changed."""
    kept = {k: v for k, v in request.GET.items() if k not in ("sau", "truoc")}
    return "?" + urlencode({**kept, **{k: v for k, v in changes.items() if v}})  # type: ignore[arg-type]
