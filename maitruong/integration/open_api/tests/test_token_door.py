"""The token door, asked as RFC 6749 has it."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any

import pytest
from django.test import Client as Browser

from maitruong.foundation.kernel import clock
from maitruong.integration.open_api import services
from maitruong.integration.open_api.models import Client, Secret
from maitruong.integration.open_api.types import CORE, DEMOGRAPHICS, ROSTER, Given
from tests import factories as make

from .conftest import BASE, Machine, World, let_in


def ask(form: dict[str, str], pair: str | None = None, address: str = "192.0.2.1") -> Any:
    headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()} if pair is not None else {}
    return Browser().post("/oauth2/token", form, headers=headers, REMOTE_ADDR=address)


GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def given(world: World) -> Given:
    return let_in(world, world.school, scopes=(ROSTER, CORE))


def test_a_token_comes_for_basic_and_for_the_form(given: Given) -> None:
    for answer in (
        ask(GRANT, f"{given.key}:{given.secret}"),
        ask({**GRANT, "client_id": given.key, "client_secret": given.secret}),
    ):
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Pragma"] == "no-cache"
        told = answer.json()
        assert (told["token_type"], told["expires_in"]) == ("Bearer", 900)
        assert set(told["scope"].split()) == {ROSTER, CORE}
        bearer = {"Authorization": f"Bearer {told['access_token']}"}
        assert Browser().get(f"{BASE}/orgs", headers=bearer).status_code == 200


@pytest.mark.parametrize(
    ("form", "pair", "status", "error"),
    [
        ({}, "KEY:SECRET", 400, "invalid_request"),
        ({"grant_type": "password"}, "KEY:SECRET", 400, "unsupported_grant_type"),
        (GRANT, "KEY:wrong", 401, "invalid_client"),
        (GRANT, "nobody:SECRET", 401, "invalid_client"),
        (GRANT, None, 401, "invalid_client"),
        ({**GRANT, "client_id": "KEY", "client_secret": "SECRET"}, "KEY:SECRET", 400, "invalid_request"),
        ({**GRANT, "scope": DEMOGRAPHICS}, "KEY:SECRET", 400, "invalid_scope"),
        ({**GRANT, "scope": "x"}, "KEY:SECRET", 400, "invalid_scope"),
    ],
)
def test_refusals_are_those_of_the_standard(
    given: Given, form: dict[str, str], pair: str | None, status: int, error: str
) -> None:
    def real(text: str) -> str:
        return text.replace("KEY", given.key).replace("SECRET", given.secret)

    answer = ask({name: real(text) for name, text in form.items()}, None if pair is None else real(pair))

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_a_token_holds_the_scopes_it_was_asked_for_and_no_more(given: Given) -> None:
    token = ask({**GRANT, "scope": CORE}, f"{given.key}:{given.secret}").json()

    assert token["scope"] == CORE
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    assert Browser().get(f"{BASE}/classes", headers=bearer).status_code == 200
    (school,) = Browser().get(f"{BASE}/schools", headers=bearer).json()["orgs"]
    assert Browser().get(f"{BASE}/schools/{school['sourcedId']}/classes", headers=bearer).status_code == 403


def test_a_token_ends_after_a_quarter_of_an_hour(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(given)
    import time

    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 899)
    assert machine.get("orgs").status_code == 200
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 902)
    answer = machine.get("orgs")
    assert answer.status_code == 401 and "invalid_token" in answer.headers["WWW-Authenticate"]


def test_guesses_are_counted_by_client_and_address_and_do_not_lock_out_another_address(given: Given) -> None:
    for _ in range(5):
        assert ask(GRANT, f"{given.key}:wrong").status_code == 401
    answer = ask(GRANT, f"{given.key}:{given.secret}")
    assert answer.status_code == 429 and answer.headers["Retry-After"] == "900"
    assert ask(GRANT, f"{given.key}:{given.secret}", address="192.0.2.9").status_code == 200


def test_right_answers_are_not_counted_as_guesses(given: Given) -> None:
    assert {ask(GRANT, f"{given.key}:{given.secret}").status_code for _ in range(80)} == {200}


def test_two_secrets_overlap_for_a_week_and_a_token_dies_with_its_secret(given: Given) -> None:
    old = Machine(given)
    with make.as_system() as scope:
        new = services.rotate_secret(scope, client_id=given.client_id)

    assert new.secret != given.secret and new.key == given.key
    assert old.get("orgs").status_code == 200 and "access_token" in old.ask_token()
    assert Machine(new).get("orgs").status_code == 200
    with clock.standing_still(clock.now() + services.OVERLAP + dt.timedelta(seconds=1)):
        assert old.get("orgs").status_code == 401 and old.ask_token()["error"] == "invalid_client"
        assert Machine(new).get("orgs").status_code == 200


def test_no_secret_is_kept(given: Given) -> None:
    kept = Secret.objects.get()
    assert given.secret not in (kept.hash, kept.hint) and given.secret.endswith(kept.hint)
    assert given.secret not in str(list(Client.objects.values()))


def test_a_client_of_a_school_that_was_closed_sees_nothing_more(given: Given, world: World) -> None:
    from maitruong.foundation.organisations.models import Position

    machine = Machine(given)
    Position.objects.filter(unit_id=world.school).delete()
    assert machine.get("users").json() == {"users": []}
