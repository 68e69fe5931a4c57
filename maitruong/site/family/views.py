"""The family's and the pupil's own pages: today first, then what is new; one's own child, whole, and no other.

It stands under the roof because it draws from classes, attendance and mark books at once. Never an average of the class, a
rank, or another child.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from maitruong.assessment.gradebook import queries as gradebook
from maitruong.assessment.gradebook.queries import FamilySubject, FamilyYear
from maitruong.assessment.school_records import queries as school_records
from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.audit import reads
from maitruong.foundation.kernel import clock, formats, vietnamese
from maitruong.foundation.kernel.school_year import TERM_LABELS
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.people import queries as people
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.calendar.types import Calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import Seat
from maitruong.teaching.attendance import queries as attendance
from maitruong.teaching.attendance.types import SESSIONS, AbsenceCount, AbsenceRow

from .ties import waiting_for

NEW_DAYS = 7
NEW_SUBJECTS = 4  # on the card of a child; how many more there are is said below them
NEWEST_MISSED = 12
SUNDAY = 6
LESSONS_BEGIN = 7  # o'clock: before it a word that nobody was missing would only sound like one
# What a family reads instead of the teachers' short names.
_MARK_NAMES = {
    **{f"TX{n}": f"thường xuyên lần {n}" for n in range(1, 5)},
    "GK": "giữa kì",
    "CK": "cuối kì",
}
_TONES = ("board", "tile", "quill", "sun", "info")


@dataclass(frozen=True)
class Child:
    """One card: who, where, one sentence about today, what is new [(title, sub, href, mark)]."""

    id: int
    name: str
    initials: str
    tone: str
    sub: str
    today: dict[str, str]
    news: tuple[tuple[str, str, str, str], ...]
    records: int = 0


@needs("family.view")
@require_safe
def children(request: Request) -> HttpResponse:
    scope = request.scope
    known = calendar.known()
    own = _own(scope)
    leads = enrolment.homeroom_teachers(scope, student_ids=own, permission="family.view")
    cards = [
        _card(scope, child, ids, number, known, leads.get(child, "")) for number, (child, ids) in enumerate(own.items())
    ]
    tell_opened(scope, [card.id for card in cards])
    waits, ties = waiting_for(scope.actor_id)
    context = {"page_title": own_page(scope), "children": cards, "is_pupil": _is_pupil(scope)}
    return render(request, "family/children.html", {**context, "waits": waits, "ties": ties})


@needs("family.view")
@require_safe
def child(request: Request, student_id: int) -> HttpResponse:
    scope = request.scope
    ids = all_ids_of(scope, student_id)
    if ids[0] != student_id:
        return redirect("family:child", ids[0])
    known = calendar.known()
    year = known.chosen(formats.whole_number(request.GET.get("nam")), on=clock.today())
    person = people.particulars(student_id)
    if person is None:
        raise NotFound
    seats = enrolment.seats(scope, student_id=student_id, permission="family.view")
    here = next((seat for seat in seats if seat.school_year == year), None)
    now = known.year_on(clock.today())
    leads = enrolment.homeroom_teachers(
        scope, student_ids=[student_id] if year == now else [], permission="family.view"
    )
    that_year = _written_as(seats, student_id, year)
    missed = _missed(scope, that_year, year)
    counted = sum(attendance.count_of(missed, school_year=year).values(), AbsenceCount())
    marks = _marks(scope, that_year, year)
    tell_opened(scope, [student_id])
    return render(
        request,
        "family/child.html",
        {
            "page_title": person.full_name,
            "child": person,
            "seat": here,
            "sub": _sub(here, leads.get(student_id, "")) if here else "Chưa có lớp trong năm học này",
            "today": _today(missed, here, known) if year == now else None,
            "missed": [(_absence(row), row.reason) for row in missed],
            "newest_missed": NEWEST_MISSED,
            "counted": counted,
            "terms": _terms(marks),
            "results": _results(marks, student_id, here),
            "conduct": _conduct(marks),
            "title": marks.title if marks else "",
            "records": _records(scope, ids),
            "year": Year(year).label,
            "years": [
                {"label": Year(y).label, "url": f"?nam={y}", "current": y == year}
                for y in sorted({seat.school_year for seat in seats}, reverse=True)
            ],
            "seats": seats,
            "year_label": lambda y: Year(y).label,
            "crumbs": [{"label": own_page(scope), "url": reverse("family:children")}, {"label": person.full_name}],
        },
    )


@needs("family.view")
@require_safe
def why(request: Request, student_id: int, class_id: int, term: int) -> HttpResponse:
    """Why the level is what it is: conditions, subjects, articles."""
    scope = request.scope
    student_id = all_ids_of(scope, student_id)[0]
    seats = enrolment.seats(scope, student_id=student_id, permission="family.view")
    seat = next((s for s in seats if s.class_id == class_id), None)
    person = people.particulars(student_id)
    if seat is None or person is None or term not in TERM_LABELS:
        raise NotFound
    told = gradebook.family_why(scope, student_id=seat.student_id, class_id=class_id, term=term)
    tell_opened(scope, [student_id])
    back = f"{reverse('family:child', args=[student_id])}?nam={seat.school_year}"
    return render(
        request,
        "family/why.html",
        {
            "page_title": f"Vì sao · {person.full_name}",
            "child": person,
            "term": TERM_LABELS[term],
            "seat": seat,
            "told": told,
            "crumbs": [
                {"label": own_page(scope), "url": reverse("family:children")},
                {"label": person.full_name, "url": back},
                {"label": "Vì sao"},
            ],
        },
    )


def _is_pupil(scope: Scope) -> bool:
    return scope.workspace is not None and scope.workspace.role == "pupil"


def own_page(scope: Scope) -> str:
    return "Việc học của em" if _is_pupil(scope) else "Con tôi"


def _own(scope: Scope) -> dict[int, list[int]]:
    """The children of this workspace, in the order of their grants, each with all ids it was ever written under."""
    granted = [s for grant in scope.grants if "family.view" in grant.permissions for s in grant.student_ids or ()]
    ids = list(dict.fromkeys(granted))
    goes_on_as = people.living(ids)
    own: dict[int, list[int]] = {}
    for written_as in ids:
        child = goes_on_as.get(written_as, written_as)
        own.setdefault(child if child in ids else written_as, []).append(written_as)
    return own


def tell_opened(scope: Scope, student_ids: list[int]) -> None:
    """Once an account, child and day: a family looks often, and who looked is what a school may have to answer."""
    schools = {s: grant.unit_id for grant in scope.grants for s in grant.student_ids or ()}
    looks = [reads.Look(schools[student_id], "student", student_id, student_id) for student_id in student_ids]
    reads.record_once_a_day(scope, "students.family_looked", looks)


def all_ids_of(scope: Scope, student_id: int) -> list[int]:
    """The ids one's own child was ever written under. Raises NotFound for anybody else's."""
    for child, ids in _own(scope).items():
        if student_id in ids:
            return [child, *(i for i in ids if i != child)]
    raise NotFound


def _written_as(seats: list[Seat], student_id: int, year: int) -> list[int]:
    """The ids the child was written under in a year: one, but for the year in which two schools each made a dossier."""
    return list(dict.fromkeys(seat.student_id for seat in seats if seat.school_year == year)) or [student_id]


def _missed(scope: Scope, ids: list[int], year: int) -> list[AbsenceRow]:
    found = [row for i in ids for row in attendance.family_absences(scope, student_id=i, school_year=year)]
    return found if len(ids) == 1 else sorted(found, key=lambda row: row.day, reverse=True)


def _marks(scope: Scope, ids: list[int], year: int) -> FamilyYear | None:
    """What was written in a year, under whichever id; the result is that of the newest seat."""
    found = [marks for i in ids if (marks := gradebook.family_marks(scope, student_id=i, school_year=year))]
    return replace(found[0], subjects=[s for marks in found for s in marks.subjects]) if found else None


def _card(scope: Scope, student_id: int, ids: list[int], number: int, known: Calendar, lead: str) -> Child:
    year = known.year_on(clock.today())
    over = known.over_on(year, today=clock.today()) is not None
    person = people.particulars(student_id)
    seats = enrolment.seats(scope, student_id=student_id, permission="family.view")
    that_year = _written_as(seats, student_id, year)
    missed, marks = _missed(scope, that_year, year), _marks(scope, that_year, year)
    here = next((seat for seat in seats if seat.school_year == year and (over or seat.ends_on is None)), None)
    name = person.full_name if person else ""
    address = reverse("family:child", args=[student_id])
    return Child(
        id=student_id,
        name=name,
        initials=vietnamese.initials(name),
        tone=_TONES[number % len(_TONES)],
        sub=_sub(here, lead) if here else "Chưa có lớp trong năm học này",
        today=_today(missed, here, known),
        news=(*_new_marks(marks, address), *_new_absences(missed, address)),
        records=len(_records(scope, ids)),
    )


def _sub(seat: Seat, lead: str) -> str:
    """lead: who leads the class today, "" for a class of a year that is over."""
    return f"Lớp {seat.class_name} · {seat.school_name}" + (f" · GVCN: {lead}" if lead else "")


def _today(missed: list[AbsenceRow], seat: Seat | None, known: Calendar) -> dict[str, str]:
    """One sentence about today, from what the school wrote, and nothing it did not write: outside the school year, on a Sunday
    and before the first lesson nobody can have been missing."""
    day = clock.today()
    today = [row for row in missed if row.day == day]
    if today:
        sessions = " và ".join(
            SESSIONS[row.session].lower() for row in sorted(today, key=lambda r: r.session != "morning")
        )
        excused = all(row.excused for row in today)
        return {
            "strong": f"Hôm nay vắng buổi {sessions},",
            "text": "có phép." if excused else "không phép. Liên hệ giáo viên chủ nhiệm nếu chưa rõ.",
            "kind": "warn" if excused else "danger",
        }
    year = known.year_on(day)
    if known.over_on(year, today=day) is not None:
        return {"strong": f"Năm học {Year(year).label} đã kết thúc.", "text": "", "kind": "neutral"}
    if known.knows(year) and day < known.span(year)[0]:
        return {"strong": f"Năm học bắt đầu ngày {formats.date(known.span(year)[0])}.", "text": "", "kind": "neutral"}
    if seat is None:
        return {"strong": "Chưa có lớp.", "text": "Nhà trường xếp lớp rồi sẽ hiện ở đây.", "kind": "neutral"}
    if day.weekday() == SUNDAY:
        return {"strong": "Hôm nay là Chủ nhật.", "text": "", "kind": "neutral"}
    if clock.now().hour < LESSONS_BEGIN:
        return {"strong": "Hôm nay chưa đến giờ học.", "text": "", "kind": "neutral"}
    return {"strong": "Hôm nay không ghi vắng buổi nào.", "text": f"Tính đến {clock.now():%H:%M}.", "kind": "good"}


def _new_marks(marks: FamilyYear | None, address: str) -> list[tuple[str, str, str, str]]:
    """Books written into of late, newest first, with the last mark that stands in each. A book knows when it was last written
    into, not which of its marks that was: so the day is said of the book."""
    since = clock.now() - dt.timedelta(days=NEW_DAYS)
    fresh = [s for s in (marks.subjects if marks else []) if s.updated_at and s.updated_at >= since and s.cells]
    fresh.sort(key=lambda s: s.updated_at or since, reverse=True)
    told = [(*_told_of(s), address, "" if s.kind == "quality" else s.cells[-1][1]) for s in fresh[:NEW_SUBJECTS]]
    more = len(fresh) - len(told)
    return [*told, (f"Và {more} môn khác mới có điểm, nhận xét", "", address, "")] if more else told


def _told_of(subject: FamilySubject) -> tuple[str, str]:
    """What the card calls a book with news, and the day of it."""
    last = subject.cells[-1][0]
    name = subject.name if subject.kind == "quality" else f"{subject.name}: {_MARK_NAMES.get(last, last.lower())}"
    return name, f"cập nhật ngày {formats.date(clock.day_of(subject.updated_at))}" if subject.updated_at else ""


def _new_absences(missed: list[AbsenceRow], address: str) -> list[tuple[str, str, str, str]]:
    since = clock.today() - dt.timedelta(days=NEW_DAYS)
    return [(_absence(row), row.reason, address, "") for row in missed if since <= row.day < clock.today()][:2]


def _absence(row: AbsenceRow) -> str:
    return (
        f"{formats.date(row.day)}, buổi {SESSIONS[row.session].lower()}: vắng {'có' if row.excused else 'không'} phép"
    )


def _terms(marks: FamilyYear | None) -> list[tuple[str, list[FamilySubject], str]]:
    """The books that have something, by term or moment, the newest first, each group with what its short words mean."""
    if marks is None:
        return []
    moments = {1: "Giữa học kì I", 2: "Cuối học kì I", 3: "Giữa học kì II", 4: "Cuối năm học"}
    groups: dict[tuple[int, int], list[FamilySubject]] = {}
    for subject in marks.subjects:
        if subject.cells or subject.comment or subject.result:
            groups.setdefault((subject.term, subject.moment), []).append(subject)
    return [
        (moments[moment] if moment else TERM_LABELS[term], found, _short_words(found))
        for (term, moment), found in sorted(groups.items(), reverse=True)
    ]


def _short_words(subjects: list[FamilySubject]) -> str:
    """What the short words that stand in these books mean: no more than a mother meets on this card."""
    kinds = {subject.kind for subject in subjects}
    told = []
    if kinds & {"score", "comment"}:
        told.append("TX: thường xuyên · GK: giữa kì · CK: cuối kì.")
    if "comment" in kinds:
        told.append("Đ: đạt · CĐ: chưa đạt.")
    if kinds & {"score", "comment"}:
        told.append("Số lớn bên phải là kết quả môn, hiện khi đủ điểm.")
    if "primary" in kinds:
        told.append("Mức ở môn học: T là hoàn thành tốt · H là hoàn thành · C là chưa hoàn thành.")
    if "quality" in kinds:
        told.append("Phẩm chất, năng lực: T là tốt · Đ là đạt · C là cần cố gắng.")
    return " ".join(told)


def _results(marks: FamilyYear | None, student_id: int, seat: Seat | None) -> list[dict[str, Any]]:
    if marks is None or seat is None:
        return []
    return [
        {
            "term": TERM_LABELS[term],
            "level": level,
            "why": reverse("family:why", args=[student_id, seat.class_id, term]),
        }
        for term, level in sorted(marks.learning.items(), key=lambda found: found[0] or 3)
    ]


def _records(scope: Scope, ids: list[int]) -> list[dict[str, Any]]:
    """The signed records, newest first, with how to read each, take it home and have it verified."""
    if not scope.may("school_records.family"):
        return []
    return [
        {
            "title": f"Năm học {Year(row.school_year).label}, lớp {row.class_name}",
            "state": row.state_label
            + (f", bản {row.version}" if row.version > 1 else "")
            + ("; bản sửa đã ký, đang chờ nhà trường phát hành" if row.replaced_soon else ""),
            "page": reverse("school_records:family_record", args=[row.record_id]),
            "pdf": reverse("school_records:family_download", args=[row.record_id, "pdf"]),
            "verify": reverse("school_records:verify_token", args=[row.record_id]),
            "stands": row.state in ("sealed", "issued"),
        }
        for student_id in ids
        for row in school_records.family_records(scope, student_id=student_id)
    ]


def _conduct(marks: FamilyYear | None) -> list[tuple[str, str, str]]:
    found = marks.conduct if marks else {}
    return [(TERM_LABELS[term], *found[term]) for term in sorted(found, key=lambda t: t or 3)]
