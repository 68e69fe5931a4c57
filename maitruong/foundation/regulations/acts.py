"""Acts as legal addresses with dates. New acts come grade by grade, so the first school year is told per grade."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Act:
    """One act. `first_school_year` maps a grade to the first starting year; `last_school_year` closes it for a grade.

    id: short and stable, stored with every result ("tt22_2021").   An act that is not about grades has none: its rules hold from
    day to day.
    """

    id: str
    number: str
    title: str
    signed_on: dt.date | None
    effective_on: dt.date
    first_school_year: Mapping[int, int] = field(default_factory=dict)
    last_school_year: Mapping[int, int] = field(default_factory=dict)
    kind: str = "Thông tư"

    def applies(self, *, grade: int, school_year: int) -> bool:
        first = self.first_school_year.get(grade)
        return first is not None and first <= school_year <= self.last_school_year.get(grade, 9999)

    @property
    def name(self) -> str:
        """The act as cited in a sentence: "Thông tư 22/2021/TT-BGDĐT"."""
        return f"{self.kind} {self.number}"

    @property
    def order(self) -> dt.date:
        """Where it stands among others: by the day it was signed."""
        return self.signed_on or self.effective_on

    def __hash__(self) -> int:
        return hash(self.id)


# The programme of 2018 came to grades 1, then 2 and 6, then 3, 7 and 10 ...; both assessment circulars followed it.
_PRIMARY_PHASES = MappingProxyType({1: 2020, 2: 2021, 3: 2022, 4: 2023, 5: 2024})
_SECONDARY_PHASES = MappingProxyType({6: 2021, 7: 2022, 8: 2023, 9: 2024, 10: 2022, 11: 2023, 12: 2024})

TT32_2018 = Act(
    id="tt32_2018",
    number="32/2018/TT-BGDĐT",
    title="Chương trình giáo dục phổ thông (sửa đổi bởi các Thông tư 20/2021, 13/2022, 17/2025)",
    signed_on=dt.date(2018, 12, 26),
    effective_on=dt.date(2019, 2, 15),
    first_school_year=MappingProxyType({**_PRIMARY_PHASES, **_SECONDARY_PHASES}),
)
TT27_2020 = Act(
    id="tt27_2020",
    number="27/2020/TT-BGDĐT",
    title="Quy định đánh giá học sinh tiểu học",
    signed_on=dt.date(2020, 9, 4),
    effective_on=dt.date(2020, 10, 20),
    first_school_year=_PRIMARY_PHASES,
)
TT22_2021 = Act(
    id="tt22_2021",
    number="22/2021/TT-BGDĐT",
    title="Quy định về đánh giá học sinh trung học cơ sở và học sinh trung học phổ thông",
    signed_on=dt.date(2021, 7, 20),
    effective_on=dt.date(2021, 9, 5),
    first_school_year=_SECONDARY_PHASES,
)
