"""A colleague goes to another school of the province by a decision."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.people.models import Person
from maitruong.registry.staff import queries as staff
from maitruong.registry.staff import records
from maitruong.registry.staff.models import Employment
from maitruong.registry.staff.record_models import Qualification, SalaryStep
from maitruong.registry.transfers import postings, services
from maitruong.registry.transfers.errors import (
    DecisionMissing,
    HeadIsAppointed,
    OwnPosting,
    PostingOpen,
    SameSchool,
    StepPassed,
    TooEarly,
    WhyMissing,
)
from maitruong.registry.transfers.models import Posting, PostingStep
from maitruong.site.family.tests.test_family import signed_in
from maitruong.teaching.timetable import queries as lessons
from maitruong.teaching.timetable import services as timetable
from tests import factories as make

from .factories import do
from .test_pages import browser

pytestmark = pytest.mark.django_db
FIRST = dt.date(2026, 12, 1)
FACTS = {"post": "teacher", "decision": "125/QĐ-SGDĐT", "decided_on": dt.date(2026, 11, 18), "starts_on": FIRST}


@pytest.fixture
def going(place: SimpleNamespace) -> SimpleNamespace:
    """A teacher with a class, a step and a degree."""
    mistake = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    with make.as_system() as scope:
        timetable.assign_teaching(
            scope, class_id=place.class_id, subject="TOAN", teacher_id=place.teacher, starts_on=dt.date(2026, 9, 5)
        )
        SalaryStep(
            school_id=place.school, person_id=place.teacher, starts_on=dt.date(2025, 1, 1), title="V.07.04.31", step=3,
            counted_from=dt.date(2025, 1, 1), role="teacher", area="ordinary", school_kind="ordinary",
        ).save()  # fmt: skip
        Qualification(school_id=place.school, person_id=place.teacher, level="BACHELOR", major="Toán").save()
        Qualification(
            school_id=place.school, person_id=place.teacher, level="MASTER", major="nhầm", withdrawn_at=mistake
        ).save()  # fmt: skip
    return place


def release(going: SimpleNamespace, **more: object) -> int:
    facts = {"person_id": going.teacher, "to_school_id": going.neighbour, **FACTS, **more}
    return do(going.principal, services.release_staff, **facts)


def jobs_of(person: int) -> list[tuple[int, dt.date | None]]:
    with make.as_system():
        rows = Employment._base_manager.filter(person_id=person).order_by("starts_on")
        return [(row.school_id, row.ends_on) for row in rows]


def test_work_ends_the_day_before_it_begins_and_the_record_is_there(going: SimpleNamespace) -> None:
    made = release(going)
    with unit_of_work(going.stranger):
        assert not Person._base_manager.filter(pk=going.teacher).exists(), "not hers to see before she is received"
    assert jobs_of(going.teacher) == [(going.school, None)]

    do(going.stranger, services.receive_staff, posting_id=made)

    assert jobs_of(going.teacher) == [(going.school, dt.date(2026, 11, 30)), (going.neighbour, None)]
    with unit_of_work(going.stranger):
        rows = SalaryStep._base_manager.filter(person_id=going.teacher)
        assert [(row.school_id, row.ends_on) for row in rows] == [(going.neighbour, None)]
        record = records.open_record(going.stranger, person_id=going.teacher, on=FIRST)
        assert [row.major for part in record.parts for row in part.rows if isinstance(row, Qualification)] == ["Toán"]
    with unit_of_work(going.principal):
        rows = SalaryStep._base_manager.filter(person_id=going.teacher)
        assert [(row.school_id, row.ends_on) for row in rows] == [(going.school, dt.date(2026, 11, 30))]
        assert Qualification._base_manager.filter(person_id=going.teacher).count() == 2, (
            "the old school keeps all it wrote"
        )


def test_the_school_she_leaves_is_told_which_classes_stand_without_a_teacher(going: SimpleNamespace) -> None:
    made = release(going)
    do(going.stranger, services.receive_staff, posting_id=made)
    assert "Toán, lớp 8A2" in browser(going.principal).get(f"/dieu-dong/{made}/").text
    assert "lớp 8A2" not in browser(going.stranger).get(f"/dieu-dong/{made}/").text
    with make.as_system():
        timetable.end_assignments_of(
            postings.BEYOND, teacher_id=going.teacher, school_id=going.school, last_day=dt.date(2026, 11, 30)
        )
        assert lessons.taught_by(going.teacher, going.neighbour) == []


def test_clicking_twice_changes_nothing_and_a_second_decision_is_refused(
    going: SimpleNamespace, place: SimpleNamespace
) -> None:
    made = release(going)
    assert release(going) == made
    third = make.a_school(place.commune, "THCS Thứ Ba")
    with pytest.raises(PostingOpen):
        release(going, to_school_id=third)
    do(going.stranger, services.receive_staff, posting_id=made)
    do(going.stranger, services.receive_staff, posting_id=made)
    with pytest.raises(StepPassed):
        do(going.principal, services.cancel_posting, posting_id=made, why="nhầm")
    assert len(jobs_of(going.teacher)) == 2
    with make.as_system():
        assert PostingStep._base_manager.count() == 2
        assert SalaryStep._base_manager.filter(person_id=going.teacher).count() == 2


def test_what_is_wrong_with_a_posting_is_refused_in_words(going: SimpleNamespace) -> None:
    for wrong, more in (
        (DecisionMissing, {"decision": " "}),
        (SameSchool, {"to_school_id": going.school}),
        (TooEarly, {"starts_on": dt.date(1990, 1, 1)}),
        (NotFound, {"person_id": going.pupils[0]}),
    ):
        with pytest.raises(wrong):
            release(going, **more)
    head = going.principal.actor_id
    with make.as_system():
        Employment(school_id=going.school, person_id=head, post="teacher", starts_on=dt.date(2020, 1, 1)).save()
    with pytest.raises(OwnPosting):
        release(going, person_id=head)
    other_head = make.an_employee(going.school, "Hiệu Trưởng Khác", "principal")
    with pytest.raises(HeadIsAppointed):
        release(going, person_id=other_head)
    with make.as_system():
        assert not Posting._base_manager.exists()


def test_a_posting_is_taken_back_with_a_reason_by_who_wrote_it(going: SimpleNamespace) -> None:
    made = release(going)
    with pytest.raises(NotFound):
        do(going.stranger, services.cancel_posting, posting_id=made, why="nhầm")
    with pytest.raises(WhyMissing):
        do(going.principal, services.cancel_posting, posting_id=made, why="")
    do(going.principal, services.cancel_posting, posting_id=made, why="quyết định bị thu hồi")
    with pytest.raises(StepPassed):
        do(going.stranger, services.receive_staff, posting_id=made)
    assert jobs_of(going.teacher) == [(going.school, None)]


def test_killed_while_she_is_received_leaves_nothing_half(
    going: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = release(going)

    def killed(**facts: object) -> None:
        raise SystemExit

    monkeypatch.setattr(postings.employments, "record_follows", killed)
    with pytest.raises(SystemExit):
        do(going.stranger, services.receive_staff, posting_id=made)
    assert jobs_of(going.teacher) == [(going.school, None)]
    with unit_of_work(going.principal):
        assert staff.works_at(going.teacher, going.school, on=FIRST)


def test_the_pages_from_the_colleagues_file_to_the_new_school(going: SimpleNamespace) -> None:
    ours, theirs = browser(going.principal), browser(going.stranger)
    form = f"/dieu-dong/moi/{going.teacher}/"
    assert "Chưa có quyết định" in theirs.get("/dieu-dong/").text
    assert form in ours.get(f"/doi-ngu/{going.teacher}/").text
    assert "Toán, lớp 8A2" in ours.get(form).text
    assert f"?to_school={going.neighbour}" in ours.get(f"{form}?q=vĩnh bảo").text
    filled = {"to_school": going.neighbour, "post": "teacher", "decision": "125/QĐ", "decided_on": "18/11/2026"}
    assert ours.post(form, {**filled, "day": ""}).status_code == 422
    sent = ours.post(form, {**filled, "day": "01/12/2026"})
    address = sent.headers["Location"]
    assert "Tiếp nhận</" not in ours.get(address).text
    assert "Chờ trường mới tiếp nhận" in theirs.get("/dieu-dong/").text
    assert theirs.post(f"{address}tiep-nhan/").status_code == 302
    assert f"/doi-ngu/{going.teacher}/" in theirs.get(address).text
    assert theirs.get(f"/doi-ngu/{going.teacher}/ho-so/").status_code == 200


def test_a_third_school_a_teacher_and_a_clerk_who_may_not_find_nothing(going: SimpleNamespace) -> None:
    made = release(going)
    third = make.a_school(going.commune, "THCS Thứ Ba")
    head = browser(make.scope_of(make.a_principal(third, "Lê Văn Ba")))
    assert head.get(f"/dieu-dong/{made}/").status_code == 404
    assert head.post(f"/dieu-dong/{made}/tiep-nhan/").status_code == 404
    assert head.get(f"/dieu-dong/moi/{going.teacher}/").status_code == 404
    clerk = browser(going.clerk)
    assert clerk.get(f"/dieu-dong/{made}/").status_code == 200
    assert clerk.post(f"/dieu-dong/{made}/huy/", {"why": "x"}).status_code == 404
    teacher = signed_in(make.a_teacher(going.school, "Cô Dạy", class_id=going.class_id, subject="VAN"))
    assert teacher.get("/dieu-dong/").status_code == 404
    assert jobs_of(going.teacher) == [(going.school, None)]
