"""Who teaches what: the school's classes and teachers, one class's list, one teacher's list, a class's electives."""

from __future__ import annotations

from collections import defaultdict
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
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import ClassRef, ClassRow
from maitruong.registry.schools import queries as schools
from maitruong.registry.staff import queries as staff
from maitruong.teaching.curriculum.rules import SubjectGroup

from . import plans, queries
from .types import AssignmentRow

PERMISSION = plans.PERMISSION
WEEKS = 35
LEAST_SHOWN = 2  # places for teachers of one subject: most have one, some are shared


@needs(PERMISSION)
@require_safe
def assignments(request: Request) -> HttpResponse:
    """The school's classes with how many of their subjects have a teacher; or its teachers with what they teach."""
    scope = request.scope
    school_id = _own_school(scope)
    year = _year(request)
    rows = enrolment.classes(scope, school_id, year, permission=PERMISSION)
    chosen = enrolment.programmes(scope, school_id=school_id, school_year=year, permission=PERMISSION)
    on = enrolment.day_within(year)
    held = queries.assignments(scope, school_id=school_id, school_year=year, on=on, permission=PERMISSION)
    levels = schools.levels_of(school_id)
    by_teacher = request.GET.get("xem") == "giao-vien"
    here = reverse("timetable:assignments")
    context = {
        "page_title": "Phân công giảng dạy",
        "place": scope.place,
        "year": Year(year).label,
        "on": on,
        "by_teacher": by_teacher,
        "tabs": [
            {"label": "Theo lớp", "url": f"{here}?nam={year}", "current": not by_teacher},
            {"label": "Theo giáo viên", "url": f"{here}?nam={year}&xem=giao-vien", "current": by_teacher},
        ],
        "years": _year_pills(year, by_teacher),
        "classes": [_class_line(row, chosen, held, levels) for row in rows],
        "teachers": _teacher_lines(scope, school_id, year, rows, held) if by_teacher else [],
        "year_number": year,
    }
    return render(request, "timetable/assignments.html", context)


def _class_line(
    row: ClassRow, chosen: dict[int, list[str]], held: list[AssignmentRow], levels: tuple[str, ...]
) -> dict[str, Any]:
    subjects = plans.studied(levels, row.grade, row.school_year, chosen.get(row.id, []))
    taught = {one.subject for one in held if one.class_id == row.id}
    missing = [s.name for s in subjects if s.code not in taught]
    return {"row": row, "subjects": len(subjects), "taught": len(subjects) - len(missing), "missing": missing}


def _teacher_lines(
    scope: Scope, school_id: int, year: int, classes: list[ClassRow], held: list[AssignmentRow]
) -> list[dict[str, Any]]:
    """Everybody who may be given a class, and whoever still has one; with subjects, classes and periods a week."""
    names = {row.id: row.name for row in classes}
    grades = {row.id: row.grade for row in classes}
    leads = {row.homeroom_id: row.name for row in classes if row.homeroom_id}
    people = dict(staff.teachers(scope, school_id=school_id, on=enrolment.day_within(year)))
    people |= {one.teacher_id: one.teacher_name for one in held if one.teacher_id not in people}
    by_person: dict[int, list[AssignmentRow]] = defaultdict(list)
    for one in held:
        by_person[one.teacher_id].append(one)
    return [
        {
            "id": person_id,
            "name": name,
            "leads": leads.get(person_id, ""),
            "teaches": _teaches(by_person[person_id], names, grades, year),
            "periods": sum(_periods(grades.get(one.class_id), year, one.subject) for one in by_person[person_id])
            / WEEKS,
        }
        for person_id, name in people.items()
    ]


def _teaches(rows: list[AssignmentRow], names: dict[int, str], grades: dict[int, int], year: int) -> str:
    """ "Toán 8A1, 8A2; Tin học 8A1"."""
    by_subject: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found = {s.code: s.name for s in plans.subjects_of(grades.get(row.class_id, 0), year)}
        by_subject[found.get(row.subject, row.subject)].append(names.get(row.class_id, ""))
    return "; ".join(f"{subject} {', '.join(filter(None, classes))}" for subject, classes in by_subject.items())


def _periods(grade: int | None, year: int, subject: str) -> int:
    return next((s.periods_per_year for s in plans.subjects_of(grade or 0, year) if s.code == subject), 0)


@needs(PERMISSION)
@require_http_methods(["GET", "POST"])
def of_class(request: Request, class_id: int) -> HttpResponse:
    """All subjects of one class with their teachers, and its homeroom: one save, from one day."""
    scope = request.scope
    ref = enrolment.class_ref(scope, class_id=class_id, permission=PERMISSION)
    electives, _ = enrolment.programme_of(class_id)
    subjects = plans.studied(schools.levels_of(ref.school_id), ref.grade, ref.school_year, electives)
    problem = None
    if request.method == "POST":
        # What the form does not tell of stays as it is: one that came cut short must not end everybody's teaching.
        homeroom = _number(request, "homeroom") if "homeroom" in request.POST else ref.homeroom_id
        wanted = {s.code: _people(request, s.code, homeroom) for s in subjects if f"mon-{s.code}" in request.POST}
        done, problem = attempt(
            lambda: plans.assign_class(
                scope,
                class_id=class_id,
                wanted=wanted,
                homeroom_id=homeroom,
                on=formats.parse_date(request.POST.get("day", "").strip()),
                why=request.POST.get("why", "").strip(),
            )
        )
        if done is not None:
            return redirect(f"{reverse('timetable:of_class', args=[class_id])}?ghi={done.begun}-{done.ended}")
    rows = queries.assignments(scope, class_id=class_id, school_year=ref.school_year, permission=PERMISSION)
    on = enrolment.day_within(ref.school_year)
    holding = [row for row in rows if row.ends_on is None]
    teachers = _choices(scope, ref, holding)
    context = {
        **_class_head(ref, "Phân công"),
        "lines": [_subject_line(s, holding, request) for s in subjects],
        "teachers": teachers,
        "homeroom": request.POST.get("homeroom", ref.homeroom_id or ""),
        "ended": [(plans.subject_name(ref, row.subject), row) for row in rows if row.ends_on is not None],
        "has_choices": any(
            s.group is not SubjectGroup.COMPULSORY for s in plans.subjects_of(ref.grade, ref.school_year)
        ),
        "is_primary": ref.grade in range(1, 6),
        "saved": _saved(request),
        "given": request.POST,
        "day": on,
        "is_open": not calendar.is_closed(ref.school_year),
        "problem": problem,
    }
    return render(request, "timetable/class.html", context, status=422 if problem else 200)


def _subject_line(subject: Any, holding: list[AssignmentRow], request: HttpRequest) -> dict[str, Any]:
    there = [row for row in holding if row.subject == subject.code]
    chosen: list[object] = [row.teacher_id for row in there]
    if request.method == "POST":
        chosen = list(request.POST.getlist(f"mon-{subject.code}"))
    places = max(LEAST_SHOWN, len(chosen))
    return {
        "code": subject.code,
        "name": subject.name,
        "periods": subject.periods_per_year / WEEKS,
        "chosen": [*chosen, *[""] * (places - len(chosen))],
        "since": [row.starts_on for row in there],
    }


def _people(request: HttpRequest, code: str, homeroom: int | None) -> list[int]:
    """Whom the form names for a subject; an empty one goes to the homeroom teacher when that was asked."""
    named = [n for text in request.POST.getlist(f"mon-{code}") if (n := formats.whole_number(text))]
    if not named and homeroom and request.POST.get("fill"):
        return [homeroom]
    return named


def _choices(scope: Scope, ref: ClassRef, holding: list[AssignmentRow]) -> list[tuple[int, str]]:
    """Teachers of the school by name, and whoever holds something here without being one any more."""
    there = staff.teachers(scope, school_id=ref.school_id, on=enrolment.day_within(ref.school_year))
    known = {person_id for person_id, _ in there}
    gone = {
        row.teacher_id: f"{row.teacher_name} (không còn ở trường)" for row in holding if row.teacher_id not in known
    }
    return [*there, *gone.items()]


@needs(PERMISSION)
@require_http_methods(["GET", "POST"])
def of_teacher(request: Request, person_id: int) -> HttpResponse:
    """One teacher, one subject, all classes that study it: one save, from one day."""
    scope = request.scope
    school_id, year = _own_school(scope), _year(request)
    on = enrolment.day_within(year)
    name = dict(staff.teachers(scope, school_id=school_id, on=on)).get(person_id)
    held = queries.assignments(scope, school_id=school_id, school_year=year, on=on, permission=PERMISSION)
    name = name or next((row.teacher_name for row in held if row.teacher_id == person_id), None)
    if name is None:
        raise NotFound
    classes = enrolment.classes(scope, school_id, year, permission=PERMISSION)
    chosen = enrolment.programmes(scope, school_id=school_id, school_year=year, permission=PERMISSION)
    levels = schools.levels_of(school_id)
    taught = {row.id: plans.studied(levels, row.grade, year, chosen.get(row.id, [])) for row in classes}
    subjects = {s.code: s.name for found in taught.values() for s in found}
    own = [row.subject for row in held if row.teacher_id == person_id]
    subject = request.GET.get("mon", "")
    subject = subject if subject in subjects else max(own, key=own.count, default=next(iter(subjects), ""))
    problem = None
    if request.method == "POST":
        done, problem = attempt(
            lambda: plans.assign_teacher(
                scope,
                teacher_id=person_id,
                subject=subject,
                school_id=school_id,
                school_year=year,
                class_ids=[n for text in request.POST.getlist("lop") if (n := formats.whole_number(text))],
                on=formats.parse_date(request.POST.get("day", "").strip()),
                alone=not request.POST.get("together"),
                why=request.POST.get("why", "").strip(),
            )
        )
        if done is not None:
            asked = urlencode({"mon": subject, "nam": str(year), "ghi": f"{done.begun}-{done.ended}"})
            return redirect(f"{reverse('timetable:of_teacher', args=[person_id])}?{asked}")
    marked = (
        set(request.POST.getlist("lop"))
        if request.method == "POST"
        else {str(row.class_id) for row in held if row.teacher_id == person_id and row.subject == subject}
    )
    back = f"{reverse('timetable:assignments')}?nam={year}&xem=giao-vien"
    context = {
        "page_title": f"Phân công {name}",
        "crumbs": [{"label": "Phân công", "url": back}, {"label": name}],
        "name": name,
        "year": Year(year).label,
        "subject": subject,
        "subject_name": subjects.get(subject, ""),
        "subjects": [
            {
                "label": words,
                "url": "?" + urlencode({"mon": code, "nam": str(year)}),
                "current": code == subject,
                "count": own.count(code) or "",
            }
            for code, words in subjects.items()
        ],
        "classes": [
            (row, str(row.id) in marked, _others(held, row.id, subject, person_id))
            for row in classes
            if subject in {s.code for s in taught[row.id]}
        ],
        "saved": _saved(request),
        "given": request.POST,
        "day": on,
        "is_open": not calendar.is_closed(year),
        "problem": problem,
    }
    return render(request, "timetable/teacher.html", context, status=422 if problem else 200)


def _others(held: list[AssignmentRow], class_id: int, subject: str, person_id: int) -> str:
    there = (row for row in held if row.class_id == class_id and row.subject == subject)
    return ", ".join(row.teacher_name for row in there if row.teacher_id != person_id)


@needs(PERMISSION)
@require_http_methods(["GET", "POST"])
def programme(request: Request, class_id: int) -> HttpResponse:
    """What a class studies beside the compulsory subjects."""
    scope = request.scope
    ref = enrolment.class_ref(scope, class_id=class_id, permission=PERMISSION)
    offered = plans.subjects_of(ref.grade, ref.school_year)
    problem = None
    if request.method == "POST":
        done, problem = attempt(
            lambda: plans.choose_programme(
                scope,
                class_id=class_id,
                electives=request.POST.getlist("electives"),
                clusters=request.POST.getlist("clusters"),
            )
        )
        if done is not None:
            return redirect("timetable:of_class", class_id)
    electives, clusters = enrolment.programme_of(class_id)
    if request.method == "POST":
        electives, clusters = request.POST.getlist("electives"), request.POST.getlist("clusters")
    context = {
        **_class_head(ref, "Môn lựa chọn"),
        "electives": [(s, s.code in electives) for s in offered if s.group is SubjectGroup.ELECTIVE],
        "options": [(s, s.code in electives) for s in offered if s.group is SubjectGroup.OPTIONAL],
        "clusters": [(s, s.code in clusters) for s in offered if s.has_cluster],
        "is_open": not calendar.is_closed(ref.school_year),
        "problem": problem,
    }
    return render(request, "timetable/programme.html", context, status=422 if problem else 200)


# --- small ----------------------------------------------------------------------------------------------------------------


def _own_school(scope: Scope) -> int:
    """The one school whose list one makes."""
    school_id = scope.workspace.unit_id if scope.workspace else 0
    if not scope.covers(PERMISSION, school_id=school_id):
        raise NotFound
    return school_id


def _year(request: HttpRequest) -> int:
    return calendar.known().chosen(formats.whole_number(request.GET.get("nam")), on=clock.today())


def _year_pills(chosen: int, by_teacher: bool) -> list[dict[str, Any]]:
    kept = {"xem": "giao-vien"} if by_teacher else {}
    return [
        {
            "label": Year(row.year).label,
            "url": "?" + urlencode({"nam": str(row.year), **kept}),
            "current": row.year == chosen,
        }
        for row in calendar.years()
    ]


def _class_head(ref: ClassRef, title: str) -> dict[str, Any]:
    back = f"{reverse('timetable:assignments')}?nam={ref.school_year}"
    crumbs: list[dict[str, str]] = [{"label": "Phân công", "url": back}]
    if title == "Phân công":
        crumbs.append({"label": f"Lớp {ref.name}"})
    else:
        crumbs += [{"label": f"Lớp {ref.name}", "url": reverse("timetable:of_class", args=[ref.id])}, {"label": title}]
    return {
        "page_title": f"{title} lớp {ref.name}",
        "school_class": ref,
        "year": Year(ref.school_year).label,
        "crumbs": crumbs,
    }


def _saved(request: HttpRequest) -> tuple[int, int] | None:
    """What the save before this page did: begun and ended."""
    parts = [formats.whole_number(part) for part in request.GET.get("ghi", "").split("-")]
    return (parts[0], parts[1]) if len(parts) == 2 and parts[0] is not None and parts[1] is not None else None


def _number(request: HttpRequest, name: str) -> int | None:
    return formats.whole_number(request.POST.get(name)) or None
