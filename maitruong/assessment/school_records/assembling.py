"""Put a pupil's record together from the closed books, the rolls and the school's own particulars."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.urls import reverse

from maitruong.assessment.gradebook import queries as gradebook
from maitruong.assessment.gradebook.queries import RecordSubject, RecordYear
from maitruong.foundation.access import queries as access
from maitruong.foundation.access.types import Scope
from maitruong.foundation.identity import services as identity
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import queries as people
from maitruong.foundation.people.types import Particulars
from maitruong.foundation.reference import catalogue as reference
from maitruong.foundation.reference.errors import UnknownCode
from maitruong.foundation.regulations.register import HOUSE
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import ClassRef, RosterRow
from maitruong.registry.schools import queries as schools
from maitruong.registry.students import queries as students
from maitruong.teaching.attendance import queries as attendance
from maitruong.teaching.attendance.types import AbsenceCount
from maitruong.teaching.curriculum.rules import programme_of
from maitruong.teaching.timetable import queries as timetable

from . import labels
from .errors import NobodyToSign, RecordIncomplete
from .rules import Outcome
from .types import (
    Approval,
    Correction,
    Guardian,
    Identity,
    Issue,
    Judgement,
    Levels,
    Mark,
    Person,
    PrimaryLevel,
    PrimaryOverall,
    Promotion,
    Pupil,
    RecordContent,
    School,
    SchoolClass,
    Stage,
    SubjectBlock,
    Summary,
    YearLevel,
)
from .types import Outcome as Passed

UNKNOWN: Final = "Chưa ghi"
_YEAR_LEVELS = (YearLevel.FAILED, YearLevel.PASSED, YearLevel.FAIR, YearLevel.GOOD)
_SUBJECT_LEVELS = (PrimaryLevel.NOT_YET, PrimaryLevel.DONE, PrimaryLevel.WELL)
_OVERALL = (PrimaryOverall.NOT_YET, PrimaryOverall.DONE, PrimaryOverall.WELL, PrimaryOverall.EXCELLENT)
_PROMOTION = {
    Outcome.PROMOTED: Promotion.PROMOTED,
    Outcome.PROMOTED_AFTER_SUMMER: Promotion.PROMOTED_AFTER_SUMMER,
    Outcome.PROMOTED_BY_DECISION: Promotion.PROMOTED_BY_DECISION,
    Outcome.COMPLETED: Promotion.COMPLETED,
    Outcome.RETAINED: Promotion.RETAINED,
}


@dataclass(frozen=True)
class Classroom:
    """What all records of a class share."""

    ref: ClassRef
    school: School
    act: str
    rule_set: str
    homeroom: Person
    principal: Person
    teachers: dict[str, Person]
    years: dict[int, RecordYear]
    absences: dict[int, AbsenceCount]
    roster: dict[int, RosterRow]
    electives: str
    clusters: str
    programme: str
    demo: bool


def classroom(scope: Scope, ref: ClassRef, roster: list[RosterRow]) -> Classroom:
    """Read the class once. Raises NotFound, NobodyToSign (no homeroom teacher, no principal)."""
    ids = [row.student_id for row in roster]
    sheet, years = gradebook.class_year(scope, class_id=ref.id, student_ids=ids)
    assignments = timetable.assignments(scope, class_id=ref.id, school_year=ref.school_year)
    teachers = {row.subject: Person(str(row.teacher_id), row.teacher_name, "Giáo viên") for row in assignments}
    if ref.homeroom_id is None:
        raise NobodyToSign(what=f"giáo viên chủ nhiệm lớp {ref.name}")
    homeroom_name = people.names([ref.homeroom_id])[ref.homeroom_id]
    named = {subject.code: subject.name for subject in sheet.subjects}
    electives, clusters = enrolment.programme_of(ref.id)
    return Classroom(
        ref=ref,
        school=school_of(ref.school_id),
        act=sheet.act,
        rule_set=f"{sheet.act}/{sheet.settings_id}",
        homeroom=Person(str(ref.homeroom_id), homeroom_name, "Giáo viên chủ nhiệm"),
        principal=principal_of(ref.school_id, on=clock.today()),
        teachers=teachers,
        years=years,
        absences=attendance.class_counts(scope, class_id=ref.id),
        roster={row.student_id: row for row in roster},
        electives=", ".join(named.get(code, code) for code in electives),
        clusters=", ".join(named.get(code, code) for code in clusters),
        programme=programme_of(schools.levels_of(ref.school_id), ref.grade).label,
        demo=identity.is_demo(),
    )


def school_of(school_id: int) -> School:
    """The school with the commune it lies in (else the unit that governs it) and the province."""
    unit = organisations.unit(school_id)
    code, name = organisations.place_of(school_id, on=clock.today())
    here = identity.installation()
    return School(
        code=unit.code,
        name=unit.name,
        commune_code=code or UNKNOWN,
        commune=name or UNKNOWN,
        province_code=here.province_code if here else UNKNOWN,
        province=here.province_name if here else UNKNOWN,
        organisation_id=str(school_id),
    )


def principal_of(school_id: int, *, on: dt.date) -> Person:
    """Who holds the post; of several, whoever held it first (a stand-in holds it for a while). Raises NobodyToSign."""
    posts = access.posts(unit_ids=[school_id], roles=["principal"], on=on)
    held = sorted((post for post in posts if post.holds), key=lambda post: (post.valid_to is not None, post.valid_from))
    if not held:
        raise NobodyToSign(what="hiệu trưởng")
    name = people.names([held[0].person_id])[held[0].person_id]
    return Person(str(held[0].person_id), name, "Hiệu trưởng")


def verify_url(record_id: str) -> str:
    """The public address printed as QR: the installation's permanent one."""
    here = identity.installation()
    base = (here.public_address if here else "") or settings.CONFIG.public_address
    return base.rstrip("/") + reverse("school_records:verify_token", args=[record_id])


def why_held_back(room: Classroom, student_id: int) -> str:
    """Why a pupil's record cannot be made yet, in Vietnamese; empty when it can."""
    year = room.years[student_id]
    results = (year.overall,) if room.ref.grade <= 5 else (year.learning.get(0), year.conduct.get(0))
    if any(result is None for result in results):
        return f"còn thiếu kết quả {year.missing or 1} môn hoặc hoạt động" if year.missing else "chưa có kết quả cả năm"
    outcome = promotion(room, student_id)
    return outcome.waits_for


def promotion(room: Classroom, student_id: int) -> Outcome:
    year = room.years[student_id]
    rule = HOUSE.of_act("school_records.promotion", room.act, grade=room.ref.grade)
    if room.ref.grade <= 5:
        summer = year.summer
        return rule(room.ref.grade, overall=year.overall, overall_after=summer.overall, decision=summer.goes_up)
    counted = room.absences.get(student_id, AbsenceCount())
    return rule(
        room.ref.grade,
        learning=year.learning[0],
        conduct=year.conduct[0],
        absences=min(counted.year, 400),
        learning_after=year.summer.learning,
        conduct_after=year.summer.conduct,
    )


def content(
    room: Classroom,
    student_id: int,
    *,
    record_id: str,
    version: int = 1,
    prev_hash: str | None = None,
    corrects: Correction | None = None,
) -> RecordContent:
    """The frozen values of one record. Raises RecordIncomplete naming the pupil and what is missing."""
    year = room.years[student_id]
    who = people.particulars(student_id)
    if who is None:
        raise RecordIncomplete(pupil=room.roster[student_id].full_name, what="không đọc được hồ sơ học sinh")
    if who.born_on is None or not who.sex:
        raise RecordIncomplete(pupil=who.full_name, what="hồ sơ thiếu ngày sinh hoặc giới tính")
    outcome = promotion(room, student_id)
    if outcome.is_pending:
        raise RecordIncomplete(pupil=who.full_name, what=outcome.waits_for)
    today = clock.today()
    last = room.ref.grade in (5, 9, 12) and outcome is Outcome.COMPLETED
    return RecordContent(
        identity=Identity(
            record_id=record_id,
            version=version,
            stage=_stage(room.ref.grade),
            school_year=room.ref.school_year,
            rule_set=room.rule_set,
            demo=room.demo,
            verify_url=verify_url(record_id),
            school=room.school,
            pupil=_pupil(who, who.born_on, room.roster[student_id]),
            school_class=SchoolClass(
                str(room.ref.id),
                room.ref.name,
                room.ref.grade,
                room.programme,
                room.electives or None,
                room.clusters or None,
            ),
            prev_hash=prev_hash,
            corrects=corrects,
        ),
        subjects=tuple(_subject(room, subject, who.full_name) for subject in year.subjects),
        summary=_summary(room, year),
        approval=_approval(room, year, outcome, today, completes_stage=last),
        issue=Issue(room.school.commune, today),
    )


def _approval(room: Classroom, year: RecordYear, outcome: Outcome, on: dt.date, *, completes_stage: bool) -> Approval:
    """The principal's part. Who was sent up against both results of the year is told with the result and the reason."""
    decided = outcome is Outcome.PROMOTED_BY_DECISION
    return Approval(
        room.principal,
        _PROMOTION[outcome],
        on,
        computed=Promotion.RETAINED if decided else None,
        reason=year.summer.why if decided else None,
        completes_stage=completes_stage,
    )


def _stage(grade: int) -> Stage:
    return Stage.PRIMARY if grade <= 5 else Stage.LOWER_SECONDARY if grade <= 9 else Stage.UPPER_SECONDARY


def _pupil(who: Particulars, born_on: dt.date, row: RosterRow) -> Pupil:
    numbers = people.numbers_in_force(who.id)
    file = students.student_file(who.id)
    return Pupil(
        pupil_id=str(who.id),
        ministry_id=numbers.get("MOET") or row.student_code or f"HS{who.id}",
        personal_id=numbers.get("CCCD"),
        full_name=who.full_name,
        born=born_on,
        sex=who.sex,
        birth_place=who.birthplace or UNKNOWN,
        ethnicity=_named("ethnic_group", who.ethnic_group) or UNKNOWN,
        nationality="Việt Nam" if who.nationality == "VN" else who.nationality or UNKNOWN,
        residence=who.residence or None,
        policy_group=_named("policy_group", file.policy_group) if file and file.policy_group else None,
        register_number=row.register_number or None,
        guardians=tuple(
            Guardian(found.relation_label or UNKNOWN, found.full_name) for found in students.guardians(who.id)[:6]
        ),
    )


def _named(list_name: str, key: str) -> str | None:
    try:
        return reference.code(list_name, key).name if key else None
    except UnknownCode:
        return key


def _subject(room: Classroom, subject: RecordSubject, pupil: str) -> SubjectBlock:
    primary = room.ref.grade <= 5
    teacher = room.teachers.get(subject.code) or (room.homeroom if primary else None)
    if teacher is None:
        raise RecordIncomplete(pupil=pupil, what=f"chưa phân công giáo viên môn {subject.name}")
    comment = subject.comment or ("Được miễn học." if subject.exempt else None)
    code = subject.code
    if primary:
        return _primary_subject(subject, teacher, comment)
    marks = [_mark(subject.kind, value) for value in (subject.term_one, subject.term_two, subject.year)]
    return SubjectBlock(
        code,
        subject.name,
        teacher,
        teacher,
        subject.optional,
        term_one=marks[0],
        term_two=marks[1],
        year=marks[2],
        retest=_mark(subject.kind, subject.again.value) if subject.again else None,
        comment=comment,
    )


def _primary_subject(subject: RecordSubject, teacher: Person, comment: str | None) -> SubjectBlock:
    """Level and test of the end of the year; after support those of the second assessment, with the first in the comment."""
    again = subject.again if subject.again and subject.again.taken else None
    level = subject.level if again is None or again.level is None else again.level
    test = subject.test if again is None or again.value is None else again.value
    if again is not None:
        comment = " ".join(filter(None, (comment, f"Đánh giá bổ sung; cuối năm học: {_first_result(subject)}.")))
    return SubjectBlock(
        subject.code,
        subject.name,
        teacher,
        teacher,
        subject.optional,
        level=None if level is None else _SUBJECT_LEVELS[level],
        test_points=_points(test),
        comment=comment,
    )


def _points(test: int | None) -> int | None:
    return None if test is None or test < 0 else test // 10


def _first_result(subject: RecordSubject) -> str:
    level = "" if subject.level is None else labels.SUBJECT_LEVEL[_SUBJECT_LEVELS[subject.level]]
    points = _points(subject.test)
    return level if points is None else f"{level}, kiểm tra {points} điểm"


def _mark(kind: str, value: int | None) -> Mark | None:
    if value is None:
        return None
    return Mark(tenths=value) if kind == "score" else Mark(outcome=Passed.PASSED if value else Passed.FAILED)


def _summary(room: Classroom, year: RecordYear) -> Summary:
    absent = room.absences.get(year.student_id, AbsenceCount())
    awards = (year.title,) if year.title else ()
    if room.ref.grade <= 5:
        overall = year.overall if year.summer.overall is None else year.summer.overall
        return Summary(
            room.homeroom,
            absent.year,
            absent.excused,
            overall=None if overall is None else _OVERALL[overall],
            judgements=tuple(
                Judgement(code, name, group, _SUBJECT_LEVELS[level])
                for code, name, group, first in year.qualities
                if (level := _after_support(year, code, first)) is not None
            ),
            awards=awards,
            comment=year.comment or None,
        )
    return Summary(
        room.homeroom,
        absent.year,
        absent.excused,
        conduct=_levels(year.conduct, None, year.summer.conduct),
        learning=_levels(year.learning, year.learning_before, year.summer.learning),
        awards=awards,
        comment=year.comment or None,
    )


def _after_support(year: RecordYear, code: str, first: int | None) -> int | None:
    again = (year.summer.rows or {}).get(code)
    return first if again is None or again.level is None else again.level


def _levels(by_term: dict[int, int | None], before: int | None, after: int | None) -> Levels:
    one, two, year = (None if (n := by_term.get(term)) is None else _YEAR_LEVELS[n] for term in (1, 2, 0))
    return Levels(
        one,
        two,
        year,
        before_adjustment=None if before is None else _YEAR_LEVELS[before],
        after_summer=None if after is None else _YEAR_LEVELS[after],
    )
