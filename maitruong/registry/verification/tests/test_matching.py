"""What an answer says of a row, and the share that is verified."""

from __future__ import annotations

import dataclasses
import datetime as dt
import unicodedata
from decimal import Decimal

import pytest

from maitruong.registry.verification.rules import Identity, MatchState, NameStep, judge, name_step, verified_share

OURS = Identity("031315001234", "Nguyễn Thị Hoà", dt.date(2015, 3, 9), "female")


def theirs(**changes):
    return dataclasses.replace(OURS, **changes)


@pytest.mark.parametrize(
    ("other", "step"),
    [
        (unicodedata.normalize("NFD", "Nguyễn  Thị Hoà "), NameStep.EXACT),
        ("NGUYỄN THỊ HOÀ", NameStep.EXACT),
        ("NGUYỄN THỊ HÒA", NameStep.TONE_PLACE),
        ("NGUYỄN THỊ HOA", NameStep.UNMARKED),
        ("nguyễn thị hoà", NameStep.TONE_PLACE),
        ("Nguyễn Thị Hòa", NameStep.TONE_PLACE),
        ("Nguyen Thi Hoa", NameStep.UNMARKED),
        ("Nguyễn Thị Hoa", NameStep.UNMARKED),
        ("Nguyễn Thị Hoan", NameStep.DIFFERENT),
    ],
)
def test_only_the_same_letters_are_the_same_name(other, step):
    assert name_step(OURS.full_name, other) is step
    verdict = judge(OURS, theirs(full_name=other))
    assert (verdict.state is MatchState.MATCHED) == (step is NameStep.EXACT)


@pytest.mark.parametrize(
    ("change", "state", "suggestion"),
    [
        ({}, MatchState.MATCHED, ()),
        ({"full_name": "Nguyễn Thị Hòa"}, MatchState.MISMATCH_NAME, (("full_name", "Nguyễn Thị Hòa"),)),
        ({"born_on": dt.date(2015, 9, 3)}, MatchState.MISMATCH_DOB, (("born_on", "2015-09-03"),)),
        ({"sex": "male"}, MatchState.MISMATCH_SEX, (("sex", "male"),)),
        ({"sex": ""}, MatchState.MISMATCH_SEX, (("sex", ""),)),
        ({"born_on": None}, MatchState.MISMATCH_DOB, (("born_on", ""),)),
        ({"number": "031315001235"}, MatchState.ERROR, ()),
    ],
)
def test_each_difference_is_its_own_state(change, state, suggestion):
    verdict = judge(OURS, theirs(**change))
    assert (verdict.state, verdict.suggestion) == (state, suggestion)


def test_nothing_is_told_of_a_stranger_who_holds_the_number():
    verdict = judge(OURS, theirs(full_name="Trần Văn Bình", born_on=dt.date(1950, 1, 1)))
    assert (verdict.state, verdict.suggestion) == (MatchState.MISMATCH_NAME, ())


def test_a_fact_we_do_not_have_is_not_confirmed():
    assert judge(theirs(sex=""), OURS).state is MatchState.MISMATCH_SEX
    assert judge(theirs(born_on=None), OURS).state is MatchState.MISMATCH_DOB
    nothing = theirs(sex="", born_on=None)
    assert judge(nothing, nothing).state is not MatchState.MATCHED


def test_unknown_number_and_the_dead():
    assert judge(OURS, None).state is MatchState.NUMBER_NOT_FOUND
    assert judge(OURS, OURS, deceased=True).state is MatchState.DECEASED
    assert judge(OURS, theirs(sex="male"), deceased=True).state is MatchState.MISMATCH_SEX


def test_a_basis_changes_with_each_of_the_four_facts():
    changed = [{"number": "1"}, {"full_name": "Hoà"}, {"born_on": None}, {"sex": "male"}]
    assert len({OURS.basis, *(theirs(**change).basis for change in changed)}) == 5
    assert theirs(full_name=unicodedata.normalize("NFD", OURS.full_name)).basis == OURS.basis


def test_share():
    assert verified_share(matched=196_280, active=200_000) == Decimal("98.14")
    assert verified_share(matched=1, active=3, foreigners_without_number=1) == Decimal("50.00")
    assert verified_share(matched=0, active=2, foreigners_without_number=2) is None
