"""Which fields of an altered file differ from the original the house keeps: for telling WHAT was altered, by name.

Only the place is told, never the original's value: whoever dropped the file may not be entitled to see it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from maitruong.foundation.signing.canonical import NotCanonical, parse

from .document import ROOT, content_of, first_problem
from .labels import FIELD
from .types import RecordContent, SubjectBlock

_SIGNATURE = re.compile(rb"SignatureValue>([A-Za-z0-9+/=]{40,})<")
_PARTS = {
    "identity": "Thông tin chung",
    "summary": "Tổng hợp của giáo viên chủ nhiệm",
    "approval": "Phê duyệt của hiệu trưởng",
    "issue": "Phát hành",
}


def changed_fields(original: bytes, given: bytes) -> tuple[str, ...]:
    """Vietnamese names of the fields that differ, like "Môn Toán: cả năm"; empty when the given file cannot be read.

    Also empty for a file that carries no signature of the original: who knows only the public number of a record could else
    write a file of guesses under it, and learn from what is not named which of them are right.
    """
    if set(_SIGNATURE.findall(original)).isdisjoint(_SIGNATURE.findall(given)):
        return ()
    ours, theirs = _content(original), _content(given)
    if ours is None or theirs is None:
        return ()
    found = [
        f"{label}: {place}"
        for name, label in _PARTS.items()
        for place in _differences(getattr(ours, name), getattr(theirs, name))
    ]
    return tuple(dict.fromkeys([*found, *_subject_differences(ours.subjects, theirs.subjects)]))


def _content(data: bytes) -> RecordContent | None:
    try:
        root = parse(data)
        if root.tag != ROOT or first_problem(root):
            return None
        return content_of(root)
    except (NotCanonical, ValueError):
        return None


def _subject_differences(ours: tuple[SubjectBlock, ...], theirs: tuple[SubjectBlock, ...]) -> Iterator[str]:
    given = {block.code: block for block in theirs}
    for block in ours:
        if block.code not in given:
            yield f"Môn {block.name}: không còn trong tệp"
            continue
        yield from (f"Môn {block.name}: {place}" for place in _differences(block, given.pop(block.code)))
    yield from (f"Môn {block.name}: được thêm vào" for block in given.values())


def _differences(ours: Any, theirs: Any) -> Iterator[str]:
    """Names of the fields that differ, nested ones joined: "kết quả học tập, cả năm"."""
    for field in dataclasses.fields(ours):
        before, after = getattr(ours, field.name), getattr(theirs, field.name)
        if before == after:
            continue
        label = FIELD.get(field.name, "thông tin khác")
        if type(before) is type(after) and dataclasses.is_dataclass(before) and field.name in _OPENED:
            yield from (f"{label}, {inner}" for inner in _differences(before, after))
        else:
            yield label


_OPENED = {"school", "pupil", "school_class", "conduct", "learning"}
