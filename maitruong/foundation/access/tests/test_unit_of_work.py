"""One transaction, begun together with its scope."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import OperationalError, connection

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Rows, Scope, system_scope

pytestmark = pytest.mark.django_db(transaction=True)
OF_TWO_SCHOOLS = Scope(rows=Rows.SCHOOLS, actor_id=7, school_ids=(11, 12), person_ids=(7,))


def settings() -> tuple[str, str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('mt.schools', true), current_setting('mt.persons', true)")
        found: tuple[str, str, str] = cursor.fetchone()
    return found


def test_the_scope_stands_inside_and_is_gone_after() -> None:
    before = settings()

    with unit_of_work(OF_TWO_SCHOOLS):
        inside = settings()

    assert inside == ("mt_scoped", "{11,12}", "{7}")
    assert settings()[0] == before[0] == "mt_app"
    assert not connection.in_atomic_block
    assert (settings()[1] or "") == ""


def test_a_unit_inside_another_puts_the_former_scope_back() -> None:
    with unit_of_work(OF_TWO_SCHOOLS):
        with unit_of_work(system_scope("test")):
            assert settings() == ("mt_wide", "{}", "{}")
        assert settings() == ("mt_scoped", "{11,12}", "{7}")


def test_what_is_no_number_never_reaches_the_database() -> None:
    with (
        pytest.raises(ValueError, match="format code"),
        unit_of_work(replace(OF_TWO_SCHOOLS, school_ids=("1}', true); --",))),
    ):  # type: ignore[arg-type]
        raise AssertionError("it must not begin")

    assert settings()[0] == "mt_app"


def test_a_scope_the_database_refuses_is_an_error_and_leaves_the_connection_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("maitruong.foundation.access.services._array", lambda ids: "{}'")

    with pytest.raises(OperationalError, match="syntax error"), unit_of_work(OF_TWO_SCHOOLS):
        raise AssertionError("it must not begin")

    assert settings()[0] == "mt_app"
    assert not connection.in_atomic_block
