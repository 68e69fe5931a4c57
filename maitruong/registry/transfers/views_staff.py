"""Pages of postings: the list, a new one at the school she leaves, one posting."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request
from maitruong.foundation.audit import reads
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.organisations import queries as organisations
from maitruong.registry.staff.types import POSTS

from . import forms, ports, postings, queries

PAGE = 50
_TITLE = "Điều động"


@needs("transfers.view")
@require_safe
def listed(request: Request) -> HttpResponse:
    after = forms.number(request, "truoc")
    rows = postings.postings(request.scope, after=after, limit=PAGE + 1)
    context = {
        "page_title": _TITLE,
        "rows": rows[:PAGE],
        "first_page": after is None,
        "next": f"?truoc={rows[PAGE - 1].id}" if len(rows) > PAGE else "",
    }
    return render(request, "transfers/postings.html", context)


@needs("transfers.decide")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request, person_id: int) -> HttpResponse:
    """The decision as it is written, and what she would leave."""
    scope = request.scope
    held, problem = attempt(lambda: postings.employment_to_leave(scope, person_id))
    q = request.GET.get("q", "").strip()[:80]
    to_school = (
        organisations.units([number]).get(number) if (number := forms.number(request, "to_school") or 0) else None
    )
    if request.method == "POST" and held is not None:
        made, problem = attempt(
            lambda: postings.release_staff(
                scope,
                person_id=person_id,
                to_school_id=number,
                post=forms.text(request, "post"),
                decision=forms.text(request, "decision"),
                decided_on=forms.day(request, "decided_on"),
                starts_on=forms.day(request, "day"),
            )
        )
        if made is not None:
            return redirect("transfers:posting", made)
    context = {
        "page_title": _TITLE,
        "held": held,
        "person_id": person_id,
        "to_school": to_school,
        "q": q,
        "schools": queries.schools_called(q, grade_school=held.school_id) if q and held else [],
        "taught": ports.taught(person_id, held.school_id) if held else [],
        "posts": [(key, label) for key, label in POSTS.items() if key not in ("principal", "officer")],
        "given": request.POST,
        "today": clock.today(),
        "problem": problem,
        "crumbs": [
            {"label": _TITLE, "url": reverse("transfers:postings")},
            {"label": held.full_name if held else "Mới"},
        ],
    }
    return render(request, "transfers/new_posting.html", context, status=422 if problem else 200)


@needs("transfers.view")
@require_safe
def posting(request: Request, posting_id: int) -> HttpResponse:
    return _page(request, posting_id)


@needs("transfers.decide")
@require_POST
def receive(request: Request, posting_id: int) -> HttpResponse:
    return _act(request, posting_id, lambda: postings.receive_staff(request.scope, posting_id=posting_id))


@needs("transfers.decide")
@require_POST
def cancel(request: Request, posting_id: int) -> HttpResponse:
    why = forms.text(request, "why")
    return _act(request, posting_id, lambda: postings.cancel_posting(request.scope, posting_id=posting_id, why=why))


def _act(request: Request, posting_id: int, act: Callable[[], object]) -> HttpResponse:
    _, problem = attempt(act)
    return _page(request, posting_id, problem) if problem else redirect("transfers:posting", posting_id)


def _page(request: Request, posting_id: int, problem: Refusal | None = None) -> HttpResponse:
    scope = request.scope
    found, row, taken = postings.posting(scope, posting_id=posting_id)
    reads.record_once_a_day(
        scope, "transfers.staff_opened", [reads.Look(found.from_school_id, "posting", found.pk, found.person_id)]
    )
    waits = found.state == postings.RELEASED
    context = {
        "page_title": f"{_TITLE} · {found.full_name}",
        "posting": found,
        "row": row,
        "taken": taken,
        "states": {"released": "Cho đi theo quyết định", "received": "Tiếp nhận", "cancelled": "Huỷ"},
        "facts": [
            ("Người được điều động", found.full_name),
            ("Từ trường", row.from_name),
            ("Đến trường", row.to_name),
            ("Việc ở trường mới", POSTS.get(found.post, found.post)),
            ("Quyết định", f"{found.decision} ngày {formats.date(found.decided_on)}"),
            ("Làm việc ở trường mới từ", formats.date(found.starts_on)),
        ],
        "may_receive": waits and scope.covers("transfers.decide", school_id=found.to_school_id),
        "may_cancel": waits and scope.covers("transfers.decide", school_id=found.from_school_id),
        "sees_classes": scope.covers("transfers.view", school_id=found.from_school_id),
        "opens_file": found.person_id
        if found.state == postings.RECEIVED and scope.covers("staff.view", school_id=found.to_school_id)
        else None,
        "given": request.POST,
        "problem": problem,
        "crumbs": [{"label": _TITLE, "url": reverse("transfers:postings")}, {"label": found.full_name}],
    }
    return render(request, "transfers/posting.html", context, status=422 if problem else 200)
