"""The department's list of schools: read, checked at the cell, written once, taken back; and nobody else's lists are reached."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maitruong.foundation.access import services as grants
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.exchange import queries as lists
from maitruong.foundation.exchange import services, work
from maitruong.foundation.exchange.models import ImportBatch, ImportProblem, ImportRow
from maitruong.foundation.exchange.tests.files import plain_workbook
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.organisations.models import Unit
from maitruong.registry.schools.models import School
from tests import factories as make
from tests.house.test_routes import a_list, signed_in
from tests.races import second_meets_first

from .test_founding import TODAY, rename

HEAD = ["STT", "Mã trường", "Tên trường", "Cấp học", "Xã/phường", "Trực thuộc", "Năm thành lập"]
GOOD = [
    [1, 3111407001, "Trường TH Hồ Sen", "Tiểu học", "Lê Chân", "UBND phường Lê Chân", "1995"],
    [2, "T-02", "Trường THCS Hồ Sen", "THCS", "phuong le chan", "", ""],
    [3, "T-03", "Trường THPT An Biên", "Trung học phổ thông", "An Biên", "Sở GDĐT", "01/09/2003"],
]


@pytest.fixture
def sheet(department: SimpleNamespace, tmp_path: Path) -> Any:
    """sheet(rows) → the path of a workbook. The commune's own committee lies in it, as in a real province."""
    Unit.objects.filter(pk=department.commune).update(name="UBND phường Lê Chân", admin_unit_id=department.le_chan)
    return lambda rows: plain_workbook(tmp_path / f"{len(rows)}.xlsx", [HEAD, *rows])


def quiet(done: int, of: int, told: str) -> None:
    """Nobody listens."""


def check(place: SimpleNamespace, path: Path) -> tuple[int, dict[str, Any]]:
    scope = place.officer
    with unit_of_work(scope):
        batch_id = services.take_file(
            scope,
            kind="schools",
            school_id=place.department,
            school_year=2026,
            name="truong.xlsx",
            data=path.read_bytes(),
        )
        batch = ImportBatch._base_manager.get(pk=batch_id)
        services.choose_columns(
            scope, batch_id=batch_id, choice=services.ColumnChoice.from_json(batch.choice), options={}
        )
    return batch_id, work.check_list(scope, batch_id, quiet)


def bring_in(place: SimpleNamespace, path: Path) -> tuple[int, dict[str, Any]]:
    batch_id, _ = check(place, path)
    with unit_of_work(place.officer):
        services.start_import(place.officer, batch_id=batch_id)
    return batch_id, work.import_list(place.officer, batch_id, quiet)


def take_back(place: SimpleNamespace, batch_id: int) -> dict[str, Any]:
    with unit_of_work(place.officer):
        services.start_undo(place.officer, batch_id=batch_id)
    return work.undo_import(place.officer, batch_id, quiet)


def test_each_row_founds_a_school_where_it_says_or_where_its_kind_is_governed(
    department: SimpleNamespace,
    sheet: Any,
) -> None:
    _, totals = bring_in(department, sheet(GOOD))

    assert totals == {"new": 3, "changed": 0, "same": 0, "refused": 0}
    made = {u.code: organisations.facts(u.pk, on=TODAY) for u in Unit.objects.filter(name__contains="Trường T")}
    told = {code: (u.name, u.commune, u.governor_id, u.opened_on) for code, u in made.items() if u}
    assert told == {
        "3111407001": ("Trường TH Hồ Sen", "Phường Lê Chân", department.commune, dt.date(1995, 1, 1)),
        "T-02": ("Trường THCS Hồ Sen", "Phường Lê Chân", department.commune, None),
        "T-03": ("Trường THPT An Biên", "Phường An Biên", department.department, dt.date(2003, 9, 1)),
    }
    with make.as_system() as scope:
        assert Entry.objects.visible_to(scope, "").filter(action="schools.founded").count() == 3


def test_the_same_list_again_founds_nothing_and_a_different_row_is_not_let_over_the_school(
    department: SimpleNamespace,
    sheet: Any,
) -> None:
    bring_in(department, sheet(GOOD))
    before = Unit.objects.count()

    other = [2, "T-02", "Trường THCS Mới", "THCS", "Lê Chân", "", ""]
    batch_id, totals = bring_in(department, sheet([GOOD[0], other]))

    assert (totals["same"], totals["refused"], Unit.objects.count()) == (1, 1, before)
    with make.as_system():
        (problem,) = ImportProblem._base_manager.filter(batch_id=batch_id, severity="error")
    assert (problem.row, problem.key) == (3, "code") and "Trường THCS Hồ Sen" in problem.text


def test_what_is_wrong_is_said_at_its_cell_and_the_other_rows_come_in(
    department: SimpleNamespace,
    sheet: Any,
) -> None:
    wrong = [
        [4, "mã có dấu", "Trường A Một", "THCS", "Lê Chân", "", ""],
        [5, "T-05", "Trường A Hai", "Lâu đài", "Lê Chân", "", ""],
        [6, "T-06", "Trường A Ba", "THCS", "Hà Nội", "", ""],
        [7, "T-07", "Trường A Bốn", "THCS", "Lê Chân", "UBND phường Không Có", ""],
        [8, "T-08", "Trường A Năm", "THCS", "Lê Chân", "", "01/09/2099"],
        [9, "T-02", "Trường A Sáu", "THCS", "Lê Chân", "", ""],
        [10, "T-10", "Trường THCS Hồ Sen", "THCS", "Lê Chân", "", ""],
        [11, "T-11", "", "THCS", "Lê Chân", "", ""],
    ]
    batch_id, totals = check(department, sheet([*GOOD, *wrong]))

    assert (totals["new"], totals["refused"]) == (3, 8)
    with make.as_system():
        rows = ImportProblem._base_manager.filter(batch_id=batch_id, severity="error").order_by("row")
        said = list(rows.values_list("row", "key"))
    assert said == [
        (5, "code"), (6, "school_type"), (7, "commune"), (8, "governor"), (9, "opened_on"), (10, "code"),
        (11, "full_name"), (12, "full_name"),
    ]  # fmt: skip


def test_an_import_is_taken_back_but_for_schools_that_are_used_or_were_changed(
    department: SimpleNamespace,
    sheet: Any,
) -> None:
    before = Unit.objects.count()
    batch_id, _ = bring_in(department, sheet(GOOD))
    used, changed, free = (Unit.objects.get(code=row[1]).pk for row in GOOD)
    make.a_post_holder(used, "principal", "Đỗ Minh")
    with unit_of_work(department.officer):
        rename(department.officer, changed, department.le_chan, "Trường Tên Mới")

    take_back(department, batch_id)

    assert not Unit.objects.filter(pk=free).exists() and not School.objects.filter(pk=free).exists()
    with make.as_system():
        kept = dict(
            ImportRow._base_manager.filter(batch_id=batch_id)
            .exclude(kept_because="")
            .values_list("object_id", "kept_because")
        )
    assert "đã giao việc" in kept[used] and "đã được sửa" in kept[changed]
    with unit_of_work(department.officer):
        row = ImportRow._base_manager.get(batch_id=batch_id, object_id=changed).row
        services.take_back_row(department.officer, batch_id=batch_id, row=row)
    assert Unit.objects.count() == before + 1


def test_a_check_costs_the_same_statements_for_three_rows_and_for_sixty(
    department: SimpleNamespace, sheet: Any
) -> None:
    def counted(rows: list[list[Any]]) -> int:
        batch_id, _ = check(department, sheet(rows))
        with unit_of_work(department.officer):
            services.check_again(department.officer, batch_id=batch_id)
        with CaptureQueriesContext(connection) as asked:
            work.check_list(department.officer, batch_id, quiet)
        return len(asked)

    many = [[n, f"S-{n:02}", f"Trường THCS Số {n}", "THCS", "Lê Chân", "", ""] for n in range(60)]
    assert counted(many) == counted(GOOD)


def test_the_officer_brings_schools_in_on_pages_and_reaches_no_schools_own_list(
    department: SimpleNamespace,
    sheet: Any,
) -> None:
    with make.as_system():
        theirs = a_list(department.school)
    officer = signed_in(department.account)
    page = officer.get("/nhap-danh-sach/").content.decode()
    assert "danh sách trường" in page and "Danh sách học sinh" not in page
    file = SimpleUploadedFile("truong.xlsx", sheet(GOOD).read_bytes())
    answer = officer.post("/nhap-danh-sach/", {"kind": "schools", "year": "2026", "file": file})
    assert answer["Location"].endswith("/cot/")
    assert "Mã trường" in officer.get(answer["Location"]).content.decode()

    assert officer.get("/nhap-danh-sach/mau/schools.xlsx").content.startswith(b"PK")
    assert officer.get("/nhap-danh-sach/mau/students.xlsx").status_code == 404
    assert officer.get(f"/nhap-danh-sach/{theirs}/").status_code == 404
    assert officer.post(f"/nhap-danh-sach/{theirs}/hoan-tac/").status_code == 404
    with unit_of_work(department.officer), pytest.raises(NotFound):
        lists.batch(department.officer, theirs)
    students = {"kind": "students", "year": "2026", "file": SimpleUploadedFile("a.xlsx", sheet(GOOD).read_bytes())}
    assert officer.post("/nhap-danh-sach/", students).status_code == 404


@pytest.mark.parametrize("who", ["principal", "clerk"])
def test_a_school_brings_in_no_schools(department: SimpleNamespace, sheet: Any, who: str) -> None:
    scope = getattr(department, who)
    with unit_of_work(scope), pytest.raises(NotFound):
        services.take_file(
            scope,
            kind="schools",
            school_id=department.school,
            school_year=2026,
            name="a.xlsx",
            data=sheet(GOOD).read_bytes(),
        )


def give_a_right(school: int, person: int) -> int:
    return grants.grant(person_id=person, role="principal", unit_id=school, valid_from=TODAY)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("undo_first", [False, True])
def test_a_right_given_at_a_school_whose_list_is_taken_back_in_that_moment(
    transactional_db: None, department: SimpleNamespace, sheet: Any, undo_first: bool
) -> None:
    batch_id, _ = bring_in(department, sheet(GOOD))
    school = School.objects.get(unit__name="Trường THCS Hồ Sen").pk
    person = make.a_person("Lê Thị Đầu", department.department)

    def undo() -> Any:
        return take_back(department, batch_id)

    def give() -> Any:
        return give_a_right(school, person)

    first, second = second_meets_first(undo, give) if undo_first else second_meets_first(give, undo)

    if undo_first:
        assert first == {"taken_back": 3, "kept": 0} and isinstance(second, NotFound)
    else:
        assert second == {"taken_back": 2, "kept": 1} and School.objects.filter(pk=school).exists()
