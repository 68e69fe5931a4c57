"""What a cell may hold, and how many regular marks a term needs."""

from __future__ import annotations

from maitruong.foundation.kernel import formats
from maitruong.foundation.regulations import Derivation, Step, regulation
from maitruong.foundation.regulations.acts import TT22_2021

from ..refusals import NoSuchCell, NotAComment, PeriodsRefused
from ..vocabulary import CellKind, CheckedMark, Kind

_COMMENTS = {"đ": 1, "d": 1, "đạt": 1, "dat": 1, "cđ": 0, "cd": 0, "chưa đạt": 0, "chua dat": 0}
_COMMENT_SHOWN = {1: "Đ", 0: "CĐ"}
_NEEDED_ARTICLE = "Điều 6"


def explain_regular_marks_needed(kind: Kind, periods_per_year: int) -> Derivation:
    """Why a term needs that many regular marks."""
    needed, reason = _needed(kind, periods_per_year)
    step = Step(reason, None, value=f"{periods_per_year} tiết/năm" if kind is Kind.SCORE else "")
    return Derivation("Số điểm thường xuyên mỗi học kì", needed, f"{needed}", TT22_2021, _NEEDED_ARTICLE, (step,))


@regulation(
    "gradebook.regular_marks_needed",
    title="Số điểm thường xuyên mỗi học kì",
    act=TT22_2021,
    article=_NEEDED_ARTICLE,
    explain=explain_regular_marks_needed,
)
def regular_marks_needed(kind: Kind, periods_per_year: int) -> int:
    """Regular marks (ĐĐGtx) a term needs, without the mark of a topic cluster, which comes on top.

    periods_per_year: periods of the curriculum (tiết), cluster periods not added.   Raises PeriodsRefused for 0 or fewer.
    >>> regular_marks_needed(Kind.SCORE, 35), regular_marks_needed(Kind.SCORE, 52), regular_marks_needed(Kind.SCORE, 71)
    (2, 3, 4)
    """
    return _needed(kind, periods_per_year)[0]


def _needed(kind: Kind, periods_per_year: int) -> tuple[int, str]:
    if periods_per_year <= 0:
        raise PeriodsRefused(given=periods_per_year)
    if kind is Kind.COMMENT:
        return 2, "Môn đánh giá bằng nhận xét: 2 lần"
    if periods_per_year <= 35:
        return 2, "Môn có 35 tiết/năm trở xuống: 2 điểm"
    if periods_per_year <= 70:
        return 3, "Môn có trên 35 đến 70 tiết/năm: 3 điểm"
    return 4, "Môn có trên 70 tiết/năm: 4 điểm"


@regulation("gradebook.check_mark", title="Giá trị được nhập vào một ô điểm", act=TT22_2021, article="Điều 5, khoản 3")
def check_mark(text: str, *, cell: CellKind) -> CheckedMark:
    """What was typed in a cell, read and allowed: a mark 0-10 with one decimal at most, or Đ / CĐ. Empty stays empty.

    Value in tenths for a scored cell, 1 or 0 for a comment cell.
    Raises formats.MarkUnreadable and its kinds, NotAComment, NoSuchCell.
    """
    if cell is CellKind.SCORE:
        tenths = formats.parse_mark(text)
        return CheckedMark(tenths, formats.mark(tenths))
    if cell is CellKind.COMMENT:
        return _comment(text)
    raise NoSuchCell(given=text, act=TT22_2021.name)


def _comment(text: str) -> CheckedMark:
    typed = " ".join(text.split()).lower()
    if not typed:
        return CheckedMark(None, "")
    if typed not in _COMMENTS:
        raise NotAComment(given=text.strip())
    return CheckedMark(_COMMENTS[typed], _COMMENT_SHOWN[_COMMENTS[typed]])
