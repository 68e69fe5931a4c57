"""A real browser after sign-out: Back shows nothing of what was on the screen, on a shared machine of the staff room."""

from __future__ import annotations

from typing import Any

import pytest

from maitruong.assessment.gradebook.tests import factories as books
from maitruong.assessment.gradebook.tests.conftest import complaints, site, visit
from tests import factories as make

__all__ = ["complaints", "site", "visit"]
SECRET = "Nguyễn Bí Mật"


@pytest.mark.parametrize("way", ["back", "address"])
def test_no_page_is_visible_by_back_after_sign_out(visit: Any, site: str, way: str) -> None:
    room = books.a_classroom(pupils=(SECRET, "Lý A Sính"))
    page = visit(room.principal, f"/so-diem/{room.book()}/")
    page.get_by_text(SECRET).first.wait_for()
    page.goto(f"{site}/lop/")
    page.locator('form[action="/dang-xuat/"]').first.evaluate("form => form.submit()")
    page.wait_for_url("**/dang-nhap/**")

    if way == "back":
        page.go_back()
        page.go_back()
    else:
        page.goto(f"{site}/so-diem/{room.book()}/")
    page.wait_for_load_state()

    assert SECRET not in page.content() and "8A2" not in page.content()
    assert "/dang-nhap/" in page.url


def test_a_page_kept_open_saves_nothing_after_sign_out_elsewhere(visit: Any, site: str) -> None:
    room = books.a_classroom()
    teacher = books.teacher_of(room)
    page = visit(teacher, f"/so-diem/{room.book()}/")
    other = page.context.new_page()
    other.goto(f"{site}/")
    other.locator('form[action="/dang-xuat/"]').first.evaluate("form => form.submit()")
    other.wait_for_url("**/dang-nhap/**")

    answer = page.request.post(f"{site}/so-diem/{room.book()}/diem/", data="{}", max_redirects=0)

    assert answer.status in (302, 401, 403)
    with make.as_system():
        assert books.rows_of("gradebook_mark") == []
