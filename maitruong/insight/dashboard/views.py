"""The operations centre: figures, the moment they hold for, and the rows behind each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from markupsafe import Markup

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.types import Request, Rows, Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.identity.services import installation
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.ui import charts
from maitruong.foundation.ui.jinja import url
from maitruong.insight.indicators import queries as indicators
from maitruong.registry.verification import queries as verification

from . import drawings, queries

_PAGE = 50
_LEFT = 6  # rows of what is left to do on the centre's first page
_ORDERS = {
    "": "Theo tên",
    "so": "Ít sổ đã khoá",
    "diem": "Ít điểm hôm nay",
    "hocba": "Ít học bạ đã đóng dấu",
    "hs": "Đông học sinh",
}
_PAGES = 10_000


@needs("insight.view")
@require_safe
def centre(request: Request) -> HttpResponse:
    scope = request.scope
    of = _period(request)
    found = queries.centre(scope, of)
    school_id = queries.only_school(scope)
    communes = [] if school_id else queries.communes(scope, of)
    levels = found.learning.levels if found.learning else {}
    return render(
        request,
        "dashboard/centre.html",
        {
            **_figures(scope, found, of),
            **_years(of),
            **_behind(scope, of, school_id, communes),
            "page_title": "Trung tâm điều hành",
            "place": scope.place,
            "map": _map(communes, _kept(of)),
            "map_legend": drawings.LEGEND,
            "levels": drawings.levels_by_grade(levels, f"{url('dashboard:levels')}?{_kept(of)}") if levels else None,
            "levels_legend": list(zip(charts.SERIES, queries.LEVELS.values(), strict=True)),
            "levels_when": _when(found.learning),
        },
    )


@needs("insight.view")
@require_safe
def figures(request: Request) -> HttpResponse:
    """The five figures alone, asked for again every few seconds; 204 when the page already shows them."""
    of = queries.period()
    found = queries.centre(request.scope, of, pictured=False)
    context = _figures(request.scope, found, of)
    if request.GET.get("etag") == context["etag"]:
        return HttpResponse(status=204)
    return render(request, "dashboard/_figures.html", context)


def _map(communes: list[queries.CommuneRow], kept: str) -> Markup | None:
    """One commune makes no map."""
    here = installation()
    if len(communes) < 2 or here is None:
        return None
    return drawings.closed_map(here.province_code, communes, f"{url('dashboard:schools')}?{kept}xa=")


@dataclass(frozen=True)
class Behind:
    """A row of what is left to do: whose books, how many of them are closed, where its rows are ("" when not to be opened)."""

    name: str
    closed: int
    books: int
    href: str

    @property
    def share(self) -> float:
        return self.closed / self.books


def _behind(
    scope: Scope, of: queries.Period, school_id: int | None, communes: list[queries.CommuneRow]
) -> dict[str, Any]:
    """Who still has books to close, least done first, one step below whoever asks: communes for a province, schools for an
    office of one commune, classes for a school. One statement at most."""
    kept = f"?{_kept(of)}"
    if school_id:
        books = url("gradebook:books") if scope.may("gradebook.view") and not of.past else ""
        rows = queries.classes(scope, of, school_id=school_id)
        left = [
            Behind(c["name"], c["closed"], c["books"], books and f"{books}?hk={of.term}&lop={c['id']}") for c in rows
        ]
        what, way = "Lớp", url("dashboard:school", school_id) + kept
    elif scope.rows is Rows.PROVINCE or len(communes) > 1:
        lists = url("dashboard:schools") + kept
        left = [Behind(c.name, c.numbers["books_closed"], c.numbers["books"], f"{lists}xa={c.code}") for c in communes]
        what, way = "Xã, phường", url("dashboard:communes") + kept
    else:
        left = [
            Behind(s.name, s.numbers["books_closed"], s.numbers["books"], url("dashboard:school", s.id) + kept)
            for s in queries.worst_schools(scope, of, most=_LEFT)
        ]
        what, way = "Trường", f"{url('dashboard:schools')}{kept}xep=so"
    left = sorted((row for row in left if row.closed < row.books), key=lambda row: (row.share, -row.books))
    return {"behind": left[:_LEFT], "behind_what": what, "behind_way": way}


def _ways(scope: Scope, of: queries.Period) -> dict[str, str]:
    """Where each figure opens: to the school's own rows, or to the list with those first that have least of it."""
    kept = _kept(of)
    verified = {"verified": url("verification:home") if scope.may("verification.view") else ""}
    school_id = queries.only_school(scope)
    if school_id:
        way = f"?{kept}" if kept else ""
        own = url("dashboard:school", school_id) + way
        records = url("school_records:overview") + way if scope.may("school_records.view") else own
        return {
            "pupils": own,
            "marks": url("dashboard:entries", school_id),
            "books": own,
            "records": records,
        } | verified
    lists = f"{url('dashboard:schools')}?{kept}xep="
    communes = f"{url('dashboard:communes')}?{kept}" if scope.rows is Rows.PROVINCE else f"{lists}so"
    return {"pupils": f"{lists}hs", "marks": f"{lists}diem", "books": communes, "records": f"{lists}hocba"} | verified


def _figures(scope: Scope, found: queries.Centre, of: queries.Period) -> dict[str, Any]:
    as_of = formats.day_time(found.as_of) if found.as_of else ""
    return {
        "centre": found,
        "as_of": as_of,
        "etag": f"{found.etag}-{as_of.replace(' ', '').replace(':', '')}",
        "spark": charts.spark([value for _, value in sorted(found.by_day.items())]),
        "year_label": f"{found.school_year}-{found.school_year + 1}",
        "ways": _ways(scope, of),
        "verified": verification.share_of(
            active=found.numbers["verify_active"],
            matched=found.numbers["verified"],
            foreigners=found.numbers["verify_foreign"],
        ),
        "past": of.past,
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
    context = {
        "rows": queries.communes(scope, of),
        "page_title": "Theo xã, phường",
        "crumbs": _crumbs(of, "Theo xã, phường"),
        **_years(of),
        **_as_of(scope),
    }
    return render(request, "dashboard/communes.html", context)


@needs("insight.view")
@require_safe
def schools(request: Request) -> HttpResponse:
    scope = request.scope
    of = _period(request)
    asked = queries.asked_schools(request.GET)
    commune, order = asked["xa"], asked["xep"]
    page = _page(request)
    rows, count = queries.schools(scope, of, page=page, commune=commune, name=asked["q"], order=order)
    place = (rows[0].commune if rows else queries.commune_called(commune)) if commune else ""
    context = {
        **_paged(rows, count, page, kept=_kept(of) + _address(asked)),
        **_years(of, _address(asked)),
        "commune": place,
        "asked": asked,
        "export": f"{url('dashboard:export_schools')}?{_kept(of)}{_address(asked)}",
        "orders": [
            {"label": label, "url": f"?{_kept(of)}{_address({**asked, 'xep': key})}", "current": key == order}
            for key, label in _ORDERS.items()
            if not (of.past and key == "diem")
        ],
        "reads_records": scope.may("school_records.view"),
        "crumbs": _crumbs(of, f"Các trường ở {place}" if place else "Các trường"),
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
    rows = queries.classes(scope, of, school_id=school_id)
    return render(
        request,
        "dashboard/school.html",
        {
            "unit": unit,
            "rows": rows,
            "term": of.term,
            **_years(of),
            "crumbs": _crumbs(of, unit.name, among=scope),
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
        {
            "unit": unit,
            "rows": rows,
            "page_title": "Điểm ghi hôm nay",
            "crumbs": _crumbs(queries.period(), "Điểm ghi hôm nay", among=scope, school=unit),
            **_as_of(scope),
        },
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
        "opens_pupils": scope.may("insight.people"),
        "page_title": "Kết quả học tập",
        "crumbs": _crumbs(of, "Kết quả học tập"),
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
        "opens_files": scope.may("students.view"),
        "crumbs": _crumbs(_period(request), f"Mức {names[level]}", results=True),
        **_as_of(scope),
    }
    return render(request, "dashboard/school_levels.html", {**context, "page_title": f"Học sinh mức {names[level]}"})


def _school_or_404(request: Request, school_id: int, permission: str = "insight.view") -> Any:
    scope = request.scope
    unit = organisations.units([school_id]).get(school_id)
    if unit is None or unit.kind != "school" or not scope.covers(permission, school_id=school_id):
        raise Http404
    return unit


def _crumbs(
    of: queries.Period, here: str, *, among: Scope | None = None, school: Any = None, results: bool = False
) -> list[dict[str, str]]:
    """From the centre down to this page. among: whose list of schools lies between, when it is a list of several."""
    way = f"?{_kept(of)}" if of.past else ""
    found = [{"label": "Trung tâm điều hành", "url": url("dashboard:centre") + way}]
    if among is not None and queries.only_school(among) is None:
        found.append({"label": "Các trường", "url": url("dashboard:schools") + way})
    if school is not None:
        found.append({"label": school.name, "url": url("dashboard:school", school.id) + way})
    if results:
        found.append({"label": "Kết quả học tập", "url": url("dashboard:levels") + way})
    return [*found, {"label": here}]


def _address(asked: dict[str, str]) -> str:
    """What was asked, for the addresses of a page: "xa=11383&q=minh&"."""
    return "".join(f"{key}={quote(value)}&" for key, value in asked.items() if value)


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
