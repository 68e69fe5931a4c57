"""Two schools with a class of grade 8 each, a family, and short ways to take the steps of an application."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

from maitruong.foundation.access.services import unit_of_work
from maitruong.registry.enrolment.models import Enrolment
from maitruong.registry.transfers import services
from maitruong.registry.transfers.models import Transfer
from maitruong.registry.transfers.services import Wish
from tests import factories as make

WISH = Wish("gia đình chuyển chỗ ở về Vĩnh Bảo", "lớp học buổi sáng", dt.date(2026, 12, 1))


def two_schools(place: SimpleNamespace) -> SimpleNamespace:
    """`place`, where the neighbour has 8B1 with one pupil and a clerk, and the first pupil has a mother."""
    class_b, _ = make.a_class(place.neighbour, "8B1", pupils=("Bùi Văn Nam",), grade=8)
    mother = make.a_guardian("Nguyễn Thị Mẹ", child=place.pupils[0], school=place.school)
    clerk = make.a_post_holder(place.neighbour, "clerk", "Ngô Thị Thư Ký")
    return SimpleNamespace(
        **vars(place), class_b=class_b, pupil=place.pupils[0], mother_account=mother, mother=make.scope_of(mother),
        their_clerk_account=clerk, their_clerk=make.scope_of(clerk),
    )  # fmt: skip


def applied(two: SimpleNamespace, student_id: int | None = None) -> int:
    return do(
        two.mother, services.apply_as_family, student_id=student_id or two.pupil, to_school_id=two.neighbour, wish=WISH
    )


def accepted(two: SimpleNamespace) -> int:
    made = applied(two)
    do(two.stranger, services.accept, transfer_id=made, why="giấy tiếp nhận số 12")
    return made


def released(two: SimpleNamespace) -> int:
    made = accepted(two)
    do(two.principal, services.release, transfer_id=made, why="giấy giới thiệu số 7")
    return made


def received(two: SimpleNamespace, on: dt.date = dt.date(2026, 11, 23)) -> int:
    made = released(two)
    do(two.their_clerk, services.receive, transfer_id=made, class_id=two.class_b, starts_on=on)
    return made


def do(scope: Any, act: Any, **facts: Any) -> Any:
    with unit_of_work(scope):
        return act(scope, **facts)


def state_of(transfer_id: int) -> str:
    with make.as_system():
        return Transfer._base_manager.get(pk=transfer_id).state


def seats_of(student_id: int) -> list[tuple[int, dt.date, dt.date | None, str]]:
    """(school, first day, last day, status) in the order of the days."""
    with make.as_system():
        rows = Enrolment._base_manager.filter(student_id=student_id).order_by("starts_on", "pk")
        return [(row.school_id, row.starts_on, row.ends_on, row.status) for row in rows]
