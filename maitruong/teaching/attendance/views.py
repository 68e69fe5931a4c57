"""The sheet of a day: one tap chooses the session, one tap marks a pupil; tapping again takes it back."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.audit import reads
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import ClassRef
from maitruong.registry.schools import queries as schools

from . import queries, services
from .types import AFTERNOON, EXCUSED, MORNING, PRESENT, SESSIONS, STATES, UNEXCUSED, Entry, SheetRow

NOON = 12


@needs("attendance.view")
@require_safe
def classes(request: Request) -> HttpResponse:
    """The classes whose sheet one may open; a teacher of one class goes straight there."""
    scope = request.scope
    year = calendar.year_on(clock.today())
    school_id = scope.school_ids[0] if len(scope.school_ids) == 1 else None
    rows = enrolment.classes(scope, school_id, year, permission="attendance.view") if school_id else []
    if len(rows) == 1:
        return redirect("attendance:sheet", rows[0].id)
    return render(
        request, "attendance/classes.html", {"page_title": "Điểm danh", "rows": rows, "year": Year(year).label}
    )


@needs("attendance.view")
@require_safe
def sheet(request: Request, class_id: int) -> HttpResponse:
    scope = request.scope
    day, session = _asked(request.GET)
    ref, rows = queries.sheet(scope, class_id=class_id, day=day)
    _tell_opened(scope, ref)
    return render(request, "attendance/sheet.html", _context(scope, ref, rows, day, session))


@needs("attendance.enter")
@require_POST
def enter(request: Request, class_id: int) -> HttpResponse:
    """One tap: the pupil's new state, over the one the page showed. htmx gets the redrawn row, a plain form the whole page."""
    scope = request.scope
    day, session = _asked(request.POST)
    student_id = formats.whole_number(request.POST.get("pupil")) or 0
    entry = Entry(student_id, session, request.POST.get("state", ""), seen=request.POST.get("seen") or None)
    changes, problem = attempt(lambda: services.enter_absences(scope, class_id=class_id, day=day, entries=[entry]))
    if not request.headers.get("HX-Request") and not problem:
        return redirect(_address(class_id, day, session))
    ref, rows = queries.sheet(scope, class_id=class_id, day=day)
    context = {**_context(scope, ref, rows, day, session), "problem": problem}
    if not request.headers.get("HX-Request"):
        return render(request, "attendance/sheet.html", context, status=422)
    row = next((r for r in rows if r.student_id == student_id), None)
    if row is None:
        return render(request, "attendance/sheet.html", context, status=422)
    answer = render(request, "attendance/_row.html", {**context, "row": row}, status=422 if problem else 200)
    if changes:
        answer["HX-Trigger"] = json.dumps({"toast": {"text": _told(row, session), "kind": "good"}})
    return answer


@needs("attendance.view")
@require_safe
def totals(request: Request, class_id: int) -> HttpResponse:
    """Counted sessions of the class, pupil by pupil."""
    scope = request.scope
    ref = enrolment.class_ref(scope, class_id=class_id, permission="attendance.view")
    members = enrolment.members(ref, on=enrolment.day_within(ref.school_year))
    counts = queries.class_counts(scope, class_id=class_id)
    _tell_opened(scope, ref)
    facts = schools.facts(ref.school_id)
    return render(
        request,
        "attendance/totals.html",
        {
            "page_title": f"Buổi vắng lớp {ref.name}",
            "school_class": ref,
            "year": Year(ref.school_year).label,
            "rows": [(member, counts.get(member.student_id, queries.AbsenceCount())) for member in members],
            "most": 45,
            "two_sessions": facts is not None and facts.two_sessions,
            "counting": facts.absence_counting if facts else "plan",
            "crumbs": [
                {"label": "Điểm danh", "url": reverse("attendance:sheet", args=[ref.id])},
                {"label": "Tổng hợp"},
            ],
        },
    )


def _tell_opened(scope: Scope, ref: ClassRef) -> None:
    reads.list_opened(scope, "attendance.list_opened", school_id=ref.school_id, object_type="class", object_id=ref.id)


def _asked(given: Any) -> tuple[dt.date, str]:
    """The day and session asked for; without a word: today, and the session of this hour."""
    now = clock.now()
    try:
        day = formats.parse_date(given.get("ngay", "")) if given.get("ngay") else now.date()
    except Refusal:
        day = now.date()
    session = given.get("buoi", "")
    return day, session if session in SESSIONS else (MORNING if now.hour < NOON else AFTERNOON)


def _address(class_id: int, day: dt.date, session: str) -> str:
    query = urlencode({"ngay": formats.date(day), "buoi": session})
    return f"{reverse('attendance:sheet', args=[class_id])}?{query}"


def _context(scope: Scope, ref: ClassRef, rows: list[SheetRow], day: dt.date, session: str) -> dict[str, Any]:
    absent = [row for row in rows if row.state(session) != PRESENT]
    may_enter = enrolment.reaches_class(scope, "attendance.enter", school_id=ref.school_id, class_id=ref.id)
    shut = services.problem_of_day(ref, day) if may_enter else None
    above = {"label": "Điểm danh"}
    if scope.covers("attendance.view", school_id=ref.school_id):  # whoever is given one class has no list to go back to
        above["url"] = reverse("attendance:classes")
    return {
        "page_title": f"Điểm danh lớp {ref.name}",
        "crumbs": [above, {"label": f"Lớp {ref.name}"}],
        "school_class": ref,
        "rows": rows,
        "day": day,
        "session": session,
        "session_name": SESSIONS[session].lower(),
        "sessions": [
            {"label": label, "url": _address(ref.id, day, key), "current": key == session}
            for key, label in SESSIONS.items()
        ],
        "before": _address(ref.id, day - dt.timedelta(days=1), session),
        "after": _address(ref.id, day + dt.timedelta(days=1), session) if day < clock.today() else "",
        "today": day == clock.today(),
        "absent": len(absent),
        "states": STATES,
        "buttons": [(EXCUSED, "Có phép"), (UNEXCUSED, "Không phép")],
        "present": PRESENT,
        "may_enter": may_enter and shut is None,
        "shut": shut,
        "ahead": day > clock.today(),
        "problem": None,
    }


def _told(row: SheetRow, session: str) -> str:
    return (
        f"{row.full_name}: {STATES[row.state(session)].lower()}, buổi {SESSIONS[session].lower()}. Bấm lại để hoàn tác."
    )
