"""Who may give what to whom; a withdrawn role is refused on the next request; accounts are told once."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.models import Grant
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit import services as audit
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.identity.models import Account, OneTimeLink
from maitruong.foundation.kernel import clock
from maitruong.foundation.people import services as people
from maitruong.foundation.people.models import Person
from maitruong.registry.calendar.models import SchoolYear
from maitruong.registry.enrolment.models import SchoolClass
from maitruong.registry.students.models import Guardianship
from maitruong.site.rights import services
from maitruong.site.rights.errors import (
    DaysOutOfOrder,
    EndMissing,
    HeldElsewhere,
    NotOnTheStaff,
    NotYoursToGive,
    OwnRight,
    ReasonMissing,
    UnknownLogin,
)
from maitruong.teaching.timetable import services as teaching
from maitruong.teaching.timetable.models import Assignment
from tests import factories as make

DAY = dt.date(2026, 11, 20)
PASSWORD = "mái trường xưa bóng bàng"


def test_a_deputy_who_stands_in_is_called_so_and_the_principal_is_not(place: SimpleNamespace) -> None:
    deputy = make.a_post_holder(place.school, "deputy_principal", "Lương Quốc Việt")
    make.a_post(deputy.person_id, "principal", place.school)
    make.a_post(deputy.person_id, "principal", place.neighbour)

    held = [(w.label, w.unit_id) for w in access.workspaces(access.rights(deputy.person_id, on=DAY))]

    assert held == [
        ("Phó hiệu trưởng, thay mặt hiệu trưởng", place.school),
        ("Hiệu trưởng", place.neighbour),
        ("Phó hiệu trưởng", place.school),
    ]
    browser = Client()
    browser.force_login(deputy)
    session = browser.session
    session["seen"] = int(clock.now().timestamp()) + 10**9
    session.save()
    assert "Phó hiệu trưởng, thay mặt hiệu trưởng · THCS Lê Chân" in browser.get("/").text
    (own,) = access.workspaces(access.rights(place.principal.actor_id, on=DAY))
    assert own.label == "Hiệu trưởng"


@pytest.fixture
def admin(place: SimpleNamespace) -> object:
    return make.scope_of(make.a_post_holder(place.department, "it_admin", "Cao Văn Máy"))


def give(place: SimpleNamespace, role: str = "clerk", **more: object) -> int | None:
    wanted = {
        "role": role,
        "person_id": place.teacher,
        "unit_id": place.school,
        "valid_from": DAY,
        "valid_to": None,
        "why": "Quyết định số 12",
        **more,
    }
    with unit_of_work(place.principal):
        return services.give_role(place.principal, **wanted)  # type: ignore[arg-type]


def roles(person: int, on: dt.date = DAY) -> list[str]:
    return sorted({grant.role for grant, _ in access.rights(person, on=on)})


def audited(action: str) -> list[tuple[int | None, str]]:
    with make.as_system() as scope:
        rows = Entry.objects.visible_to(scope, "").filter(action=action)
        return [(row.subject_id, row.body) for row in rows]


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    session = client.session
    session["seen"] = int(clock.now().timestamp()) + 10**9
    session.save()
    return client


def test_a_principal_gives_a_role_at_her_school_once_with_its_reason_in_the_audit(place: SimpleNamespace) -> None:
    assert give(place) == give(place)

    assert roles(place.teacher) == ["clerk"]
    assert [(who, "Quyết định số 12" in body) for who, body in audited("rights.given")] == [(place.teacher, True)]


def test_a_deputy_acts_for_the_principal_from_a_day_to_a_day(place: SimpleNamespace) -> None:
    with pytest.raises(EndMissing):
        give(place, "principal")

    give(place, "principal", valid_to=dt.date(2026, 11, 27))

    assert roles(place.teacher) == ["principal"]
    assert roles(place.teacher, dt.date(2026, 11, 27)) == ["principal"]
    assert roles(place.teacher, dt.date(2026, 11, 28)) == []


def test_a_right_to_sign_one_pupils_record_of_a_closed_year_is_taken_back_like_any(place: SimpleNamespace) -> None:
    """It leads no class, so there is no homeroom to end, whose year would refuse that."""
    limits = {"class_ids": [place.class_id], "student_ids": [place.pupils[0]]}
    grant = make.a_post(place.teacher, "homeroom_teacher", place.school, **limits)
    SchoolYear.objects.filter(year=2026).update(closed_at=clock.now())

    with unit_of_work(place.principal):
        assert services.withdraw_role(place.principal, grant_id=grant, why="đã chỉ định người khác")

    assert roles(place.teacher) == []


def test_who_acts_for_the_principal_cannot_put_her_out(place: SimpleNamespace) -> None:
    give(place, "principal", valid_to=dt.date(2026, 11, 27))
    acting = access.scope_of(place.teacher, on=DAY)
    assert acting is not None
    hers = Grant.objects.get(person_id=place.principal.actor_id, role="principal")

    with pytest.raises(NotFound), unit_of_work(acting):
        services.withdraw_role(acting, grant_id=hers.pk, why="không còn")

    assert "principal" in roles(place.principal.actor_id)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"role": "department_officer"}, NotYoursToGive),
        ({"role": "subject_teacher"}, NotYoursToGive),
        ({"valid_to": dt.date(2026, 11, 1)}, DaysOutOfOrder),
        ({"why": "  "}, ReasonMissing),
    ],
)
def test_what_is_not_hers_to_give_or_badly_said_is_refused(
    place: SimpleNamespace, more: dict, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        give(place, **more)

    assert roles(place.teacher) == [] and audited("rights.given") == []


def test_no_role_at_a_neighbour_school_and_none_for_a_stranger(place: SimpleNamespace) -> None:
    with pytest.raises(NotFound):
        give(place, unit_id=place.neighbour)
    with pytest.raises(NotOnTheStaff):
        give(place, person_id=place.pupils[0])


def test_clerks_and_deputies_give_nothing(place: SimpleNamespace) -> None:
    deputy = make.scope_of(make.a_post_holder(place.school, "deputy_principal", "Lương Quốc Việt"))
    for scope in (place.clerk, deputy):
        with pytest.raises(NotYoursToGive), unit_of_work(scope):
            services.give_role(
                scope,
                role="clerk",
                person_id=place.teacher,
                unit_id=place.school,
                valid_from=DAY,
                valid_to=None,
                why="thử",
            )


def test_a_homeroom_given_and_withdrawn_changes_the_class_and_the_right(place: SimpleNamespace) -> None:
    give(place, "homeroom_teacher", class_id=place.class_id)
    assert roles(place.teacher) == ["homeroom_teacher"]
    grant = Grant.objects.get(role="homeroom_teacher", person_id=place.teacher)

    with unit_of_work(place.principal):
        assert services.withdraw_role(place.principal, grant_id=grant.pk, why="đổi lớp")
        assert not services.withdraw_role(place.principal, grant_id=grant.pk, why="đổi lớp")

    assert roles(place.teacher) == []
    with make.as_system() as scope:
        assert SchoolClass.objects.visible_to(scope, "").get(pk=place.class_id).homeroom_id is None


def test_withdrawing_a_subject_ends_the_assignment_too(place: SimpleNamespace) -> None:
    with unit_of_work(place.principal):
        teaching.assign_teaching(
            place.principal,
            class_id=place.class_id,
            subject="TOAN",
            teacher_id=place.teacher,
            starts_on=dt.date(2026, 9, 5),
        )
    grant = Grant.objects.get(role="subject_teacher", person_id=place.teacher)

    with unit_of_work(place.principal):
        services.withdraw_role(place.principal, grant_id=grant.pk, why="chuyển trường")

    assert roles(place.teacher) == []
    with make.as_system() as scope:
        assert Assignment.objects.visible_to(scope, "").get(teacher_id=place.teacher).ends_on == DAY - dt.timedelta(1)


def test_nobody_withdraws_the_own_role_a_neighbours_or_a_familys(place: SimpleNamespace) -> None:
    own = Grant.objects.create(person_id=place.principal.actor_id, role="clerk", unit_id=place.school, valid_from=DAY)
    theirs = Grant.objects.get(person_id=place.stranger.actor_id, role="principal")
    family = make.a_post(place.teacher, "guardian", place.school, student_ids=[place.pupils[0]])

    with pytest.raises(OwnRight), unit_of_work(place.principal):
        services.withdraw_role(place.principal, grant_id=own.pk, why="thử")
    for grant_id in (theirs.pk, family):
        with pytest.raises(NotFound), unit_of_work(place.principal):
            services.withdraw_role(place.principal, grant_id=grant_id, why="thử")

    assert audited("rights.withdrawn") == []


def test_a_withdrawn_role_is_refused_on_the_next_request(place: SimpleNamespace) -> None:
    give(place)
    client = signed_in(make.an_account(place.teacher))
    assert client.get("/hoc-sinh/").status_code == 200
    grant = Grant.objects.get(person_id=place.teacher, role="clerk")

    with unit_of_work(place.principal):
        services.withdraw_role(place.principal, grant_id=grant.pk, why="chuyển việc")

    assert client.get("/hoc-sinh/").status_code == 404


def test_the_departments_administrator_makes_an_officer_with_an_account_told_once(
    place: SimpleNamespace, admin: object
) -> None:
    client = signed_in(Account.objects.get(person_id=admin.actor_id))  # type: ignore[attr-defined]
    answer = client.post(
        "/quyen/giao/",
        {"role": "commune_officer", "full_name": "Trần Văn Xã", "unit": unit_code(place.commune), "why": "QĐ 5"},
    )

    page = answer.content.decode()
    officer = Account.objects.get(login=unit_code(place.commune).lower() + ".0001")
    assert answer.status_code == 200 and "/bat-dau/" in page and officer.login in page
    assert roles(officer.person_id, clock.today()) == ["commune_officer"]
    assert not officer.has_usable_password()
    assert "/bat-dau/" not in client.get("/quyen/?vai=commune_officer").content.decode()
    assert "Trần Văn Xã" in client.get("/quyen/?vai=commune_officer").content.decode()


def unit_code(unit_id: int) -> str:
    from maitruong.foundation.organisations import queries as organisations

    return organisations.unit(unit_id).code


def test_an_unknown_login_gives_nothing(place: SimpleNamespace, admin: object) -> None:
    with pytest.raises(UnknownLogin), unit_of_work(admin):  # type: ignore[arg-type]
        services.new_officer(admin, login="khong.co", full_name="", unit_id=place.commune)  # type: ignore[arg-type]
    with pytest.raises(NotFound), unit_of_work(place.principal):
        services.new_officer(place.principal, login="", full_name="Ai Đó", unit_id=place.commune)


def test_logins_are_the_schools_code_and_a_running_number_and_nothing_personal(place: SimpleNamespace) -> None:
    with unit_of_work(place.clerk):
        told = [services.open_account(place.clerk, person_id=pupil, unit_id=place.school) for pupil in place.pupils[:2]]
        again = services.open_account(place.clerk, person_id=place.pupils[0], unit_id=place.school)

    code = unit_code(place.school).lower()
    assert [one.login for one in told] == [f"{code}.0001", f"{code}.0002"]
    assert again.login == told[0].login and again.token == ""
    assert roles(place.pupils[0]) == ["pupil"]
    assert len(audited("accounts.opened")) == 2


def test_a_pupil_sets_a_password_by_the_link_once_and_signs_in_without_a_phone(place: SimpleNamespace) -> None:
    with unit_of_work(place.clerk):
        told = services.open_account(place.clerk, person_id=place.pupils[0], unit_id=place.school)
    client = Client()

    page = client.get(f"/bat-dau/{told.token}/").content.decode()
    assert told.login in page and "ứng dụng xác thực" not in page
    assert client.post(f"/bat-dau/{told.token}/", {"password": PASSWORD}).status_code == 302
    assert client.post(f"/bat-dau/{told.token}/", {"password": PASSWORD + "!"}).status_code == 422
    assert client.post("/dang-nhap/", {"login": told.login, "password": PASSWORD}).status_code == 302

    assert "Nguyễn Minh Ánh" in client.get("/con-toi/").content.decode()


def test_a_teacher_still_needs_the_second_step(place: SimpleNamespace) -> None:
    give(place)
    with unit_of_work(place.principal):
        told = services.open_account(place.principal, person_id=place.teacher, unit_id=place.school)

    answer = Client().post(f"/bat-dau/{told.token}/", {"password": PASSWORD, "code": "000000"})

    assert answer.status_code == 422
    assert not Account.objects.get(login=told.login).has_usable_password()


def test_a_reset_ends_the_old_password_the_old_links_and_the_open_session(place: SimpleNamespace) -> None:
    with unit_of_work(place.clerk):
        told = services.open_account(place.clerk, person_id=place.pupils[0], unit_id=place.school)
    client = Client()
    client.post(f"/bat-dau/{told.token}/", {"password": PASSWORD})
    client.post("/dang-nhap/", {"login": told.login, "password": PASSWORD})
    assert client.get("/con-toi/").status_code == 200

    with unit_of_work(place.clerk):
        fresh = services.reset_password(place.clerk, person_id=place.pupils[0], unit_id=place.school)

    assert client.get("/con-toi/").status_code == 302
    assert Client().post("/dang-nhap/", {"login": told.login, "password": PASSWORD}).status_code == 422
    assert fresh.token != told.token and OneTimeLink.objects.filter(used_at__isnull=True).count() == 1
    assert len(audited("accounts.reset")) == 1


def test_nobody_resets_the_password_of_who_stands_above_or_works_elsewhere_too(place: SimpleNamespace) -> None:
    make.an_account(place.teacher)
    give(place, "deputy_principal")
    works_there = make.a_guardian("Trần Mỹ Hạnh", child=place.pupils[0], school=place.school)
    make.a_post(works_there.person_id, "subject_teacher", place.neighbour, class_ids=[place.their_class])

    for person in (place.teacher, works_there.person_id):
        with pytest.raises(HeldElsewhere), unit_of_work(place.clerk):
            services.reset_password(place.clerk, person_id=person, unit_id=place.school)
    with unit_of_work(place.principal):
        assert services.reset_password(place.principal, person_id=place.teacher, unit_id=place.school).token
    with pytest.raises(NotFound), unit_of_work(place.clerk):
        services.reset_password(place.clerk, person_id=place.their_pupil, unit_id=place.school)


def test_nobody_gets_the_first_link_of_who_stands_above(place: SimpleNamespace) -> None:
    give(place, "deputy_principal")
    known_first_here, known_first_there = (make.a_person(name, place.school) for name in ("Trần Mỹ Hạnh", "Lê Thu"))
    for guardian, schools in ((known_first_here, "school neighbour"), (known_first_there, "neighbour school")):
        for school in schools.split():
            child = place.pupils[0] if school == "school" else place.their_pupil
            make.a_post(guardian, "guardian", getattr(place, school), student_ids=[child])
    client = signed_in(Account.objects.get(person_id=place.clerk.actor_id))

    answer = client.post(f"/tai-khoan/{place.teacher}/mo/")

    assert answer.status_code == 422 and "/bat-dau/" not in answer.content.decode()
    assert not Account.objects.filter(person_id=place.teacher).exists()
    with make.as_system():
        assert services.may_open(place.clerk, known_first_here)
        assert not services.may_open(place.clerk, known_first_there)
    with unit_of_work(place.principal):
        assert services.open_account(place.principal, person_id=place.teacher, unit_id=place.school).token


def test_who_administers_accounts_reads_who_acted_and_nothing_of_a_pupil(place: SimpleNamespace) -> None:
    with unit_of_work(place.principal):
        audit.record(
            place.principal,
            "gradebook.marks_entered",
            school_id=place.school,
            object_type="markbook",
            object_id=1,
            subject_id=place.pupils[0],
            changes=[[place.pupils[0], "cột gk", "7", "9"]],
            why="chép nhầm điểm của em Ánh",
        )
    it_admin = make.a_post_holder(place.department, "it_admin", "Vũ Đình Bách")
    admin = signed_in(it_admin).get(f"/nhat-ky/?don-vi={place.school}").content.decode()
    head = signed_in(Account.objects.get(person_id=place.principal.actor_id)).get("/nhat-ky/").content.decode()

    assert (
        "Nhập điểm" in admin and "Nguyễn Minh Ánh" not in admin and "cột gk" not in admin and "chép nhầm" not in admin
    )
    assert "Nguyễn Minh Ánh" in head and "chép nhầm" in head


def test_one_sheet_opens_accounts_for_a_class_once(place: SimpleNamespace) -> None:
    client = signed_in(Account.objects.get(person_id=place.clerk.actor_id))

    first = client.post(f"/tai-khoan/lop/{place.class_id}/").content.decode()
    second = client.post(f"/tai-khoan/lop/{place.class_id}/").content.decode()

    assert len(re.findall(r"/bat-dau/[\w-]+/", first)) == 3
    assert "/bat-dau/" not in second and "Cả lớp đã có tài khoản" in second


def test_the_audit_of_a_unit_is_read_by_its_head_page_by_page_and_by_no_neighbour(place: SimpleNamespace) -> None:
    for number in range(60):
        give(place, valid_to=DAY + dt.timedelta(days=number), why=f"lần {number:02d}")
    client = signed_in(Account.objects.get(person_id=place.principal.actor_id))

    first = client.get("/nhat-ky/?viec=rights.").content.decode()
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = client.get("/nhat-ky/" + following[1].replace("&amp;", "&")).content.decode()
    stranger = signed_in(Account.objects.get(person_id=place.stranger.actor_id))

    assert "lần 59" in first and "lần 10" in first and "lần 09" not in first
    assert "lần 09" in second and "lần 00" in second and "Giao quyền" in second and "việc: văn thư" in second
    assert stranger.get(f"/nhat-ky/?don-vi={place.school}").status_code == 404
    assert "lần 59" not in stranger.get("/nhat-ky/").content.decode()


@pytest.mark.parametrize("role", ["clerk", "deputy_principal", "principal", "it_admin"])
def test_the_page_of_accounts_offers_what_will_be_done_and_nothing_that_is_refused(
    place: SimpleNamespace, role: str
) -> None:
    who = make.a_post_holder(place.school, role, "Tạ Văn Hỏi")
    make.an_account(make.an_employee(place.school, "Cô Không Việc"))
    for name, post in (("Thầy Trưởng", "principal"), ("Cô Thư", "clerk"), ("Cô Bộ Môn", "subject_teacher")):
        person = make.an_employee(place.school, name)
        make.a_post(
            person, post, place.school, **({"class_ids": [place.class_id]} if post == "subject_teacher" else {})
        )
    elsewhere = make.an_employee(place.school, "Cô Hai Trường")
    make.a_post(elsewhere, "subject_teacher", place.neighbour, class_ids=[place.their_class])
    known_there = make.a_guardian("Mẹ Nơi Khác", child=place.their_pupil, school=place.neighbour).person_id
    Account.objects.filter(person_id=known_there).delete()
    with make.as_system():
        people.known_at([known_there], place.school)
        Guardianship(
            school_id=place.school,
            student_id=place.pupils[0],
            guardian_id=known_there,
            relation="MOTHER",
            starts_on=DAY,
        ).save()
    make.a_guardian("Mẹ Ở Đây", child=place.pupils[1], school=place.school)
    client = signed_in(who)

    seen, wrong = set(), []
    for address in ("/tai-khoan/", f"/tai-khoan/?lop={place.class_id}"):
        page = client.get(address).text
        offered = {(int(p), act) for p, act in re.findall(r'action="/tai-khoan/(\d+)/(mo|mat-khau)/"', page)}
        with make.as_system():
            rows = {p.pk: p.full_name for p in Person._base_manager.filter(places__contains=[place.school])}
        for person_id in [i for i, name in rows.items() if name in page]:
            act = "mat-khau" if Account.objects.filter(person_id=person_id).exists() else "mo"
            done = client.post(f"/tai-khoan/{person_id}/{act}/").status_code == 200
            seen.add(done)
            if done != ((person_id, act) in offered):
                wrong.append((rows[person_id], act, done))

    assert wrong == [] and seen == {True, False}


def test_the_page_of_posts_asks_as_much_for_thirty_rows_as_for_three(place: SimpleNamespace) -> None:
    """At the department, where every row may be another school."""
    client = signed_in(make.a_post_holder(place.department, "it_admin", "Cao Văn Máy"))
    counted = {}
    for rows in (3, 30):
        held = Grant.objects.filter(role="principal").count()
        for number in range(rows - held):
            make.a_principal(make.a_school(place.commune, f"THCS số {rows}.{number}"), f"Hiệu trưởng {rows}.{number}")
        client.get("/quyen/?vai=principal")
        with CaptureQueriesContext(connection) as asked:
            page = client.get("/quyen/?vai=principal").text
        assert page.count("Thu quyền</a>") == rows
        counted[rows] = len(asked)

    assert counted[3] == counted[30]


def test_the_page_of_accounts_asks_the_rights_of_all_at_once(place: SimpleNamespace) -> None:
    client = signed_in(Account.objects.get(person_id=place.clerk.actor_id))
    counted = []
    for more in ((), ("Cô Một", "Cô Hai", "Cô Ba")):
        for name in more:
            make.a_post(
                make.an_employee(place.school, name), "subject_teacher", place.school, class_ids=[place.class_id]
            )
        client.get("/tai-khoan/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/tai-khoan/")
        counted.append(len(asked))

    assert counted[0] == counted[1]
