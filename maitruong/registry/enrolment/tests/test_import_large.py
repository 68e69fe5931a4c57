"""A whole school's list of twelve grades in the pages, another school's pupils in it, and a disk that is full."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.exchange import services, work
from maitruong.foundation.exchange.errors import NoRoom
from maitruong.foundation.exchange.models import ImportBatch, ImportProblem
from maitruong.foundation.exchange.tests.files import plain_workbook
from maitruong.foundation.files.models import StoredFile
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.people.models import Person
from maitruong.registry.enrolment.models import Enrolment, SchoolClass
from tests import factories as make

from .lists import HEADER, ONE, bring_in, check, mapped, quiet, take, upload

GIVEN = ["An", "Bình", "Chi", "Dung", "Giang", "Hà", "Khánh", "Linh", "Mai", "Nam", "Oanh", "Phúc", "Quân", "Sơn", "Vy"]
MIDDLE = ["Văn", "Đức", "Minh", "Quang", "Hữu", "Công", "Tuấn", "Gia", "Bảo", "Nhật"]
FAMILY = ["Nông", "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vi", "Lý", "Triệu", "Bế"]


def whole_school(rows: int) -> list[list[Any]]:
    """Pupils of classes 1A1 to 12A3, all with names, numbers and fathers of their own."""
    made = []
    for n in range(rows):
        grade = n % 12 + 1
        born = 2020 - grade
        name = f"{FAMILY[n % 10]} {MIDDLE[n // 10 % 10]} {GIVEN[n // 100 % 15]}"
        number = f"0202{born % 100:02}{n:06}"
        father = [f"{FAMILY[n % 10]} Văn {GIVEN[n % 15]}", f"020085{n:06}"]
        made.append(
            [
                n + 1,
                name,
                f"{n % 28 + 1:02}/{n % 12 + 1:02}/{born}",
                "Nam",
                f"{grade}A{n // 12 % 3 + 1}",
                number,
                "Tày",
                *father,
            ]
        )
    return made


def brought_in(client: Client, path: Path) -> tuple[str, int, int]:
    """Through the pages; the two jobs as a worker does them. Returns the page, statements of the check, of the import.

    Progress is told by the clock, more often on a slow machine; it stays out of the counts.
    """
    columns = upload(client, path)["Location"]
    address = client.post(columns, {**mapped(client, columns), "chon-create_classes": "1"})["Location"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs.Ticket, "progress", lambda *told, **more: None)
        with CaptureQueriesContext(connection) as of_check:
            jobs.run(last_job())
        client.post(f"{address}nhap/")
        with CaptureQueriesContext(connection) as of_import:
            jobs.run(last_job())
    return address, len(of_check), len(of_import)


def last_job() -> int:
    with make.as_system():
        return Job._base_manager.latest("pk").pk


def test_whole_school_of_twelve_grades_comes_in_with_few_statements(
    clerk: Client,
    place: SimpleNamespace,
    tmp_path: Path,
) -> None:
    path = plain_workbook(tmp_path / "1500.xlsx", [HEADER, *whole_school(1500)])

    address, of_check, of_import = brought_in(clerk, path)
    page = clerk.get(address).content.decode()
    columns = upload(clerk, path)["Location"]
    again = clerk.post(columns, {**mapped(clerk, columns), "chon-create_classes": "1"})["Location"]
    jobs.run(last_job())
    second = clerk.get(again).content.decode()

    assert "Đã nhập xong" in page and "1.500" in page
    assert of_check < 120
    assert of_import < 150 + 36 * 8
    with make.as_system():
        classes = SchoolClass._base_manager.filter(school_id=place.school)  # 8A2 with its three pupils was there
        assert classes.count() == 36 and set(classes.values_list("grade", flat=True)) == set(range(1, 13))
        seats = Enrolment._base_manager.filter(school_class__in=classes)
        assert seats.count() == 1500 + 3 and set(seats.values_list("school_id", flat=True)) == {place.school}
        assert not Person._base_manager.filter(
            places__contains=[place.neighbour], full_name__startswith="Nông"
        ).exists()
    assert "Nhập 0 học sinh" in second and "Không có dòng nào mới hoặc thay đổi" in second


def test_statements_of_a_large_list_do_not_grow_with_the_rows(
    clerk: Client,
    tmp_path: Path,
) -> None:
    """The classes are there already, so that both lists differ in nothing but their length within one chunk."""
    brought_in(clerk, plain_workbook(tmp_path / "0.xlsx", [HEADER, *whole_school(36)]))
    rows = whole_school(900)
    few = brought_in(clerk, plain_workbook(tmp_path / "1.xlsx", [HEADER, *rows[36:136]]))[1:]
    many = brought_in(clerk, plain_workbook(tmp_path / "2.xlsx", [HEADER, *rows[136:900]]))[1:]

    assert many[0] <= few[0] + 12 and many[1] <= few[1] + 12


def test_clerk_learns_nothing_about_pupils_of_another_school(place: SimpleNamespace, tmp_path: Path) -> None:
    """Numbers in her list that are held elsewhere: she is told there is something, never whose, where, or any of their data."""
    theirs = [*ONE[:7], "Bùi Văn Kín", "020085000999", "0977123456", ""]
    bring_in(
        place.stranger,
        place.neighbour,
        plain_workbook(tmp_path / "a.xlsx", [HEADER, [*theirs[:4], "6A1", *theirs[5:]]]),
    )
    with make.as_system():
        before = sorted(map(repr, Person._base_manager.values_list()))
    same_child = [*ONE[:7], "Nông Văn Hải", "", "", ""]
    same_number = [2, "Vũ Văn Khác", *ONE[2:]]
    same_name = [3, *ONE[1:5], "020213004444", *ONE[6:]]
    same_father = [
        4,
        "Nông Thị Em",
        "01/02/2013",
        "Nữ",
        "8A2",
        "020313005555",
        "Tày",
        "Hoàng Văn Khác",
        "020085000999",
        "",
        "",
    ]
    first = take(
        place.clerk, place.school, plain_workbook(tmp_path / "b.xlsx", [HEADER, same_child, same_name, same_father])
    )
    totals = check(place.clerk, first)
    second = take(place.clerk, place.school, plain_workbook(tmp_path / "c.xlsx", [HEADER, same_number]))
    assert (totals["new"], totals["refused"], check(place.clerk, second)["refused"]) == (2, 1, 1)

    with make.as_system():
        problems = ImportProblem._base_manager.filter(batch_id__in=[first, second])
        codes = set(problems.filter(severity="error").values_list("code", flat=True))
        told = list(problems.values_list("text", "shown", "suggestion", "whose"))
        assert sorted(map(repr, Person._base_manager.values_list())) == before
    assert codes == {"students.not_let_go", "people.number_of_another"}
    words = " ".join(" ".join(row) for row in told)
    for secret in ("Vĩnh Bảo", "6A1", "Bùi Văn Kín", "0977123456", "977123456"):
        assert secret not in words


def test_parent_of_a_child_who_left_the_other_school_is_not_named_before_he_is_taken_in(
    place: SimpleNamespace, tmp_path: Path
) -> None:
    theirs = [*ONE[:4], "6A1", *ONE[5:7], "Bùi Văn Kín", "020085000999", "", ""]
    bring_in(place.stranger, place.neighbour, plain_workbook(tmp_path / "a.xlsx", [HEADER, theirs]))
    with make.as_system():
        dung = Person._base_manager.get(full_name="Nông Đức Dũng")
        Enrolment._base_manager.filter(student=dung).update(ends_on="2026-10-01", status="TRANSFERRED_OUT")

    batch_id = take(place.clerk, place.school, plain_workbook(tmp_path / "b.xlsx", [HEADER, ONE]))
    check(place.clerk, batch_id)

    with make.as_system():
        problem = ImportProblem._base_manager.get(batch_id=batch_id, code="student.other_parent")
    assert "Hồ sơ đang ghi cha tên khác" in problem.text
    assert "Bùi Văn Kín" not in problem.text


def test_class_of_a_grade_the_school_does_not_have_is_asked_about_once(place: SimpleNamespace, tmp_path: Path) -> None:
    rows = [[*ONE[:4], "1A1", "", *ONE[6:]], [2, "Vi Thị Hoa", *ONE[2:4], "1A1", "", *ONE[6:]]]

    batch_id = take(place.clerk, place.school, plain_workbook(tmp_path / "b.xlsx", [HEADER, *rows]))
    totals = check(place.clerk, batch_id, create_classes=True)

    assert totals["new"] == 2
    with make.as_system():
        assert ImportProblem._base_manager.filter(batch_id=batch_id, code="class.new_grade").count() == 1


# --- a full disk -----------------------------------------------------------------------------------------------------


def _full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_full_disk_while_a_list_is_stored_is_told_on_the_page_and_leaves_nothing(
    clerk: Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = plain_workbook(tmp_path / "list.xlsx", [[f"Danh sách {tmp_path}"], HEADER, ONE])  # bytes no store has yet
    with monkeypatch.context() as patch:
        patch.setattr("maitruong.foundation.files.stores.os.fsync", _full)
        answer = upload(clerk, path)

    assert answer.status_code == 422 and "Kho tệp chưa trả lời" in answer.content.decode()
    with make.as_system():
        assert not ImportBatch._base_manager.exists() and not StoredFile._base_manager.exists()
    assert upload(clerk, path).status_code == 302


def test_full_disk_before_a_list_is_read_is_told_on_the_page(
    clerk: Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class FullFile:
        def __enter__(self) -> FullFile:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        write = _full

    monkeypatch.setattr(services, "TemporaryFile", lambda **_: FullFile())

    answer = upload(clerk, plain_workbook(tmp_path / "list.xlsx", [HEADER, ONE]))

    assert answer.status_code == 422 and "Máy chủ hết chỗ trống" in answer.content.decode()
    with make.as_system():
        assert not ImportBatch._base_manager.exists()


def test_full_disk_while_the_annotated_file_is_made_ends_the_job_in_words(
    place: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = take(place.clerk, place.school, plain_workbook(tmp_path / "list.xlsx", [HEADER, ONE]))
    check(place.clerk, batch_id)
    with unit_of_work(place.clerk):
        job_id = services.start_annotated(place.clerk, batch_id=batch_id)
    monkeypatch.setattr("xlsxwriter.packager.Packager._create_package", _full)
    with pytest.raises(NoRoom):
        work.annotate(place.clerk, batch_id, quiet)

    jobs.run(job_id)

    with make.as_system():
        assert "Máy chủ hết chỗ trống" in Job._base_manager.get(pk=job_id).told
        batch = ImportBatch._base_manager.get(pk=batch_id)
    assert (batch.state, batch.annotated_file_id) == ("checked", None)
