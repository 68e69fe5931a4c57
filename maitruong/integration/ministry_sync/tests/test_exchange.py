"""What changed is sent, what the ministry says is believed only as far as it fits, and in the end both sides are of one mind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from maitruong.foundation.kernel import clock
from maitruong.foundation.people.models import Person
from maitruong.integration.ministry_sync import client, line, sending, services
from maitruong.integration.ministry_sync.errors import NotConfigured, UnderWay
from maitruong.integration.ministry_sync.models import Batch, Record
from maitruong.integration.ministry_sync.tests.conftest import Ministry
from maitruong.registry.enrolment.models import Enrolment
from tests import factories as make
from tools.standins.ministry.faults import FAULTS

pytestmark = pytest.mark.django_db


def pushed(**asked: str) -> Any:
    return services.push(make.SYSTEM, **asked)


def reconciled(**asked: str) -> dict[str, Any]:
    return services.as_result(services.reconcile(make.SYSTEM, **asked))


def record(person_id: int) -> Record:
    with make.as_system():
        return Record._base_manager.get(dataset="learner", person_id=person_id)


def renamed(person_id: int, name: str) -> None:
    with make.as_system():
        Person._base_manager.filter(pk=person_id).update(full_name=name)


def test_everything_goes_once_and_then_only_what_changed(province: SimpleNamespace, ministry: Ministry) -> None:
    first = pushed()
    assert first["refused"] == first["rejected"] == first["failed"] == 0
    alive = ministry.state()["alive"]
    assert first["NEW"] == first["accepted"] == alive > 8

    assert pushed() == {}, "nothing changed, nothing is sent"

    renamed(province.pupils[0], "Nguyễn Minh Ánh Dương")
    assert pushed() == {"UPDATE": 1, "accepted": 1}
    assert record(province.pupils[0]).version == 2

    with make.as_system():
        Enrolment._base_manager.filter(student_id=province.pupils[1]).delete()
    assert pushed() == {"CANCEL": 1, "accepted": 1}
    assert record(province.pupils[1]).state == "CANCELLED"
    assert ministry.state()["alive"] == alive - 1
    assert reconciled()["differences"] == 0


def test_what_was_answered_is_not_kept_but_its_hash(province: SimpleNamespace, ministry: Ministry) -> None:
    pushed()
    with make.as_system():
        assert {bytes(batch.body) for batch in Batch._base_manager.all()} == {b""}


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in ("none", "mixed")])
def test_after_any_fault_a_reconciliation_leaves_no_difference(
    province: SimpleNamespace, ministry: Ministry, fault: str
) -> None:
    ministry.fault(fault, seconds=0.1)
    pushed()
    renamed(province.pupils[0], "Nguyễn Minh Ánh Dương")
    pushed()
    ministry.fault("none")

    mended = reconciled()
    assert (mended["left"], mended["waiting"], mended["refused"]) == (0, 0, 0)
    again = reconciled()
    assert (again["differences"], again["waiting"]) == (0, 0)
    told = ministry.state()
    with make.as_system():
        ours = {row.record_id: row.version for row in Record._base_manager.all()}
    assert told["versions"] == ours
    if fault != "forgets":
        assert max(told["applied"].values()) <= 2, "a version counts once: made, and corrected once"


@pytest.mark.parametrize(
    "fault", ["nonsense", "partial", "double", "other_batch", "down", "drop_answer", "half", "reorder"]
)
def test_an_answer_that_does_not_fit_is_believed_in_nothing(
    province: SimpleNamespace, ministry: Ministry, fault: str
) -> None:
    ministry.fault(fault)
    done = pushed(dataset="learner")
    assert done["accepted"] == 0 and done["failed"] == 1
    assert {record(pupil).state for pupil in province.pupils} == {"PENDING"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_faults_mixed_at_random_leave_no_difference(province: SimpleNamespace, ministry: Ministry, seed: int) -> None:
    ministry.fault("mixed", seed=seed)
    for number in range(4):
        for pupil in province.pupils:
            renamed(pupil, f"Nguyễn Thị Lần {number}")
        pushed()
        with make.as_system():
            Batch._base_manager.update(next_try_at=clock.now())
            line.succeeded()
    ministry.fault("none")

    assert reconciled()["left"] == 0
    again = reconciled()
    assert (again["differences"], again["left"], again["waiting"]) == (0, 0, 0)


def test_a_batch_that_was_not_answered_goes_again_byte_for_byte(
    province: SimpleNamespace, ministry: Ministry, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, bytes, str]] = []
    whole = client.send

    def watched(gate: Any, batch_id: str, body: bytes, signature: str, sent: dict[str, int]) -> Any:
        seen.append((batch_id, body, signature))
        return whole(gate, batch_id, body, signature, sent)

    monkeypatch.setattr(client, "send", watched)
    ministry.fault("drop_answer")
    pushed(dataset="learner")
    ministry.fault("none")
    services.push_again(make.SYSTEM)
    assert len(seen) == 1, "not before its pause is over"
    with clock.standing_still(clock.now() + dt.timedelta(minutes=5)):
        done = services.push_again(make.SYSTEM)

    assert done["accepted"] == 4
    assert len(seen) == 2 and seen[0] == seen[1]
    assert set(ministry.state()["applied"].values()) == {1}


def test_a_worker_killed_between_sending_and_answer_doubles_nothing(
    province: SimpleNamespace, ministry: Ministry, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*args: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(sending, "_answered", killed)
        with pytest.raises(Killed):
            pushed(dataset="learner")
    assert record(province.pupils[0]).state == "PENDING"

    with clock.standing_still(clock.now() + dt.timedelta(minutes=5)):
        assert services.push_again(make.SYSTEM)["accepted"] == 4
    assert set(ministry.state()["applied"].values()) == {1}
    assert reconciled()["differences"] == 0


def test_a_version_only_grows_also_over_what_was_refused(province: SimpleNamespace, ministry: Ministry) -> None:
    child = province.pupils[0]
    ministry.fault(reject=[f"NGUOIHOC-*-{child}"])
    assert pushed(dataset="learner")["rejected"] == 1
    assert (record(child).version, record(child).event) == (1, "NEW")
    renamed(child, "Nguyễn Minh Anh")
    pushed(dataset="learner")
    assert (record(child).version, record(child).event) == (2, "NEW")
    ministry.fault("none")
    renamed(child, "Nguyễn Minh Ánh Dương")
    assert pushed(dataset="learner") == {"NEW": 1, "accepted": 1}
    assert record(child).version == 3
    assert reconciled()["differences"] == 0


def test_what_is_refused_waits_for_somebody_and_the_rest_goes_on(province: SimpleNamespace, ministry: Ministry) -> None:
    child = province.pupils[0]
    ministry.fault(reject=[f"NGUOIHOC-*-{child}"])
    done = pushed(dataset="learner")
    assert (done["accepted"], done["rejected"]) == (3, 1)
    assert pushed(dataset="learner") == {}, "it does not go again by itself while nothing was mended"
    assert reconciled()["refused"] == 1

    ministry.fault("none")
    with make.as_system() as scope:
        assert services.resend(scope, school_id=province.school) == 1
    assert services.push_again(make.SYSTEM)["accepted"] == 1
    assert record(child).state == "ACCEPTED"


def test_a_batch_refused_for_one_record_is_halved_until_that_one_is_alone(
    province: SimpleNamespace, ministry: Ministry
) -> None:
    ministry.fault(poison=[f"NGUOIHOC-*-{province.pupils[1]}"])
    done = pushed(dataset="learner")
    assert (done["accepted"], done["rejected"]) == (3, 1)
    bad = record(province.pupils[1])
    assert (bad.state, bad.code) == ("REJECTED", "BATCH_INVALID")
    assert reconciled()["differences"] == 0


def test_what_our_own_declaration_refuses_is_not_sent_and_uses_no_version(
    province: SimpleNamespace, ministry: Ministry
) -> None:
    with make.as_system():
        Person._base_manager.filter(pk=province.pupils[2]).update(sex="")
    done = pushed(dataset="learner")
    assert (done["refused"], done["accepted"]) == (1, 3)
    bad = record(province.pupils[2])
    assert (bad.code, bad.field, bad.version) == ("HERE_MISSING", "sex", 0)
    with make.as_system():
        Person._base_manager.filter(pk=province.pupils[2]).update(sex="male")
    assert pushed(dataset="learner") == {"NEW": 1, "accepted": 1}


def test_what_the_ministry_lost_is_sent_again_and_what_it_made_up_is_cancelled(
    province: SimpleNamespace, ministry: Ministry
) -> None:
    pushed()
    alive = ministry.state()["alive"]
    ministry.lose(record(province.pupils[0]).record_id)
    code = record(province.pupils[0]).record_id.split("-")[1]
    ministry.plant(dataset="learner", school_year=2026, school_code=code, record_id=f"NGUOIHOC-{code}-2026-999")
    ministry.plant(dataset="learner", school_year=2026, school_code="LA", record_id="NGUOIHOC-LA-2026-1")

    told = reconciled()
    assert (told["differences"], told["mended"], told["left"]) == (3, 3, 0)
    assert reconciled()["differences"] == 0
    now = ministry.state()
    assert now["alive"] == alive and record(province.pupils[0]).record_id in now["versions"]


def test_a_version_the_ministry_calls_stale_counts_as_there_until_a_reconciliation_looks(
    province: SimpleNamespace, ministry: Ministry
) -> None:
    pushed()
    child = record(province.pupils[0])
    code = child.record_id.split("-")[1]
    ministry.plant(dataset="learner", school_year=2026, school_code=code, record_id=child.record_id)
    renamed(province.pupils[0], "Nguyễn Minh Ánh Dương")

    assert pushed(dataset="learner") == {"UPDATE": 1, "accepted": 1}
    assert ministry.state()["versions"][child.record_id] == 7, "ours was 2, and the ministry ignored it"
    told = reconciled()
    assert (told["differences"], told["left"]) == (1, 0)
    assert ministry.state()["versions"][child.record_id] == record(province.pupils[0]).version == 8


def test_one_school_and_one_dataset_can_be_reconciled_alone(province: SimpleNamespace, ministry: Ministry) -> None:
    pushed()
    ministry.lose(record(province.pupils[0]).record_id)
    ministry.lose(record(province.their_pupil).record_id)
    code = record(province.pupils[0]).record_id.split("-")[1]

    assert reconciled(dataset="learner", school=code)["differences"] == 1
    assert reconciled(dataset="learner")["differences"] == 1
    assert reconciled()["differences"] == 0


def test_a_signature_the_ministry_does_not_know_rests_the_line_and_blames_no_record(
    province: SimpleNamespace, ministry: Ministry, tmp_path: Any
) -> None:
    (tmp_path / "keys" / "ministry" / "key.json").unlink()
    services.make_key()
    done = pushed(dataset="learner")
    assert done["stopped"] and not done["rejected"]
    with make.as_system():
        assert line.rests(line.line()) and "SIGNATURE" in line.line().trouble
        assert not Record._base_manager.filter(state="REJECTED").exists()


def test_a_gate_that_fails_again_and_again_is_left_alone_for_a_while(
    province: SimpleNamespace, ministry: Ministry
) -> None:
    ministry.fault("down")
    pushed()
    for minutes in (5, 5, 5):
        with clock.standing_still(clock.now() + dt.timedelta(minutes=minutes)):
            pushed()
    assert ministry.state()["batches"] == line.FAILURES
    ministry.fault("none")
    with clock.standing_still(clock.now() + dt.timedelta(hours=2)):
        assert pushed()["failed"] == 0
    assert reconciled()["differences"] == 0


def test_nothing_is_sent_where_nothing_is_configured_or_another_passage_is_under_way(
    province: SimpleNamespace, configured: Callable[[str], None], app_db: Any
) -> None:
    with pytest.raises(NotConfigured):
        pushed()
    services.make_key()
    configured("http://example.vn")
    with pytest.raises(NotConfigured):
        pushed()
    configured("http://127.0.0.1:9")
    app_db.execute("SELECT pg_advisory_lock(%s)", [0x4D54_4D53])
    with pytest.raises(UnderWay):
        pushed()
