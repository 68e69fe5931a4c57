"""A school's own page, and the department's acts on it: found, rename, move, close."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.kernel import clock, formats, phones
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.organisations.types import UnitFacts

from . import queries, services
from .types import SchoolFacts, level_choices, levels_of_type, ownership_choices, type_choices


@needs("schools.edit")
@require_safe
def own(request: Request) -> HttpResponse:
    """The way of the menu to the one school one works at."""
    scope = request.scope
    return redirect("schools:school", scope.workspace.unit_id if scope.workspace else 0)


@needs("schools.edit")
@require_safe
def school(request: Request, school_id: int) -> HttpResponse:
    scope = request.scope
    unit = services.school(scope, school_id, permission="schools.edit")
    facts = queries.facts(school_id)
    context = {
        **_head(scope, unit, ""),
        "unit": unit,
        "kind": [("Mã trường", unit.code), *_kind_in_words(facts)],
        "work": _work_in_words(facts),
        "may_found": scope.covers("schools.found", school_id=school_id) and unit.closed_on is None,
        "may_edit": facts is not None and unit.closed_on is None,
    }
    return render(request, "schools/school.html", context)


@needs("schools.found")
@require_http_methods(["GET", "POST"])
def found(request: Request) -> HttpResponse:
    scope = request.scope
    problem = None
    if request.method == "POST":
        school_id, problem = attempt(lambda: services.found_school(scope, _new(request), why=_text(request, "why")))
        if school_id is not None:
            return redirect("schools:school", school_id)
    context = {
        "page_title": "Lập trường",
        "crumbs": [{"label": "Danh sách trường", "url": reverse("enrolment:schools")}, {"label": "Lập trường"}],
        **_choices(),
        "given": request.POST,
        "marked": request.POST.getlist("levels"),
        "today": clock.today(),
        "problem": problem,
    }
    return render(request, "schools/found.html", context, status=422 if problem else 200)


def _new(request: HttpRequest) -> services.NewSchool:
    return services.NewSchool(
        code=_text(request, "code"),
        name=_text(request, "name"),
        school_type=_text(request, "school_type"),
        governor_id=_number(request, "governor"),
        commune_id=_number(request, "commune"),
        on=formats.parse_date(_text(request, "day")),
        ownership=_text(request, "ownership"),
        levels=tuple(request.POST.getlist("levels")),
        address=_text(request, "address"),
    )


@needs("schools.edit")
@require_http_methods(["GET", "POST"])
def work(request: Request, school_id: int) -> HttpResponse:
    """How the school works: what its own head may say of it."""
    scope = request.scope
    unit = services.school(scope, school_id, permission="schools.edit")
    facts = queries.facts(school_id)
    if facts is None or unit.closed_on is not None:
        raise NotFound
    given = request.POST or {
        "phone": phones.show(facts.phone) if facts.phone else "",
        "two_sessions": "1" if facts.two_sessions else "",
        "absence_counting": facts.absence_counting,
    }
    context = {**_head(scope, unit, "Nếp làm việc"), "countings": list(services.COUNTINGS.items()), "given": given}
    return _form(
        request,
        "schools/work.html",
        unit,
        context,
        lambda: services.work_school(
            scope,
            school_id=school_id,
            phone=_text(request, "phone"),
            two_sessions=bool(request.POST.get("two_sessions")),
            absence_counting=_text(request, "absence_counting"),
        ),
    )


@needs("schools.found")
@require_http_methods(["GET", "POST"])
def rename(request: Request, school_id: int) -> HttpResponse:
    scope = request.scope
    unit = services.school(scope, school_id)
    facts = queries.facts(school_id)
    given: Any = request.POST or {
        "name": unit.name,
        "school_type": facts.school_type if facts else "",
        "ownership": facts.ownership if facts else "1",
        "commune": unit.commune_id or "",
        "address": unit.address,
    }
    marked = request.POST.getlist("levels") if request.method == "POST" else _levels_apart(facts)
    context = {**_head(scope, unit, "Tên, loại hình"), **_choices(), "given": given, "marked": marked}
    return _form(
        request,
        "schools/rename.html",
        unit,
        context,
        lambda: services.rename_school(
            scope,
            school_id=school_id,
            name=_text(request, "name"),
            school_type=_text(request, "school_type"),
            ownership=_text(request, "ownership"),
            levels=request.POST.getlist("levels"),
            commune_id=_number(request, "commune"),
            address=_text(request, "address"),
            why=_text(request, "why"),
        ),
    )


@needs("schools.found")
@require_http_methods(["GET", "POST"])
def move(request: Request, school_id: int) -> HttpResponse:
    scope = request.scope
    unit = services.school(scope, school_id)
    context = {
        **_head(scope, unit, "Nơi quản lí"),
        "governors": _governors(),
        "given": request.POST or {"governor": unit.governor_id or ""},
    }
    return _form(
        request,
        "schools/move.html",
        unit,
        context,
        lambda: services.move_school(
            scope,
            school_id=school_id,
            governor_id=_number(request, "governor"),
            on=formats.parse_date(_text(request, "day")),
            why=_text(request, "why"),
        ),
    )


@needs("schools.found")
@require_http_methods(["GET", "POST"])
def close(request: Request, school_id: int) -> HttpResponse:
    scope = request.scope
    unit = services.school(scope, school_id)
    return _form(
        request,
        "schools/close.html",
        unit,
        {**_head(scope, unit, "Giải thể trường"), "given": request.POST},
        lambda: services.close_school(
            scope,
            school_id=school_id,
            last_day=formats.parse_date(_text(request, "day")),
            why=_text(request, "why"),
        ),
    )


def _form(
    request: HttpRequest, template: str, unit: UnitFacts, context: dict[str, Any], act: Callable[[], object]
) -> HttpResponse:
    """One form about one school: done leads back to its page, a refusal stands above what was typed."""
    problem = None
    if request.method == "POST":
        _, problem = attempt(act)
        if problem is None:
            return redirect("schools:school", unit.id)
    more = {"unit": unit, "today": clock.today(), "problem": problem}
    return render(request, template, {**context, **more}, status=422 if problem else 200)


def _head(scope: Scope, unit: UnitFacts, title: str) -> dict[str, Any]:
    several = [{"label": "Danh sách trường", "url": reverse("enrolment:schools")}] if scope.may("schools.view") else []
    here = {"label": unit.name, "url": reverse("schools:school", args=[unit.id])}
    return {
        "page_title": f"{title} · {unit.name}" if title else unit.name,
        "title": title,
        "crumbs": [*several, here, {"label": title or "Thông tin trường"}],
    }


def _levels_apart(facts: SchoolFacts | None) -> list[str]:
    """The levels to mark: none where the school teaches just those of its kind."""
    return list(facts.levels) if facts and facts.levels != levels_of_type(facts.school_type) else []


def _choices() -> dict[str, Any]:
    return {
        "types": type_choices(),
        "levels": level_choices(),
        "ownerships": ownership_choices(),
        "governors": _governors(),
        "communes": [(one.id, one.name) for one in services.communes()],
    }


def _governors() -> list[tuple[int, str]]:
    return [(one.id, one.name) for one in organisations.governors(on=clock.today())]


def _kind_in_words(facts: SchoolFacts | None) -> list[tuple[str, str]]:
    if facts is None:
        return []
    levels = dict(level_choices())
    return [
        ("Loại hình", dict(type_choices()).get(facts.school_type, facts.school_type)),
        ("Cấp học", ", ".join(levels.get(level, level) for level in facts.levels)),
        ("Sở hữu", dict(ownership_choices()).get(facts.ownership, facts.ownership)),
    ]


def _work_in_words(facts: SchoolFacts | None) -> list[tuple[str, str]]:
    if facts is None:
        return []
    return [
        ("Điện thoại", phones.show(facts.phone) if facts.phone else "chưa ghi"),
        ("Dạy hai buổi mỗi ngày", "có" if facts.two_sessions else "không"),
        ("Tính buổi vắng", services.COUNTINGS.get(facts.absence_counting, facts.absence_counting)),
    ]


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").strip()


def _number(request: HttpRequest, name: str) -> int:
    return formats.whole_number(request.POST.get(name)) or 0
