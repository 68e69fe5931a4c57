"""Journey: a real province begins. From the administrator's one-time link to a mark in a book, every step on a page.

No seed: the database holds what `./dev new-province` makes and nothing else, and it is of the kind that is never a demo, so
everybody enters by a one-time link, a password and an authenticator. Only its cookies are those of plain http.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest
from django.db import connection

from maitruong.assessment.gradebook.tests.conftest import site  # noqa: F401 the running program, for this journey too
from maitruong.foundation.kernel import clock
from maitruong.site import province
from tests import factories as make
from tests.journeys.hands import at, follow, picture, serious, until

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PASSWORD = "một câu dài của riêng tôi"
CODE = "3111407001"
SUMMER = dt.datetime(2027, 7, 1, 8, 0, tzinfo=clock.VIETNAM)
ADDRESS = "https://maitruong.haiphong.example"


@dataclass
class Person:
    """Somebody at a browser of their own."""

    page: Any
    site: str
    problems: list[str]

    def go(self, path: str, name: str = "") -> None:
        """Open a page; a page with a name is looked at, wide and narrow, by axe and for the picture."""
        self.page.goto(self.site + path)
        if name:
            self.look(name)

    def look(self, name: str) -> None:
        for width, height in ((390, 844), (1366, 900)):
            self.page.set_viewport_size({"width": width, "height": height})
            if self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") > 1:
                self.problems.append(f"{name} scrolls sideways at {width}")
            self.problems += [f"{name} at {width}: {said}" for said in serious(self.page)]
            picture(self.page, name)

    def fill(self, **values: str) -> None:
        """Fields by name: a text, or the words of a choice."""
        for name, text in values.items():
            box = self.page.locator(f"main [name='{name}']").first
            if box.evaluate("e => e.tagName") == "SELECT":
                box.select_option(label=text)
            else:
                box.fill(text)

    def press(self, name: str) -> None:
        follow(self.page.get_by_role("button", name=name, exact=True))

    def sees(self, words: str) -> bool:
        return bool(until(self.page, lambda: self.page.get_by_text(words).first.is_visible(), seconds=5))

    def come_by(self, link: str, login: str) -> None:
        """Set password and authenticator by the one-time link, then sign in with both."""
        page = self.page
        page.goto(self.site + urlsplit(link).path)
        totp = pyotp.TOTP(page.locator("[name=secret]").input_value())
        for _ in range(3):
            page.locator("[name=password]").fill(PASSWORD)
            # A code is good once, so this is the one of the half minute before; at its very end it has just gone stale.
            page.locator("[name=code]").fill(totp.at(int(time.time()) - 30))
            self.press("Đặt mật khẩu")
            if page.locator("[name=login]").count():
                break
        page.locator("[name=login]").fill(login)
        page.locator("[name=password]").fill(PASSWORD)
        self.press("Đăng nhập")
        page.locator("[name=code]").fill(totp.now())
        self.press("Tiếp tục")
        page.get_by_role("heading", level=1).first.wait_for()

    def told_once(self) -> tuple[str, str]:
        """Login and link of the account just opened, as the page shows them once."""
        cells = self.page.locator("tbody tr").first.locator("td")
        return cells.nth(0).inner_text(), cells.nth(1).inner_text()


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with clock.standing_still(dt.datetime(2026, 11, 20, 8, 0, tzinfo=clock.VIETNAM)):
        yield


@pytest.fixture
def problems() -> list[str]:
    return []


@pytest.fixture
def somebody(chromium: Any, site: str, problems: list[str]) -> Iterator[Callable[[], Person]]:  # noqa: F811
    contexts: list[Any] = []

    def come() -> Person:
        context = chromium.new_context(viewport={"width": 1366, "height": 900}, locale="vi-VN")
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on("console", lambda said: problems.append(f"{page.url}: {said.text}") if _complains(said) else None)
        return Person(page, site, problems)

    yield come
    for context in contexts:
        context.close()


def _complains(said: Any) -> bool:
    return said.type == "error" and "the server responded with a status of 422" not in said.text


def test_from_the_one_time_link_to_the_first_mark(somebody: Callable[[], Person], problems: list[str]) -> None:
    administrator = given_a_province_just_born(somebody())
    officer = somebody()
    officer.come_by(*the_administrator_makes_an_officer(administrator))
    the_officer_founds_a_school(officer)
    the_officer_sets_the_years(officer)
    principal = somebody()
    principal.come_by(*the_administrator_brings_the_school_its_principal(administrator))
    the_principal_takes_people_on(principal)
    clerk, teacher = somebody(), somebody()
    links = the_principal_gives_them_accounts(principal)
    the_principal_opens_classes_and_says_who_teaches(principal)
    clerk.come_by(*links["Phạm Thu Trang"])
    the_clerk_adds_a_pupil(clerk)
    the_principal_opens_the_books(principal)
    teacher.come_by(*links["Nguyễn Thị Lan"])
    the_teacher_enters_a_mark(teacher)
    with clock.standing_still(SUMMER):
        the_officer_closes_the_year(officer)
        the_teacher_only_reads_it(teacher)

    assert problems == []
    acts = acts_of_the_audit()
    for act in (
        "schools.founded", "calendar.year_corrected", "calendar.year_opened", "staff.employed", "rights.given",
        "accounts.opened", "enrolment.class_opened", "timetable.teaching_assigned", "enrolment.homeroom_appointed",
        "students.registered", "enrolment.pupil_enrolled", "gradebook.books_opened", "gradebook.marks_entered",
        "calendar.year_closed",
    ):  # fmt: skip
        assert act in acts, act


def given_a_province_just_born(person: Person) -> Person:
    born = province.new_province(
        province="31",
        department="Sở GDĐT Hải Phòng",
        public_address=ADDRESS,
        administrator="Vũ Đình Bách",
        login="quan-tri",
    )
    person.come_by(born.link, born.login)
    assert person.sees("Chào Vũ Đình Bách")
    assert "BẢN THỬ" not in person.page.content()
    assert person.sees("Sở chưa có chuyên viên nào trong hệ thống")
    person.look("begins-first-page")
    return person


def the_administrator_makes_an_officer(administrator: Person) -> tuple[str, str]:
    administrator.go("/quyen/giao/", "begins-give")
    administrator.fill(role="Chuyên viên Sở", full_name="Trịnh Thu Hằng", why="Quyết định số 1/QĐ-SGDĐT")
    administrator.press("Giao")
    login, link = administrator.told_once()
    return link, login


def the_officer_founds_a_school(officer: Person) -> None:
    officer.go("/truong/", "begins-no-school")
    follow(officer.page.get_by_role("link", name="Lập trường"))
    officer.fill(
        code=CODE,
        name="Trường THCS Lê Chân",
        school_type="Trường trung học cơ sở",
        commune="Phường Lê Chân",
        address="12 Hồ Sen",
        governor="UBND phường Lê Chân",
        day="01/09/1995",
    )
    officer.look("begins-found")
    officer.press("Lập trường")
    assert officer.sees("Trực thuộc") and officer.sees("UBND phường Lê Chân")
    officer.look("begins-school")

    officer.go("/truong/lap/")
    officer.fill(code=CODE, name="Trường khác", school_type="Trường tiểu học", commune="Phường Lê Chân")
    officer.fill(governor="UBND phường Lê Chân")
    officer.press("Lập trường")
    assert officer.sees(f"Mã {CODE} đã cấp cho Trường THCS Lê Chân.")
    officer.look("begins-found-refused")
    officer.go("/truong/", "begins-one-school")


def the_officer_sets_the_years(officer: Person) -> None:
    officer.go("/nam-hoc/2026/", "begins-dates")
    officer.fill(term_two_starts_on="11/01/2027")
    officer.press("Ghi")
    follow(officer.page.get_by_role("link", name="Mở năm học 2027-2028"))
    officer.press("Mở năm học")
    assert officer.sees("2027-2028") and officer.sees("11/01/2027")
    officer.look("begins-years")


def the_administrator_brings_the_school_its_principal(administrator: Person) -> tuple[str, str]:
    administrator.go("/quyen/giao/")
    administrator.fill(role="Hiệu trưởng", full_name="Đỗ Minh Nguyệt", unit=CODE, why="Quyết định số 2/QĐ-UBND")
    administrator.press("Giao")
    login, link = administrator.told_once()
    return link, login


def the_principal_takes_people_on(principal: Person) -> None:
    assert principal.sees("Chào Đỗ Minh Nguyệt") and principal.sees("Năm học 2026-2027 chưa có lớp nào")
    principal.look("begins-first-page-of-school")
    for name, post in (("Nguyễn Thị Lan", "Giáo viên"), ("Hoàng Thị Vân", "Giáo viên"), ("Phạm Thu Trang", "Văn thư")):
        principal.go("/doi-ngu/nhan/")
        principal.fill(full_name=name, post=post, day="01/09/2026")
        principal.press("Nhận")
        assert principal.sees(name)
    principal.go("/quyen/giao/")
    principal.fill(role="Văn thư", person="Phạm Thu Trang", why="Phân công văn thư")
    principal.press("Giao")
    principal.go("/doi-ngu/", "begins-staff")


def the_principal_gives_them_accounts(principal: Person) -> dict[str, tuple[str, str]]:
    """Name → (link, login)."""
    found = {}
    for name in ("Phạm Thu Trang", "Nguyễn Thị Lan"):
        principal.go("/tai-khoan/")
        follow(principal.page.locator("tr", has_text=name).get_by_role("button").first)
        login, link = principal.told_once()
        found[name] = (link, login)
    return found


def the_principal_opens_classes_and_says_who_teaches(principal: Person) -> None:
    principal.go("/phan-cong/", "begins-no-class")
    principal.go("/lop/")
    follow(principal.page.get_by_role("link", name="Mở lớp"))
    principal.look("begins-open-class")
    principal.fill(grade="Khối 8", name="8A1, 8A2")
    principal.press("Mở lớp")
    assert principal.page.locator("tbody tr").count() == 2

    principal.go("/phan-cong/", "begins-classes")
    follow(principal.page.get_by_role("link", name="8A1"))
    principal.fill(
        homeroom="Hoàng Thị Vân", day="05/09/2026", **{"mon-TOAN": "Nguyễn Thị Lan", "mon-NV": "Hoàng Thị Vân"}
    )
    principal.press("Ghi phân công")
    assert principal.sees("Đã ghi phân công")
    principal.look("begins-class")
    principal.go("/phan-cong/?xem=giao-vien", "begins-teachers")
    follow(principal.page.get_by_role("link", name="Nguyễn Thị Lan"))
    principal.look("begins-teacher")


def the_clerk_adds_a_pupil(clerk: Person) -> None:
    clerk.go("/lop/")
    follow(clerk.page.get_by_role("link", name="8A1"))
    follow(clerk.page.get_by_role("link", name="Thêm học sinh"))
    clerk.fill(full_name="Nguyễn Phạm Khánh Huyền", born_on="04/05/2013", day="05/09/2026")
    clerk.page.get_by_label("Nữ").check()
    clerk.press("Thêm vào lớp")
    assert clerk.sees("Nguyễn Phạm Khánh Huyền")


def the_principal_opens_the_books(principal: Person) -> None:
    principal.go("/so-diem/", "begins-no-books")
    principal.press("Mở sổ lớp 8A1")
    assert principal.page.get_by_role("link", name="8A1").first.is_visible()


def the_teacher_enters_a_mark(teacher: Person) -> None:
    teacher.go("/so-diem/")
    follow(teacher.page.get_by_role("link", name="Toán").first)
    teacher.page.locator(at(1, 1)).focus()
    teacher.page.keyboard.type("7,5")
    teacher.page.keyboard.press("Enter")
    assert until(teacher.page, lambda: first_marks() == [75])
    teacher.page.reload()
    assert teacher.page.locator(at(1, 1)).input_value() == "7,5"


def the_officer_closes_the_year(officer: Person) -> None:
    officer.go("/nam-hoc/", "begins-year-over")
    follow(officer.page.get_by_role("link", name="Khoá", exact=True))
    officer.look("begins-close-year")
    officer.page.get_by_role("button", name="Khoá năm học 2026-2027", exact=True).click()
    dialog = officer.page.get_by_role("dialog")
    dialog.wait_for()
    officer.look("begins-close-year-asked")
    dialog.locator("[name=why]").fill("Báo cáo kết thúc năm học số 45/BC-SGDĐT")
    dialog.get_by_role("button", name="Khoá năm học 2026-2027").click()
    assert officer.sees("đã khoá")


def the_teacher_only_reads_it(teacher: Person) -> None:
    teacher.page.reload()
    assert teacher.sees("năm học đã khoá")
    assert not teacher.page.locator(at(1, 1)).is_editable()


def first_marks() -> list[int | None]:
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute("SELECT tx1 FROM gradebook_mark WHERE subject = 'TOAN'")
        return [tenths for (tenths,) in cursor.fetchall()]


def acts_of_the_audit() -> set[str]:
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT action FROM audit_entry")
        return {action for (action,) in cursor.fetchall()}
