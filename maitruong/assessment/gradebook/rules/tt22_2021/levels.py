"""Learning level of a term or year (Điều 9, khoản 2) and the one-subject adjustment (khoản 3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from maitruong.foundation.kernel import formats
from maitruong.foundation.regulations import Derivation, Step, regulation
from maitruong.foundation.regulations.acts import TT22_2021

from ..vocabulary import Basis, Kind, LearningLevel, Level, SubjectResult
from .settings import DEFAULT, Tt22Settings

SUBJECTS_ASKED = 6
_SCORE = Kind.SCORE
_ARTICLE = "Điều 9, khoản 2"
_ADJUST_ARTICLE = "Điều 9, khoản 3"


class Row(NamedTuple):
    """One line of khoản 2: every scored subject from `floor`, six from `strong_from`, at most so many comments failed."""

    level: Level
    point: str
    floor: int
    strong_from: int
    comments_allowed: int


ROWS = (
    Row(Level.GOOD, "điểm a", 65, 80, 0),
    Row(Level.FAIR, "điểm b", 50, 65, 0),
    Row(Level.PASS, "điểm c", 35, 50, 1),
)


class Counted(NamedTuple):
    """The subjects a level is judged from, and those left out or still without a result. averages: of the scored ones."""

    scored: tuple[SubjectResult, ...]
    averages: tuple[int, ...]
    failed_comments: tuple[SubjectResult, ...]
    left_out: tuple[SubjectResult, ...]
    missing: tuple[SubjectResult, ...]
    asked: int


class RowCheck(NamedTuple):
    """One row held against a pupil: the subjects below the floor and the number of strong ones."""

    row: Row
    below: tuple[SubjectResult, ...]
    strong: int
    holds: bool


class Attempt(NamedTuple):
    """Khoản 3 tried for one level: the subjects that alone stand in the way, and whether forgiving it suffices."""

    level: Level
    causes: tuple[SubjectResult, ...]
    strong_without: int
    succeeds: bool


class Judgement(NamedTuple):
    """All that was looked at; the plain level and the derivation are both read from it."""

    counted: Counted
    checks: tuple[RowCheck, ...]
    attempts: tuple[Attempt, ...]
    result: LearningLevel


def is_counted(result: SubjectResult, settings: Tt22Settings = DEFAULT) -> bool:
    """Whether a subject enters the level: judged by the common programme, and no option that the reading leaves out."""
    skipped_option = result.optional and not (settings.count_optional_subjects and result.whole_year)
    return result.basis.counts and not skipped_option


def is_missing(result: SubjectResult, settings: Tt22Settings = DEFAULT) -> bool:
    """Whether the level cannot be told for want of this subject's result."""
    return is_counted(result, settings) and (result.average if result.kind is _SCORE else result.passed) is None


def counted_subjects(results: Iterable[SubjectResult], settings: Tt22Settings = DEFAULT) -> Counted:
    """Sort subjects into those that count and those that do not; `asked` is six, or all that are left when fewer."""
    scored: list[SubjectResult] = []
    averages: list[int] = []
    failed: list[SubjectResult] = []
    left_out: list[SubjectResult] = []
    missing: list[SubjectResult] = []
    for result in results:
        if not is_counted(result, settings):
            left_out.append(result)
        elif result.kind is _SCORE:
            if result.average is None:
                missing.append(result)
            else:
                scored.append(result)
                averages.append(result.average)
        elif result.passed is None:
            missing.append(result)
        elif not result.passed:
            failed.append(result)
    asked = min(SUBJECTS_ASKED, len(scored)) if settings.fewer_subjects == "cap" else SUBJECTS_ASKED
    return Counted(tuple(scored), tuple(averages), tuple(failed), tuple(left_out), tuple(missing), asked)


def strong_subjects(counted: Counted, strong_from: int) -> int:
    """How many counted scored subjects have at least so many tenths."""
    return len([average for average in counted.averages if average >= strong_from])


def judge(results: Iterable[SubjectResult], settings: Tt22Settings = DEFAULT) -> Judgement:
    """Khoản 2 from the top down to the first row that holds, then khoản 3."""
    counted = counted_subjects(results, settings)
    if counted.missing or not counted.scored:
        return Judgement(counted, (), (), LearningLevel(None, None))
    checks = []
    base = Level.FAIL
    for row in ROWS:
        check = _check(row, counted)
        checks.append(check)
        if check.holds:
            base = row.level
            break
    attempts = _attempts(checks, counted, base, settings)
    raised = next((attempt for attempt in attempts if attempt.succeeds), None)
    if raised is None:
        return Judgement(counted, tuple(checks), attempts, LearningLevel(base, base))
    result = LearningLevel(Level(base + 1), base, raised.causes[0].code)
    return Judgement(counted, tuple(checks), attempts, result)


def _check(row: Row, counted: Counted) -> RowCheck:
    below: tuple[SubjectResult, ...] = ()
    if min(counted.averages) < row.floor:
        below = tuple(s for s, average in zip(counted.scored, counted.averages, strict=True) if average < row.floor)
    strong = strong_subjects(counted, row.strong_from)
    holds = len(counted.failed_comments) <= row.comments_allowed and not below and strong >= counted.asked
    return RowCheck(row, below, strong, holds)


def _attempts(checks: list[RowCheck], counted: Counted, base: Level, settings: Tt22Settings) -> tuple[Attempt, ...]:
    """Khoản 3 for Tốt and Khá, as far as they lie two levels or more above the base."""
    tried = []
    for check in checks:
        if check.row.level < Level.FAIR or check.row.level - base < 2:
            continue
        causes = (*check.below, *counted.failed_comments)
        strong = check.strong
        if len(check.below) == 1 and settings.adjust_mode == "replace":
            strong += 1  # with a 10 instead, the subject itself is one of the strong ones
        comment_in_the_way = bool(counted.failed_comments) and not settings.adjust_comment_subject
        succeeds = len(causes) == 1 and strong >= counted.asked and not comment_in_the_way
        tried.append(Attempt(check.row.level, causes, strong, succeeds))
    return tuple(tried)


def _average(subject: SubjectResult) -> int:
    assert subject.average is not None  # counted_subjects set those without a result aside
    return subject.average


# --- telling why -----------------------------------------------------------------------------------------------------


def explain_learning_level(results: Iterable[SubjectResult], *, settings: Tt22Settings = DEFAULT) -> Derivation:
    """Why the level is what it is: each row from Tốt down, the subjects that decided, and the adjustment if it was tried."""
    judged = judge(results, settings)
    steps: list[Step | Derivation] = [_left_out_step(subject) for subject in judged.counted.left_out]
    steps += [Step("Chưa có kết quả", False, subject.name) for subject in judged.counted.missing]
    steps += [_row_derivation(check, judged.counted) for check in judged.checks]
    if judged.attempts:
        steps.append(_adjustment_derivation(judged))
    level = judged.result.level
    shown = "chưa xếp loại" if level is None else level.label
    return Derivation("Kết quả học tập", judged.result, shown, TT22_2021, _ARTICLE, tuple(steps))


@regulation(
    "gradebook.learning_level",
    title="Kết quả học tập (mức đánh giá và điều chỉnh)",
    act=TT22_2021,
    article=f"{_ARTICLE} và khoản 3",
    explain=explain_learning_level,
)
def learning_level(results: Iterable[SubjectResult], *, settings: Tt22Settings = DEFAULT) -> LearningLevel:
    """Learning level (kết quả học tập) of a term or year from the averages and comment results of its subjects.

    Averages in tenths. Exempt subjects, individual plans and uncounted options are left out. Both the level before and
    after khoản 3 are given; None while any counted subject has no result.
    """
    return judge(results, settings).result


def _left_out_step(subject: SubjectResult) -> Step:
    reason = {Basis.EXEMPT: "được miễn", Basis.INDIVIDUAL_PLAN: "đánh giá theo kế hoạch giáo dục cá nhân"}
    return Step("Không tính vào xếp loại", None, subject.name, reason.get(subject.basis, "môn tự chọn"))


def _row_derivation(check: RowCheck, counted: Counted) -> Derivation:
    row, failed = check.row, counted.failed_comments
    allowed = "Các môn nhận xét đều Đạt" if row.comments_allowed == 0 else "Nhiều nhất 1 môn nhận xét Chưa đạt"
    steps: list[Step] = []
    if len(failed) <= row.comments_allowed:
        steps.append(Step(allowed, True, ", ".join(s.name for s in failed), "Chưa đạt" if failed else ""))
    else:
        steps += [Step(allowed, False, subject.name, "Chưa đạt") for subject in failed]
    floor = f"Mọi môn tính điểm từ {formats.average(row.floor)} trở lên"
    if check.below:
        steps += [Step(floor, False, subject.name, formats.average(_average(subject))) for subject in check.below]
    else:
        lowest = min(counted.scored, key=_average)
        steps.append(Step(floor, True, lowest.name, f"thấp nhất {formats.average(_average(lowest))}"))
    strong = f"Ít nhất {counted.asked} môn từ {formats.average(row.strong_from)} trở lên"
    steps.append(Step(strong, check.strong >= counted.asked, value=f"có {check.strong} môn"))
    return Derivation(
        f"Mức {row.level.label}",
        check.holds,
        "đủ điều kiện" if check.holds else "chưa đủ điều kiện",
        TT22_2021,
        f"{_ARTICLE}, {row.point}",
        tuple(steps),
        check.holds,
    )


def _adjustment_derivation(judged: Judgement) -> Derivation:
    level, before, raised_by = judged.result
    assert level is not None and before is not None
    steps = tuple(_attempt_step(attempt, judged) for attempt in judged.attempts)
    shown = f"nâng một mức từ {before.label} lên {level.label}" if raised_by else "không điều chỉnh"
    return Derivation(
        "Điều chỉnh mức đánh giá", bool(raised_by), shown, TT22_2021, _ADJUST_ARTICLE, steps, bool(raised_by)
    )


def _attempt_step(attempt: Attempt, judged: Judgement) -> Step:
    before = judged.result.before
    assert before is not None
    condition = f"Thấp hơn mức {attempt.level.label} từ hai mức trở lên chỉ do một môn"
    names = ", ".join(subject.name for subject in attempt.causes)
    if len(attempt.causes) != 1:
        return Step(condition, False, names, f"{len(attempt.causes)} môn")
    if attempt.succeeds:
        return Step(condition, True, names)
    if attempt.strong_without < judged.counted.asked:
        return Step(condition, False, names, "không kể môn này cũng chưa đủ số môn của mức ấy")
    return Step(condition, False, names, "môn nhận xét không được xét điều chỉnh theo lựa chọn của đơn vị")
