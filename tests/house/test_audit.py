"""The audit: sealed soon, and whatever is changed, removed, added or re-ordered afterwards is named."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit import queries, services
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.jobs import pulse
from tests import factories as make

SCHOOL = 77


def entries_written(count: int = 3) -> None:
    for number in range(count):
        with unit_of_work(make.SYSTEM):
            services.record(
                make.SYSTEM,
                "test.done",
                school_id=SCHOOL,
                object_type="thing",
                object_id=number,
                changes={"mark": [None, "7,5"]},
            )


def sealed() -> None:
    with unit_of_work(make.SYSTEM):
        services.seal()
    seal_once()


def seal_once() -> int:
    with unit_of_work(make.SYSTEM):
        return services.seal()


def findings() -> list[tuple[str, int | None]]:
    with unit_of_work(make.SYSTEM):
        return [(f.kind, f.entry_id) for f in queries.verify()]


@pytest.fixture
def tamper(owner_db: psycopg.Connection, transactional_db: None) -> Callable[[str], None]:
    """Somebody with the owner's power and no scruples."""

    def do(statement: str) -> None:
        owner_db.execute("ALTER TABLE audit_entry NO FORCE ROW LEVEL SECURITY")
        owner_db.execute(statement)
        owner_db.execute("ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY")

    return do


def ids() -> list[int]:
    with unit_of_work(make.SYSTEM):
        return list(Entry.objects.visible_to(make.SYSTEM, "").order_by("id").values_list("pk", flat=True))


def test_a_log_that_was_never_sealed_is_told_as_such_and_the_first_seal_takes_all(
    tamper: Callable[[str], None],
) -> None:
    tamper("DELETE FROM audit_sealmark")
    entries_written(2)

    before = findings()
    sealed_first = seal_once()

    assert before == [("unsealed", None)]
    assert (sealed_first, findings()) == (2, [])

    tamper("DELETE FROM audit_seal")
    tamper("DELETE FROM audit_sealmark")
    assert findings() == [("unsealed", None)], "who takes every seal away does not find an intact log"


def test_an_untouched_chain_verifies_and_says_nothing_of_young_entries(tamper: object) -> None:
    entries_written()
    sealed()
    entries_written(1)

    assert findings() == []


def test_a_changed_entry_is_named(tamper: Callable[[str], None]) -> None:
    entries_written()
    sealed()
    second = ids()[1]

    tamper(f"UPDATE audit_entry SET actor_id = 5 WHERE id = {second}")

    assert findings() == [("changed", second)]


def test_a_changed_body_is_named_and_a_body_deleted_by_law_is_not(tamper: Callable[[str], None]) -> None:
    entries_written()
    sealed()
    first, second, _ = ids()

    tamper(f"UPDATE audit_entry SET body = NULL, salt = NULL WHERE id = {first}")
    tamper(f"UPDATE audit_entry SET body = replace(body, '7,5', '9,5') WHERE id = {second}")

    assert findings() == [("body", second)]


def test_a_removed_entry_is_named(tamper: Callable[[str], None]) -> None:
    entries_written()
    sealed()
    last = ids()[-1]

    tamper(f"DELETE FROM audit_entry WHERE id = {last}")

    assert findings() == [("removed", last)]


def test_an_entry_slipped_in_later_is_named(tamper: Callable[[str], None]) -> None:
    entries_written()
    sealed()

    tamper(
        "INSERT INTO audit_entry (school_id, action, object_type, object_id, request_id, digest, xid)"
        f" SELECT {SCHOOL}, 'test.forged', 'thing', '9', '', digest, xid FROM audit_entry ORDER BY id LIMIT 1"
    )

    assert findings() == [("added", ids()[-1])]


def test_a_seal_rests_after_it_found_something_or_where_people_write_it_never_would(transactional_db: None) -> None:
    beat = next(found for found in pulse._beats if found.name == "seal")
    beat.do()
    entries_written(1)
    beat.due = 0.0

    assert not pulse._once(beat)

    assert beat.due > time.monotonic() + beat.every - 1
    assert seal_once() == 0, "it sealed all there was"


def test_a_long_transaction_holds_up_no_other_and_is_sealed_after_it(
    app_db: psycopg.Connection, transactional_db: None
) -> None:
    with unit_of_work(make.SYSTEM):
        services.seal()
    app_db.autocommit = False
    app_db.execute("SET LOCAL ROLE mt_wide")
    app_db.execute(
        "INSERT INTO audit_entry (school_id, action, object_type, object_id, request_id, digest)"
        f" VALUES ({SCHOOL}, 'test.slow', 'thing', '0', '', sha256(''))"
    )
    entries_written(2)

    assert seal_once() == 2
    app_db.commit()
    assert seal_once() == 1
    assert findings() == []


def test_a_database_restored_into_another_server_goes_on_sealing(tamper: Callable[[str], None]) -> None:
    entries_written(2)
    sealed()
    entries_written(1)  # not sealed yet when it was dumped
    tamper("UPDATE audit_entry SET era = 1, xid = xid + 1000000000")  # as another, longer-lived server had counted
    tamper("UPDATE audit_sealmark SET era = 1, seen = (SELECT format('%1$s:%1$s:', max(xid)) FROM audit_entry)")
    entries_written(2)

    assert seal_once() == 3
    assert seal_once() == 0
    assert findings() == []


def test_re_ordered_entries_are_named(tamper: Callable[[str], None]) -> None:
    entries_written()
    sealed()
    first = ids()[0]

    tamper(f"UPDATE audit_entry SET xid = xid + 1000 WHERE id = {first}")

    assert [kind for kind, _ in findings()] == ["reordered"]


def test_a_rewritten_seal_breaks_the_chain(tamper: Callable[[str], None], owner_db: psycopg.Connection) -> None:
    entries_written()
    sealed()
    entries_written(1)
    sealed()

    owner_db.execute("UPDATE audit_seal SET hash = sha256('x') WHERE id = (SELECT min(id) FROM audit_seal)")

    assert {kind for kind, _ in findings()} == {"chain"}


def test_an_entry_and_its_act_stand_or_fall_together(transactional_db: None) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work(make.SYSTEM):
        services.record(make.SYSTEM, "test.done", school_id=SCHOOL, object_type="thing", object_id=1)
        raise ZeroDivisionError

    assert ids() == []
    assert not connection.in_atomic_block
