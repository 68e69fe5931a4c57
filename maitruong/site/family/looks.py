"""Who looked into the child's file: what the audit knows, for those the file is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from maitruong.foundation.access import registry
from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Request, Scope, system_scope
from maitruong.foundation.audit import queries as audit
from maitruong.foundation.kernel import formats
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.organisations.types import UnitRef
from maitruong.foundation.people import queries as people
from maitruong.integration.open_api import queries as connections
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import Seat

from . import views

PAGE = 30
_NAMES = system_scope("names of who opened a child's file, for the family the audit tells it")
_ACTS = {
    "students.dossier_opened": "Mở xem hồ sơ",
    "students.number_shown": "Xem đủ số định danh",
    "duplicates.opened": "Đối chiếu với một hồ sơ giống",
    "verification.opened": "Mở xem kết quả đối chiếu dân cư",
    "verification.evidence_opened": "Xem giấy tờ của đề nghị điều chỉnh",
    "gradebook.history_opened": "Xem lịch sử sửa điểm",
    "gradebook.result_opened": "Xem vì sao có kết quả",
    "school_records.opened": "Mở xem học bạ",
    "school_records.downloaded": "Tải học bạ",
    "students.roster_exported": "Tải danh sách lớp",
    "students.taken_out": "Tải danh sách học sinh của trường",
    "dossiers.year_exported": "Tải hồ sơ năm của lớp",
}


@needs("family.view")
@require_safe
def looks(request: Request, student_id: int) -> HttpResponse:
    """Everybody but the family who opened the child's file or took it along: when, who, from where, what for."""
    scope = request.scope
    ids = views.all_ids_of(scope, student_id)
    student_id = ids[0]
    person = people.particulars(student_id)
    if person is None:
        raise NotFound
    older = formats.whole_number(request.GET.get("truoc"))
    found = audit.looks_at(ids, older_than=older, limit=PAGE + 1)
    shown = found[:PAGE]
    among = _places(enrolment.seats(scope, student_id=student_id, permission="family.view"))
    with unit_of_work(_NAMES):
        lists = audit.lists_taken(among) if older is None else []
        names = people.names({row.actor_id for row in (*shown, *lists) if row.actor_id})
    units = organisations.units(unit for row in (*shown, *lists) if (unit := _unit_of(row)) is not None)
    views.tell_opened(scope, [student_id])
    context = {
        "page_title": f"Ai đã xem hồ sơ · {person.full_name}",
        "child": person,
        "looks": [_shown(row, names, units) for row in shown],
        "lists": [_shown(row, names, units) for row in lists],
        "first_page": older is None,
        "visits": _visits(scope, student_id) if older is None else [],
        "next": f"?truoc={shown[-1].id}" if len(found) > PAGE else "",
        "crumbs": [
            {"label": views.own_page(scope), "url": reverse("family:children")},
            {"label": person.full_name, "url": reverse("family:child", args=[student_id])},
            {"label": "Ai đã xem hồ sơ"},
        ],
    }
    return render(request, "family/looks.html", context)


def _places(seats: Iterable[Seat]) -> list[audit.Among]:
    """The classes and schools in whose lists the child stood."""
    return [
        audit.Among(kind, key, seat.starts_on, seat.ends_on)
        for seat in seats
        for kind, key in (("class", seat.class_id), ("unit", seat.school_id))
    ]


def _visits(scope: Scope, student_id: int) -> list[dict[str, Any]]:
    """Programs that took the lists of the school the child is at: told by school, for such a list names every pupil."""
    schools = {g.school_ids for g in scope.grants if g.student_ids is None or student_id in g.student_ids}
    ids = {school for some in schools for school in some or ()}
    units = organisations.units(ids)
    return [{"visit": one, "school": units[one.school_id].name} for one in connections.visits(ids)]


def _shown(row: audit.Told, names: dict[int, str], units: dict[int, UnitRef]) -> dict[str, Any]:
    role, unit = registry.roles().get(row.workspace.partition(".")[0]), units.get(_unit_of(row) or 0)
    return {
        "at": row.at,
        "who": names.get(row.actor_id or 0, row.by or "Hệ thống"),
        "where": " · ".join(filter(None, (role.label if role else "", unit.name if unit else ""))),
        "act": _ACTS[row.action],
        "why": row.why,
        "deleted": row.deleted,
    }


def _unit_of(row: audit.Told) -> int | None:
    return formats.whole_number(row.workspace.partition(".")[2])
