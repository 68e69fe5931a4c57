"""A school writes down a guardian whom it does not know: it sees nothing of her until she, or a school that knows her, confirms."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from django.db import connections
from django.test import Client

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.identity import services as identity
from maitruong.foundation.people.models import Person, PersonIdentifier
from maitruong.registry.students import queries as students
from maitruong.registry.students import services as student_services
from maitruong.registry.students.errors import NumberTriesSpent
from maitruong.registry.students.models import Guardianship
from maitruong.registry.students.tests.test_guardians import family
from maitruong.site.rights import services
from maitruong.site.rights.tests.test_rights import DAY, signed_in
from tests import factories as make

NUMBER = "031185004321"
PHONE = "0912 345 678"


@pytest.fixture
def tied(place: SimpleNamespace) -> SimpleNamespace:
    """A mother known at our school; the neighbour's clerk writes her down for a child there, by number and name."""
    ours = make.a_post_holder(place.school, "clerk", "Tạ Thị Văn")
    theirs = make.a_post_holder(place.neighbour, "clerk", "Mai Văn Thư")
    first = family(make.scope_of(ours), place.pupils[0], place.school, citizen_number=NUMBER)
    with make.as_system():
        person = Guardianship._base_manager.get(pk=first).guardian_id
    account = make.an_account(person)
    page = signed_in(theirs).post(
        f"/hoc-sinh/{place.their_pupil}/giam-ho/",
        {"full_name": "TRẦN MỸ HẠNH", "relation": "MOTHER", "citizen_number": NUMBER, "day": "20/11/2026"},
    )
    assert page.status_code == 302
    return SimpleNamespace(**vars(place), ours=ours, theirs=theirs, person=person, account=account)


def dossier(tied: SimpleNamespace) -> str:
    return signed_in(tied.theirs).get(f"/hoc-sinh/{tied.their_pupil}/").text


def places(person: int) -> set[int]:
    with make.as_system():
        found = set(Person._base_manager.get(pk=person).places)
        for row in PersonIdentifier._base_manager.filter(person_id=person):
            found |= set(row.places)
    return found


def children_of(person: int) -> set[int]:
    return {s for grant, _ in access.rights(person, on=DAY) for s in grant.student_ids or ()}


def told(school: int, start: str) -> list[str]:
    with make.as_system():
        rows = Entry._base_manager.filter(school_id=school, action__startswith=start).order_by("id")
        return list(rows.values_list("action", flat=True))


def tie_of(tied: SimpleNamespace) -> int:
    with make.as_system():
        return Guardianship._base_manager.get(guardian_id=tied.person, student_id=tied.their_pupil).pk


def test_the_school_that_asks_sees_no_phone_and_is_not_among_her_places(tied: SimpleNamespace) -> None:
    page = dossier(tied)

    assert "TRẦN MỸ HẠNH" in page and "chờ xác nhận" in page
    assert PHONE not in page and "Trần Mỹ Hạnh" not in page
    assert places(tied.person) == {tied.school}
    assert children_of(tied.person) == {tied.pupils[0]}
    with unit_of_work(make.scope_of(tied.theirs)):
        assert students.families([tied.their_pupil]) == []


def test_the_school_that_asks_can_neither_confirm_nor_make_a_password_for_her(tied: SimpleNamespace) -> None:
    clerk = signed_in(tied.theirs)

    answers = {
        clerk.post(f"/tai-khoan/{tied.person}/{act}/").status_code for act in ("mo", "xac-nhan", "nguoi-giam-ho")
    }

    assert answers == {404} and clerk.post(f"/tai-khoan/{tied.person}/mat-khau/").status_code == 404
    assert places(tied.person) == {tied.school} and children_of(tied.person) == {tied.pupils[0]}


def test_the_school_that_asks_does_not_get_round_waiting_by_making_her_its_pupil(tied: SimpleNamespace) -> None:
    clerk = signed_in(tied.theirs)
    form = {"full_name": "Trần Mỹ Hạnh", "citizen_number": NUMBER, "born_on": "01/02/1985", "sex": "female"}

    page = clerk.post(f"/lop/{tied.their_class}/them/", {**form, "day": "20/11/2026"})

    assert page.status_code == 422 and "chưa được cho chuyển đi" in page.text
    assert places(tied.person) == {tied.school} and PHONE not in page.text + dossier(tied)
    assert clerk.get(f"/hoc-sinh/{tied.person}/").status_code == 404
    assert told(tied.neighbour, "students.number_of_another") == ["students.number_of_another"]


def test_she_says_yes_on_her_own_page_and_both_see_each_other(tied: SimpleNamespace) -> None:
    mother = signed_in(tied.account)

    assert "Có trường chờ anh/chị xác nhận" in mother.get("/con-toi/").text
    page = mother.get("/con-toi/xac-nhan/").text
    assert "THCS Vĩnh Bảo" in page and "Vũ Thị Hà" not in page
    answer = mother.post(f"/con-toi/xac-nhan/{tie_of(tied)}/", {"answer": "mine"})

    assert answer.status_code == 302
    assert PHONE in dossier(tied) and "chờ xác nhận" not in dossier(tied)
    assert places(tied.person) == {tied.school, tied.neighbour}
    assert children_of(tied.person) == {tied.pupils[0], tied.their_pupil}
    assert told(tied.neighbour, "students.guardian") == ["students.guardian_added", "students.guardian_confirmed"]


def test_she_says_no_and_the_tie_ends_unseen(tied: SimpleNamespace) -> None:
    signed_in(tied.account).post(f"/con-toi/xac-nhan/{tie_of(tied)}/", {"answer": "not"})

    assert PHONE not in dossier(tied)
    assert places(tied.person) == {tied.school} and children_of(tied.person) == {tied.pupils[0]}
    assert told(tied.neighbour, "students.guardian")[-1] == "students.guardian_declined"
    assert student_services.ties_waiting_for(tied.person) == []


def test_her_word_on_one_child_is_no_word_on_another(tied: SimpleNamespace) -> None:
    """The school wrote her down for two; she says yes to one, and does not come to see the other by it."""
    with make.as_system():
        _, (second,) = make.a_class(tied.neighbour, "6A2", pupils=("Ngô Văn Lạc",), grade=6)
    family(make.scope_of(tied.theirs), second, tied.neighbour, citizen_number=NUMBER)
    mother = signed_in(tied.account)

    mother.post(f"/con-toi/xac-nhan/{tie_of(tied)}/", {"answer": "mine"})

    assert second not in children_of(tied.person)
    (left,) = student_services.ties_waiting_for(tied.person)
    mother.post(f"/con-toi/xac-nhan/{left.id}/", {"answer": "not"})
    assert children_of(tied.person) == {tied.pupils[0], tied.their_pupil}


@pytest.mark.django_db(transaction=True)
def test_her_word_given_twice_at_once_counts_once(tied: SimpleNamespace) -> None:
    tie, told_back = tie_of(tied), []
    both = threading.Barrier(2)

    def answer() -> None:
        try:
            both.wait()
            student_services.answer_tie(person_id=tied.person, guardianship_id=tie, is_mine=True)
            told_back.append("done")
        except NotFound:
            told_back.append("not found")
        finally:
            connections.close_all()

    at_once = [threading.Thread(target=answer) for _ in range(2)]
    for one in at_once:
        one.start()
    for one in at_once:
        one.join()

    assert sorted(told_back) == ["done", "not found"]
    assert told(tied.neighbour, "students.guardian_confirmed") == ["students.guardian_confirmed"]


def test_the_school_that_knows_her_confirms_and_is_not_told_which_school_asks(tied: SimpleNamespace) -> None:
    clerk = signed_in(tied.ours)
    listed = clerk.get(f"/tai-khoan/?lop={tied.class_id}").text

    answer = clerk.post(f"/tai-khoan/{tied.person}/nguoi-giam-ho/")

    assert "chờ xác nhận" in listed and "Vĩnh Bảo" not in listed
    assert answer.status_code == 302 and PHONE in dossier(tied)
    assert "accounts.tie_confirmed" in told(tied.school, "accounts.")
    with make.as_system():
        entry = Entry._base_manager.get(school_id=tied.neighbour, action="students.guardian_confirmed")
    assert entry.actor_id is None and "Văn" not in entry.body


@pytest.mark.parametrize("who", ["other parent", "principal elsewhere", "nobody"])
def test_nobody_else_answers_for_her(tied: SimpleNamespace, who: str) -> None:
    client = Client()
    if who == "other parent":
        client = signed_in(make.a_guardian("Lý A Páo", child=tied.pupils[1], school=tied.school))
    elif who == "principal elsewhere":
        client = signed_in(make.a_principal(tied.neighbour, "Bùi Văn Hai"))

    answers = [
        client.post(f"/con-toi/xac-nhan/{tie_of(tied)}/", {"answer": "mine"}),
        client.post(f"/tai-khoan/{tied.person}/nguoi-giam-ho/"),
    ]

    assert all(a.status_code == (302 if who == "nobody" else 404) for a in answers)
    assert places(tied.person) == {tied.school}


def test_whoever_made_her_password_new_does_not_come_to_the_other_child_by_confirming(tied: SimpleNamespace) -> None:
    """Our clerk holds her new link, confirms the tie, and would else see the neighbour's child (ADR 0008)."""
    clerk = make.scope_of(tied.ours)
    with unit_of_work(clerk):
        services.reset_password(clerk, person_id=tied.person, unit_id=tied.school)
        services.confirm_tie(clerk, person_id=tied.person, unit_id=tied.school)

    assert PHONE in dossier(tied) and children_of(tied.person) == {tied.pupils[0]}

    theirs = make.scope_of(tied.theirs)
    with unit_of_work(theirs):
        services.confirm_person(theirs, person_id=tied.person, unit_id=tied.neighbour)
    assert children_of(tied.person) == {tied.pupils[0], tied.their_pupil}


def test_a_tie_that_ends_while_it_waits_holds_back_no_later_right(tied: SimpleNamespace) -> None:
    scope = make.scope_of(tied.theirs)
    with unit_of_work(scope):
        student_services.end_guardianship(scope, guardianship_id=tie_of(tied), ends_on=DAY, why="ghi nhầm")
    make.a_post(tied.person, "guardian", tied.neighbour, student_ids=[tied.their_pupil])

    assert children_of(tied.person) == {tied.pupils[0], tied.their_pupil}
    with pytest.raises(NotFound):
        student_services.answer_tie(person_id=tied.person, guardianship_id=tie_of(tied), is_mine=True)


def test_a_child_who_moves_takes_a_waiting_guardian_along_still_waiting(tied: SimpleNamespace) -> None:
    third = make.a_school(tied.commune, "THCS Thứ Ba")
    with make.as_system():
        student_services.follow_child(student_id=tied.their_pupil, school_id=third, on=DAY)

    assert places(tied.person) == {tied.school} and children_of(tied.person) == {tied.pupils[0]}

    student_services.answer_tie(person_id=tied.person, guardianship_id=tie_of(tied), is_mine=True)
    assert places(tied.person) == {tied.school, third}
    assert children_of(tied.person) == {tied.pupils[0], tied.their_pupil}


def test_a_school_that_knows_her_need_not_wait(tied: SimpleNamespace) -> None:
    second = family(make.scope_of(tied.ours), tied.pupils[1], tied.school, citizen_number=NUMBER)

    with make.as_system():
        row = Guardianship._base_manager.get(pk=second)
    assert (row.guardian_id, row.waits_since) == (tied.person, None)
    assert children_of(tied.person) == {tied.pupils[0], tied.pupils[1]}


def test_numbers_of_others_are_counted_audited_and_stop_after_ten_an_hour(tied: SimpleNamespace) -> None:
    clerk = signed_in(tied.theirs)

    def ask(number: str) -> str:
        form = {"full_name": "Lê Thị Dò", "relation": "MOTHER", "citizen_number": number, "day": "20/11/2026"}
        return clerk.post(f"/hoc-sinh/{tied.their_pupil}/giam-ho/", form).text

    refused = [ask(NUMBER) for _ in range(student_services.WRONG_NUMBERS)]
    eleventh = ask(NUMBER)

    assert all("đã ghi cho một người tên khác" in page for page in refused)
    assert "đã ghi cho một người tên khác" not in eleventh and "Để trống số định danh rồi ghi tiếp" in eleventh
    assert told(tied.neighbour, "students.number_of_another") == ["students.number_of_another"] * len(refused)
    assert "đã nhập 10 số định danh" in ask("031185009999")
    assert ask("") == "" and "Lê Thị Dò" in dossier(tied)
    assert issubclass(NumberTriesSpent, Exception) and identity.is_demo()
