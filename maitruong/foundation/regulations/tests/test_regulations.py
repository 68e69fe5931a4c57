"""The register picks a rule by the record's own grade and school year."""

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar, Literal

import pytest

from maitruong.foundation.regulations import (
    Act,
    Derivation,
    NoRuleInForce,
    NoRuleOnDay,
    Register,
    RuleSettings,
    RulesOverlap,
    SettingsRefused,
    Step,
    as_markdown,
)


def an_act(name, first, last=None):
    day = dt.date(min(first.values()), 7, 20)
    return Act(name, f"{name}/TT-BGDĐT", f"Quy định {name}", day, day, first, last or {})


OLD = an_act("tt58_2011", {6: 2011, 7: 2011}, {6: 2020, 7: 2021})
NEW = an_act("tt22_2021", {6: 2021, 7: 2022})


@pytest.fixture
def register():
    register = Register()
    for act in (NEW, OLD):

        @register.regulation("gradebook.average", title="Điểm trung bình", act=act, article="Điều 9")
        def average(name=act.id):
            """Average of a subject."""
            return name

    return register


@pytest.mark.parametrize(
    ("grade", "school_year", "act"),
    [
        (6, 2020, "tt58_2011"),
        (6, 2021, "tt22_2021"),
        (7, 2021, "tt58_2011"),
        (7, 2022, "tt22_2021"),
        (7, 2040, "tt22_2021"),
    ],
)
def test_rule_follows_the_record_as_acts_come_grade_by_grade(register, grade, school_year, act):
    rule = register.in_force("gradebook.average", grade=grade, school_year=school_year)
    assert (rule.act.id, rule()) == (act, act)


@pytest.mark.parametrize(("grade", "school_year"), [(5, 2021), (6, 2010), (8, 2030)])
def test_record_outside_every_act_is_refused_in_words(register, grade, school_year):
    with pytest.raises(NoRuleInForce) as seen:
        register.in_force("gradebook.average", grade=grade, school_year=school_year)
    assert f"năm học {school_year}-{school_year + 1}" in seen.value.text


def test_stored_result_is_judged_again_by_its_own_act(register):
    assert register.of_act("gradebook.average", "tt58_2011", grade=7).act is OLD
    with pytest.raises(NoRuleInForce):
        register.of_act("gradebook.average", "tt30_2014", grade=7)


def test_walk_finds_no_flaw_in_a_whole_register(register):
    assert register.flaws(until=2040) == []


def test_walk_names_a_gap_and_an_overlap():
    register = Register()
    for act in (an_act("a", {6: 2011}, {6: 2019}), an_act("b", {6: 2021}), an_act("c", {6: 2030})):
        register.regulation("t", title="T", act=act, article="Điều 1")(lambda: None)

    assert [(f.school_year, f.acts) for f in register.flaws(until=2031)] == [
        (2020, ()),
        (2030, ("b", "c")),
        (2031, ("b", "c")),
    ]
    with pytest.raises(RulesOverlap):
        register.in_force("t", grade=6, school_year=2030)


def test_same_rule_entered_twice_is_our_mistake(register):
    with pytest.raises(RulesOverlap):
        register.regulation("gradebook.average", title="Điểm trung bình", act=NEW, article="Điều 9")(lambda: None)


def test_document_lists_every_rule_with_its_article(register):
    text = as_markdown(register.registered())
    assert "lớp 6 từ năm học 2021-2022; lớp 7 từ năm học 2022-2023" in text
    assert text.count("| Điểm trung bình | Điều 9 | 6-7 | `gradebook.average` |") == 2


DECREE = Act("nd1", "1/2020/NĐ-CP", "Tiền lương", dt.date(2020, 1, 2), dt.date(2020, 2, 1), kind="Nghị định")
LATER = Act("nd2", "2/2024/NĐ-CP", "Tiền lương", dt.date(2024, 1, 2), dt.date(2024, 2, 1), kind="Nghị định")


def by_day(*entries):
    register = Register()
    for act, first, last in entries:

        @register.regulation_by_day(
            "staff.pay", title="Lương", act=act, article="Điều 3", first_day=first, last_day=last
        )
        def pay(name=act.id):
            """Pay."""
            return name

    return register


def test_a_rule_without_grades_is_chosen_by_its_day():
    register = by_day((DECREE, dt.date(2020, 2, 1), dt.date(2024, 1, 31)), (LATER, dt.date(2024, 2, 1), None))

    assert register.in_force_on("staff.pay", dt.date(2024, 1, 31))() == "nd1"
    assert register.in_force_on("staff.pay", dt.date(2024, 2, 1))() == "nd2"
    assert register.of_act("staff.pay", "nd1")() == "nd1"
    assert register.flaws(until=2040) == []
    with pytest.raises(NoRuleOnDay) as seen:
        register.in_force_on("staff.pay", dt.date(2020, 1, 31))
    assert "ngày 31/01/2020" in seen.value.text
    text = as_markdown(register.registered())
    assert "## Nghị định 1/2020/NĐ-CP" in text
    assert "| Lương | Điều 3 | từ 01/02/2020 đến 31/01/2024 | `staff.pay` |" in text


@pytest.mark.parametrize(("last", "flaw"), [(dt.date(2024, 1, 30), ()), (dt.date(2024, 2, 1), ("nd1", "nd2"))])
def test_the_walk_names_a_gap_and_an_overlap_of_days(last, flaw):
    register = by_day((DECREE, dt.date(2020, 2, 1), last), (LATER, dt.date(2024, 2, 1), None))

    assert [(f.school_year, f.acts) for f in register.flaws(until=2040)] == [(2024, flaw)]


@dataclass(frozen=True)
class SomeSettings(RuleSettings):
    act_id: ClassVar[str] = "tt22_2021"
    mode: Literal["replace", "remove"] = "replace"
    count: Literal[5, 6] = 6
    careful: bool = True


def test_settings_are_stored_by_an_id_that_reads_back():
    assert SomeSettings().id == "tt22_2021"
    changed = SomeSettings(mode="remove", careful=False, count=5)
    assert changed.id == "tt22_2021:mode=remove,count=5,careful=False"
    assert SomeSettings.from_id(changed.id) == changed
    assert SomeSettings.from_id("tt22_2021") == SomeSettings()


@pytest.mark.parametrize("stored", ["tt27_2020", "tt22_2021:mode=drop", "tt22_2021:colour=red"])
def test_settings_of_another_act_or_unknown_value_are_refused(stored):
    with pytest.raises(SettingsRefused):
        SomeSettings.from_id(stored)


@pytest.mark.parametrize("values", [{"mode": "drop"}, {"count": True}, {"careful": 1}])
def test_settings_hold_only_their_values(values):
    with pytest.raises(SettingsRefused):
        SomeSettings(**values)


def test_derivation_reads_as_lines_and_names_what_failed():
    good = Derivation(
        "Mức Tốt", False, "chưa đủ", NEW, "Điều 9, khoản 2", (Step("từ 6,5", False, "Toán", "6,4"),), False
    )
    whole = Derivation("Kết quả học tập", 2, "Khá", NEW, "Điều 9, khoản 2", (good, Step("đủ môn", True)))

    assert whole.lines() == [
        "Kết quả học tập: Khá (Thông tư tt22_2021/TT-BGDĐT, Điều 9, khoản 2)",
        "  Mức Tốt: chưa đủ (Thông tư tt22_2021/TT-BGDĐT, Điều 9, khoản 2)",
        "    ✗ từ 6,5: Toán 6,4",
        "  ✓ đủ môn",
    ]
    assert [(step.subject, step.value) for step in whole.failed()] == [("Toán", "6,4")]
    assert whole.as_dict()["steps"][0]["steps"][0]["subject"] == "Toán"
