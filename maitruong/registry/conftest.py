"""One school with a class of three, a neighbour, and the people who work there; the clock stands at 20 November 2026."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from maitruong.foundation.kernel import clock
from tests import factories as make


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with clock.standing_still(dt.datetime(2026, 11, 20, 8, 0, tzinfo=clock.VIETNAM)):
        yield


@pytest.fixture
def place(db: None) -> SimpleNamespace:
    department = make.a_department()
    commune, other = make.a_commune(department), make.a_commune(department, "Xã Vĩnh Bảo")
    school, neighbour = make.a_school(commune), make.a_school(other, "THCS Vĩnh Bảo")
    class_id, pupils = make.a_class(school, pupils=("Nguyễn Minh Ánh", "Lý A Sính", "Trần Thị Hòa"))
    their_class, their_pupils = make.a_class(neighbour, "6A1", pupils=("Vũ Thị Hà",), grade=6)
    teacher = make.an_employee(school, "Phạm Thu Lan")
    return SimpleNamespace(
        department=department,
        commune=commune,
        school=school,
        neighbour=neighbour,
        class_id=class_id,
        pupils=pupils,
        their_class=their_class,
        their_pupil=their_pupils[0],
        teacher=teacher,
        principal=make.scope_of(make.a_principal(school)),
        stranger=make.scope_of(make.a_principal(neighbour, "Bùi Thị Hoa")),
        clerk=make.scope_of(make.a_post_holder(school, "clerk", "Đặng Văn Thư")),
    )
