"""The text of docs/regulations.md, printed from the register so that it cannot fall behind."""

from __future__ import annotations

from collections.abc import Iterable

from maitruong.foundation.kernel import formats

from .acts import Act
from .register import HOUSE, Rule

_HEAD = """# Quy định đang dùng

Trang này in ra từ sổ đăng kí quy định của chương trình; không sửa tay. Mỗi kết quả lưu kèm văn bản đã dùng để tính.
"""


def as_markdown(rules: Iterable[Rule] | None = None) -> str:
    """Every act with its grades and years, then its rules with their articles."""
    entered = list(HOUSE.registered() if rules is None else rules)
    acts = sorted({rule.act.id: rule.act for rule in entered}.values(), key=lambda act: act.order)
    return "\n".join([_HEAD, *(_act_section(act, entered) for act in acts)])


def _act_section(act: Act, rules: list[Rule]) -> str:
    lines = [
        f"## {act.name}",
        "",
        f"{act.title}. {_issued(act)}iệu lực {formats.date(act.effective_on)}.",
        "",
        *([f"Áp dụng: {_phases(act)}.", ""] if act.first_school_year else []),
        f"| Nội dung | Điều khoản | {'Lớp' if act.first_school_year else 'Thời gian'} | Tên trong chương trình |",
        "|---|---|---|---|",
    ]
    for rule in rules:
        if rule.act.id == act.id:
            lines.append(f"| {rule.title} | {rule.article} | {_scope(rule)} | `{rule.topic}` |")
    return "\n".join([*lines, ""])


def _issued(act: Act) -> str:
    return f"Ban hành {formats.date(act.signed_on)}, h" if act.signed_on else "H"


def _phases(act: Act) -> str:
    by_year: dict[int, list[int]] = {}
    for grade, year in act.first_school_year.items():
        by_year.setdefault(year, []).append(grade)
    return "; ".join(
        f"lớp {', '.join(map(str, sorted(grades)))} từ năm học {year}-{year + 1}"
        for year, grades in sorted(by_year.items())
    )


def _scope(rule: Rule) -> str:
    if rule.first_day is None:
        return _grades(rule.grades)
    until = f" đến {formats.date(rule.last_day)}" if rule.last_day else ""
    return f"từ {formats.date(rule.first_day)}{until}"


def _grades(grades: frozenset[int]) -> str:
    ordered = sorted(grades)
    if ordered == list(range(ordered[0], ordered[-1] + 1)) and len(ordered) > 1:
        return f"{ordered[0]}-{ordered[-1]}"
    return ", ".join(map(str, ordered))
