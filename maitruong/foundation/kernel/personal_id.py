"""The twelve digits of a person: what can be told from the number alone, as separate findings.

Source: Law 26/2023/QH15 Điều 12; structure of Decree 137/2015/NĐ-CP Điều 13; place codes of the annex
of Circular 07/2016/TT-BCA.
There is no check digit. Passing every level here is not "verified": only the national population database can say that.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

Sex = Literal["male", "female"]

# Where a birth was registered: the 63 provinces of before 1 July 2025. Numbers stay valid for life: no code ends.
BIRTH_PLACES: dict[str, str] = dict(
    entry.strip().split(" ", 1)  # type: ignore[misc]
    for entry in (  # noqa: SIM905 - a table to read, not sixty quotes
        "001 Hà Nội; 002 Hà Giang; 004 Cao Bằng; 006 Bắc Kạn; 008 Tuyên Quang; 010 Lào Cai; 011 Điện Biên; "
        "012 Lai Châu; 014 Sơn La; 015 Yên Bái; 017 Hòa Bình; 019 Thái Nguyên; 020 Lạng Sơn; 022 Quảng Ninh; "
        "024 Bắc Giang; 025 Phú Thọ; 026 Vĩnh Phúc; 027 Bắc Ninh; 030 Hải Dương; 031 Hải Phòng; "
        "033 Hưng Yên; 034 Thái Bình; 035 Hà Nam; 036 Nam Định; 037 Ninh Bình; 038 Thanh Hóa; 040 Nghệ An; "
        "042 Hà Tĩnh; 044 Quảng Bình; 045 Quảng Trị; 046 Thừa Thiên Huế; 048 Đà Nẵng; 049 Quảng Nam; "
        "051 Quảng Ngãi; 052 Bình Định; 054 Phú Yên; 056 Khánh Hòa; 058 Ninh Thuận; 060 Bình Thuận; "
        "062 Kon Tum; 064 Gia Lai; 066 Đắk Lắk; 067 Đắk Nông; 068 Lâm Đồng; 070 Bình Phước; 072 Tây Ninh; "
        "074 Bình Dương; 075 Đồng Nai; 077 Bà Rịa - Vũng Tàu; 079 Hồ Chí Minh; 080 Long An; 082 Tiền Giang; "
        "083 Bến Tre; 084 Trà Vinh; 086 Vĩnh Long; 087 Đồng Tháp; 089 An Giang; 091 Kiên Giang; 092 Cần Thơ; "
        "093 Hậu Giang; 094 Sóc Trăng; 095 Bạc Liêu; 096 Cà Mau"
    ).split(";")
)
_SEPARATORS = re.compile(r"[\s.\-\u00a0]")
# In what people type: twelve digits, also in threes or fours. The nine digits of the card before only where it is named: alone
# they are as well a sum of money or the number of a decision.
_TYPED = re.compile(
    r"(?<!\d)(?:\d{12}|\d{3}([ .\-\u00a0])\d{3}\1\d{3}\1\d{3}|\d{4}([ .\-\u00a0])\d{4}\2\d{4})(?!\d)"
    r"|(?i:(?<=cmnd)|(?<=cmt)|(?<=chứng minh)|(?<=chứng minh thư)|(?<=nhân dân))(\D{0,12})\d{9}(?!\d)"
)
_TWELVE = re.compile(r"[0-9]{12}")
# In values that may be identifiers of letters, digits and hyphens, such as a digest or the last part of a UUID.
_ALONE = re.compile(r"(?<![0-9A-Za-z_-])\d{12}(?![0-9A-Za-z_-])")


class Level(StrEnum):
    FORMAT = "format"
    PLACE = "place"
    CENTURY = "century"
    CONSISTENCY = "consistency"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One thing seen in a number. Only an ERROR is a reason to refuse it; a WARNING goes to a person to look at."""

    level: Level
    code: str
    message: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True)
class Decoded:
    """What the first six digits say. `place` is None for an unknown code, "" for a birth registered abroad."""

    place_code: str
    place: str | None
    sex: Sex
    birth_year: int

    @property
    def is_foreign(self) -> bool:
        return self.place == ""


def tidy(number: str) -> str:
    """The number without spaces, dots and hyphens."""
    return _SEPARATORS.sub("", number)


def veiled(text: str) -> str:
    """A text somebody typed, with the personal numbers in it as they may be kept: their first and last three digits.

    >>> veiled("theo CCCD 020 215 001 234 của mẹ")
    'theo CCCD 020******234 của mẹ'
    """
    return _TYPED.sub(lambda found: (found[3] or "") + _masked(tidy(found[0].removeprefix(found[3] or ""))), text)


def veiled_values(values: Any) -> Any:
    """The same shape of lists and mappings; strings in it with every twelve digits that stand alone masked."""
    if isinstance(values, str):
        return _ALONE.sub(lambda found: _masked(found[0]), values)
    if isinstance(values, dict):
        return {key: veiled_values(value) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [veiled_values(value) for value in values]
    return values


def may_hold_number(text: str) -> bool:
    """Whether it is worth looking closer: asked of every entry of the audit."""
    return _TWELVE.search(text) is not None


def _masked(digits: str) -> str:
    return digits[:3] + "*" * (len(digits) - 6) + digits[-3:]


def decode(number: str) -> Decoded:
    """Read place, sex and birth year of a number already in twelve digits.

    >>> decode("006306000123")
    Decoded(place_code='006', place='Bắc Kạn', sex='female', birth_year=2006)
    """
    code, century_and_sex = number[:3], int(number[3])
    return Decoded(
        place_code=code,
        place="" if code >= "100" else BIRTH_PLACES.get(code),
        sex="female" if century_and_sex % 2 else "male",
        birth_year=1900 + century_and_sex // 2 * 100 + int(number[4:6]),
    )


def check(
    number: str,
    *,
    born: dt.date | None = None,
    sex: Sex | None = None,
    today: dt.date,
    ages: range | None = None,
) -> list[Finding]:
    """Everything the number gives reason to say, worst level first; an empty list is a number without remarks.

    born, sex: of the profile, None when not known.   ages: plausible ages in years, for pupils `range(2, 25)`.
    """
    digits = tidy(number)
    if not re.fullmatch(r"[0-9]{12}", digits):
        return [_format_finding(digits)]
    seen = decode(digits)
    return [
        *_place_findings(seen),
        *_century_findings(seen, today, ages),
        *_consistency_findings(seen, born, sex),
    ]


def _format_finding(digits: str) -> Finding:
    if digits.isdecimal() and len(digits) in (9, 10, 11):
        hint = {
            9: "Đây có thể là số chứng minh nhân dân cũ, không dùng từ 01/01/2025.",
            10: "Có thể Excel đã bỏ hai số 0 ở đầu.",
            11: "Có thể Excel đã bỏ số 0 ở đầu.",
        }[len(digits)]
        return Finding(Level.FORMAT, "personal_id.length", f"Số định danh có {len(digits)} chữ số, cần đủ 12. {hint}")
    if digits.isdecimal():
        return Finding(Level.FORMAT, "personal_id.length", f"Số định danh có {len(digits)} chữ số, cần đủ 12.")
    return Finding(Level.FORMAT, "personal_id.not_digits", "Số định danh gồm đúng 12 chữ số, không có chữ cái.")


def _place_findings(seen: Decoded) -> list[Finding]:
    if seen.is_foreign:
        message = f"Ba số đầu {seen.place_code} là mã nước: khai sinh đăng kí ở nước ngoài."
        return [Finding(Level.PLACE, "personal_id.foreign_birth_place", message, Severity.NOTE)]
    if seen.place is None:
        message = f"Ba số đầu {seen.place_code} không phải mã của tỉnh, thành phố nào."
        return [Finding(Level.PLACE, "personal_id.unknown_place", message)]
    return []


def _century_findings(seen: Decoded, today: dt.date, ages: range | None) -> list[Finding]:
    if seen.birth_year > today.year:
        message = f"Số này cho năm sinh {seen.birth_year}, sau năm nay. Xem lại chữ số thứ 4 đến thứ 6."
        return [Finding(Level.CENTURY, "personal_id.born_in_future", message)]
    age = today.year - seen.birth_year
    if ages is not None and age not in ages:
        message = f"Số này cho năm sinh {seen.birth_year}, tức {age} tuổi, ngoài lứa tuổi {ages.start}-{ages.stop - 1}."
        return [Finding(Level.CENTURY, "personal_id.implausible_age", message)]
    return []


def _consistency_findings(seen: Decoded, born: dt.date | None, sex: Sex | None) -> list[Finding]:
    """Warnings only: a corrected birth certificate or a late registration makes an honest difference."""
    found = []
    if born is not None and born.year != seen.birth_year:
        message = f"Số này cho năm sinh {seen.birth_year}, hồ sơ ghi {born.year}. Đối chiếu giấy khai sinh."
        found.append(Finding(Level.CONSISTENCY, "personal_id.birth_year_differs", message, Severity.WARNING))
    if sex is not None and sex != seen.sex:
        words = {"male": "nam", "female": "nữ"}
        message = f"Số này là của {words[seen.sex]}, hồ sơ ghi {words[sex]}. Đối chiếu giấy khai sinh."
        found.append(Finding(Level.CONSISTENCY, "personal_id.sex_differs", message, Severity.WARNING))
    return found
