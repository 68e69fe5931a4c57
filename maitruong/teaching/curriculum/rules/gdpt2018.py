"""The general education programme of 2018 (Circular 32/2018/TT-BGDĐT as amended): subjects, periods, choices of THPT.

The table is `gdpt2018.csv` beside this file: one row per stage and subject, periods a year (tiết) from the stage's first grade on,
0 where the subject is not taught. `valid_from` / `valid_to` are school years, empty for as long as the act stands.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.regulations import in_force, regulation
from maitruong.foundation.regulations.acts import TT32_2018

_FIRST_GRADE = {"th": 1, "thcs": 6, "thpt": 10}
ELECTIVES_CHOSEN = 4
CLUSTERS_CHOSEN = 3
CLUSTER_PERIODS = 35
_LATEST = 9999


class SubjectGroup(StrEnum):
    COMPULSORY = "compulsory"
    ELECTIVE = "elective"
    OPTIONAL = "optional"


class SubjectKind(StrEnum):
    """How a subject is judged: primary levels T/H/C, comments with scores, or comments only."""

    LEVEL = "level"
    SCORE = "score"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject in one grade. family: the subject two strands belong to (CN for both strands of Công nghệ), else its code."""

    code: str
    name: str
    grade: int
    group: SubjectGroup
    kind: SubjectKind
    periods_per_year: int
    has_cluster: bool
    family: str
    valid_from: int
    valid_to: int


@dataclass(frozen=True)
class ChoiceProblem:
    """One reason why a choice of electives and clusters cannot stand; `subject` is the code it is about, or ""."""

    code: str
    message: str
    subject: str = ""


class SubjectUnknown(Refusal):
    code = "curriculum.subject_unknown"
    message = "Chương trình không có môn {subject} ở lớp {grade}."
    remedy = "Xem lại mã môn học và khối lớp."


@cache
def _table() -> tuple[Subject, ...]:
    text = resources.files(__package__).joinpath("gdpt2018.csv").read_text(encoding="utf-8")
    return tuple(
        Subject(
            code=row["code"],
            name=row["name"],
            grade=grade,
            group=SubjectGroup(row["group"]),
            kind=SubjectKind(row["kind"]),
            periods_per_year=int(periods),
            has_cluster=row["cluster"] == "yes",
            family=row["family"] or row["code"],
            valid_from=int(row["valid_from"] or 0),
            valid_to=int(row["valid_to"] or _LATEST),
        )
        for row in csv.DictReader(text.splitlines())
        for grade, periods in enumerate(row["periods"].split(), start=_FIRST_GRADE[row["stage"]])
        if int(periods)
    )


@regulation(
    "curriculum.subjects",
    title="Môn học và số tiết theo lớp",
    act=TT32_2018,
    article="Chương trình tổng thể, Kế hoạch giáo dục",
)
def subjects(grade: int, school_year: int) -> tuple[Subject, ...]:
    """Subjects of a grade in the order of the programme, with their yearly periods; electives and options included."""
    return tuple(s for s in _table() if s.grade == grade and s.valid_from <= school_year <= s.valid_to)


def subjects_of(grade: int, school_year: int) -> tuple[Subject, ...]:
    """Subjects of a grade under the programme in force for it. Raises regulations.NoRuleInForce before its first year."""
    found: tuple[Subject, ...] = in_force("curriculum.subjects", grade=grade, school_year=school_year)(
        grade, school_year
    )
    return found


def subject(code: str, grade: int, school_year: int | None = None) -> Subject:
    """One subject in a grade; without a school year as the newest programme has it. Raises SubjectUnknown."""
    for found in _table():
        in_time = (
            found.valid_to == _LATEST if school_year is None else found.valid_from <= school_year <= found.valid_to
        )
        if found.code == code and found.grade == grade and in_time:
            return found
    raise SubjectUnknown(subject=code, grade=grade)


def periods(subject_code: str, grade: int, school_year: int | None = None) -> int:
    """Periods a year of a subject in a grade, cluster periods not added.

    >>> periods("CN", 8), periods("LS", 10)
    (52, 52)
    """
    return subject(subject_code, grade, school_year).periods_per_year


def yearly_total(grade: int, school_year: int) -> int:
    """Periods a year without options; at THPT with the chosen electives and clusters."""
    taught = subjects_of(grade, school_year)
    compulsory = sum(s.periods_per_year for s in taught if s.group is SubjectGroup.COMPULSORY)
    electives = [s.periods_per_year for s in taught if s.group is SubjectGroup.ELECTIVE]
    if not electives:
        return compulsory
    return compulsory + ELECTIVES_CHOSEN * electives[0] + CLUSTERS_CHOSEN * CLUSTER_PERIODS


# --- choices at THPT -------------------------------------------------------------------------------------------------


def check_choice(electives: Sequence[str], clusters: Sequence[str], *, grade: int = 10) -> list[ChoiceProblem]:
    """What is wrong with a pupil's four electives and three topic clusters; an empty list is a choice that stands.

    Electives and clusters by subject code. Any four of the nine electives (the two strands of Công nghệ are one); clusters on three
    different subjects the pupil studies, of those that have clusters.   Source: Circular 13/2022/TT-BGDĐT.
    """
    return [*_elective_problems(electives, grade), *_cluster_problems(clusters, electives, grade)]


def _elective_problems(electives: Sequence[str], grade: int) -> list[ChoiceProblem]:
    offered = {s.code: s for s in _table() if s.grade == grade and s.group is SubjectGroup.ELECTIVE}
    problems = []
    if len(electives) != ELECTIVES_CHOSEN:
        message = f"Học sinh chọn đúng {ELECTIVES_CHOSEN} môn lựa chọn, đang chọn {len(electives)}."
        problems.append(ChoiceProblem("curriculum.electives_count", message))
    families: dict[str, str] = {}
    for code in electives:
        if code not in offered:
            problems.append(ChoiceProblem("curriculum.not_an_elective", f"{code} không phải môn lựa chọn.", code))
            continue
        chosen = offered[code]
        before = families.setdefault(chosen.family, code)
        if before == code and electives.count(code) > 1:
            problems.append(ChoiceProblem("curriculum.elective_twice", f"Môn {chosen.name} được chọn hai lần.", code))
        elif before != code:
            message = "Môn Công nghệ chỉ theo một định hướng: Công nghiệp hoặc Nông nghiệp."
            problems.append(ChoiceProblem("curriculum.both_strands", message, code))
    return _once_each(problems)


def _cluster_problems(clusters: Sequence[str], electives: Sequence[str], grade: int) -> list[ChoiceProblem]:
    known = {s.code: s for s in _table() if s.grade == grade}
    problems = []
    if len(clusters) != CLUSTERS_CHOSEN:
        message = f"Học sinh chọn đúng {CLUSTERS_CHOSEN} cụm chuyên đề, đang chọn {len(clusters)}."
        problems.append(ChoiceProblem("curriculum.clusters_count", message))
    for code in clusters:
        chosen = known.get(code)
        if chosen is None or not chosen.has_cluster:
            name = chosen.name if chosen else code
            problems.append(ChoiceProblem("curriculum.no_cluster", f"Môn {name} không có cụm chuyên đề.", code))
        elif chosen.group is SubjectGroup.ELECTIVE and code not in electives:
            message = f"Chọn cụm chuyên đề môn {chosen.name} nhưng không chọn môn này."
            problems.append(ChoiceProblem("curriculum.cluster_not_studied", message, code))
        if chosen is not None and clusters.count(code) > 1:
            message = f"Môn {chosen.name} có hai cụm chuyên đề; ba cụm thuộc ba môn khác nhau."
            problems.append(ChoiceProblem("curriculum.cluster_twice", message, code))
    return _once_each(problems)


def _once_each(problems: list[ChoiceProblem]) -> list[ChoiceProblem]:
    return list(dict.fromkeys(problems))
