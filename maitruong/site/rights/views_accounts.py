"""Accounts of a school: who has one, opening one, a new password by a link that is shown once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.identity import services as identity
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.people import queries as people
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.staff import queries as staff
from maitruong.registry.students import queries as students
from maitruong.registry.students import services as student_services

from . import services
from .views import names_of, shown_once


@needs("accounts.manage")
@require_safe
def accounts(request: Request) -> HttpResponse:
    """The staff, or one class with its families."""
    scope = request.scope
    school_id = _school(scope)
    year = calendar.year_on(clock.today())
    classes = enrolment.classes(scope, school_id, year, permission="accounts.manage")
    text = request.GET.get("lop", "")
    chosen = next((c for c in classes if str(c.id) == text), None)
    if chosen:
        groups = _class_groups(scope, chosen.id)
    else:
        rows = staff.staff(scope, school_id=school_id, on=clock.today(), limit=500, permission="accounts.manage")
        groups = [("", row.person_id, row.full_name) for row in rows]
    held = identity.accounts_of([person_id for _, person_id, _ in groups])
    waiting = access.waiting(held, unit_id=school_id)
    opens, resets = services.offered(scope, {person_id for _, person_id, _ in groups})
    tied = student_services.people_waiting({person_id for _, person_id, _ in groups}, unit_id=school_id)
    return render(
        request,
        "rights/accounts.html",
        {
            "page_title": "Tài khoản",
            "place": scope.place,
            "rows": [
                {
                    "person_id": person_id,
                    "name": name,
                    "kind": kind,
                    "login": held[person_id].login if person_id in held else "",
                    "waits": person_id in waiting,
                    "tied": person_id in tied,
                    "act": person_id in (resets if person_id in held else opens),
                }
                for kind, person_id, name in groups
            ],
            "may_open_class": any(not kind and p in opens and p not in held for kind, p, _ in groups),
            "classes": [(c.id, c.name) for c in classes],
            "chosen": chosen,
        },
    )


@needs("accounts.manage")
@require_POST
def open_account(request: Request, person_id: int) -> HttpResponse:
    scope = request.scope
    told, problem = attempt(lambda: services.open_account(scope, person_id=person_id, unit_id=_school(scope)))
    if told is None:
        return _refused(request, problem)
    return shown_once(request, [(told, names_of({person_id})[person_id])], "rights:accounts")


@needs("accounts.manage")
@require_POST
def reset(request: Request, person_id: int) -> HttpResponse:
    scope = request.scope
    told, problem = attempt(lambda: services.reset_password(scope, person_id=person_id, unit_id=_school(scope)))
    if told is None:
        return _refused(request, problem)
    return shown_once(request, [(told, names_of({person_id})[person_id])], "rights:accounts")


@needs("accounts.manage")
@require_POST
def confirm(request: Request, person_id: int) -> HttpResponse:
    """The school has seen who it is: what waited here since another school's reset can be used again."""
    scope = request.scope
    services.confirm_person(scope, person_id=person_id, unit_id=_school(scope))
    return redirect("rights:accounts")


@needs("accounts.manage")
@require_POST
def confirm_tie(request: Request, person_id: int) -> HttpResponse:
    """The school has seen whom another school wrote down as a guardian: that other school may see the contact from now on."""
    scope = request.scope
    services.confirm_tie(scope, person_id=person_id, unit_id=_school(scope))
    return redirect("rights:accounts")


@needs("accounts.manage")
@require_POST
def open_class(request: Request, class_id: int) -> HttpResponse:
    """Accounts for every pupil of a class who has none, on one sheet to print and cut."""
    scope = request.scope
    school_id = _school(scope)
    ref = enrolment.class_ref(scope, class_id=class_id, permission="accounts.manage")
    if ref.school_id != school_id:
        raise NotFound
    members = enrolment.members(ref, on=enrolment.day_within(ref.school_year))
    ids = {m.student_id for m in members}
    wanted = services.offered(scope, ids)[0] - identity.accounts_of(ids).keys()
    told, problem = attempt(
        lambda: [
            (services.open_account(scope, person_id=m.student_id, unit_id=school_id), m.full_name)
            for m in members
            if m.student_id in wanted
        ]
    )
    if told is None:
        return _refused(request, problem)
    return shown_once(request, told, "rights:accounts")


def _refused(request: HttpRequest, problem: Refusal | None) -> HttpResponse:
    context = {"page_title": "Tài khoản", "problem": problem, "back": reverse("rights:accounts")}
    return render(request, "rights/refused.html", context, status=422)


def _class_groups(scope: Scope, class_id: int) -> list[tuple[str, int, str]]:
    found = []
    for member in enrolment.class_roster(scope, class_id=class_id, permission="accounts.manage"):
        found.append(("", member.student_id, member.full_name))
    return found + _guardians([person_id for _, person_id, _ in found])


def _guardians(student_ids: list[int]) -> list[tuple[str, int, str]]:
    rows = students.families(student_ids)
    names = people.names(student_ids)
    return [(f"{row.relation_label} của {names.get(child, '')}", row.guardian_id, row.full_name) for child, row in rows]


def _school(scope: Scope) -> int:
    """Accounts are managed school by school; an administrator of the department opens those of offices when giving a role."""
    if len(scope.school_ids) != 1:
        raise NotFound
    return scope.school_ids[0]
