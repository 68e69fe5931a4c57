"""Journey: a school steps into the next year. The plan before, a pupil judged by hand, the step, and the way back."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.journeys.conftest import WIDTHS, House
from tests.journeys.hands import follow, picture, serious, until
from tools.places import CHECKOUT

pytestmark = pytest.mark.journey
HEAD, OFFICER = "Hiệu trưởng", "Chuyên viên · Sở GDĐT"
NEXT_YEAR = """
import datetime as dt, django
django.setup()
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.registry.calendar import services as calendar
scope = system_scope("stage of a journey")
with unit_of_work(scope):
    calendar.open_year(scope, year=2027, starts_on=dt.date(2027, 9, 6), term_two_starts_on=dt.date(2028, 1, 10),
                       ends_on=dt.date(2028, 5, 31))
"""


@pytest.fixture(scope="module", autouse=True)
def next_year(house: House) -> Iterator[None]:
    run = [sys.executable, "-c", NEXT_YEAR]
    made = subprocess.run(run, env=house.environment, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr[-2000:]
    yield


@pytest.mark.parametrize("width", WIDTHS)
def test_the_head_looks_judges_one_steps_and_steps_back(house: House, enter: Callable[..., Any], width: int) -> None:
    page = enter(HEAD, width=width)
    page.goto(f"{house.url}/len-lop/")
    assert page.get_by_label("Tên lớp năm sau của lớp 6A1").input_value() == "7A1"
    picture(page, "next-year-plan")
    assert serious(page) == []

    follow(page.get_by_role("link", name="lớp 6A1 chờ xét"))
    assert "chưa có kết quả cả năm" in page.locator("main").inner_text()
    picture(page, "next-year-waiting")
    assert serious(page) == []
    waiting = page.locator("a[href*='/em/']").first
    follow(waiting)
    picture(page, "next-year-pupil")
    assert serious(page) == []
    page.get_by_label("Lên lớp").or_(page.get_by_label("Hoàn thành chương trình cấp học")).first.check()
    page.get_by_label("Lí do").fill("Theo biên bản xét lên lớp")
    follow(page.get_by_role("button", name="Lưu"))

    follow(page.get_by_role("button", name=re.compile(r"Lên lớp \d+ em")))
    assert until(page, lambda: "xong" in page.locator("main").inner_text(), 60)
    page.goto(f"{house.url}/len-lop/")
    assert until(page, lambda: "Đã lên lớp" in page.locator("main").inner_text())
    picture(page, "next-year-done")
    assert serious(page) == []

    page.get_by_label("Lí do").fill("chạy thử")
    follow(page.get_by_role("button", name="Lùi lại"))
    assert "Đã lùi lại." in page.locator("main").inner_text()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_department_counts_the_province_before_anything_is_written(
    house: House, enter: Callable[..., Any], width: int
) -> None:
    page = enter(OFFICER, width=width)
    page.goto(f"{house.url}/len-lop/")
    follow(page.get_by_role("button", name="Xem trước"))
    assert until(page, lambda: "xong" in page.locator("main").inner_text(), 60)
    page.goto(f"{house.url}/len-lop/?con=1")
    assert page.get_by_role("table").locator("tbody tr").count() > 0
    picture(page, "next-year-province")
    assert serious(page) == []
