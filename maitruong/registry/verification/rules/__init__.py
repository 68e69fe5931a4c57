"""When two rows of two lists are one human being."""

from .likeness import (
    BirthLikeness,
    NameLikeness,
    NumberLikeness,
    birth_likeness,
    may_be_one,
    name_likeness,
    number_likeness,
)

__all__ = [
    "BirthLikeness",
    "NameLikeness",
    "NumberLikeness",
    "birth_likeness",
    "may_be_one",
    "name_likeness",
    "number_likeness",
]
