"""Every dataset with something in it, against the receiver's own schema; and a record of a school that is asked for alone."""

from __future__ import annotations

import datetime as dt
import gzip
from collections import Counter
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from maitruong.foundation.organisations import services as organisations
from maitruong.foundation.people.models import Person, PersonIdentifier
from maitruong.integration.ministry_sync import client, services
from maitruong.integration.ministry_sync.datasets import DATASETS, problem
from maitruong.integration.ministry_sync.models import Record
from maitruong.integration.ministry_sync.tests.conftest import Ministry
from maitruong.registry.dossiers.models import (
    Award,
    Campus,
    ClassProfile,
    Facility,
    IdentityPaper,
    LearnerYear,
    Measurement,
    Particulars,
    SchoolProfile,
)
from maitruong.registry.staff.models import Employment
from maitruong.registry.staff.record_models import LanguageCertificate, Qualification, Reward, StaffProfile, Training
from maitruong.registry.students.models import Guardianship
from tests import factories as make

pytestmark = pytest.mark.django_db
SINCE = dt.date(2026, 9, 5)


@pytest.fixture
def full(province: SimpleNamespace) -> SimpleNamespace:
    """A province in which every dataset has a record, and the first pupil and the teacher have all that may be told."""
    school, child = province.school, province.pupils[0]
    for name, levels, grade in (("MN Hoa Mai", ("01",), -3), ("TH Kim Đồng", ("02",), 3), ("TTGDTX", ("05",), 10)):
        other = make.a_school(province.commune, name, levels)
        make.a_class(other, "A1", pupils=(f"Trần {name}",), grade=grade)
    campus = organisations.found_unit(kind="campus", code="DT1", name="Điểm Đông", parent_id=school, on=make.FOUNDED)
    with make.as_system():
        Person._base_manager.filter(born_on__isnull=True).update(born_on="2013-03-09")
        Person._base_manager.filter(pk=child).update(
            born_on="2013-03-09", born_precision="month", ethnic_group="TAY", residence="Thôn Đông"
        )
        rows: list[Any] = [
            Particulars(school_id=school, rank="1", area_m2="5200.5", priority_area="KV2-NT", email="a@b.vn"),
            SchoolProfile(school_id=school, school_year=2026, internet=True, clean_water=False),
            Campus(unit_id=campus, school_id=school, distance_km="2.5", transport="road", internet=True),
            Facility(school_id=school, school_year=2026, campus_id=campus, indicator="CLASSROOM", permanent=8, permanent_m2="400.5"),
            ClassProfile(school_class_id=province.class_id, school_id=school, school_year=2026, language_1="en"),
            LearnerYear(school_id=school, school_year=2026, student_id=child, can_swim=True, boarding="SEMI"),
            Measurement(student_id=child, places=[school], written_at_id=school, measured_on=SINCE, height_cm="145.5"),
            IdentityPaper(student_id=child, places=[school], written_at_id=school, kind="BIRTH_CERTIFICATE", number="12"),
            Award(student_id=child, places=[school], written_at_id=school, awarded_on=SINCE, level="school", content="Giỏi"),
            PersonIdentifier(person_id=child, places=[school], scheme="CCCD", value="031213001234", valid=DateRange(None, None)),
            StaffProfile(school_id=school, person_id=province.teacher, party_on=SINCE, recruited_on=SINCE),
            Qualification(school_id=school, person_id=province.teacher, level="bachelor", major="Toán"),
            Training(school_id=school, person_id=province.teacher, content="Bồi dưỡng hè"),
            LanguageCertificate(school_id=school, person_id=province.teacher, language="Anh", level="B1"),
            Reward(school_id=school, person_id=province.teacher, title="Bằng khen"),
        ]  # fmt: skip
        for row in rows:
            row.save(force_insert=True)
        Employment._base_manager.filter(person_id=province.teacher).update(subjects=["TOAN", "TINHOC"])
    parent = make.a_person("Mẹ Của Ánh", school)
    with make.as_system():
        Guardianship(school_id=school, student_id=child, guardian_id=parent, relation="MOTHER", starts_on=SINCE).save()
    province.campus = campus
    return province


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """record id → its body, as it went out."""
    found: dict[str, Any] = {}
    whole = client.send

    def watched(gate: Any, batch_id: str, body: bytes, signature: str, told: dict[str, int]) -> Any:
        found.update({one["record_id"]: one.get("data") for one in orjson.loads(body)["records"]})
        return whole(gate, batch_id, body, signature, told)

    monkeypatch.setattr(client, "send", watched)
    return found


def test_every_dataset_is_taken_by_the_receivers_own_schema(
    full: SimpleNamespace, ministry: Ministry, sent: dict[str, Any]
) -> None:
    done = services.push(make.SYSTEM)

    with make.as_system():
        refused = list(
            Record._base_manager.filter(state="REJECTED").values_list("record_id", "code", "field", "message")
        )
        held = Counter(Record._base_manager.filter(state="ACCEPTED").values_list("dataset", flat=True))
    assert refused == []
    assert held.keys() == DATASETS.keys()
    assert done["accepted"] == sum(held.values()) == len(sent)


def test_a_pupil_goes_with_what_is_known_of_him_and_nothing_that_is_not(
    full: SimpleNamespace, ministry: Ministry, sent: dict[str, Any]
) -> None:
    services.push(make.SYSTEM, dataset="learner")

    (told,) = [body for key, body in sent.items() if key.endswith(f"-{full.pupils[0]}")]
    assert told["personal_number"] == "031213001234" and told["ethnic_group"] == "02"
    assert "born" not in told and told["born_month"] == "2013-03" and told["born_year"] == "2013"
    assert told["can_swim"] is True and "tuition_exempt" not in told, "nobody said so: it is not sent as no"
    assert told["guardians"] == [{"relation": "MOTHER", "full_name": "Mẹ Của Ánh"}]
    assert told["papers"] == [{"kind": "1", "number": "12"}]
    assert told["awards"][0]["content"] == "Giỏi" and told["height_cm"] == 145.5


def test_two_rows_of_one_human_are_one_record(full: SimpleNamespace, ministry: Ministry, sent: dict[str, Any]) -> None:
    services.push(make.SYSTEM, dataset="learner")
    before = ministry.state()["alive"]
    with make.as_system():
        Person._base_manager.filter(pk=full.pupils[1]).update(merged_into_id=full.pupils[2])

    done = services.push(make.SYSTEM, dataset="learner")
    assert done["CANCEL"] == 1
    assert ministry.state()["alive"] == before - 1


def test_a_declaration_judges_as_it_says() -> None:
    learner = DATASETS["learner"]
    good = {"level": "03", "school_code": "T1", "grade": 7, "class_code": "1", "student_code": "1", "status": "enrolled",
            "full_name": "A", "sex": "1", "born_year": "2013", "nationality": "VN"}  # fmt: skip
    assert problem(learner, good) is None
    assert problem(learner, good | {"sex": "9"}) == ("sex", "CODE")
    assert problem(learner, good | {"full_name": "A" * 151}) == ("full_name", "LENGTH")
    assert problem(learner, good | {"height_cm": 900}) == ("height_cm", "RANGE")
    assert problem(learner, good | {"guardians": [{"relation": "MOTHER"}]}) == ("guardians.full_name", "MISSING")
    assert problem(learner, {key: good[key] for key in good if key != "status"}) == ("status", "MISSING")


def test_no_batch_is_longer_than_the_gate_takes(full: SimpleNamespace, ministry: Ministry, monkeypatch: Any) -> None:
    from maitruong.integration.ministry_sync import comparing
    from maitruong.integration.ministry_sync.models import Batch

    monkeypatch.setattr(comparing, "MOST_RECORDS", 2)
    ministry.fault("down")
    services.push(make.SYSTEM, dataset="learner")
    with make.as_system():
        bodies = [orjson.loads(gzip.decompress(bytes(one.body))) for one in Batch._base_manager.filter(state="waiting")]
    assert bodies and max(len(one["records"]) for one in bodies) == 2
