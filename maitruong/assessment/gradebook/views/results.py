"""The class's results for the homeroom teacher and the school, and why a level is what it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.types import Request
from maitruong.foundation.audit import reads
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.school_year import SchoolYear
from maitruong.registry.calendar import queries as calendar

from .. import queries
from ..types import period_name, period_title
from .books import ACTS


@needs("gradebook.view")
@require_safe
def class_results(request: Request, class_id: int) -> HttpResponse:
    scope = request.scope
    given = request.GET.get("hk", "")
    term = int(given) if given in ("0", "1", "2") else calendar.term_on(clock.today())
    found = queries.class_results(scope, class_id=class_id, term=term)
    reads.list_opened(
        scope, "gradebook.list_opened", school_id=found.sheet.school_id, object_type="class", object_id=class_id
    )
    here = reverse("gradebook:class_results", args=[class_id])
    levels: dict[str, int] = {}
    for pupil in found.pupils:
        levels[pupil.learning or "Chưa xếp loại"] = levels.get(pupil.learning or "Chưa xếp loại", 0) + 1
    context: dict[str, Any] = {
        "found": found,
        "term": term,
        "period": period_name(term),
        "year_label": SchoolYear(found.sheet.school_year).label,
        "page_title": f"Kết quả lớp {found.sheet.class_name}",
        "act": ACTS[found.sheet.act].name,
        "levels": levels,
        "heads": [{"label": subject.code, "num": True} for subject in found.subjects],
        "terms": [{"label": period_title(t), "url": f"{here}?hk={t}", "current": t == term} for t in (1, 2, 0)],
        "may_summer": term == 0
        and scope.covers("gradebook.summer", school_id=found.sheet.school_id, class_id=class_id),
        "homeroom_books": queries.homeroom_books(found.sheet, term),
        "may_enter": scope.covers("gradebook.conduct", school_id=found.sheet.school_id, class_id=class_id),
        "crumbs": [
            {"label": "Sổ điểm", "url": reverse("gradebook:books")},
            {"label": f"Kết quả lớp {found.sheet.class_name}"},
        ],
    }
    return render(request, "gradebook/class_results.html", context)


@needs("gradebook.view")
@require_safe
def why_level(request: Request, class_id: int, student_id: int) -> HttpResponse:
    """Why this pupil's level is what it is. A fragment for htmx, a page without it; opening it is told to the audit."""
    scope = request.scope
    given = request.GET.get("hk", "")
    term = int(given) if given in ("0", "1", "2") else 0
    told = queries.why_level(scope, class_id=class_id, student_id=student_id, term=term)
    sheet = queries.class_sheet(scope, class_id=class_id)
    audit.record(
        scope,
        "gradebook.result_opened",
        school_id=sheet.school_id,
        object_type="class",
        object_id=class_id,
        subject_id=student_id,
    )
    context = {
        "told": told,
        "name": queries.names_of([student_id]).get(student_id, ""),
        "period": period_name(term),
        "page_title": "Vì sao có kết quả này",
        "crumbs": [
            {"label": "Sổ điểm", "url": reverse("gradebook:books")},
            {
                "label": f"Kết quả lớp {sheet.class_name}",
                "url": f"{reverse('gradebook:class_results', args=[class_id])}?hk={term}",
            },
            {"label": "Vì sao"},
        ],
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "gradebook/_why_level.html" if fragment else "gradebook/why_level.html", context)
