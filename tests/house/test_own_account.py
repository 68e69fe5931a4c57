"""«Tài khoản của tôi»: a new password, another telephone, and an end to where one is signed in."""

from __future__ import annotations

import datetime as dt

import pyotp
import pytest
from django.test import Client

from maitruong.foundation.access.doors import FAMILY_ONLY
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.identity import own, sealing, sessions
from maitruong.foundation.identity import services as identity
from maitruong.foundation.identity.devices import named
from maitruong.foundation.identity.models import Account, Installation, OneTimeLink, Session
from maitruong.foundation.kernel import clock
from tests import factories as make

pytestmark = pytest.mark.django_db
PASSWORD = "bầu trời xanh trên mái trường"
ANOTHER = "con đường làng quanh co ra bến"
PAGE = "/tai-khoan-cua-toi/"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; SM-A057F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
)


@pytest.fixture
def principal() -> Account:
    account = make.a_principal(make.a_school(make.a_commune(make.a_department())))
    account.set_password(PASSWORD)
    account.save()
    return account


def entered(account: Account, browser: str = "", password: str = PASSWORD) -> Client:
    client = Client(headers={"User-Agent": browser})
    client.post("/dang-nhap/", {"login": account.login, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def told(action: str, account: Account) -> int:
    with make.as_system() as scope:
        return Entry.objects.visible_to(scope, "").filter(action=action, subject_id=account.person_id).count()


def test_a_new_password_ends_every_other_session_and_link_and_keeps_this_one(principal: Account) -> None:
    here, elsewhere = entered(principal), entered(principal, PHONE)
    identity.make_link(principal)
    before = here.session.session_key

    answer = here.post(PAGE + "mat-khau/", {"password": PASSWORD, "new": ANOTHER})

    assert answer.status_code == 302 and "Đã đổi mật khẩu" in here.get(answer.url).text
    assert is_in(here) and here.session.session_key != before and not is_in(elsewhere)
    assert not OneTimeLink.objects.filter(account=principal, used_at__isnull=True).exists()
    assert not is_in(entered(principal)) and is_in(entered(principal, password=ANOTHER))
    assert told("identity.password_changed", principal) == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"password": "đoán bừa một câu nào đó", "new": ANOTHER}, "Mật khẩu đang dùng chưa đúng"),
        ({"password": PASSWORD, "new": "ngắn"}, "14"),
        ({"password": PASSWORD, "new": PASSWORD}, "giống mật khẩu đang dùng"),
        ({"new": ANOTHER}, "Mật khẩu đang dùng chưa đúng"),
        ({"password": PASSWORD, "new": "Mái Trường 2026-2027"}, "ai cũng đoán được"),
        ({"password": PASSWORD, "new": "aaaaaaaaaaaaaaaaaa"}, "ai cũng đoán được"),
        ({"password": PASSWORD, "new": "Giáo viên Hải Phòng 123456"}, "ai cũng đoán được"),
    ],
)
def test_what_a_new_password_is_refused_for_is_said_and_nothing_changes(
    principal: Account, given: dict[str, str], sentence: str
) -> None:
    here, elsewhere = entered(principal), entered(principal)

    answer = here.post(PAGE + "mat-khau/", given)

    assert answer.status_code == 422 and sentence in answer.text
    assert is_in(here) and is_in(elsewhere) and is_in(entered(principal))


def test_whoever_sits_down_at_an_open_page_has_five_guesses_at_the_password(principal: Account) -> None:
    here = entered(principal)
    for n in range(5):
        here.post(PAGE + "mat-khau/", {"password": f"đoán lần thứ {n} xem sao", "new": ANOTHER})

    right = here.post(PAGE + "thiet-bi/", {"password": PASSWORD})

    assert right.status_code == 422 and "phải chờ 15 phút" in right.text
    principal.refresh_from_db()
    assert principal.check_password(PASSWORD)


def test_the_page_lists_where_one_is_signed_in_and_shows_no_key(principal: Account) -> None:
    here, phone = entered(principal), entered(principal, PHONE)
    stranger = make.a_principal(make.a_school(make.a_commune(make.a_department()), "THCS Khác"))
    other = Client()
    other.force_login(stranger)

    page = here.get(PAGE).text

    assert "Chrome trên Android" in page and page.count("thiết bị này") >= 1
    for client in (here, phone, other):
        assert client.session.session_key not in page
    assert sessions.handle(phone.session.session_key) in page
    assert sessions.handle(other.session.session_key) not in page


def test_one_device_is_signed_out_or_all_others_and_this_one_stays(principal: Account) -> None:
    here, phone, third = entered(principal), entered(principal, PHONE), entered(principal)
    one = sessions.handle(phone.session.session_key)

    refused = here.post(PAGE + "thiet-bi/", {"session": one, "password": "không phải mật khẩu này"})
    assert refused.status_code == 422 and is_in(phone)

    here.post(PAGE + "thiet-bi/", {"session": one, "password": PASSWORD})
    assert not is_in(phone) and is_in(third) and is_in(here)

    again = here.post(PAGE + "thiet-bi/", {"session": one, "password": PASSWORD})
    assert again.status_code == 422 and "đã đăng xuất rồi" in again.text

    here.post(PAGE + "thiet-bi/", {"password": PASSWORD})
    assert not is_in(third) and is_in(here)
    assert told("identity.sessions_ended", principal) == 2


def test_nobody_ends_a_session_of_somebody_else(principal: Account) -> None:
    stranger = make.a_principal(make.a_school(make.a_commune(make.a_department()), "THCS Khác"))
    stranger.set_password(PASSWORD)
    stranger.save()
    here, other = entered(principal), entered(stranger)

    answer = here.post(
        PAGE + "thiet-bi/", {"session": sessions.handle(other.session.session_key), "password": PASSWORD}
    )
    here.post(PAGE + "thiet-bi/", {"password": PASSWORD})

    assert answer.status_code == 422 and is_in(other)


def test_a_session_that_idled_away_is_not_listed(principal: Account) -> None:
    here, phone = entered(principal), entered(principal, PHONE)
    Session.objects.filter(session_key=phone.session.session_key).update(seen_at=clock.now() - dt.timedelta(minutes=20))

    assert "Chrome trên Android" not in here.get(PAGE).text


def test_who_still_has_the_first_telephone_pairs_another(principal: Account) -> None:
    old = pyotp.random_base32()
    sealing.give(principal, old)
    principal.save()
    here = Client()
    here.post("/dang-nhap/", {"login": principal.login, "password": PASSWORD})
    here.post("/dang-nhap/ma/", {"code": pyotp.TOTP(old).now()})
    assert is_in(here)
    Account.objects.filter(pk=principal.pk).update(totp_last_step=0)

    wrong = here.post(PAGE + "ma/", {"password": PASSWORD, "code": "000000"})
    assert wrong.status_code == 422 and "Mã xác thực chưa đúng" in wrong.text

    pairing = here.post(PAGE + "ma/", {"password": PASSWORD, "code": pyotp.TOTP(old).now()})
    new = paired(here, pairing.url, "Ghép lại mã xác thực")

    assert new != old and not is_in(here)
    principal.refresh_from_db()
    assert sealing.of_account(principal) == new and principal.check_password(PASSWORD)
    assert told("identity.second_factor_renewal_begun", principal) == 1
    assert told("identity.second_factor_paired", principal) == 1


def paired(here: Client, address: str, title: str) -> str:
    """Walk the page that pairs an application; returns the key it showed."""
    page = here.get(address).text
    link = identity._hash(address.rstrip("/").rsplit("/", 1)[-1])
    key = sealing.open_token(here.session["new_totp"][1], place=f"link:{link}")
    assert key in page and title in page
    assert here.post(address, {"code": pyotp.TOTP(key).now()}).status_code == 302
    return key


@pytest.fixture
def mother() -> Account:
    """Of a real province, where a family may go without a second factor."""
    school = make.a_school(make.a_commune(make.a_department()))
    _, (child,) = make.a_class(school, pupils=("Lê Minh An",))
    account = make.a_guardian("Trần Mỹ Hạnh", child=child, school=school)
    account.set_password(PASSWORD)
    account.save()
    Installation.objects.update(kind="real")
    return account


def test_a_family_adds_a_second_factor_and_is_asked_for_it_from_then_on(mother: Account) -> None:
    here, elsewhere = entered(mother), entered(mother, PHONE)

    wrong = here.post(PAGE + "ma/", {"password": "không phải câu này đâu"})
    assert wrong.status_code == 422 and "Mật khẩu đang dùng chưa đúng" in wrong.text
    pairing = here.post(PAGE + "ma/", {"password": PASSWORD})
    assert here.post(pairing.url, {"code": "000000"}).status_code == 422
    key = paired(here, pairing.url, "Thêm mã xác thực")

    assert not is_in(here) and not is_in(elsewhere) and not is_in(entered(mother))
    mother.refresh_from_db()
    assert mother.check_password(PASSWORD) and sealing.of_account(mother) == key
    Account.objects.filter(pk=mother.pk).update(totp_last_step=0)
    again = entered(mother)
    again.post("/dang-nhap/ma/", {"code": pyotp.TOTP(key).now()})
    assert is_in(again) and "Mã 6 số trên máy cũ" in again.get(PAGE).text
    assert told("identity.second_factor_begun", mother) == told("identity.second_factor_paired", mother) == 1


def test_a_family_goes_without_codes_again_by_password_and_code_and_other_devices_end(mother: Account) -> None:
    here = entered(mother)
    key = paired(here, here.post(PAGE + "ma/", {"password": PASSWORD}).url, "Thêm mã xác thực")
    here, elsewhere = by_code(mother, key), by_code(mother, key)
    Account.objects.filter(pk=mother.pk).update(totp_last_step=0)
    assert "Bỏ mã xác thực" in here.get(PAGE).text

    for given in (
        {"password": "không phải câu này đâu", "code": pyotp.TOTP(key).now()},
        {"password": PASSWORD, "code": "000000"},
    ):
        assert here.post(PAGE + "ma/bo/", given).status_code == 422
    answer = here.post(PAGE + "ma/bo/", {"password": PASSWORD, "code": pyotp.TOTP(key).now()})

    assert answer.status_code == 302 and "Đã bỏ mã xác thực" in here.get(answer.url).text
    assert is_in(here) and here.session[FAMILY_ONLY] and not is_in(elsewhere) and is_in(entered(mother))
    assert told("identity.second_factor_removed", mother) == 1


def test_who_works_with_data_of_others_does_not_go_without_codes(mother: Account) -> None:
    here = entered(mother)
    key = paired(here, here.post(PAGE + "ma/", {"password": PASSWORD}).url, "Thêm mã xác thực")
    here = by_code(mother, key)
    make.a_post(mother.person_id, "principal", make.a_school(make.a_commune(make.a_department())))
    Account.objects.filter(pk=mother.pk).update(totp_last_step=0)

    answer = here.post(PAGE + "ma/bo/", {"password": PASSWORD, "code": pyotp.TOTP(key).now()})

    assert answer.status_code == 422 and "phải có mã xác thực" in answer.text
    mother.refresh_from_db()
    assert mother.totp_secret and told("identity.second_factor_removed", mother) == 0


def by_code(account: Account, key: str) -> Client:
    Account.objects.filter(pk=account.pk).update(totp_last_step=0)
    client = entered(account)
    client.post("/dang-nhap/ma/", {"code": pyotp.TOTP(key).now()})
    return client


def test_what_was_begun_in_one_browser_is_worth_nothing_in_another_and_after_sign_out(mother: Account) -> None:
    """Its address stays in the history of a shared machine."""
    here, stranger = entered(mother), Client()
    address = here.post(PAGE + "ma/", {"password": PASSWORD}).url

    for client in (stranger, entered(mother)):
        page = client.get(address)
        assert mother.login not in page.text and 'value=""' in page.text
        refused = client.post(address, {"password": ANOTHER, "code": pyotp.TOTP(pyotp.random_base32()).now()})
        assert refused.status_code == 422 and "đã dùng hoặc đã hết hạn" in refused.text
    here.post("/dang-xuat/")
    assert mother.login not in here.get(address).text

    mother.refresh_from_db()
    assert mother.check_password(PASSWORD) and not mother.totp_secret


def test_a_link_that_was_handed_out_sets_the_password_and_the_audit_is_told(principal: Account) -> None:
    token = identity.make_link(principal)
    client = Client()
    client.get(f"/bat-dau/{token}/")
    key = sealing.open_token(client.session["new_totp"][1], place=f"link:{identity._hash(token)}")

    client.post(f"/bat-dau/{token}/", {"password": ANOTHER, "code": pyotp.TOTP(key).now()})

    principal.refresh_from_db()
    assert principal.check_password(ANOTHER)
    assert told("identity.password_set", principal) == told("identity.second_factor_paired", principal) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_new_passwords_at_once_only_the_first_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside any unit of work nothing holds the account between the proof and the change."""
    account = make.an_account(make.a_person("Mai Anh Tú", make.a_department()), password=PASSWORD)
    first, second = entered(account), entered(account)
    judge, quick = own.validate_password, iter([True])

    def while_it_is_judged(new: str, whose: Account) -> None:
        if next(quick, False):
            assert second.post(PAGE + "mat-khau/", {"password": PASSWORD, "new": ANOTHER}).status_code == 302
        judge(new, whose)

    monkeypatch.setattr(own, "validate_password", while_it_is_judged)
    answer = first.post(PAGE + "mat-khau/", {"password": PASSWORD, "new": "hoa phượng nở đỏ sân trường hè"})

    assert answer.status_code == 302 and answer.url.startswith("/dang-nhap/")  # her session ended while she waited
    account.refresh_from_db()
    assert account.check_password(ANOTHER) and is_in(second) and not is_in(first)


def test_a_demos_people_have_no_password_and_end_sessions_without_one(principal: Account) -> None:
    principal.set_unusable_password()
    principal.save()
    Installation.objects.update_or_create(id=1, defaults={"kind": "demo", "province_code": "31", "province_name": "HP"})
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.force_login(principal)
        session = client.session
        session["seen"] = session["began"] = int(clock.now().timestamp())
        session.save()

    assert "không có mật khẩu" in here.get(PAGE).text
    assert here.post(PAGE + "mat-khau/", {"password": "", "new": ANOTHER}).status_code == 422
    here.post(PAGE + "thiet-bi/", {})

    assert is_in(here) and not is_in(elsewhere)


@pytest.mark.django_db(transaction=True)
def test_a_person_without_any_post_has_an_own_account_all_the_same() -> None:
    """Outside any unit of work: her requests have no scope."""
    account = make.an_account(make.a_person("Mai Anh Tú", make.a_department()), password=PASSWORD)
    here, elsewhere = entered(account), entered(account, PHONE)

    wrong = here.post(PAGE + "thiet-bi/", {"password": "không phải câu này đâu"})
    assert wrong.status_code == 422 and is_in(elsewhere)
    assert here.post(PAGE + "thiet-bi/", {"password": PASSWORD}).status_code == 302 and not is_in(elsewhere)
    assert here.post(PAGE + "mat-khau/", {"password": PASSWORD, "new": ANOTHER}).status_code == 302
    assert is_in(here) and is_in(entered(account, password=ANOTHER))


def test_nobody_who_is_not_signed_in_sees_or_does_anything(principal: Account) -> None:
    for path in ("", "mat-khau/", "thiet-bi/", "ma/", "ma/bo/"):
        answer = Client().post(PAGE + path, {"password": PASSWORD}) if path else Client().get(PAGE)
        assert answer.status_code == 302 and answer.url.startswith("/dang-nhap/")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (PHONE, "Chrome trên Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge trên Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile Safari/604.1", "Safari trên iPhone"),
        ("curl/8.5", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_browser_is_told_in_words(said: str, words: str) -> None:
    assert named(said) == words
