"""A colleague's record: what ends what, who reads and writes it, and what the month pays by it."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import orjson
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.people import merging
from maitruong.foundation.people import services as people
from maitruong.foundation.people.types import Two
from maitruong.registry.staff import queries, records
from maitruong.registry.staff.errors import (
    DaysOfAnother,
    EndBeforeStart,
    FieldMissing,
    FieldUnreadable,
    NoSuchStep,
    NotAfterTheOneBefore,
    OwnRecord,
    RowChanged,
    WhyMissing,
)
from maitruong.registry.staff.record_models import Contract, SalaryStep
from tests import factories as make

DAY = dt.date(2026, 11, 20)
STEP = {
    "title": "V.07.04.32",
    "step": "3",
    "starts_on": "01/01/2025",
    "role": "teacher",
    "area": "ordinary",
    "school_kind": "ordinary",
}
CONTRACT = {"kind": "fixed", "starts_on": "01/01/2026", "ends_on": "31/12/2026", "decision": "12/HĐ"}


def write(place: SimpleNamespace, key: str, typed: dict[str, str], by: Scope | None = None, who: int = 0) -> int:
    by = by or place.principal
    with unit_of_work(by):
        return records.write_row(by, person_id=who or place.teacher, key=key, typed=typed)


def acts() -> list[str]:
    with make.as_system() as scope:
        found = Entry.objects.visible_to(scope, "").filter(action__startswith="staff.record").order_by("id")
        return list(found.values_list("action", flat=True))


def steps() -> list[tuple[int, dt.date, dt.date | None, dt.date | None]]:
    with make.as_system() as scope:
        rows = SalaryStep.objects.visible_to(scope, "").order_by("starts_on")
        return [(row.step, row.starts_on, row.ends_on, row.next_on) for row in rows]


def test_a_new_step_ends_the_one_before_and_reckons_when_the_next_falls_due(place: SimpleNamespace) -> None:
    write(place, "luong", STEP)
    write(place, "luong", STEP | {"step": "4", "starts_on": "01/10/2026"})

    assert steps() == [
        (3, dt.date(2025, 1, 1), dt.date(2026, 9, 30), dt.date(2028, 1, 1)),
        (4, dt.date(2026, 10, 1), None, dt.date(2029, 10, 1)),
    ]
    assert acts() == ["staff.record_written"] * 2


def test_a_new_step_does_not_go_behind_the_one_that_holds(place: SimpleNamespace) -> None:
    write(place, "luong", STEP)

    with pytest.raises(NotAfterTheOneBefore):
        write(place, "luong", STEP | {"step": "2", "starts_on": "01/01/2024"})

    assert len(steps()) == 1


def test_the_database_itself_lets_no_two_contracts_hold_on_one_day(place: SimpleNamespace) -> None:
    write(place, "hop-dong", CONTRACT)
    twin = {"school_id": place.school, "person_id": place.teacher, "kind": "fixed"}

    with pytest.raises(IntegrityError, match="one_contract_at_a_time"), make.as_system(), transaction.atomic():
        Contract(**twin, starts_on=dt.date(2026, 12, 31)).save()
    with make.as_system():
        Contract(**twin, starts_on=dt.date(2027, 1, 1)).save()


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"step": ""}, FieldMissing),
        ({"step": "10"}, NoSuchStep),
        ({"step": "²"}, FieldUnreadable),
        ({"position": "0,455"}, FieldUnreadable),
        ({"starts_on": "31/02/2026"}, FieldUnreadable),
        ({"area": "moon"}, FieldUnreadable),
        ({"title": "V.07.99.99"}, FieldUnreadable),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    place: SimpleNamespace, typed: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        write(place, "luong", STEP | typed)

    assert steps() == [] and acts() == []


def test_the_month_pays_by_the_step_that_holds_in_it(place: SimpleNamespace) -> None:
    write(place, "luong", STEP)

    with unit_of_work(place.principal):
        found = records.open_record(place.principal, person_id=place.teacher, on=DAY)

    # 3,00 x 2.530.000, incentive 40 %, insurance 10,5 % of the salary alone.
    assert found.pay is not None
    assert (found.pay.gross, found.pay.insurance, found.pay.before_tax) == (10_626_000, 796_950, 9_829_050)


def test_seniority_counts_from_the_day_in_the_profile(place: SimpleNamespace) -> None:
    write(place, "luong", STEP)
    write(place, "li-lich", {"teaching_since": "21/11/2014"})

    with unit_of_work(place.principal):
        found = records.open_record(place.principal, person_id=place.teacher, on=DAY)

    assert found.pay is not None
    (line,) = [line for line in found.pay.lines if "thâm niên nhà giáo" in line.name]
    assert line.dong == 7_590_000 * 11 // 100


def test_a_month_the_decree_names_no_rate_for_is_told_and_not_guessed(place: SimpleNamespace) -> None:
    write(place, "luong", STEP | {"role": "manager"})

    with unit_of_work(place.principal):
        found = records.open_record(place.principal, person_id=place.teacher, on=DAY)

    assert found.pay is None and found.refused is not None and "phụ cấp ưu đãi" in found.refused.text


def test_a_correction_keeps_what_stood_there_and_asks_why(place: SimpleNamespace) -> None:
    row_id = write(place, "luong", STEP)
    known = {"person_id": place.teacher, "key": "luong", "row_id": row_id}

    with pytest.raises(WhyMissing), unit_of_work(place.principal):
        records.correct_row(place.principal, **known, version=1, typed=STEP | {"step": "4"}, why=" ")
    with unit_of_work(place.principal):
        assert records.correct_row(place.principal, **known, version=1, typed=STEP | {"step": "4"}, why="nhầm bậc")
        assert not records.correct_row(place.principal, **known, version=2, typed=STEP | {"step": "4"}, why="")
    with pytest.raises(RowChanged), unit_of_work(place.principal):
        records.correct_row(place.principal, **known, version=1, typed=STEP, why="bản cũ")

    with make.as_system() as scope:
        entry = Entry.objects.visible_to(scope, "").get(action="staff.record_corrected")
    told = orjson.loads(entry.body or "")
    assert (told["why"], told["changes"]["step"]) == ("nhầm bậc", [3, 4])
    assert steps()[0][0] == 4


def test_a_correction_onto_days_of_another_row_is_refused(place: SimpleNamespace) -> None:
    former = write(place, "luong", STEP)
    later = write(place, "luong", STEP | {"step": "4", "starts_on": "01/10/2026"})

    def move(row_id: int, starts_on: str) -> None:
        with unit_of_work(place.principal):
            records.correct_row(
                place.principal,
                person_id=place.teacher,
                key="luong",
                row_id=row_id,
                version=row.version,
                typed=STEP | {"starts_on": starts_on},
                why="sửa ngày",
            )

    with make.as_system() as scope:
        row = SalaryStep.objects.visible_to(scope, "").get(pk=former)
    with pytest.raises(EndBeforeStart):
        move(former, "01/10/2026")
    with pytest.raises(DaysOfAnother):
        move(later, "30/09/2026")
    assert [(step, since) for step, since, *_ in steps()] == [(3, dt.date(2025, 1, 1)), (4, dt.date(2026, 10, 1))]


def test_a_step_may_be_counted_from_before_its_title_had_a_code(place: SimpleNamespace) -> None:
    write(place, "luong", STEP | {"starts_on": "20/03/2021", "counted_from": "01/06/2020"})

    assert steps()[0][3] == dt.date(2023, 6, 1)


def test_what_was_withdrawn_is_read_no_more_and_makes_room(place: SimpleNamespace) -> None:
    row_id = write(place, "luong", STEP)

    with unit_of_work(place.principal):
        records.withdraw_row(
            place.principal, person_id=place.teacher, key="luong", row_id=row_id, version=1, why="ghi nhầm người"
        )
        found = records.open_record(place.principal, person_id=place.teacher, on=DAY)

    assert all(part.rows == () for part in found.parts)
    write(place, "luong", STEP)


def test_the_rows_of_somebody_merged_are_read_ended_and_corrected_with_the_one_she_goes_on_as(
    place: SimpleNamespace,
) -> None:
    twin = make.an_employee(place.school, "Phạm Thị Thu Lan")
    row_id = write(place, "luong", STEP, who=twin)
    with unit_of_work(place.principal):
        merging.merge(
            place.principal, Two(kept=place.teacher, absorbed=twin, unit_id=place.school, on=DAY), why="một người"
        )

    write(place, "luong", STEP | {"step": "4", "starts_on": "01/10/2026"})
    with unit_of_work(place.principal):
        found = records.open_record(place.principal, person_id=place.teacher, on=DAY)
        corrected = records.correct_row(
            place.principal,
            person_id=place.teacher,
            key="luong",
            row_id=row_id,
            version=2,
            typed=STEP | {"decision": "125"},
            why="thiếu số quyết định",
        )

    assert [(step, until) for step, _, until, _ in steps()] == [(3, dt.date(2026, 9, 30)), (4, None)]
    assert corrected and [len(part.rows) for part in found.parts if part.rows] == [2]


def test_a_neighbour_school_finds_neither_the_record_nor_a_row_of_it(place: SimpleNamespace) -> None:
    row_id = write(place, "luong", STEP)

    with pytest.raises(NotFound), unit_of_work(place.stranger):
        records.open_record(place.stranger, person_id=place.teacher, on=DAY)
    with pytest.raises(NotFound):
        write(place, "luong", STEP | {"starts_on": "01/01/2027"}, by=place.stranger)
    with unit_of_work(place.stranger):
        assert not SalaryStep._base_manager.filter(pk=row_id).exists()


def test_nobody_writes_the_record_of_oneself(place: SimpleNamespace) -> None:
    person = make.an_employee(place.school, "Lê Thị Kế Toán", "clerk")
    make.a_post(person, "clerk", place.school)
    scope = make.scope_of(make.an_account(person))

    with pytest.raises(OwnRecord):
        write(place, "luong", STEP, by=scope, who=person)


def test_nobody_writes_the_record_of_oneself_under_an_id_that_was_merged_away(place: SimpleNamespace) -> None:
    person, before = (make.an_employee(place.school, "Lê Thị Kế Toán", "clerk") for _ in range(2))
    make.a_post(person, "clerk", place.school)
    scope = make.scope_of(make.an_account(person))
    with make.as_system() as system:
        people.merge(system, Two(kept=person, absorbed=before, unit_id=place.school, on=DAY), why="nhập hai lần")

    with pytest.raises(OwnRecord):
        write(place, "luong", STEP, by=scope, who=before)


def test_who_may_not_read_pay_sees_the_record_without_it(place: SimpleNamespace) -> None:
    write(place, "luong", STEP)
    write(place, "hop-dong", CONTRACT)
    deputy = make.scope_of(make.a_post_holder(place.school, "deputy_principal", "Tạ Văn Phó"))

    with unit_of_work(deputy):
        found = records.open_record(deputy, person_id=place.teacher, on=DAY)
        by_title = queries.staff(deputy, on=DAY, title="V.07.04.32")
        unwritten = queries.staff(deputy, on=DAY, due="unwritten")

    kept = {part.section.key for part in found.parts if part.rows}
    assert {"luong", "ki-luat"}.isdisjoint(part.section.key for part in found.parts)
    assert kept == {"hop-dong"} and found.pay is None and not found.may_see_pay
    assert by_title == [] and unwritten == []


def test_the_list_finds_whose_contract_ends_and_whose_step_falls_due(place: SimpleNamespace) -> None:
    other = make.an_employee(place.school, "Vũ Minh Khôi")
    write(place, "hop-dong", CONTRACT)
    write(place, "hop-dong", CONTRACT | {"kind": "indefinite", "ends_on": ""}, who=other)
    write(place, "luong", STEP | {"starts_on": "01/12/2023"}, who=other)

    with unit_of_work(place.principal), CaptureQueriesContext(connection) as asked:
        found = {due: [row.full_name for row in queries.staff(place.principal, on=DAY, due=due)] for due in queries.DUE}
        by_title = [row.full_name for row in queries.staff(place.principal, on=DAY, title="V.07.04.32")]

    assert found == {"contract": ["Phạm Thu Lan"], "step": ["Vũ Minh Khôi"], "unwritten": ["Phạm Thu Lan"]}
    assert by_title == ["Vũ Minh Khôi"] and len(asked) == 4


def test_a_record_costs_the_same_statements_however_long_it_is(place: SimpleNamespace) -> None:
    write(place, "luong", STEP)

    def cost() -> int:
        with unit_of_work(place.principal), CaptureQueriesContext(connection) as asked:
            records.open_record(place.principal, person_id=place.teacher, on=DAY)
        return len(asked)

    before = cost()
    for year in range(2010, 2020):
        write(place, "khen-thuong", {"title": "Lao động tiên tiến", "starts_on": f"30/05/{year}"})
        write(place, "gia-dinh", {"relation": "Con", "full_name": f"Trần Văn {year}", "birth_year": str(year)})

    assert cost() == before < 22
