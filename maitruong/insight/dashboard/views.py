"""The operations centre: figures, the moment they hold for, and the rows behind each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from markupsafe import Markup

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.types import Request
from maitruong.foundation.audit import services as audit
from maitruong.foundation.identity.services import installation
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.ui import charts
from maitruong.foundation.ui.jinja import url
from maitruong.insight.indicators import queries as indicators

from . import drawings, queries

_PAGE = 50
_WHOLE = 100.0  # a commune whose books are all closed needs no reminder
_PAGES = 10_000


@needs("insight.view")
@require_safe
def centre(request: Request) -> HttpResponse:
    scope = request.scope
    of = _period(request)
    found = queries.centre(scope, of)
    communes = queries.communes(scope, of)
    levels = found.learning.levels if found.learning else {}
    return render(
        request,
        "dashboard/centre.html",
        {
            **_figures(found),
            **_years(of),
            "page_title": "Trung tâm điều hành",
            "place": scope.place,
            "map": _map(communes, _kept(of)),
            "map_legend": drawings.LEGEND,
            "levels": drawings.levels_by_grade(levels, f"{url('dashboard:levels')}?{_kept(of)}") if levels else None,
            "levels_legend": list(zip(charts.SERIES, queries.LEVELS.values(), strict=True)),
            "levels_when": _when(found.learning),
            "behind": sorted(
                (c for c in communes if c.closed_share is not None and c.closed_share < _WHOLE),
                key=lambda c: (c.closed_share or 0, c.name),
            )[:6],
        },
    )


@needs("insight.view")
@require_safe
def figures(request: Request) -> HttpResponse:
    """The five figures alone, asked for again every few seconds; 204 when the page already shows them."""
    found = queries.centre(request.scope, queries.period(), pictured=False)
    context = _figures(found)
    if request.GET.get("etag") == context["etag"]:
        return HttpResponse(status=204)
    return render(request, "dashboard/_figures.html", context)


def _map(communes: list[queries.CommuneRow], kept: str) -> Markup | None:
    """One commune makes no map."""
    here = installation()
    if len(communes) < 2 or here is None:
        return None
    return drawings.closed_map(here.province_code, communes, f"{url('dashboard:schools')}?{kept}xa=")


def _figures(found: queries.Centre) -> dict[str, Any]:
    as_of = formats.day_time(found.as_of) if found.as_of else ""
    return {
        "centre": found,
        "as_of": as_of,
        "etag": f"{found.etag}-{as_of.replace(' ', '').replace(':', '')}",
        "spark": charts.spark([value for _, value in sorted(found.by_day.items())]),
        "year_label": f"{found.school_year}-{found.school_year + 1}",
        "kept": "",
        "past": False,
    }


def _when(found: queries.Learning | None) -> str:
    if found is None or not found.levels:
        year = found.school_year if found else queries.period().school_year
        return f"năm học {year}-{year + 1}"
    label = f"{found.school_year}-{found.school_year + 1}"
    return f"cả năm {label}" if found.term == 0 else f"học kì {'I' * found.term}, {label}"


@needs("insight.view")
@require_safe
def communes(request: Request) -> HttpResponse:
    scope = request.scope
    of = _period(request)
    context = {"rows": queries.communes(scope, of), "page_title": "Theo xã, phường", **_years(of), **_as_of(scope)}
    return render(request, "dashboard/communes.html", context)


@needs("insight.view")
@require_safe
def schools(request: Request) -> HttpResponse:
    scope = request.scope
    of = _period(request)
    commune = request.GET.get("xa", "")[:5]
    page = _page(request)
    rows, count = queries.schools(scope, of, page=page, commune=commune)
    context = {
        **_paged(rows, count, page, kept=_kept(of) + (f"xa={commune}&" if commune else "")),
        **_years(of, f"xa={commune}&" if commune else ""),
        "commune": rows[0].commune if commune and rows else "",
        "page_title": "Các trường",
        **_as_of(scope),
    }
    return render(request, "dashboard/schools.html", context)


@needs("insight.view")
@require_safe
def school(request: Request, school_id: int) -> HttpResponse:
    scope = request.scope
    of = _period(request)
    unit = _school_or_404(request, school_id)
    rows = queries.classes(scope, school_id=school_id, school_year=of.school_year, term=of.term)
    return render(
        request,
        "dashboard/school.html",
        {
            "unit": unit,
            "rows": rows,
            "term": of.term,
            **_years(of),
            "reads_books": scope.may("gradebook.view"),
            "reads_records": scope.may("school_records.view"),
            "page_title": unit.name,
            **_as_of(scope),
        },
    )


@needs("insight.view")
@require_safe
def entries(request: Request, school_id: int) -> HttpResponse:
    scope = request.scope
    unit = _school_or_404(request, school_id)
    rows = queries.entries_today(scope, school_id=school_id, school_year=queries.period().school_year)
    return render(
        request,
        "dashboard/entries.html",
        {"unit": unit, "rows": rows, "page_title": "Điểm ghi hôm nay", **_as_of(scope)},
    )


@needs("insight.view")
@require_safe
def levels(request: Request) -> HttpResponse:
    """Pupils of each level by school, of one grade when asked."""
    scope = request.scope
    of = _period(request)
    grade, page = _grade(request), _page(request)
    found = queries.learning_of(scope, of, grade)
    day = queries.last_day(found, of)
    rows, count = queries.levels_by_school(scope, found, day=day, grade=grade, page=page)
    context = {
        **_paged(rows, count, page, kept=_kept(of) + (f"khoi={grade}&" if grade else "")),
        **_years(of, f"khoi={grade}&" if grade else ""),
        "grade": grade,
        "levels": queries.levels_of(grade),
        "when": _when(found),
        "grades": [
            *queries.primary_grades(scope, found),
            *(g for g in sorted(found.levels) if g not in queries.PRIMARY),
        ],
        "page_title": "Kết quả học tập",
        **_as_of(scope),
    }
    return render(request, "dashboard/levels.html", context)


@needs("insight.people")
@require_safe
def school_levels(request: Request, school_id: int) -> HttpResponse:
    """The pupils behind one figure of levels of one school."""
    scope = request.scope
    unit = _school_or_404(request, school_id, "insight.people")
    level, grade = request.GET.get("muc", ""), _grade(request)
    names = queries.levels_of(grade)
    if level not in names:
        raise Http404
    found = queries.learning_of(scope, _period(request), grade)
    rows = queries.school_pupils_of_level(
        scope, school_id=school_id, school_year=found.school_year, term=found.term, grade=grade, level=level
    )
    audit.record(
        scope,
        "insight.pupils_listed",
        school_id=school_id,
        object_type="school",
        object_id=school_id,
        changes={"level": names[level], "grade": grade, "rows": len(rows)},
    )
    context = {
        "unit": unit,
        "rows": rows,
        "level": names[level],
        "grade": grade,
        "when": _when(found),
        **_as_of(scope),
    }
    return render(request, "dashboard/school_levels.html", {**context, "page_title": f"Học sinh mức {names[level]}"})


def _school_or_404(request: Request, school_id: int, permission: str = "insight.view") -> Any:
    scope = request.scope
    unit = organisations.units([school_id]).get(school_id)
    if unit is None or unit.kind != "school" or not scope.covers(permission, school_id=school_id):
        raise Http404
    return unit


def _period(request: HttpRequest) -> queries.Period:
    return queries.period(formats.whole_number(request.GET.get("nam")))


def _kept(of: queries.Period) -> str:
    """What of the address leads on to the same year."""
    return f"nam={of.school_year}&" if of.past else ""


def _years(of: queries.Period, kept: str = "") -> dict[str, Any]:
    """The years to choose from, newest first, and what the templates need to stay in one."""
    begun = [row.year for row in of.known.years if row.starts_on <= clock.today()]
    pills = [
        {
            "label": f"{year}-{year + 1}",
            "url": f"?{kept}" + (f"nam={year}" if number else ""),
            "current": year == of.school_year,
        }
        for number, year in enumerate(begun)
    ]
    return {"years": pills if len(pills) > 1 else [], "kept": _kept(of), "past": of.past}


def _page(request: HttpRequest) -> slice:
    """The asked page of a list as its rows from and to; one beyond any list's end is the last a list could have."""
    page = min(max(formats.whole_number(request.GET.get("trang")) or 1, 1), _PAGES)
    return slice((page - 1) * _PAGE, page * _PAGE)


def _paged(rows: Sequence[Any], count: int, page: slice, *, kept: str) -> dict[str, Any]:
    """A page of a list with what its pager shows. kept: what of the address stays from page to page."""
    number = page.stop // _PAGE
    return {
        "rows": rows,
        "count": count,
        "first": page.start + 1,
        "previous": f"?{kept}trang={number - 1}" if page.start else "",
        "next": f"?{kept}trang={number + 1}" if page.stop < count else "",
    }


def _grade(request: HttpRequest) -> int | None:
    given = formats.whole_number(request.GET.get("khoi"))
    return given if given is not None and 1 <= given <= 12 else None


def _as_of(scope: Any) -> dict[str, str]:
    moment = indicators.as_of(scope)
    return {"as_of": formats.day_time(moment) if moment else ""}
