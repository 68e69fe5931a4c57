"""The door: who gets in, who does not, and what a session is worth."""

from __future__ import annotations

import pyotp
import pytest
from django.test import Client

from maitruong.foundation.access import services as grants
from maitruong.foundation.access.models import Grant
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.identity import sealing
from maitruong.foundation.identity.models import Account, Installation, SignInTry
from tests import factories as make

PASSWORD = "bầu trời xanh trên mái trường"
pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> int:
    return make.a_school(make.a_commune(make.a_department()))


@pytest.fixture
def principal(school: int) -> Account:
    account = make.a_principal(school)
    account.set_password(PASSWORD)
    account.save()
    return account


def sign_in(client: Client, account: Account, password: str = PASSWORD) -> object:
    return client.post("/dang-nhap/", {"login": account.login, "password": password})


def test_the_right_pair_opens_the_door_and_is_audited(client: Client, principal: Account) -> None:
    assert sign_in(client, principal).status_code == 302

    page = client.get("/").content.decode()

    assert "Chào Đỗ Quang Minh" in page and "Hiệu trưởng" in page
    with make.as_system() as scope:
        assert (
            Entry.objects.visible_to(scope, "")
            .filter(action="identity.signed_in", subject_id=principal.person_id)
            .count()
            == 1
        )


def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(client: Client, principal: Account) -> None:
    wrong = sign_in(client, principal, "sai mật khẩu rồi")
    unknown = client.post("/dang-nhap/", {"login": "khong.co.ai", "password": "sai mật khẩu rồi"})

    assert wrong.status_code == unknown.status_code == 422
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng" in wrong.content.decode()
    assert "_auth_user_id" not in client.session


def test_guesses_are_counted_in_the_database_so_every_worker_sees_them(client: Client, principal: Account) -> None:
    for _ in range(5):
        sign_in(Client(), principal, "đoán mò")

    answer = sign_in(client, principal)

    assert answer.status_code == 422
    assert "phải chờ 15 phút" in answer.content.decode()
    assert SignInTry.objects.count() == 10
    assert not SignInTry.objects.filter(key__contains=principal.login).exists()


def test_a_session_fixed_before_sign_in_is_worth_nothing_after(client: Client, principal: Account) -> None:
    client.get("/dang-nhap/")
    client.session["half"] = {}
    client.session.save()
    before = client.session.session_key

    sign_in(client, principal)

    assert client.session.session_key != before
    stranger = Client()
    stranger.cookies["mt_phien"] = before or ""
    assert stranger.get("/").status_code == 302


@pytest.mark.parametrize("path", ["/dang-nhap/thu/", "/dang-xuat/", "/khong-gian/principal.1/"])
def test_nothing_is_changed_by_get(client: Client, principal: Account, path: str) -> None:
    sign_in(client, principal)
    assert client.get(path).status_code == 405
    assert client.get("/").status_code == 200


def test_the_head_of_the_door_is_its_page_without_a_body(client: Client, db: None) -> None:
    page, head = client.get("/dang-nhap/"), client.head("/dang-nhap/")

    assert (head.status_code, head.content) == (200, b"") and page.content
    assert head["Content-Security-Policy"] == page["Content-Security-Policy"]


def test_second_factor_is_asked_and_a_code_is_good_once(client: Client, principal: Account) -> None:
    secret = pyotp.random_base32()
    sealing.give(principal, secret)
    principal.save()
    code = pyotp.TOTP(secret).now()

    assert sign_in(client, principal).headers["Location"] == "/dang-nhap/ma/"
    assert client.get("/").status_code == 302
    assert client.post("/dang-nhap/ma/", {"code": "000000"}).status_code == 422
    assert client.post("/dang-nhap/ma/", {"code": code}).status_code == 302
    assert client.get("/").status_code == 200

    again = Client()
    sign_in(again, principal)
    assert again.post("/dang-nhap/ma/", {"code": code}).status_code == 422


def test_demo_people_need_a_demo_database_whatever_the_environment_says(
    client: Client, principal: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    Account.objects.filter(pk=principal.pk).update(demo_order=1, demo_label="Đỗ Quang Minh|Hiệu trưởng")
    assert client.post("/dang-nhap/thu/", {"account": principal.pk}).status_code == 302

    Installation.objects.update(kind="real")
    monkeypatch.setenv("MT_KIND", "demo")
    monkeypatch.setenv("MT_DEMO", "1")
    stranger = Client()

    answer = stranger.post("/dang-nhap/thu/", {"account": principal.pk})

    assert answer.status_code == 422
    assert "Chỉ bản thử mới có cách đăng nhập này" in answer.content.decode()
    assert "Đỗ Quang Minh" not in stranger.get("/dang-nhap/").content.decode()
    assert stranger.get("/").status_code == 302


def test_a_withdrawn_grant_is_refused_on_the_next_request(client: Client, principal: Account) -> None:
    sign_in(client, principal)
    assert "Hiệu trưởng" in client.get("/").content.decode()

    grants.withdraw(Grant.objects.get(person_id=principal.person_id).pk)

    assert "chưa có vai trò nào" in client.get("/").content.decode()


def test_one_account_has_a_workspace_for_each_role_and_only_its_rights(
    client: Client, school: int, principal: Account
) -> None:
    _, (child,) = make.a_class(school, pupils=("Nguyễn Gia Hân",))
    make.a_post(principal.person_id, "guardian", school, student_ids=[child])
    sign_in(client, principal)
    assert "Phụ huynh" in client.get("/").content.decode()

    client.post("/khong-gian/guardian/")

    scope = client.get("/").wsgi_request.scope
    assert scope.workspace.role == "guardian"
    assert scope.rows == "mt_family"
    assert set(scope.person_ids) == {child, principal.person_id}


def test_pages_say_no_store_and_carry_the_strict_policy(client: Client, principal: Account) -> None:
    sign_in(client, principal)
    answer = client.get("/")

    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert client.post("/dang-xuat/").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_forged_host_is_refused(client: Client) -> None:
    assert client.get("/dang-nhap/", headers={"host": "evil.example"}).status_code == 400


def test_an_idle_session_is_locked(client: Client, principal: Account) -> None:
    sign_in(client, principal)
    session = client.session
    session["seen"] -= 16 * 60
    session.save()

    assert client.get("/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_session_ends_after_twelve_hours_however_busy_it_was(client: Client, principal: Account) -> None:
    sign_in(client, principal)
    session = client.session
    session["began"] -= 12 * 3600 - 60
    session.save()
    assert client.get("/").status_code == 200

    session["began"] -= 61
    session.save()

    assert client.get("/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_warm_page_costs_session_account_rights_and_scope(
    client: Client, principal: Account, django_assert_num_queries
) -> None:
    sign_in(client, principal)
    client.get("/")
    # session with its account and rights, scope; + savepoint, former scope, restore, release: only inside a test's transaction;
    # and what the day is made of: rights, signatures and seals that wait, school year, term, books,
    # classes that nobody leads.
    with django_assert_num_queries(2 + 4 + 7):
        client.get("/")
