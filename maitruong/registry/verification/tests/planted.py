"""A population, and people of the sector in it with planted errors: who is who is known. Same seed, same lists.

All of them are made up. Every fiftieth is a twin, a cousin of the very same name, or a stranger of the same name and day, so that
whoever links by name and birth date alone links wrongly.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from maitruong.foundation.kernel import vietnamese
from maitruong.site.demo import names

COLUMNS: Final = ("id", "full_name", "born_on", "sex", "number")
PUPILS_BORN: Final = (dt.date(2008, 1, 1).toordinal(), dt.date(2023, 12, 31).toordinal())
ADULTS_BORN: Final = (dt.date(1940, 1, 1).toordinal(), dt.date(2007, 12, 31).toordinal())
#: Where births were registered, with weights: most in the province itself.
PLACES: Final = (
    ("031", "030", "001", "033", "034", "022", "038", "040", "079", "024"),
    (55, 15, 8, 5, 5, 4, 3, 2, 2, 1),
)
OF_PUPIL_AGE: Final = 0.35


class Human(NamedTuple):
    name: str
    born: dt.date
    sex: str
    number: str


@dataclass(frozen=True)
class Errors:
    """Shares of the own list's rows: names without marks, no number, one digit wrong, day and month swapped, the number of somebody
    else, a slip in the name, the sex wrong; and of people the population does not have."""

    unmarked: float
    missing: float
    digit: float
    swapped: float
    others: float
    slip: float
    sex: float
    absent: float


EASY: Final = Errors(
    unmarked=0.05, missing=0.08, digit=0.02, swapped=0.01, others=0.0013, slip=0.002, sex=0.001, absent=0.005
)
HARD: Final = Errors(
    unmarked=0.3, missing=0.3, digit=0.1, swapped=0.08, others=0.002, slip=0.005, sex=0.005, absent=0.01
)
KINDS: Final = {"easy": EASY, "hard": HARD}


def write(folder: Path, *, errors: Errors, own: int, population: int, seed: int) -> dict[str, str]:
    """Write own.csv and population.csv; returns own id → population id, "" for who is not there."""
    rng = random.Random(f"planted {seed}")
    pupils = round(population * OF_PUPIL_AGE)
    everybody = humans_of(rng, population, pupils)
    chosen = rng.sample(range(pupils), own)
    absent = {human for human in chosen if rng.random() < errors.absent}
    order = list(range(len(everybody)))
    rng.shuffle(order)
    with (folder / "population.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows((f"P{n}", *_row(everybody[n])) for n in order if n not in absent)
    with (folder / "own.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows(
            (f"H{n}", *_row(written(rng, everybody[human], errors, everybody))) for n, human in enumerate(chosen)
        )
    return {f"H{n}": "" if human in absent else f"P{human}" for n, human in enumerate(chosen)}


def _row(human: Human) -> tuple[str, str, str, str]:
    return human.name, human.born.isoformat(), human.sex, human.number


def humans_of(rng: random.Random, count: int, pupils: int) -> list[Human]:
    """So many people, the first `pupils` of them of school age."""
    humans: list[Human] = []
    taken: set[str] = set()
    while len(humans) < count:
        young = len(humans) < pupils
        kind = rng.random()
        if humans and young and kind < 0.015:
            human = _twin(rng, humans[-1])
        elif humans and kind < 0.035:
            human = _cousin(rng, humans[-1])
        elif humans and kind < 0.037:
            human = humans[-1]._replace(number=_number(rng, humans[-1].born, humans[-1].sex, _place(rng)))
        else:
            human = _anybody(rng, young)
        while human.number in taken:
            human = human._replace(number=_number(rng, human.born, human.sex, human.number[:3]))
        taken.add(human.number)
        humans.append(human)
    return humans


def _anybody(rng: random.Random, young: bool) -> Human:
    sex = "male" if rng.random() < 0.52 else "female"
    family = names.table("family").one(rng)
    name = names.child(rng, family, sex, "KINH") if young else names.adult(rng, sex, "KINH", family)
    born = dt.date.fromordinal(rng.randint(*(PUPILS_BORN if young else ADULTS_BORN)))
    return Human(name, born, sex, _number(rng, born, sex, _place(rng)))


def _twin(rng: random.Random, of: Human) -> Human:
    """Of the same day and family; every other pair of one sex differs in the last syllable alone."""
    sex = of.sex if rng.random() < 0.6 else {"male": "female", "female": "male"}[of.sex]
    name = names.child(rng, of.name.split()[0], sex, "KINH")
    if sex == of.sex and rng.random() < 0.5:
        name = " ".join([*of.name.split()[:-1], name.split()[-1]])
    return Human(name, of.born, sex, _number(rng, of.born, sex, of.number[:3]))


def _cousin(rng: random.Random, of: Human) -> Human:
    """Of the very same name, sex, province and year."""
    born = dt.date(of.born.year, 1, 1) + dt.timedelta(days=rng.randrange(365))
    return Human(of.name, born, of.sex, _number(rng, born, of.sex, of.number[:3]))


def _place(rng: random.Random) -> str:
    return rng.choices(*PLACES)[0]


def _number(rng: random.Random, born: dt.date, sex: str, place: str) -> str:
    century = 2 * (born.year >= 2000) + (sex == "female")
    return f"{place}{century}{born.year % 100:02d}{rng.randrange(10**6):06d}"


def written(rng: random.Random, human: Human, errors: Errors, humans: list[Human]) -> Human:
    """The row as the sector has it."""
    name, born, sex, number = human
    if rng.random() < errors.slip:
        name = _slipped(rng, name)
    if rng.random() < errors.unmarked:
        name = vietnamese.fold(name).title()
    if rng.random() < errors.swapped and born.day <= 12:
        born = dt.date(born.year, born.day, born.month)
    if rng.random() < errors.missing:
        number = ""
    elif rng.random() < errors.digit:
        place = rng.randrange(12)
        number = (
            number[:place]
            + rng.choice([digit for digit in "0123456789" if digit != number[place]])
            + number[place + 1 :]
        )
    elif rng.random() < errors.others:
        number = rng.choice(humans).number
    if rng.random() < errors.sex:
        sex = {"male": "female", "female": "male"}[sex]
    return Human(name, born, sex, number)


def _slipped(rng: random.Random, name: str) -> str:
    words = name.split()
    at = rng.randrange(len(words))
    kind = rng.randrange(3)
    if kind == 0 and len(words) > 2:
        del words[1]
    elif kind == 1 and len(words[at]) > 2:
        words[at] = words[at][:-1]
    else:
        words[at] += rng.choice("hng")
    return " ".join(words)
