"""A field reads what people type, refuses what cannot be, and shows what stands."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from maitruong.foundation.kernel.errors import Refusal
from maitruong.registry.dossiers.catalogue import CLASS, LEARNER, SCHOOL_YEAR, SHEETS
from maitruong.registry.dossiers.errors import (
    Contradiction,
    CountImpossible,
    MeasureImpossible,
    NotOnTheList,
    TextTooLong,
)
from maitruong.registry.dossiers.fields import Field, Kind
from maitruong.registry.dossiers.rules import body_mass_index, last_day, levels_of
from maitruong.registry.dossiers.types import levels_of_class

FLAG = Field("water", "Nước sạch", "g")
COUNT = Field("machines", "Máy tính", "g", Kind.COUNT, most=5_000, unit="máy")
MEASURE = Field("area", "Diện tích", "g", Kind.MEASURE, most=9_999, places=1, unit="m²")
CHOICE = Field("rank", "Hạng", "g", Kind.CHOICE, choices=(("1", "Hạng I"), ("2", "Hạng II")))
LISTED = Field("area_code", "Khu vực", "g", Kind.CHOICE, list_name="priority_area")
TEXT = Field("note", "Ghi chú", "g", Kind.TEXT, most=5)
DAY = Field("on", "Ngày", "g", Kind.DAY)


@pytest.mark.parametrize(
    ("field", "typed", "value", "shown"),
    [
        (FLAG, "1", True, "có"),
        (FLAG, "0", False, "không"),
        (FLAG, "x", True, "có"),
        (FLAG, "", None, ""),
        (COUNT, "1.250", 1250, "1.250 máy"),
        (COUNT, "0", 0, "0 máy"),
        (COUNT, "", None, ""),
        (MEASURE, "1.250,5", Decimal("1250.5"), "1.250,5 m²"),
        (MEASURE, "7.5", Decimal("7.5"), "7,5 m²"),
        (CHOICE, "2", "2", "Hạng II"),
        (CHOICE, "hang i", "1", "Hạng I"),
        (LISTED, "KV2", "KV2", "KV2"),
        (TEXT, " a  b ", "a b", "a b"),
        (DAY, "5/9/2026", dt.date(2026, 9, 5), "05/09/2026"),
    ],
)
def test_what_is_typed_becomes_a_value_and_is_shown_in_words(
    field: Field, typed: str, value: object, shown: str
) -> None:
    assert field.read(typed) == value
    assert field.show(value) == shown
    assert field.read(field.typed(value)) == value, "the form gives back what it was given"


@pytest.mark.parametrize(
    ("field", "typed", "refusal"),
    [
        (FLAG, "có lẽ", NotOnTheList),
        (COUNT, "5001", CountImpossible),
        (COUNT, "-1", CountImpossible),
        (COUNT, "²", CountImpossible),
        (MEASURE, "1,55", MeasureImpossible),
        (MEASURE, "NaN", MeasureImpossible),
        (MEASURE, "-3", MeasureImpossible),
        (MEASURE, "10000", MeasureImpossible),
        (CHOICE, "3", NotOnTheList),
        (LISTED, "KV9", NotOnTheList),
        (TEXT, "dài quá", TextTooLong),
    ],
)
def test_what_cannot_be_is_refused_with_the_name_of_the_field(field: Field, typed: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as told:
        field.read(typed)

    assert field.label in told.value.text and told.value.advice


def test_every_sheet_asks_at_every_level_something_and_no_other_levels_fields() -> None:
    assert {one.name for one in CLASS.asked_at(("01",))} & {"age_group", "stream"} == {"age_group"}
    assert {one.name for one in CLASS.asked_at(("04",))} & {"age_group", "stream"} == {"stream"}
    assert "continuing_kind" in {one.name for one in CLASS.asked_at(("05",))}
    assert all(sheet.asked_at((level,)) for sheet in SHEETS.values() for level in ("01", "02", "03", "04", "05"))
    for sheet in SHEETS.values():
        for one in sheet.fields:
            assert one.kind is not Kind.CHOICE or one.options(), f"{one.name} has nothing to choose"
            assert one.kind not in (Kind.COUNT, Kind.MEASURE, Kind.TEXT) or one.most, f"{one.name} has no end"


@pytest.mark.parametrize(
    ("sheet", "values"),
    [
        (LEARNER, {"tuition_exempt": True, "tuition_reduced": True}),
        (LEARNER, {"ethnic_language": "TAY", "learns_ethnic_language": False}),
        (LEARNER, {"boarding": "SEMI", "rice": True}),
        (CLASS, {"language_1": "en", "language_2": "en"}),
        (CLASS, {"language_1_periods": 3}),
        (CLASS, {"combined_with": "2", "combined": False}),
        (CLASS, {"specialism": "TOAN", "specialised": False}),
        (SCHOOL_YEAR, {"toilets_by_sex": True, "toilets_for_pupils": False}),
        (SCHOOL_YEAR, {"internet_for_teaching": True, "internet": False}),
    ],
)
def test_what_does_not_go_together_is_refused(sheet, values) -> None:  # type: ignore[no-untyped-def]
    nothing = {one.name: one.empty for one in sheet.fields}
    sheet.check(nothing)

    with pytest.raises(Contradiction):
        sheet.check(nothing | values)


@pytest.mark.parametrize(
    ("grade", "school", "levels"),
    [
        (-4, ("01",), ("01",)),
        (5, ("02",), ("02",)),
        (6, ("02", "03"), ("03",)),
        (10, ("04", "05"), ("04",)),
        (10, ("05",), ("05",)),
    ],
)
def test_a_class_is_asked_what_its_grade_and_school_say(
    grade: int, school: tuple[str, ...], levels: tuple[str, ...]
) -> None:
    assert levels_of_class(grade, school) == levels


@pytest.mark.parametrize(
    ("height", "weight", "index"),
    [("150", "45", "20.0"), ("160.5", "50", "19.4"), ("100", "15.25", "15.3"), (None, "45", None), ("0", "45", None)],
)
def test_body_mass_index(height: str | None, weight: str, index: str | None) -> None:
    wanted = Decimal(index) if index else None
    assert body_mass_index(Decimal(height) if height else None, Decimal(weight)) == wanted


@pytest.mark.parametrize(
    ("decided", "ends"),
    [
        (dt.date(2024, 3, 15), dt.date(2029, 3, 14)),
        (dt.date(2024, 2, 29), dt.date(2029, 2, 28)),
        (dt.date(2023, 3, 1), dt.date(2028, 2, 29)),
    ],
)
def test_a_recognition_holds_five_years(decided: dt.date, ends: dt.date) -> None:
    assert last_day(decided) == ends
    assert (list(levels_of("national")), list(levels_of("accreditation"))) == ([1, 2], [1, 2, 3, 4])
