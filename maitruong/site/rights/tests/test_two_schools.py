"""A guardian with children in two schools lost the password: either school helps, neither is shown what the other keeps."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.test import Client

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.identity.models import Account, OneTimeLink
from maitruong.foundation.people import services as people
from maitruong.registry.students.models import Guardianship
from maitruong.site.rights import services
from maitruong.site.rights.errors import HeldElsewhere
from maitruong.site.rights.tests.test_rights import DAY, PASSWORD, give, signed_in
from tests import factories as make


@pytest.fixture
def both(place: SimpleNamespace) -> SimpleNamespace:
    """The school's clerk, the neighbour's clerk, and a mother with a child at each."""
    mother = make.a_guardian("Trần Mỹ Hạnh", child=place.pupils[0], school=place.school)
    make.a_post(mother.person_id, "guardian", place.neighbour, student_ids=[place.their_pupil])
    with make.as_system():
        people.known_at([mother.person_id], place.neighbour)
        Guardianship(
            school_id=place.neighbour,
            student_id=place.their_pupil,
            guardian_id=mother.person_id,
            relation="MOTHER",
            starts_on=make.FOUNDED,
        ).save()
    their_clerk = make.a_post_holder(place.neighbour, "clerk", "Mai Văn Thư")
    return SimpleNamespace(
        **vars(place),
        mother=mother,
        person=mother.person_id,
        their_account=their_clerk,
        theirs=make.scope_of(their_clerk),
    )


def reset(scope: Scope, school: int, person: int) -> services.Credentials:
    with unit_of_work(scope):
        return services.reset_password(scope, person_id=person, unit_id=school)


def children_of(person: int) -> set[int]:
    return {s for grant, _ in access.rights(person, on=DAY) for s in grant.student_ids or ()}


def entered_by(link: services.Credentials) -> Client:
    """Whoever holds the link, at the page of the children."""
    client = Client()
    client.post(f"/bat-dau/{link.token}/", {"password": PASSWORD})
    client.post("/dang-nhap/", {"login": link.login, "password": PASSWORD})
    return client


def actions(school: int) -> list[tuple[str, int | None]]:
    with make.as_system() as scope:
        rows = Entry.objects.visible_to(scope, "").filter(school_id=school, action__startswith="accounts.")
        return list(rows.order_by("id").values_list("action", "subject_id"))


def test_who_holds_the_link_sees_the_child_at_that_school_and_nothing_of_the_other(both: SimpleNamespace) -> None:
    client = entered_by(reset(both.clerk, both.school, both.person))

    page = client.get("/con-toi/").text
    child, random = client.get(f"/con-toi/{both.their_pupil}/"), client.get("/con-toi/987654321/")

    assert "Nguyễn Minh Ánh" in page and "Còn trường chờ xác nhận" in page
    assert "Vũ Thị Hà" not in page and "Vĩnh Bảo" not in client.get("/").text + page
    assert (child.status_code, child.content) == (random.status_code, random.content) == (404, child.content)
    scope = access.scope_of(both.person, on=DAY)
    assert scope is not None and both.neighbour not in scope.school_ids and both.their_pupil not in scope.person_ids


def test_the_other_school_sees_who_waits_confirms_her_and_both_have_it_in_their_audit(both: SimpleNamespace) -> None:
    client = entered_by(reset(both.clerk, both.school, both.person))
    clerk = signed_in(both.their_account)

    listed = clerk.get(f"/tai-khoan/?lop={both.their_class}").text
    answer = clerk.post(f"/tai-khoan/{both.person}/xac-nhan/")

    assert "Xác nhận đúng người" in listed and "THCS Lê Chân" not in listed and answer.status_code == 302
    assert "Xác nhận đúng người" not in clerk.get(f"/tai-khoan/?lop={both.their_class}").text
    assert "Vũ Thị Hà" in client.get("/con-toi/").text and "Còn trường chờ" not in client.get("/con-toi/").text
    assert actions(both.school) == [("accounts.reset", both.person)]
    assert actions(both.neighbour) == [("accounts.reset_elsewhere", both.person), ("accounts.confirmed", both.person)]
    assert clerk.post(f"/tai-khoan/{both.person}/xac-nhan/").status_code == 404


def test_either_school_may_help_and_the_one_that_saw_her_needs_no_confirmation(both: SimpleNamespace) -> None:
    reset(both.clerk, both.school, both.person)
    assert children_of(both.person) == {both.pupils[0]}

    reset(both.theirs, both.neighbour, both.person)

    assert children_of(both.person) == {both.their_pupil}
    assert OneTimeLink.objects.filter(used_at__isnull=True).count() == 1


def test_a_right_given_while_she_is_not_confirmed_waits_too(both: SimpleNamespace) -> None:
    reset(both.clerk, both.school, both.person)
    make.a_post(both.person, "guardian", both.neighbour, student_ids=[both.their_pupil])

    assert children_of(both.person) == {both.pupils[0]}


def test_the_sheet_of_one_school_does_not_say_whether_there_is_another(both: SimpleNamespace) -> None:
    single = make.a_guardian("Lý A Páo", child=both.pupils[1], school=both.school)
    clerk = signed_in(make.a_post_holder(both.school, "clerk", "Tạ Thị Văn"))

    def sheet(person: int, login: str, name: str) -> str:
        page = clerk.post(f"/tai-khoan/{person}/mat-khau/").text
        link = page[page.index("/bat-dau/") :].split("<")[0]
        return re.sub(r"[A-Za-z0-9]{64}", "", page.replace(link, "").replace(login, "").replace(name, ""))

    assert sheet(both.person, both.mother.login, "Trần Mỹ Hạnh") == sheet(single.person_id, single.login, "Lý A Páo")


@pytest.mark.parametrize("who", ["their_clerk_for_a_family_of_ours", "school_her_child_has_left", "parent", "nobody"])
def test_who_has_no_child_of_hers_can_neither_reset_nor_confirm(both: SimpleNamespace, who: str) -> None:
    before = Account.objects.get(pk=both.mother.pk).password
    victim, client = both.person, Client()
    if who == "their_clerk_for_a_family_of_ours":
        victim = make.a_guardian("Lý A Páo", child=both.pupils[1], school=both.school).person_id
        client = signed_in(both.their_account)
    elif who == "school_her_child_has_left":
        with make.as_system():
            Guardianship._base_manager.filter(school_id=both.neighbour).update(ends_on=DAY - dt.timedelta(days=1))
        client = signed_in(both.their_account)
    elif who == "parent":
        client = signed_in(make.a_guardian("Lý A Páo", child=both.pupils[1], school=both.school))

    for act in ("mat-khau", "xac-nhan"):
        answer = client.post(f"/tai-khoan/{victim}/{act}/")
        random = client.post(f"/tai-khoan/987654321/{act}/")
        assert (answer.status_code, answer.content) == (random.status_code, random.content)
        assert answer.status_code in (302, 404) and (answer.status_code == 404 or who == "nobody")
    assert Account.objects.get(pk=both.mother.pk).password == before
    assert not OneTimeLink.objects.exists() and children_of(both.person) == {both.pupils[0], both.their_pupil}
    assert actions(both.school) == actions(both.neighbour) == []


def test_a_teachers_account_is_not_opened_through_her_child(both: SimpleNamespace) -> None:
    """A parent who teaches next door: her account opens a class there, so this school's clerk may not make its password new."""
    make.a_post(both.person, "subject_teacher", both.neighbour, class_ids=[both.their_class])

    with pytest.raises(HeldElsewhere):
        reset(both.clerk, both.school, both.person)
    with pytest.raises(HeldElsewhere):
        reset(both.theirs, both.neighbour, both.person)
    assert children_of(both.person) == {both.pupils[0], both.their_pupil}


def test_the_principal_helps_her_teacher_whose_child_is_at_the_next_school(both: SimpleNamespace) -> None:
    make.an_account(both.teacher)
    give(both, "clerk")
    make.a_post(both.teacher, "guardian", both.neighbour, student_ids=[both.their_pupil])

    reset(both.principal, both.school, both.teacher)

    assert {grant.role for grant, _ in access.rights(both.teacher, on=DAY)} == {"clerk"}
    with pytest.raises(NotFound), unit_of_work(both.theirs):
        services.confirm_person(both.theirs, person_id=both.teacher, unit_id=both.neighbour)
