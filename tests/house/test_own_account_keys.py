"""«Tài khoản của tôi» by the keyboard: what Enter does, and what it does not."""

from __future__ import annotations

from typing import Any

from django.test import Client

from maitruong.assessment.gradebook.tests.conftest import complaints, site, visit
from tests import factories as make

__all__ = ["complaints", "site", "visit"]
PASSWORD = "bầu trời xanh trên mái trường"
PHONE = "Mozilla/5.0 (Linux; Android 14; SM-A057F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile"


def test_enter_in_the_form_of_devices_signs_nobody_out(visit: Any) -> None:
    principal = make.a_principal(make.a_school(make.a_commune(make.a_department())))
    principal.set_password(PASSWORD)
    principal.save()
    phone = Client(headers={"User-Agent": PHONE})
    phone.post("/dang-nhap/", {"login": principal.login, "password": PASSWORD})
    page = visit(principal, "/tai-khoan-cua-toi/")
    page.evaluate("document.addEventListener('submit', event => { event.preventDefault(); document.title = 'sent' })")

    page.get_by_label("Mật khẩu đang dùng").first.fill(PASSWORD)
    page.keyboard.press("Enter")
    by_enter = page.title()
    page.get_by_role("button", name="Đăng xuất Chrome trên Android").click()

    assert by_enter != "sent" and page.title() == "sent"
