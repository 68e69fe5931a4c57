"""The work-list: who may stand twice, two files side by side, and what was decided."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.audit import reads
from maitruong.foundation.kernel import formats, phones
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import queries as people
from maitruong.foundation.people.merging import CHOICES
from maitruong.foundation.people.models import Sex
from maitruong.foundation.reference import catalogue as reference
from maitruong.foundation.reference.errors import UnknownCode
from maitruong.registry.staff.types import POSTS

from . import queries, services
from .types import PairRow, Question, Side

PAGE = 30
_LABELS = {
    "full_name": "Họ và tên",
    "born_on": "Ngày sinh",
    "sex": "Giới tính",
    "ethnic_group": "Dân tộc",
    "nationality": "Quốc tịch",
    "birthplace": "Nơi sinh",
    "residence": "Nơi ở hiện nay",
    "phone": "Điện thoại",
    "email": "Thư điện tử",
}
_SCHEMES = {"CCCD": "Số định danh cá nhân", "MOET": "Mã của Bộ", "SCHOOL": "Mã của trường"}
_CRUMB = "Hồ sơ trùng"


@needs("duplicates.view")
@require_safe
def waiting(request: Request) -> HttpResponse:
    scope = request.scope
    after = formats.whole_number(request.GET.get("sau"))
    found = queries.waiting(scope, after=after, limit=PAGE + 1)
    _tell_listed(scope, found)
    context = {
        "page_title": _CRUMB,
        "rows": _told(found[:PAGE]),
        "tabs": _tabs(scope, "waiting"),
        "first_page": after is None,
        "next": f"?sau={found[PAGE - 1].id}" if len(found) > PAGE else "",
    }
    return render(request, "duplicates/waiting.html", context)


@needs("duplicates.view")
@require_safe
def decided(request: Request) -> HttpResponse:
    scope = request.scope
    number = formats.whole_number(request.GET.get("trang")) or 0
    found = queries.decided(scope, page=number, limit=PAGE + 1)
    _tell_listed(scope, found)
    context = {
        "page_title": _CRUMB,
        "rows": _told(found[:PAGE]),
        "tabs": _tabs(scope, "decided"),
        "first_page": number == 0,
        "next": f"?trang={number + 1}" if len(found) > PAGE else "",
        "stayed": formats.whole_number(request.GET.get("tach")),
    }
    return render(request, "duplicates/decided.html", context)


@needs("duplicates.view")
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: Request, pair_id: int) -> HttpResponse:
    """Both files side by side; POST is the decision."""
    scope = request.scope
    if request.method == "POST":
        _, problem = attempt(lambda: _decide(request, scope, pair_id))
        if problem is None:
            return redirect("duplicates:decided")
        return _page(request, scope, pair_id, problem)
    return _page(request, scope, pair_id)


@needs("duplicates.decide")
@require_POST
def part(request: Request, pair_id: int) -> HttpResponse:
    scope = request.scope
    stayed, problem = attempt(lambda: services.part(scope, pair_id=pair_id, why=request.POST.get("why", "")))
    if problem is not None:
        return _page(request, scope, pair_id, problem)
    return redirect(f"{reverse('duplicates:decided')}?tach={stayed}")


def _decide(request: Request, scope: Scope, pair_id: int) -> bool:
    given = request.POST
    seen, why = given.get("seen", ""), given.get("why", "")
    if given.get("act") == "two":
        services.keep_apart(scope, pair_id=pair_id, seen=seen, why=why)
        return True
    stays_behind = given.get("stays_behind", "")
    taken = [name for name in CHOICES if given.get(name) == stays_behind]
    numbers = [scheme for scheme in _SCHEMES if given.get(f"number_{scheme}") == stays_behind]
    services.merge(scope, pair_id=pair_id, seen=seen, why=why, taken=taken, numbers=numbers)
    return True


def _page(request: Request, scope: Scope, pair_id: int, problem: Refusal | None = None) -> HttpResponse:
    found = services.open_pair(scope, pair_id=pair_id)
    kept_first = [found.one, found.other] if found.goes_on == found.row.low else [found.other, found.one]
    units = organisations.units({*found.row.low_places, *found.row.high_places})
    context = {
        "page_title": "Hai hồ sơ giống nhau",
        "found": found,
        "likely": _likely(found.row),
        "sides": kept_first,
        "fields": _fields(kept_first),
        "numbers": _numbers(kept_first),
        "lives": [_life(side) for side in kept_first],
        "places": [
            ", ".join(units[i].name for i in _places(found, side) if i in units) or "chưa rõ" for side in kept_first
        ],
        "problem": problem,
        "why": request.POST.get("why", ""),
        "crumbs": [{"label": _CRUMB, "url": reverse("duplicates:waiting")}, {"label": "Đối chiếu"}],
    }
    return render(request, "duplicates/pair.html", context, status=422 if problem else 200)


def _places(found: Question, side: Side) -> tuple[int, ...]:
    return found.row.low_places if side.person.id == found.row.low else found.row.high_places


def _fields(sides: list[Side]) -> list[dict[str, Any]]:
    """Row by row what both say; where they differ, which one is right is asked, the one who goes on first."""
    rows = []
    for name, label in _LABELS.items():
        words = [_words(side, name) for side in sides]
        if any(words):
            differ = words[0] != words[1]
            rows.append(
                {"name": name, "label": label, "words": words, "differ": differ, "asked": differ and all(words)}
            )
    return rows


def _words(side: Side, name: str) -> str:
    value = getattr(side.person, name)
    if name == "born_on":
        return formats.date(value) if value else ""
    if name == "sex":
        return dict(Sex.choices).get(value, "")
    if name == "phone":
        return phones.show(value) if value else ""
    if name == "ethnic_group":
        try:
            return reference.code("ethnic_group", value).name if value else ""
        except UnknownCode:
            return value
    return ("Việt Nam" if value == "VN" else value) if name == "nationality" else value


def _numbers(sides: list[Side]) -> list[dict[str, Any]]:
    rows = []
    for scheme, label in _SCHEMES.items():
        told = [", ".join(i.masked for i in side.identifiers if i.scheme == scheme) for side in sides]
        if any(told):
            rows.append({"scheme": scheme, "label": label, "words": told, "asked": all(told)})
    return rows


def _life(side: Side) -> list[tuple[str, str]]:
    """What hangs on this entry: classes, posts, family, account."""
    seats = [
        (f"Lớp {seat.class_name}, {seat.school_name}", f"{seat.status_label}, từ {formats.date(seat.starts_on)}")
        for seat in side.seats
    ]
    posts = [
        (POSTS.get(post.post, post.post), f"{post.school_name}, từ {formats.date(post.starts_on)}")
        for post in side.posts
    ]
    ties = [(name, relation) for name, relation in side.ties]
    account = [("Tài khoản", "đang dùng")] if side.has_account else []
    return [*seats, *posts, *ties, *account]


def _told(rows: list[PairRow]) -> list[dict[str, Any]]:
    units = organisations.units({i for row in rows for i in (*row.low_places, *row.high_places)})
    names = people.names({row.decided_by for row in rows if row.decided_by})
    return [
        {
            "row": row,
            "likely": _likely(row),
            "low_at": _names_of(row.low_places, units),
            "high_at": _names_of(row.high_places, units),
            "by": names.get(row.decided_by or 0, "Hệ thống"),
        }
        for row in rows
    ]


def _names_of(places: tuple[int, ...], units: dict[int, Any]) -> str:
    return ", ".join(units[i].name for i in places if i in units)


def _likely(row: PairRow) -> str:
    """In words: an officer weighs evidence, and a share with two decimals would only look like one."""
    if row.likely >= 0.9:
        return "rất giống"
    return "giống" if row.likely >= 0.5 else "có thể"


def _tabs(scope: Scope, now: str) -> list[dict[str, Any]]:
    return [
        {
            "label": "Chờ xem",
            "url": reverse("duplicates:waiting"),
            "current": now == "waiting",
            "count": formats.number(queries.count_waiting(scope)),
        },
        {"label": "Đã xử lý", "url": reverse("duplicates:decided"), "current": now == "decided"},
    ]


def _tell_listed(scope: Scope, rows: list[PairRow]) -> None:
    if rows and scope.workspace is not None and reads.from_above(scope):
        place = scope.workspace.unit_id
        reads.record_once_a_day(scope, "duplicates.listed", [reads.Look(place, "unit", place)])
