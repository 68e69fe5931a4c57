"""Cells that only the list of pupils has: code lists with the spellings schools use, nationality, boarding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from maitruong.foundation import reference
from maitruong.foundation.exchange import parsers
from maitruong.foundation.exchange.findings import Finding, Severity, left_out, warning
from maitruong.foundation.exchange.parsers import Outcome, Parser, coded, plain
from maitruong.foundation.exchange.workbook import CellValue
from maitruong.foundation.kernel import phones

_BOARDING = {
    "khong": "",
    "ngoaitru": "",
    "bantru": "SEMI",
    "x": "SEMI",
    "noitru": "BOARDING",
    "bantrudantoc": "ETHNIC_SEMI",
    "dantocbantru": "ETHNIC_SEMI",
    "dantocnoitru": "BOARDING",
}
_COUNTRIES = {
    "vietnam": "VN",
    "vn": "VN",
    "trungquoc": "CN",
    "lao": "LA",
    "campuchia": "KH",
    "hanquoc": "KR",
    "nhatban": "JP",
    "dailoan": "TW",
    "my": "US",
    "hoaky": "US",
    "nga": "RU",
    "phap": "FR",
    "duc": "DE",
    "anh": "GB",
    "thailan": "TH",
}


_ALSO = {
    "ethnic_group": {"meo": "MONG", "cao lan": "SANCHAY"},
    "religion": {
        "khong theo dao": "NONE",
        "dao phat": "BUDDHISM",
        "thien chua": "CATHOLIC",
        "dao thien chua": "CATHOLIC",
        "hoa hao": "HOA_HAO",
    },
    "policy_group": {
        "con thuong binh": "WAR_INVALID_CHILD",
        "con benh binh": "WAR_INVALID_CHILD",
        "mo coi": "ORPHAN_ONE",
        "khuyet tat": "DISABLED",
        "ngheo": "POOR",
        "can ngheo": "NEAR_POOR",
    },
    "disability": {
        "van dong": "MOBILITY",
        "nghe noi": "HEARING_SPEECH",
        "nghe": "HEARING_SPEECH",
        "nhin": "SIGHT",
        "than kinh": "MENTAL",
        "tri tue": "INTELLECTUAL",
        "khac": "OTHER",
        "tu ky": "OTHER",
    },
}
_SEX_NAMES = {"male": "Nam", "female": "Nữ"}
_BOARDING_NAMES = {"": "", "SEMI": "Bán trú", "BOARDING": "Nội trú", "ETHNIC_SEMI": "Bán trú dân tộc"}
BOARDING_CHOICES = tuple(name for name in _BOARDING_NAMES.values() if name)


def names_of(list_name: str) -> tuple[str, ...]:
    """The names of a code list, to choose one from."""
    return tuple(code.name for code in reference.codes(list_name))


def _names(list_name: str) -> dict[str, str]:
    """Every spelling of a code list's names, folded → key."""
    found = {plain(name): key for name, key in _ALSO[list_name].items()}
    for code in reference.codes(list_name):
        for name in (code.name, *code.columns.get("also", "").split(";")):
            if name.strip():
                found[plain(name)] = code.key
    return found


def _titles(list_name: str) -> dict[str, str]:
    return {code.key: code.name for code in reference.codes(list_name)}


def from_list(list_name: str, what: str) -> Parser:
    """A key of a reference list."""
    return coded(_names(list_name), what=what, titles=_titles(list_name))


def ethnic_group() -> Parser:
    """Names of both sides; numbers only where the list of 1979 and the census number a group alike."""
    alike = {
        code["code_1979"].lstrip("0"): (code.key, code.name)
        for code in reference.codes("ethnic_group")
        if code["code_1979"] == code["code_census"]
    }
    return coded(_names("ethnic_group"), what="dân tộc", titles=_titles("ethnic_group"), required=True, numbers=alike)


def boarding() -> Parser:
    return coded(_BOARDING, what="hình thức ở trường", titles=_BOARDING_NAMES)


def nationality(raw: CellValue) -> Outcome:
    """Two letters of ISO 3166."""
    value, found = parsers.clean_text(raw)
    key = _COUNTRIES.get(plain(value))
    if key:
        return key, found
    if len(value) == 2 and value.isascii() and value.isupper():
        return value, found
    message = f"Không rõ quốc tịch “{value}”; sẽ ghi Việt Nam nếu không sửa. Ghi tên nước, ví dụ Lào, Trung Quốc."
    return None, (*found, warning("nationality.unknown", message))


def optional(parse: Parser) -> Parser:
    """The same parser for a column that may stay empty: what it refuses is left out, and said. Formulas stay refused."""

    def lenient(raw: CellValue) -> Outcome:
        value, found = parse(raw)
        return value, tuple(_softened(finding) for finding in found)

    return lenient


def _softened(finding: Finding) -> Finding:
    if finding.severity is not Severity.ERROR or finding.code == "cell.formula":
        return finding
    return left_out(finding.code, finding.message, finding.suggestion)


def named(list_name: str) -> Callable[[Any], CellValue]:
    """How an export shows a key of a reference list: by its name."""

    def show(key: Any) -> CellValue:
        return reference.code(list_name, key).name

    return show


def show_phone(value: Any) -> CellValue:
    return phones.show(value)


def show_sex(value: Any) -> CellValue:
    return _SEX_NAMES[value]


def show_boarding(value: Any) -> CellValue:
    return _BOARDING_NAMES[value]


def show_country(value: Any) -> CellValue:
    return "Việt Nam" if value == "VN" else value
