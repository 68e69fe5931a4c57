"""How much each likeness says, reckoned from the very rows that are linked (Fellegi and Sunter).

A likeness weighs P(it is seen | one human) / P(it is seen | two who met by chance). The first are counted among pairs that
other columns leave no doubt about; the second are the frequencies of that name and that day in the population.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

#: Chance meetings the frequencies do not tell. A name within two slips of another one; a number within one slip of that of somebody
#: born in the same year, of the same sex and province: 54 of a million.
CLOSE_BY_CHANCE: Final = 1e-2
SLIP_BY_CHANCE: Final = 5.4e-5
#: Of the days of forty years that share two parts with a day, one is like it; so a near date is by chance this much more frequent.
NEAR_DAYS: Final = 80
#: Sexes agree by chance every other time.
SEX_BY_CHANCE: Final = 0.5


@dataclass(frozen=True)
class Weights:
    """Shares among true pairs, each likeness → share; `found`: the share of own people whom the population has at all."""

    name: dict[str, float]
    birth: dict[str, float]
    number: dict[str, float]
    sex: dict[str, float]
    found: float

    def as_dict(self) -> dict[str, Any]:
        told = {
            kind: {level: round(share, 6) for level, share in getattr(self, kind).items()}
            for kind in ("name", "birth", "number", "sex")
        }
        return {**told, "found": round(self.found, 4)}


def estimated(counts: dict[str, dict[str, int]], found: float) -> Weights:
    """From counts among pairs beyond doubt; a level never seen still may be: one is added to each."""
    levels = {
        "name": ("same", "unmarked", "marks_differ", "close"),
        "birth": ("same", "swapped", "near", "other"),
        "number": ("same", "slip", "other"),
        "sex": ("same", "other"),
    }
    shares = {}
    for kind, names in levels.items():
        seen = {level: counts[kind].get(level, 0) + 1 for level in names}
        shares[kind] = {level: n / sum(seen.values()) for level, n in seen.items()}
    return Weights(**shares, found=min(max(found, 0.5), 0.999))


def likelihood(weights: Weights, population: int) -> str:
    """The SQL of how much more likely a pair's likenesses are for one human than for two.

    Columns: the four likenesses, and name_count, fold_count, born_count: how many of `population` people share them.
    """
    people = f"{population:.9e}"

    def when(column: str, cases: dict[str, str], otherwise: str) -> str:
        lines = " ".join(f"WHEN '{level}' THEN {value}" for level, value in cases.items())
        return f"(CASE {column} {lines} ELSE {otherwise} END)"

    name, birth, number, sex = weights.name, weights.birth, weights.number, weights.sex
    return " * ".join(
        (
            when(
                "name_likeness",
                {
                    "same": f"{name['same']:.9e} * {people} / name_count",
                    "unmarked": f"{name['unmarked']:.9e} * {people} / fold_count",
                    "marks_differ": f"{name['marks_differ']:.9e} * {people} / fold_count",
                    "close": f"{name['close'] / CLOSE_BY_CHANCE:.9e}",
                },
                f"{min(name.values()):.9e}",
            ),
            when(
                "birth_likeness",
                {
                    "same": f"{birth['same']:.9e} * {people} / born_count",
                    "swapped": f"{birth['swapped']:.9e} * {people} / born_count",
                    "near": f"{birth['near'] / NEAR_DAYS:.9e} * {people} / born_count",
                    "untold": "1",
                },
                f"{birth['other']:.9e}",
            ),
            when(
                "number_likeness",
                {
                    "same": f"{number['same']:.9e} * {people}",
                    "slip": f"{number['slip'] / SLIP_BY_CHANCE:.9e}",
                    "untold": "1",
                },
                f"{number['other']:.9e}",
            ),
            when(
                "sex_likeness",
                {"same": f"{sex['same'] / SEX_BY_CHANCE:.9e}", "untold": "1"},
                f"{sex['other'] / (1 - SEX_BY_CHANCE):.9e}",
            ),
        )
    )
