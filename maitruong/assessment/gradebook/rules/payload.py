"""Strict reading of JSON payloads: every key known, every value of its type, every refusal with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from maitruong.foundation.kernel import formats
from maitruong.foundation.kernel.errors import Refusal

T = TypeVar("T")
_REQUIRED = object()


class PayloadRefused(Refusal):
    code = "gradebook.payload_refused"
    message = "Chưa đọc được dữ liệu ở {where}: {why}."
    remedy = "Xem mẫu dữ liệu trong docs/machine.md, mục rules eval."


class Reader:
    """One JSON object read key by key; `finish` refuses what nobody asked for.

    A converter takes (value, where) and returns the value for the rules or raises PayloadRefused.
    """

    def __init__(self, payload: Any, where: str = "") -> None:
        if not isinstance(payload, dict):
            raise PayloadRefused(where=where or "dòng này", why="cần một đối tượng JSON {...}")
        self._payload, self._where, self._asked = payload, where, set[str]()

    def take(self, key: str, convert: Callable[[Any, str], T], default: Any = _REQUIRED) -> T:
        self._asked.add(key)
        where = f"{self._where}.{key}" if self._where else key
        if key in self._payload:
            return convert(self._payload[key], where)
        if default is _REQUIRED:
            raise PayloadRefused(where=where, why="thiếu mục này (ô trống ghi null)")
        value: T = default
        return value

    def finish(self) -> None:
        unknown = sorted(set(self._payload) - self._asked)
        if unknown:
            place = f"{self._where}.{unknown[0]}" if self._where else unknown[0]
            raise PayloadRefused(where=place, why=f"không có mục này; các mục nhận: {', '.join(sorted(self._asked))}")


def _refuse(where: str, why: str) -> PayloadRefused:
    return PayloadRefused(where=where, why=why)


def whole(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refuse(where, "cần một số nguyên")
    return value


def truth(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise _refuse(where, "cần true hoặc false")
    return value


def text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise _refuse(where, "cần một chuỗi kí tự")
    return value


def texts(value: Any, where: str) -> list[str]:
    return listed(text)(value, where)


def anything(value: Any, where: str) -> Any:
    return value


def mark(value: Any, where: str) -> int | None:
    """A mark 0-10 as number or text (7.5, "7,5"), null for an empty cell; gives tenths."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, str | int | float | Decimal)):
        raise _refuse(where, "cần một điểm như 7.5 hoặc null")
    try:
        return formats.mark_from_cell(value)
    except formats.MarkUnreadable as refused:
        raise _refuse(where, refused.text.rstrip(".")) from None


def passed(value: Any, where: str) -> bool | None:
    """A comment: "Đ", "CĐ", true, false, or null."""
    words: dict[Any, bool] = {"Đ": True, "Đạt": True, "CĐ": False, "Chưa đạt": False}
    if value is None or isinstance(value, bool):
        return value
    if not isinstance(value, str) or value not in words:
        raise _refuse(where, 'cần "Đ", "CĐ" hoặc null')
    return words[value]


def one_of(kind: type[T], *, empty: bool = False) -> Callable[[Any, str], Any]:
    """An enum member by its code (lower-case name or text value) or by its Vietnamese label."""

    def convert(value: Any, where: str) -> Any:
        if value is None and empty:
            return None
        names: dict[str, Any] = {}
        for member in kind:  # type: ignore[attr-defined]
            for name in _names(member):
                names[name] = member
        if not isinstance(value, str) or value not in names:
            raise _refuse(where, f"cần một trong: {', '.join(names)}" + (", null" if empty else ""))
        return names[value]

    return convert


def _names(member: Enum) -> Iterable[str]:
    yield member.value if isinstance(member.value, str) else member.name.lower()
    label = getattr(member, "label", None)
    if label:
        yield label


def letters(levels: Mapping[str, T]) -> Callable[[Any, str], T | None]:
    """A level by its letter (T, H, C or T, Đ, C), null for none yet."""

    def convert(value: Any, where: str) -> T | None:
        if value is None:
            return None
        if not isinstance(value, str) or value not in levels:
            raise _refuse(where, f"cần một trong: {', '.join(levels)}, null")
        return levels[value]

    return convert


def listed(convert: Callable[[Any, str], T]) -> Callable[[Any, str], list[T]]:
    def convert_all(value: Any, where: str) -> list[T]:
        if not isinstance(value, list):
            raise _refuse(where, "cần một danh sách [...]")
        return [convert(item, f"{where}[{place}]") for place, item in enumerate(value)]

    return convert_all
