"""From the family's application to the new class: who may do what when, and what each school sees."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.kernel import clock
from maitruong.foundation.people import queries as people
from maitruong.foundation.people.models import Person
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment import services as seats
from maitruong.registry.enrolment.models import Enrolment
from maitruong.registry.transfers import ports, queries, receiving, services
from maitruong.registry.transfers.errors import (
    AlreadyApplied,
    GradeNotTaught,
    NotSeated,
    NotTheSame,
    OtherGrade,
    PupilGone,
    SameSchool,
    StepPassed,
    TooEarly,
    WhyMissing,
)
from maitruong.registry.transfers.models import Paper, Step, Transfer
from maitruong.registry.transfers.services import Wish
from tests import factories as make

from .factories import WISH, accepted, applied, do, received, released, seats_of, state_of

pytestmark = pytest.mark.django_db


def test_every_step_is_a_row_and_the_last_day_meets_the_first(two: SimpleNamespace) -> None:
    made = received(two)

    assert seats_of(two.pupil) == [
        (two.school, dt.date(2026, 9, 5), dt.date(2026, 11, 22), "transferred_out"),
        (two.neighbour, dt.date(2026, 11, 23), None, "transferred_in"),
    ]
    with make.as_system():
        told = list(Step._base_manager.filter(transfer_id=made).order_by("pk").values_list("state", "why", "due_on"))
        actions = set(Entry._base_manager.filter(object_type="transfer").values_list("action", flat=True))
    assert told == [
        ("applied", WISH.reason, dt.date(2026, 11, 25)),
        ("accepted", "giấy tiếp nhận số 12", dt.date(2026, 11, 24)),
        ("released", "giấy giới thiệu số 7", dt.date(2026, 11, 25)),
        ("received", "vào lớp 8B1 từ 23/11/2026", None),
    ]
    assert {"transfers.applied", "transfers.accepted", "transfers.released", "transfers.received"} <= actions


def test_the_receiving_school_finds_no_dossier_before_it_seats_the_pupil(two: SimpleNamespace) -> None:
    made = released(two)

    with unit_of_work(two.stranger):
        assert queries.page(two.stranger, transfer_id=made).transfer.full_name == "Nguyễn Minh Ánh"
        with pytest.raises(NotFound):
            enrolment.dossier(two.stranger, two.pupil)
        assert people.particulars(two.pupil) is None, "row security hides the person himself"
        assert not Person._base_manager.filter(pk=two.pupil).exists()
        assert not Enrolment._base_manager.filter(student_id=two.pupil).exists()
    do(two.their_clerk, services.receive, transfer_id=made, class_id=two.class_b, starts_on=dt.date(2026, 11, 23))
    with unit_of_work(two.stranger):
        found = enrolment.dossier(two.stranger, two.pupil)
        assert [seat.school_id for seat in found.seats] == [two.neighbour], "the old school's year is the old school's"
    with unit_of_work(two.principal):
        assert [seat.school_id for seat in enrolment.dossier(two.principal, two.pupil).seats] == [two.school]


def test_what_was_bundled_is_not_there_before_the_release(two: SimpleNamespace) -> None:
    made = accepted(two)
    with unit_of_work(two.stranger):
        assert queries.page(two.stranger, transfer_id=made).results is None
    do(two.principal, services.release, transfer_id=made, why="giấy giới thiệu số 7")
    with unit_of_work(two.stranger):
        assert queries.page(two.stranger, transfer_id=made).results["class_name"] == "8A2"


def test_each_act_belongs_to_one_school_and_a_third_finds_nothing(two: SimpleNamespace, place: SimpleNamespace) -> None:
    made = applied(two)
    third_school = make.a_school(place.commune, "THCS Thứ Ba")
    third = make.scope_of(make.a_principal(third_school, "Lê Văn Ba"))
    for scope in (two.principal, third, two.their_clerk):
        with pytest.raises(NotFound):
            do(scope, services.accept, transfer_id=made, why="số 12")
    do(two.stranger, services.accept, transfer_id=made, why="số 12")
    for scope in (two.stranger, third):
        with pytest.raises(NotFound):
            do(scope, services.release, transfer_id=made, why="số 7")
    do(two.principal, services.release, transfer_id=made, why="số 7")
    for scope, class_id in ((two.principal, two.class_id), (third, two.class_b)):
        with pytest.raises(NotFound):
            do(scope, services.receive, transfer_id=made, class_id=class_id, starts_on=dt.date(2026, 11, 23))
    with unit_of_work(third):
        assert not Transfer._base_manager.filter(pk=made).exists()
        assert not Step._base_manager.filter(transfer_id=made).exists()
        assert not Paper._base_manager.filter(transfer_id=made).exists()
    assert seats_of(two.pupil) == [(two.school, dt.date(2026, 9, 5), None, "enrolled")]


def test_a_family_applies_for_its_own_child_alone(two: SimpleNamespace) -> None:
    with pytest.raises(NotFound):
        applied(two, two.pupils[1])
    with pytest.raises(NotFound):
        do(two.principal, services.apply_as_family, student_id=two.pupil, to_school_id=two.neighbour, wish=WISH)
    made = applied(two)
    other = make.scope_of(make.a_guardian("Mẹ Khác", child=two.pupils[1], school=two.school))
    with pytest.raises(NotFound):
        do(other, services.withdraw, transfer_id=made, why="nhầm")
    with unit_of_work(other):
        assert not Transfer._base_manager.exists() and not Step._base_manager.exists()
    with unit_of_work(two.mother):
        assert [row.id for row in queries.of_family(two.mother, two.pupil)] == [made]
        assert len(queries.page(two.mother, transfer_id=made, permission="transfers.family").steps) == 1


def test_the_same_click_twice_changes_nothing(two: SimpleNamespace) -> None:
    made = applied(two)
    assert applied(two) == made
    for scope, act, facts in (
        (two.stranger, services.accept, {"why": "số 12"}),
        (two.principal, services.release, {"why": "số 7"}),
        (two.their_clerk, services.receive, {"class_id": two.class_b, "starts_on": dt.date(2026, 11, 23)}),
    ):
        do(scope, act, transfer_id=made, **facts)
        do(scope, act, transfer_id=made, **facts)
    with make.as_system():
        assert Step._base_manager.filter(transfer_id=made).count() == 4
        assert Paper._base_manager.filter(transfer_id=made, kind="results").count() == 1
    assert len(seats_of(two.pupil)) == 2


def test_a_second_application_is_refused_in_words(two: SimpleNamespace, place: SimpleNamespace) -> None:
    accepted(two)
    third = make.a_school(place.commune, "THCS Thứ Ba")
    with pytest.raises(AlreadyApplied) as refused:
        do(two.mother, services.apply_as_family, student_id=two.pupil, to_school_id=third, wish=WISH)
    assert "Chờ trường đang học cho chuyển" in refused.value.text
    with pytest.raises(AlreadyApplied):
        do(two.mother, services.apply_out_as_family, student_id=two.pupil, school="THCS Xa", province="Huế", wish=WISH)


def test_what_cannot_be_applied_for_is_refused(two: SimpleNamespace, place: SimpleNamespace) -> None:
    ask = {"student_id": two.pupil, "to_school_id": two.neighbour, "wish": WISH}
    with pytest.raises(SameSchool):
        do(two.mother, services.apply_as_family, **{**ask, "to_school_id": two.school})
    with pytest.raises(NotFound):
        do(two.mother, services.apply_as_family, **{**ask, "to_school_id": two.department})
    with pytest.raises(WhyMissing):
        do(two.mother, services.apply_as_family, **{**ask, "wish": Wish("  ")})
    with make.as_system():
        from maitruong.registry.schools.models import School

        School.objects.filter(pk=two.neighbour).update(school_type="TH")
    with pytest.raises(GradeNotTaught):
        do(two.mother, services.apply_as_family, **ask)
    with make.as_system() as scope:
        seat = Enrolment._base_manager.get(student_id=two.pupil)
        seats.end_enrolment(scope, enrolment_id=seat.pk, ends_on=dt.date(2026, 11, 1), status="dropped_out", why="x")
    with pytest.raises(NotSeated):
        do(two.mother, services.apply_as_family, **ask)
    with make.as_system():
        assert not Transfer._base_manager.exists()


def test_a_desk_needs_number_and_name_of_the_child(two: SimpleNamespace) -> None:
    number = "031213001234"
    with make.as_system():
        from maitruong.foundation.people import bulk

        bulk.add_numbers([(two.pupil, [two.school], "CCCD", number, None)])
    ask = {"to_school_id": two.neighbour, "wish": WISH}
    with pytest.raises(NotTheSame):
        do(two.their_clerk, services.apply_for_family, number="031213009999", full_name="Nguyễn Minh Ánh", **ask)
    with pytest.raises(NotFound):
        do(two.clerk, services.apply_for_family, number=number, full_name="Nguyễn Minh Ánh", **ask)
    made = do(two.their_clerk, services.apply_for_family, number=number, full_name="Nguyễn Minh Ánh", **ask)
    assert state_of(made) == "applied"


def test_refused_and_withdrawn_are_ends_and_free_the_pupil(two: SimpleNamespace) -> None:
    made = applied(two)
    with pytest.raises(WhyMissing):
        do(two.stranger, services.refuse, transfer_id=made, why=" ")
    do(two.stranger, services.refuse, transfer_id=made, why="hết chỗ khối 8")
    with pytest.raises(StepPassed):
        do(two.stranger, services.accept, transfer_id=made, why="số 12")
    again = released(two)
    assert again != made
    do(two.mother, services.withdraw, transfer_id=again, why="không chuyển nữa")
    with unit_of_work(two.stranger):
        assert queries.page(two.stranger, transfer_id=again).results is None, "the bundle is the old school's again"
        assert not Paper._base_manager.filter(transfer_id=again).exists()
    with unit_of_work(two.principal):
        assert queries.page(two.principal, transfer_id=again).results is not None
    with pytest.raises(StepPassed):
        do(two.their_clerk, services.receive, transfer_id=again, class_id=two.class_b, starts_on=dt.date(2026, 11, 23))
    assert seats_of(two.pupil) == [(two.school, dt.date(2026, 9, 5), None, "enrolled")]


def test_grade_day_and_place_are_looked_at_when_the_pupil_is_received(two: SimpleNamespace) -> None:
    made = released(two)
    with pytest.raises(OtherGrade):
        do(
            two.their_clerk,
            services.receive,
            transfer_id=made,
            class_id=two.their_class,
            starts_on=dt.date(2026, 11, 23),
        )
    with pytest.raises(TooEarly):
        do(two.their_clerk, services.receive, transfer_id=made, class_id=two.class_b, starts_on=dt.date(2026, 11, 19))
    assert state_of(made) == "released"
    with unit_of_work(two.their_clerk):
        row = queries.page(two.their_clerk, transfer_id=made).transfer
        assert [(one.name, over) for one, over in queries.classes_for(two.their_clerk, row)] == [("8B1", 0)]


def test_a_pupil_who_left_meanwhile_is_not_bundled(two: SimpleNamespace) -> None:
    made = accepted(two)
    with make.as_system() as scope:
        seat = Enrolment._base_manager.get(student_id=two.pupil)
        seats.end_enrolment(scope, enrolment_id=seat.pk, ends_on=dt.date(2026, 11, 1), status="dropped_out", why="x")
    with pytest.raises(PupilGone):
        do(two.principal, services.release, transfer_id=made, why="số 7")
    assert state_of(made) == "accepted"


def test_killed_in_the_middle_of_receiving_leaves_nothing_half(
    two: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = released(two)

    def killed(*args: object) -> None:
        raise SystemExit

    monkeypatch.setattr(receiving, "_papers_arrive", killed)
    with pytest.raises(SystemExit):
        do(two.their_clerk, services.receive, transfer_id=made, class_id=two.class_b, starts_on=dt.date(2026, 11, 23))
    assert state_of(made) == "released"
    assert seats_of(two.pupil) == [(two.school, dt.date(2026, 9, 5), None, "enrolled")]


def test_the_family_follows_to_the_new_school(two: SimpleNamespace) -> None:
    received(two)
    mother = make.scope_of(two.mother_account, on=dt.date(2026, 11, 24))
    with unit_of_work(mother):
        held = enrolment.seats(mother, student_id=two.pupil, permission="family.view")
    assert two.neighbour in {seat.school_id for seat in held}


def test_lists_tell_whose_turn_it_is_and_what_is_past_its_day(two: SimpleNamespace) -> None:
    made = applied(two)
    officer = make.scope_of(make.a_post_holder(two.department, "department_officer", "Lã Thị Sở"))
    with clock.standing_still(dt.datetime(2026, 11, 26, 8, 0, tzinfo=clock.VIETNAM)):
        with unit_of_work(officer):
            (row,) = queries.transfers(officer, shown="qua")
            assert (row.id, row.overdue, row.waits_for) == (made, True, "THCS Vĩnh Bảo")
        for scope, waits in ((two.stranger, 1), (two.principal, 0)):
            with unit_of_work(scope):
                assert queries.counts(scope) == {"dang": 1, "cho": waits, "qua": 1}
                assert len(queries.transfers(scope, shown="cho")) == waits


def test_a_signed_file_is_held_against_the_dossier_on_arrival(
    two: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from maitruong.foundation.files import services as files
    from maitruong.registry.transfers.types import SignedFile, Verified

    with make.as_system() as scope:
        kept = [
            files.keep(scope, school_id=two.school, data=data, media_type="application/xml", name="hb.xml", purpose="x")
            for data in (b"<a>tot</a>", b"<a>khac ten</a>", b"<a>hong</a>")
        ]
    found = {
        b"<a>tot</a>": Verified(True, "Còn nguyên", name="Nguyễn Minh Ánh"),
        b"<a>khac ten</a>": Verified(True, "Còn nguyên", name="Trần Văn Khác"),
        b"<a>hong</a>": Verified(False, "Đã bị sửa", ("Toàn tệp: khác",)),
    }
    books = ports.Books(
        ports.books().results_so_far,
        ports.books().carry,
        lambda student_id: [SignedFile(ref.id, 2025, "XML", f"Học bạ {n}") for n, ref in enumerate(kept)],
        lambda data: found[data],
    )
    monkeypatch.setattr(ports, "_books", books)

    made = received(two)

    with unit_of_work(two.their_clerk):
        papers = queries.page(two.their_clerk, transfer_id=made).papers
        assert [(paper.is_valid, paper.can_download) for paper in papers] == [
            (True, True),
            (False, True),
            (False, True),
        ]
        assert "không khớp hồ sơ" in papers[1].verdict and "Trần Văn Khác" in papers[1].problems[0]
        assert services.paper_ticket(two.their_clerk, transfer_id=made, paper_id=papers[0].id)
    with unit_of_work(two.clerk), pytest.raises(NotFound):
        services.paper_ticket(two.clerk, transfer_id=made, paper_id=papers[0].id)
