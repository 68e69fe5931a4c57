"""Where marks come from: big pools of ready COPY line endings, one pool per bucket of the term average.

A pupil of a year gets a level by chance, a subject of that pupil a bucket fitting the level, a term of that subject any
line ending of the bucket. So levels come out as planned although nobody computes an average here, and a line costs a
look-up. Only while a pool is filled is the rule of Circular 22/2021, Điều 9 khoản 1, asked for averages.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from random import Random

from maitruong.assessment.gradebook.rules import tt22_2021

from .chance import draw, generator

POOL = 1024
#: Term averages in tenths, both ends included: excellent, good, fair, enough, weak, poor.
BUCKETS = ((90, 98), (80, 89), (65, 79), (50, 64), (35, 49), (18, 34))
S, A, B, C, D, E = range(6)
GOOD, FAIR, ENOUGH, FAILED, ONE_SUBJECT = range(5)  # Tốt, Khá, Đạt, Chưa đạt; one bad subject among good ones
LEVEL_SHARES = (246, 420, 280, 50, 4)  # of 1,000 pupils
PRIMARY_SHARES = (320, 300, 367, 13)  # excellent, good, completed, not completed
REGULAR_COLUMNS = 6
REGULAR = (2, 3, 4)
"""How many regular marks a scored subject owes in a term."""

Single = tuple[tuple[int, ...], int, int, int | None]  # regular marks, mid term, end of term, topic cluster
_LEVEL_EDGES = tuple(sum(LEVEL_SHARES[: place + 1]) * 65536 // 1000 for place in range(4))
_PRIMARY_EDGES = tuple(sum(PRIMARY_SHARES[: place + 1]) * 65536 // 1000 for place in range(3))


def level(person: int, year: int, ability_salt: int) -> int:
    """The learning level meant for a pupil of grades 6-12 in a year: mostly the same every year."""
    return bisect_right(_LEVEL_EDGES, _place(person, year, ability_salt))


def primary_level(person: int, year: int, ability_salt: int) -> int:
    """0 excellent, 1 good, 2 completed, 3 one subject not completed."""
    return bisect_right(_PRIMARY_EDGES, _place(person, year, ability_salt))


def repeats(person: int, year: int, ability_salt: int) -> bool:
    """Whether a pupil who failed the year fails the retest too (about one in eight)."""
    return draw(person, ability_salt ^ year) >> 40 & 0x7 == 0


def _place(person: int, year: int, ability_salt: int) -> int:
    of_year = draw(person, ability_salt ^ year)
    if of_year & 0x7 == 0:
        return of_year >> 16 & 0xFFFF
    return draw(person, ability_salt) & 0xFFFF


def fill_pools() -> None:
    """The pools nearly every school draws from, ahead of the first: who is forked after this has them all."""
    for regular in REGULAR:
        for cluster in (False, True):
            endings(regular, cluster)
        for entered in range(1, regular + 1):
            open_endings(regular, entered, True, False)


def _average(single: Single) -> int | None:
    regular, mid, final, cluster = single
    return tt22_2021.term_average(regular, mid, final, needed=len(regular), cluster=cluster).tenths


def _mark(rng: Random, middle: float, spread: float, step: int) -> int:
    return min(100, max(0, round((middle + rng.gauss(0, spread)) / step) * step))


@cache
def singles(regular: int, bucket: int, cluster: bool) -> tuple[Single, ...]:
    """POOL sets of single marks whose term average lies in the bucket."""
    rng = generator(0, "singles", regular, bucket, cluster)
    low, high = BUCKETS[bucket]
    found: list[Single] = []
    while len(found) < POOL:
        middle = rng.uniform(low, high)
        once = tuple(_mark(rng, middle, 8, 5 if rng.random() < 0.8 else 10) for _ in range(regular))
        extra = _mark(rng, middle + 4, 7, 5) if cluster else None
        single: Single = (once, _mark(rng, middle, 7, 5), _mark(rng, middle, 7, 1 if rng.random() < 0.4 else 5), extra)
        if low <= (_average(single) or 0) <= high:
            found.append(single)
    return tuple(found)


def _ending(fields: list[int | None]) -> str:
    return "".join("\t\\N" if field is None else f"\t{field}" for field in fields) + "\n"


def _columns(regular: tuple[int | None, ...], mid: int | None, final: int | None, cluster: int | None) -> str:
    return _ending([*regular, *[None] * (REGULAR_COLUMNS - len(regular)), mid, final, cluster])


@cache
def endings(regular: int, cluster: bool) -> tuple[tuple[str, ...], ...]:
    """By bucket, POOL line endings of a closed term."""
    return tuple(
        tuple(_columns(*single) for single in singles(regular, bucket, cluster)) for bucket in range(len(BUCKETS))
    )


@cache
def open_endings(regular: int, entered: int, mid: bool, final: bool) -> tuple[tuple[str, ...], ...]:
    """By bucket, POOL line endings of a term in progress: so many regular marks entered, mid and end of term or not.

    Two of a hundred cells stay empty: the pupil was away.
    """
    rng = generator(0, "open", regular, entered, mid, final)

    def seen(value: int, entered_yet: bool) -> int | None:
        return value if entered_yet and rng.random() >= 0.02 else None

    return tuple(
        tuple(
            _columns(
                tuple(seen(mark, place < entered) for place, mark in enumerate(once)),
                seen(middle, mid),
                seen(last, final),
                None,
            )
            for once, middle, last, _ in singles(regular, bucket, False)
        )
        for bucket in range(len(BUCKETS))
    )


@cache
def comment_endings(entered: int, mid: bool, final: bool, failed: bool) -> str:
    """The line ending of a comment subject: 1 Đạt, 0 Chưa đạt (at the end of the term)."""
    regular = tuple(1 if place < entered else None for place in range(2))
    return _columns(regular, 1 if mid else None, (0 if failed else 1) if final else None, None)


@cache
def profiles(scored: int, meant: int) -> tuple[tuple[int, ...], ...]:
    """256 sets of buckets, one bucket per scored subject, that give the meant level by Circular 22/2021, Điều 9."""
    rng = generator(0, "profiles", scored, meant)
    return tuple(tuple(_profile(rng, scored, meant)) for _ in range(256))


def _profile(rng: Random, scored: int, meant: int) -> list[int]:
    if meant == GOOD:  # six at 8,0 or more, all at 6,5 or more
        best = rng.choice((S, A, A, A))
        high = rng.randint(6, scored)
        found = [rng.choice((best, best, A)) for _ in range(high)] + [B] * (scored - high)
    elif meant == FAIR:  # not six at 8,0; six at 6,5; all at 5,0
        low = rng.randint(0, scored - 6)
        high = rng.randint(0, 5 - (low == 0))
        found = [A] * high + [B] * (scored - low - high) + [C] * low
    elif meant == ENOUGH:  # at most five at 6,5; six at 5,0; none below 3,5
        weak = rng.choice((0, 0, 1, 1, 2)) if scored >= 8 else rng.choice((0, 0, 1))
        fair = rng.randint(0, 4)
        found = [B] * fair + [C] * (scored - weak - fair) + [D] * weak
    elif meant == FAILED:  # fewer than six at 5,0
        weak = rng.randint(scored - 5, scored - 4)
        found = [rng.choice((D, D, D, E)) for _ in range(weak)]
        found += [rng.choice((B, C, C, C)) for _ in range(scored - weak)]
    else:  # would be Tốt but for one subject: Điều 9 khoản 3
        found = [A] * (scored - 1) + [rng.choice((D, E))]
    rng.shuffle(found)
    return found


# --- primary --------------------------------------------------------------------------------------------------------

EXCELLENT, WELL, DONE, NOT_DONE = range(4)
_TESTS: dict[int, tuple[tuple[str, tuple[int, ...]], ...]] = {
    EXCELLENT: (("T", (9, 9, 10, 10, 10)),),
    WELL: (("T", (7, 8, 8, 9, 9, 10)),),
    DONE: (("H", (5, 6, 6, 7, 7, 8)), ("H", (6, 6, 7, 8)), ("T", (7, 8, 8, 9))),
    NOT_DONE: (("C", (3, 4, 4)),),
}


@cache
def primary_endings(bucket: int, tested: bool) -> tuple[str, ...]:
    """POOL line endings (level, test in tenths) of a primary subject at a moment."""
    rng = generator(0, "primary", bucket, tested)
    found = []
    for _ in range(POOL):
        letter, tests = rng.choice(_TESTS[bucket])
        found.append(f"\t{letter}\t{10 * rng.choice(tests) if tested else chr(92) + 'N'}\n")
    return tuple(found)


@cache
def quality_endings(meant: int) -> tuple[str, ...]:
    """POOL line endings of fifteen letters; all T for those meant to be excellent or good."""
    rng = generator(0, "quality", meant)
    share = {EXCELLENT: 0.0, WELL: 0.0, DONE: 0.25, NOT_DONE: 0.5}[meant]
    return tuple("\t" + "".join("D" if rng.random() < share else "T" for _ in range(15)) + "\n" for _ in range(POOL))
