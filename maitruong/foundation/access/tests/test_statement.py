"""A statement asked without a cursor: the same answers, the same errors, heard by whoever listens."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.errors import UniqueViolation

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.statement import Statement

pytestmark = pytest.mark.django_db

_TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
_VALUES = {
    "whole": ("bigint", st.integers(-(2**63), 2**63 - 1)),
    "truth": ("boolean", st.booleans()),
    "words": ("text", _TEXTS),
    "bits": ("bytea", st.binary()),
    "day": ("date", st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31))),
    "moment": ("timestamptz", st.datetimes(dt.datetime(1970, 1, 1), timezones=st.just(dt.UTC))),  # noqa: DTZ001
    "numbers": ("bigint[]", st.lists(st.integers(-(2**63), 2**63 - 1))),
    "several": ("text[]", st.lists(_TEXTS)),
}
_ALL = Statement("SELECT " + ", ".join(f"%({name})s::{kind}" for name, (kind, _) in _VALUES.items()))


class Level(enum.IntEnum):
    GOOD = 3


@pytest.fixture
def shelf() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE shelf (number int PRIMARY KEY, title text) ON COMMIT DROP")
    yield


@settings(max_examples=200)
@given(st.fixed_dictionaries({name: st.none() | values for name, (_, values) in _VALUES.items()}))
def test_every_value_comes_back_as_it_went(values: dict[str, Any]) -> None:
    row = _ALL.row(values)

    assert row == tuple(values[name] for name in _VALUES)


def test_a_statement_answers_what_a_cursor_answers_and_keeps_its_percent_signs() -> None:
    sql = (
        "SELECT n, n %% 2 = 0, %(word)s || '%%' FROM generate_series(1, %(last)s::int) n WHERE n <> ALL(%(but)s::int[])"
    )
    values = {"word": 'Trần O\'Neil \\ "x"', "last": 4, "but": [2]}

    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        expected = cursor.fetchall()

    assert Statement(sql).rows(values) == expected == [(n, n == 4, values["word"] + "%") for n in (1, 3, 4)]
    assert Statement(sql).rows(values | {"last": 0}) == []
    assert Statement(sql).row(values | {"last": 0}) is None


def test_a_value_made_from_a_known_type_travels_like_it_and_another_is_refused() -> None:
    assert Statement("SELECT %(level)s::smallint").row({"level": Level.GOOD}) == (3,)
    with pytest.raises(TypeError, match="object"):
        Statement("SELECT %(thing)s::text").row({"thing": object()})


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, [2**63]])
def test_a_number_no_column_holds_names_no_row(value: Any) -> None:
    with pytest.raises(NotFound):
        Statement("SELECT %(value)s::bigint").row({"value": value})


@pytest.mark.parametrize("value", ["a\0b", ["a\0b"]])
def test_a_text_with_nul_is_refused_and_not_cut(value: Any) -> None:
    with pytest.raises(DataError):
        Statement("SELECT %(value)s").row({"value": value})


def test_errors_are_those_of_the_framework(shelf: None) -> None:
    put = Statement("INSERT INTO shelf VALUES (%(number)s, %(title)s) RETURNING title")
    assert put.row({"number": 1, "title": "Toán"}) == ("Toán",)

    with pytest.raises(IntegrityError) as caught:
        put.row({"number": 1, "title": "Toán"})

    assert isinstance(caught.value.__cause__, UniqueViolation)
    assert connection.connection.info.transaction_status.name == "INERROR"


def test_it_is_prepared_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # the transaction is begun
    statement = Statement("SELECT %(n)s::int + 41")

    assert [statement.row({"n": n}) for n in (1, 2)] == [(42,), (43,)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1::int + 41'")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_after_a_lost_connection_the_statement_is_prepared_on_the_next() -> None:
    statement = Statement("SELECT %(n)s::int + 42")
    assert statement.row({"n": 1}) == (43,)
    connection.close()

    assert statement.row({"n": 2}) == (44,)


@pytest.mark.django_db(transaction=True)
def test_a_connection_the_server_ended_is_told_as_such_and_the_next_one_answers() -> None:
    statement = Statement("SELECT %(n)s::int + 45")
    assert statement.row({"n": 1}) == (46,)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
    other.close()

    with pytest.raises(OperationalError):
        statement.row({"n": 1})

    connection.close_if_unusable_or_obsolete()
    assert statement.row({"n": 2}) == (47,)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.django_db(transaction=True)
def test_after_a_rollback_which_the_driver_forgets_everything_at_it_is_prepared_again(whole: bool) -> None:
    statement = Statement("SELECT %(n)s::int + 44")
    with transaction.atomic():
        assert statement.row({"n": 1}) == (45,)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

        with pytest.raises(ZeroDivisionError), transaction.atomic(savepoint=not whole):
            raise ZeroDivisionError

        if not whole:
            assert statement.row({"n": 2}) == (46,)
        else:
            transaction.set_rollback(True)
    assert statement.row({"n": 3}) == (47,)


@pytest.mark.django_db(transaction=True)
def test_the_first_statement_of_a_transaction_begins_it() -> None:
    statement = Statement("SELECT pg_advisory_xact_lock(%(n)s::bigint), 1")
    held = Statement("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")

    with transaction.atomic():
        statement.row({"n": 7})
        assert held.row({}) == (1,)

    statement.row({"n": 7})
    assert held.row({}) == (0,)


def test_more_statements_than_a_connection_keeps_all_answer() -> None:
    many = [Statement(f"SELECT %(n)s::int + {number}") for number in range(connection.connection.prepared_max + 20)]

    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::int", [1])  # the driver deallocates as it goes
        assert [statement.row({"n": 1}) for statement in many] == [(1 + number,) for number in range(len(many))]


def test_whoever_listens_hears_it() -> None:
    with CaptureQueriesContext(connection) as heard:
        assert Statement("SELECT %(n)s::int + 43").row({"n": 1}) == (44,)

    assert ["+ 43" in query["sql"] for query in heard] == [True]


def test_the_caller_goes_on_while_the_server_works() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # the transaction is begun
    slow = Statement("SELECT %(n)s::int, pg_sleep(0.05)::text IS NULL FROM generate_series(1, 2)")

    with slow.under_way({"n": 7}) as rows:
        assert rows == []

    assert rows == [(7, False), (7, False)]
    assert slow.row({"n": 8}) == (8, False)


def test_what_the_server_refuses_meanwhile_is_raised_at_the_end(shelf: None) -> None:
    put = Statement("INSERT INTO shelf VALUES (%(number)s, 'Toán') RETURNING title")
    put.row({"number": 1})
    reached = []

    with pytest.raises(IntegrityError) as caught, put.under_way({"number": 1}):
        reached.append("the end of the block")

    assert reached
    assert isinstance(caught.value.__cause__, UniqueViolation)


def test_who_breaks_off_meanwhile_leaves_the_connection_in_order(shelf: None) -> None:
    put = Statement("INSERT INTO shelf VALUES (%(number)s, 'Toán') RETURNING number")

    with pytest.raises(ZeroDivisionError), put.under_way({"number": 1}):
        raise ZeroDivisionError

    assert Statement("SELECT count(*) FROM shelf WHERE number = %(number)s::int").row({"number": 1}) == (1,)


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_meanwhile_is_told_as_such() -> None:
    statement = Statement("SELECT %(n)s::int + 48, pg_sleep(5)::text")
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT 1")
        with pytest.raises(OperationalError), statement.under_way({"n": 1}):
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
    other.close()

    connection.close_if_unusable_or_obsolete()
    assert Statement("SELECT %(n)s::int + 49").row({"n": 1}) == (50,)


def test_whoever_listens_hears_what_is_under_way() -> None:
    with CaptureQueriesContext(connection) as heard, Statement("SELECT %(n)s::int + 50").under_way({"n": 1}) as rows:
        pass

    assert rows == [(51,)]
    assert ["+ 50" in query["sql"] for query in heard] == [True]
