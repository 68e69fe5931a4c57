"""A class's dossier, and its pupils' year as a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.types import Request
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.organisations import queries as organisations
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import ClassRef

from . import forms, queries, services
from .catalogue import CLASS, LEARNER
from .exporters import learners_file
from .types import Group

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@needs("enrolment.view")
@require_safe
def school_class(request: Request, class_id: int) -> HttpResponse:
    scope = request.scope
    ref = enrolment.class_ref(scope, class_id=class_id)
    at: dict[str, Any] = {"school_id": ref.school_id, "class_id": ref.id}
    context = {
        **_head(ref, ""),
        "groups": _groups(ref),
        "may_edit": scope.covers("enrolment.manage", **at) and not calendar.is_closed(ref.school_year),
        "may_export": scope.covers("students.export", **at),
    }
    return render(request, "dossiers/class.html", context)


@needs("enrolment.manage")
@require_http_methods(["GET", "POST"])
def edit(request: Request, class_id: int) -> HttpResponse:
    scope = request.scope
    ref = enrolment.class_ref(scope, class_id=class_id, permission="enrolment.manage")
    group = forms.group_asked(request, _groups(ref))
    done, context = forms.saved(
        request,
        group,
        lambda given, seen: services.save_class(scope, class_id=class_id, group=group.key, given=given, seen=seen),
    )
    back = reverse("dossiers:class", args=[class_id])
    if done:
        return redirect(back)
    context = {**_head(ref, group.title), **context, "back": back, "when": f" · năm học {Year(ref.school_year).label}"}
    return render(request, "dossiers/group.html", context, status=422 if context["problem"] else 200)


@needs("students.export")
@require_safe
def export(request: Request, class_id: int) -> HttpResponse:
    """The year of a class's pupils, for a file that leaves the house; that it left is in the audit."""
    ref, rows, said = services.export_class(request.scope, class_id=class_id)
    fields = LEARNER.asked_at(queries.class_levels(ref.school_id, ref.grade))
    title = f"Hồ sơ năm học {Year(ref.school_year).label}, lớp {ref.name}"
    answer = HttpResponse(learners_file(rows, said, fields, title=title), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="ho-so-nam-{class_id}.xlsx"'
    return answer


def _groups(ref: ClassRef) -> list[Group]:
    return queries.groups_of(CLASS, queries.class_values(ref.id), queries.class_levels(ref.school_id, ref.grade))


def _head(ref: ClassRef, title: str) -> dict[str, Any]:
    roster = {"label": f"Lớp {ref.name}", "url": reverse("enrolment:roster", args=[ref.id])}
    own = {"label": "Hồ sơ lớp", "url": reverse("dossiers:class", args=[ref.id])}
    return {
        "ref": ref,
        "unit": organisations.unit(ref.school_id),
        "year_label": Year(ref.school_year).label,
        "title": title or f"Hồ sơ lớp {ref.name}",
        "page_title": f"{title or 'Hồ sơ'} · lớp {ref.name}",
        "crumbs": [roster, own, {"label": title}] if title else [roster, {"label": "Hồ sơ lớp"}],
    }
