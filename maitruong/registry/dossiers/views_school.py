"""A school's dossier: what it is in a year, its places and rooms, how it was recognised."""

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
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.organisations import queries as organisations
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.schools import queries as schools

from . import forms, queries, services
from .catalogue import CAMPUS, PARTICULARS, SCHOOL_YEAR
from .fields import NOT_TOLD, Kind
from .rules import KINDS, levels_of
from .services.schools import ROOMS
from .types import Group


@needs("dossiers.view")
@require_safe
def own(request: Request) -> HttpResponse:
    """The way of the menu to the one school one works at."""
    return redirect("dossiers:school", request.scope.workspace.unit_id if request.scope.workspace else 0)


@needs("dossiers.view")
@require_safe
def school(request: Request, school_id: int) -> HttpResponse:
    queries.refuse_unreached(request.scope, school_id)
    return _page(request, school_id)


def _page(request: Request, school_id: int, *, problem: Refusal | None = None, status: int = 200) -> HttpResponse:
    scope, year, today = request.scope, forms.year_asked(request), clock.today()
    levels = schools.levels_of(school_id)
    decided = queries.recognitions(school_id)
    places = queries.campuses(school_id)
    stands = queries.rooms(school_id, year)
    closed = calendar.is_closed(year)
    groups = _year_groups(school_id, year, levels)
    may_edit = scope.covers("dossiers.edit", school_id=school_id) and organisations.closed_on(school_id) is None
    said = any(group.facts for group in groups) or bool(stands)
    context = {
        **_head(school_id, ""),
        "problem": problem,
        "year": year,
        "years": _years(school_id, year),
        "fixed": queries.groups_of(PARTICULARS, queries.particulars(school_id), levels),
        "groups": groups,
        "sheets": {"fixed": PARTICULARS, "year": SCHOOL_YEAR},
        "now": [row for row in decided if row.holds_on(today)],
        "past": [row for row in decided if not row.holds_on(today)],
        "campuses": places,
        "rooms": stands,
        "campus_names": {place.id: place.name for place in places},
        "not_told": NOT_TOLD,
        "today": today,
        "may_edit": may_edit,
        "may_edit_year": may_edit and not closed,
        "may_copy": may_edit and not closed and not said and queries.has_year(school_id, year - 1),
        "may_recognise": scope.covers("dossiers.recognise", school_id=school_id),
    }
    return render(request, "dossiers/school.html", context, status=status)


@needs("dossiers.edit")
@require_http_methods(["GET", "POST"])
def edit(request: Request, school_id: int) -> HttpResponse:
    """One group of fields, for good (`loai=co-dinh`) or of a year."""
    scope, year = request.scope, forms.year_asked(request)
    queries.refuse_unreached(scope, school_id, "dossiers.edit")
    levels = schools.levels_of(school_id)
    fixed = request.GET.get("loai") == "co-dinh"
    groups = (
        queries.groups_of(PARTICULARS, queries.particulars(school_id), levels)
        if fixed
        else _year_groups(school_id, year, levels)
    )
    group = forms.group_asked(request, groups)
    if fixed:
        done, context = forms.saved(
            request,
            group,
            lambda given, seen: services.save_particulars(
                scope, school_id=school_id, group=group.key, given=given, seen=seen
            ),
        )
    else:
        done, context = forms.saved(
            request,
            group,
            lambda given, seen: services.save_school_year(
                scope, school_id=school_id, school_year=year, group=group.key, given=given, seen=seen
            ),
        )
    back = f"{reverse('dossiers:school', args=[school_id])}?nam={year}"
    if done:
        return redirect(back)
    when = "" if fixed else f" · năm học {Year(year).label}"
    return _form(request, {**_head(school_id, group.title), **context, "back": back, "when": when})


@needs("dossiers.edit")
@require_POST
def copy_year(request: Request, school_id: int) -> HttpResponse:
    scope, year = request.scope, forms.year_asked(request)
    _, problem = attempt(lambda: services.copy_former_year(scope, school_id=school_id, school_year=year))
    if problem:
        return _page(request, school_id, problem=problem, status=422)
    return redirect(f"{reverse('dossiers:school', args=[school_id])}?nam={year}")


@needs("dossiers.recognise")
@require_http_methods(["GET", "POST"])
def recognise(request: Request, school_id: int) -> HttpResponse:
    scope = request.scope
    queries.refuse_unreached(scope, school_id, "dossiers.recognise")
    problem = None
    if request.method == "POST":
        kind, _, level = forms.text(request, "what").partition(".")
        done, problem = attempt(
            lambda: services.recognise(
                scope,
                school_id=school_id,
                kind=kind,
                level=int(level) if level.isdecimal() and len(level) < 3 else 0,
                number=forms.text(request, "number"),
                decided_on=forms.day(request),
                decided_by=forms.text(request, "decided_by"),
            )
        )
        if done is not None:
            return redirect("dossiers:school", school_id)
    context = {
        **_head(school_id, "Ghi quyết định công nhận"),
        "choices": [
            (f"{kind}.{level}", f"{label}, {'mức độ' if kind == 'national' else 'cấp độ'} {level}")
            for kind, label in KINDS.items()
            for level in levels_of(kind)
        ],
        "given": request.POST,
        "today": clock.today(),
        "problem": problem,
    }
    return render(request, "dossiers/recognise.html", context, status=422 if problem else 200)


@needs("dossiers.recognise")
@require_POST
def withdraw_recognition(request: Request, school_id: int, recognition_id: int) -> HttpResponse:
    scope = request.scope
    queries.refuse_unreached(scope, school_id, "dossiers.recognise")
    _, problem = attempt(
        lambda: services.withdraw_recognition(
            scope,
            school_id=school_id,
            recognition_id=recognition_id,
            on=forms.day(request),
            why=forms.text(request, "why"),
        )
    )
    if problem:
        return _page(request, school_id, problem=problem, status=422)
    return redirect("dossiers:school", school_id)


# --- places and rooms -------------------------------------------------------------------------------------------------


@needs("dossiers.edit")
@require_http_methods(["GET", "POST"])
def add_campus(request: Request, school_id: int) -> HttpResponse:
    scope = request.scope
    queries.refuse_unreached(scope, school_id, "dossiers.edit")
    problem = None
    if request.method == "POST":
        campus_id, problem = attempt(
            lambda: services.add_campus(
                scope,
                school_id=school_id,
                code=forms.text(request, "code"),
                name=forms.text(request, "name"),
                address=forms.text(request, "address"),
                on=forms.day(request),
            )
        )
        if campus_id is not None:
            return redirect("dossiers:campus", school_id, campus_id)
    context = {
        **_head(school_id, "Thêm điểm trường"),
        "given": request.POST,
        "today": clock.today(),
        "problem": problem,
    }
    return render(request, "dossiers/add_campus.html", context, status=422 if problem else 200)


@needs("dossiers.view")
@require_safe
def campus(request: Request, school_id: int, campus_id: int) -> HttpResponse:
    queries.refuse_unreached(request.scope, school_id)
    return _campus_page(request, school_id, campus_id)


def _campus_page(
    request: Request, school_id: int, campus_id: int, *, problem: Refusal | None = None, status: int = 200
) -> HttpResponse:
    scope, year = request.scope, forms.year_asked(request)
    place = queries.campus(school_id, campus_id)
    may_edit = place.closed_on is None and scope.covers("dossiers.edit", school_id=school_id)
    context = {
        **_head(school_id, place.name),
        "place": place,
        "problem": problem,
        "year": year,
        "years": _years(school_id, year, campus_id),
        "rooms": [row for row in queries.rooms(school_id, year) if row.campus_id == campus_id],
        "not_told": NOT_TOLD,
        "today": clock.today(),
        "may_edit": may_edit,
        "may_edit_year": may_edit and not calendar.is_closed(year),
    }
    return render(request, "dossiers/campus.html", context, status=status)


@needs("dossiers.edit")
@require_http_methods(["GET", "POST"])
def edit_campus(request: Request, school_id: int, campus_id: int) -> HttpResponse:
    scope = request.scope
    queries.refuse_unreached(scope, school_id, "dossiers.edit")
    place = queries.campus(school_id, campus_id)
    if place.closed_on is not None:
        raise NotFound
    group = forms.group_asked(request, queries.groups_of(CAMPUS, queries.campus_values(campus_id), ()))
    done, context = forms.saved(
        request,
        group,
        lambda given, seen: services.save_campus(
            scope, school_id=school_id, campus_id=campus_id, group=group.key, given=given, seen=seen
        ),
    )
    back = reverse("dossiers:campus", args=[school_id, campus_id])
    if done:
        return redirect(back)
    return _form(request, {**_head(school_id, place.name), **context, "back": back, "when": ""})


@needs("dossiers.edit")
@require_http_methods(["GET", "POST"])
def rooms(request: Request, school_id: int, campus_id: int) -> HttpResponse:
    """Rooms of one kind (`loai`) at one place, in a year."""
    scope, year = request.scope, forms.year_asked(request)
    queries.refuse_unreached(scope, school_id, "dossiers.edit")
    place = queries.campus(school_id, campus_id)
    choices = queries.room_choices(schools.levels_of(school_id))
    indicator = request.POST.get("indicator") or request.GET.get("loai", "")
    held = services.rooms_held(school_id, campus_id, year, indicator)
    problem = None
    if request.method == "POST":
        _, problem = attempt(
            lambda: services.save_rooms(
                scope,
                school_id=school_id,
                campus_id=campus_id,
                school_year=year,
                indicator=indicator,
                given={one.name: request.POST.get(one.name, "") for one in ROOMS},
                version=forms.number(request, "version"),
            )
        )
        if problem is None:
            return redirect(f"{reverse('dossiers:campus', args=[school_id, campus_id])}?nam={year}")
    context = {
        **_head(school_id, f"Phòng ở {place.name.lower() if place.is_main else place.name}"),
        "place": place,
        "year": year,
        "when": f" · năm học {Year(year).label}",
        "fields": ROOMS,
        "kinds": Kind,
        "choices": choices,
        "indicator": indicator if indicator in dict(choices) else "",
        "version": held.version if held else 0,
        "given": forms.plain(ROOMS, request, {one.name: getattr(held, one.name) for one in ROOMS} if held else None),
        "problem": problem,
    }
    return render(request, "dossiers/rooms.html", context, status=422 if problem else 200)


@needs("dossiers.edit")
@require_POST
def close_campus(request: Request, school_id: int, campus_id: int) -> HttpResponse:
    scope = request.scope
    queries.refuse_unreached(scope, school_id, "dossiers.edit")
    _, problem = attempt(
        lambda: services.close_campus(
            scope,
            school_id=school_id,
            campus_id=campus_id,
            ends_on=forms.day(request),
            why=forms.text(request, "why"),
        )
    )
    if problem:
        return _campus_page(request, school_id, campus_id, problem=problem, status=422)
    return redirect("dossiers:school", school_id)


def _year_groups(school_id: int, year: int, levels: tuple[str, ...]) -> list[Group]:
    return queries.groups_of(SCHOOL_YEAR, queries.school_year_values(school_id, year), levels)


def _form(request: Request, context: dict[str, Any]) -> HttpResponse:
    return render(request, "dossiers/group.html", context, status=422 if context["problem"] else 200)


def _years(school_id: int, year: int, campus_id: int | None = None) -> list[dict[str, Any]]:
    """The years to choose from, the newest first."""
    name, args = ("school", [school_id]) if campus_id is None else ("campus", [school_id, campus_id])
    address = reverse(f"dossiers:{name}", args=args)
    return [
        {"label": Year(row.year).label, "url": f"{address}?nam={row.year}", "current": row.year == year}
        for row in calendar.years()[:6]
    ]


def _head(school_id: int, title: str) -> dict[str, Any]:
    unit = organisations.unit(school_id)
    own = {"label": "Hồ sơ trường", "url": reverse("dossiers:school", args=[school_id])}
    return {
        "unit": unit,
        "title": title or "Hồ sơ trường",
        "page_title": f"{title or 'Hồ sơ trường'} · {unit.name}",
        "crumbs": [own, {"label": title}] if title else [{"label": "Hồ sơ trường"}],
    }
