"""Circular 27/2020/TT-BGDĐT: how pupils of grades 1-5 are assessed. Tests are whole marks, kept in tenths (9 is 90)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import ClassVar, Literal, NamedTuple

from maitruong.foundation.kernel import formats
from maitruong.foundation.regulations import Derivation, RuleSettings, Step, regulation
from maitruong.foundation.regulations.acts import TT27_2020

from .refusals import NoSuchCell, NotALevel, NotAWholeMark
from .rounding import half_up
from .vocabulary import CellKind, CheckedMark


@dataclass(frozen=True)
class Tt27Settings(RuleSettings):
    """How this province or school reads Circular 27/2020.

    combined_test: Tin học and Công nghệ tested in two parts; the stored mark is their mean, rounded `half_up` or `down`.
    """

    act_id: ClassVar[str] = "tt27_2020"

    combined_test: Literal["half_up", "down"] = "half_up"


DEFAULT = Tt27Settings()


class Moment(StrEnum):
    """The four moments of periodic assessment in a year."""

    MID_TERM_ONE = "mid_term_one"
    END_TERM_ONE = "end_term_one"
    MID_TERM_TWO = "mid_term_two"
    END_OF_YEAR = "end_of_year"


class SubjectLevel(IntEnum):
    """How far a subject or activity is done."""

    C = 0
    H = 1
    T = 2

    @property
    def label(self) -> str:
        return ("Chưa hoàn thành", "Hoàn thành", "Hoàn thành tốt")[self]


class QualityLevel(IntEnum):
    """How far a quality or competence is reached; written T, Đ, C."""

    C = 0
    D = 1
    T = 2

    @property
    def label(self) -> str:
        return ("Cần cố gắng", "Đạt", "Tốt")[self]


class Overall(IntEnum):
    """Result of the year (đánh giá kết quả giáo dục)."""

    INCOMPLETE = 0
    COMPLETED = 1
    WELL = 2
    EXCELLENT = 3

    @property
    def label(self) -> str:
        return ("Chưa hoàn thành", "Hoàn thành", "Hoàn thành tốt", "Hoàn thành xuất sắc")[self]


class PrimaryTitle(StrEnum):
    EXCELLENT = "excellent"
    OUTSTANDING = "outstanding"

    @property
    def label(self) -> str:
        return {
            "excellent": "Học sinh Xuất sắc",
            "outstanding": "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện",
        }[self.value]


QUALITIES = {
    "yeu_nuoc": "Yêu nước",
    "nhan_ai": "Nhân ái",
    "cham_chi": "Chăm chỉ",
    "trung_thuc": "Trung thực",
    "trach_nhiem": "Trách nhiệm",
}
COMPETENCES = {
    "tu_chu_tu_hoc": "Tự chủ và tự học",
    "giao_tiep_hop_tac": "Giao tiếp và hợp tác",
    "giai_quyet_van_de": "Giải quyết vấn đề và sáng tạo",
    "ngon_ngu": "Ngôn ngữ",
    "tinh_toan": "Tính toán",
    "khoa_hoc": "Khoa học",
    "cong_nghe": "Công nghệ",
    "tin_hoc": "Tin học",
    "tham_mi": "Thẩm mĩ",
    "the_chat": "Thể chất",
}
QUALITIES_AND_COMPETENCES = QUALITIES | COMPETENCES

_CORE = ("TV", "TOAN")
_END_TESTS = {
    1: _CORE,
    2: _CORE,
    3: (*_CORE, "NN1", "THCN"),
    4: (*_CORE, "NN1", "LSDL", "KH", "THCN"),
    5: (*_CORE, "NN1", "LSDL", "KH", "THCN"),
}
_TEST_NAMES = {
    "TV": "Tiếng Việt",
    "TOAN": "Toán",
    "NN1": "Ngoại ngữ 1",
    "LSDL": "Lịch sử và Địa lí",
    "KH": "Khoa học",
    "THCN": "Tin học và Công nghệ",
}


@dataclass(frozen=True, slots=True)
class SubjectYear:
    """One subject or activity at the end of the year: its level and, where there is one, the end-of-year test in tenths."""

    code: str
    name: str
    level: SubjectLevel | None
    test: int | None = None
    exempt: bool = False


# --- cells and tests -------------------------------------------------------------------------------------------------


@regulation("gradebook.tested_subjects", title="Môn có bài kiểm tra định kì", act=TT27_2020, article="Điều 7")
def tested_subjects(grade: int, moment: Moment) -> tuple[str, ...]:
    """Codes of the subjects with a periodic test at a moment: more at the ends of terms, few or none in the middle.

    >>> tested_subjects(3, Moment.END_OF_YEAR), tested_subjects(3, Moment.MID_TERM_ONE)
    (('TV', 'TOAN', 'NN1', 'THCN'), ())
    """
    if moment in (Moment.END_TERM_ONE, Moment.END_OF_YEAR):
        return _END_TESTS[grade]
    return _CORE if grade >= 4 else ()


_LEVEL_CELLS: dict[CellKind, dict[str, int]] = {
    CellKind.SUBJECT_LEVEL: {"T": 2, "H": 1, "C": 0},
    CellKind.QUALITY_LEVEL: {"T": 2, "Đ": 1, "C": 0},
}
_ZERO_WARNING = "Điểm 0 hiếm gặp ở tiểu học. Xem lại bài kiểm tra trước khi lưu."


@regulation("gradebook.check_mark", title="Giá trị được nhập vào một ô điểm", act=TT27_2020, article="Điều 7 và Điều 8")
def check_mark(text: str, *, cell: CellKind) -> CheckedMark:
    """What was typed in a cell, read and allowed: a whole mark 0-10 (0 with a warning), T/H/C, or T/Đ/C. Empty stays empty.

    Value in tenths for a test, 2/1/0 for a level.   Raises formats.MarkUnreadable and its kinds, NotAWholeMark, NotALevel,
    NoSuchCell.
    """
    if cell is CellKind.TEST:
        tenths = formats.parse_mark(text)
        if tenths is not None and tenths % 10:
            raise NotAWholeMark(given=text.strip())
        return CheckedMark(tenths, formats.mark(tenths), _ZERO_WARNING if tenths == 0 else None)
    if cell in _LEVEL_CELLS:
        return _level_cell(text, _LEVEL_CELLS[cell])
    raise NoSuchCell(given=text, act=TT27_2020.name)


def _level_cell(text: str, levels: dict[str, int]) -> CheckedMark:
    typed = text.strip().upper()
    if not typed:
        return CheckedMark(None, "")
    if typed == "D" and "Đ" in levels:
        typed = "Đ"
    if typed not in levels:
        raise NotALevel(given=text.strip(), levels=", ".join(levels))
    return CheckedMark(levels[typed], typed)


def combined_test(informatics: int, technology: int, *, settings: Tt27Settings = DEFAULT) -> int:
    """The whole mark of Tin học và Công nghệ from the marks of its two parts, all in tenths.

    Local practice, not in the act: see Tt27Settings.combined_test.
    >>> combined_test(90, 80)
    90
    """
    total = informatics + technology
    return 10 * (half_up(total, 20) if settings.combined_test == "half_up" else total // 20)


# --- the year --------------------------------------------------------------------------------------------------------


class _Row(NamedTuple):
    overall: Overall
    subject: SubjectLevel
    quality: QualityLevel
    test: int


_ROWS = (
    _Row(Overall.EXCELLENT, SubjectLevel.T, QualityLevel.T, 90),
    _Row(Overall.WELL, SubjectLevel.T, QualityLevel.T, 70),
    _Row(Overall.COMPLETED, SubjectLevel.H, QualityLevel.D, 50),
)
_OVERALL_ARTICLE = "Điều 9"


class _RowCheck(NamedTuple):
    row: _Row
    subjects: tuple[SubjectYear, ...]
    qualities: tuple[str, ...]
    tests: tuple[SubjectYear, ...]

    @property
    def holds(self) -> bool:
        return not (self.subjects or self.qualities or self.tests)


class _Judgement(NamedTuple):
    missing: tuple[Step, ...]
    checks: tuple[_RowCheck, ...]
    overall: Overall | None


def _judge(
    grade: int,
    subjects: Iterable[SubjectYear],
    qualities: Mapping[str, QualityLevel | None],
    excused: Collection[str],
) -> _Judgement:
    counted = [subject for subject in subjects if not subject.exempt]
    exempt = {subject.code for subject in subjects if subject.exempt}
    required = [code for code in tested_subjects(grade, Moment.END_OF_YEAR) if code not in exempt]
    asked = [code for code in QUALITIES_AND_COMPETENCES if code not in excused]
    missing = _missing(counted, qualities, required, asked)
    if missing or not counted:
        return _Judgement(missing, (), None)
    tested = [subject for subject in counted if subject.code in required]
    checks = []
    for row in _ROWS:
        check = _RowCheck(
            row,
            tuple(s for s in counted if s.level is not None and s.level < row.subject),
            tuple(code for code in asked if (qualities[code] or 0) < row.quality),
            tuple(s for s in tested if s.test is not None and s.test < row.test),
        )
        checks.append(check)
        if check.holds:
            return _Judgement((), tuple(checks), row.overall)
    return _Judgement((), tuple(checks), Overall.INCOMPLETE)


def _missing(
    counted: Sequence[SubjectYear],
    qualities: Mapping[str, QualityLevel | None],
    required: Sequence[str],
    asked: Sequence[str],
) -> tuple[Step, ...]:
    tests = {subject.code: subject.test for subject in counted}
    return (
        *(Step("Chưa có mức đạt được của môn", False, s.name) for s in counted if s.level is None),
        *(
            Step("Chưa có mức phẩm chất, năng lực", False, QUALITIES_AND_COMPETENCES[code])
            for code in asked
            if qualities.get(code) is None
        ),
        *(
            Step("Chưa có điểm kiểm tra cuối năm", False, _TEST_NAMES[code])
            for code in required
            if tests.get(code) is None
        ),
    )


def explain_overall_level(
    grade: int,
    subjects: Sequence[SubjectYear],
    qualities: Mapping[str, QualityLevel | None],
    *,
    excused: Collection[str] = (),
) -> Derivation:
    """Why the result of the year is what it is."""
    judged = _judge(grade, subjects, qualities, excused)
    left_out = [Step("Không đánh giá", None, subject.name, "được miễn") for subject in subjects if subject.exempt]
    rows = [_row_derivation(check, subjects, qualities, grade) for check in judged.checks]
    shown = "chưa đánh giá" if judged.overall is None else judged.overall.label
    steps: tuple[Step | Derivation, ...] = (*left_out, *judged.missing, *rows)
    return Derivation("Đánh giá kết quả giáo dục", judged.overall, shown, TT27_2020, _OVERALL_ARTICLE, steps)


@regulation(
    "gradebook.primary_overall",
    title="Đánh giá kết quả giáo dục",
    act=TT27_2020,
    article=_OVERALL_ARTICLE,
    explain=explain_overall_level,
)
def overall_level(
    grade: int,
    subjects: Sequence[SubjectYear],
    qualities: Mapping[str, QualityLevel | None],
    *,
    excused: Collection[str] = (),
) -> Overall | None:
    """Result of the year from the levels of all subjects, of all qualities and competences, and the end-of-year tests.

    qualities: code (see QUALITIES_AND_COMPETENCES) → level; excused: codes not asked of this pupil. Semester-one and
    mid-term tests do not count. None while any level or required test is missing.
    """
    return _judge(grade, subjects, qualities, excused).overall


def _row_derivation(
    check: _RowCheck, subjects: Sequence[SubjectYear], qualities: Mapping[str, QualityLevel | None], grade: int
) -> Derivation:
    row = check.row
    test_shown = f"Mọi bài kiểm tra cuối năm từ {formats.mark(row.test)} điểm trở lên"
    subject_shown = f"Mọi môn học, hoạt động đạt mức {row.subject.label}" + (" trở lên" if row.subject < 2 else "")
    quality_shown = f"Mọi phẩm chất, năng lực đạt mức {row.quality.label}" + (" trở lên" if row.quality < 2 else "")
    steps = [
        *([Step(subject_shown, False, s.name, s.level.label if s.level is not None else "") for s in check.subjects]
          or [Step(subject_shown, True)]),
        *([Step(quality_shown, False, QUALITIES_AND_COMPETENCES[code], QualityLevel(qualities[code] or 0).label)
           for code in check.qualities] or [Step(quality_shown, True)]),
        *([Step(test_shown, False, s.name, formats.mark(s.test)) for s in check.tests] or [Step(test_shown, True)]),
    ]  # fmt: skip
    return Derivation(
        f"Mức {row.overall.label}",
        check.holds,
        "đủ điều kiện" if check.holds else "chưa đủ điều kiện",
        TT27_2020,
        _OVERALL_ARTICLE,
        tuple(steps),
        check.holds,
    )


# --- titles ----------------------------------------------------------------------------------------------------------

_TITLE_ARTICLE = "Điều 13"


def explain_title(
    overall: Overall | None,
    *,
    outstanding: Sequence[str] = (),
    progressed: Sequence[str] = (),
    endorsed: bool = True,
) -> Derivation:
    """Why a pupil has, or has not, a title."""
    given = title(overall, outstanding=outstanding, progressed=progressed, endorsed=endorsed)
    level = overall.label if overall is not None else "chưa đánh giá"
    steps = [Step("Xuất sắc: kết quả giáo dục mức Hoàn thành xuất sắc", overall == Overall.EXCELLENT, value=level)]
    if overall != Overall.EXCELLENT:
        steps += [
            Step("Tiêu biểu: kết quả giáo dục mức Hoàn thành tốt", overall == Overall.WELL, value=level),
            Step("Có môn học thành tích nổi bật hoặc phẩm chất, năng lực tiến bộ rõ rệt",
                 bool(outstanding or progressed), ", ".join((*outstanding, *progressed))),
            Step("Được tập thể lớp công nhận", endorsed),
        ]  # fmt: skip
    shown = given.label if given else "không có danh hiệu"
    return Derivation("Khen thưởng cuối năm", given, shown, TT27_2020, _TITLE_ARTICLE, tuple(steps))


@regulation(
    "gradebook.primary_title",
    title="Khen thưởng cuối năm",
    act=TT27_2020,
    article=_TITLE_ARTICLE,
    explain=explain_title,
)
def title(
    overall: Overall | None,
    *,
    outstanding: Sequence[str] = (),
    progressed: Sequence[str] = (),
    endorsed: bool = True,
) -> PrimaryTitle | None:
    """Title of the year: Xuất sắc; or Tiêu biểu for Hoàn thành tốt with something outstanding or clear progress; or None.

    outstanding: names of subjects with an outstanding result; progressed: qualities or competences with clear progress;
    endorsed: whether the class recognised the pupil (asked for Tiêu biểu only).
    """
    if overall == Overall.EXCELLENT:
        return PrimaryTitle.EXCELLENT
    if overall == Overall.WELL and endorsed and (outstanding or progressed):
        return PrimaryTitle.OUTSTANDING
    return None
