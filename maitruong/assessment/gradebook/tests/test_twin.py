"""The set-based twin against the plain rules, on random pupils and on real rows."""

from __future__ import annotations

import pytest

from maitruong.assessment.gradebook import sampling
from maitruong.assessment.gradebook.rules.tt22_2021 import Tt22Settings

pytestmark = pytest.mark.django_db


def test_twin_and_plain_rules_agree_on_twenty_thousand_pupils() -> None:
    *_, last = sampling.compare(20_000, seed=7)

    assert last.examples == []
    assert (last.pupils, last.differences) == (20_000, 0)


@pytest.mark.parametrize(
    "switches",
    [
        {"adjust_mode": "remove", "adjust_comment_subject": False},
        {"one_term_result": "none", "cluster_terms": "1+2"},
        {"count_optional_subjects": False, "fewer_subjects": "fixed"},
    ],
    ids=lambda switches: ",".join(switches),
)
def test_twin_and_plain_rules_agree_under_every_reading(switches: dict[str, object]) -> None:
    *_, last = sampling.compare(3_000, seed=11, settings=Tt22Settings.from_dict(switches))

    assert last.examples == []
    assert last.pupils == 3_000


def test_a_twin_that_rounds_down_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    half_up = "(2 * weighted + divisor) / (2 * divisor)"
    assert half_up in sampling._SUBJECTS
    monkeypatch.setattr(sampling, "_SUBJECTS", sampling._SUBJECTS.replace(half_up, "weighted / divisor"))

    *_, last = sampling.compare(300, seed=7)

    assert last.differences > 100
