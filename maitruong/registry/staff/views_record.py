"""A colleague's record: read by whoever keeps it, one's own by oneself, and written part by part."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.kernel import clock, formats, phones
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import queries as people
from maitruong.foundation.people.models import Sex

from . import judging, records
from .curriculum_vitae import form_2c
from .record_models import RecordRow
from .records import Part, Record
from .sections import Section
from .types import POSTS


@needs("staff.records")
@require_safe
def record(request: Request, person_id: int) -> HttpResponse:
    """Opening it is audited, and whether the pay was shown with it."""
    scope = request.scope
    found = records.open_record(scope, person_id=person_id, on=clock.today())
    may_write = person_id != scope.actor_id and any(
        scope.covers(records.WRITE, school_id=row.school_id) for row in found.employments
    )
    crumbs = [
        {"label": "Đội ngũ", "url": reverse("staff:staff")},
        {"label": found.person.full_name, "url": reverse("staff:file", args=[person_id])},
        {"label": "Hồ sơ viên chức"},
    ]
    judged = judging.of_person(scope, person_id=person_id) if found.may_see_pay else None
    may_judge = person_id != scope.actor_id and scope.may("staff.judge")
    context = _context(found, may_write=may_write) | {"crumbs": crumbs, "judged": judged, "may_judge": may_judge}
    return render(request, "staff/record.html", context)


@needs("staff.own")
@require_safe
def own(request: Request) -> HttpResponse:
    found = records.own_record(request.scope, on=clock.today())
    judged = judging.of_oneself(request.scope)
    return render(request, "staff/record.html", _context(found, may_write=False) | {"own": True, "judged": judged})


@needs("staff.records")
@require_safe
def cv(request: Request, person_id: int) -> HttpResponse:
    """Form 2C for paper, with the number masked. Opening it is opening the record, and told as that."""
    found = records.open_record(request.scope, person_id=person_id, on=clock.today())
    held = next(iter(people.identifiers(person_id)), None)
    return _cv(request, found, number=held.masked if held else "", back=reverse("staff:record", args=[person_id]))


@needs("staff.own")
@require_safe
def own_cv(request: Request) -> HttpResponse:
    """One's own, with the number in full: it is the owner who declares it."""
    found = records.own_record(request.scope, on=clock.today())
    held = people.numbers_in_force(found.person.id)
    return _cv(request, found, number=held.get("CCCD", ""), back=reverse("staff:own"), own=True)


def _cv(request: Request, found: Record, *, number: str, back: str, own: bool = False) -> HttpResponse:
    today = clock.today()
    school = organisations.facts(found.employments[0].school_id, on=today) if found.employments else None
    form = form_2c(found, managing=school.governor if school else "", number=number, on=today)
    crumbs = [{"label": "Hồ sơ của tôi" if own else "Hồ sơ viên chức", "url": back}, {"label": "Sơ yếu lí lịch"}]
    context = {"cv": form, "person": found.person, "own": own, "back": back, "crumbs": crumbs}
    return render(request, "staff/cv.html", {"page_title": "Sơ yếu lí lịch", **context})


@needs("staff.keep_records")
@require_http_methods(["GET", "POST"])
def write(request: Request, person_id: int, part: str) -> HttpResponse:
    scope = request.scope
    (section, employment), problem = _section(scope, person_id, part)
    if request.method == "POST" and section is not None:
        row_id, problem = attempt(
            lambda: records.write_row(scope, person_id=person_id, key=part, typed=request.POST.dict())
        )
        if row_id is not None:
            return _back(person_id)
    given = request.POST.dict() or {"role": "teacher", "area": "ordinary", "school_kind": "ordinary"}
    return _form(request, person_id, section, employment, given, problem, row=None)


@needs("staff.keep_records")
@require_http_methods(["GET", "POST"])
def correct(request: Request, person_id: int, part: str, row_id: int) -> HttpResponse:
    """Set a row right, or withdraw one that should not have been written."""
    scope = request.scope
    (section, employment), problem = _section(scope, person_id, part)
    if section is None:
        return _form(request, person_id, section, employment, {}, problem, row=None)
    row = records.open_row(scope, person_id=person_id, key=part, row_id=row_id)
    given = {field.name: field.typed(getattr(row, field.name)) for field in section.fields}
    if request.method == "POST":
        given = request.POST.dict()
        version = formats.whole_number(given.get("version")) or 0
        known = {"person_id": person_id, "key": part, "row_id": row_id, "version": version}
        why = given.get("why", "")
        if given.get("act") == "withdraw":
            _, problem = attempt(lambda: records.withdraw_row(scope, **known, why=why))  # type: ignore[arg-type]
        else:
            _, problem = attempt(lambda: records.correct_row(scope, **known, typed=given, why=why))  # type: ignore[arg-type]
        if problem is None:
            return _back(person_id)
    return _form(request, person_id, section, employment, given, problem, row=row)


def _section(scope: Scope, person_id: int, part: str) -> tuple[tuple[Section | None, Any], Any]:
    found, problem = attempt(lambda: records.section_to_write(scope, person_id=person_id, key=part))
    return (found if found is not None else (None, None)), problem


def _back(person_id: int) -> HttpResponse:
    return redirect("staff:record", person_id)


def _form(
    request: Request,
    person_id: int,
    section: Section | None,
    employment: Any,
    given: dict[str, str],
    problem: Any,
    *,
    row: RecordRow | None,
) -> HttpResponse:
    back = reverse("staff:record", args=[person_id])
    if section is None:
        context: dict[str, Any] = {"page_title": "Hồ sơ viên chức", "problem": problem, "back": back}
        return render(request, "staff/refused.html", context, status=422)
    context = {
        "page_title": section.label,
        "name": employment.full_name,
        "section": section,
        "fields": [
            (field, given.get(field.name, ""), list(field.choices().items()) if field.choices else [])
            for field in section.fields
        ],
        "given": given,
        "row": row,
        "problem": problem,
        "back": back,
        "crumbs": [
            {"label": "Đội ngũ", "url": reverse("staff:staff")},
            {"label": employment.full_name, "url": back},
            {"label": section.label},
        ],
    }
    return render(request, "staff/write.html", context, status=422 if problem else 200)


def _context(found: Record, *, may_write: bool) -> dict[str, Any]:
    person, today = found.person, clock.today()
    parts = [_shown(part) for part in found.parts]
    return {
        "page_title": "Hồ sơ viên chức",
        "person": person,
        "basics": [
            ("Họ và tên", person.full_name),
            ("Ngày sinh", formats.date(person.born_on) if person.born_on else "chưa ghi"),
            ("Giới tính", dict(Sex.choices).get(person.sex, "chưa ghi")),
            ("Điện thoại", phones.show(person.phone) if person.phone else "chưa ghi"),
        ],
        "employments": [
            (POSTS.get(row.post, row.post), row.school_name, row.starts_on, row.ends_on) for row in found.employments
        ],
        "parts": parts,
        "blank": [part for part in parts if not part["rows"]],
        "pay": found.pay,
        "refused": found.refused,
        "may_see_pay": found.may_see_pay,
        "month": f"{today.month:02}/{today.year}",
        "may_write": may_write,
        "own": False,
    }


def _shown(part: Part) -> dict[str, Any]:
    """A part as the page draws it: each row with its facts in words, empty ones left out."""
    section = part.section
    return {
        "key": section.key,
        "label": section.label,
        "add": "" if section.once and part.rows else "Ghi mới",
        "rows": [{"id": row.pk, "over": _over(row), "facts": _facts(section, row)} for row in part.rows],
    }


def _facts(section: Section, row: RecordRow) -> list[tuple[str, str]]:
    found = [(field.label, field.shown(getattr(row, field.name))) for field in section.fields]
    if section.single and row.ends_on and "ends_on" not in {field.name for field in section.fields}:
        found.append(("Đến hết ngày", formats.date(row.ends_on)))
    if section.key == "luong" and row.ends_on is None:
        due = row.next_on  # type: ignore[attr-defined]
        found.append(("Nâng bậc lần sau", formats.date(due) if due else "đã ở bậc cuối"))
    return [(label, words) for label, words in found if words and words != "0" and words != "0,00"]


def _over(row: RecordRow) -> bool:
    return row.ends_on is not None and row.ends_on < clock.today()
