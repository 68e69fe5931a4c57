"""The undo of a list: exactly what it wrote; what it leaves a person decides; and lists whose work ended without a word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.exchange import queries, services
from maitruong.foundation.exchange.errors import NotNow, UndoTooLate, UsedSince
from maitruong.foundation.exchange.models import ImportBatch, ImportRow
from maitruong.foundation.exchange.tests.files import plain_workbook
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.kernel import clock
from maitruong.foundation.people.models import Person
from tests import factories as make

from .lists import HEADER, ONE, THREE, TWO, bring_in, check, snapshot, take, take_back


@pytest.fixture
def touched(place: SimpleNamespace, tmp_path: Path) -> Iterator[SimpleNamespace]:
    """Three pupils came by a list; one was edited since, one has an account; the list is taken back."""
    place.before = snapshot()
    path = plain_workbook(tmp_path / "list.xlsx", [HEADER, ONE, TWO, THREE])
    place.batch_id, _ = bring_in(place.clerk, place.school, path)
    with make.as_system():
        place.dung = Person._base_manager.get(full_name="Nông Đức Dũng").pk
        Person._base_manager.filter(pk=place.dung).update(phone="+84987654321", version=2)
        place.ai = Person._base_manager.get(full_name="Triệu Văn Ái").pk
    place.account = make.an_account(place.ai)
    assert take_back(place.clerk, place.batch_id) == {"taken_back": 1, "kept": 2}
    return place


def kept(place: SimpleNamespace) -> list[queries.KeptRow]:
    with unit_of_work(place.clerk):
        return queries.kept_rows(queries.batch(place.clerk, place.batch_id))


def decide(place: SimpleNamespace, row: int, *, keep: bool) -> None:
    with unit_of_work(place.clerk):
        if keep:
            services.keep_rows(place.clerk, batch_id=place.batch_id, row=row)
        else:
            services.take_back_row(place.clerk, batch_id=place.batch_id, row=row)


def test_undo_takes_back_exactly_what_the_import_wrote(lists: SimpleNamespace) -> None:
    before = snapshot()
    batch_id, _ = bring_in(lists.clerk, lists.school, lists.path)

    result = take_back(lists.clerk, batch_id)

    assert result == {"taken_back": 3, "kept": 0}
    assert snapshot() == before
    with make.as_system():
        assert Entry._base_manager.filter(action="students.import_taken_back").count() == 3


def test_rows_touched_since_are_listed_and_kept(lists: SimpleNamespace) -> None:
    batch_id, _ = bring_in(lists.clerk, lists.school, lists.path)
    with make.as_system():
        dung = Person._base_manager.get(full_name="Nông Đức Dũng")
        Person._base_manager.filter(pk=dung.pk).update(phone="+84987654321", version=dung.version + 1)
        ai = Person._base_manager.get(full_name="Triệu Văn Ái")
    make.an_account(ai.pk)

    result = take_back(lists.clerk, batch_id)

    assert result == {"taken_back": 1, "kept": 2}
    with make.as_system():
        kept = ImportRow._base_manager.filter(batch_id=batch_id, taken_back_at=None).order_by("row")
        assert [(row.label, row.kept_because) for row in kept] == [
            ("Nông Đức Dũng, lớp 8A2", "Thông tin cá nhân đã được sửa sau khi nhập."),
            ("Triệu Văn Ái, lớp 8A2", "Em đã có tài khoản."),
        ]
        assert Person._base_manager.filter(pk__in=[dung.pk, ai.pk]).count() == 2
        assert not Person._base_manager.filter(full_name="Nông Thị Hoa").exists()
        assert Person._base_manager.filter(full_name="Nông Văn Hải").exists()


def test_undo_ends_after_thirty_days(lists: SimpleNamespace) -> None:
    batch_id, _ = bring_in(lists.clerk, lists.school, lists.path)

    with clock.standing_still(clock.now() + dt.timedelta(days=30)), unit_of_work(lists.clerk):
        services.start_undo(lists.clerk, batch_id=batch_id)
    with make.as_system():
        ImportBatch._base_manager.filter(pk=batch_id).update(state="done")
    later = clock.standing_still(clock.now() + dt.timedelta(days=31))
    with later, pytest.raises(UndoTooLate), unit_of_work(lists.clerk):
        services.start_undo(lists.clerk, batch_id=batch_id)


def test_only_a_row_that_was_edited_may_still_be_taken_back(touched: SimpleNamespace) -> None:
    assert [(row.row, row.because, row.can_go) for row in kept(touched)] == [
        (2, "Thông tin cá nhân đã được sửa sau khi nhập.", True),
        (4, "Em đã có tài khoản.", False),
    ]


def test_edited_row_goes_with_its_edits_when_a_person_says_so(touched: SimpleNamespace) -> None:
    decide(touched, 2, keep=False)

    assert [row.row for row in kept(touched)] == [4]
    with make.as_system():
        assert not Person._base_manager.filter(pk=touched.dung).exists()
        assert not Person._base_manager.filter(full_name="Nông Văn Hải").exists()
        assert Entry._base_manager.filter(action="students.import_taken_back", object_id=touched.dung).count() == 1
        assert Entry._base_manager.filter(action="exchange.row_taken_back").count() == 1


@pytest.mark.django_db
def test_row_of_a_pupil_with_marks_stays_and_says_so(place: SimpleNamespace, tmp_path: Path) -> None:
    place.batch_id, _ = bring_in(place.clerk, place.school, plain_workbook(tmp_path / "list.xlsx", [HEADER, ONE, TWO]))
    with make.as_system(), connection.cursor() as cursor:
        pupil = Person._base_manager.get(full_name="Nông Đức Dũng").pk
        cursor.execute(
            "INSERT INTO gradebook_mark (school_year, school_id, class_id, subject, term, student_id, tx1, version, updated_at)"
            " VALUES (2026, %s, 1, 'TOAN', 1, %s, 75, 1, now())",
            [place.school, pupil],
        )

    assert take_back(place.clerk, place.batch_id) == {"taken_back": 1, "kept": 1}

    assert [(row.because, row.can_go) for row in kept(place)] == [("Em đã có điểm hoặc nhận xét trong sổ điểm.", False)]


def test_row_with_an_account_stays_whoever_decides(touched: SimpleNamespace) -> None:
    with pytest.raises(UsedSince, match="Em đã có tài khoản"):
        decide(touched, 4, keep=False)

    with make.as_system():
        assert Person._base_manager.filter(pk=touched.ai).exists()
        assert ImportRow._base_manager.get(batch_id=touched.batch_id, row=4).decided_at is None


def test_kept_row_is_decided_once_and_stays_as_it_is(touched: SimpleNamespace) -> None:
    decide(touched, 2, keep=True)

    assert [(row.row, row.decided_at is not None, row.can_go) for row in kept(touched)] == [
        (4, False, False),
        (2, True, False),
    ]
    with pytest.raises(NotFound):
        decide(touched, 2, keep=False)
    with make.as_system():
        assert Person._base_manager.get(pk=touched.dung).phone == "+84987654321"
        assert '"rows":[null,[2]]' in str(Entry._base_manager.get(action="exchange.rows_kept").body)


def test_all_that_wait_are_kept_in_one_act(touched: SimpleNamespace) -> None:
    with unit_of_work(touched.clerk):
        assert services.keep_rows(touched.clerk, batch_id=touched.batch_id) == 2
        assert services.keep_rows(touched.clerk, batch_id=touched.batch_id) == 0
        assert queries.decisions_waiting(queries.batch(touched.clerk, touched.batch_id)) == 0


def test_deciding_to_take_back_ends_with_the_thirty_days(touched: SimpleNamespace) -> None:
    with clock.standing_still(clock.now() + dt.timedelta(days=31)):
        assert [row.can_go for row in kept(touched)] == [False, False]
        with pytest.raises(UndoTooLate):
            decide(touched, 2, keep=False)


def test_known_pupil_gets_the_values_before_the_list_back_though_edited_since(
    place: SimpleNamespace, tmp_path: Path
) -> None:
    bring_in(place.clerk, place.school, plain_workbook(tmp_path / "a.xlsx", [HEADER, ONE]))
    changed = [*ONE[:6], "Kinh", *ONE[7:]]
    place.batch_id, told = bring_in(place.clerk, place.school, plain_workbook(tmp_path / "b.xlsx", [HEADER, changed]))
    assert told["changed"] == 1
    with make.as_system():
        dung = Person._base_manager.get(full_name="Nông Đức Dũng")
        assert dung.ethnic_group == "KINH"
        Person._base_manager.filter(pk=dung.pk).update(phone="+84987654321", version=dung.version + 1)
    assert take_back(place.clerk, place.batch_id) == {"taken_back": 0, "kept": 1}

    decide(place, 2, keep=False)

    with make.as_system():
        dung.refresh_from_db()
        assert (dung.ethnic_group, dung.phone) == ("TAY", "+84987654321")


def test_neighbour_decides_nothing(touched: SimpleNamespace) -> None:
    for step in (services.keep_rows, services.take_back_row):
        with pytest.raises(NotFound), unit_of_work(touched.stranger):
            step(touched.stranger, batch_id=touched.batch_id, row=2)
    assert all(row.decided_at is None for row in kept(touched))


def test_the_page_lists_kept_rows_and_takes_the_decision(touched: SimpleNamespace) -> None:
    client = Client()
    client.force_login(make.a_post_holder(touched.school, "clerk", "Vi Thị Thư"))
    session = client.session
    session["seen"] = 4 * 10**9
    session.save()
    address = f"/nhap-danh-sach/{touched.batch_id}/"

    page = client.get(address).content.decode()
    refused = client.post(f"{address}quyet-dinh/", {"row": 4, "viec": "lay-lai", "chac": "1"})
    client.post(f"{address}quyet-dinh/", {"row": 2})
    after = client.get(address).content.decode()

    assert "2 dòng được giữ lại" in page and f'href="/hoc-sinh/{touched.dung}/"' in page
    assert page.count("Vẫn lấy lại dòng") == 1 and "Giữ cả 2 dòng" in page
    assert refused.status_code == 422 and "Dòng 4 không lấy lại được. Em đã có tài khoản." in refused.content.decode()
    assert "1 dòng được giữ lại" in after and "đã quyết định giữ lúc" in after
    for bad in ({"row": "x"}, {"row": ""}, {"viec": "lay-lai"}):
        assert client.post(f"{address}quyet-dinh/", bad).status_code == 404


def test_a_row_goes_with_its_edits_only_after_the_question(touched: SimpleNamespace) -> None:
    client = Client()
    client.force_login(make.a_post_holder(touched.school, "clerk", "Vi Thị Thư"))
    address = f"/nhap-danh-sach/{touched.batch_id}/"

    assert f'href="{address}quyet-dinh/?dong=2"' in client.get(address).content.decode()
    asked = client.get(f"{address}quyet-dinh/?dong=2").content.decode()
    straight = client.post(f"{address}quyet-dinh/", {"row": 2, "viec": "lay-lai"})
    assert "Vẫn lấy lại dòng 2?" in asked and "Nông Đức Dũng" in asked and "không hoàn lại được" in asked
    assert straight["Location"] == f"{address}quyet-dinh/?dong=2"
    with make.as_system():
        assert Person._base_manager.filter(pk=touched.dung).exists()

    # Of a row that cannot go, is decided or is not there nothing is asked.
    for row in ("4", "99", "x", ""):
        assert client.get(f"{address}quyet-dinh/?dong={row}")["Location"] == address
    client.post(f"{address}quyet-dinh/", {"row": 2, "viec": "lay-lai", "chac": "1"})
    with make.as_system():
        assert not Person._base_manager.filter(pk=touched.dung).exists()
    assert client.get(f"{address}quyet-dinh/?dong=2")["Location"] == address


# --- work that ended without a word ----------------------------------------------------------------------------------


def test_list_goes_on_after_its_work_was_refused_because_rights_were_withdrawn(
    place: SimpleNamespace, tmp_path: Path
) -> None:
    """The job is refused before any work of ours runs, so nobody puts the list's state back."""
    path = plain_workbook(tmp_path / "list.xlsx", [HEADER, ONE])
    batch_id = take(place.clerk, place.school, path)
    check(place.clerk, batch_id)
    with unit_of_work(place.clerk):
        job_id = services.start_import(place.clerk, batch_id=batch_id)
    with make.as_system():
        Job._base_manager.filter(pk=job_id).update(asked_by=10**9)

    jobs.run(job_id)

    other = make.scope_of(make.a_post_holder(place.school, "clerk", "Vi Thị Thư"))
    with unit_of_work(other):
        assert queries.batch(other, batch_id).state == "stopped"
        again = services.go_on(other, batch_id=batch_id)
        assert ImportBatch._base_manager.get(pk=batch_id).undo_until is not None
    jobs.run(again)
    with make.as_system():
        assert ImportBatch._base_manager.get(pk=batch_id).totals["imported"]["new"] == 1


def test_list_of_running_work_is_left_alone(place: SimpleNamespace, tmp_path: Path) -> None:
    path = plain_workbook(tmp_path / "list.xlsx", [HEADER, ONE])
    batch_id = take(place.clerk, place.school, path)
    check(place.clerk, batch_id)
    with unit_of_work(place.clerk):
        services.start_import(place.clerk, batch_id=batch_id)
        with pytest.raises(NotNow):
            services.go_on(place.clerk, batch_id=batch_id)
        assert queries.batch(place.clerk, batch_id).state == "importing"
