"""What the summer after a failed year brought, pupil by pupil, for who answers for the school."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear
from maitruong.registry.calendar import queries as calendar

from .. import layout, queries, services
from ..queries import SummerPupil


@needs("gradebook.summer")
@require_safe
def class_summer(request: Request, class_id: int) -> HttpResponse:
    return _page(request, class_id)


@needs("gradebook.summer")
@require_POST
def enter(request: Request, class_id: int, student_id: int) -> HttpResponse:
    """Keep what was typed for one pupil; the same page with the sentence when something is refused."""
    typed: dict[str, dict[str, str]] = {}
    for name, text in request.POST.items():
        key, mark, code = str(name).partition("-")
        if mark and key in ("mark", "level", "test"):
            typed.setdefault(code, {})[key] = str(text)
    done, problem = attempt(
        lambda: services.enter_summer(
            request.scope,
            class_id=class_id,
            student_id=student_id,
            typed=typed,
            on=formats.parse_date(request.POST.get("on", "")),
            why=request.POST.get("why", ""),
        )
    )
    if done is None:
        return _page(request, class_id, problem=problem, refused_for=student_id)
    return redirect(f"{reverse('gradebook:class_summer', args=[class_id])}#em-{student_id}")


def _page(
    request: Request, class_id: int, *, problem: Refusal | None = None, refused_for: int | None = None
) -> HttpResponse:
    sheet, pupils = queries.class_summer(request.scope, class_id=class_id)
    today = min(max(clock.today(), calendar.span(sheet.school_year)[2]), calendar.last_day_of_rights(sheet.school_year))
    context: dict[str, Any] = {
        "sheet": sheet,
        "rows": [_row(p, request.POST if p.student_id == refused_for else {}, today) for p in pupils],
        "is_open": not calendar.is_closed(sheet.school_year),
        "problem": problem,
        "refused_for": refused_for,
        "year_label": SchoolYear(sheet.school_year).label,
        "page_title": f"Đánh giá lại trong hè, lớp {sheet.class_name}",
        "crumbs": [
            {"label": "Sổ điểm", "url": reverse("gradebook:books")},
            {
                "label": f"Kết quả lớp {sheet.class_name}",
                "url": f"{reverse('gradebook:class_results', args=[class_id])}?hk=0",
            },
            {"label": "Đánh giá lại trong hè"},
        ],
    }
    return render(request, "gradebook/class_summer.html", context, status=422 if problem else 200)


def _row(pupil: SummerPupil, given: Any, today: dt.date) -> dict[str, Any]:
    """A pupil with the fields to fill; what was typed comes back when it was refused."""
    rows = pupil.summer.rows or {}
    parts = []
    for one in pupil.summer.owed:
        texts = one.texts(rows.get(one.code))
        fields = [
            {
                "name": f"{field.key}-{one.code}",
                "id": f"{field.key}-{pupil.student_id}-{one.code or 'chung'}",
                "label": field.label,
                "choices": _choices(one.kind, field.choices),
                "value": given.get(f"{field.key}-{one.code}", texts[field.key]),
            }
            for field in one.fields
        ]
        parts.append({"name": one.name, "before": one.before, "fields": fields, "decides": one.kind == "decision"})
    return {
        "id": pupil.student_id,
        "name": pupil.name,
        "parts": parts,
        "came": came(pupil),
        "why": given.get("why", pupil.summer.why),
        "on": given.get("on") or formats.date(max((row.on for row in rows.values() if row.on), default=today)),
    }


def _choices(kind: str, choices: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    may_miss = bool(choices) and kind not in ("conduct", "decision")
    return [*choices, ("V", "Không dự")] if may_miss else list(choices)


def came(pupil: SummerPupil) -> list[str]:
    """What the summer came to so far, in words."""
    found = pupil.summer
    said = []
    if found.learning is not None:
        said.append(f"Học tập sau đánh giá lại: {layout.level_name(found.learning)}")
    if found.conduct is not None:
        said.append(f"Rèn luyện sau hè: {layout.level_name(found.conduct)}")
    if found.overall is not None:
        said.append(f"Sau đánh giá bổ sung: {layout.level_name(found.overall, primary=True)}")
    if found.goes_up is not None:
        said.append("Hiệu trưởng quyết định: " + ("lên lớp" if found.goes_up else "học lại"))
    return said
