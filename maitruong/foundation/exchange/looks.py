"""How the cells of a column look, whatever its header says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from .parsers import flag, sex, shown
from .workbook import CellValue

CLASS_NAME = re.compile(r"(?:lớp\s*)?(\d{1,2}[A-ZĐ]{1,2}\d{0,2})", re.IGNORECASE)
_DAY = re.compile(r"\d{1,2}[/\-.]\d{1,2}[/\-.]\d{2,4}|\d{4}-\d{2}-\d{2}")


def is_day(value: CellValue) -> bool:
    return isinstance(value, dt.date) or bool(isinstance(value, str) and _DAY.fullmatch(value.strip()))


def is_personal_number(value: CellValue) -> bool:
    digits = re.sub(r"[\s.'\-]", "", shown(value))
    return digits.isdecimal() and (len(digits) == 12 or (len(digits) in (10, 11) and isinstance(value, float)))


def _is_phone(value: CellValue) -> bool:
    digits = re.sub(r"[\s.+'()\-]", "", shown(value))
    return digits.isdecimal() and (
        (len(digits) == 10 and digits[0] == "0") or (len(digits) == 9 and digits[0] in "35789")
    )


def _is_name(value: CellValue) -> bool:
    return isinstance(value, str) and 2 <= len(value.split()) <= 6 and all(part.isalpha() for part in value.split())


def is_one_word(value: CellValue) -> bool:
    return isinstance(value, str) and len(value.split()) == 1 and value.strip().isalpha()


LOOKS: dict[str, Callable[[CellValue], bool]] = {
    "": lambda value: False,
    "day": is_day,
    "personal_number": is_personal_number,
    "phone": _is_phone,
    "email": lambda value: isinstance(value, str) and "@" in value,
    "sex": lambda value: isinstance(value, str) and sex(value)[0] is not None,
    "flag": lambda value: flag(value)[0] is not None,
    "class": lambda value: isinstance(value, str) and bool(CLASS_NAME.fullmatch(value.strip())),
    "name": _is_name,
}


def share(values: list[CellValue], looks: Callable[[CellValue], bool]) -> float:
    return sum(1 for value in values if looks(value)) / len(values) if values else 0.0


def fits(looks: str, values: list[CellValue]) -> bool:
    """Whether at least a third of the cells look as the column should. Messy is usual; wholly different is not."""
    if not looks:
        return True
    check = LOOKS[looks] if looks != "day" else (lambda value: is_day(value) or shown(value)[-4:].isdecimal())
    return share(values, check) >= 0.34
