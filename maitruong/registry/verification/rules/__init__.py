"""When two rows of two lists are one human being, and what the population register's answer says of a row."""

from .likeness import (
    BirthLikeness,
    NameLikeness,
    NumberLikeness,
    birth_likeness,
    may_be_one,
    name_likeness,
    number_likeness,
)
from .matching import MISMATCHES, Identity, MatchState, NameStep, Verdict, judge, name_step, verified_share

__all__ = [
    "MISMATCHES",
    "BirthLikeness",
    "Identity",
    "MatchState",
    "NameLikeness",
    "NameStep",
    "NumberLikeness",
    "Verdict",
    "birth_likeness",
    "judge",
    "may_be_one",
    "name_likeness",
    "name_step",
    "number_likeness",
    "verified_share",
]
