"""A school wrote somebody known elsewhere down as a guardian: she herself says whether the child is hers."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.doors import SIGNED_IN, needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import SignedInRequest
from maitruong.foundation.organisations import queries as organisations
from maitruong.registry.students import services as students
from maitruong.registry.students.types import WaitingTie


def waiting_for(person_id: int | None) -> tuple[bool, list[WaitingTie]]:
    """Whether a school has still to confirm this person since another made the password new, and what waits for her own word.

    One statement for who waits for nothing.
    """
    units = access.waiting_units(person_id) if person_id else set()
    ties = students.ties_waiting_for(person_id) if person_id and units else []
    return bool(units - {tie.school_id for tie in ties}), ties


@needs(SIGNED_IN)
@require_safe
def ties(request: SignedInRequest) -> HttpResponse:
    """Whoever is signed in, whatever the workspace: a teacher is also somebody's mother."""
    person_id: int = request.user.person_id  # type: ignore[union-attr]
    waiting = students.ties_waiting_for(person_id)
    schools = organisations.units({tie.school_id for tie in waiting})
    context = {
        "page_title": "Xác nhận người giám hộ",
        "ties": [(tie, schools[tie.school_id].name) for tie in waiting],
        "crumbs": [{"label": "Trang đầu", "url": reverse("home")}, {"label": "Xác nhận người giám hộ"}],
    }
    return render(request, "family/ties.html", context)


@needs(SIGNED_IN)
@require_POST
def answer(request: SignedInRequest, guardianship_id: int) -> HttpResponse:
    person_id: int = request.user.person_id  # type: ignore[union-attr]
    mine = request.POST.get("answer") == "mine"
    try:
        students.answer_tie(person_id=person_id, guardianship_id=guardianship_id, is_mine=mine)
    except NotFound:
        # Somebody without any right comes here too, and then no door turns it into the one 404.
        raise Http404 from None
    return redirect("family:ties")
