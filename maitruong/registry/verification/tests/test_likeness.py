"""How alike two rows are: the plain functions on worked cases, and their twin in SQL on random people."""

from __future__ import annotations

import datetime as dt
import random
import unicodedata

import pytest

from maitruong.foundation.kernel import vietnamese
from maitruong.registry.verification.linking import database, reading, twin
from maitruong.registry.verification.rules import (
    BirthLikeness,
    NameLikeness,
    birth_likeness,
    may_be_one,
    name_likeness,
    number_likeness,
)
from maitruong.registry.verification.tests import planted

NAMES = [
    ("Nguyễn Thị Hoà", "NGUYỄN  THỊ HÒA ", "same"),
    ("Nguyễn Thị Hoà", unicodedata.normalize("NFD", "Nguyễn Thị Hòa"), "same"),
    ("Thuỷ Uý", "Thủy Úy", "same"),
    ("Trần Quý", "Trần Qúy", "marks_differ"),
    ("Đặng Thuý Vy", "Dang Thuy Vy", "unmarked"),
    ("Vũ Minh Ánh", "Vũ Minh Anh", "marks_differ"),
    ("Vũ Minh Khang", "Vũ Minh Khôi", "other"),
    ("Nguyễn Văn An", "Nguyễn An", "close"),
    ("Nguyễn An", "An", "other"),
    ("Lò Thị Mỷ", "Thị Mỷ Lò", "close"),
    ("Lý Thị Hoa", "Lí Thị Hoa", "close"),
    ("Phạm Quỳnh Nhưu", "Phạm Quỳnh Như", "close"),
    ("Phạm Gia Bảo", "Phạm Gia Boả", "close"),
    ("Nguyễn Anh Anh", "Nguyễn Anh", "close"),
]


@pytest.mark.parametrize(("one", "other", "likeness"), NAMES)
def test_names(one: str, other: str, likeness: str) -> None:
    assert name_likeness(one, other) == name_likeness(other, one) == likeness


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("2015-03-09", "2015-03-09", "same"),
        ("2015-03-09", "2015-09-03", "swapped"),
        ("2015-03-09", "2015-03-19", "near"),
        ("2015-03-09", "2014-03-09", "near"),
        ("2015-03-09", "2014-09-03", "other"),
        ("2015-03-09", "", "untold"),
    ],
)
def test_birth_dates(one: str, other: str, likeness: str) -> None:
    assert birth_likeness(_date(one), _date(other)) == likeness


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("031215001234", "031215001234", "same"),
        ("031215001234", "031215001235", "slip"),
        ("031215001234", "031215001243", "slip"),
        ("031215001234", "031215001246", "other"),
        ("031215001234", "", "untold"),
    ],
)
def test_numbers(one: str, other: str, likeness: str) -> None:
    assert number_likeness(one, other) == number_likeness(other, one) == likeness


def test_neither_a_number_nor_a_number_with_a_birth_date_makes_two_rows_one_human() -> None:
    allowed = [(name, birth) for name in NameLikeness for birth in BirthLikeness if may_be_one(name, birth)]

    assert allowed
    assert not [pair for pair in allowed if pair[0] is NameLikeness.OTHER or pair[1] is BirthLikeness.OTHER]


def test_the_twin_in_sql_says_the_same_of_random_people() -> None:
    rng = random.Random(20)
    pairs = [(planted._anybody(rng, True), planted._anybody(rng, True)) for _ in range(400)]
    for _ in range(3000):
        human = planted._anybody(rng, True)
        pairs.append((_spelled(rng, human), _spelled(rng, planted.written(rng, human, planted.HARD, [human]))))
    pairs += [
        (planted.Human(one, dt.date(2015, 1, 2), "", ""), planted.Human(other, dt.date(2015, 2, 1), "", ""))
        for one, other, _ in NAMES
    ]

    said = _asked(pairs)

    expected = [
        (name_likeness(a.name, b.name), birth_likeness(a.born, b.born), number_likeness(a.number, b.number))
        for a, b in pairs
    ]
    assert [(pairs[n], said[n], expected[n]) for n in range(len(pairs)) if said[n] != expected[n]] == []
    assert {level[0] for level in expected} == set(NameLikeness)
    assert {level[1] for level in expected} >= {"same", "swapped", "near", "other"}
    assert {level[2] for level in expected} == {"same", "slip", "other", "untold"}


def test_the_twin_tidies_and_folds_as_the_house_does() -> None:
    texts = [
        " Nguyễn\tVăn\u00a0An ",
        "Trần\u200b Thị  Bé",
        unicodedata.normalize("NFD", "Đặng Thuỳ Trâm"),
        "ĐỖ THỊ HỒNG NHUNG",
        "Rơ Châm H'Yưk",
        "Nguyễn Thị Ánh-Tuyết",
        "A\u0301nh",
        "\u3000Lý Gia\u2003Hân\n",
    ]
    with database() as db:
        db.execute("CREATE TABLE texts AS SELECT unnest($1) AS text", [texts])
        tidy = twin.TIDY.format("text")
        said = db.execute(f"SELECT name, {twin.FOLD.format('name')} FROM (SELECT {tidy} AS name FROM texts)").fetchall()

    assert said == [(vietnamese.tidy(text).lower(), vietnamese.fold(text)) for text in texts]


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _spelled(rng: random.Random, human: planted.Human) -> planted.Human:
    """As other programs write a name: tones elsewhere, decomposed, in capitals, with stray blanks; the date or number off."""
    name = rng.choice(
        [
            str,
            str.upper,
            vietnamese.place_tones,
            lambda text: unicodedata.normalize("NFD", text),
            lambda text: f" {text.replace(' ', '  ', 1)}",
            lambda text: " ".join(reversed(text.split())),
            lambda text: text[: rng.randrange(2, len(text))].strip(),
        ]
    )(human.name)
    born = human.born + dt.timedelta(days=rng.choice([0, 0, 0, 1, 40, 366]))
    return planted.Human(name, born, human.sex, human.number)


def _asked(pairs: list[tuple[planted.Human, planted.Human]]) -> list[tuple[str, str, str]]:
    with database() as db:
        for side, name in enumerate((reading.OWN, reading.POPULATION)):
            rows = [(str(n), *planted._row(pair[side])) for n, pair in enumerate(pairs)]
            db.execute(
                f"CREATE TABLE {name}_given (id VARCHAR, full_name VARCHAR, born_on VARCHAR, sex VARCHAR, number VARCHAR)"
            )
            db.executemany(f"INSERT INTO {name}_given VALUES (?, ?, ?, ?, ?)", rows)
        reading.prepare(db)
        for macro in twin.MACROS:
            db.execute(macro)
        everybody = {
            name: reading.people(name, f"SELECT row FROM {name}") for name in (reading.OWN, reading.POPULATION)
        }
        return db.execute(
            f"WITH o AS ({everybody['own']}), p AS ({everybody['population']})"
            f" SELECT {twin.name('o', 'p')}, {twin.birth('o', 'p')}, {twin.number('o', 'p')}"
            f" FROM o JOIN p USING (row) JOIN own_given g ON g.rowid = o.row ORDER BY g.id::INT"
        ).fetchall()
