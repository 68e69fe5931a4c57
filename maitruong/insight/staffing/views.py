"""Where teachers are missing and where there are too many: schools, subjects, and one school with how it comes about."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.types import Request
from maitruong.foundation.audit import services as audit
from maitruong.foundation.exchange.columns import Column
from maitruong.foundation.exchange.parsers import text
from maitruong.foundation.exchange.sheets import write_list
from maitruong.foundation.kernel import formats, vietnamese
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.ui.jinja import url
from maitruong.registry.staff.rules import Kind

from . import balance, queries
from .balance import OfSchool

_PAGE = 50
_MOST_PERIODS = 60
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STAGES = {"th": "tiểu học", "thcs": "THCS", "thpt": "THPT"}
KINDS = {
    Kind.NURSERY: "Nhóm trẻ",
    Kind.KINDERGARTEN: "Lớp mẫu giáo",
    Kind.PRIMARY_ONE_SESSION: "Lớp tiểu học một buổi",
    Kind.PRIMARY_TWO_SESSIONS: "Lớp tiểu học hai buổi",
    Kind.LOWER_SECONDARY: "Lớp THCS",
    Kind.UPPER_SECONDARY: "Lớp THPT",
    Kind.ETHNIC_BOARDING_LOWER: "Lớp THCS dân tộc nội trú",
    Kind.ETHNIC_BOARDING_UPPER: "Lớp THPT dân tộc nội trú",
    Kind.SPECIALISED: "Lớp trường chuyên",
}


@needs("insight.view")
@require_safe
def schools(request: Request) -> HttpResponse:
    scope = request.scope
    if (only := queries.only_school(scope)) is not None:
        return redirect("staffing:school", only)
    asked = _asked(request)
    rows = queries.schools(scope, name=asked["q"], order=asked["xep"], periods=_periods(request))
    page = max(formats.whole_number(request.GET.get("trang")) or 1, 1)
    shown = rows[(page - 1) * _PAGE : page * _PAGE]
    kept = _kept(asked) + _periods_kept(request)
    context = {
        "rows": shown,
        "count": len(rows),
        "first": (page - 1) * _PAGE + 1,
        "previous": f"?{kept}trang={page - 1}" if page > 1 else "",
        "next": f"?{kept}trang={page + 1}" if page * _PAGE < len(rows) else "",
        "totals": _totals(rows),
        "asked": asked,
        "orders": [
            {"label": label, "url": f"?{_kept({**asked, 'xep': key})}", "current": key == asked["xep"]}
            for key, label in queries.ORDERS.items()
        ],
        "export": f"{url('staffing:export')}?{kept}",
        "page_title": "Định mức giáo viên",
        **_year(),
    }
    return render(request, "staffing/schools.html", context)


@needs("insight.view")
@require_safe
def subjects(request: Request) -> HttpResponse:
    scope = request.scope
    if (only := queries.only_school(scope)) is not None:
        return redirect("staffing:school", only)
    rows = queries.schools(scope, order="ten", periods=_periods(request))
    sums = balance.together(row.of for row in rows)
    names = queries.subject_names()
    context = {
        "rows": [(names.get(code, code), *sums[code]) for code in _in_order(sums, names)],
        "periods": _periods_shown(request),
        "unsaid": sum(row.of.unsaid for row in rows if row.of.subjects),
        "unchosen": sum(row.of.unchosen for row in rows),
        "page_title": "Thừa, thiếu theo môn",
        **_year(),
    }
    return render(request, "staffing/subjects.html", context)


@needs("insight.view")
@require_safe
def school(request: Request, school_id: int) -> HttpResponse:
    scope = request.scope
    unit = organisations.units([school_id]).get(school_id)
    if unit is None or unit.kind != "school" or not scope.covers("insight.view", school_id=school_id):
        raise Http404
    found = queries.school(scope, school_id, periods=_periods(request))
    names = queries.subject_names()
    context = {
        "unit": unit,
        "of": found,
        "kinds": [(KINDS[row.kind], row) for row in found.kinds],
        "subjects": [
            (names.get(code, code), found.subjects[code], found.periods[code], found.let_off[code])
            for code in _in_order(found.subjects, names)
        ],
        "weeks": balance.WEEKS,
        "periods": _periods_shown(request),
        "alone": queries.only_school(scope) is not None,
        "page_title": "Định mức giáo viên",
        **_year(),
    }
    return render(request, "staffing/school.html", context)


@needs("insight.view")
@require_safe
def export(request: Request) -> HttpResponse:
    """Figures of schools and of no person; taken out of the house all the same, so the audit is told."""
    scope, asked = request.scope, _asked(request)
    rows = queries.schools(scope, name=asked["q"], order=asked["xep"], periods=_periods(request))
    place = scope.workspace.unit_id if scope.workspace else 0
    audit.record(
        scope,
        "insight.staffing_exported",
        school_id=place,
        object_type="unit",
        object_id=place,
        changes={"rows": len(rows)},
    )
    answer = HttpResponse(_file(rows), content_type=_XLSX)
    answer["Content-Disposition"] = 'attachment; filename="dinh-muc-giao-vien.xlsx"'
    return answer


def _file(rows: list[queries.Row]) -> bytes:
    labels = {"classes": "Số lớp", "needed": "Định mức", "there": "Hiện có", "surplus": "Thừa (+), thiếu (-)"}
    names = queries.subject_names()
    met = {code for row in rows for code in row.of.subjects}
    columns = (
        Column("name", "Trường", text(), width=32),
        *(Column(key, label, text(), width=14) for key, label in labels.items()),
        *(Column(f"mon {code}", names.get(code, code), text(), width=14) for code in _in_order(met, names)),
    )
    told = (
        {
            "name": row.name,
            "classes": row.of.classes,
            "needed": row.of.balance.needed if row.of.has_norm else None,
            "there": row.of.there,
            "surplus": row.of.balance.surplus if row.of.has_norm else None,
            **{f"mon {code}": one.surplus for code, one in row.of.subjects.items()},
        }
        for row in rows
    )
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "dinh-muc.xlsx"
        write_list(columns, told, title="Định mức giáo viên", out=out)
        return out.read_bytes()


def _in_order(codes: Any, names: dict[str, str]) -> list[str]:
    place = {code: number for number, code in enumerate(names)}
    return sorted(codes, key=lambda code: (place.get(code, len(place)), code))


def _totals(rows: list[queries.Row]) -> dict[str, int]:
    found: list[OfSchool] = [row.of for row in rows if row.of.has_norm]
    return {
        "classes": sum(one.classes for one in found),
        "needed": sum(one.balance.needed for one in found),
        "there": sum(one.there for one in found),
        "missing": sum(max(-one.balance.surplus, 0) for one in found),
        "over": sum(max(one.balance.surplus, 0) for one in found),
    }


def _asked(request: HttpRequest) -> dict[str, str]:
    order = request.GET.get("xep", "")
    return {
        "q": vietnamese.tidy(request.GET.get("q", ""))[:80],
        "xep": order if order in queries.ORDERS else "",
    }


def _kept(asked: dict[str, str]) -> str:
    return "".join(f"{key}={quote(value)}&" for key, value in asked.items() if value)


def _periods(request: HttpRequest) -> dict[str, int]:
    """What one teaches a week, as asked; the usual number where nothing sensible is."""
    found = {}
    for stage, usual in balance.PERIODS.items():
        given = formats.whole_number(request.GET.get(stage))
        found[stage] = given if given is not None and 0 < given <= _MOST_PERIODS else usual
    return found


def _periods_kept(request: HttpRequest) -> str:
    return "".join(
        f"{stage}={number}&" for stage, number in _periods(request).items() if number != balance.PERIODS[stage]
    )


def _periods_shown(request: HttpRequest) -> list[tuple[str, str, int]]:
    return [(stage, _STAGES[stage], number) for stage, number in _periods(request).items()]


def _year() -> dict[str, Any]:
    year, day = queries.period()
    return {"year_label": f"{year}-{year + 1}", "day": day}
