"""Pupils: the search over a class, a school or the province, and one pupil's file."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.audit import reads
from maitruong.foundation.kernel import clock, personal_id, phones
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people.errors import ChangedMeanwhile
from maitruong.foundation.people.models import Sex
from maitruong.foundation.reference import catalogue as reference
from maitruong.foundation.reference.errors import UnknownCode
from maitruong.registry.students import services as students

from . import forms, queries, services
from .errors import PurposeMissing, WhyMissing
from .types import PURPOSES, Dossier, Seat
from .views import _with, year_of

_PURPOSES, _MOST_PURPOSES = PURPOSES, 50
"""The newest are kept; a file that fell out is asked about again."""
_CONTACT = {"phone": "Điện thoại", "email": "Thư điện tử", "residence": "Nơi ở hiện nay"}


@needs("students.view")
@require_safe
def pupils(request: Request) -> HttpResponse:
    scope = request.scope
    year, over_on = year_of(request)
    school_id, class_id = forms.number(request, "truong"), forms.number(request, "lop")
    q = request.GET.get("q", "")[:100]
    page = queries.pupils(
        scope,
        school_year=year,
        q=q,
        anywhere=request.GET.get("dau") == "1",
        school_id=school_id,
        class_id=class_id,
        grade=forms.number(request, "khoi"),
        after=forms.number(request, "sau"),
        before=forms.number(request, "truoc"),
        over_on=over_on,
    )
    if page.rows and scope.workspace is not None and reads.from_above(scope):
        # What was typed is somebody's name: the audit says that pupils were looked through, and where, not whom for.
        place = school_id or scope.workspace.unit_id
        reads.record_once_a_day(scope, "students.listed", [reads.Look(place, "unit", place)])
    way = 1 if page.anywhere else None
    one_school = school_id or (scope.school_ids[0] if len(scope.school_ids) == 1 else None)
    classes = queries.classes(scope, one_school, year, permission="enrolment.view") if one_school else []
    school = organisations.units([school_id]).get(school_id) if school_id else None
    return render(
        request,
        "enrolment/pupils.html",
        {
            "page_title": "Học sinh",
            "may_take_out": scope.may("students.export"),
            "rows": page.rows,
            "q": q,
            "school": school,
            "class_id": class_id or "",
            "grade": forms.number(request, "khoi") or "",
            "classes": [(row.id, row.name) for row in classes],
            "grades": [(n, f"Khối {n}") for n in range(1, 13)],
            "many_schools": one_school is None,
            "sexes": dict(Sex.choices),
            "year": Year(year).label,
            "asked_year": forms.number(request, "nam") or "",
            "previous": _with(request, truoc=page.previous, dau=way) if page.previous else "",
            "next": _with(request, sau=page.next, dau=way) if page.next else "",
            "anywhere": "" if page.anywhere or not q.strip() else _with(request, dau=1),
        },
    )


@needs("students.view")
@require_http_methods(["GET", "HEAD", "POST"])
def dossier(request: Request, student_id: int) -> HttpResponse:
    """The file; who governs the school is asked first, once a file and session, what for (POST)."""
    scope = request.scope
    if request.method == "POST":
        return _keep_purpose(request, queries.dossier(scope, student_id))
    why = request.session.get(_PURPOSES, {}).get(str(student_id), "")
    try:
        found = services.open_dossier(scope, student_id=student_id, why=why)
    except PurposeMissing:
        return _ask_what_for(request, queries.dossier(scope, student_id))
    if goes_on_as := queries.goes_on_as(scope, found):
        return redirect("enrolment:dossier", goes_on_as)
    return _file(request, scope, found)


def _keep_purpose(request: Request, found: Dossier) -> HttpResponse:
    """Remember what the file is opened for, and go on to it."""
    why = personal_id.veiled(request.POST.get("why", "").strip())[:200]
    if not why:
        return _ask_what_for(request, found, PurposeMissing())
    pupil = str(found.person.id)
    known = {key: told for key, told in request.session.get(_PURPOSES, {}).items() if key != pupil}
    request.session[_PURPOSES] = dict([*known.items(), (pupil, why)][-_MOST_PURPOSES:])
    return redirect("enrolment:dossier", found.person.id)


def _ask_what_for(request: Request, found: Dossier, problem: Refusal | None = None) -> HttpResponse:
    """Nothing of the file but whose it is, which the list that led here told as well."""
    context = {
        "page_title": "Mở hồ sơ học sinh",
        "file": found,
        "problem": problem,
        "crumbs": [{"label": "Học sinh", "url": reverse("enrolment:pupils")}, {"label": "Mở hồ sơ"}],
    }
    return render(request, "enrolment/what_for.html", context, status=422 if problem else 200)


@needs("students.number")
@require_POST
def show_number(request: Request, student_id: int, identifier_id: int) -> HttpResponse:
    """One number in full, on this one answer only."""
    scope = request.scope
    why = request.POST.get("why", "").strip()
    found = queries.dossier(scope, student_id)
    queries.reach(scope, "students.number", student_id)
    if identifier_id not in {i.id for i in found.identifiers}:
        raise NotFound
    if not why:
        return _refused_at_file(request, scope, student_id, WhyMissing())
    number = services.show_number(scope, student_id=student_id, identifier_id=identifier_id, why=why)
    return _file(request, scope, found, shown={identifier_id: number})


@needs("students.edit")
@require_http_methods(["GET", "POST"])
def contact(request: Request, student_id: int) -> HttpResponse:
    """The contact fields, saved over the version that was seen; a conflict shows both and waits for a decision."""
    scope = request.scope
    queries.reach(scope, "students.edit", student_id, only_open=True)
    found = queries.dossier(scope, student_id)
    now = {name: getattr(found.person, name) for name in _CONTACT}
    now["phone"] = phones.show(now["phone"]) if now["phone"] else ""
    given, problem, theirs = now, None, {}
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in _CONTACT}
        version = forms.number(request, "version") or 0
        done, problem = attempt(lambda: services.edit_contact(scope, student_id=student_id, version=version, **given))
        if done is not None:
            return redirect("enrolment:dossier", student_id)
        if isinstance(problem, ChangedMeanwhile):
            theirs = {name: value for name, value in now.items() if value != given[name]}
    services.open_dossier(scope, student_id=student_id)  # the form shows phone and residence
    context = {
        "page_title": f"Liên lạc {found.person.full_name}",
        "file": found,
        "given": given,
        "theirs": theirs,
        "labels": _CONTACT,
        "problem": problem,
        "crumbs": _crumbs(found, "Sửa liên lạc"),
    }
    return render(request, "enrolment/contact.html", context, status=422 if problem else 200)


@needs("students.guardians")
@require_http_methods(["GET", "POST"])
def add_guardian(request: Request, student_id: int) -> HttpResponse:
    scope = request.scope
    seat = queries.reach(scope, "students.guardians", student_id, only_open=True)
    found = queries.dossier(scope, student_id)
    problem = None
    if request.method == "POST":
        done, problem = students.attempt_number(
            scope,
            lambda: students.add_guardian(
                scope,
                student_id=student_id,
                school_id=seat.school_id,
                full_name=request.POST.get("full_name", ""),
                relation=request.POST.get("relation", ""),
                starts_on=forms.day(request),
                phone=request.POST.get("phone", ""),
                citizen_number=request.POST.get("citizen_number", ""),
                occupation=request.POST.get("occupation", ""),
            ),
            school_id=seat.school_id,
            student_id=student_id,
        )
        if done is not None:
            return redirect("enrolment:dossier", student_id)
    context = {
        "page_title": f"Thêm người giám hộ của {found.person.full_name}",
        "file": found,
        "relations": [(code.key, code.name) for code in reference.codes("relation")],
        "given": request.POST,
        "today": clock.today(),
        "problem": problem,
        "crumbs": _crumbs(found, "Thêm người giám hộ"),
    }
    return render(request, "enrolment/guardian.html", context, status=422 if problem else 200)


@needs("students.guardians")
@require_POST
def end_guardian(request: Request, student_id: int, guardianship_id: int) -> HttpResponse:
    scope = request.scope
    queries.reach(scope, "students.guardians", student_id)
    _, problem = attempt(
        lambda: students.end_guardianship(
            scope,
            guardianship_id=guardianship_id,
            student_id=student_id,
            ends_on=forms.day(request),
            why=request.POST.get("why", ""),
        )
    )
    if problem:
        return _refused_at_file(request, scope, student_id, problem)
    return redirect("enrolment:dossier", student_id)


@needs("enrolment.manage")
@require_http_methods(["GET", "POST"])
def move(request: Request, student_id: int, enrolment_id: int) -> HttpResponse:
    """To another class of the school, or away from it."""
    scope = request.scope
    seat = next(
        (s for s in queries.seats(scope, student_id=student_id, permission="enrolment.manage") if s.id == enrolment_id),
        None,
    )
    found = queries.dossier(scope, student_id)
    if seat is None:
        raise NotFound
    problem = None
    if request.method == "POST":
        done, problem = attempt(lambda: _move(scope, seat, request))
        if done is not None:
            return redirect("enrolment:dossier", student_id)
    rows = queries.classes(scope, seat.school_id, seat.school_year, permission="enrolment.manage")
    ways = ("transferred_out", "dropped_out", "suspended", "completed", "deceased")
    context = {
        "page_title": f"Chuyển lớp, rời trường: {found.person.full_name}",
        "file": found,
        "seat": seat,
        "classes": [(row.id, row.name) for row in rows if row.id != seat.class_id],
        "ways": [(way, queries.status_label(way)) for way in ways],
        "given": request.POST,
        "today": clock.today(),
        "problem": problem,
        "crumbs": _crumbs(found, "Chuyển lớp, rời trường"),
    }
    return render(request, "enrolment/move.html", context, status=422 if problem else 200)


def _move(scope: Scope, seat: Seat, request: HttpRequest) -> bool:
    day, why = forms.day(request), request.POST.get("why", "").strip()
    if not why:
        raise WhyMissing
    target = forms.number(request, "class_id")
    if target is not None:
        services.move_pupil(scope, enrolment_id=seat.id, to_class_id=target, on=day, why=why)
    else:
        services.end_enrolment(scope, enrolment_id=seat.id, ends_on=day, status=request.POST.get("way", ""), why=why)
    return True


def _refused_at_file(request: HttpRequest, scope: Scope, student_id: int, problem: Refusal) -> HttpResponse:
    """A refusal is told on the file's own page, which is opened by that like by any other way."""
    found = services.open_dossier(scope, student_id=student_id)
    return _file(request, scope, found, problem=problem, status=422)


def _file(
    request: HttpRequest,
    scope: Scope,
    found: Dossier,
    *,
    shown: dict[int, str] | None = None,
    problem: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    seat = found.seat
    reaches = partial(scope.covers, school_id=seat.school_id, class_id=seat.class_id, student_id=found.person.id)
    here_now = seat.ends_on is None
    context: dict[str, Any] = {
        "page_title": found.person.full_name,
        "file": found,
        "facts": _facts(found),
        "more": _more(found),
        "contact": _contact(found),
        "show_phone": phones.show,
        "shown": shown or {},
        "schemes": {"CCCD": "Số định danh cá nhân", "MOET": "Mã của Bộ", "SCHOOL": "Mã của trường"},
        "problem": problem,
        "today": clock.today(),
        "crumbs": [{"label": "Học sinh", "url": reverse("enrolment:pupils")}, {"label": found.person.full_name}],
        "may_edit": here_now and reaches("students.edit"),
        "may_see_number": reaches("students.number"),
        "may_guardians": here_now and reaches("students.guardians"),
        "may_manage": here_now and reaches("enrolment.manage"),
        "year_label": lambda year: Year(year).label,
    }
    return render(request, "enrolment/dossier.html", context, status=status)


def _facts(found: Dossier) -> list[tuple[str, str]]:
    person = found.person
    born = "" if person.born_on is None else f"{person.born_on:%d/%m/%Y}"
    if person.born_on and person.born_precision != "day":
        born = f"{person.born_on:%m/%Y}" if person.born_precision == "month" else f"{person.born_on:%Y}"
    facts = [
        ("Ngày sinh", born),
        ("Giới tính", dict(Sex.choices).get(person.sex, "")),
        ("Dân tộc", _name("ethnic_group", person.ethnic_group)),
        ("Quốc tịch", "Việt Nam" if person.nationality == "VN" else person.nationality),
        ("Nơi sinh", person.birthplace),
    ]
    return [(label, value or "chưa ghi") for label, value in facts]


def _contact(found: Dossier) -> list[tuple[str, str]]:
    """How the pupil and the family are reached; what only a list tells, where one did."""
    person, file = found.person, found.file
    facts = [
        ("Điện thoại", phones.show(person.phone) if person.phone else "chưa ghi"),
        ("Điện thoại liên hệ", phones.show(file.contact_phone) if file.contact_phone else ""),
        ("Thư điện tử", person.email or "chưa ghi"),
        ("Thư điện tử liên hệ", file.contact_email),
        ("Nơi ở hiện nay", person.residence or "chưa ghi"),
    ]
    return [(label, value) for label, value in facts if value]


def _more(found: Dossier) -> list[tuple[str, str]]:
    """What the school wrote down besides; only what is there."""
    file = found.file
    facts = [
        ("Tôn giáo", _name("religion", file.religion)),
        ("Diện chính sách", ", ".join(_name("policy_group", key) for key in file.policy_group.split())),
        ("Khuyết tật", _name("disability", file.disability)),
        ("Hộ cận nghèo", "Có" if file.near_poor else ""),
        ("Đoàn viên", "Có" if file.youth_union else ""),
        ("Đội viên", "Có" if file.pioneer else ""),
        ("Ngày vào trường", f"{file.admitted_on:%d/%m/%Y}" if file.admitted_on else ""),
    ]
    return [(label, value) for label, value in facts if value]


def _name(list_name: str, key: str) -> str:
    try:
        return reference.code(list_name, key).name if key else ""
    except UnknownCode:
        return key


def _crumbs(found: Dossier, here: str) -> list[dict[str, str]]:
    return [
        {"label": "Học sinh", "url": reverse("enrolment:pupils")},
        {"label": found.person.full_name, "url": reverse("enrolment:dossier", args=[found.person.id])},
        {"label": here},
    ]
