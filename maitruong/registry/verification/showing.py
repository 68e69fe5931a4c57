"""Facts and verdicts in the words of a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from maitruong.foundation.kernel import formats
from maitruong.foundation.people import queries as people
from maitruong.foundation.people.models import Sex

from .types import FIELDS

_TAGS: Final = {
    "MATCHED": "good",
    "NOT_SENT": "neutral",
    "PENDING": "quill",
    "NO_NUMBER": "neutral",
    "ERROR": "warn",
}


def tag_of(state: str) -> str:
    return _TAGS.get(state, "warn")


def shown(name: str, value: str) -> str:
    """One of FIELDS as people read it; numbers masked; an empty one said so."""
    if not value:
        return "chưa ghi"
    if name == "born_on":
        return formats.date(dt.date.fromisoformat(value))
    if name == "sex":
        return dict(Sex.choices).get(value, value)
    return people.masked(value) if name == "number" and value.isdigit() else value


def suggestion_words(suggestion: Mapping[str, str]) -> list[tuple[str, str]]:
    """What the register writes where it differs: (field, value) in words."""
    return [
        (FIELDS[name], shown(name, suggestion[name]) if suggestion[name] else "để trống")
        for name in FIELDS
        if name in suggestion
    ]


def side_by_side(facts: Mapping[str, str], suggestion: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {
            "name": name,
            "label": label,
            "ours": shown(name, facts[name]),
            "theirs": shown(name, suggestion[name]) if name in suggestion else "",
        }
        for name, label in FIELDS.items()
    ]
