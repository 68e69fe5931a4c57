"""What a class wrote down in a year, as COPY lines: marks, levels, conduct, retests, comments, absences."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from . import marks
from .calendar import days_before_today, school_days
from .chance import Urn
from .plan import CLOSED_YEAR, OPEN_YEAR
from .programme import Subject, subjects
from .roster import SchoolClass

_NULL = "\\N"
#: By learning level. Never C in term 2, so that nobody waits for a summer training.
_CONDUCT = {
    marks.GOOD: Urn({"T": 96, "K": 4}),
    marks.FAIR: Urn({"T": 80, "K": 19, "D": 1}),
    marks.ENOUGH: Urn({"T": 46, "K": 45, "D": 9}),
    marks.FAILED: Urn({"K": 55, "D": 45}),
    marks.ONE_SUBJECT: Urn({"T": 85, "K": 15}),
}
_RETEST_DAY = date(2026, 7, 20)
_ABSENCES = Urn({0: 340, 1: 200, 2: 150, 3: 110, 4: 75, 5: 50, 6: 30, 8: 20, 11: 14, 16: 8, 24: 3})
_REASONS = Urn(
    {"Ốm": 52, "Việc gia đình": 24, "Đi khám bệnh": 9, "Đau mắt đỏ": 4, "Về quê": 6, "Đi thi đấu thể thao": 2}
)
_SESSIONS = Urn({"day": 66, "morning": 20, "afternoon": 14})
_COMMENTS = {
    marks.GOOD: (
        "Nắm chắc kiến thức, vận dụng linh hoạt.",
        "Tự giác, trình bày rõ ràng, hay giúp bạn.",
        "Tư duy tốt, nên thử sức với bài nâng cao.",
        "Học đều, tích cực phát biểu.",
    ),
    marks.FAIR: (
        "Hiểu bài, cần cẩn thận hơn khi trình bày.",
        "Có tiến bộ rõ trong học kì này.",
        "Chăm học, cần mạnh dạn phát biểu hơn.",
        "Vận dụng khá, nên luyện thêm bài tổng hợp.",
    ),
    marks.ENOUGH: (
        "Đạt yêu cầu, cần ôn lại kiến thức nền.",
        "Cần hoàn thành bài tập ở nhà đều hơn.",
        "Có cố gắng, cần luyện thêm kĩ năng trình bày.",
    ),
    marks.FAILED: ("Cần được kèm thêm, chưa nắm được kiến thức cơ bản.", "Hay quên bài, gia đình cùng nhắc nhở em."),
}
_COMMENTS[marks.ONE_SUBJECT] = _COMMENTS[marks.FAIR]
_PRIMARY_COMMENTS = {
    marks.EXCELLENT: (
        "Đọc to, rõ, hiểu bài nhanh.",
        "Làm toán nhanh và cẩn thận.",
        "Tự tin, sáng tạo, biết chia sẻ với bạn.",
    ),
    marks.WELL: ("Nắm được bài, trình bày sạch đẹp.", "Chăm ngoan, tích cực tham gia hoạt động nhóm."),
    marks.DONE: ("Hoàn thành bài, cần đọc trôi chảy hơn.", "Có tiến bộ, cần luyện chữ thêm."),
    marks.NOT_DONE: ("Cần được hướng dẫn thêm về tính toán.", "Còn rụt rè, cần luyện đọc nhiều hơn."),
}


@dataclass(frozen=True, slots=True)
class Pen:
    """What is needed to write: the chance of the school, who is able at what, and where lines go (kind → lines)."""

    rng: Random
    ability_salt: int
    unit_id: int
    two_sessions: bool
    with_comments: bool
    out: dict[str, list[str]]
    no_final_marks_in: frozenset[int] = frozenset()  # classes kept clear for trying out entry

    def picks(self, count: int) -> array[int]:
        found = array("H")
        found.frombytes(self.rng.randbytes(2 * count))
        return found


def write(pen: Pen, school_class: SchoolClass) -> None:
    """All lines of one class of one year."""
    if school_class.is_secondary:
        _secondary(pen, school_class)
    elif school_class.is_primary:
        _primary(pen, school_class)
    _absences(pen, school_class)


# --- grades 6-12 ----------------------------------------------------------------------------------------------------


def _secondary(pen: Pen, school_class: SchoolClass) -> None:
    year, pupils = school_class.year, school_class.pupils
    of_class = subjects(school_class.grade, programme=school_class.programme, electives=school_class.electives)
    scored = [subject for subject in of_class if subject.scored]
    levels = [marks.level(pupil, year, pen.ability_salt) for pupil in pupils]
    profiles = [
        marks.profiles(len(scored), level)[pick]
        for level, pick in zip(levels, pen.rng.randbytes(len(pupils)), strict=True)
    ]
    buckets = list(zip(*profiles, strict=True)) if pupils else [()] * len(scored)
    terms = (1, 2) if year == CLOSED_YEAR else (1,)
    for term in terms:
        for subject, of_subject in zip(scored, buckets, strict=True):
            endings = _endings(pen, school_class, subject, term)
            before = f"{year}\t{pen.unit_id}\t{school_class.id}\t{subject.code}\t{term}\t"
            worse = 0 if year == CLOSED_YEAR and term == 1 else -1  # one in eight did a little worse in term 1
            pen.out["mark"] += [
                f"{before}{pupil}{endings[bucket + (bucket < marks.C and pick >> 13 == worse)][pick & 1023]}"
                for pupil, bucket, pick in zip(pupils, of_subject, pen.picks(len(pupils)), strict=True)
            ]
    _comment_subjects(pen, school_class, [subject for subject in of_class if not subject.scored], levels, terms)
    if year == CLOSED_YEAR:
        _conduct(pen, school_class, levels)
        _retests(pen, school_class, scored, levels, profiles)
        if pen.with_comments:
            _comments(pen, school_class, [subject.code for subject in of_class], [_COMMENTS[level] for level in levels])


def _endings(pen: Pen, school_class: SchoolClass, subject: Subject, term: int) -> tuple[tuple[str, ...], ...]:
    if school_class.year == CLOSED_YEAR:
        return marks.endings(subject.regular, term == 2 and subject.code in school_class.clusters.split())
    if school_class.id in pen.no_final_marks_in:
        return marks.open_endings(subject.regular, max(1, subject.regular - 1), True, False)
    chance = pen.rng.random
    entered = subject.regular - (chance() < 0.7) - (chance() < 0.2)
    return marks.open_endings(subject.regular, max(1, entered), chance() < 0.9, chance() < 0.03)


def _comment_subjects(
    pen: Pen, school_class: SchoolClass, of_class: list[Subject], levels: list[int], terms: tuple[int, ...]
) -> None:
    """Đạt for nearly everyone; now and then one pupil Chưa đạt in one subject of one term of a closed year."""
    year, pupils = school_class.year, school_class.pupils
    closed = year == CLOSED_YEAR
    failing = None
    able = [pupil for pupil, level in zip(pupils, levels, strict=True) if level in (marks.FAIR, marks.ENOUGH)]
    if closed and able and pen.rng.random() < 0.2:
        failing = (pen.rng.choice(terms), pen.rng.choice(of_class).code, pen.rng.choice(able))
    for term in terms:
        for subject in of_class:
            before = f"{year}\t{pen.unit_id}\t{school_class.id}\t{subject.code}\t{term}\t"
            passed = (
                marks.comment_endings(2, True, True, False)
                if closed
                else marks.comment_endings(1 + (pen.rng.random() < 0.3), pen.rng.random() < 0.85, False, False)
            )
            pen.out["mark"] += [f"{before}{pupil}{passed}" for pupil in pupils]
            if failing and failing[:2] == (term, subject.code):
                place = pupils.index(failing[2]) - len(pupils)
                pen.out["mark"][place] = f"{before}{failing[2]}{marks.comment_endings(2, True, True, True)}"


def _conduct(pen: Pen, school_class: SchoolClass, levels: list[int]) -> None:
    for term in (1, 2):
        before = f"{school_class.year}\t{pen.unit_id}\t{school_class.id}\t{term}\t"
        for pupil, level in zip(school_class.pupils, levels, strict=True):
            letter = _CONDUCT[level].one(pen.rng)
            if term == 1 and level == marks.ENOUGH and pen.rng.random() < 0.01:
                letter = "C"
            pen.out["conduct"].append(f"{before}{pupil}\t{letter}\n")


def _retests(
    pen: Pen, school_class: SchoolClass, scored: list[Subject], levels: list[int], profiles: list[tuple[int, ...]]
) -> None:
    """Pupils who failed the year take every subject below 5,0 again; who repeats the year failed again."""
    for pupil, level, profile in zip(school_class.pupils, levels, profiles, strict=True):
        if level != marks.FAILED:
            continue
        low, high = (25, 44) if marks.repeats(pupil, school_class.year, pen.ability_salt) else (50, 72)
        for subject, bucket in zip(scored, profile, strict=True):
            if bucket >= marks.D:
                value = pen.rng.randint(low, high) // 5 * 5
                pen.out["retest"].append(
                    f"{school_class.year}\t{pen.unit_id}\t{school_class.id}\t{subject.code}\t{pupil}\t{value}\t{_NULL}\t"
                    f"{_RETEST_DAY}\n"
                )


# --- grades 1-5 -----------------------------------------------------------------------------------------------------


def _primary(pen: Pen, school_class: SchoolClass) -> None:
    year, pupils = school_class.year, school_class.pupils
    of_class = subjects(school_class.grade)
    levels = [marks.primary_level(pupil, year, pen.ability_salt) for pupil in pupils]
    weak = [pen.rng.choice(("TV", "TOAN")) if level == marks.NOT_DONE else "" for level in levels]
    done = year == CLOSED_YEAR or pen.rng.random() < 0.85
    moments = (1, 2, 3, 4) if year == CLOSED_YEAR else (1,) if done else ()
    for moment in moments:
        for subject in of_class:
            tested = subject.tested_mid if moment in (1, 3) else subject.tested
            by_bucket = [marks.primary_endings(bucket, tested) for bucket in range(4)]
            before = f"{year}\t{pen.unit_id}\t{school_class.id}\t{subject.code}\t{moment}\t"
            pen.out["primary"] += [
                f"{before}{pupil}{by_bucket[_of_subject(level, of_pupil == subject.code)][pick & 1023]}"
                for pupil, level, of_pupil, pick in zip(pupils, levels, weak, pen.picks(len(pupils)), strict=True)
            ]
        before = f"{year}\t{pen.unit_id}\t{school_class.id}\t{moment}\t"
        pen.out["quality"] += [
            f"{before}{pupil}{marks.quality_endings(level)[pick & 1023]}"
            for pupil, level, pick in zip(pupils, levels, pen.picks(len(pupils)), strict=True)
        ]
    if year == CLOSED_YEAR:
        _support(pen, school_class, weak)
        if pen.with_comments:
            texts = [_PRIMARY_COMMENTS[level] for level in levels]
            _comments(pen, school_class, [subject.code for subject in of_class], texts)


def _of_subject(level: int, is_weak: bool) -> int:
    """A pupil who did not complete the year failed one subject only."""
    return level if level != marks.NOT_DONE or is_weak else marks.DONE


def _support(pen: Pen, school_class: SchoolClass, weak: list[str]) -> None:
    """Pupils with a subject not completed are assessed again; who repeats the year failed that too."""
    for pupil, subject in zip(school_class.pupils, weak, strict=True):
        if subject:
            again = marks.repeats(pupil, school_class.year, pen.ability_salt)
            pen.out["retest"].append(
                f"{school_class.year}\t{pen.unit_id}\t{school_class.id}\t{subject}\t{pupil}\t{40 if again else 60}\t"
                f"{'C' if again else 'H'}\t{_RETEST_DAY}\n"
            )


# --- all ------------------------------------------------------------------------------------------------------------


def _comments(pen: Pen, school_class: SchoolClass, codes: list[str], texts: list[tuple[str, ...]]) -> None:
    for term in (1, 2):
        # Subject teachers write at the end of the year, the homeroom teacher after each term.
        for subject in ("", *codes) if term == 2 else ("",):
            before = f"{school_class.year}\t{pen.unit_id}\t{school_class.id}\t{subject}\t{term}\t"
            pen.out["comment"] += [
                f"{before}{pupil}\t{pen.rng.choice(of_pupil)}\n"
                for pupil, of_pupil in zip(school_class.pupils, texts, strict=True)
            ]


def _absences(pen: Pen, school_class: SchoolClass) -> None:
    days = school_days(school_class.year, six_days=school_class.is_secondary)
    counts = _ABSENCES.many(pen.rng, len(school_class.pupils))
    share: Callable[[int], int] = lambda count: count  # noqa: E731
    if school_class.year == OPEN_YEAR:
        days, all_days = days_before_today(days), len(days)
        share = lambda count: round(count * len(days) / all_days + pen.rng.random() - 0.5)  # noqa: E731
    before = f"{school_class.year}\t{pen.unit_id}\t{school_class.id}\t"
    for pupil, count in zip(school_class.pupils, counts, strict=True):
        for place in sorted(pen.rng.sample(range(len(days)), share(count))) if count else ():
            session = _SESSIONS.one(pen.rng) if pen.two_sessions else "morning"
            excused = pen.rng.random() < 0.86
            reason = _REASONS.one(pen.rng) if excused else ""
            pen.out["absence"].append(
                f"{before}{pupil}\t{days[place]}\t{session}\t{'t' if excused else 'f'}\t{reason}\n"
            )
