"""Random pupils are the same everywhere, reach every corner, and come out as the act read a second time says."""

import json
import math
from collections import Counter
from fractions import Fraction

import pytest

from maitruong.assessment.gradebook.rules.evaluate import random_pupils
from maitruong.assessment.gradebook.rules.whole_year import judge


@pytest.fixture(scope="module")
def judged():
    return [(pupil, judge(pupil)) for pupil in random_pupils(900, seed=20261121)]


def test_same_seed_gives_the_same_pupils_and_another_seed_others():
    first = list(random_pupils(20, seed=1))
    assert first == list(random_pupils(20, seed=1))
    assert first != list(random_pupils(20, seed=2))
    assert json.loads(json.dumps(first)) == first


def test_sample_reaches_every_level_adjustment_and_title(judged):
    levels = Counter(tuple(r["levels"]["year"]) for p, r in judged if p["grade"] > 5)
    overalls = Counter(r["overall"] for p, r in judged if p["grade"] <= 5)

    assert set(levels) == {(0, 0), (1, 1), (2, 2), (3, 3), (1, 0), (2, 1), (None, None)}
    assert set(overalls) == {0, 1, 2, 3, None}
    assert {r["award"] for p, r in judged if p["grade"] > 5} == {"excellent", "good", None}
    assert {r["title"] for p, r in judged if p["grade"] <= 5} == {"excellent", "outstanding", None}
    assert min(levels.values()) >= 5 and min(overalls.values()) >= 5


def test_sample_holds_every_special_pupil(judged):
    rows = [row for pupil, _ in judged if pupil["grade"] > 5 for row in pupil["subjects"]]
    assert {row["basis"] for row in rows} == {"common", "reduced", "individual_plan", "exempt"}
    assert {tuple(row["terms"]) for row in rows} == {(1,), (2,), (1, 2)}
    assert {(row["optional"], row["whole_year"]) for row in rows} == {(False, True), (True, True), (True, False)}
    assert {row["cluster"] for row in rows} == {True, False}
    assert {pupil["closed"] for pupil, _ in judged if pupil["grade"] > 5} == {True, False}


def _term(cells):
    if cells is None or cells["midterm"] is None or cells["final"] is None:
        return None
    regular = [m for m in [*cells["regular"], cells["cluster"]] if m is not None]
    exact = Fraction(sum(regular) + 2 * cells["midterm"] + 3 * cells["final"], len(regular) + 5)
    return math.floor(exact + Fraction(1, 2))


def test_averages_of_every_pupil_equal_the_fractions(judged):
    compared = 0
    for pupil, result in judged:
        for row in pupil["subjects"] if pupil["grade"] > 5 else ():
            if row["kind"] != "score":
                continue
            one, two = _term(row["term_one"]), _term(row["term_two"])
            found = result["subjects"][row["code"]]
            assert (found["term_one"], found["term_two"]) == (one, two)
            if row["terms"] == [1, 2]:
                both = one is not None and two is not None
                assert found["year"] == (math.floor(Fraction(one + 2 * two, 3) + Fraction(1, 2)) if both else None)
            else:
                assert found["year"] == (one if row["terms"] == [1] else two)
            compared += 1
    assert compared > 3000


def test_level_of_the_year_is_none_exactly_when_a_counted_result_is_missing(judged):
    for pupil, result in judged:
        if pupil["grade"] <= 5:
            continue
        counted = [
            row
            for row in pupil["subjects"]
            if row["basis"] in ("common", "reduced") and (row["whole_year"] or not row["optional"])
        ]
        years = [result["subjects"][row["code"]]["year"] for row in counted]
        judgeable = None not in years and any(row["kind"] == "score" for row in counted)
        assert (result["levels"]["year"][0] is not None) == judgeable
