"""The rules of the act a book is kept under, and the readings they are asked with."""

from __future__ import annotations

from functools import lru_cache

from maitruong.foundation.regulations.register import HOUSE, Rule

from . import rules  # enters every rule in the register
from .rules import Basis
from .rules.tt22_2021 import Tt22Settings

BASES = (Basis.COMMON, Basis.REDUCED, Basis.INDIVIDUAL_PLAN, Basis.EXEMPT)
assert rules


@lru_cache(maxsize=64)
def rule(topic: str, act: str, grade: int) -> Rule:
    """The rule of the act a book is kept under: an old book is judged by the act of its own year."""
    return HOUSE.of_act(topic, act, grade=grade)


@lru_cache(maxsize=64)
def tt22_settings(settings_id: str) -> Tt22Settings:
    return Tt22Settings.from_id(settings_id)
