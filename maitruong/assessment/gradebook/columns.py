"""Which columns a book has, what is typed into them, and how a stored value is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from maitruong.foundation.kernel import formats, vietnamese

from .errors import CommentTooLong
from .models.marks import ABSENT
from .rules import CellKind, CheckedMark
from .rules.refusals import NotALevel
from .rules.tt27_2020 import QUALITIES, QUALITIES_AND_COMPETENCES

COMMENT_MOST = 1000
ABSENT_SIGN = "V"
REGULAR_MOST = 6

Check = Callable[..., CheckedMark]
Value = int | str | None


@dataclass(frozen=True)
class Column:
    """One column of a book. `kind` is the grid's; `cell` says which check reads it (None: text, conduct or computed)."""

    key: str
    label: str
    long: str
    kind: str
    cell: CellKind | None = None
    sub: str = ""
    group: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    absent: bool = False
    required: bool = False
    rule_before: bool = False

    @property
    def is_open(self) -> bool:
        """Whether people write into it."""
        return self.kind != "calc"

    def for_grid(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "label": self.label,
            "long": self.long,
            "kind": self.kind,
            "sub": self.sub,
            "group": self.group,
            "choices": list(self.choices),
            "absent": self.absent,
            "break": self.rule_before,
        }


_PASS = (("Đ", "Đạt"), ("CĐ", "Chưa đạt"))
_SUBJECT_LEVELS = (("T", "Hoàn thành tốt"), ("H", "Hoàn thành"), ("C", "Chưa hoàn thành"))
_QUALITY_LEVELS = (("T", "Tốt"), ("Đ", "Đạt"), ("C", "Cần cố gắng"))
_CONDUCT = (("T", "Tốt"), ("K", "Khá"), ("Đ", "Đạt"), ("CĐ", "Chưa đạt"))
_CONDUCT_VALUES = {"T": 3, "K": 2, "Đ": 1, "CĐ": 0}
_CONDUCT_TYPED = {
    "t": 3, "tốt": 3, "tot": 3, "k": 2, "khá": 2, "kha": 2, "đ": 1, "d": 1, "đạt": 1, "dat": 1,
    "cđ": 0, "cd": 0, "chưa đạt": 0, "chua dat": 0,
}  # fmt: skip
_QUALITY_LABELS = {
    "yeu_nuoc": "Yêu nước", "nhan_ai": "Nhân ái", "cham_chi": "Chăm chỉ", "trung_thuc": "Trung thực",
    "trach_nhiem": "Trách nhiệm", "tu_chu_tu_hoc": "Tự chủ", "giao_tiep_hop_tac": "Hợp tác",
    "giai_quyet_van_de": "Sáng tạo", "ngon_ngu": "Ngôn ngữ", "tinh_toan": "Tính toán", "khoa_hoc": "Khoa học",
    "cong_nghe": "Công nghệ", "tin_hoc": "Tin học", "tham_mi": "Thẩm mĩ", "the_chat": "Thể chất",
}  # fmt: skip
_YEAR = Column("year", "CN", "cả năm", "calc")
_NOTE = Column("comment", "Nhận xét", "nhận xét", "text", rule_before=True)


@lru_cache(maxsize=256)
def columns_for(
    kind: str, *, regular: int = 0, cluster: bool = False, tested: bool = False, term: int = 1
) -> tuple[Column, ...]:
    """The columns of a book. regular: how many regular marks it shows (owed, or more where more are recorded)."""
    if kind == "score":
        return (
            *_assessments("mark", CellKind.SCORE, (), regular, cluster),
            Column("average", "ĐTB", "điểm trung bình", "calc", rule_before=True),
            *((_YEAR,) if term == 2 else ()),
            _NOTE,
        )
    if kind == "comment":
        return (
            *_assessments("choice", CellKind.COMMENT, _PASS, regular, cluster),
            Column("outcome", "KQ", "kết quả học kì", "calc", rule_before=True),
            *((_YEAR,) if term == 2 else ()),
            _NOTE,
        )
    if kind == "primary":
        test = Column("test", "Điểm", "điểm kiểm tra", "integer", CellKind.TEST, absent=True, required=True)
        level = Column(
            "level", "Mức", "mức đạt được", "choice", CellKind.SUBJECT_LEVEL, choices=_SUBJECT_LEVELS, required=True
        )
        return (level, test, _NOTE) if tested else (level, _NOTE)
    if kind == "quality":
        return (*(_quality(code) for code in QUALITIES_AND_COMPETENCES), _NOTE)
    return _conduct(term)


def _assessments(
    kind: str, cell: CellKind, choices: tuple[tuple[str, str], ...], regular: int, cluster: bool
) -> tuple[Column, ...]:
    """Regular marks, the topic cluster's, midterm and final. Weights are told only where marks are averaged."""
    weight = (lambda n: f"hệ số {n}") if cell is CellKind.SCORE else (lambda n: "")
    more: dict[str, Any] = {"cell": cell, "choices": choices, "absent": True, "required": True}
    found = [
        Column(f"tx{n}", f"TX{n}", f"thường xuyên {n}", kind, sub=weight(1), group="TX", **more)
        for n in range(1, regular + 1)
    ]
    if cluster:
        found.append(Column("cd", "CĐ", "cụm chuyên đề", kind, sub=weight(1), **more))
    found.append(Column("gk", "GK", "giữa kì", kind, sub=weight(2), rule_before=True, **more))
    found.append(Column("ck", "CK", "cuối kì", kind, sub=weight(3), **more))
    return tuple(found)


def _quality(code: str) -> Column:
    return Column(
        code,
        _QUALITY_LABELS[code],
        QUALITIES_AND_COMPETENCES[code].lower(),
        "choice",
        CellKind.QUALITY_LEVEL,
        group="PC" if code in QUALITIES else "NL",
        choices=_QUALITY_LEVELS,
        required=True,
        rule_before=code == "tu_chu_tu_hoc",
    )


def _conduct(term: int) -> tuple[Column, ...]:
    learning = Column("learning", "Học tập", "kết quả học tập", "calc")
    if term == 0:
        year = Column("year", "Rèn luyện", "kết quả rèn luyện cả năm", "calc")
        return learning, year, Column("title", "Danh hiệu", "danh hiệu", "calc"), _NOTE
    level = Column("level", "Rèn luyện", "kết quả rèn luyện", "choice", choices=_CONDUCT, required=True)
    return learning, level, _NOTE


# --- reading and showing -------------------------------------------------------------------------------------------------


def read(column: Column, text: str, check: Check) -> Value:
    """The value to store for what was typed. "" empties the cell. Raises MarkRefused and the refusals of formats."""
    if column.kind == "text":
        tidy = vietnamese.tidy(text)
        if len(tidy) > COMMENT_MOST:
            raise CommentTooLong(given=len(tidy), most=COMMENT_MOST)
        return tidy
    if column.absent and text.strip().upper() == ABSENT_SIGN:
        return ABSENT
    if column.cell is not None:
        return check(text, cell=column.cell).value
    typed = " ".join(text.split()).lower()
    if not typed:
        return None
    if typed not in _CONDUCT_TYPED:
        raise NotALevel(given=text.strip(), levels=", ".join(code for code, _ in column.choices))
    return _CONDUCT_TYPED[typed]


_LETTERS = {
    CellKind.COMMENT: {1: "Đ", 0: "CĐ"},
    CellKind.SUBJECT_LEVEL: {2: "T", 1: "H", 0: "C"},
    CellKind.QUALITY_LEVEL: {2: "T", 1: "Đ", 0: "C"},
    None: {value: code for code, value in _CONDUCT_VALUES.items()},
}
# A page shows some three hundred marks; their texts are few.
_MARKS = {tenths: formats.mark(tenths) for tenths in range(101)} | {None: "", ABSENT: ABSENT_SIGN}


def show(column: Column, value: Value) -> str:
    """A stored value as the book shows it; "" for an empty cell."""
    if column.kind == "text":
        return str(value or "")
    if column.cell in (CellKind.SCORE, CellKind.TEST):
        return _MARKS[value]  # type: ignore[index]
    if value is None:
        return ""
    return ABSENT_SIGN if value == ABSENT else _LETTERS[column.cell][int(value)]


def show_average(tenths: int | None, provisional: bool) -> str:
    """An average, with a star while something is still owed."""
    return "" if tenths is None else formats.average(tenths) + ("*" if provisional else "")


def show_outcome(outcome: int | None, provisional: bool) -> str:
    return "" if outcome is None else ("Đ" if outcome else "CĐ") + ("*" if provisional else "")
