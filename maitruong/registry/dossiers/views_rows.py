"""Forms of a pupil's dated rows: what he is entitled to, measurements, papers, awards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request
from maitruong.foundation.kernel import clock
from maitruong.foundation.reference import catalogue as reference
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import Seat
from maitruong.registry.students import services as students

from . import forms, services
from .fields import NOT_TOLD, Kind
from .services.pupils import KINDS, MEASURED
from .types import AWARD_LEVELS
from .views_pupil import crumbs, page


@needs("students.edit")
@require_http_methods(["GET", "POST"])
def add_standing(request: Request, student_id: int) -> HttpResponse:
    """A policy group, a poor household or a disability, with its paper."""
    scope = request.scope
    seat = enrolment.reach(scope, "students.edit", student_id, only_open=True)

    def act() -> int:
        kind, _, key = forms.text(request, "what").partition(".")
        return students.record_standing(
            scope,
            student_id=student_id,
            school_id=seat.school_id,
            kind=kind,
            key=key,
            level=forms.text(request, "level"),
            starts_on=forms.day(request, "starts_on"),
            ends_on=forms.day_or_none(request, "ends_on"),
            paper_number=forms.text(request, "paper_number"),
            paper_day=forms.day_or_none(request, "paper_day"),
            paper_by=forms.text(request, "paper_by"),
        )

    more = {
        "choices": [
            (f"{kind}.{code.key}", code.name)
            for kind, list_name in (("policy", "policy_group"), ("disability", "disability"))
            for code in reference.codes(list_name)
        ],
        "levels": [(code.key, code.name) for code in reference.codes("disability_level")],
    }
    return _form(request, seat, "chinh-sach", "dossiers/standing.html", "Ghi diện chính sách, khuyết tật", act, more)


@needs("students.edit")
@require_POST
def end_standing(request: Request, student_id: int, standing_id: int) -> HttpResponse:
    scope = request.scope
    seat = enrolment.reach(scope, "students.edit", student_id, only_open=True)
    return _at_the_record(
        request,
        student_id,
        "chinh-sach",
        lambda: students.end_standing(
            scope,
            standing_id=standing_id,
            student_id=student_id,
            school_id=seat.school_id,
            ends_on=forms.day(request),
            why=forms.text(request, "why"),
        ),
    )


@needs("students.edit")
@require_POST
def withdraw_standing(request: Request, student_id: int, standing_id: int) -> HttpResponse:
    scope = request.scope
    seat = enrolment.reach(scope, "students.edit", student_id, only_open=True)
    return _at_the_record(
        request,
        student_id,
        "chinh-sach",
        lambda: students.withdraw_standing(
            scope,
            standing_id=standing_id,
            student_id=student_id,
            school_id=seat.school_id,
            why=forms.text(request, "why"),
        ),
    )


@needs("dossiers.health")
@require_http_methods(["GET", "POST"])
def measure(request: Request, student_id: int) -> HttpResponse:
    scope = request.scope
    seat = enrolment.reach(scope, "dossiers.health", student_id, only_open=True)

    def act() -> int:
        given = {one.name: request.POST.get(one.name, "") for one in MEASURED}
        return services.measure(scope, student_id=student_id, measured_on=forms.day(request), given=given)

    more = {"fields": MEASURED, "kinds": Kind, "not_told": NOT_TOLD, "typed": forms.plain(MEASURED, request)}
    return _form(request, seat, "suc-khoe", "dossiers/measure.html", "Ghi số đo, kết quả khám", act, more)


@needs("students.edit")
@require_http_methods(["GET", "POST"])
def add_paper(request: Request, student_id: int) -> HttpResponse:
    scope = request.scope
    seat = enrolment.reach(scope, "students.edit", student_id, only_open=True)

    def act() -> int:
        return services.add_paper(
            scope,
            student_id=student_id,
            kind=forms.text(request, "kind"),
            number=forms.text(request, "number"),
            issued_on=forms.day_or_none(request, "issued_on"),
            issued_at=forms.text(request, "issued_at"),
        )

    more = {"papers": [(code.key, code.name) for code in reference.codes("identity_document")]}
    return _form(request, seat, "giay-to", "dossiers/paper.html", "Ghi giấy tờ tuỳ thân", act, more)


@needs("students.number")
@require_POST
def show_paper(request: Request, student_id: int, paper_id: int) -> HttpResponse:
    """One number in full, on this one answer only."""
    scope = request.scope
    enrolment.reach(scope, "students.number", student_id)
    number, problem = attempt(
        lambda: services.show_paper(scope, student_id=student_id, paper_id=paper_id, why=forms.text(request, "why"))
    )
    found = services.open_record(scope, student_id=student_id, why=forms.text(request, "why"))
    shown = {paper_id: number} if number is not None else {}
    return page(request, found, part="giay-to", problem=problem, shown=shown, status=422 if problem else 200)


@needs("students.edit")
@require_http_methods(["GET", "POST"])
def add_award(request: Request, student_id: int) -> HttpResponse:
    scope = request.scope
    seat = enrolment.reach(scope, "students.edit", student_id, only_open=True)

    def act() -> int:
        return services.add_award(
            scope,
            student_id=student_id,
            awarded_on=forms.day(request),
            level=forms.text(request, "level"),
            content=forms.text(request, "content"),
            subject=forms.text(request, "subject"),
            number=forms.text(request, "number"),
        )

    more = {"levels": list(AWARD_LEVELS.items())}
    return _form(request, seat, "giay-to", "dossiers/award.html", "Ghi khen thưởng", act, more)


@needs("students.view")
@require_POST
def take_back(request: Request, student_id: int, what: str, row_id: int) -> HttpResponse:
    """Take back a row written by mistake; which permission that needs depends on what it is."""
    scope = request.scope
    if what not in KINDS or not scope.may(KINDS[what].permission):
        raise NotFound
    enrolment.reach(scope, KINDS[what].permission, student_id, only_open=True)
    part = "giay-to" if what == "khen-thuong" else what
    return _at_the_record(
        request,
        student_id,
        part,
        lambda: services.take_back(
            scope, student_id=student_id, what=what, row_id=row_id, why=forms.text(request, "why")
        ),
    )


def _at_the_record(request: Request, student_id: int, part: str, act: Callable[[], object]) -> HttpResponse:
    """An act posted from the record: done leads back to its part, a refusal is told there."""
    _, problem = attempt(act)
    if problem:
        found = services.open_record(request.scope, student_id=student_id)
        return page(request, found, part=part, problem=problem, status=422)
    return redirect(f"{reverse('dossiers:pupil', args=[student_id])}?phan={part}")


def _form(
    request: Request, seat: Seat, part: str, template: str, title: str, act: Callable[[], object], more: dict[str, Any]
) -> HttpResponse:
    """One form about one pupil: done leads back to the part of his record, a refusal stands above what was typed."""
    back = f"{reverse('dossiers:pupil', args=[seat.student_id])}?phan={part}"
    problem = None
    if request.method == "POST":
        _, problem = attempt(act)
        if problem is None:
            return redirect(back)
    found = enrolment.dossier(request.scope, seat.student_id)
    context = {
        **more,
        "file": found,
        "title": title,
        "page_title": f"{title} · {found.person.full_name}",
        "crumbs": crumbs(found, title),
        "given": request.POST,
        "today": clock.today(),
        "problem": problem,
        "back": back,
    }
    return render(request, template, context, status=422 if problem else 200)
