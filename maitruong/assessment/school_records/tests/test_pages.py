"""The pages: families, the public, signing through the browser's own requests."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.test import Client, override_settings

from maitruong.assessment.school_records.models import RecordFile
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.files.models import StoredFile
from maitruong.foundation.files.stores import store
from maitruong.foundation.kernel import clock
from maitruong.foundation.signing.models import PersonKey
from maitruong.foundation.signing.types import Role
from tests import factories as make

from . import room as rooms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("end_of_may")]


@pytest.fixture
def room() -> rooms.Room:
    return rooms.a_closed_class(pupils=("Nguyễn Gia Hân", "Lý A Sính"))


def test_the_guardian_reads_and_downloads_the_childs_record_and_both_are_audited(room) -> None:
    record = rooms.sealed(room)[0]
    mother = rooms.browser(make.a_guardian("Trần Mỹ Hạnh", child=record.student_id, school=room.school))

    listed = mother.get(f"/con-toi/{record.student_id}/")
    page = mother.get(f"/hoc-ba/cua-con/{record.record_id}/")
    ticket = mother.post(f"/hoc-ba/cua-con/{record.record_id}/tai/pdf/")
    file = mother.get(ticket.headers["Location"])

    assert mother.get("/hoc-ba/cua-con/").headers["Location"] == "/con-toi/"
    assert f'href="/con-toi/{record.student_id}/#hoc-ba"' in mother.get("/con-toi/").text
    for link in ("hoc-ba/cua-con/{}/", "hoc-ba/cua-con/{}/tai/pdf/", "xac-thuc/{}/"):
        assert f'"/{link.format(record.record_id)}"' in listed.text
    assert f'href="/con-toi/{record.student_id}/"' in page.text
    assert "Nguyễn Thị Lan" in page.text and "Phần của giáo viên chủ nhiệm" in page.text
    assert file.content == rooms.bytes_of(record, "pdf")
    assert file.headers["Content-Disposition"].startswith("attachment;")
    assert file.headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in file.headers["Content-Security-Policy"]
    with make.as_system():
        actions = list(Entry._base_manager.filter(subject_id=record.student_id).values_list("action", flat=True))
    assert "school_records.opened" in actions and "school_records.downloaded" in actions


def test_another_childs_guardian_gets_the_answer_of_a_random_id(room) -> None:
    hers, his = rooms.sealed(room)
    father = rooms.browser(make.a_guardian("Lý A Páo", child=his.student_id, school=room.school))

    for path in ("/hoc-ba/cua-con/{}/", "/hoc-ba/ho-so/{}/"):
        foreign, random = (father.get(path.format(name)) for name in (hers.record_id, "Zk3vP0w8QfG1rT6yLmN2aQ"))
        assert (foreign.status_code, foreign.content) == (random.status_code, random.content)
        assert foreign.status_code == 404
    foreign, random = (
        father.post(f"/hoc-ba/cua-con/{name}/tai/pdf/") for name in (hers.record_id, "Zk3vP0w8QfG1rT6yLmN2aQ")
    )
    assert (foreign.status_code, foreign.content) == (random.status_code, random.content) == (404, foreign.content)


def test_the_childs_page_lists_her_records_only_and_no_comparison_with_others(room) -> None:
    hers, his = rooms.sealed(room)
    mother = rooms.browser(make.a_guardian("Trần Mỹ Hạnh", child=hers.student_id, school=room.school))

    page = mother.get(f"/con-toi/{hers.student_id}/?nam=2026").text

    assert hers.record_id in page and his.record_id not in page and "Lý A Sính" not in page
    for word in ("xếp hạng", "thứ hạng", "hạng ", "trung bình lớp", "so với lớp", "trong lớp"):
        assert word not in page.lower()
    assert mother.get(f"/con-toi/{his.student_id}/").status_code == 404


def test_a_superseded_record_is_read_but_offered_no_more(room) -> None:
    record = rooms.sealed(room)[0]
    mother = rooms.browser(make.a_guardian("Trần Mỹ Hạnh", child=record.student_id, school=room.school))
    with make.as_system():
        RecordFile._base_manager.filter(pk=record.pk).update(state="superseded")

    page = mother.get(f"/con-toi/{record.student_id}/").text

    assert f"/hoc-ba/cua-con/{record.record_id}/" in page and "/tai/pdf/" not in page


def test_a_ticket_is_worth_nothing_in_other_hands_or_after_two_minutes(room) -> None:
    record = rooms.sealed(room)[0]
    mother = make.a_guardian("Trần Mỹ Hạnh", child=record.student_id, school=room.school)
    address = rooms.browser(mother).post(f"/hoc-ba/cua-con/{record.record_id}/tai/xml/").headers["Location"]

    assert rooms.browser(room.principal).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    with pytest.MonkeyPatch.context() as patch:
        import time

        later = time.time() + 121
        patch.setattr("django.core.signing.time.time", lambda: later)
        assert rooms.browser(mother).get(address).status_code == 404


def test_a_guardian_sees_no_record_before_it_is_issued(room) -> None:
    record = rooms.sealed(room, issued=False)[0]
    mother = rooms.browser(make.a_guardian("Trần Mỹ Hạnh", child=record.student_id, school=room.school))

    assert mother.get(f"/hoc-ba/cua-con/{record.record_id}/").status_code == 404
    assert record.record_id not in mother.get(f"/con-toi/{record.student_id}/").text


def test_the_public_page_tells_initials_school_year_and_hash_and_nothing_more(room) -> None:
    record = rooms.sealed(room)[0]

    answer = Client().get(f"/xac-thuc/{record.record_id}/")

    assert answer.status_code == 200 and "đang có hiệu lực" in answer.text
    for told in ("N. G. H.", "THCS Lê Chân", "2026-2027", record.xml_sha256):
        assert told in answer.text
    for kept in (
        "Gia Hân",
        "8A2",
        "Nguyễn Thị Lan",
        "Đỗ Quang Minh",
        "04/05/2010",
        "Khá",
        str(record.student_id) + "<",
    ):
        assert kept not in answer.text


def test_an_unknown_id_gets_the_same_shape_as_a_known_one(room) -> None:
    record = rooms.sealed(room)[0]
    with make.as_system():
        RecordFile._base_manager.filter(pk=record.pk).update(state="principal_signed", student_id=1)
    unsealed, record = record, rooms.records(room)[1]

    known, unknown, draft = (
        Client().get(f"/xac-thuc/{name}/") for name in (record.record_id, "Zk3vP0w8QfG1rT6yLmN2aQ", unsealed.record_id)
    )

    def tags(answer):
        return re.findall(r"<(/?\w+)", re.sub(r"<svg.*?</svg>", "", answer.text, flags=re.S))

    assert known.status_code == unknown.status_code == 200
    assert tags(known) == tags(unknown)
    assert unknown.headers.keys() == known.headers.keys()
    assert without_token(draft) == without_token(unknown)


def without_token(answer) -> str:
    """The page without the form's own token, which is another each time."""
    return re.sub(r'(content|value)="[A-Za-z0-9]{64}"', "", answer.text)


def test_asking_without_end_is_stopped() -> None:
    make.a_department()
    client = Client()
    with clock.standing_still(dt.datetime.now(dt.UTC)):  # tries are stamped by the database
        answers = [client.get(f"/xac-thuc/{'a' * 22}/").status_code for _ in range(121)]

    assert answers[:120] == [200] * 120 and answers[120] == 429


@override_settings(FILE_UPLOAD_MAX_MEMORY_SIZE=0)
def test_a_dropped_file_is_judged_and_not_kept(room, tmp_path) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    record = rooms.sealed(room)[0]
    xml = rooms.bytes_of(record)
    altered = xml.replace(b'tenths="80"', b'tenths="99"', 1)
    folder: Path = store().folder  # type: ignore[attr-defined]
    files_before, rows_before = sorted(folder.rglob("*")), everything_counted()

    with override_settings(FILE_UPLOAD_TEMP_DIR=str(tmp_path)):
        good = Client().post("/xac-thuc/", {"file": SimpleUploadedFile("a.xml", xml)})
        bad = Client().post("/xac-thuc/", {"file": SimpleUploadedFile("b.xml", altered)})
        foreign = Client().post("/xac-thuc/", {"file": SimpleUploadedFile("c.pdf", b"%PDF-1.7 x")})

    assert "đang có hiệu lực" in good.text
    assert "đã bị thay đổi" in bad.text and "khác với bản nhà trường đã đóng dấu" in bad.text
    assert re.search(r"Môn [^:<]+: học kì II", bad.text)
    assert "Không có học bạ nào" in foreign.text
    assert list(tmp_path.iterdir()) == []
    assert sorted(folder.rglob("*")) == files_before
    assert everything_counted() == rows_before


def everything_counted() -> dict[str, int]:
    """Rows of every table of the house but the counter of askers."""
    from maitruong.foundation.access.rls import house_models

    with make.as_system():
        return {m.__name__: m._base_manager.count() for m in house_models() if m.__name__ not in ("SignInTry",)}


def test_a_hostile_file_is_refused_in_words(room) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    for name, data in (("x.xml", bomb), ("x.svg", b"<svg onload=alert(1)>"), ("x.bin", b"\0" * 100)):
        answer = Client().post("/xac-thuc/", {"file": SimpleUploadedFile(name, data)})
        assert answer.status_code == 200 and "Không có học bạ nào" in answer.text
    assert Client().post("/xac-thuc/").status_code == 422


def test_a_teacher_signs_her_class_in_the_browser_with_pin_and_code(room) -> None:
    rooms.prepare(room)
    lan = rooms.browser(room.lan)

    waiting = lan.get("/hoc-ba/ky/mon-hoc/")
    blocks = re.findall(r'name="block" value="(\d+)"', waiting.text)
    consent = lan.post("/hoc-ba/ky/mon-hoc/", {"block": blocks}).headers["Location"]
    page = lan.get(consent)
    code = re.search(r"Mã xác nhận của lượt này là <strong[^>]*>(\d{6})", page.text)[1]
    wrong = lan.post(consent, {"pin": "111111", "code": code})
    right = lan.post(consent, {"pin": rooms.PIN, "code": code})

    assert len(blocks) == 2 and "Nguyễn Gia Hân" in page.text and "246810" in page.text
    assert re.search(r"môn Toán: HK I \d+,\d, HK II \d+,\d, cả năm \d+,\d</li>", page.text)
    assert wrong.status_code == 422 and "Mã PIN của khoá ký chưa đúng" in wrong.text
    assert right.status_code == 302 and right.headers["Location"].endswith("?da-ky=2")
    assert "Không còn học bạ nào chờ ký" in lan.get("/hoc-ba/ky/mon-hoc/").text


def approvals(room: rooms.Room, browsing: Client, blocks: list[int]) -> tuple[str, dict[str, str]]:
    """A consent of the principal to these parts: its address and what has to be typed on it."""
    consent = browsing.post("/hoc-ba/ky/phe-duyet/", {"block": blocks}).headers["Location"]
    code = re.search(r"Mã xác nhận của lượt này là <strong[^>]*>(\d{6})", browsing.get(consent).text)[1]
    return consent, {"pin": rooms.PIN, "code": code}


def ready_for_the_principal(room: rooms.Room) -> list[int]:
    rooms.prepare(room)
    rooms.sign_subjects(room)
    rooms.sign(room, room.homeroom, Role.HOMEROOM_TEACHER)
    return rooms.blocks_of(room.principal, Role.PRINCIPAL)


def test_who_signs_can_read_each_record_from_the_list_where_the_post_reads_records(room) -> None:
    ready_for_the_principal(room)

    waiting = rooms.browser(room.principal).get("/hoc-ba/ky/phe-duyet/").text

    for record in rooms.records(room):
        assert f'href="/hoc-ba/ho-so/{record.record_id}/"' in waiting
    assert 'aria-label="Đọc học bạ của Nguyễn Gia Hân"' in waiting


def test_a_batch_signed_in_part_in_another_window_says_so_and_claims_nothing_it_did_not_sign(room) -> None:
    blocks = ready_for_the_principal(room)
    principal = rooms.browser(room.principal)
    one, said = approvals(room, principal, blocks[:1])
    both, said_again = approvals(room, principal, blocks)
    assert principal.post(one, said).status_code == 302

    refused = principal.post(both, said_again)

    assert refused.status_code == 422
    assert "Chưa ký thêm phần nào: 1 trong 2 phần của lượt này đã ký" in refused.text
    assert 'name="pin"' not in refused.text and 'href="/hoc-ba/ky/phe-duyet/"' in refused.text
    assert "Lượt này không ký học bạ nào" in principal.get(both).text
    assert "Lượt này đã ký xong 1 học bạ" in principal.get(one).text


def test_after_the_last_approval_the_principal_is_led_to_the_seal(room) -> None:
    blocks = ready_for_the_principal(room)
    principal = rooms.browser(room.principal)
    assert "chờ đóng dấu số" not in principal.get("/hoc-ba/ky/phe-duyet/").text

    consent, said = approvals(room, principal, blocks)
    done = principal.get(principal.post(consent, said).headers["Location"]).text

    assert "2 học bạ năm học 2026-2027 đã phê duyệt đủ, chờ đóng dấu số" in done
    assert 'href="/hoc-ba/?nam=2026"' in done
    rooms.seal(room)
    assert "chờ đóng dấu số" not in principal.get("/hoc-ba/ky/phe-duyet/").text


def test_wrong_pins_typed_in_the_browser_stay_counted(room) -> None:
    rooms.prepare(room)
    lan = rooms.browser(room.lan)
    blocks = rooms.blocks_of(room.lan, Role.SUBJECT_TEACHER)
    consent = lan.post("/hoc-ba/ky/mon-hoc/", {"block": blocks}).headers["Location"]

    for _ in range(5):
        lan.post(consent, {"pin": "000000", "code": "000000"})
    locked = lan.post(consent, {"pin": rooms.PIN, "code": "000000"})

    assert "tạm khoá" in locked.text and locked.status_code == 422
    with make.as_system():
        assert PersonKey._base_manager.get(person_id=room.lan.person_id).locked_until is not None


def test_a_locked_consent_asks_for_nothing_until_the_lock_is_over(room) -> None:
    rooms.prepare(room)
    lan = rooms.browser(room.lan)
    blocks = rooms.blocks_of(room.lan, Role.SUBJECT_TEACHER)
    consent = lan.post("/hoc-ba/ky/mon-hoc/", {"block": blocks}).headers["Location"]
    assert 'name="pin"' in lan.get(consent).text

    said = [lan.post(consent, {"pin": "000000", "code": "000000"}).text for _ in range(5)]

    assert 'name="pin"' in said[-2] and 'name="pin"' not in said[-1]
    for page in (said[-1], lan.get(consent).text):
        assert page.count("tạm khoá đến") == 1 and "Danh sách chờ ký" in page and 'name="pin"' not in page
    with clock.standing_still(clock.now() + dt.timedelta(minutes=16)):
        again = rooms.browser(room.lan)
        assert 'name="pin"' in again.get(again.post("/hoc-ba/ky/mon-hoc/", {"block": blocks}).headers["Location"]).text


def test_another_teachers_consent_page_is_not_there(room) -> None:
    rooms.prepare(room)
    blocks = rooms.blocks_of(room.lan, Role.SUBJECT_TEACHER)
    consent = rooms.browser(room.lan).post("/hoc-ba/ky/mon-hoc/", {"block": blocks}).headers["Location"]

    answer = rooms.browser(room.bao).get(consent)
    random = rooms.browser(room.bao).get("/hoc-ba/ky/luot/00000000-0000-4000-8000-000000000000/")

    assert (answer.status_code, answer.content) == (404, random.content)


def test_the_principal_prepares_seals_and_issues_a_class_on_its_page(room) -> None:
    from maitruong.foundation.jobs import services as jobs
    from maitruong.foundation.jobs.models import Job

    head = rooms.browser(room.principal)
    made = head.post(f"/hoc-ba/lop/{room.class_id}/lap/")
    assert "Đã lập 2 học bạ" in made.text
    rooms.sign_subjects(room)
    rooms.sign(room, room.homeroom, Role.HOMEROOM_TEACHER)
    rooms.sign(room, room.principal, Role.PRINCIPAL)

    started = head.post(f"/hoc-ba/lop/{room.class_id}/dong-dau/")
    with make.as_system():
        job = Job._base_manager.get(kind="school_records.seal")
    jobs.run(job.pk)
    page = head.get(started.headers["Location"])
    issued = head.post(f"/hoc-ba/lop/{room.class_id}/phat-hanh/")

    assert "Đã đóng dấu 2/2 học bạ" in page.text
    assert "Đã phát hành 2 học bạ" in issued.text
    assert "8A2" in head.get("/hoc-ba/").text
    record = rooms.records(room)[0]
    assert "Mã băm SHA-256" in head.get(f"/hoc-ba/ho-so/{record.record_id}/").text


def test_a_neighbour_schools_principal_finds_none_of_it(room) -> None:
    record = rooms.sealed(room)[0]
    other = make.a_school(room.commune, "THCS Vĩnh Bảo")
    neighbour = rooms.browser(make.a_principal(other, "Bùi Thị Hoa"))

    for path in (f"/hoc-ba/lop/{room.class_id}/", f"/hoc-ba/ho-so/{record.record_id}/"):
        assert neighbour.get(path).status_code == 404
    for act in ("lap", "dong-dau", "phat-hanh"):
        assert neighbour.post(f"/hoc-ba/lop/{room.class_id}/{act}/").status_code == 404
    refused = neighbour.post(
        f"/hoc-ba/ho-so/{record.record_id}/sua/", {"reason": "Thu hồi học bạ nhầm", "decision": "1", "act": "revoke"}
    )
    assert refused.status_code == 404 and rooms.records(room)[0].state == "issued"


def test_a_family_is_shown_no_other_file_of_the_school(room) -> None:
    from maitruong.foundation.access.services import unit_of_work

    record = rooms.sealed(room)[0]
    mother = make.a_guardian("Trần Mỹ Hạnh", child=record.student_id, school=room.school)

    with unit_of_work(make.scope_of(mother, on=rooms.NOW.date())):
        assert set(StoredFile._base_manager.values_list("pk", flat=True)) == {record.xml_file_id, record.pdf_file_id}


def test_the_command_says_valid_altered_and_unreadable_with_its_exit_code(room, tmp_path, capsys) -> None:
    import json

    from django.core.management import call_command

    record = rooms.sealed(room)[0]
    good, bad = tmp_path / "a.xml", tmp_path / "b.xml"
    good.write_bytes(rooms.bytes_of(record))
    bad.write_bytes(rooms.bytes_of(record).replace(b'tenths="75"', b'tenths="95"', 1))

    call_command("verify", str(good), "--json")
    told = json.loads(capsys.readouterr().out)
    with pytest.raises(SystemExit) as altered:
        call_command("verify", str(bad), "--json")
    with pytest.raises(SystemExit) as missing:
        call_command("verify", str(tmp_path / "c.xml"))

    assert told["standing"] == "valid" and told["initials"] == "N. G. H."
    assert (altered.value.code, missing.value.code) == (1, 2)
    assert json.loads(capsys.readouterr().out)["problems"]


def test_an_office_above_stays_with_the_school_it_chose() -> None:
    department = make.a_department()
    school = make.a_school(make.a_commune(department))
    make.a_class(school, pupils=("Lý A Sính",))
    officer = rooms.browser(make.a_post_holder(department, "department_officer", "Lê Trung Kiên"))

    page = officer.get(f"/hoc-ba/?truong={school}&nam=2026").content.decode()

    assert "THCS Lê Chân · năm học 2026-2027" in page
    assert f'href="?nam=2026&amp;truong={school}"' in page


def test_every_page_of_signing_lights_what_waits_in_the_menu_and_the_account_leads_to_ones_own_signatures(room) -> None:
    rooms.prepare(room)
    lan, mother = (
        rooms.browser(room.lan),
        rooms.browser(make.a_guardian("Trần Mỹ Hạnh", child=room.pupils[0], school=room.school)),
    )
    blocks = rooms.blocks_of(room.lan, Role.SUBJECT_TEACHER)
    consent = lan.post("/hoc-ba/ky/mon-hoc/", {"block": blocks}).headers["Location"]

    for address in ("/hoc-ba/ky/mon-hoc/", consent, "/hoc-ba/ky/da-ky/"):
        lit = re.findall(r'<a[^>]* href="([^"]+)"[^>]*aria-current="page"', lan.get(address).text)
        assert set(lit) == {"/hoc-ba/ky/mon-hoc/"}, address
    record = rooms.records(room)[0]
    with make.as_system():
        RecordFile._base_manager.filter(pk=record.pk).update(state="issued", issued_at=rooms.NOW)
    page = mother.get(f"/hoc-ba/cua-con/{record.record_id}/").text
    assert set(re.findall(r'href="([^"]+)"[^>]*aria-current="page"', page)) == {"/con-toi/"}
    assert 'href="/hoc-ba/ky/da-ky/"' in lan.get("/tai-khoan-cua-toi/").text
    assert 'href="/hoc-ba/ky/da-ky/"' not in mother.get("/tai-khoan-cua-toi/").text


def test_who_signs_later_is_told_how_many_wait_for_others_and_where_to_see_for_whom(room) -> None:
    rooms.prepare(room)

    page = rooms.browser(room.homeroom).get("/hoc-ba/ky/chu-nhiem/").text

    assert "Chưa có học bạ nào đến lượt" in page and "2 học bạ còn chờ người ký trước" in page
    assert 'href="/hoc-ba/"' in page and "Không còn học bạ nào" not in page
    rooms.sign_subjects(room)
    assert "còn chờ người ký trước" not in rooms.browser(room.homeroom).get("/hoc-ba/ky/chu-nhiem/").text
