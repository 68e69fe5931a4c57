"""How alike two rows about a person are: name, birth date and personal number, each by itself.

The law gives the number (Luật Căn cước 26/2023/QH15, Điều 12: twelve digits, one holder for life, and no check digit that could
tell a slip), no rule for comparing: these levels are the house's. `linking/twin.py` says the same in SQL for millions of rows and
is held equal to these functions.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from maitruong.foundation.kernel import vietnamese

SLIPS_OF_A_NAME = 2


class NameLikeness(StrEnum):
    SAME = "same"  # letter by letter, or but for case and the place of a tone
    UNMARKED = "unmarked"  # one of them is written without any mark: Nguyen Thi Hoa
    MARKS_DIFFER = "marks_differ"  # both have marks, and different ones: Ánh and Anh, who may be twins
    CLOSE = "close"  # a slip or two, a syllable left out, another order
    OTHER = "other"


class BirthLikeness(StrEnum):
    SAME = "same"
    SWAPPED = "swapped"  # day and month in each other's place
    NEAR = "near"  # two of day, month and year
    OTHER = "other"
    UNTOLD = "untold"


class NumberLikeness(StrEnum):
    SAME = "same"
    SLIP = "slip"  # one digit wrong, or two neighbours exchanged
    OTHER = "other"
    UNTOLD = "untold"


def name_likeness(one: str, other: str) -> NameLikeness:
    """How alike two full names are.

    >>> name_likeness("Nguyễn Thị Hoà", "NGUYỄN THỊ HÒA"), name_likeness("Vũ Minh Ánh", "Vu Minh Anh")
    (<NameLikeness.SAME: 'same'>, <NameLikeness.UNMARKED: 'unmarked'>)
    """
    left, right = vietnamese.tidy(one).lower(), vietnamese.tidy(other).lower()
    bare, bare_right = vietnamese.fold(left), vietnamese.fold(right)
    if bare == bare_right:
        if vietnamese.tone_key(left) == vietnamese.tone_key(right):
            return NameLikeness.SAME
        return NameLikeness.UNMARKED if bare in (left, right) else NameLikeness.MARKS_DIFFER
    return NameLikeness.CLOSE if _close(bare, bare_right) else NameLikeness.OTHER


def _close(one: str, other: str) -> bool:
    words, other_words = sorted(one.split()), sorted(other.split())
    if words == other_words:
        return True
    if abs(len(words) - len(other_words)) == 1 and min(len(words), len(other_words)) > 1:
        shorter, longer = sorted((words, other_words), key=len)
        if set(shorter) <= set(longer):
            return True
    return slips(one, other) <= SLIPS_OF_A_NAME


def slips(one: str, other: str) -> int:
    """Letters put in, left out, taken for another, or two neighbours exchanged (Damerau and Levenshtein), counted up to 3.

    >>> slips("minh", "mihn"), slips("thu", "thuy"), slips("khang", "khoi")
    (1, 1, 3)
    """
    if abs(len(one) - len(other)) > SLIPS_OF_A_NAME:
        return SLIPS_OF_A_NAME + 1
    rows: dict[int, list[int]] = {-1: [], 0: list(range(len(other) + 1))}
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, against in enumerate(other, start=1):
            cost = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, rows[i - 2][j - 2] + 1)
            row.append(cost)
        rows[i] = row
    return min(rows[len(one)][-1], SLIPS_OF_A_NAME + 1)


def birth_likeness(one: dt.date | None, other: dt.date | None) -> BirthLikeness:
    """How alike two birth dates are.

    >>> birth_likeness(dt.date(2015, 3, 9), dt.date(2015, 9, 3))
    <BirthLikeness.SWAPPED: 'swapped'>
    """
    if one is None or other is None:
        return BirthLikeness.UNTOLD
    if one == other:
        return BirthLikeness.SAME
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return BirthLikeness.SWAPPED
    alike = (one.year == other.year) + (one.month == other.month) + (one.day == other.day)
    return BirthLikeness.NEAR if alike == 2 else BirthLikeness.OTHER


def number_likeness(one: str, other: str) -> NumberLikeness:
    """How alike two personal numbers of twelve digits are; "" where a list tells none.

    >>> number_likeness("031215001234", "031215001243")
    <NumberLikeness.SLIP: 'slip'>
    """
    if not one or not other:
        return NumberLikeness.UNTOLD
    if one == other:
        return NumberLikeness.SAME
    return NumberLikeness.SLIP if slips(one, other) == 1 else NumberLikeness.OTHER


def may_be_one(name: NameLikeness, birth: BirthLikeness) -> bool:
    """Whether a pair may be linked by a program at all, whatever its numbers say.

    A number alone never links two people, and neither does a number with a birth date: twins share the day, and lists give them
    each other's number. The names must be alike, and the birth date must not be another one altogether.
    """
    return name is not NameLikeness.OTHER and birth is not BirthLikeness.OTHER
