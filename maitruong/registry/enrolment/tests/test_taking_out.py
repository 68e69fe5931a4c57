"""The pupils as one file: who may, what stands in it, that it opens nowhere else, and that it is told."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from types import SimpleNamespace

import openpyxl
import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from maitruong.foundation.audit.models import Entry
from maitruong.foundation.files.models import StoredFile
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.kernel import clock
from maitruong.foundation.people.models import Person, PersonIdentifier
from maitruong.registry.enrolment.models import Enrolment
from maitruong.registry.enrolment.tests.summers import do_jobs
from tests import factories as make

pytestmark = pytest.mark.django_db
ASK = "/hoc-sinh/tai-ve/"


@pytest.fixture
def place() -> SimpleNamespace:
    department = make.a_department()
    commune = make.a_commune(department)
    ours, theirs = make.a_school(commune), make.a_school(commune, "THCS Vĩnh Bảo")
    _, pupils = make.a_class(ours, "8A2", pupils=("Nguyễn Minh Anh", "=CMD()|Lý A Sính"))
    make.a_class(theirs, "6A1", pupils=("Vũ Thị Hà",), grade=6)
    with make.as_system():
        PersonIdentifier(
            person_id=pupils[0], places=[ours], scheme="CCCD", value="031213001234", valid=DateRange(None, None)
        ).save()
        Enrolment._base_manager.filter(student_id=pupils[0]).update(student_code="0012345")
        Person._base_manager.filter(pk=pupils[0]).update(phone="0912345678", ethnic_group="01")
    return SimpleNamespace(department=department, commune=commune, ours=ours, theirs=theirs, pupils=pupils)


def as_who(role: str, unit: int) -> Client:
    client = Client()
    client.force_login(make.a_post_holder(unit, role, "Lê Trung Kiên"))
    return client


def fetched(client: Client, **asked: str) -> bytes:
    answer = client.post(ASK, {"why": "cấp thẻ bảo hiểm y tế", **asked})
    assert answer.status_code == 302, answer.content.decode()
    assert do_jobs().state == "done"
    assert "Tệp đã sẵn sàng" in client.get(answer["Location"]).content.decode()
    ticket = client.get(f"{answer['Location']}tep/")
    return client.get(ticket["Location"]).content


def rows_of(data: bytes) -> list[dict[str, object]]:
    head, *rows = openpyxl.load_workbook(io.BytesIO(data)).active.values
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_department_gets_every_school_without_a_personal_number(place: SimpleNamespace) -> None:
    data = fetched(as_who("department_officer", place.department))
    rows = rows_of(data)

    assert {row["Trường"] for row in rows} == {"THCS Lê Chân", "THCS Vĩnh Bảo"} and len(rows) == 3
    first = next(row for row in rows if row["Họ và tên"] == "Nguyễn Minh Anh")
    assert first["Mã học sinh"] == "0012345" and first["Điện thoại"] == "0912345678" and first["Lớp"] == "8A2"
    assert b"031213001234" not in zipped(data) and "Số định danh" not in rows[0]


def zipped(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return b"".join(package.read(name) for name in package.namelist())


def test_a_clerk_gets_her_own_school_with_numbers_when_asked(place: SimpleNamespace) -> None:
    clerk = as_who("clerk", place.ours)

    rows = rows_of(fetched(clerk, numbers="1"))

    assert len(rows) == 2 and {row["Số định danh"] for row in rows} == {"031213001234", None}
    assert "Số định danh" not in rows_of(fetched(clerk))[0]


def test_the_department_cannot_ask_for_numbers(place: SimpleNamespace) -> None:
    officer = as_who("department_officer", place.department)

    assert officer.post(ASK, {"why": "thử", "numbers": "1"}).status_code == 404
    assert "Kèm số định danh" not in officer.get(ASK).content.decode()


def test_csv_keeps_zeros_and_runs_nothing(place: SimpleNamespace) -> None:
    with zipfile.ZipFile(io.BytesIO(fetched(as_who("clerk", place.ours), form="csv"))) as package:
        (name,) = package.namelist()
        text = package.read(name).decode("utf-8-sig")

    assert name.endswith(".csv") and text.count("\r\n") == 3
    assert "0012345" in text and "'=CMD()|Lý A Sính" in text and "04/05/2010" in text


def test_without_a_purpose_nothing_is_made(place: SimpleNamespace) -> None:
    answer = as_who("clerk", place.ours).post(ASK, {"why": " "})

    assert answer.status_code == 422 and "Chưa ghi tải danh sách để làm gì" in answer.content.decode()
    with make.as_system():
        assert not Job._base_manager.exists()


def test_a_teacher_and_a_commune_take_no_list_along(place: SimpleNamespace) -> None:
    assert as_who("commune_officer", place.commune).get(ASK).status_code == 404
    assert as_who("homeroom_teacher", place.ours).get(ASK).status_code == 404


def test_a_neighbour_finds_neither_job_nor_file(place: SimpleNamespace) -> None:
    clerk = as_who("clerk", place.ours)
    address = clerk.post(ASK, {"why": "cấp thẻ"})["Location"]
    do_jobs()
    ticket = clerk.get(f"{address}tep/")["Location"]

    neighbour, colleague = as_who("clerk", place.theirs), as_who("clerk", place.ours)

    assert clerk.post(ASK, {"why": "thử", "truong": place.theirs}).status_code == 404
    for other in (neighbour, colleague):
        assert other.get(address).status_code == other.get(f"{address}tep/").status_code == 404
        assert other.get(ticket).status_code == 404


def test_a_file_that_is_not_done_is_not_there_and_a_year_without_pupils_says_so(place: SimpleNamespace) -> None:
    clerk = as_who("clerk", place.ours)
    address = clerk.post(ASK, {"why": "thử", "nam": "2025"})["Location"]

    assert clerk.get(f"{address}tep/").status_code == 404
    assert do_jobs().state == "failed"
    assert "Không có học sinh nào trong năm học 2025-2026" in clerk.get(address).content.decode()


def test_each_school_is_told_who_took_its_list_and_what_for(place: SimpleNamespace) -> None:
    fetched(as_who("department_officer", place.department))

    with make.as_system() as scope:
        told = Entry.objects.visible_to(scope, "").filter(action="students.taken_out")
        assert set(told.values_list("school_id", flat=True)) == {place.ours, place.theirs}
        assert all("cấp thẻ bảo hiểm y tế" in row.body for row in told)
        assert StoredFile._base_manager.get(purpose="students_export").kept_until == clock.today() + dt.timedelta(
            days=1
        )


def test_the_family_reads_that_a_list_with_the_childs_name_was_taken(place: SimpleNamespace) -> None:
    mother = make.a_guardian("Trịnh Thu Hoà", child=place.pupils[0], school=place.ours)
    fetched(as_who("department_officer", place.department))
    client = Client()
    client.force_login(mother)

    page = client.get(f"/con-toi/{place.pupils[0]}/ai-da-xem/").content.decode()

    assert "Tải danh sách học sinh của trường" in page and "cấp thẻ bảo hiểm y tế" in page


def test_who_left_before_stands_in_no_list(place: SimpleNamespace) -> None:
    with make.as_system():
        Enrolment._base_manager.filter(student_id=place.pupils[0]).update(ends_on=clock.today() - dt.timedelta(days=1))

    assert [row["Họ và tên"] for row in rows_of(fetched(as_who("clerk", place.ours)))] == ["=CMD()|Lý A Sính"]
