"""Who holds which role, giving and taking it back, and the audit of a unit."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from maitruong.foundation.access import queries as access
from maitruong.foundation.access import registry
from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt, unit_of_work
from maitruong.foundation.access.types import Post, Request, Rows, Scope, system_scope
from maitruong.foundation.audit import queries as audit
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import queries as people
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.staff import queries as staff
from maitruong.teaching.curriculum.rules import gdpt2018

from . import labels, policy, services
from .errors import UnknownPlace
from .services import Credentials

PAGE = 50
# The newest name of every subject of the programme, whatever the grade.
_SUBJECTS = {s.code: s.name for grade in range(1, 13) for s in gdpt2018.subjects(grade, 2026)}
MOST_POSTS = 200
# Whose password the department's administrator makes new from here; schools have a page of accounts of their own. What else
# each of these people holds is asked when the question is opened, not row by row.
_HELPED = {"principal", "commune_officer", "department_officer", "it_admin"}
_NAMES = system_scope("names of who holds a post or acted, for who administers the unit")


@needs("rights.view")
@require_safe
def posts(request: Request) -> HttpResponse:
    scope = request.scope
    here = _here(scope)
    kind = policy.standing(scope)[1]
    roles = policy.STAFF_ROLES
    chosen = request.GET.get("vai", "")
    if kind != "school":
        chosen = chosen if chosen in roles else "department_officer"
    wanted = [chosen] if chosen in roles else list(roles)
    past = request.GET.get("cu") == "1"
    units = [here] if kind == "school" else [u.id for u in organisations.units_under(here, on=clock.today())]
    found = access.posts(unit_ids=units, roles=wanted, on=clock.today(), past=past)
    shown = found[:MOST_POSTS]
    names = names_of({post.person_id for post in shown})
    places = organisations.units({post.unit_id for post in shown})
    classes = _class_names(scope, kind, here)
    withdrawable = services.withdrawable(scope, shown)
    helped = _HELPED if kind == "department" and scope.may("accounts.manage") else set()
    return render(
        request,
        "rights/posts.html",
        {
            "page_title": "Giao quyền",
            "place": scope.place,
            "rows": [_row(scope, post, names, places, classes, helped, withdrawable) for post in shown],
            "left_out": len(found) - len(shown),
            "pills": _pills(chosen, kind, past),
            "past": past,
            "may_give": bool(policy.gifts(scope)),
            "many_places": kind != "school",
        },
    )


@needs("rights.give")
@require_http_methods(["GET", "POST"])
def give(request: Request) -> HttpResponse:
    scope = request.scope
    gifts = policy.gifts(scope)
    if not gifts:
        raise NotFound
    in_school = policy.standing(scope)[1] == "school"
    problem = None
    if request.method == "POST":
        told, problem = attempt(
            lambda: _give_at_school(scope, request) if in_school else _give_at_office(scope, request)
        )
        if told is not None and told.token:
            return shown_once(request, [(told, names_of({told.person_id})[told.person_id])], "rights:posts")
        if told is not None:
            return redirect("rights:posts")
    here = _here(scope)
    year = calendar.year_on(clock.today())
    context = {
        "page_title": "Giao việc",
        "place": scope.place,
        "roles": [(g.role, registry.role(g.role).label) for g in gifts],
        "in_school": in_school,
        "people": staff.teachers(scope, school_id=here, on=clock.today()) + _clerks(scope, here) if in_school else [],
        "classes": [(c.id, c.name) for c in enrolment.classes(scope, here, year)] if in_school else [],
        "given": request.POST,
        "today": clock.today(),
        "problem": problem,
        "crumbs": [{"label": "Giao quyền", "url": reverse("rights:posts")}, {"label": "Giao việc"}],
    }
    return render(request, "rights/give.html", context, status=422 if problem else 200)


@needs("rights.give")
@require_http_methods(["GET", "POST"])
def withdraw(request: Request, grant_id: int) -> HttpResponse:
    scope = request.scope
    post = access.post(grant_id, on=clock.today())
    if post is None or not services.may_withdraw(scope, post):
        raise NotFound
    problem = None
    if request.method == "POST":
        done, problem = attempt(
            lambda: services.withdraw_role(scope, grant_id=grant_id, why=request.POST.get("why", ""))
        )
        if done is not None:
            return redirect("rights:posts")
    context = {
        "page_title": "Thu quyền",
        "post": post,
        "name": names_of({post.person_id}).get(post.person_id, ""),
        "place": organisations.unit(post.unit_id).name,
        "problem": problem,
        "given": request.POST,
        "crumbs": [{"label": "Giao quyền", "url": reverse("rights:posts")}, {"label": "Thu quyền"}],
    }
    return render(request, "rights/withdraw.html", context, status=422 if problem else 200)


@needs("accounts.manage")
@require_http_methods(["GET", "POST"])
def reset(request: Request, grant_id: int) -> HttpResponse:
    """A new one-time link for who holds a role below: nobody at a school stands above its principal."""
    scope = request.scope
    post = access.post(grant_id, on=clock.today())
    if post is None or not services.may_reset_holder(scope, post):
        raise NotFound
    name = names_of({post.person_id}).get(post.person_id, "")
    if request.method == "POST":
        return shown_once(request, [(services.reset_holder(scope, grant_id=grant_id), name)], "rights:posts")
    context = {
        "page_title": "Cấp lại mật khẩu",
        "post": post,
        "name": name,
        "place": organisations.unit(post.unit_id).name,
        "crumbs": [{"label": "Giao quyền", "url": reverse("rights:posts")}, {"label": "Cấp lại mật khẩu"}],
    }
    return render(request, "rights/reset.html", context)


@needs("audit.view")
@require_safe
def audit_page(request: Request) -> HttpResponse:
    """Who did what at a unit: one's own, or one it governs. Reading the audit is not itself an entry."""
    scope = request.scope
    unit_id = _unit_asked(scope, request)
    group = request.GET.get("viec", "")
    older = formats.whole_number(request.GET.get("truoc"))
    with unit_of_work(_NAMES):
        rows = audit.entries(
            unit_id=unit_id, action=group if group in labels.GROUPS else "", older_than=older, limit=PAGE + 1
        )
        shown = [_without_pupil(scope, row) for row in rows[:PAGE]]
        names = people.names({p for row in shown for p in _people_of(row)})
    unit = organisations.unit(unit_id)
    kept = {"don-vi": unit_id, "viec": group}
    return render(
        request,
        "rights/audit.html",
        {
            "page_title": "Nhật ký",
            "unit": unit,
            "rows": [_audit_row(row, names) for row in shown],
            "groups": list(labels.GROUPS.items()),
            "group": group,
            "first_page": older is None,
            "newest": "?" + urlencode(kept),  # type: ignore[arg-type]
            "next": "?" + urlencode({**kept, "truoc": shown[-1].id}) if len(rows) > PAGE else "",  # type: ignore[arg-type]
        },
    )


def _people_of(row: audit.Told) -> set[int]:
    told = {
        number
        for field, *values in row.changes
        if field in labels.PERSON_FIELDS
        for text in values
        if (number := formats.whole_number(text)) is not None
    }
    return told | {person for person in (row.actor_id, row.subject_id) if person}


def _audit_row(row: audit.Told, names: dict[int, str]) -> dict[str, Any]:
    """An entry in words. Whoever signs in acts for himself; the reasons of the system itself are not for reading."""
    signs_in = row.action == "identity.signed_in"
    changes, more = labels.changes_shown(row.changes, names)
    return {
        "at": row.at,
        "who": names.get((row.subject_id if signs_in else row.actor_id) or 0, "" if row.actor_id else "Hệ thống"),
        "act": labels.action_label(row.action),
        "why": row.why if row.actor_id else "",
        "whom": "" if signs_in else names.get(row.subject_id or 0, ""),
        "changes": changes,
        "more": more,
        "deleted": row.deleted,
    }


def _without_pupil(scope: Scope, row: audit.Told) -> audit.Told:
    """Who administers accounts sees that an act on a pupil was done and by whom, not on which pupil nor what it wrote."""
    if scope.may("students.view") or not row.action.startswith(labels.OF_PUPILS):
        return row
    return replace(row, subject_id=None, changes=(), why="")


def shown_once(request: HttpRequest, told: list[tuple[Credentials, str]], back: str) -> HttpResponse:
    """Logins and one-time links on this one answer; nothing of them is kept in the clear."""
    rows = [
        {
            "name": name,
            "login": one.login,
            "link": request.build_absolute_uri(reverse("identity:first_password", args=[one.token]))
            if one.token
            else "",
        }
        for one, name in told
    ]
    context = {"page_title": "Tài khoản vừa cấp", "rows": rows, "back": reverse(back)}
    return render(request, "rights/shown_once.html", context)


def names_of(person_ids: set[int]) -> dict[int, str]:
    """Names of who holds a post under the reader's unit; people of offices belong to no school's rows."""
    with unit_of_work(_NAMES):
        return people.names(person_ids)


def _give_at_school(scope: Scope, request: HttpRequest) -> Credentials:
    person_id = _number(request, "person")
    if person_id is None:
        raise NotFound
    services.give_role(
        scope,
        role=request.POST.get("role", ""),
        person_id=person_id,
        unit_id=_here(scope),
        class_id=_number(request, "class_id"),
        **_terms(request),
    )
    return Credentials(person_id, "", "")


def _give_at_office(scope: Scope, request: HttpRequest) -> Credentials:
    code = request.POST.get("unit", "").strip()
    places = ("department", "commune", "school")
    unit = organisations.unit_called(places, code) if code else organisations.unit(_here(scope))
    if unit is None:
        raise UnknownPlace(given=code)
    person_id, told = services.new_officer(
        scope, login=request.POST.get("login", ""), full_name=request.POST.get("full_name", ""), unit_id=unit.id
    )
    services.give_role(
        scope, role=request.POST.get("role", ""), person_id=person_id, unit_id=unit.id, **_terms(request)
    )
    return told or Credentials(person_id, "", "")


def _terms(request: HttpRequest) -> dict[str, Any]:
    last = request.POST.get("last", "").strip()
    first = request.POST.get("first", "").strip()
    return {
        "valid_from": formats.parse_date(first) if first else clock.today(),
        "valid_to": formats.parse_date(last) if last else None,
        "why": request.POST.get("why", ""),
    }


def _number(request: HttpRequest, name: str) -> int | None:
    return formats.whole_number(request.POST.get(name))


def _here(scope: Scope) -> int:
    if scope.workspace is None:
        raise NotFound
    return scope.workspace.unit_id


def _unit_asked(scope: Scope, request: HttpRequest) -> int:
    asked = formats.whole_number(request.GET.get("don-vi"))
    wanted = _here(scope) if asked is None else asked
    whole_province = scope.rows is Rows.PROVINCE and organisations.units([wanted])
    if not whole_province and not organisations.is_under(wanted, _here(scope), on=clock.today()):
        raise NotFound
    return wanted


def _clerks(scope: Scope, school_id: int) -> list[tuple[int, str]]:
    rows = staff.staff(scope, school_id=school_id, on=clock.today(), limit=500)
    return [(row.person_id, row.full_name) for row in rows if row.post in ("clerk", "it_admin")]


def _class_names(scope: Scope, kind: str, school_id: int) -> dict[int, str]:
    if kind != "school" or not scope.may("enrolment.view"):
        return {}
    year = calendar.year_on(clock.today())
    return {row.id: row.name for row in enrolment.classes(scope, school_id, year)}


def _row(
    scope: Scope,
    post: Post,
    names: dict[int, str],
    places: dict[int, Any],
    classes: dict[int, str],
    helped: set[str],
    withdrawable: set[int],
) -> dict[str, Any]:
    limits = [f"lớp {classes.get(c, c)}" for c in post.class_ids or ()]
    state = "đã thu" if post.withdrawn else "đang giữ" if post.holds else _when(post, clock.today())
    return {
        "id": post.id,
        "name": names.get(post.person_id, ""),
        "role": post.label,
        "place": places[post.unit_id].name,
        "limits": ", ".join([*limits, *(_SUBJECTS.get(code, code) for code in post.subjects or ())]),
        "since": post.valid_from,
        "until": post.valid_to,
        "why": post.reason,
        "state": state,
        "may_withdraw": post.id in withdrawable,
        "may_reset": post.holds and post.person_id != scope.actor_id and post.role in helped,
    }


def _when(post: Post, today: dt.date) -> str:
    return "chưa đến ngày" if post.valid_from > today else "đã hết hạn"


def _pills(chosen: str, kind: str, past: bool) -> list[dict[str, Any]]:
    known = registry.roles()
    kept = {"cu": "1"} if past else {}
    first = [] if kind != "school" else [{"label": "Tất cả", "url": "?" + urlencode(kept), "current": not chosen}]
    return first + [
        {"label": known[role].label, "url": "?" + urlencode({"vai": role, **kept}), "current": role == chosen}
        for role in policy.STAFF_ROLES
        if kind != "school" or role not in ("commune_officer", "department_officer")
    ]
