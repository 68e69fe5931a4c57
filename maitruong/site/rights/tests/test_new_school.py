"""A new school gets its first principal from the department's administrator; she is on its staff from that day."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pytest

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.identity import services as identity
from maitruong.foundation.identity.models import Account
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.organisations.models import Unit
from maitruong.registry.staff import queries as staff
from maitruong.registry.staff import services as employment
from maitruong.registry.staff.errors import NameMissing
from maitruong.site.rights import services
from maitruong.site.rights.errors import NotOnTheStaff, NotYoursToGive
from tests import factories as make
from tests.house.test_routes import signed_in

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 20)


@pytest.fixture
def new_school():
    with clock.standing_still(dt.datetime(2026, 11, 20, 8, 0, tzinfo=clock.VIETNAM)):
        department = make.a_department()
        commune = make.a_commune(department, "UBND phường Lê Chân")
        school = make.a_school(commune)
        account = make.a_post_holder(department, "it_admin", "Cao Văn Máy")
        yield SimpleNamespace(
            department=department, commune=commune, school=school, account=account, scope=make.scope_of(account)
        )


def appoint(place: SimpleNamespace, person: int, role: str = "principal") -> None:
    with unit_of_work(place.scope):
        services.give_role(
            place.scope, role=role, person_id=person, unit_id=place.school, valid_from=DAY, valid_to=None, why="QĐ 2"
        )


def test_the_first_principal_is_taken_on_with_the_role(new_school: SimpleNamespace) -> None:
    person = make.a_person("Đỗ Minh Nguyệt", new_school.department)

    appoint(new_school, person)
    appoint(new_school, person)

    scope = access.scope_of(person, on=DAY)
    assert scope is not None
    with unit_of_work(scope):
        assert [row.post for row in staff.staff(scope, school_id=new_school.school, on=DAY)] == ["principal"]
    with make.as_system() as system:
        entries = Entry.objects.visible_to(system, "").filter(action__in=["staff.employed", "rights.given"])
        assert sorted(entries.values_list("action", "actor_id")) == [
            ("rights.given", new_school.account.person_id),
            ("staff.employed", new_school.account.person_id),
        ]


def test_nobody_else_comes_to_a_school_that_way(new_school: SimpleNamespace) -> None:
    with pytest.raises(NotYoursToGive):
        appoint(new_school, make.a_person("Phạm Thu Trang", new_school.department), role="clerk")
    with unit_of_work(new_school.scope), pytest.raises(employment.NotFound):
        employment.employ(
            new_school.scope, school_id=new_school.school, post="teacher", starts_on=DAY, full_name="Phạm Thu Lan"
        )
    principal = make.scope_of(make.a_principal(new_school.school))
    other = make.a_person("Người Khác", new_school.school)
    with unit_of_work(principal), pytest.raises(NotOnTheStaff):
        services.give_role(
            principal,
            role="principal",
            person_id=other,
            unit_id=new_school.school,
            valid_from=DAY,
            valid_to=DAY,
            why="Đi vắng",
        )
    with unit_of_work(principal), pytest.raises(NameMissing):
        employment.employ(principal, school_id=new_school.school, post="teacher", starts_on=DAY, full_name=" ")


def test_a_unit_is_named_by_its_code_or_its_name_on_the_form(new_school: SimpleNamespace) -> None:
    browser = signed_in(new_school.account)
    form = {"role": "commune_officer", "full_name": "Trần Văn Xã", "unit": "ubnd phuong le chan", "why": "QĐ 5"}

    page = browser.post("/quyen/giao/", form)

    assert "Trần Văn Xã" in page.content.decode()
    (post,) = access.posts(unit_ids=[new_school.commune], on=DAY)
    assert post.role == "commune_officer"
    assert browser.post("/quyen/giao/", {**form, "unit": "UBND xã Không Có"}).status_code == 422


def test_a_principal_who_lost_the_way_in_gets_a_new_link_from_the_department(new_school: SimpleNamespace) -> None:
    browser = signed_in(new_school.account)
    form = {"role": "principal", "full_name": "Đỗ Minh Nguyệt", "unit": "", "why": "QĐ 2"}
    code = organisations.unit(new_school.school).code
    first = browser.post("/quyen/giao/", {**form, "unit": code}).content.decode()
    (post,) = access.posts(unit_ids=[new_school.school], roles=["principal"], on=DAY)
    address = f"/quyen/{post.id}/mat-khau/"
    assert address in browser.get("/quyen/?vai=principal").content.decode()
    assert "Đỗ Minh Nguyệt" in browser.get(address).content.decode()

    again = browser.post(address).content.decode()

    links = [re.findall(r"/bat-dau/[\w-]+/", page)[0] for page in (first, again)]
    assert links[0] != links[1]
    assert [identity.link_account(link.split("/")[2]) is not None for link in links] == [False, True]
    with make.as_system() as system:
        assert (
            Entry.objects.visible_to(system, "").filter(action="accounts.reset", school_id=new_school.school).count()
            == 1
        )


def test_a_principal_makes_no_password_of_the_department_or_of_a_neighbour_new(new_school: SimpleNamespace) -> None:
    head = signed_in(make.a_principal(new_school.school))
    neighbour = make.a_principal(make.a_school(new_school.commune, "THCS Vĩnh Bảo"), "Bùi Thị Hoa")
    for account, unit in ((new_school.account, new_school.department), (neighbour, None)):
        post = access.posts(person_ids=[account.person_id], on=DAY)[0]
        assert unit is None or post.unit_id == unit
        assert head.get(f"/quyen/{post.id}/mat-khau/").status_code == 404
        assert head.post(f"/quyen/{post.id}/mat-khau/").status_code == 404


def test_two_officers_of_one_commune_have_two_logins(new_school: SimpleNamespace) -> None:
    Unit.objects.filter(pk=new_school.commune).update(code="UBND.11383")
    browser = signed_in(new_school.account)
    for name in ("Trần Văn Một", "Trần Văn Hai"):
        form = {"role": "commune_officer", "full_name": name, "unit": "UBND.11383", "why": "QĐ 5"}
        assert browser.post("/quyen/giao/", form).status_code == 200

    logins = Account.objects.filter(login__startswith="ubnd").order_by("login").values_list("login", flat=True)
    assert list(logins) == ["ubnd.11383.0001", "ubnd.11383.0002"]
