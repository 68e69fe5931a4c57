"""Pages of the schools and the department: the list with its deadlines, one application, and new ones at a school's desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.audit import reads
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.people.models import Sex
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.students import services as students

from . import forms, queries, services
from .errors import PackageRefused
from .exporters import MOST_ROWS, transfers_file
from .package import MOST_BYTES
from .showing import facts_of, line_of
from .types import KINDS, Kind, State

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TITLE = "Chuyển trường"
_WORDS = {"dang": "Đang xử lí", "cho": "Chờ trường mình", "qua": "Quá hạn", "xong": "Đã xong"}


@needs("transfers.view")
@require_safe
def transfers(request: Request) -> HttpResponse:
    scope = request.scope
    shown = request.GET.get("xem", "")
    shown = shown if shown in queries.SHOWN else "dang"
    after = forms.number(request, "truoc")
    rows = queries.transfers(scope, shown=shown, after=after, limit=queries.PAGE + 1)
    counted = queries.counts(scope)
    here = reverse("transfers:list")
    at_school = not reads.from_above(scope)
    if rows and scope.workspace is not None:
        reads.list_opened(
            scope,
            "transfers.opened",
            school_id=scope.workspace.unit_id,
            object_type="unit",
            object_id=scope.workspace.unit_id,
        )
    pills = [
        {
            "label": f"{words} ({counted[key]})" if key in counted else words,
            "url": f"{here}?xem={key}",
            "current": key == shown,
        }
        for key, words in _WORDS.items()
        if at_school or key != "cho"
    ]
    last = rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else None
    context = {
        "page_title": _TITLE,
        "rows": rows[: queries.PAGE],
        "pills": pills,
        "shown": shown,
        "kinds": {kind.value: words for kind, words in KINDS.items()},
        "may_file": scope.may("transfers.file"),
        "next": f"?xem={shown}&truoc={last}" if last else "",
        "first_page": after is None,
    }
    return render(request, "transfers/list.html", context)


@needs("transfers.view")
@require_safe
def export(request: Request) -> HttpResponse:
    """The list as it is shown, as Excel; that it left the house is in the audit."""
    scope = request.scope
    shown = request.GET.get("xem", "dang")
    rows = queries.transfers(scope, shown=shown if shown in queries.SHOWN else "dang", limit=MOST_ROWS)
    unit_id = scope.workspace.unit_id if scope.workspace else 0
    audit.record(
        scope,
        "transfers.exported",
        school_id=unit_id,
        object_type="unit",
        object_id=unit_id,
        changes={"rows": len(rows)},
    )
    answer = HttpResponse(transfers_file(rows, title=f"{_TITLE} · {scope.place}"), content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="chuyen-truong.xlsx"'
    return answer


@needs("transfers.view")
@require_safe
def transfer(request: Request, transfer_id: int) -> HttpResponse:
    return _page(request, transfer_id)


@needs("transfers.decide")
@require_POST
def accept(request: Request, transfer_id: int) -> HttpResponse:
    return _act(
        request,
        transfer_id,
        lambda: services.accept(request.scope, transfer_id=transfer_id, why=forms.text(request, "why")),
    )


@needs("transfers.decide")
@require_POST
def refuse(request: Request, transfer_id: int) -> HttpResponse:
    return _act(
        request,
        transfer_id,
        lambda: services.refuse(request.scope, transfer_id=transfer_id, why=forms.text(request, "why")),
    )


@needs("transfers.decide")
@require_POST
def release(request: Request, transfer_id: int) -> HttpResponse:
    return _act(
        request,
        transfer_id,
        lambda: services.release(request.scope, transfer_id=transfer_id, why=forms.text(request, "why")),
    )


@needs("transfers.decide")
@require_POST
def let_leave(request: Request, transfer_id: int) -> HttpResponse:
    return _act(
        request,
        transfer_id,
        lambda: services.let_leave(
            request.scope, transfer_id=transfer_id, last_day=forms.day(request, "day"), why=forms.text(request, "why")
        ),
    )


@needs("transfers.file")
@require_POST
def receive(request: Request, transfer_id: int) -> HttpResponse:
    scope = request.scope

    def act() -> object:
        return services.receive(
            scope,
            transfer_id=transfer_id,
            class_id=forms.number(request, "class_id") or 0,
            starts_on=forms.day(request, "day"),
        )

    school_id = queries.page(scope, transfer_id=transfer_id).transfer.to_school_id or 0
    _, problem = students.attempt_number(scope, act, school_id=school_id)
    return _page(request, transfer_id, problem) if problem else redirect("transfers:transfer", transfer_id)


@needs("transfers.file")
@require_POST
def withdraw(request: Request, transfer_id: int) -> HttpResponse:
    return _act(
        request,
        transfer_id,
        lambda: services.withdraw_for_family(request.scope, transfer_id=transfer_id, why=forms.text(request, "why")),
    )


@needs("transfers.view")
@require_POST
def paper(request: Request, transfer_id: int, paper_id: int) -> HttpResponse:
    return redirect(services.paper_ticket(request.scope, transfer_id=transfer_id, paper_id=paper_id))


@needs("transfers.file")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    """The receiving school writes the application of a family at its desk, for a child of another school of the province."""
    scope, school_id = request.scope, _own_school(request.scope)
    problem: Refusal | None = None
    if request.method == "POST":

        def act() -> int:
            made = services.apply_for_family(
                scope,
                to_school_id=school_id,
                number=forms.text(request, "number"),
                full_name=forms.text(request, "full_name"),
                wish=forms.wish(request),
            )
            services.attach(scope, transfer_id=made, uploads=request.FILES.getlist("papers"))
            return made

        made, problem = students.attempt_number(scope, act, school_id=school_id)
        if made is not None:
            return redirect("transfers:transfer", made)
    return _form(request, "transfers/new.html", "Đơn chuyển đến", problem)


@needs("transfers.file")
@require_http_methods(["GET", "HEAD", "POST"])
def new_packed(request: Request) -> HttpResponse:
    """A child from another province with a package of its school."""
    scope, school_id = request.scope, _own_school(request.scope)
    problem: Refusal | None = None
    if request.method == "POST":

        def act() -> int:
            given = request.FILES.get("package")
            if given is None or (given.size or 0) > MOST_BYTES:
                raise PackageRefused(why="chưa có tệp" if given is None else "tệp quá lớn")
            return services.apply_with_package(
                scope, to_school_id=school_id, data=given.read(), wish=forms.wish(request)
            )

        made, problem = attempt(act)
        if made is not None:
            return redirect("transfers:transfer", made)
    return _form(request, "transfers/new_packed.html", "Gói hồ sơ từ tỉnh khác", problem)


@needs("transfers.decide")
@require_POST
def pack(request: Request, transfer_id: int) -> HttpResponse:
    return _act(request, transfer_id, lambda: services.make_package(request.scope, transfer_id=transfer_id))


@needs("transfers.file")
@require_http_methods(["GET", "HEAD", "POST"])
def new_in(request: Request) -> HttpResponse:
    """A child from another province, from its papers."""
    scope, school_id = request.scope, _own_school(request.scope)
    problem: Refusal | None = None
    if request.method == "POST":

        def act() -> int:
            comer = services.Comer(
                full_name=forms.text(request, "full_name"),
                born_on=forms.day_if_any(request, "born_on"),
                sex=forms.text(request, "sex") if forms.text(request, "sex") in Sex.values else "",
                number=forms.text(request, "number"),
                grade=forms.number(request, "grade") or 0,
                school=forms.text(request, "school"),
                province=forms.text(request, "province"),
                from_class=forms.text(request, "from_class"),
            )
            made = services.apply_in(scope, to_school_id=school_id, comer=comer, wish=forms.wish(request))
            services.attach(scope, transfer_id=made, uploads=request.FILES.getlist("papers"))
            return made

        made, problem = attempt(act)
        if made is not None:
            return redirect("transfers:transfer", made)
    return _form(
        request,
        "transfers/new_in.html",
        "Từ tỉnh khác đến",
        problem,
        sexes=Sex.choices,
        grades=[(n, f"Khối {n}") for n in range(1, 13)],
    )


@needs("transfers.file")
@require_http_methods(["GET", "HEAD", "POST"])
def new_out(request: Request, student_id: int) -> HttpResponse:
    """The child's own school writes the application to another province."""
    scope = request.scope
    seat = enrolment.reach(scope, "transfers.file", student_id, only_open=True)
    problem: Refusal | None = None
    if request.method == "POST":

        def act() -> int:
            made = services.apply_out_for_family(
                scope,
                student_id=student_id,
                school=forms.text(request, "school"),
                province=forms.text(request, "province"),
                wish=forms.wish(request),
            )
            services.attach(scope, transfer_id=made, uploads=request.FILES.getlist("papers"))
            return made

        made, problem = attempt(act)
        if made is not None:
            return redirect("transfers:transfer", made)
    name = enrolment.dossier(scope, student_id).person.full_name
    return _form(request, "transfers/new_out.html", "Chuyển đi tỉnh khác", problem, name=name, seat=seat)


# --- drawing -------------------------------------------------------------------------------------------------------------


def _own_school(scope: Scope) -> int:
    """The school one works at. Raises NotFound for whoever works at several or none."""
    if scope.workspace is None or scope.workspace.unit_id not in scope.school_ids:
        raise NotFound
    return scope.workspace.unit_id


def _act(request: Request, transfer_id: int, act: Callable[[], object]) -> HttpResponse:
    _, problem = attempt(act)
    return _page(request, transfer_id, problem) if problem else redirect("transfers:transfer", transfer_id)


def _page(request: Request, transfer_id: int, problem: Refusal | None = None) -> HttpResponse:
    scope = request.scope
    found = queries.page(scope, transfer_id=transfer_id)
    row = found.transfer
    reads.record_once_a_day(
        scope,
        "transfers.opened",
        [reads.Look(row.from_school_id or row.to_school_id or 0, "transfer", row.pk, row.student_id)],
    )
    receives = _may(scope, "transfers.file", row.to_school_id) and row.state == (
        State.ACCEPTED if row.kind == Kind.IN else State.RELEASED
    )
    asked = row.from_school_id if row.kind == Kind.OUT else row.to_school_id
    decides = _may(scope, "transfers.decide", asked) and row.state == State.APPLIED
    holder = row.to_school_id or row.from_school_id
    context: dict[str, Any] = {
        "page_title": f"{_TITLE} · {row.full_name}",
        "found": found,
        "row": found.row,
        "transfer": row,
        "facts": facts_of(found),
        "line": line_of(row),
        "may_accept": decides and row.kind != Kind.OUT,
        "may_refuse": decides,
        "may_leave": decides and row.kind == Kind.OUT,
        "may_release": _may(scope, "transfers.decide", row.from_school_id)
        and row.state == State.ACCEPTED
        and row.kind == Kind.INSIDE,
        "may_pack": _may(scope, "transfers.decide", row.from_school_id)
        and row.state == State.LEFT
        and not any(paper.kind == "package" for paper in found.papers),
        "may_receive": receives,
        "may_withdraw": _may(scope, "transfers.file", holder) and row.state in ("applied", "accepted", "released"),
        "opens_dossier": row.student_id
        if row.state == State.RECEIVED and _may(scope, "students.view", row.to_school_id)
        else None,
        "classes": [
            (one.id, f"{one.name}: {one.pupils} em" + (f", vượt {over} so với quy định" if over else ""))
            for one, over in (queries.classes_for(scope, row) if receives else [])
        ],
        "given": request.POST,
        "today": clock.today(),
        "problem": problem,
        "crumbs": [{"label": _TITLE, "url": reverse("transfers:list")}, {"label": row.full_name}],
    }
    return render(request, "transfers/transfer.html", context, status=422 if problem else 200)


def _may(scope: Scope, permission: str, school_id: int | None) -> bool:
    return school_id is not None and scope.covers(permission, school_id=school_id)


def _form(request: Request, template: str, title: str, problem: Refusal | None, **more: Any) -> HttpResponse:
    context = {
        "page_title": title,
        "given": request.POST,
        "problem": problem,
        "crumbs": [{"label": _TITLE, "url": reverse("transfers:list")}, {"label": title}],
        **more,
    }
    return render(request, template, context, status=422 if problem else 200)
