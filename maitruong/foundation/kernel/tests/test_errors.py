"""A refusal tells what happened, and never more than a person can read."""

from __future__ import annotations

import datetime as dt

from maitruong.foundation.kernel.errors import LONGEST_FACT, Refusal


class Odd(Refusal):
    message = "Chưa hiểu “{given}” ngày {on:%d/%m/%Y}."
    remedy = "Gõ lại “{given}”."


def test_what_was_sent_is_told_again_only_in_part():
    told = Odd(given="a" * 2_000_000, on=dt.date(2026, 11, 22))

    assert told.text == f"Chưa hiểu “{'a' * LONGEST_FACT}…” ngày 22/11/2026."
    assert len(told.advice) < 2 * LONGEST_FACT and len(str(told)) < 2 * LONGEST_FACT
    assert Odd(given="b" * LONGEST_FACT, on=dt.date.min).advice == f"Gõ lại “{'b' * LONGEST_FACT}”."
