"""«Sạch dữ liệu»: a school's work-list, and for those above the schools by how clean they are."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request
from maitruong.foundation.audit import reads
from maitruong.foundation.kernel import formats, vietnamese
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.organisations import queries as organisations

from . import queries, services
from .checks import CHECKS
from .queries import VIEW
from .rules import Severity

_PAGE = 50
_NAMES = {
    "ethnicity_empty": "Chưa có dân tộc",
    "birth_in_future": "Ngày sinh sau hôm nay",
    "age_grade_gap": "Tuổi lệch so với lớp",
    "name_form": "Họ tên ghi sai kiểu",
    "first_grade_without_guardian": "Lớp 1 chưa có người giám hộ",
    "name_in_capitals": "Họ tên viết hoa toàn bộ",
    "number_missing": "Chưa có số định danh",
    "number_tells_other": "Số định danh khác hồ sơ",
    "two_classes": "Có tên ở hai lớp",
    "phone_form": "Số điện thoại sai",
    "class_without_homeroom": "Lớp chưa có chủ nhiệm",
    "empty_class": "Lớp không có học sinh",
    "class_over_norm": "Lớp quá sĩ số",
    "homeroom_of_two": "Chủ nhiệm hai lớp",
    "teacher_without_contract": "Giáo viên chưa có hợp đồng",
    "staff_without_title": "Chưa có chức danh, bậc lương",
    "room_area_zero": "Phòng có diện tích bằng 0",
}


@needs(VIEW)
@require_safe
def schools(request: Request) -> HttpResponse:
    scope = request.scope
    if (only := queries.only_school(scope)) is not None:
        return redirect("data_quality:school", only)
    name = vietnamese.tidy(request.GET.get("q", ""))[:80]
    rows, whole = queries.schools(scope, name=name)
    page = max(formats.whole_number(request.GET.get("trang")) or 1, 1)
    kept = f"q={name}&" if name else ""
    run = queries.last_run()
    context = {
        "rows": rows[(page - 1) * _PAGE : page * _PAGE],
        "count": len(rows),
        "first": (page - 1) * _PAGE + 1,
        "whole": whole,
        "errors": sum(row.errors for row in rows),
        "warnings": sum(row.warnings for row in rows),
        "q": name,
        "as_of": formats.day_time(run.ended_at) if run else "",
        "previous": f"?{kept}trang={page - 1}" if page > 1 else "",
        "next": f"?{kept}trang={page + 1}" if page * _PAGE < len(rows) else "",
        "page_title": "Sạch dữ liệu",
    }
    return render(request, "data_quality/schools.html", context)


@needs(VIEW)
@require_safe
def school(request: Request, school_id: int) -> HttpResponse:
    return _school(request, school_id)


@needs(VIEW)
@require_POST
def look_again(request: Request, school_id: int) -> HttpResponse:
    services.look_again(request.scope, school_id=school_id)
    return redirect(f"{reverse('data_quality:school', args=[school_id])}?xem=1")


@needs("quality.explain")
@require_POST
def explain(request: Request, finding_id: int) -> HttpResponse:
    school_id, problem = attempt(
        lambda: services.explain(request.scope, finding_id=finding_id, why=request.POST.get("why", ""))
    )
    if problem is not None:
        only = queries.only_school(request.scope)
        if only is None:
            raise Http404
        return _school(request, only, problem, finding_id)
    return redirect("data_quality:school", school_id)


def _school(request: Request, school_id: int, problem: Refusal | None = None, of: int = 0) -> HttpResponse:
    scope = request.scope
    unit = organisations.units([school_id]).get(school_id)
    if unit is None or unit.kind != "school" or not scope.covers(VIEW, school_id=school_id):
        raise Http404
    asked = request.GET.get("luat", "")
    check = asked if asked in CHECKS else ""
    counted = queries.counts(scope, school_id=school_id)
    found = queries.findings(
        scope,
        school_id=school_id,
        check=check,
        after=formats.whole_number(request.GET.get("sau")) or 0,
        limit=_PAGE + 1,
    )
    rows = found[:_PAGE]
    if rows:
        reads.list_opened(scope, "quality.listed", school_id=school_id, object_type="unit", object_id=school_id)
    scores = queries.score_of(scope, school_id=school_id)
    kept = f"luat={check}&" if check else ""
    context: dict[str, Any] = {
        "unit": unit,
        "rows": rows,
        "problem": problem,
        "problem_of": of,
        "looked": request.GET.get("xem") == "1",
        "score": scores[-1] if scores else None,
        "history": [(formats.date(one.day), one.score) for one in scores],
        "checks": [_pill("", "Tất cả", sum(counted.values()), check), *_pills(counted, check)],
        "may_explain": scope.covers("quality.explain", school_id=school_id),
        "alone": queries.only_school(scope) is not None,
        "next": f"?{kept}sau={rows[-1].id}" if len(found) > _PAGE else "",
        "page_title": "Sạch dữ liệu",
    }
    return render(request, "data_quality/school.html", context, status=422 if problem else 200)


def _pills(counted: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    """Checks that found something, what blocks closing first."""
    found = sorted(counted, key=lambda key: (CHECKS[key].severity is not Severity.ERROR, -counted[key]))
    return [_pill(key, _NAMES[key], counted[key], chosen) for key in found]


def _pill(key: str, name: str, count: int, chosen: str) -> dict[str, Any]:
    return {
        "label": f"{name} · {formats.number(count)}",
        "url": f"?luat={key}" if key else "?",
        "current": key == chosen,
    }
