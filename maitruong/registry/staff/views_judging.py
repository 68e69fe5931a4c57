"""Judging by the standard, one person at a time, and the ratings of the school year, the whole school at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.registry.calendar import queries as calendar

from . import judging
from .rules import CRITERION_NAMES, Standard, excellent_at_most
from .types import POSTS

LEVELS = [(int(level), level.label) for level in reversed(Standard)]


@needs("staff.judge")
@require_http_methods(["GET", "POST"])
def review(request: Request, person_id: int) -> HttpResponse:
    scope = request.scope
    row = judging.employed(scope, person_id)
    back = reverse("staff:record", args=[person_id])
    return _review(
        request, row.full_name, back, lambda levels: judging.review(scope, person_id=person_id, criteria=levels)
    )


@needs("staff.own")
@require_http_methods(["GET", "POST"])
def own_review(request: Request) -> HttpResponse:
    scope = request.scope
    judging.own_employment(scope)
    return _review(
        request, "Tự đánh giá", reverse("staff:own"), lambda levels: judging.review_oneself(scope, criteria=levels)
    )


def _review(request: Request, name: str, back: str, write: Callable[[list[Standard]], Standard]) -> HttpResponse:
    problem = None
    if request.method == "POST":
        overall, problem = attempt(lambda: write(_levels(request)))
        if overall is not None:
            return redirect(back)
    context = {
        "page_title": "Đánh giá theo chuẩn nghề nghiệp",
        "name": name,
        "year": Year(calendar.year_on(clock.today())).label,
        "criteria": [
            (f"c{number}", f"{number}. {label}", request.POST.get(f"c{number}", ""))
            for number, label in enumerate(CRITERION_NAMES, start=1)
        ],
        "levels": LEVELS,
        "problem": problem,
        "back": back,
        "crumbs": [{"label": name, "url": back}, {"label": "Chuẩn nghề nghiệp"}],
    }
    return render(request, "staff/review.html", context, status=422 if problem else 200)


def _levels(request: Request) -> list[Standard]:
    known = {str(int(level)): level for level in Standard}
    typed = [request.POST.get(f"c{number}", "") for number in range(1, len(CRITERION_NAMES) + 1)]
    return [known[one] for one in typed if one in known]


@needs("staff.judge")
@require_http_methods(["GET", "POST"])
def ratings(request: Request) -> HttpResponse:
    scope = request.scope
    school_id = _own_school(scope)
    problem: Refusal | None = None
    if request.method == "POST":
        asked = {
            person: value
            for name, value in request.POST.dict().items()
            if name[:1] == "r" and value and (person := formats.whole_number(name[1:])) is not None
        }
        done, problem = attempt(lambda: judging.rate(scope, school_id=school_id, ratings=asked))
        if done is not None:
            return redirect("staff:ratings")
    rows = judging.open_ratings(scope, school_id=school_id)
    good = sum(row.rating in ("excellent", "good") for row in rows)
    context: dict[str, Any] = {
        "page_title": "Xếp loại năm học",
        "year": Year(calendar.year_on(clock.today())).label,
        "rows": [(row, request.POST.get(f"r{row.person_id}", row.rating)) for row in rows],
        "posts": POSTS,
        "options": [(rating.value, words) for rating, words in judging.RATINGS.items()],
        "good": good,
        "most": excellent_at_most(good),
        "unrated": sum(not row.rating for row in rows),
        "problem": problem,
        "crumbs": [{"label": "Đội ngũ", "url": reverse("staff:staff")}, {"label": "Xếp loại năm học"}],
    }
    return render(request, "staff/ratings.html", context, status=422 if problem else 200)


def _own_school(scope: Scope) -> int:
    if len(scope.school_ids) != 1:
        raise NotFound
    return scope.school_ids[0]
