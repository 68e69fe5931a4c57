"""The accidents of a list copied for ten years: each spoils one row and writes down what it did."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from maitruong.foundation.kernel import legacy_encodings

from . import names

_EPOCH = date(1899, 12, 30)
_PLAIN = "ăâđêôơưĂÂĐÊÔƠƯ"
_PLAIN_TCVN3 = "¨©®ª«¬\u00ad¡¢§£¤¥¦"
_TONED = "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
_TONED_TCVN3 = "µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ"
_TO_TCVN3 = str.maketrans(_PLAIN + _TONED, _PLAIN_TCVN3 + _TONED_TCVN3)


@dataclass(slots=True)
class Line:
    """One pupil's row before it is written: clean values, what was planted (kind, level, key, right), how dates look."""

    values: dict[str, Any]
    planted: list[tuple[str, str, str, str]]
    formula: str = ""


def tcvn3(text: str) -> str:
    """The text as TCVN3 fonts store it. Toned capitals have no code there: they come out small."""
    return "".join(
        ch if ch in _PLAIN else ch.lower() if unicodedata.normalize("NFD", ch) != ch and not ch.isascii() else ch
        for ch in text
    ).translate(_TO_TCVN3)


def _plant(line: Line, kind: str, level: str, key: str, written: Any) -> None:
    clean = line.values[key]
    right = f"{clean:%d/%m/%Y}" if isinstance(clean, date) else str(clean)
    line.values[key] = written
    line.planted.append((kind, level, key, right if level == "repair" or kind.startswith("number_lost") else ""))


def _name_nfd(line: Line, rng: Random) -> None:
    line.values["full_name"] = "Nguyễn Thị Thùy Dương" if line.values["sex"] == "Nữ" else "Đỗ Đức Tuấn Kiệt"
    _plant(line, "name_nfd", "repair", "full_name", unicodedata.normalize("NFD", line.values["full_name"]))


def _stray_spaces(line: Line, rng: Random) -> None:
    spaced = "\u00a0 ".join(line.values["full_name"].split(" ", 1)) + "  "
    _plant(line, "stray_spaces", "repair", "full_name", f" {spaced}")


def _name_tcvn3(line: Line, rng: Random) -> None:
    for _ in range(200):
        name = names.child(rng, "Nguyễn", "female" if line.values["sex"] == "Nữ" else "male", "KINH")
        if legacy_encodings.repair(tcvn3(name)) == (name, "tcvn3"):
            break
    line.values["full_name"] = name
    _plant(line, "name_tcvn3", "repair", "full_name", tcvn3(name))


def _name_formula(line: Line, rng: Random) -> None:
    line.formula = f'=HYPERLINK("http://quang-cao.example","{line.values["full_name"]}")'
    _plant(line, "name_formula", "error", "full_name", line.values["full_name"])


def _name_formula_text(line: Line, rng: Random) -> None:
    _plant(line, "name_formula_text", "error", "full_name", "=2+5+cmd|' /C calc'!A0")


def _name_missing(line: Line, rng: Random) -> None:
    _plant(line, "name_missing", "error", "full_name", "")


def _date_bare_number(line: Line, rng: Random) -> None:
    serial = (line.values["birth_date"] - _EPOCH).days
    _plant(line, "date_bare_number", "repair", "birth_date", serial)


def _date_impossible(line: Line, rng: Random) -> None:
    _plant(line, "date_impossible", "error", "birth_date", f"31/02/{line.values['birth_date'].year}")


def _date_two_digits(line: Line, rng: Random) -> None:
    born = line.values["birth_date"]
    _plant(line, "date_two_digits", "warning", "birth_date", f"{born.day}/{born.month}/{born.year % 100:02d}")


def _number_lost_zero(line: Line, rng: Random) -> None:
    _plant(line, "number_lost_zero", "error", "number", int(line.values["number"]))


def _number_wrong_place(line: Line, rng: Random) -> None:
    _plant(line, "number_wrong_place", "error", "number", "099" + line.values["number"][3:])


def _number_wrong_sex(line: Line, rng: Random) -> None:
    number = line.values["number"]
    _plant(line, "number_wrong_sex", "warning", "number", f"{number[:3]}{'2' if number[3] == '3' else '3'}{number[4:]}")


def _number_short(line: Line, rng: Random) -> None:
    _plant(line, "number_short", "error", "number", line.values["number"][:-1])


def _sex_unknown(line: Line, rng: Random) -> None:
    _plant(line, "sex_unknown", "error", "sex", "Nm")


def _ethnic_unknown(line: Line, rng: Random) -> None:
    _plant(line, "ethnic_unknown", "error", "ethnic_group", "Kinhh")


def _phone_bad(line: Line, rng: Random) -> None:
    _plant(line, "phone_bad", "warning", "contact_phone", "0168 123 4567")


SPOIL: dict[str, Callable[[Line, Random], None]] = {
    spoil.__name__[1:]: spoil
    for spoil in (
        _name_nfd,
        _stray_spaces,
        _name_tcvn3,
        _name_formula,
        _name_formula_text,
        _name_missing,
        _date_bare_number,
        _date_impossible,
        _date_two_digits,
        _number_lost_zero,
        _number_wrong_place,
        _number_wrong_sex,
        _number_short,
        _sex_unknown,
        _ethnic_unknown,
        _phone_bad,
    )
}
KINDS = (*SPOIL, "double")
