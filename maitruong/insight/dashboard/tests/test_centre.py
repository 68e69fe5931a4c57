"""The operations centre: every figure in its scope, as of its moment, with the rows behind it."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from maitruong.assessment.gradebook.tests import factories as books
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import services as organisations
from maitruong.foundation.organisations.models import AdminUnit, FormerUnit, Unit
from maitruong.insight.dashboard import queries
from maitruong.insight.indicators import services as indicators
from maitruong.registry.enrolment.models import SchoolClass
from tests import factories as make

pytestmark = pytest.mark.django_db
MORNING = dt.datetime(2026, 11, 20, 6, 30, tzinfo=clock.VIETNAM)


@pytest.fixture(autouse=True)
def still_morning():
    with clock.standing_still(MORNING):
        yield


@pytest.fixture
def province() -> dict[str, int]:
    department = make.a_department()
    commune = make.a_commune(department)
    ours, theirs = make.a_school(commune), make.a_school(make.a_commune(department, "Xã Vĩnh Bảo"), "THCS Vĩnh Bảo")
    class_id, pupils = make.a_class(ours, pupils=("Nguyễn Minh Anh", "Lý A Sính"))
    make.a_class(theirs, "6A1", pupils=("Vũ Thị Hà",), grade=6)
    officer = make.a_person("Lê Trung Kiên", department)
    make.a_post(officer, "department_officer", department)
    return {
        "ours": ours,
        "theirs": theirs,
        "commune": commune,
        "class": class_id,
        "pupil": pupils[0],
        "officer": make.an_account(officer),
        "principal": make.a_principal(ours),
    }


def an_entry(province: dict, at: dt.datetime, version: int) -> None:
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO gradebook_markhistory"
            " (school_year, school_id, class_id, kind, subject, slot, student_id, cell, version, old, new, at)"
            " VALUES (2026, %s, %s, 'score', 'TOAN', 1, %s, 'tx1', %s, NULL, '7,5', %s)",
            [province["ours"], province["class"], province["pupil"], version, at],
        )


def counted(province: dict) -> None:
    indicators.recount([province["ours"], province["theirs"]], 2026)


def centre_of(account: object) -> queries.Centre:
    scope = make.scope_of(account)  # type: ignore[arg-type]
    with unit_of_work(scope):
        return queries.centre(scope, queries.period())


def test_figures_are_those_of_the_scope(province: dict) -> None:
    counted(province)

    whole, school = centre_of(province["officer"]), centre_of(province["principal"])

    assert {k: whole.numbers[k] for k in ("schools", "classes", "pupils")} == {"schools": 2, "classes": 2, "pupils": 3}
    assert {k: school.numbers[k] for k in ("schools", "classes", "pupils")} == {"schools": 1, "classes": 1, "pupils": 2}


def test_today_is_the_day_in_vietnam_also_at_half_past_six(province: dict) -> None:
    an_entry(province, MORNING - dt.timedelta(minutes=10), 1)
    an_entry(province, MORNING.replace(hour=0, minute=0), 2)
    an_entry(province, MORNING.replace(hour=0, minute=0) - dt.timedelta(seconds=1), 3)
    counted(province)

    found = centre_of(province["officer"])

    assert found.numbers["marks_today"] == 2
    assert found.by_day["2026-11-19"] == 1


def test_counting_twice_is_counting_once_and_what_is_gone_becomes_zero(province: dict) -> None:
    counted(province)
    with make.as_system() as scope:
        SchoolClass.objects.visible_to(scope, "").filter(school_id=province["theirs"]).update(school_year=2025)
    counted(province)
    counted(province)

    assert centre_of(province["officer"]).numbers["classes"] == 1


def test_as_of_is_the_oldest_fact_not_yet_counted(province: dict) -> None:
    indicators.refresh()
    indicators.mark_stale([(province["ours"], 2026, "rolls", MORNING - dt.timedelta(minutes=5))])

    assert centre_of(province["officer"]).as_of == MORNING - dt.timedelta(minutes=5)
    assert indicators.refresh() == 1
    assert centre_of(province["officer"]).as_of > MORNING - dt.timedelta(minutes=5)


def test_the_rows_behind_a_figure_stop_at_the_scope(client: Client, province: dict) -> None:
    counted(province)
    client.force_login(province["principal"])

    mine = client.get(f"/dieu-hanh/truong/{province['ours']}/")
    other = client.get(f"/dieu-hanh/truong/{province['theirs']}/")
    nowhere = client.get("/dieu-hanh/truong/999999999/")

    assert mine.status_code == 200 and "8A2" in mine.content.decode()
    assert other.status_code == nowhere.status_code == 404
    assert other.content == nowhere.content


@pytest.mark.parametrize("page", ["/dieu-hanh/", "/dieu-hanh/xa/", "/dieu-hanh/truong/", "/dieu-hanh/ket-qua/"])
def test_a_page_costs_the_same_for_a_school_and_a_province(client: Client, province: dict, page: str) -> None:
    counted(province)
    costs = []
    for account in ("principal", "officer"):
        client.force_login(province[account])
        client.get(page)
        with connection.execute_wrapper(lambda execute, *rest: (costs.append(1), execute(*rest))[1]):
            before = len(costs)
            assert client.get(page).status_code == 200
            costs[before:] = [len(costs) - before]
    assert costs[0] == costs[1]


def test_figures_answer_204_when_nothing_changed(client: Client, province: dict) -> None:
    counted(province)
    client.force_login(province["officer"])
    page = client.get("/dieu-hanh/so-lieu/").content.decode()
    etag = page.split("etag=")[1].split('"')[0]

    assert client.get(f"/dieu-hanh/so-lieu/?etag={etag}").status_code == 204
    an_entry(province, MORNING, 9)
    counted(province)
    assert client.get(f"/dieu-hanh/so-lieu/?etag={etag}").status_code == 200


def test_levels_change_to_this_year_only_when_most_pupils_have_one() -> None:
    last_year = {8: {"3": 40, "2": 60}}
    few, most = {8: {"3": 2}}, {8: {"3": 30, "2": 21}}

    assert not queries.is_a_picture(few, beside=last_year)
    assert queries.is_a_picture(most, beside=last_year)
    assert queries.is_a_picture(few, beside={})
    assert not queries.is_a_picture({}, beside={})


@pytest.fixture
def reformed(province: dict) -> dict[str, int]:
    """A year was counted; since then one school was renamed and lies elsewhere, and another one ended."""
    since = DateRange(dt.date(2020, 1, 1), None)
    old, new = (
        AdminUnit.objects.create(code=code, name=name, kind="Xã", level="commune", valid=since)
        for code, name in (("1", "Cũ"), ("2", "Mới"))
    )
    Unit.objects.filter(pk=province["ours"]).update(admin_unit_id=old.pk)
    indicators.recount([province["ours"], province["theirs"]], 2025)
    counted(province)
    with clock.standing_still(dt.datetime(2026, 8, 10, 9, tzinfo=clock.VIETNAM)):
        organisations.describe_unit(province["ours"], name="THCS Tên Mới", sort_key="0", admin_unit_id=new.pk)
        organisations.close_unit(unit_id=province["theirs"], last_day=dt.date(2026, 8, 9))
    return province


def schools_of(account: object, year: int) -> list[tuple[str, str]]:
    scope = make.scope_of(account)  # type: ignore[arg-type]
    with unit_of_work(scope):
        rows, count = queries.schools(scope, queries.period(year), page=slice(0, 50))
    assert count == len(rows)
    return [(row.name, row.commune) for row in rows]


def test_last_years_report_comes_out_as_last_year(reformed: dict) -> None:
    assert schools_of(reformed["officer"], 2025) == [("THCS Lê Chân", "Xã Cũ"), ("THCS Vĩnh Bảo", "")]
    assert schools_of(reformed["officer"], 2026) == [("THCS Tên Mới", "Xã Mới")]


def test_its_communes_and_results_tell_of_that_year_too(client: Client, reformed: dict) -> None:
    client.force_login(reformed["officer"])

    then = {
        path: client.get(f"/dieu-hanh/{path}?nam=2025").content.decode() for path in ("", "xa/", "truong/", "ket-qua/")
    }
    now = client.get("/dieu-hanh/xa/").content.decode()

    assert "Xã Cũ" in then["xa/"] and "Xã Mới" not in then["xa/"]
    assert "Xã Mới" in now and "Xã Cũ" not in now
    assert "hx-trigger" not in then[""] and "Điểm ghi hôm nay" not in then[""]
    assert all("nam=2025" in page or path == "ket-qua/" for path, page in then.items())


def test_a_commune_whose_books_are_all_closed_is_not_to_be_reminded(client: Client, province: dict) -> None:
    counted(province)
    client.force_login(province["officer"])

    with make.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE indicators_figures SET books_1 = 2, books_closed_1 = CASE school_id WHEN %s THEN 2 ELSE 1 END",
            [province["ours"]],
        )
    some = reminded(client.get("/dieu-hanh/").content.decode())
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute("UPDATE indicators_figures SET books_closed_1 = 2")
    none = reminded(client.get("/dieu-hanh/").content.decode())

    assert "75%" in some and "Không còn xã, phường nào cần nhắc." not in some
    assert "Không còn xã, phường nào cần nhắc." in none and "100%" not in none


def reminded(page: str) -> str:
    """The card of the communes to be reminded."""
    return page.split("Xã, phường cần nhắc")[1].split("</section>")[0]


def with_books(province: dict, ours: tuple[int, int], theirs: tuple[int, int]) -> None:
    """(closed, of how many) books of the first term of the two schools."""
    with make.as_system(), connection.cursor() as cursor:
        for school, (closed, books) in ((province["ours"], ours), (province["theirs"], theirs)):
            cursor.execute(
                "UPDATE indicators_figures SET books_1 = %s, books_closed_1 = %s WHERE school_id = %s",
                [books, closed, school],
            )


def test_a_principal_is_reminded_of_the_classes_whose_books_are_open(client: Client) -> None:
    room = books.a_classroom()
    indicators.recount([room.school], 2026)
    client.force_login(room.principal)

    page = client.get("/dieu-hanh/").content.decode()

    left = page.split("Lớp còn sổ chưa khoá")[1].split("</section>")[0]
    assert f"?hk=1&amp;lop={room.class_id}" in left and "8A2" in left and "0/13" in left
    assert "Xã, phường" not in page and f'href="/dieu-hanh/truong/{room.school}/"' in page


def test_an_office_of_one_commune_is_reminded_of_its_schools(client: Client, province: dict) -> None:
    also_ours = make.a_school(province["commune"], "TH Kim Đồng")
    person = make.a_person("Bùi Thị Hải Yến", province["commune"])
    make.a_post(person, "commune_officer", province["commune"])
    indicators.recount([also_ours], 2026)
    counted(province)
    with_books({**province, "theirs": also_ours}, (1, 4), (0, 2))

    client.force_login(make.an_account(person))
    page = client.get("/dieu-hanh/").content.decode()

    left = page.split("Trường cần nhắc")[1].split("</section>")[0]
    assert 0 < left.index("TH Kim Đồng") < left.index("THCS Lê Chân") and "1/4" in left and "Xã, phường" not in page


def test_schools_are_found_by_name_and_ordered_by_what_is_least_done(client: Client, province: dict) -> None:
    counted(province)
    with_books(province, (3, 4), (1, 2))
    client.force_login(province["officer"])

    def named(query: str) -> list[str]:
        page = client.get(f"/dieu-hanh/truong/{query}").content.decode()
        return [name for name in ("THCS Lê Chân", "THCS Vĩnh Bảo") if f">{name}</a>" in page]

    def order(query: str) -> bool:
        page = client.get(f"/dieu-hanh/truong/{query}").content.decode()
        return page.index(">THCS Lê Chân</a>") < page.index(">THCS Vĩnh Bảo</a>")

    assert named("?q=vinh+bao") == ["THCS Vĩnh Bảo"] and named("?q=khong-co") == []
    assert order("") and not order("?xep=so") and order("?xep=hs") and order("?xep=bay")


def test_a_list_keeps_what_was_asked_and_names_a_commune_without_schools(client: Client, province: dict) -> None:
    client.force_login(province["officer"])
    since = DateRange(dt.date(2020, 1, 1), None)
    AdminUnit.objects.create(code="11383", name="Vắng", kind="Xã", level="commune", valid=since)

    page = client.get("/dieu-hanh/truong/?xa=11383&q=minh+%26&xep=so").content.decode()

    assert "Các trường ở Xã Vắng" in page and "0 trường" in page
    assert 'name="xa" value="11383"' in page and 'name="xep" value="so"' in page
    assert "?xa=11383&amp;q=minh%20%26&amp;xep=hs&amp;" in page


def test_the_list_is_taken_home_as_it_was_asked_for_and_the_audit_knows(client: Client, province: dict) -> None:
    counted(province)
    with_books(province, (3, 4), (1, 2))
    client.force_login(province["officer"])

    whole = client.get("/dieu-hanh/truong/bang.xlsx?xep=so")
    one = client.get("/dieu-hanh/truong/bang.xlsx?q=le+chan")

    sheet = openpyxl.load_workbook(io.BytesIO(whole.content)).active
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] in ("THCS Lê Chân", "THCS Vĩnh Bảo")]
    assert [row[0] for row in rows] == ["THCS Vĩnh Bảo", "THCS Lê Chân"] and rows[1][2:7] == (1, 2, 0, 4, 3)
    assert len(list(openpyxl.load_workbook(io.BytesIO(one.content)).active.iter_rows())) == sheet.max_row - 1
    with make.as_system():
        told = Entry._base_manager.filter(action="insight.schools_exported")
        assert [entry.actor_id for entry in told] == [province["officer"].person_id] * 2


def test_every_page_below_the_centre_leads_back_up_in_the_same_year(client: Client, reformed: dict) -> None:
    client.force_login(reformed["officer"])

    school = client.get(f"/dieu-hanh/truong/{reformed['ours']}/?nam=2025").content.decode()

    assert '<a href="/dieu-hanh/?nam=2025&amp;">Trung tâm điều hành</a>' in school
    assert '<a href="/dieu-hanh/truong/?nam=2025&amp;">Các trường</a>' in school
    assert f'/hoc-ba/?truong={reformed["ours"]}&amp;nam=2025"' in school


def test_a_year_nobody_opened_is_the_present_one(province: dict) -> None:
    assert queries.period(1999) == queries.period(None) == queries.period(2031)


def test_what_is_renamed_twice_on_a_day_was_never_called_so_in_between(province: dict) -> None:
    with clock.standing_still(dt.datetime(2026, 8, 10, 9, tzinfo=clock.VIETNAM)):
        organisations.describe_unit(province["ours"], name="THCS Nhầm")
        organisations.describe_unit(province["ours"], name="THCS Tên Mới")

    assert list(FormerUnit.objects.values_list("name", "until")) == [("THCS Lê Chân", dt.date(2026, 8, 9))]


def test_primary_grades_are_told_under_their_own_names_of_the_last_whole_year(client: Client, province: dict) -> None:
    with make.as_system():
        primary = make.a_school(Unit.objects.filter(kind="commune").first().pk, "TH Lê Chân", levels=("02",))
    class_id, pupils = make.a_class(primary, "3A", pupils=("Bùi Minh Châu", "Vi Văn Đại"), grade=3, year=2025)
    with make.as_system(), connection.cursor() as cursor:
        for pupil, level in zip(pupils, (3, 1), strict=True):
            cursor.execute(
                "INSERT INTO gradebook_result (school_year, school_id, class_id, student_id, grade, term, learning,"
                " missing, provisional, act, settings_id, computed_at)"
                " VALUES (2025, %s, %s, %s, 3, 0, %s, 0, false, 'TT27/2020', 'TT27/2020', now())",
                [primary, class_id, pupil, level],
            )
    indicators.recount([primary], 2025)
    client.force_login(province["officer"])

    page = client.get("/dieu-hanh/ket-qua/?khoi=3").text
    best = client.get(f"/dieu-hanh/truong/{primary}/ket-qua/?muc=3&khoi=3").text
    all_ = client.get("/dieu-hanh/ket-qua/").text

    for words in ("Hoàn thành xuất sắc", "Hoàn thành tốt", "Hoàn thành", "Chưa hoàn thành", "cả năm 2025-2026"):
        assert words in page
    assert "TH Lê Chân" in page and "Kết quả giáo dục khối 3" in page and "Khá" not in page
    assert "Hoàn thành xuất sắc" in best and "Bùi Minh Châu" in best and "Vi Văn Đại" not in best
    assert "khoi=3" in all_ and "Khối 6–12" in all_ and "TH Lê Chân" not in all_


def test_a_page_of_primary_levels_tells_of_the_present_year_once_it_is_over(province: dict) -> None:
    scope = make.scope_of(province["officer"])  # type: ignore[arg-type]
    with clock.standing_still(dt.datetime(2027, 7, 1, 9, tzinfo=clock.VIETNAM)), unit_of_work(scope):
        found = queries.learning_of(scope, queries.period(), 3)

    assert (found.school_year, found.term) == (2026, 0)
