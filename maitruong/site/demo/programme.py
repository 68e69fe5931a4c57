"""What the demo classes study: subjects by grade with periods a year, and how many single marks each needs.

Facts of the general education programme 2018 (Circular 32/2018/TT-BGDĐT as amended by 13/2022) and of the continuing
programme (Circular 12/2022, periods as in upper secondary), only as far as the demo needs them; the product's own
table stands in teaching.curriculum, and a test holds the sums together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

WEEKS = 35
PRIMARY_GRADES = ("1", "2", "3", "4", "5")
LOWER_GRADES = ("6", "7", "8", "9")
UPPER_GRADES = ("10", "11", "12")


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of a class. `regular` = single regular marks a term (grades 6-12), 0 in primary."""

    code: str
    periods: int
    scored: bool
    regular: int = 0
    tested: bool = False  # primary: has periodic tests at the end of terms
    tested_mid: bool = False  # primary: also in mid term (grades 4-5: TV, TOAN)


def regular_count(periods: int, *, scored: bool) -> int:
    """Regular marks recorded a term (Circular 22/2021, Điều 6): by the periods a year, clusters not counted."""
    if not scored or periods <= 35:
        return 2
    return 3 if periods <= 70 else 4


# periods of grades 1-5; 0 = not taught
_PRIMARY = {
    "TV": (420, 350, 245, 245, 245),
    "TOAN": (105, 175, 175, 175, 175),
    "NN1": (0, 0, 140, 140, 140),
    "DD": (35, 35, 35, 35, 35),
    "TNXH": (70, 70, 70, 0, 0),
    "LSDL": (0, 0, 0, 70, 70),
    "KH": (0, 0, 0, 70, 70),
    "THCN": (0, 0, 70, 70, 70),
    "GDTC": (70, 70, 70, 70, 70),
    "NT": (70, 70, 70, 70, 70),
    "HDTN": (105, 105, 105, 105, 105),
}
_PRIMARY_TESTED = {"TV", "TOAN", "NN1", "LSDL", "KH", "THCN"}
_LOWER = {
    "NV": (140, 140, 140, 140),
    "TOAN": (140, 140, 140, 140),
    "NN1": (105, 105, 105, 105),
    "GDCD": (35, 35, 35, 35),
    "LSDL": (105, 105, 105, 105),
    "KHTN": (140, 140, 140, 140),
    "CN": (35, 35, 52, 52),
    "TH": (35, 35, 35, 35),
    "GDTC": (70, 70, 70, 70),
    "NT": (70, 70, 70, 70),
    "HDTNHN": (105, 105, 105, 105),
    "GDDP": (35, 35, 35, 35),
}
_UPPER = {"NV": 105, "TOAN": 105, "NN1": 105, "LS": 52, "GDQPAN": 35, "GDTC": 70, "HDTNHN": 105, "GDDP": 35}
_CONTINUING = {"NV": 105, "TOAN": 105, "LS": 52, "HDTNHN": 105, "GDDP": 35}
COMMENT_SUBJECTS = frozenset({"GDTC", "NT", "AN", "MT", "HDTNHN", "GDDP"})
ELECTIVES = ("DL", "GDKTPL", "VL", "HH", "SH", "CN", "TH", "AN", "MT")
ELECTIVE_PERIODS = 70
CLUSTER_PERIODS = 35

#: Sets of electives a school offers, with the clusters studied on them.
ELECTIVE_SETS: tuple[tuple[str, str], ...] = (
    ("VL HH SH TH", "TOAN VL HH"),
    ("DL GDKTPL TH CN", "NV LS DL"),
    ("VL HH TH CN", "TOAN VL TH"),
    ("DL GDKTPL SH TH", "NV LS GDKTPL"),
    ("VL HH SH CN", "TOAN HH SH"),
    ("DL GDKTPL AN MT", "NV LS DL"),
)
CONTINUING_SETS: tuple[tuple[str, str], ...] = (("DL GDKTPL TH CN", ""), ("VL HH SH TH", ""))


@cache
def subjects(grade: str, *, programme: str = "GDPT2018", electives: str = "") -> tuple[Subject, ...]:
    """The subjects of a class, in the order of the record; () for preschool."""
    if grade in PRIMARY_GRADES:
        place = PRIMARY_GRADES.index(grade)
        return tuple(
            Subject(
                code,
                periods[place],
                scored=code in _PRIMARY_TESTED,
                tested=code in _PRIMARY_TESTED,
                tested_mid=code in ("TV", "TOAN") and place >= 3,
            )
            for code, periods in _PRIMARY.items()
            if periods[place]
        )
    if grade in LOWER_GRADES:
        place = LOWER_GRADES.index(grade)
        return tuple(_secondary(code, periods[place]) for code, periods in _LOWER.items())
    if grade in UPPER_GRADES:
        fixed = _CONTINUING if programme == "GDTX2022" else _UPPER
        chosen = dict.fromkeys(electives.split(), ELECTIVE_PERIODS)
        return tuple(_secondary(code, periods) for code, periods in (fixed | chosen).items())
    return ()


def _secondary(code: str, periods: int) -> Subject:
    scored = code not in COMMENT_SUBJECTS
    return Subject(code, periods, scored=scored, regular=regular_count(periods, scored=scored))
