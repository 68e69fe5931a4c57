"""The summer after a failed year: what a pupil owes, and what it came to. Plain values in, plain values out; no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from . import columns
from .acts import rule, tt22_settings
from .columns import Column
from .rules import CellKind, SubjectResult
from .rules.tt27_2020 import QUALITIES_AND_COMPETENCES, Moment, QualityLevel, SubjectYear
from .types import Sheet

WHOLE = ""
"""In place of a subject: the pupil as a whole, that is conduct, or at primary school the principal's decision."""

_NOT_TAKEN = columns.ABSENT_SIGN
_CONDUCT = columns.columns_for("conduct", term=1)[1]
_DECISION = Column("level", "Quyết định", "quyết định", "choice", choices=(("LL", "Lên lớp"), ("HL", "Học lại")))


class SummerRow(NamedTuple):
    """One stored result. value: tenths, 1 Đạt / 0 Chưa đạt, or a primary test; level: primary, conduct, decision."""

    value: int | None
    level: int | None
    taken: bool
    note: str = ""
    on: dt.date | None = None


@dataclass(frozen=True)
class Owed:
    """Something to be assessed again. before: the year's result as shown; fields: what is typed, by key mark, level or test."""

    code: str
    name: str
    kind: str
    before: str
    fields: tuple[Column, ...]

    def texts(self, row: SummerRow | None) -> dict[str, str]:
        """What stands in its fields."""
        if row is None:
            return {field.key: "" for field in self.fields}
        stored = {"mark": row.value, "test": row.value, "level": row.level}
        return {f.key: self._text(f, stored[f.key]) if row.taken else _NOT_TAKEN for f in self.fields}

    def _text(self, field: Column, value: int | None) -> str:
        if self.kind == "decision":
            return "" if value is None else ("LL" if value else "HL")
        return columns.show(field, value)


@dataclass(frozen=True)
class Summer:
    """What a pupil owes after the year, and what the summer made of it; None while something is still awaited.

    learning, conduct: 3 Tốt ... 0 Chưa đạt; overall: primary, 1 Hoàn thành, 0 Chưa hoàn thành; goes_up: the principal's decision.
    """

    owed: tuple[Owed, ...] = ()
    rows: Mapping[str, SummerRow] | None = None
    learning: int | None = None
    conduct: int | None = None
    overall: int | None = None
    goes_up: bool | None = None
    why: str = ""


NOTHING = Summer()


def of_secondary(
    sheet: Sheet,
    results: Sequence[SubjectResult],
    learning: int | None,
    conduct: int | None,
    rows: Mapping[str, SummerRow],
) -> Summer:
    """results, learning, conduct: of the year. Nothing is owed by who passed, and nothing before the year is judged."""
    if learning is None or conduct is None or (learning > 0 and conduct > 0):
        return NOTHING
    settings = tt22_settings(sheet.settings_id)
    asked = rule("gradebook.retest_subjects", sheet.act, sheet.grade)(results, settings=settings)
    failed = [r for r in results if r.code in asked] if learning == 0 else []
    owed = [_owed_subject(subject) for subject in failed]
    if conduct == 0:
        owed.append(Owed(WHOLE, "Rèn luyện", "conduct", "Chưa đạt", (_CONDUCT,)))
    after = None
    if failed and all(subject.code in rows for subject in failed):
        retests = {s.code: rows[s.code].value for s in failed if rows[s.code].taken}
        judge = rule("gradebook.level_after_retest", sheet.act, sheet.grade)
        level = judge(results, retests, settings=settings).level
        after = None if level is None else int(level)
    trained = rows[WHOLE].level if conduct == 0 and WHOLE in rows else None
    return Summer(tuple(owed), rows, learning=after, conduct=trained)


def _owed_subject(subject: SubjectResult) -> Owed:
    if subject.average is None:
        column = columns.columns_for("comment", regular=0)[0]
        before = columns.show_outcome(None if subject.passed is None else int(subject.passed), False)
    else:
        column = columns.columns_for("score", regular=0)[0]
        before = columns.show_average(subject.average, False)
    field = Column(
        "mark", "Đánh giá lại", "kết quả đánh giá lại", column.kind, column.cell, choices=column.choices, absent=True
    )
    return Owed(subject.code, subject.name, "comment" if subject.average is None else "score", before, (field,))


def of_primary(
    sheet: Sheet,
    years: Sequence[SubjectYear],
    qualities: Mapping[str, QualityLevel | None],
    overall: int | None,
    rows: Mapping[str, SummerRow],
) -> Summer:
    """years, qualities, overall: of the end of the year. Who fails the second assessment too waits for the principal."""
    if overall is None or overall > 0:
        return NOTHING
    asked = rule("gradebook.support_asked", sheet.act, sheet.grade)(sheet.grade, years, qualities)
    tested = rule("gradebook.tested_subjects", sheet.act, sheet.grade)(sheet.grade, Moment.END_OF_YEAR)
    named = {year.code: year for year in years}
    owed = [
        _owed_primary(named[code], code in tested) if code in named else _owed_quality(code, qualities[code])
        for code in asked
    ]
    after = None
    if owed and all(one.code in rows for one in owed):
        again = {one.code: (rows[one.code].level, rows[one.code].value) for one in owed if rows[one.code].taken}
        judge = rule("gradebook.primary_after_support", sheet.act, sheet.grade)
        found = judge(sheet.grade, years, qualities, again)
        after = None if found is None else int(found)
    decided = rows.get(WHOLE) if after == 0 else None
    if after == 0:
        owed.append(Owed(WHOLE, "Quyết định của hiệu trưởng", "decision", "", (_DECISION,)))
    goes_up = None if decided is None else bool(decided.level)
    return Summer(tuple(owed), rows, overall=after, goes_up=goes_up, why=decided.note if decided else "")


def _owed_primary(year: SubjectYear, tested: bool) -> Owed:
    level, test = columns.columns_for("primary", tested=True)[:2]
    shown = [columns.show(level, None if year.level is None else int(year.level))]
    if tested:
        shown.append(columns.show(test, year.test))
    return Owed(year.code, year.name, "primary", " ".join(filter(None, shown)), (level, test) if tested else (level,))


def _owed_quality(code: str, level: QualityLevel | None) -> Owed:
    column = next(c for c in columns.columns_for("quality") if c.key == code)
    field = Column("level", column.label, column.long, "choice", CellKind.QUALITY_LEVEL, choices=column.choices)
    before = columns.show(field, None if level is None else int(level))
    return Owed(code, QUALITIES_AND_COMPETENCES[code], "quality", before, (field,))


def read(one: Owed, typed: Mapping[str, str], *, act: str, grade: int) -> SummerRow | None:
    """The row for what was typed into the fields of something owed; None when nothing was. Raises what the cells refuse.

    "V" says the pupil did not come: the year's result stays.
    """
    texts = {field.key: typed.get(field.key, "").strip() for field in one.fields}
    if not any(texts.values()):
        return None
    if _NOT_TAKEN in {text.upper() for text in texts.values()} and one.kind not in ("conduct", "decision"):
        return SummerRow(None, None, False)
    if one.kind == "decision":
        return SummerRow(None, int(texts["level"].upper() == "LL"), True)
    check = rule("gradebook.check_mark", act, grade)
    values = {field.key: columns.read(field, texts[field.key], check) for field in one.fields}
    value = values.get("mark", values.get("test"))
    level = values.get("level")
    assert not isinstance(value, str) and not isinstance(level, str)
    return SummerRow(value, level, True)
