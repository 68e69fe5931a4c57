"""A family's record: read, download. They are listed on the child's own page. Another child's record and a random id are one answer."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.types import Request

from .. import services
from .showing import record_context

OWN = "school_records.family"


@needs(OWN)
@require_safe
def family(request: Request) -> HttpResponse:
    """Records stand on each child's own page; this address only leads there."""
    return redirect("family:children")


@needs(OWN)
@require_safe
def family_record(request: Request, record_id: str) -> HttpResponse:
    page = services.opened_record(request.scope, record_id=record_id, permission=OWN)
    above = {"label": page.row.name, "url": reverse("family:child", args=[page.row.student_id])}
    own = {"download": "school_records:family_download", "other": "school_records:family_record"}
    context = record_context(page, **own, above=above)
    context |= {
        "may_correct": False,
        "in_force": False,
        "may_rebuild": False,
        "open_parts": [],
        "problem": None,
        "values": {},
    }
    return render(request, "school_records/record.html", context)


@needs(OWN)
@require_POST
def family_download(request: Request, record_id: str, form: str) -> HttpResponse:
    return redirect(services.file_ticket(request.scope, record_id=record_id, kind=form, permission=OWN))
