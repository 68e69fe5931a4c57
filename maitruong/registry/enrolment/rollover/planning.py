"""Who goes where, read once a school: four statements, whatever the number of pupils."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.db import connection

from .. import ports
from ..models import RollOver, SchoolClass
from ..ports import NO_RESULT, Fate
from ..rules import LAST_GRADES, name_next_year

#: What people may say of a pupil: he goes on (up, or done with the level), or repeats.
GOES_ON, REPEATS = "on", "repeat"
#: How a former place is called once it ended with its year.
REASONS = {"up": "lên lớp", "repeat": "học lại lớp", "done": "hoàn thành chương trình cấp học"}
#: Whether a pupil has a place next year is looked up pupil by pupil, along the index of his own places: "+ 0" keeps the planner
#: from any index that begins with the year. By its figures the next year is empty, so it would read that year whole for each
#: school or pupil, and a province's step grew with its square.
_SEATS = """
SELECT e.id, e.student_id, e.school_class_id FROM enrolment_enrolment e
LEFT JOIN LATERAL (
  SELECT true AS there FROM enrolment_enrolment n WHERE n.student_id = e.student_id AND n.school_year + 0 = %(next)s LIMIT 1) n ON true
WHERE e.school_id = %(school)s AND e.school_year = %(year)s AND e.ends_on IS NULL AND n.there IS NULL
ORDER BY e.school_class_id, e.name_key, e.student_id"""


@dataclass(frozen=True)
class OldClass:
    """A class of the year that ends and what it becomes. next_name: "" for the last grade of a level, None while nobody said it."""

    id: int
    name: str
    grade: int
    campus_id: int | None
    electives: list[str]
    clusters: list[str]
    next_name: str | None
    said: bool


@dataclass(frozen=True)
class Move:
    """A pupil's step. to: (grade, name) of the class he goes to; None when he is done with his level."""

    seat_id: int
    student_id: int
    class_id: int
    fate: str
    to: tuple[int, str] | None


@dataclass
class Plan:
    """A school's step: moves that can be made, pupils that wait (pupil, class, what for), and what is in the way, in words.

    undecided: those of the waiting whom nobody judged yet, so that people may.
    leaving: pupils of the plan with an open application to another school (pupil, class, in words). They step along: until they are
    received there they belong here, and the application follows them.
    """

    school_id: int
    from_year: int
    classes: dict[int, OldClass]
    there: dict[tuple[int, str], int]
    moves: list[Move] = field(default_factory=list)
    waiting: list[tuple[int, int, str]] = field(default_factory=list)
    undecided: set[int] = field(default_factory=set)
    leaving: list[tuple[int, int, str]] = field(default_factory=list)
    unnamed: list[OldClass] = field(default_factory=list)
    clashes: list[tuple[str, str]] = field(default_factory=list)

    @cached_property
    def counts(self) -> dict[str, int]:
        kinds = Counter(move.fate for move in self.moves)
        new = {move.to for move in self.moves if move.to} - set(self.there)
        return {kind: kinds[kind] for kind in REASONS} | {"waiting": len(self.waiting), "classes": len(new)}

    @property
    def by_class(self) -> dict[int, Counter[str]]:
        """Class of the old year → how many go up, repeat, are done, wait."""
        told: dict[int, Counter[str]] = {class_id: Counter() for class_id in self.classes}
        for move in self.moves:
            told[move.class_id][move.fate] += 1
        for _, class_id, _ in self.waiting:
            told[class_id]["waiting"] += 1
        return told


def plan(school_id: int, from_year: int, row: RollOver | None = None) -> Plan:
    """What a run would do now. row: what people said of the school's step, where it was read already. Needs sight of the school."""
    row = row or RollOver._base_manager.filter(school_id=school_id, from_year=from_year).first() or RollOver()
    found = Plan(school_id, from_year, _classes(school_id, from_year, row.names), _there(school_id, from_year + 1))
    grade_of = _find_clashes(found)
    fates = ports.outcomes(school_id, from_year)
    blocked = {old.id for old in found.unnamed}
    on_the_way = ports.on_the_way(school_id)
    with connection.cursor() as cursor:
        cursor.execute(_SEATS, {"school": school_id, "year": from_year, "next": from_year + 1})
        for seat_id, student_id, class_id in cursor.fetchall():
            old = found.classes[class_id]
            if student_id in on_the_way:
                found.leaving.append((student_id, old.id, on_the_way[student_id]))
            fate = _fate(old, fates.get(student_id), row.decided.get(str(student_id)))
            words = fate.words or NO_RESULT.words if not fate.kind else _in_the_way(old, fate.kind, blocked, grade_of)
            if words:
                found.waiting.append((student_id, old.id, words))
                if not fate.kind and old.grade >= 1:
                    found.undecided.add(student_id)
                continue
            to = {"up": (old.grade + 1, old.next_name or ""), "repeat": (old.grade, old.name), "done": None}[fate.kind]
            found.moves.append(Move(seat_id, student_id, class_id, fate.kind, to))
    return found


def _in_the_way(old: OldClass, kind: str, blocked: set[int], grade_of: Mapping[str, int]) -> str:
    """Why who is decided cannot be seated yet, in words; "" when nothing is in the way."""
    if kind == "up" and old.id in blocked:
        return f"lớp {old.name} chưa có tên lớp năm sau"
    if kind == "repeat" and grade_of.get(old.name, old.grade) != old.grade:
        return f"học lại lớp {old.name}, nhưng năm sau khối khác mang tên này"
    return ""


def _fate(old: OldClass, told: Fate | None, said: str | None) -> Fate:
    """What the books tell goes before what people said; people say it where the books tell nothing.

    A child of preschool is not judged: it goes on with its age (assumed; Thông tư 51/2020/TT-BGDĐT assesses, it does not hold back).
    """
    on = "done" if old.grade in LAST_GRADES else "up"
    if old.grade < 1:
        return Fate(on)
    fate = told or NO_RESULT
    if not fate.kind and said:
        return Fate(on if said == GOES_ON else "repeat")
    return Fate(on) if fate.kind == "up" else fate


def _classes(school_id: int, year: int, names: Mapping[str, str]) -> dict[int, OldClass]:
    rows = SchoolClass._base_manager.filter(school_id=school_id, school_year=year).order_by("sort_key", "pk")
    found = {}
    for row in rows:
        said = names.get(str(row.pk), "")
        usual = "" if row.grade in LAST_GRADES else name_next_year(row.name, row.grade)
        found[row.pk] = OldClass(
            row.pk,
            row.name,
            row.grade,
            row.campus_id,
            row.electives,
            row.clusters,
            said or usual if row.grade not in LAST_GRADES else "",
            bool(said),
        )
    return found


def _there(school_id: int, year: int) -> dict[tuple[int, str], int]:
    rows = SchoolClass._base_manager.filter(school_id=school_id, school_year=year)
    return {(grade, name): pk for pk, grade, name in rows.values_list("pk", "grade", "name")}


def _find_clashes(found: Plan) -> Mapping[str, int]:
    """A name belongs to one grade of a school in a year. Who would take a name of another grade waits until somebody says another.

    Returns the grade of every name that is taken.
    """
    taken = {name: grade for grade, name in found.there}
    for old in found.classes.values():
        if old.grade in LAST_GRADES:
            continue
        if old.next_name is None:
            found.unnamed.append(old)
        elif taken.setdefault(old.next_name, old.grade + 1) != old.grade + 1:
            found.clashes.append((old.name, old.next_name))
            found.unnamed.append(old)
    return taken
