"""What the population register's answer says of one of our rows, and what share of the people is verified.

The number, the name, the birth date and the sex are what the national population database holds of everybody (Luật Căn cước
26/2023/QH15, Điều 9) and what the sector asks it to confirm. That anything but the very same letters is a difference, told with a
suggestion and never put right by a program, is the house's rule: it is the family's name, and the register may be the one that errs.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from maitruong.foundation.kernel import vietnamese


class MatchState(StrEnum):
    NOT_SENT = "NOT_SENT"
    PENDING = "PENDING"
    MATCHED = "MATCHED"
    MISMATCH_NAME = "MISMATCH_NAME"
    MISMATCH_DOB = "MISMATCH_DOB"
    MISMATCH_SEX = "MISMATCH_SEX"
    NUMBER_NOT_FOUND = "NUMBER_NOT_FOUND"
    NUMBER_DUPLICATE_IN_SECTOR = "NUMBER_DUPLICATE_IN_SECTOR"
    DECEASED = "DECEASED"
    ERROR = "ERROR"


#: What a school has to look into.
MISMATCHES = frozenset(
    {
        MatchState.MISMATCH_NAME,
        MatchState.MISMATCH_DOB,
        MatchState.MISMATCH_SEX,
        MatchState.NUMBER_NOT_FOUND,
        MatchState.NUMBER_DUPLICATE_IN_SECTOR,
        MatchState.DECEASED,
    }
)


class NameStep(StrEnum):
    """The first step at which two names are the same, from strict to loose."""

    EXACT = "same"
    TONE_PLACE = "same_spelling"  # Hoà and Hòa, HOÀ
    UNMARKED = "same_without_marks"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Identity:
    """The four facts that are compared, as one side writes them."""

    number: str
    full_name: str
    born_on: dt.date | None
    sex: str

    @property
    def basis(self) -> str:
        """What a verdict was given for. A verdict counts only while the person's present facts still give the same basis."""
        born = self.born_on.isoformat() if self.born_on else ""
        text = "\x1f".join((self.number, vietnamese.tidy(self.full_name), born, self.sex))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """`suggestion` holds only the fields that differ, as the register writes them: no more of the answer is needed."""

    state: MatchState
    suggestion: tuple[tuple[str, str], ...] = ()
    name_step: NameStep | None = None


def name_step(ours: str, theirs: str) -> NameStep:
    """Compared in NFC with one space between words.

    A register that writes the whole name in capitals, as identity cards do, says nothing of case: then ours is compared in
    capitals, every mark and tone of it included. Of any other name another case is another spelling: told, not passed over.

    >>> name_step("Nguyễn Thị Hoà", "NGUYỄN THỊ HOÀ"), name_step("Nguyễn Thị Hoà", "NGUYỄN THỊ HÒA")
    (<NameStep.EXACT: 'same'>, <NameStep.TONE_PLACE: 'same_spelling'>)
    >>> name_step("Nguyễn Thị Hoà", "Nguyễn Thị Hòa"), name_step("Vũ Minh Ánh", "Vu Minh Anh")
    (<NameStep.TONE_PLACE: 'same_spelling'>, <NameStep.UNMARKED: 'same_without_marks'>)
    """
    if theirs == theirs.upper() != theirs.lower() and vietnamese.tidy(ours).upper() == vietnamese.tidy(theirs):
        return NameStep.EXACT
    return NameStep(vietnamese.name_match(ours, theirs))


def judge(ours: Identity, theirs: Identity | None, *, deceased: bool = False) -> Verdict:
    """The verdict for one row. `theirs` is None where the register knows no such number.

    An answer about another number is a fault of the exchange, not a mismatch: ERROR. A fact we do not have is not confirmed, so an
    empty birth date or sex is a mismatch with the register's as suggestion.
    """
    if theirs is None:
        return Verdict(MatchState.NUMBER_NOT_FOUND)
    if theirs.number != ours.number:
        return Verdict(MatchState.ERROR)
    step = name_step(ours.full_name, theirs.full_name)
    wrong: list[tuple[MatchState, str, str]] = []
    if step is not NameStep.EXACT:
        wrong.append((MatchState.MISMATCH_NAME, "full_name", vietnamese.tidy(theirs.full_name)))
    if theirs.born_on is None or ours.born_on != theirs.born_on:
        wrong.append((MatchState.MISMATCH_DOB, "born_on", theirs.born_on.isoformat() if theirs.born_on else ""))
    if not theirs.sex or ours.sex != theirs.sex:
        wrong.append((MatchState.MISMATCH_SEX, "sex", theirs.sex))
    if step is NameStep.DIFFERENT and len(wrong) > 1:
        # Somebody else holds this number: what the register says of a stranger is not ours to see.
        return Verdict(MatchState.MISMATCH_NAME, name_step=step)
    if wrong:
        return Verdict(wrong[0][0], tuple((field, value) for _, field, value in wrong), step)
    return Verdict(MatchState.DECEASED if deceased else MatchState.MATCHED, name_step=step)


def verified_share(*, matched: int, active: int, foreigners_without_number: int = 0) -> Decimal | None:
    """Matched people per hundred active ones, to two places; None where nobody is to be verified.

    A province that counts foreigners without a number among those to be verified passes 0 for them.

    >>> verified_share(matched=196_280, active=200_000)
    Decimal('98.14')
    """
    to_verify = active - foreigners_without_number
    if to_verify <= 0:
        return None
    return (Decimal(matched) * 100 / to_verify).quantize(Decimal("0.01"), ROUND_HALF_UP)
