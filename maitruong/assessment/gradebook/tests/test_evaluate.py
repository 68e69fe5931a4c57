"""The machine door: strict in, plain out, refusals in words."""

import dataclasses
import json
from decimal import Decimal
from pathlib import Path

import pytest

from maitruong.assessment.gradebook.rules import Kind
from maitruong.assessment.gradebook.rules.evaluate import TOPICS, PayloadRefused, TopicUnknown, answer, evaluate
from maitruong.assessment.gradebook.rules.tt22_2021 import Tt22Settings
from maitruong.assessment.gradebook.rules.tt27_2020 import QUALITIES_AND_COMPETENCES
from maitruong.assessment.gradebook.tests.worked_examples import subjects, table
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.regulations import NoRuleInForce, SettingsRefused

AT = {"grade": 8, "school_year": 2026}
TERM = {**AT, "regular": [8, 7.5, "9", "8,0"], "midterm": 7.5, "final": 8.5, "needed": 4}
YEAR = {**AT, "term_one": "7,2", "term_two": 8.1}
SUBJECTS = [
    *({"code": f"S{n}", "name": f"Môn {n}", "kind": "score", "average": 8.5} for n in range(7)),
    {"code": "TOAN", "name": "Toán", "kind": "score", "average": 4},
    {"code": "NT", "kind": "comment", "passed": "Đ"},
]
LEVEL = {**AT, "subjects": SUBJECTS}
PRIMARY = {
    "grade": 4,
    "school_year": 2026,
    "subjects": [
        *({"code": code, "level": "T", "test": 9} for code in ("TV", "TOAN", "NN1", "LSDL", "KH", "THCN")),
        {"code": "DD", "level": "T"},
    ],
    "qualities": dict.fromkeys(QUALITIES_AND_COMPETENCES, "T"),
}
ASKED = {
    "regular_marks_needed": ({**AT, "kind": "score", "periods_per_year": 52}, 3, "3"),
    "check_mark": ({**AT, "typed": "7,5", "cell": "score"}, {"allowed": True, "value": 75, "warning": None}, "7,5"),
    "term_average": (TERM, {"tenths": 81, "provisional": False}, "8,1"),
    "year_average": (YEAR, 78, "7,8"),
    "comment_term": (
        {**AT, "regular": ["Đ", None], "midterm": "Đ", "final": True, "needed": 2},
        {"passed": False, "provisional": False},
        "Chưa đạt",
    ),
    "comment_year": ({**AT, "term_one": "CĐ", "term_two": "Đ"}, True, "Đạt"),
    "learning_level": (LEVEL, {"level": "fair", "before": "pass", "raised_by": "TOAN"}, "Khá"),
    "conduct_year": ({**AT, "term_one": "Chưa đạt", "term_two": "good"}, "fair", "Khá"),
    "awards": ({**LEVEL, "learning": "good", "conduct": "Tốt"}, "good", "Học sinh Giỏi"),
    "primary_overall": (PRIMARY, "excellent", "Hoàn thành xuất sắc"),
    "primary_title": (
        {"grade": 4, "school_year": 2026, "overall": "well", "outstanding": ["Toán"]},
        "outstanding",
        "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện",
    ),
}


def test_every_topic_has_an_example_here():
    assert set(ASKED) == set(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_topic_answers_with_outcome_act_and_article(topic):
    payload, outcome, shown = ASKED[topic]

    result = evaluate(topic, payload)

    assert (result["outcome"], result["shown"]) == (outcome, shown)
    assert result["act"] == ("tt27_2020" if payload["grade"] <= 5 else "tt22_2021")
    assert result["article"].startswith("Điều") and "derivation" not in result
    assert json.loads(json.dumps(result)) == result


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic != "check_mark"])
def test_derivation_comes_only_when_asked(topic):
    payload, outcome, _ = ASKED[topic]

    told = evaluate(topic, {**payload, "explain": True, "id": "hs-1"})

    assert told["id"] == "hs-1" and told["derivation"]["outcome"] == outcome
    assert json.dumps(told, ensure_ascii=False)


def test_settings_change_the_reading_and_are_named_in_the_answer():
    payload = {**AT, "settings": {"adjust_mode": "remove"}}
    payload["subjects"] = [*SUBJECTS[:5], *({**s, "average": 7} for s in SUBJECTS[5:7]), SUBJECTS[7]]

    assert evaluate("learning_level", payload)["outcome"]["level"] == "pass"
    assert evaluate("learning_level", payload)["settings"] == "tt22_2021:adjust_mode=remove"
    assert evaluate("learning_level", {**payload, "settings": {}})["outcome"]["level"] == "fair"


@pytest.mark.parametrize("row", table("learning_level"))
def test_worked_examples_come_out_of_the_door_too(row):
    def named(result):
        key = "average" if result.kind is Kind.SCORE else "passed"
        value = result.average if result.kind is Kind.SCORE else result.passed
        shown = value if value is None or result.kind is Kind.COMMENT else value / 10
        return {"code": result.code, "kind": result.kind.value, key: shown, "basis": result.basis.value}

    given = [named(result) for result in subjects(row["scores"], row["comments"], row["left_out"])]
    settings = dict(part.split("=") for part in row["settings"].split(",") if part)

    assert evaluate("learning_level", {**AT, "subjects": given, "settings": settings})["shown"] == (
        row["level"] or "chưa xếp loại"
    )


@pytest.mark.parametrize(
    ("topic", "payload", "where"),
    [
        ("term_average", [], "dòng này"),
        ("term_average", {}, "grade"),
        ("term_average", {**TERM, "grade": "8"}, "grade"),
        ("term_average", {**TERM, "grade": True}, "grade"),
        ("term_average", {key: TERM[key] for key in TERM if key != "final"}, "final"),
        ("term_average", {**TERM, "fnal": 8}, "fnal"),
        ("term_average", {**TERM, "regular": 8}, "regular"),
        ("term_average", {**TERM, "regular": [8, 7.55]}, "regular[1]"),
        ("term_average", {**TERM, "regular": [8, 11]}, "regular[1]"),
        ("term_average", {**TERM, "midterm": True}, "midterm"),
        ("term_average", {**TERM, "midterm": {"value": 8}}, "midterm"),
        ("term_average", {**TERM, "final": float("nan")}, "final"),
        ("term_average", {**TERM, "final": float("inf")}, "final"),
        ("term_average", {**TERM, "settings": {}}, "settings"),
        ("year_average", {**YEAR, "terms": [2, 1]}, "terms"),
        ("year_average", {**YEAR, "settings": []}, "settings"),
        ("comment_year", {**AT, "term_one": "đạt rồi", "term_two": "Đ"}, "term_one"),
        ("comment_year", {**AT, "term_one": 1, "term_two": "Đ"}, "term_one"),
        ("conduct_year", {**AT, "term_one": "Giỏi", "term_two": "Tốt"}, "term_one"),
        ("learning_level", {**AT, "subjects": [*SUBJECTS, SUBJECTS[0]]}, "subjects"),
        ("learning_level", {**AT, "subjects": [{"code": "T", "kind": "score", "passed": "Đ"}]}, "subjects[0].average"),
        ("learning_level", {**AT, "subjects": [{**SUBJECTS[0], "basis": "none"}]}, "subjects[0].basis"),
        ("learning_level", {**AT, "subjects": ["TOAN"]}, "subjects[0]"),
        ("primary_overall", {**PRIMARY, "subjects": [{"code": "TV", "level": "T", "test": 8.5}]}, "subjects[0].test"),
        ("primary_overall", {**PRIMARY, "qualities": {"cham": "T"}}, "qualities.cham"),
        ("primary_overall", {**PRIMARY, "qualities": {"cham_chi": "H"}}, "qualities.cham_chi"),
        ("primary_overall", {**PRIMARY, "excused": ["cham"]}, "excused"),
        ("check_mark", {**AT, "typed": 7.5, "cell": "score"}, "typed"),
        ("check_mark", {**AT, "typed": "7,5", "cell": "điểm"}, "cell"),
    ],
)
def test_payload_that_is_not_as_documented_is_refused_at_its_place(topic, payload, where):
    with pytest.raises(PayloadRefused) as seen:
        evaluate(topic, payload)
    assert seen.value.facts["where"] == where
    assert answer(topic, payload)["refused"]["code"] == "gradebook.payload_refused"


@pytest.mark.parametrize(
    ("topic", "payload", "refusal"),
    [
        ("rank_in_class", TERM, TopicUnknown),
        ("term_average", {**TERM, "grade": 5}, NoRuleInForce),
        ("term_average", {**TERM, "grade": 9, "school_year": 2023}, NoRuleInForce),
        ("primary_overall", {**PRIMARY, "grade": 6}, NoRuleInForce),
        ("learning_level", {**LEVEL, "settings": {"adjust_mode": "drop"}}, SettingsRefused),
    ],
)
def test_questions_without_a_rule_are_refused(topic, payload, refusal):
    with pytest.raises(Refusal) as seen:
        evaluate(topic, payload)
    assert type(seen.value) is refusal
    told = answer(topic, {**payload, "id": 7})
    assert told["id"] == 7 and set(told["refused"]) == {"code", "message", "remedy"}


def test_refused_cell_is_an_answer():
    result = evaluate("check_mark", {"grade": 4, "school_year": 2026, "typed": "8,5", "cell": "test"})
    assert result["outcome"]["allowed"] is False and result["because"]["code"] == "gradebook.not_a_whole_mark"


def test_marks_read_as_decimals_are_the_same_marks():
    payload = json.loads(json.dumps(TERM), parse_float=Decimal)
    assert evaluate("term_average", payload)["outcome"]["tenths"] == 81


def test_every_topic_and_switch_is_documented_for_machines():
    text = (Path(__file__).parents[4] / "docs" / "machine.md").read_text(encoding="utf-8")

    assert all(f"| `{topic}` |" in text for topic in TOPICS)
    assert all(f"`{field.name}`" in text for field in dataclasses.fields(Tt22Settings))
    assert all(f"`{code}`" in text for code in QUALITIES_AND_COMPETENCES)
