"""Sign-in through another house: who comes in, and every attack on the way refused by its own name."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from django.core.management import CommandError, call_command
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from maitruong.foundation.access import services as grants
from maitruong.foundation.access.doors import FAMILY_ONLY
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.identity import sealing
from maitruong.foundation.identity import services as identity
from maitruong.foundation.identity.models import Account
from maitruong.foundation.identity.models_openid import OpenIdBeginning, OpenIdProvider, OpenIdSubject
from maitruong.foundation.identity.openid import documents
from maitruong.foundation.people.models import Person, PersonIdentifier
from tests import factories as make
from tests.house.a_house_next_door import CLIENT, SECRET, NextDoor, opened

pytestmark = pytest.mark.django_db
NUMBER, NAME, BORN = "031185000017", "Trịnh Thu Hoà", dt.date(1985, 3, 2)
DOOR, BACK = "/dang-nhap/qua/cong-thu/", "/dang-nhap/qua/cong-thu/ve/"
CLAIMS = {
    "number": "citizen",
    "number_verified": "citizen_ok",
    "name": "name",
    "birth_date": "birthdate",
    "level": "loa",
}


@pytest.fixture
def next_door(settings: Any, tmp_path: Path) -> Iterator[NextDoor]:
    documents.forget()
    house = opened()
    house.people["mẹ-hoà"] = {
        "citizen": NUMBER,
        "citizen_ok": True,
        "name": NAME.upper(),
        "birthdate": "1985-03-02",
        "loa": "L2",
    }
    yield house
    house.shutdown()
    house.server_close()


@pytest.fixture
def provider(next_door: NextDoor, school: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenIdProvider:
    register(tmp_path, next_door, monkeypatch)
    return OpenIdProvider.objects.get()


def register(tmp_path: Path, next_door: NextDoor, monkeypatch: pytest.MonkeyPatch, **other: object) -> None:
    card = tmp_path / "card.json"
    written = {
        "key": "cong-thu",
        "name": "Cổng thử",
        "issuer": next_door.issuer,
        "client_id": CLIENT,
        "claims": CLAIMS,
        "levels": {"L1": 1, "L2": 2},
        **other,
    }
    card.write_text(json.dumps(written))
    monkeypatch.setenv("MT_OPENID_SECRET", SECRET)
    call_command("openid", "add", str(card))


@pytest.fixture
def school() -> int:
    return make.a_school(make.a_commune(make.a_department(kind="real")))


@pytest.fixture
def mother(school: int) -> Account:
    """A mother with a number, whose account sees her child only."""
    _, (child,) = make.a_class(school, pupils=("Lê Gia Bảo",))
    account = make.a_guardian(NAME, child=child, school=school)
    with make.as_system():
        Person._base_manager.filter(pk=account.person_id).update(born_on=BORN)
        PersonIdentifier(
            person_id=account.person_id, places=[school], scheme="CCCD", value=NUMBER, valid=DateRange(BORN, None)
        ).save()
    return account


@pytest.fixture
def refusals(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """The names of what was refused, as the log tells them."""
    caplog.set_level("WARNING", "maitruong.refused")
    return lambda: [
        r.message.removeprefix("openid: ") for r in caplog.records if r.message.startswith("openid: identity")
    ]


def way(client: Client, next_door: NextDoor, who: str = "mẹ-hoà") -> dict[str, str]:
    """Through our door to theirs; what their house sends the browser back with."""
    away = client.get(DOOR)
    assert away.status_code == 302, away.content.decode()
    return next_door.lets_in(away["Location"], who)


def come(client: Client, next_door: NextDoor, who: str = "mẹ-hoà", **other: str) -> Any:
    return client.get(BACK, way(client, next_door, who) | other)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_mother_comes_in_and_is_linked_the_first_time(
    client: Client, next_door: NextDoor, provider: OpenIdProvider, mother: Account
) -> None:
    assert "Đăng nhập qua Cổng thử" in client.get("/dang-nhap/").content.decode()

    answer = come(client, next_door)

    assert answer.status_code == 302 and answer["Location"] == "/" and is_in(client)
    assert client.session["level"] == 2 and client.session[FAMILY_ONLY] is True
    assert OpenIdSubject.objects.get().account_id == mother.pk
    with make.as_system() as scope:
        told = Entry.objects.visible_to(scope, "").filter(subject_id=mother.person_id)
        assert set(told.values_list("action", flat=True)) >= {"identity.openid_linked", "identity.signed_in"}


def test_the_question_carries_state_nonce_and_the_proof_and_nothing_of_a_person(
    client: Client, next_door: NextDoor, provider: OpenIdProvider
) -> None:
    asked = parse_qs(urlsplit(client.get(DOOR)["Location"]).query)

    assert asked["response_type"] == ["code"] and asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 43 and len(asked["nonce"][0]) >= 43 and len(asked["code_challenge"][0]) == 43
    assert asked["redirect_uri"] == ["http://testserver/dang-nhap/qua/cong-thu/ve/"]
    assert asked["state"][0] not in str(OpenIdBeginning.objects.values())


def test_from_the_second_time_on_the_subject_decides(
    client: Client, next_door: NextDoor, provider: OpenIdProvider, mother: Account
) -> None:
    come(client, next_door)
    next_door.people["mẹ-hoà"] = {"name": "Tên Khác"}
    again = Client()

    assert come(again, next_door).status_code == 302 and is_in(again)


def test_every_attack_on_the_token_is_refused_by_name(
    next_door: NextDoor,
    provider: OpenIdProvider,
    mother: Account,
    refusals: Callable[[], list[str]],
) -> None:
    now = int(time.time())
    attacks: list[tuple[str, dict[str, Any], Callable[[dict[str, Any]], str]]] = [
        ("nonce_wrong", {"nonce": "của lần khác"}, next_door.honestly),
        ("audience_wrong", {"aud": "nhà khác"}, next_door.honestly),
        ("audience_wrong", {"aud": [CLIENT, "nhà khác"]}, next_door.honestly),
        ("audience_wrong", {"aud": [CLIENT, "nhà khác"], "azp": "nhà khác"}, next_door.honestly),
        ("token_expired", {"exp": now - 120}, next_door.honestly),
        ("token_expired", {"iat": now - 3600}, next_door.honestly),
        ("token_not_yet_valid", {"iat": now + 600}, next_door.honestly),
        ("token_not_yet_valid", {"nbf": now + 600}, next_door.honestly),
        ("provider_not_understood", {"exp": "mai"}, next_door.honestly),
        ("provider_not_understood", {"sub": ""}, next_door.honestly),
        ("issuer_wrong", {"iss": "https://nha-khac.vn"}, next_door.honestly),
        ("access_token_wrong", {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, next_door.honestly),
        ("algorithm_refused", {}, next_door.unsigned),
        ("algorithm_refused", {}, next_door.by_shared_secret),
        ("signature_wrong", {}, next_door.by_another_key),
        ("provider_not_understood", {}, lambda claims: "không phải mã"),
    ]
    for name, overrides, sign in attacks:
        client = Client()
        next_door.overrides, next_door.sign = overrides, sign

        answer = come(client, next_door)

        assert answer.status_code == 422 and not is_in(client), name
        assert refusals()[-1] == f"identity.openid.{name}", (name, overrides)
    assert not OpenIdSubject.objects.exists()
    assert len(next_door.exchanges) == len(attacks)


def test_a_code_replayed_to_the_other_house_is_refused(
    next_door: NextDoor, provider: OpenIdProvider, mother: Account, refusals: Callable[[], list[str]]
) -> None:
    mine, thief = Client(), Client()
    used = way(mine, next_door)
    assert mine.get(BACK, used).status_code == 302

    # The thief's own browser, her own state, the code that was used.
    stolen = way(thief, next_door) | {"code": used["code"]}
    assert thief.get(BACK, stolen).status_code == 422 and not is_in(thief)
    assert refusals()[-1] == "identity.openid.code_refused"


def test_a_code_of_somebody_else_fails_at_the_proof(
    next_door: NextDoor, provider: OpenIdProvider, mother: Account, refusals: Callable[[], list[str]]
) -> None:
    mine, thief = Client(), Client()
    fresh = way(mine, next_door)

    injected = way(thief, next_door) | {"code": fresh["code"]}

    assert thief.get(BACK, injected).status_code == 422 and not is_in(thief)
    assert refusals()[-1] == "identity.openid.code_refused"


def test_a_state_is_good_once_for_ten_minutes_and_in_one_browser(
    client: Client, next_door: NextDoor, provider: OpenIdProvider, mother: Account, refusals: Callable[[], list[str]]
) -> None:
    answer = way(client, next_door)
    victim = Client()
    victim.get(DOOR)

    assert victim.get(BACK, answer).status_code == 422 and not is_in(victim)
    assert refusals()[-1] == "identity.openid.state_of_another_browser"
    assert client.get(BACK, answer).status_code == 302  # the owner's own is not harmed by it
    client.get("/dang-xuat/")
    for state in (answer["state"], "bịa ra", ""):
        Client().get(BACK, answer | {"state": state})
        assert refusals()[-1] == "identity.openid.state_unknown"

    late = Client()
    answer = way(late, next_door)
    OpenIdBeginning.objects.update(expires_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert late.get(BACK, answer).status_code == 422
    assert refusals()[-1] == "identity.openid.state_unknown"


def test_an_answer_of_another_house_is_refused(
    client: Client, next_door: NextDoor, provider: OpenIdProvider, mother: Account, refusals: Callable[[], list[str]]
) -> None:
    assert come(client, next_door, iss="https://nha-khac.vn").status_code == 422
    assert refusals()[-1] == "identity.openid.issuer_mixed_up"

    answer = way(client, next_door)
    del answer["iss"]
    assert client.get(BACK, answer).status_code == 422
    assert refusals()[-1] == "identity.openid.issuer_mixed_up"

    other = OpenIdProvider.objects.create(
        key="cong-hai", name="Cổng hai", issuer="https://hai.vn", client_id="x", claims=CLAIMS
    )
    assert client.get(f"/dang-nhap/qua/{other.key}/ve/", way(client, next_door)).status_code == 422
    assert refusals()[-1] == "identity.openid.issuer_mixed_up"
    assert next_door.exchanges == []  # no code was handed on


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"citizen_ok": False}, "number_not_verified"),
        ({"citizen_ok": "true"}, "number_not_verified"),
        ({"citizen": 31185000017}, "number_not_verified"),
        ({"citizen": "031185000099"}, "no_account_here"),
        ({"name": "Nguyễn Thị Lạ"}, "no_account_here"),
        ({"name": ""}, "no_account_here"),
        ({"birthdate": "1986-03-02"}, "no_account_here"),
        ({"name": "TRINH THU HOA", "birthdate": ""}, "no_account_here"),
    ],
)
def test_a_number_alone_links_nobody(
    client: Client,
    next_door: NextDoor,
    provider: OpenIdProvider,
    mother: Account,
    refusals: Callable[[], list[str]],
    claims: dict[str, Any],
    name: str,
) -> None:
    next_door.overrides = claims

    assert come(client, next_door).status_code == 422 and not is_in(client)
    assert refusals()[-1] == f"identity.openid.{name}" and not OpenIdSubject.objects.exists()


def test_a_name_without_its_marks_links_with_the_birth_date(
    client: Client, next_door: NextDoor, provider: OpenIdProvider, mother: Account
) -> None:
    next_door.overrides = {"name": "TRINH THU HOA", "birthdate": "02/03/1985"}

    assert come(client, next_door).status_code == 302 and is_in(client)


def test_unknown_without_account_and_shut_get_the_same_words(
    next_door: NextDoor, provider: OpenIdProvider, mother: Account
) -> None:
    def words(**claims: str) -> str:
        next_door.overrides = claims
        page = come(Client(), next_door).content.decode()
        return page[page.index("Chưa có tài khoản nào") :][:300]

    unknown = words(citizen="031185000099")
    other_name = words(name="Nguyễn Thị Lạ")
    mother.is_active = False
    mother.save()
    assert unknown == other_name == words()


def test_a_second_identity_there_with_the_same_number_is_not_let_in(
    next_door: NextDoor, provider: OpenIdProvider, mother: Account, refusals: Callable[[], list[str]]
) -> None:
    assert come(Client(), next_door).status_code == 302
    next_door.people["kẻ-khác"] = next_door.people["mẹ-hoà"]
    thief = Client()

    assert come(thief, next_door, "kẻ-khác").status_code == 422 and not is_in(thief)
    assert refusals()[-1] == "identity.openid.linked_to_another"


def test_a_shut_account_stays_shut_through_every_door(
    next_door: NextDoor, provider: OpenIdProvider, mother: Account, refusals: Callable[[], list[str]]
) -> None:
    come(Client(), next_door)
    mother.is_active = False
    mother.save()
    late = Client()

    assert come(late, next_door).status_code == 422 and not is_in(late)


def test_whoever_works_with_others_data_still_needs_the_second_factor(
    client: Client, next_door: NextDoor, provider: OpenIdProvider, mother: Account, school: int
) -> None:
    grants.grant(person_id=mother.person_id, role="clerk", unit_id=school, valid_from=make.FOUNDED)

    owes = come(client, next_door)

    assert "/bat-dau/" in owes["Location"] and not is_in(client)
    secret = pyotp.random_base32()
    sealing.give(mother, secret)
    mother.save()
    fresh = Client()
    assert come(fresh, next_door)["Location"] == "/dang-nhap/ma/" and not is_in(fresh)
    fresh.post("/dang-nhap/ma/", {"code": pyotp.TOTP(secret).now()})
    assert is_in(fresh) and fresh.session["level"] == 2 and fresh.session[FAMILY_ONLY] is False


def test_level_two_stands_for_the_factor_only_where_the_department_says_so(
    next_door: NextDoor, provider: OpenIdProvider, mother: Account, school: int
) -> None:
    grants.grant(person_id=mother.person_id, role="clerk", unit_id=school, valid_from=make.FOUNDED)
    OpenIdProvider.objects.update(counts_as_second_factor=True)
    strong, weak = Client(), Client()

    assert come(strong, next_door)["Location"] == "/" and strong.session[FAMILY_ONLY] is False
    next_door.overrides = {"loa": "L1"}
    assert "/bat-dau/" in come(weak, next_door)["Location"] and not is_in(weak)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ("html", "provider_not_understood"),
        ("huge", "provider_not_understood"),
        ("redirect", "provider_not_understood"),
        ("nonsense", "provider_not_understood"),
        ("down", "provider_down"),
        ("drips", "provider_down"),
        ("silent", "provider_down"),
    ],
)
def test_a_house_that_does_not_answer_as_it_should_hinders_nobody(
    client: Client,
    next_door: NextDoor,
    provider: OpenIdProvider,
    mother: Account,
    refusals: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    wrong: str,
    name: str,
) -> None:
    monkeypatch.setattr(documents, "SECONDS", 0.5)
    answer = way(client, next_door)
    stop = time.monotonic() + 5

    def misbehave(request: Any) -> bool:
        if wrong == "html":
            request.say(200, "<html>Bảo trì</html>".encode(), "text/html")
        elif wrong == "huge":
            request.say(200, b'{"a": "' + b"x" * 400_000 + b'"}', "application/json")
        elif wrong == "redirect":
            request.send_response(302)
            request.send_header("Location", next_door.issuer)
            request.end_headers()
        elif wrong == "nonsense":
            request.answer(200, ["không", "phải"])
        elif wrong == "down":
            request.say(503, b"{}", "application/json")
        elif wrong == "drips":
            while time.monotonic() < stop:
                try:
                    request.wfile.write(b"H")
                except OSError:
                    break
                time.sleep(0.1)
        else:
            time.sleep(2)
        return True

    next_door.before = misbehave
    began = time.monotonic()
    refused = client.get(BACK, answer)

    assert refused.status_code == 422 and "Tên đăng nhập" in refused.content.decode()
    assert refusals()[-1] == f"identity.openid.{name}" and time.monotonic() - began < 2


def test_keys_that_changed_are_fetched_once_more(
    client: Client, next_door: NextDoor, provider: OpenIdProvider, mother: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    come(Client(), next_door)
    next_door.key = type(next_door.key).generate_key(2048, {"kid": "two", "use": "sig"})
    monkeypatch.setattr(documents, "ASK_AGAIN_SECONDS", 0)

    assert come(client, next_door).status_code == 302 and next_door.key_questions == 2


def test_made_up_key_names_do_not_become_a_flood_of_questions(
    next_door: NextDoor, provider: OpenIdProvider, mother: Account, refusals: Callable[[], list[str]]
) -> None:
    next_door.sign = lambda claims: next_door.honestly(claims)  # honest first: the keys are held
    come(Client(), next_door)
    key = next_door.key
    asked = next_door.key_questions
    for name in ("a", "b", "c"):
        next_door.key = type(key).import_key(key.as_dict(private=True) | {"kid": name})
        come(Client(), next_door)
        assert refusals()[-1] == "identity.openid.signature_wrong"
    assert next_door.key_questions <= asked + 1


def test_a_document_that_leads_elsewhere_is_not_followed(
    client: Client, next_door: NextDoor, provider: OpenIdProvider, refusals: Callable[[], list[str]]
) -> None:
    for wrong in (
        {"issuer": "https://nha-khac.vn"},
        {"token_endpoint": "https://ke-gian.vn/token"},
        {"jwks_uri": "http://127.0.0.1:1/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
    ):
        documents.forget()
        next_door.document = wrong
        assert client.get(DOOR).status_code == 422
        assert refusals()[-1] == "identity.openid.provider_not_understood"


def test_another_site_cannot_begin_a_sign_in(client: Client, provider: OpenIdProvider) -> None:
    answer = client.get(DOOR, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer["Location"] == "/dang-nhap/" and not OpenIdBeginning.objects.exists()


def test_she_who_said_no_is_back_at_the_door(
    client: Client, next_door: NextDoor, provider: OpenIdProvider, refusals: Callable[[], list[str]]
) -> None:
    answer = way(client, next_door)

    page = client.get(BACK, {"error": "access_denied", "state": answer["state"], "iss": answer["iss"]})

    assert page.status_code == 422 and refusals()[-1] == "identity.openid.said_no"


def test_the_page_she_wanted_opens_and_no_foreign_one(
    next_door: NextDoor, provider: OpenIdProvider, mother: Account
) -> None:
    for wanted, goes_to in (("/tai-khoan-cua-toi/", "/tai-khoan-cua-toi/"), ("https://ke-gian.vn/", "/")):
        client = Client()
        answer = next_door.lets_in(client.get(DOOR, {"tiep": wanted})["Location"], "mẹ-hoà")
        assert client.get(BACK, answer)["Location"] == goes_to


def test_a_link_is_seen_and_taken_away_on_ones_own_page(
    client: Client, next_door: NextDoor, provider: OpenIdProvider, mother: Account
) -> None:
    come(client, next_door)
    assert "Cổng đăng nhập khác" in client.get("/tai-khoan-cua-toi/").content.decode()
    link = OpenIdSubject.objects.get().pk
    stranger = make.an_account(make.a_person("Người Khác"))
    other = Client()
    other.force_login(stranger)

    assert other.post("/tai-khoan-cua-toi/cong/bo/", {"link": link}).status_code == 422
    assert OpenIdSubject.objects.exists()
    assert client.post("/tai-khoan-cua-toi/cong/bo/", {"link": link}).status_code == 302
    assert not OpenIdSubject.objects.exists()


def test_an_access_made_new_ends_the_other_houses_too(
    next_door: NextDoor, provider: OpenIdProvider, mother: Account
) -> None:
    come(Client(), next_door)

    identity.reset_access(mother)

    assert not OpenIdSubject.objects.exists()


def test_a_house_that_is_not_there_is_told_plainly(client: Client, school: int) -> None:
    page = client.get("/dang-nhap/qua/khong-co/")

    assert page.status_code == 422 and "Cổng đăng nhập này không có ở đây" in page.content.decode()
    assert "Đăng nhập qua" not in client.get("/dang-nhap/").content.decode()


@pytest.mark.parametrize(
    "other",
    [
        {"issuer": "http://cong.vn"},
        {"claims": {"name": "name"}},
        {"claims": {"number": "n", "name": "name", "salary": "x"}},
        {"levels": {"L3": 3}},
        {"scopes": "profile"},
        {"client_id": ""},
        {"key": "../khac"},
        {"secret": "trong tệp"},
    ],
)
def test_a_card_with_a_fault_is_refused_before_anybody_stands_at_the_door(
    next_door: NextDoor, school: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: dict[str, object]
) -> None:
    with pytest.raises(CommandError):
        register(tmp_path, next_door, monkeypatch, **other)
    assert not OpenIdProvider.objects.exists()


def test_a_house_that_is_down_is_not_written_down(
    school: int, next_door: NextDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_door.before = lambda request: request.say(503, b"", "text/plain") or True
    with pytest.raises(CommandError, match="provider_down"):
        register(tmp_path, next_door, monkeypatch)
    assert not OpenIdProvider.objects.exists()


def test_a_house_taken_off_the_door_opens_nothing_and_its_secret_is_gone(
    client: Client, next_door: NextDoor, provider: OpenIdProvider, settings: Any
) -> None:
    secret = settings.CONFIG.keys / "openid" / "cong-thu.secret"
    assert secret.stat().st_mode & 0o777 == 0o600

    call_command("openid", "remove", "cong-thu")

    assert not secret.exists() and client.get(DOOR).status_code == 422
