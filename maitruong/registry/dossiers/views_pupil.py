"""A pupil's whole record, part by part, and the form of one group of a year."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.kernel import clock, phones
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.organisations import queries as organisations
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.errors import PurposeMissing
from maitruong.registry.enrolment.types import PURPOSES, Dossier, Seat
from maitruong.registry.students import queries as students

from . import forms, queries, services
from .catalogue import LEARNER
from .fields import NOT_TOLD
from .types import Group

PARTS = {
    "nam-hoc": "Năm học",
    "chinh-sach": "Chính sách, khuyết tật",
    "suc-khoe": "Sức khoẻ",
    "giay-to": "Giấy tờ, khen thưởng",
    "gia-dinh": "Gia đình",
}


@needs("students.view")
@require_safe
def record(request: Request, student_id: int) -> HttpResponse:
    """Who governs the school is first asked what for, on the file's own page."""
    why = request.session.get(PURPOSES, {}).get(str(student_id), "")
    try:
        found = services.open_record(request.scope, student_id=student_id, why=why)
    except PurposeMissing:
        return redirect("enrolment:dossier", student_id)
    return page(request, found)


def page(
    request: Request,
    found: Dossier,
    *,
    part: str = "",
    problem: Refusal | None = None,
    shown: dict[int, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """One part of the record. A refusal of what was posted stands above the part it was posted from."""
    scope, student_id = request.scope, found.person.id
    may_health = _reaches(scope, found.seat, "dossiers.health")
    parts = {key: label for key, label in PARTS.items() if key != "suc-khoe" or may_health}
    part = part or request.GET.get("phan", "")
    part = part if part in parts else "nam-hoc"
    here_now = found.seat.ends_on is None
    reaches = partial(_reaches, scope, found.seat)
    address = reverse("dossiers:pupil", args=[student_id])
    context: dict[str, Any] = {
        "file": found,
        "page_title": f"Hồ sơ {found.person.full_name}",
        "crumbs": crumbs(found),
        "part": part,
        "tabs": [
            {"label": label, "url": f"{address}?phan={key}", "current": key == part} for key, label in parts.items()
        ],
        "problem": problem,
        "shown": shown or {},
        "today": clock.today(),
        "not_told": NOT_TOLD,
        "show_phone": phones.show,
        "may_edit": here_now and reaches("students.edit"),
        "may_health": here_now and may_health,
        "may_guardians": here_now and reaches("students.guardians"),
        "may_see_number": reaches("students.number"),
        **_PARTS[part](request, found),
    }
    return render(request, "dossiers/pupil.html", context, status=status)


@needs("students.edit")
@require_http_methods(["GET", "POST"])
def edit(request: Request, student_id: int) -> HttpResponse:
    scope = request.scope
    enrolment.reach(scope, "students.edit", student_id, only_open=True)
    found = services.open_record(scope, student_id=student_id)
    seat = _seat_of(found, forms.year_asked(request))
    group = forms.group_asked(request, _year_groups(found, seat))
    done, context = forms.saved(
        request,
        group,
        lambda given, seen: services.save_learner_year(
            scope, student_id=student_id, school_year=seat.school_year, group=group.key, given=given, seen=seen
        ),
    )
    back = f"{reverse('dossiers:pupil', args=[student_id])}?nam={seat.school_year}"
    if done:
        return redirect(back)
    context = {
        **context,
        "title": group.title,
        "page_title": f"{group.title} · {found.person.full_name}",
        "crumbs": crumbs(found, group.title),
        "unit": None,
        "whose": f"{found.person.full_name} · lớp {seat.class_name}",
        "back": back,
        "when": f" · năm học {Year(seat.school_year).label}",
    }
    return render(request, "dossiers/group.html", context, status=422 if context["problem"] else 200)


def crumbs(found: Dossier, here: str = "") -> list[dict[str, str]]:
    student_id = found.person.id
    told = [
        {"label": "Học sinh", "url": reverse("enrolment:pupils")},
        {"label": found.person.full_name, "url": reverse("enrolment:dossier", args=[student_id])},
    ]
    whole = {"label": "Hồ sơ đầy đủ", "url": reverse("dossiers:pupil", args=[student_id])}
    return [*told, whole, {"label": here}] if here else [*told, {"label": whole["label"]}]


# --- the parts --------------------------------------------------------------------------------------------------------


def _year(request: Request, found: Dossier) -> dict[str, Any]:
    wanted = request.GET.get("nam")
    seat = _seat_of(found, forms.year_asked(request)) if wanted else found.seat
    address = reverse("dossiers:pupil", args=[found.person.id])
    own = {one.school_year: one for one in reversed(found.seats) if one.student_id == found.person.id}
    return {
        "seat": seat,
        "groups": _year_groups(found, seat),
        "years": [
            {"label": Year(year).label, "url": f"{address}?nam={year}", "current": year == seat.school_year}
            for year in sorted(own, reverse=True)
        ],
        "year": seat.school_year,
        "year_is_open": not calendar.is_closed(seat.school_year),
    }


def _standings(request: Request, found: Dossier) -> dict[str, Any]:
    today = clock.today()
    ids = {found.person.id, *(seat.student_id for seat in found.seats)}
    rows = students.standings(ids)
    return {
        "now": [row for row in rows if row.holds_on(today)],
        "ahead": [row for row in rows if row.starts_on > today],
        "past": [row for row in rows if row.ends_on is not None and row.ends_on < today],
    }


def _health(request: Request, found: Dossier) -> dict[str, Any]:
    rows = queries.measurements(found.person.id)
    return {"measurements": rows, "written_here": found.seat.school_id, "schools": _names(rows)}


def _papers(request: Request, found: Dossier) -> dict[str, Any]:
    papers, awards = queries.papers(found.person.id), queries.awards(found.person.id)
    names = _names([*papers, *awards])
    return {"papers": papers, "awards": awards, "written_here": found.seat.school_id, "schools": names}


def _family(request: Request, found: Dossier) -> dict[str, Any]:
    rows = students.guardians(found.person.id, past=True)
    return {
        "guardians": [row for row in rows if row.ends_on is None],
        "past_guardians": [row for row in reversed(rows) if row.ends_on is not None],
        "grown_on": services.comes_of_age(found.person.born_on),
    }


_PARTS = {
    "nam-hoc": _year,
    "chinh-sach": _standings,
    "suc-khoe": _health,
    "giay-to": _papers,
    "gia-dinh": _family,
}


def _reaches(scope: Scope, seat: Seat, permission: str) -> bool:
    return scope.covers(permission, school_id=seat.school_id, class_id=seat.class_id, student_id=seat.student_id)


def _seat_of(found: Dossier, year: int) -> Seat:
    """The newest seat of a year. Raises NotFound for a year he sat nowhere the reader reaches."""
    for seat in found.seats:
        if seat.school_year == year and seat.student_id == found.person.id:
            return seat
    raise NotFound


def _year_groups(found: Dossier, seat: Seat) -> list[Group]:
    values = queries.learner_values(seat, found.file.boarding)
    return queries.groups_of(LEARNER, values, queries.class_levels(seat.school_id, seat.grade))


def _names(rows: list[Any]) -> dict[int, str]:
    """Schools that wrote these rows, by name. One statement."""
    return {key: unit.name for key, unit in organisations.units({row.written_at_id for row in rows}).items()}
