"""Secrets of second factors lie sealed in the database, under keys of this installation that can be changed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pyotp
import pytest
from django.core.management import call_command
from django.test import Client

from maitruong.foundation.access.models import Grant
from maitruong.foundation.identity import sealing
from maitruong.foundation.identity import services as identity
from maitruong.foundation.identity.errors import SecondFactorUnreadable, WrongCode
from maitruong.foundation.identity.models import Account, Installation
from maitruong.foundation.kernel import clock
from tests import factories as make

pytestmark = pytest.mark.django_db
PASSWORD = "một câu dài của riêng tôi"


@pytest.fixture(autouse=True)
def keys(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.CONFIG = dataclasses.replace(settings.CONFIG, var=tmp_path)
    yield tmp_path / "keys" / "second-factor"


@pytest.fixture
def principal() -> Account:
    return make.a_principal(make.a_school(make.a_department()))


def stored(account: Account) -> str:
    return Account.objects.values_list("totp_secret", flat=True).get(pk=account.pk)


def with_secret(account: Account, secret: str) -> Account:
    sealing.give(account, secret)
    account.set_password(PASSWORD)
    account.save()
    return account


def enters(account: Account, secret: str) -> bool:
    client = Client()
    Account.objects.filter(pk=account.pk).update(totp_last_step=0)
    client.post("/dang-nhap/", {"login": account.login, "password": PASSWORD})
    client.post("/dang-nhap/ma/", {"code": pyotp.TOTP(secret).now()})
    return client.get("/").status_code == 200


def ran(what: str) -> dict[str, Any]:
    out = StringIO()
    call_command("second_factors", what, stdout=out)
    return json.loads(out.getvalue())


def test_who_reads_the_tables_finds_no_secret_neither_while_it_is_set_up_nor_after(principal: Account) -> None:
    client, token = Client(), identity.make_link(principal)
    page = client.get(f"/bat-dau/{token}/").text
    in_session = client.session["new_totp"][1]
    secret = sealing.open_token(in_session, place=f"link:{identity._hash(token)}")
    assert secret in page and secret not in in_session

    answer = client.post(f"/bat-dau/{token}/", {"password": PASSWORD, "code": pyotp.TOTP(secret).now()})

    assert answer.status_code == 302 and enters(principal, secret)
    assert stored(principal).startswith("v1.0001.") and secret not in stored(principal)


def test_the_key_is_made_once_for_its_owner_alone(principal: Account, keys: Path) -> None:
    with_secret(principal, pyotp.random_base32())
    first = (keys / "0001.key").read_bytes()
    with_secret(principal, pyotp.random_base32())

    assert [path.name for path in keys.iterdir()] == ["0001.key"] and len(first) == 32
    assert (keys / "0001.key").read_bytes() == first
    assert (keys / "0001.key").stat().st_mode & 0o777 == 0o600 and keys.stat().st_mode & 0o777 == 0o700


def test_a_secret_in_clear_from_before_works_and_is_sealed_by_the_steady_work(principal: Account) -> None:
    secret = pyotp.random_base32()
    principal.set_password(PASSWORD)
    principal.totp_secret = secret
    principal.save()
    assert enters(principal, secret)

    assert (sealing.seal_again(), sealing.seal_again()) == (1, 0)

    assert stored(principal).startswith("v1.") and secret not in stored(principal) and enters(principal, secret)
    assert not Account.objects.exclude(totp_secret="").exclude(totp_secret__startswith="v1.").exists()


def test_secrets_whose_key_is_missing_hold_up_nobody_behind_them(keys: Path) -> None:
    school = make.a_school(make.a_department())
    for number in range(3):
        with_secret(make.a_principal(school, f"Lê Văn {number}"), pyotp.random_base32())
    last = make.a_principal(school, "Trần Thị Cuối")
    sealing.new_key()
    (keys / "0001.key").unlink()
    last.totp_secret = secret = pyotp.random_base32()
    last.save()

    assert (sealing.seal_again(most=2), sealing.seal_again(most=2)) == (1, 0)

    last.refresh_from_db()
    assert last.totp_secret.startswith("v1.0002.") and sealing.of_account(last) == secret


def test_a_new_key_takes_every_secret_over_and_the_old_one_is_told_as_unused(principal: Account, keys: Path) -> None:
    secret = pyotp.random_base32()
    with_secret(principal, secret)

    assert ran("rotate") == {"new_key": 2, "sealed": 1, "unused_keys": [1]}

    (keys / "0001.key").unlink()
    assert stored(principal).startswith("v1.0002.") and enters(principal, secret)
    assert ran("seal") == {"new_key": None, "sealed": 0, "unused_keys": []}


def test_a_token_moved_to_another_account_opens_nothing(principal: Account) -> None:
    secret = pyotp.random_base32()
    with_secret(principal, secret)
    thief = with_secret(make.an_account(make.a_person("Kẻ Gian")), pyotp.random_base32())
    Account.objects.filter(pk=thief.pk).update(totp_secret=stored(principal))

    with pytest.raises(SecondFactorUnreadable):
        sealing.of_account(Account.objects.get(pk=thief.pk))
    assert not enters(thief, secret)


def test_a_lost_key_is_said_and_no_new_one_takes_its_place(principal: Account, keys: Path) -> None:
    with_secret(principal, pyotp.random_base32())
    (keys / "0001.key").unlink()
    sealing.new_key()
    before = stored(principal)
    (keys / "0001.key").unlink()
    sealing.new_key()
    (keys / "0001.key").rename(keys / "0002.key")

    client = Client()
    client.post("/dang-nhap/", {"login": principal.login, "password": PASSWORD})
    answer = client.post("/dang-nhap/ma/", {"code": "123456"})

    assert answer.status_code == 422 and "thiếu khoá mở mã" in answer.text
    assert sealing.seal_again() == 0 and stored(principal) == before


def test_whoever_waits_at_the_second_step_is_out_when_the_access_is_made_new(principal: Account) -> None:
    with_secret(principal, pyotp.random_base32())
    thief = Client()
    thief.post("/dang-nhap/", {"login": principal.login, "password": PASSWORD})
    assert thief.get("/dang-nhap/ma/").status_code == 200

    identity.reset_access(principal)

    answer = thief.post("/dang-nhap/ma/", {"code": "000000"})
    assert answer.status_code == 302 and answer.headers["Location"] == "/dang-nhap/"
    assert thief.get("/").status_code == 302 and "_auth_user_id" not in thief.session


def test_the_first_half_of_a_sign_in_is_worth_nothing_after_a_new_password(principal: Account) -> None:
    secret = pyotp.random_base32()
    with_secret(principal, secret)
    thief = Client()
    thief.post("/dang-nhap/", {"login": principal.login, "password": PASSWORD})

    principal.set_password("một câu khác, dài hơn")
    principal.save()

    thief.post("/dang-nhap/ma/", {"code": pyotp.TOTP(secret).now()})
    assert "_auth_user_id" not in thief.session


def test_no_code_fits_an_account_without_a_second_factor(principal: Account) -> None:
    with pytest.raises(WrongCode):
        identity.check_code(principal, "000000")


def test_an_account_closed_between_the_two_steps_is_led_back_to_the_door(principal: Account) -> None:
    secret = pyotp.random_base32()
    with_secret(principal, secret)
    client = Client()
    client.post("/dang-nhap/", {"login": principal.login, "password": PASSWORD})
    Account.objects.filter(pk=principal.pk).update(is_active=False)

    answer = client.post("/dang-nhap/ma/", {"code": pyotp.TOTP(secret).now()})

    assert answer.status_code == 302 and answer.headers["Location"] == "/dang-nhap/"


def of_a_family(*, kind: str = "real") -> Account:
    """A guardian with a password and no second factor."""
    school = make.a_school(make.a_commune(make.a_department()))
    _, (child,) = make.a_class(school, pupils=("Lê Minh An",))
    account = make.a_guardian("Trần Mỹ Hạnh", child=child, school=school)
    account.set_password(PASSWORD)
    account.save()
    make.a_post(account.person_id, "clerk", school)
    Installation.objects.update(kind=kind)
    return account


def test_a_parent_who_comes_to_work_at_a_school_adds_a_second_factor_before_she_is_let_in() -> None:
    account, client = of_a_family(), Client()

    answer = client.post("/dang-nhap/", {"login": account.login, "password": PASSWORD})

    assert "_auth_user_id" not in client.session and client.get("/").status_code == 302
    page = client.get(answer.headers["Location"]).text
    assert "Thêm mã xác thực" in page
    _, sealed = client.session["new_totp"]
    token = answer.headers["Location"].split("/")[-2]
    secret = sealing.open_token(sealed, place=f"link:{identity._hash(token)}")
    assert client.post(answer.headers["Location"], {"password": PASSWORD, "code": "000000"}).status_code == 422
    client.post(answer.headers["Location"], {"password": PASSWORD, "code": pyotp.TOTP(secret).now()})
    assert enters(account, secret)


def test_a_parent_and_the_people_of_a_demo_go_on_without() -> None:
    demo, client = of_a_family(kind="demo"), Client()
    client.post("/dang-nhap/", {"login": demo.login, "password": PASSWORD})
    assert client.get("/").status_code == 200

    Grant.objects.filter(person_id=demo.person_id, role="clerk").delete()
    Installation.objects.update(kind="real")
    parent = Client()
    parent.post("/dang-nhap/", {"login": demo.login, "password": PASSWORD})
    assert parent.get("/con-toi/").status_code == 200


def test_a_post_given_while_a_parent_is_signed_in_waits_for_her_second_factor() -> None:
    account = of_a_family()
    post = Grant.objects.get(person_id=account.person_id, role="clerk")
    Grant.objects.filter(pk=post.pk).update(withdrawn_at=clock.now())
    parent = Client()
    parent.post("/dang-nhap/", {"login": account.login, "password": PASSWORD})
    page = parent.get("/con-toi/")
    assert page.status_code == 200 and "ghép mã xác thực" not in page.text

    Grant.objects.filter(pk=post.pk).update(withdrawn_at=None)

    assert parent.get("/con-toi/").status_code == 200
    parent.post(f"/khong-gian/clerk.{post.unit_id}/")
    assert parent.get("/hoc-sinh/").status_code == 404
    with_both = Client()
    with_both.force_login(account)
    with_both.post(f"/khong-gian/clerk.{post.unit_id}/")
    assert with_both.get("/hoc-sinh/").status_code == 200


def test_a_link_that_was_used_ends_every_other_one_of_the_account() -> None:
    account = of_a_family(kind="demo")
    Grant.objects.filter(person_id=account.person_id, role="clerk").delete()
    lost, used = identity.make_link(account), identity.make_link(account)

    identity.use_link(used, password=PASSWORD, totp_secret="", code="")

    assert identity.link_account(lost) is None
