"""Many records, one principal: a hundred names a batch, the next batch at once, how many are left, class by class."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maitruong.assessment.school_records import queries
from maitruong.assessment.school_records.models import RecordBlock, RecordFile
from maitruong.assessment.school_records.tests import room as rooms
from maitruong.foundation.identity.models import Account
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.signing.types import Role
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("end_of_may")]
PAGE = "/hoc-ba/ky/phe-duyet/"


@pytest.fixture
def principal() -> Account:
    school = make.a_school(make.a_commune(make.a_department()))
    return make.a_principal(school)


def waiting_records(principal: Account, *classes: tuple[str, int], state: str = "homeroom_signed") -> list[int]:
    """Records of these classes (name, pupils) that wait for the principal; class ids."""
    school = make.scope_of(principal).school_ids[0]
    made = []
    for name, pupils in classes:
        class_id, ids = make.a_class(school, name, pupils=tuple(f"Trần Thị Bé {n}" for n in range(pupils)))
        with make.as_system():
            records = [
                RecordFile(
                    school_id=school,
                    school_year=2026,
                    class_id=class_id,
                    class_name=name,
                    grade=8,
                    student_id=student,
                    initials="T. T. B.",
                    record_id=f"{student:022d}",
                    state=state,
                )
                for student in ids
            ]
            RecordFile._base_manager.bulk_create(records)
            RecordBlock._base_manager.bulk_create(
                RecordBlock(
                    record=record,
                    school_id=school,
                    school_year=2026,
                    class_id=class_id,
                    student_id=record.student_id,
                    node_id="approved",
                    role=Role.PRINCIPAL.value,
                    label="phê duyệt của hiệu trưởng",
                    position=20 + place % 2,
                    signer_id=principal.person_id,
                )
                for place, record in enumerate(records)
            )
        made.append(class_id)
    return made


def listed(page: str) -> list[str]:
    return re.findall(r'name="block" value="(\d+)"', page)


def test_a_batch_reaches_over_classes_and_the_next_one_follows(principal: Account) -> None:
    waiting_records(principal, ("8A10", 45), ("8A2", 45), ("8A1", 45), ("9A1", 45))
    head = rooms.browser(principal)

    first = head.get(PAGE).text
    second = head.get(f"{PAGE}?tu=100").text

    assert len(listed(first)) == 100 and len(listed(second)) == 80
    assert not set(listed(first)) & set(listed(second))
    assert re.findall(r"Lớp (\w+), phê duyệt", first) == ["8A1", "8A2", "8A10"]
    assert re.findall(r"Lớp (\w+), phê duyệt", second) == ["8A10", "9A1"]
    assert "180 học bạ chờ ký" in first and "1–100 trong 180" in first and "101–180 trong 180" in second
    assert f"{PAGE}?tu=100" in first and f'href="{PAGE}"' in second


def test_one_class_is_listed_alone_and_the_choice_travels_with_the_batches(principal: Account) -> None:
    _, second, _ = waiting_records(principal, ("8A1", 3), ("8A2", 120), ("8A3", 3))
    head = rooms.browser(principal)

    page = head.get(f"{PAGE}?lop={second}").text

    assert len(listed(page)) == 100 and "120 học bạ chờ ký" in page
    assert re.findall(r"Lớp (\w+), phê duyệt", page) == ["8A2"]
    assert f'action="{PAGE}?lop={second}"' in page and f"?lop={second}&amp;tu=100" in page
    assert "8A1 (3)" in page and "8A2 (120)" in page


@pytest.mark.parametrize("asked", ["?tu=5000", "?tu=-3", "?tu=x", "?lop=x", "?tu=99999999999999999999"])
def test_an_odd_start_begins_at_the_front(principal: Account, asked: str) -> None:
    waiting_records(principal, ("8A1", 3))

    assert len(listed(rooms.browser(principal).get(PAGE + asked).text)) == 3


def test_how_much_is_signed_and_how_much_is_not_due_is_told(principal: Account) -> None:
    waiting_records(principal, ("8A1", 4))
    waiting_records(principal, ("8A2", 2), state="data_locked")
    waiting_records(principal, ("8A3", 2), state="superseded")
    with make.as_system():
        done = RecordBlock._base_manager.order_by("pk").first()
        RecordBlock._base_manager.filter(pk=done.pk).update(signed_at=rooms.NOW)
        RecordFile._base_manager.filter(pk=done.record_id).update(state="principal_signed")

    with rooms.working_as(principal) as scope:
        page = queries.waiting_for(scope, Role.PRINCIPAL)

    assert (page.waiting, page.signed, page.later, page.listed) == (3, 1, 2, 3)
    assert 'value="1" max="6"' in rooms.browser(principal).get(PAGE).text


def test_a_neighbours_records_are_in_no_batch_and_no_count(principal: Account) -> None:
    (class_id,) = waiting_records(principal, ("8A1", 4))
    other = make.a_principal(make.a_school(make.a_commune(make.a_department(), "Xã Vĩnh Bảo"), "THCS Vĩnh Bảo"))
    head: Client = rooms.browser(other)

    assert "Không còn học bạ nào chờ ký" in head.get(PAGE).text
    assert listed(head.get(f"{PAGE}?lop={class_id}").text) == []
    blocks = [str(pk) for pk in rooms.blocks_of(principal, Role.PRINCIPAL)]
    assert head.post(PAGE, {"block": blocks}).status_code == 404


def test_hundreds_waiting_cost_no_more_statements_than_five(principal: Account) -> None:
    waiting_records(principal, ("8A1", 5))
    with rooms.working_as(principal) as scope, CaptureQueriesContext(connection) as few:
        queries.waiting_for(scope, Role.PRINCIPAL)
    waiting_records(principal, *[(f"7A{n}", 43) for n in range(6)])

    with rooms.working_as(principal) as scope, CaptureQueriesContext(connection) as many:
        page = queries.waiting_for(scope, Role.PRINCIPAL, start=100)

    assert (page.waiting, page.listed) == (263, 100)
    assert len(few) == len(many) == 4


def test_batch_after_batch_signs_them_all() -> None:
    """The real path with batches of two: consent, PIN, code, and back to the page with what is left."""
    room = rooms.a_closed_class(pupils=("Nguyễn Gia Hân", "Lý A Sính", "Trần Minh An"))
    rooms.prepare(room)
    rooms.sign_subjects(room)
    rooms.sign(room, room.homeroom, Role.HOMEROOM_TEACHER)
    head = rooms.browser(room.principal)
    address, told = f"{PAGE}?lop={room.class_id}", []

    while blocks := listed((page := head.get(address)).text)[:2]:
        consent = head.post(f"{PAGE}?lop={room.class_id}", {"block": blocks}).headers["Location"]
        assert consent.endswith(f"?lop={room.class_id}")
        code = re.search(r"Mã xác nhận của lượt này là <strong[^>]*>(\d{6})", head.get(consent).text)[1]  # type: ignore[index]
        address = head.post(consent, {"pin": rooms.PIN, "code": code}).headers["Location"]
        told.append(head.get(address).text)

    assert "Đã ký 2 học bạ. Còn 1 học bạ" in told[0] and "Đã ký 1 học bạ." in told[1]
    assert "Lớp này không còn học bạ nào chờ ký" in page.text
    assert {record.state for record in rooms.records(room)} == {"principal_signed"}


def test_everyone_finds_her_own_signatures_and_nobody_elses(principal: Account) -> None:
    waiting_records(principal, ("8A1", 3))
    other = make.a_post_holder(make.scope_of(principal).school_ids[0], "subject_teacher", "Ngô Bảo Châu")
    with make.as_system():
        blocks = list(RecordBlock._base_manager.order_by("pk"))
        RecordBlock._base_manager.filter(pk__in=[b.pk for b in blocks[:2]]).update(signed_at=rooms.NOW)
        RecordFile._base_manager.filter(pk=blocks[0].record_id).update(state="superseded")
        RecordFile._base_manager.filter(pk=blocks[1].record_id).update(state="issued")

    page, theirs = (
        rooms.browser(principal).get("/hoc-ba/ky/da-ky/").text,
        rooms.browser(other).get("/hoc-ba/ky/da-ky/").text,
    )

    assert page.count("Phê duyệt của hiệu trưởng") == 2 and "lượt ký 08:00 28/05/2027" in page
    assert "Đã có bản thay thế" in page and "Đang có hiệu lực" in page
    assert "Trần Thị Bé" not in theirs and "Thầy/cô chưa ký học bạ nào" in theirs
    assert "/hoc-ba/ky/da-ky/" in rooms.browser(principal).get(PAGE).text


def test_a_page_of_own_signatures_costs_two_statements_and_the_next_follows(principal: Account) -> None:
    waiting_records(principal, ("8A1", 45), ("8A2", 60))
    with make.as_system():
        RecordBlock._base_manager.update(signed_at=rooms.NOW)

    with rooms.working_as(principal) as scope, CaptureQueriesContext(connection) as asked:
        first, more = queries.signed_by_me(scope)
    with rooms.working_as(principal) as scope:
        rest, over = queries.signed_by_me(scope, start=100)

    assert (sum(len(b.rows) for b in first), more, len(asked)) == (100, True, 2)
    assert (sum(len(b.rows) for b in rest), over) == (5, False)


# --- the seal and the issue of a whole school ----------------------------------------------------------------------------


def test_a_school_is_sealed_by_one_job_with_its_progress_and_issued_at_once() -> None:
    room = rooms.a_closed_class(pupils=("Nguyễn Gia Hân", "Lý A Sính"))
    rooms.prepare(room)
    rooms.sign_subjects(room)
    rooms.sign(room, room.homeroom, Role.HOMEROOM_TEACHER)
    rooms.sign(room, room.principal, Role.PRINCIPAL)
    head = rooms.browser(room.principal)

    overview = head.get("/hoc-ba/?nam=2026").text
    started = head.post("/hoc-ba/dong-dau/", {"nam": "2026"}).headers["Location"]
    waiting = head.get(started).text
    with make.as_system():
        job = Job._base_manager.get(kind="school_records.seal")
    jobs.run(job.pk)
    done = head.get(started).text
    fragment = head.get(started, headers={"hx-request": "true"})
    issued = head.post("/hoc-ba/phat-hanh/", {"nam": "2026"}).text

    assert "Đóng dấu số 2 học bạ" in overview and "Đóng dấu số học bạ năm học 2026-2027" in waiting
    assert f'hx-get="{started}"' in waiting and "hx-get" not in fragment.text
    assert "Đã đóng dấu 2/2 học bạ" in done and fragment.headers["HX-Refresh"] == "true"
    assert "Phát hành 2 học bạ" in done and "Đã phát hành 2 học bạ" in issued
    assert {record.state for record in rooms.records(room)} == {"issued"}
    assert head.post("/hoc-ba/dong-dau/", {"nam": "2026"}).status_code == 422


def test_the_first_page_tells_who_may_seal_that_records_wait_for_it(principal: Account) -> None:
    waiting_records(principal, ("8A1", 3), state="principal_signed")
    school = make.scope_of(principal).school_ids[0]
    head, teacher = (
        rooms.browser(principal),
        rooms.browser(make.a_post_holder(school, "subject_teacher", "Ngô Bảo Châu")),
    )

    page = head.get("/").text

    assert "3 học bạ chờ đóng dấu số" in page and 'href="/hoc-ba/?nam=2026"' in page
    assert "chờ đóng dấu" not in teacher.get("/").text


def test_a_neighbour_seals_and_issues_nothing_of_ours_and_sees_no_job(principal: Account) -> None:
    waiting_records(principal, ("8A1", 2), state="principal_signed")
    with make.as_system():
        ours = Job(school_id=make.scope_of(principal).school_ids[0], kind="school_records.seal", title="x")
        ours.arguments = {"school_id": ours.school_id, "school_year": 2026}
        ours.save()
    other = rooms.browser(
        make.a_principal(make.a_school(make.a_commune(make.a_department(), "Xã Vĩnh Bảo"), "THCS Vĩnh Bảo"))
    )

    answers = [other.post(path, {"nam": "2026"}) for path in ("/hoc-ba/dong-dau/", "/hoc-ba/phat-hanh/")]
    foreign, random = other.get(f"/hoc-ba/dong-dau/{ours.pk}/"), other.get("/hoc-ba/dong-dau/987654321/")

    assert [answer.status_code for answer in answers] == [422, 422]
    assert (foreign.status_code, foreign.content) == (404, random.content)
    with make.as_system():
        assert Job._base_manager.count() == 1
        assert set(RecordFile._base_manager.values_list("state", flat=True)) == {"principal_signed"}
