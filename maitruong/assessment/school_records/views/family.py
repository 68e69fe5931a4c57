"""A family's records: list, read, download. Another child's record and a random id are one answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.kernel import vietnamese
from maitruong.foundation.kernel.school_year import SchoolYear

from .. import queries, services
from .showing import KIND, record_context

OWN = "school_records.family"


@needs(OWN)
@require_safe
def family(request: HttpRequest) -> HttpResponse:
    found = queries.family_records(request.scope)  # type: ignore[attr-defined]
    children = [
        {
            "name": name,
            "initials": vietnamese.initials(name),
            "rows": [(row, SchoolYear(row.school_year).label, KIND.get(row.state, "neutral")) for row in rows],
        }
        for name, rows in found
    ]
    return render(request, "school_records/family.html", {"page_title": "Học bạ", "children": children})


@needs(OWN)
@require_safe
def family_record(request: HttpRequest, record_id: str) -> HttpResponse:
    page = services.opened_record(request.scope, record_id=record_id, permission=OWN)  # type: ignore[attr-defined]
    above = {"label": "Học bạ", "url": reverse("school_records:family")}
    own = {"download": "school_records:family_download", "other": "school_records:family_record"}
    context = record_context(page, **own, above=above)
    context |= {"may_correct": False, "in_force": False, "may_rebuild": False, "problem": None, "values": {}}
    return render(request, "school_records/record.html", context)


@needs(OWN)
@require_POST
def family_download(request: HttpRequest, record_id: str, form: str) -> HttpResponse:
    return redirect(services.file_ticket(request.scope, record_id=record_id, kind=form, permission=OWN))  # type: ignore[attr-defined]
