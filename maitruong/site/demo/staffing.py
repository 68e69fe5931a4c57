"""Who works at a school and who teaches what: posts from the periods of the programme, lessons to the least loaded."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from .plan import CLOSED_YEAR, OPEN_YEAR, SchoolPlan
from .programme import PRIMARY_GRADES, UPPER_GRADES, WEEKS, Subject, subjects
from .roster import Roster, SchoolClass, class_set

#: Periods a week of a full post (Circular 05/2025/TT-BGDĐT gives the norms by level).
NORM = {"primary": 23, "lower": 19, "upper": 17}
CLASS_TEACHER = "GVTH"  # teaches a primary class most subjects
_ONE_POOL = {  # subject → who teaches it
    "lower": {
        "NV": "NV", "GDCD": "NV", "TOAN": "TOAN", "TH": "TOAN", "NN1": "NN1", "KHTN": "KHTN", "CN": "KHTN",
        "LSDL": "LSDL", "GDDP": "LSDL", "GDTC": "GDTC", "NT": "NT",
    },
    "upper": {
        "NV": "NV", "TOAN": "TOAN", "NN1": "NN1", "LS": "LS", "GDDP": "LS", "DL": "DL", "GDKTPL": "GDKTPL", "VL": "VL",
        "CNCN": "VL", "CNNN": "SH", "HH": "HH", "SH": "SH", "TH": "TH", "GDTC": "GDTC", "GDQPAN": "GDTC", "AN": "NT", "MT": "NT",
    },
    "primary": {"NN1": "NN1", "THCN": "THCN", "GDTC": "GDTC", "NT": "NT"},
}  # fmt: skip
_PARTS = {"KHTN": ("VL", "HH", "SH"), "LSDL": ("LS", "DL"), "NT": ("AN", "MT")}
_TITLES = {"MN": "V.07.02.26", "primary": "V.07.03.29", "lower": "V.07.04.32", "upper": "V.07.05.15"}
_OFFICE = (("clerk", "02.007"), ("accountant", "06.031"), ("nurse", "V.08.03.07"), ("librarian", "V.10.02.06"))


@dataclass(frozen=True, slots=True)
class Post:
    person: int
    position: str
    pool: str | None  # of teachers
    title_code: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A teacher has a subject, or a part of it, in a class."""

    school_class: SchoolClass
    subject: str
    part: str
    person: int
    responsible: bool
    periods: int


@dataclass(slots=True)
class Staffing:
    posts: list[Post] = field(default_factory=list)
    lessons: list[Lesson] = field(default_factory=list)
    homeroom: dict[int, int] = field(default_factory=dict)  # class id → person

    def holder(self, position: str) -> int:
        return next(post.person for post in self.posts if post.position == position)


def level_of(grade: str) -> str:
    if grade in PRIMARY_GRADES:
        return "primary"
    return "upper" if grade in UPPER_GRADES else "lower"


def _pool(grade: str, subject: str) -> str | None:
    """Who teaches a subject in a grade; None = the homeroom teacher of a secondary class."""
    level = level_of(grade)
    return _ONE_POOL[level].get(subject, CLASS_TEACHER if level == "primary" else None)


def pool_sizes(school: SchoolPlan) -> dict[str, int]:
    """Teachers needed in each pool: the heavier of the two years, from the plan alone."""
    if not school.is_graded:
        return {"MN": school.preschool_teachers}
    needed: dict[str, int] = {}
    for year in (CLOSED_YEAR, OPEN_YEAR):
        periods: dict[str, float] = defaultdict(float)
        class_teachers = 0
        for grade, _, programme, electives in class_set(school, year):
            level = level_of(grade)
            class_teachers += level == "primary"
            for subject in subjects(grade, programme=programme, electives=electives):
                pool = _pool(grade, subject.code)
                if pool is not None and pool != CLASS_TEACHER:
                    # What homeroom teachers do besides (three periods a week) is spread over all pools.
                    extra = 1.0 if level == "primary" else 1.115
                    periods[pool] += subject.periods * extra / (NORM[level] * WEEKS)
        if class_teachers:
            periods[CLASS_TEACHER] = class_teachers
        for pool, posts in periods.items():
            needed[pool] = max(needed.get(pool, 1), round(posts))
    return dict(sorted(needed.items()))


def _office_posts(school: SchoolPlan, classes: int) -> tuple[int, int]:
    """(deputies, office staff) of a school with so many classes."""
    deputies = 2 if classes >= 26 else 1
    office = 1 if classes < 10 or not school.is_graded else 2 if classes < 30 else 3
    return deputies, office


def _class_count(school: SchoolPlan) -> int:
    return sum(1 for _ in class_set(school, OPEN_YEAR))


def fixed_posts(school: SchoolPlan) -> int:
    """All posts of a school but those of preschool teachers."""
    deputies, office = _office_posts(school, _class_count(school))
    return 1 + deputies + office + (sum(pool_sizes(school).values()) if school.is_graded else 0)


def staff(school: SchoolPlan, roster: Roster) -> Staffing:
    """The posts of a school and all lessons of both years."""
    found = Staffing()
    deputies, office = _office_posts(school, _class_count(school))
    level = "MN" if not school.is_graded else level_of(school.grades[-1])
    person = school.first_person
    positions = [("principal", _TITLES[level])] + [("deputy_principal", _TITLES[level])] * deputies
    for position, title in [*positions, *_OFFICE[:office]]:
        person += 1
        found.posts.append(Post(person, position, None, title))
    pools: dict[str, list[int]] = {}
    for pool, count in pool_sizes(school).items():
        for _ in range(count):
            person += 1
            title = _TITLES["primary"] if pool in (CLASS_TEACHER, "THCN") else _TITLES[level]
            found.posts.append(Post(person, "teacher", pool, title))
            pools.setdefault(pool, []).append(person)
    for classes in (roster.closed, roster.open):
        if school.is_graded:
            _give_lessons(found, classes, pools)
        else:
            for place, school_class in enumerate(classes):
                found.homeroom[school_class.id] = pools["MN"][place % len(pools["MN"])]
    return found


def _give_lessons(found: Staffing, classes: tuple[SchoolClass, ...], pools: dict[str, list[int]]) -> None:
    load: dict[int, int] = defaultdict(int)
    taught: dict[int, dict[int, int]] = {}  # class → teacher → rank as a homeroom teacher
    for place, school_class in enumerate(classes):
        taught[school_class.id] = {}
        for subject in _subjects(school_class):
            pool = _pool(school_class.grade, subject.code)
            if pool == CLASS_TEACHER:
                teachers = [pools[pool][sum(c.is_primary for c in classes[:place]) % len(pools[pool])]]
                found.homeroom[school_class.id] = teachers[0]
            elif pool is not None:
                teachers = _least_loaded(pools[pool], load, _parts(subject.code, len(pools[pool]), school_class))
            else:
                continue
            _teach(found, load, school_class, subject, teachers)
            for teacher in teachers:
                rank = (
                    -subject.periods if subject.code != "TOAN" else 0
                )  # mathematics teachers only when all others have one
                taught[school_class.id][teacher] = min(rank, taught[school_class.id].get(teacher, rank))
    busy = set()
    for school_class in classes:
        if school_class.is_primary:
            continue
        ranked = sorted(taught[school_class.id].items(), key=lambda item: (item[1], item[0]))
        homeroom = next((teacher for teacher, _ in ranked if teacher not in busy), ranked[0][0])
        busy.add(homeroom)
        found.homeroom[school_class.id] = homeroom
        for subject in _subjects(school_class):
            if _pool(school_class.grade, subject.code) is None:
                _teach(found, load, school_class, subject, [homeroom])


def _subjects(school_class: SchoolClass) -> tuple[Subject, ...]:
    return subjects(school_class.grade, programme=school_class.programme, electives=school_class.electives)


def _parts(subject: str, teachers: int, school_class: SchoolClass) -> int:
    """Into how many parts a subject is split: where there are teachers for it, in every other class."""
    parts = len(_PARTS.get(subject, ("",)))
    if teachers < parts or (subject != "NT" and school_class.place % 2 == 0):
        return 1
    return parts


def _least_loaded(pool: list[int], load: dict[int, int], count: int) -> list[int]:
    return sorted(pool, key=lambda person: (load[person], person))[:count]


def _teach(
    found: Staffing, load: dict[int, int], school_class: SchoolClass, subject: Subject, teachers: list[int]
) -> None:
    count = len(teachers)
    for place, person in enumerate(teachers):
        periods = subject.periods // count + (place < subject.periods % count)
        part = _PARTS[subject.code][place] if count > 1 else ""
        load[person] += periods
        found.lessons.append(Lesson(school_class, subject.code, part, person, place == 0, periods))
