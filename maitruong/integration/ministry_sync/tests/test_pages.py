"""The department's board, and what was refused as a school reads it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from maitruong.foundation.audit.models import Entry
from maitruong.foundation.identity.models import Account
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.jobs.models import Job
from maitruong.integration.ministry_sync import services
from maitruong.integration.ministry_sync.models import Record
from maitruong.integration.ministry_sync.tests.conftest import Ministry
from maitruong.site.family.tests.test_family import signed_in
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(province: SimpleNamespace, ministry: Ministry) -> SimpleNamespace:
    """One pupil of our school and one of the neighbour's that the ministry does not take."""
    ministry.fault(reject=[f"NGUOIHOC-*-{province.pupils[0]}", f"NGUOIHOC-*-{province.their_pupil}"])
    services.reconcile(make.SYSTEM)
    ministry.fault("none")
    province.at_ministry = ministry
    return province


def account(scope_holder: SimpleNamespace, role: str, unit: int) -> Client:
    return signed_in(make.a_post_holder(unit, role, "Trần Thị Xem"))


def records(person_id: int) -> Record:
    with make.as_system():
        return Record._base_manager.get(dataset="learner", person_id=person_id)


def actions() -> list[str]:
    with make.as_system():
        return list(Entry._base_manager.order_by("id").values_list("action", flat=True))


def test_the_board_tells_dataset_by_dataset(refused: SimpleNamespace) -> None:
    page = signed_in(refused.officer).get(reverse("ministry_sync:board")).content.decode()

    assert "Người học" in page and "Điểm trường" in page and "khớp" in page
    assert "2 chưa nhận" in page and "Gửi thay đổi" in page


def test_where_nothing_is_configured_the_board_says_what_to_do(
    province: SimpleNamespace, configured: Callable[[str], None]
) -> None:
    page = signed_in(province.officer).get(reverse("ministry_sync:board")).content.decode()

    assert "Chưa nối với Bộ" in page and "./dev exchange connect" in page and "Gửi thay đổi" not in page
    answer = signed_in(province.officer).post(reverse("ministry_sync:start"), {"viec": "gui"})
    assert answer.status_code == 422 and "Chưa khai báo cổng" in answer.content.decode()


def test_a_button_begins_the_work_in_the_worker_and_the_page_follows_it(refused: SimpleNamespace) -> None:
    client = signed_in(refused.officer)
    before = refused.at_ministry.state()["batches"]
    assert client.post(reverse("ministry_sync:start"), {"viec": "doi-soat"}).status_code == 302
    assert refused.at_ministry.state()["batches"] == before, "nothing is sent in a web request"
    assert client.post(reverse("ministry_sync:start"), {"viec": "gui"}).status_code == 422, "one at a time"
    assert "Đối soát với Bộ" in client.get(reverse("ministry_sync:progress")).content.decode()

    with make.as_system():
        job = Job._base_manager.get(kind="ministry.reconcile")
    jobs.run(job.pk)
    page = client.get(reverse("ministry_sync:board")).content.decode()
    assert "Lệch 0, còn 0 sau khi bù" in page
    assert "ministry.reconcile_asked" in actions()


def test_a_school_reads_its_own_in_plain_words_and_sends_it_again(refused: SimpleNamespace) -> None:
    clerk = account(refused, "clerk", refused.school)
    page = clerk.get(reverse("ministry_sync:refused")).content.decode()

    assert "Nguyễn Minh Ánh" in page and "Vũ Thị Hà" not in page
    assert "Họ và tên" in page and "không khớp với dữ liệu dân cư" in page and "sửa rồi gửi lại" in page
    assert reverse("enrolment:dossier", args=[refused.pupils[0]]) in page
    assert "?nhom=learner" in page and "?nhom=staff" not in page, "only what there is something of"

    answer = clerk.post(reverse("ministry_sync:resend"), {"mot": records(refused.pupils[0]).pk})
    assert answer.status_code == 302
    assert "Đã đưa 1 hồ sơ" in clerk.get(answer["Location"]).content.decode()
    assert services.push_again(make.SYSTEM)["accepted"] == 1
    assert "Không có hồ sơ nào bị trả lại" in clerk.get(reverse("ministry_sync:refused")).content.decode()
    assert "ministry.resent" in actions()


def test_a_school_sends_nothing_again_that_is_a_neighbours(refused: SimpleNamespace) -> None:
    clerk = account(refused, "clerk", refused.school)
    theirs = records(refused.their_pupil)

    for given in ({"mot": theirs.pk}, {"ho_so": [theirs.pk]}, {"tat_ca": "1", "truong": refused.neighbour}):
        assert clerk.post(reverse("ministry_sync:resend"), given).status_code == 422
    assert records(refused.their_pupil).basis
    assert (
        "Vũ Thị Hà" not in clerk.get(f"{reverse('ministry_sync:refused')}?truong={refused.neighbour}").content.decode()
    )


def test_the_department_sends_one_school_or_all_again_and_its_look_is_told(refused: SimpleNamespace) -> None:
    officer = signed_in(refused.officer)
    page = officer.get(reverse("ministry_sync:refused")).content.decode()
    assert "Vũ Thị Hà" in page and "THCS Vĩnh Bảo" in page
    assert "ministry.listed" in actions()

    officer.post(reverse("ministry_sync:resend"), {"tat_ca": "1", "truong": refused.neighbour})
    assert records(refused.their_pupil).basis == "" != records(refused.pupils[0]).basis
    officer.post(reverse("ministry_sync:resend"), {"tat_ca": "1"})
    assert records(refused.pupils[0]).basis == ""


@pytest.mark.parametrize("role", ["homeroom_teacher", "subject_teacher", "commune_officer"])
def test_nobody_else_finds_any_of_it(refused: SimpleNamespace, role: str) -> None:
    unit = refused.commune if role == "commune_officer" else refused.school
    limits = {"class_ids": [refused.class_id]} if role != "commune_officer" else {}
    person: Account = make.a_post_holder(unit, role, "Vũ Văn Khác", **limits)
    client = signed_in(person)
    for name in ("board", "refused", "progress"):
        assert client.get(reverse(f"ministry_sync:{name}")).status_code == 404
    assert client.post(reverse("ministry_sync:resend"), {"tat_ca": "1"}).status_code == 404
    assert client.post(reverse("ministry_sync:start"), {"viec": "gui"}).status_code == 404


def test_a_school_has_no_board(refused: SimpleNamespace) -> None:
    clerk = account(refused, "clerk", refused.school)
    assert clerk.get(reverse("ministry_sync:board")).status_code == 404
    assert clerk.post(reverse("ministry_sync:start"), {"viec": "gui"}).status_code == 404


def test_the_beat_takes_up_what_was_asked_for(refused: SimpleNamespace) -> None:
    with make.as_system() as scope:
        services.resend(scope, every=True)
    services.beat()
    services.beat()
    with make.as_system():
        (job,) = Job._base_manager.filter(kind="ministry.again")
    jobs.run(job.pk)
    assert records(refused.pupils[0]).state == records(refused.their_pupil).state == "ACCEPTED"
    services.beat()
    with make.as_system():
        assert Job._base_manager.filter(kind__startswith="ministry.").count() == 1, "nothing is due any more"
