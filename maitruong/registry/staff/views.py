"""The staff: who works here, one person's file, coming and leaving."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Post, Request, Scope
from maitruong.foundation.kernel import clock, formats, phones
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people.models import Sex

from . import queries, sections, services
from .exporters import export_staff
from .types import POSTS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@needs("staff.view")
@require_safe
def staff(request: Request) -> HttpResponse:
    scope = request.scope
    q, after = request.GET.get("q", "")[:100], formats.whole_number(request.GET.get("sau"))
    may_narrow = scope.may("staff.pay")
    due = request.GET.get("viec", "") if may_narrow else ""
    title = request.GET.get("chuc-danh", "") if may_narrow else ""
    due, title = due if due in queries.DUE else "", title if title in sections.titles() else ""
    rows = queries.staff(scope, q=q, on=clock.today(), after=after, limit=queries.PAGE + 1, due=due, title=title)
    more = len(rows) > queries.PAGE
    rows = rows[: queries.PAGE]
    return render(
        request,
        "staff/staff.html",
        {
            "page_title": "Đội ngũ",
            "place": scope.place,
            "rows": rows,
            "q": q,
            "due": due,
            "dues": list(queries.DUE.items()) if may_narrow else [],
            "title": title,
            "titles": list(sections.titles().items()) if may_narrow else [],
            "posts": POSTS,
            "many_schools": len(scope.school_ids) != 1,
            "first_page": after is None,
            "next": "?" + urlencode({"q": q, "viec": due, "chuc-danh": title, "sau": rows[-1].id}) if more else "",  # type: ignore[arg-type]
            "may_export": may_narrow and _own_school(scope) is not None,
            "may_judge": _own_school(scope) is not None and scope.may("staff.judge"),
            "may_manage": _own_school(scope) is not None and scope.may("staff.manage"),
        },
    )


@needs("staff.pay")
@require_safe
def export(request: Request) -> HttpResponse:
    """The school's staff with title, step and contract; that it was taken along is audited."""
    school_id = _own_school(request.scope)
    if school_id is None:
        raise NotFound
    answer = HttpResponse(export_staff(request.scope, school_id=school_id, on=clock.today()), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="doi-ngu-{school_id}.xlsx"'
    return answer


@needs("staff.view")
@require_safe
def file(request: Request, person_id: int) -> HttpResponse:
    """One person's file; opening it is audited."""
    scope = request.scope
    person, rows = services.open_file(scope, person_id=person_id)
    schools = organisations.units({row.school_id for row in rows})
    held = access.posts(person_ids=[person_id], unit_ids=list(schools), on=clock.today())
    return render(
        request,
        "staff/file.html",
        {
            "page_title": person.full_name,
            "person": person,
            "phone": phones.show(person.phone) if person.phone else "",
            "sex": dict(Sex.choices).get(person.sex, ""),
            "rows": rows,
            "posts": POSTS,
            "held": _by_kind([post for post in held if post.role not in services.FAMILY_ROLES]),
            "schools": schools,
            "today": clock.today(),
            "may_record": any(scope.covers("staff.records", school_id=row.school_id) for row in rows),
            "may_end": {row.id for row in rows if row.ends_on is None and _may(scope, row.school_id)},
            "may_post": {
                row.id
                for row in rows
                if row.ends_on is None
                and row.post != "principal"
                and person_id != scope.actor_id
                and scope.covers("transfers.decide", school_id=row.school_id)
            },
            "crumbs": [{"label": "Đội ngũ", "url": reverse("staff:staff")}, {"label": person.full_name}],
        },
    )


def _by_kind(held: list[Post]) -> list[tuple[Post, int]]:
    """Posts of one kind and time told once, with the number of their classes."""
    found: dict[tuple[object, ...], tuple[Post, set[int]]] = {}
    for post in held:
        _, classes = found.setdefault((post.label, post.reason, post.valid_from, post.valid_to), (post, set()))
        classes.update(post.class_ids or ())
    return [(post, len(classes)) for post, classes in found.values()]


@needs("staff.manage")
@require_http_methods(["GET", "POST"])
def employ(request: Request) -> HttpResponse:
    scope = request.scope
    school_id = _own_school(scope)
    if school_id is None or not _may(scope, school_id):
        raise NotFound
    problem = None
    if request.method == "POST":
        row, problem = attempt(
            lambda: services.employ(
                scope,
                school_id=school_id,
                post=request.POST.get("post", ""),
                starts_on=formats.parse_date(request.POST.get("day", "")),
                full_name=request.POST.get("full_name", ""),
                sex=request.POST.get("sex", ""),
                phone=request.POST.get("phone", ""),
                code=request.POST.get("code", "").strip(),
            )
        )
        if row is not None:
            return redirect("staff:file", row.person_id)
    context = {
        "page_title": "Nhận người vào trường",
        "crumbs": [{"label": "Đội ngũ", "url": reverse("staff:staff")}, {"label": "Nhận người vào trường"}],
        "place": organisations.unit(school_id).name,
        "posts": [(key, label) for key, label in POSTS.items() if key != "officer"],
        "sexes": list(Sex.choices),
        "given": request.POST,
        "today": clock.today(),
        "problem": problem,
    }
    return render(request, "staff/employ.html", context, status=422 if problem else 200)


@needs("staff.manage")
@require_POST
def end(request: Request, person_id: int, employment_id: int) -> HttpResponse:
    scope = request.scope
    if employment_id not in {row.id for row in queries.employments(scope, person_id=person_id)}:
        raise NotFound
    _, problem = attempt(
        lambda: services.end_employment(
            scope,
            employment_id=employment_id,
            ends_on=formats.parse_date(request.POST.get("day", "")),
            why=request.POST.get("why", ""),
        )
    )
    if problem:
        context = {"page_title": "Thôi việc", "problem": problem, "back": reverse("staff:file", args=[person_id])}
        return render(request, "staff/refused.html", context, status=422)
    return redirect("staff:file", person_id)


def _own_school(scope: Scope) -> int | None:
    return scope.school_ids[0] if len(scope.school_ids) == 1 else None


def _may(scope: Scope, school_id: int) -> bool:
    return scope.covers("staff.manage", school_id=school_id)
