"""How a cell becomes a value. A parser gives (value, findings): value None when nothing usable is there.

Every parser is a pure function of one cell, so that equal cells are read once (dry_run.py keeps what was read).
What can be repaired without guessing is repaired and said (`fixed`); what would be a guess is only suggested.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from maitruong.foundation.kernel import formats, legacy_encodings, vietnamese

from .findings import Finding, error, fixed, left_out, warning
from .workbook import CellValue

Outcome = tuple[Any, tuple[Finding, ...]]
Parser = Callable[[CellValue], Outcome]

ENCODING_NAMES = {"tcvn3": "TCVN3 (.VnTime)", "vni": "VNI"}
NOTHING_WRITTEN = frozenset(
    {"-", "--", "---", "–", "—", "_", ".", "..", "...", "…", "/", "n/a", "null", "none", "#n/a"}
)
# Letters of proper Vietnamese and plain signs, one space at a time: text that needs no repair at all.
_VIETNAMESE = "".join(
    unicodedata.normalize("NFC", letter + tone)
    for letter in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    for tone in ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
)
_BARE = {
    ord(letter): ("d" if letter in "đĐ" else unicodedata.normalize("NFD", letter)[0]) for letter in _VIETNAMESE + "đĐ"
}
_CLEAN = re.compile(rf"[!-~{_VIETNAMESE}đĐ]+(?: [!-~{_VIETNAMESE}đĐ]+)*")
_BEYOND_LATIN_1 = re.compile(r"[\u0100-\uffff]")
_NOT_IN_NAMES = re.compile(r"[^\w\s'’.\-–,()]|_")
_OPENS_FORMULA = ("=", "@")
LONGEST_NAME = 150


class Day(NamedTuple):
    """A day known to the day, the month or the year; `date` is then the first of the month or of the year."""

    date: dt.date
    precision: str = "day"

    def __str__(self) -> str:
        if self.precision == "year":
            return f"{self.date.year}"
        if self.precision == "month":
            return f"{self.date.month:02}/{self.date.year}"
        return formats.date(self.date)


def clean_text(raw: CellValue) -> tuple[str, tuple[Finding, ...]]:
    """Any cell as tidy text in NFC, with a `fixed` finding for each kind of repair.

    Numbers come as people read them: 7.0 is "7"; days as 15/09/2013.
    """
    if not isinstance(raw, str):
        return shown(raw), ()
    if _CLEAN.fullmatch(raw) and (raw.isascii() or _BEYOND_LATIN_1.search(raw)):
        return raw, ()
    found: list[Finding] = []
    text, encoding = legacy_encodings.repair(raw)
    if encoding:
        message = f"Chữ gõ bằng phông {ENCODING_NAMES[encoding]} đã được đổi thành “{vietnamese.tidy(text)}”."
        found.append(fixed("text.old_font", message))
    elif not unicodedata.is_normalized("NFC", text):
        found.append(fixed("text.composed", "Dấu tiếng Việt viết rời đã được ghép lại; chữ nhìn không đổi."))
    tidy = vietnamese.tidy(text)
    if tidy != unicodedata.normalize("NFC", text):
        found.append(fixed("text.spaces", "Dấu cách thừa hoặc kí tự ẩn đã được bỏ."))
    return tidy, tuple(found)


def quick_fold(tidy: str) -> str:
    """Small letters without marks, for comparing tidy Vietnamese text many thousand times; kernel's `fold` knows more."""
    return tidy.translate(_BARE).lower()


def shown(raw: CellValue) -> str:
    """The cell as it looks on the sheet."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else f"{raw:.15g}".replace(".", ",")
    if isinstance(raw, dt.datetime):
        return formats.date(raw.date()) if raw.time() == dt.time() else f"{raw:%H:%M} {formats.date(raw.date())}"
    return formats.date(raw) if isinstance(raw, dt.date) else str(raw)


def is_blank(raw: CellValue) -> bool:
    """Empty, only spaces, or one of the signs people write for nothing."""
    if raw is None or raw == "":
        return True
    return isinstance(raw, str) and (not raw.strip() or raw.strip().lower().lstrip("'") in NOTHING_WRITTEN)


def text(*, longest: int = 300) -> Parser:
    """Free text."""

    def parse(raw: CellValue) -> Outcome:
        value, found = clean_text(raw)
        if value.startswith(_OPENS_FORMULA):
            return None, (*found, _looks_like_formula(value))
        if len(value) > longest:
            message = f"Có {len(value)} kí tự, dài hơn mức {longest}. Viết gọn lại."
            return None, (*found, error("text.too_long", message, value[:longest]))
        return value, found

    return parse


def _looks_like_formula(value: str) -> Finding:
    message = (
        f"“{value[:40]}” bắt đầu như một công thức nên không được nhận. Gõ lại nội dung, không có dấu {value[0]} ở đầu."
    )
    return error("cell.formula", message)


def person_name(raw: CellValue) -> Outcome:
    """A full name, capitalised when it was all capitals or all small letters; where its words differ, that is only suggested."""
    value, found = clean_text(raw)
    if value.startswith(_OPENS_FORMULA):
        return None, (*found, _looks_like_formula(value))
    if len(value) > LONGEST_NAME:
        message = f"Tên dài {len(value)} kí tự, quá mức {LONGEST_NAME}. Kiểm tra xem có chép nhầm ô không."
        return None, (*found, error("name.too_long", message))
    strange = _NOT_IN_NAMES.search(value)
    if strange:
        message = f"Tên có kí tự “{strange[0]}”. Xoá kí tự đó rồi kiểm tra lại."
        return None, (*found, error("name.strange_sign", message, " ".join(_NOT_IN_NAMES.sub(" ", value).split())))
    if not any(letter.isalpha() for letter in value):
        return None, (*found, error("name.no_letters", f"“{value}” không phải tên người. Nhập họ và tên."))
    if any(letter.isdecimal() for letter in value):
        message = f"Tên “{value}” có chữ số. Nếu chữ số chỉ để phân biệt hai em trùng tên thì nên bỏ."
        found = (*found, warning("name.digits", message, " ".join(re.sub(r"\d+", " ", value).split())))
    if len(value) > 1 and (value.isupper() or value.islower()):
        value = capitalised(value)
        found = (*found, fixed("name.capitals", f"Đã đổi cách viết hoa thành “{value}”."))
    elif (usual := _usual_capitals(value)) != value:
        message = f"Tên viết hoa, viết thường lẫn lộn; sẽ nhập đúng như trong tệp. Có phải “{usual}”?"
        found = (*found, warning("name.mixed_capitals", message, usual))
    return value, found


def _usual_capitals(name: str) -> str:
    """The name with the words capitalised that are not yet: TRẦN văn Long → Trần Văn Long; H'mok stays, both ways are in use."""
    return " ".join(capitalised(word) if _is_oddly_capitalised(word) else word for word in name.split(" "))


_WITH_INNER_CAPITAL = re.compile(r"(?:Mc|Mac)[A-Z][a-z]+")
"""As people of some countries write it: McDonald."""


def _is_oddly_capitalised(word: str) -> bool:
    if _WITH_INNER_CAPITAL.fullmatch(word):
        return False
    return word[:1].islower() or any(letter.isupper() for part in re.findall(r"\w+", word) for letter in part[1:])


def capitalised(name: str) -> str:
    """Each word with one capital, also after an apostrophe or a hyphen: H'BIA NIÊ → H'Bia Niê."""
    return re.sub(r"\w+", lambda word: word[0][0].upper() + word[0][1:].lower(), name)


# --- small sorts -----------------------------------------------------------------------------------------------------

_MALE = frozenset({"nam", "m", "male", "trai", "boy", "na"})
_FEMALE = frozenset({"nu", "f", "female", "gai", "girl", "nư", "nữ"})
_YES = frozenset({"x", "v", "co", "yes", "y", "true", "1", "✓", "✔", "√", "☑"})
_NO = frozenset({"khong", "no", "n", "k", "o", "false", "0", "☐"})


def sex(raw: CellValue) -> Outcome:
    """“male” or “female”. Numbers are refused: 1 and 0 mean opposite things in two systems."""
    value, found = clean_text(raw)
    key = vietnamese.fold(value)
    if key in _MALE:
        return "male", found
    if key in _FEMALE:
        return "female", found
    if value.isdecimal():
        message = f"Giới tính ghi bằng số “{value}”: mỗi phần mềm hiểu một cách. Ghi Nam hoặc Nữ."
        return None, (*found, error("sex.number", message))
    return None, (*found, error("sex.unknown", f"Không hiểu giới tính “{value}”. Ghi Nam hoặc Nữ."))


def flag(raw: CellValue) -> Outcome:
    """True for x, có, 1 and a tick; False for không, 0."""
    if isinstance(raw, bool):
        return raw, ()
    value, found = clean_text(raw)
    key = vietnamese.fold(value) or value
    if key in _YES:
        return True, found
    if key in _NO:
        return False, found
    message = f"“{value}” không rõ là có hay không. Ghi x nếu có, để trống nếu không."
    return None, (*found, left_out("flag.unknown", message))


_EMAIL = re.compile(r"[^@\s,;]+@[\w-]+(?:\.[\w-]+)+")


def email(raw: CellValue) -> Outcome:
    """An e-mail address in small letters."""
    value, found = clean_text(raw)
    if _EMAIL.fullmatch(value) and value.isascii():
        return value.lower(), found
    return None, (
        *found,
        left_out("email.unreadable", f"“{value}” không đúng dạng thư điện tử như ten@truong.edu.vn."),
    )


def coded(
    names: Mapping[str, str],
    *,
    what: str,
    titles: Mapping[str, str],
    required: bool = False,
    numbers: Mapping[str, tuple[str, str]] | None = None,
) -> Parser:
    """A key of a code list, by any of its names written with or without marks.

    names: `plain` of every spelling → key.   titles: key → its name, for suggestions.
    numbers: a written number → (key, name) where it means one thing; a number not in here is refused with the reason.
    """
    tell = error if required else left_out

    def parse(raw: CellValue) -> Outcome:
        value, found = clean_text(raw)
        key = names.get(plain(value))
        if key is not None:
            return key, found
        number = value.lstrip("0") or "0"
        if numbers is not None and number.isdecimal():
            if number in numbers:
                return numbers[number][0], (*found, fixed("code.number", f"Mã {value} là {numbers[number][1]}."))
            message = f"Mã số {value} không rõ nghĩa: hai danh mục đang dùng đánh số khác nhau. Ghi tên {what}."
            return None, (*found, tell("code.number_unclear", message))
        message = f"“{value}” không có trong danh mục {what}. Chọn một tên trong danh mục."
        return None, (*found, tell("code.unknown", message, titles.get(_nearest(value, names), "")))

    return parse


def plain(value: str) -> str:
    """Folded letters and digits only: what two spellings of one name share (H'Mông, H-Mông, h mong)."""
    return "".join(letter for letter in vietnamese.fold(value) if letter.isalnum())


def _nearest(value: str, names: Mapping[str, str]) -> str:
    wanted = plain(value)
    starts = {
        key for name, key in names.items() if len(wanted) > 2 and (name.startswith(wanted) or wanted.startswith(name))
    }
    return starts.pop() if len(starts) == 1 else ""


_CLASS = re.compile(r"(?:lớp|lop)?\s*(1[0-2]|[1-9])\s*[.\-/]?\s*([A-ZĐa-zđ]*)\s*[.\-/]?\s*(\d{0,2})", re.IGNORECASE)


def class_name(raw: CellValue) -> Outcome:
    """A class as the school names it: “lớp 6 a1” → 6A1. Names of other shapes (10 Toán, Lá 1) stay as written."""
    if isinstance(raw, dt.date):
        guess = f"{raw.day}/{raw.month}"
        message = f"Excel đã đổi tên lớp thành ngày {shown(raw)}. Có phải lớp {guess}? Ghi lại tên lớp, định dạng ô là Văn bản."
        return None, (error("class.became_day", message, guess),)
    value, found = clean_text(raw)
    if isinstance(raw, float):
        value = value.replace(",", ".")
    simple = _CLASS.fullmatch(value)
    if simple and 1 <= len(simple[2]) <= 2:
        name = f"{simple[1]}{simple[2].upper()}{simple[3]}"
    else:
        name = re.sub(r"^(?:lớp|lop)\s+", "", value, flags=re.IGNORECASE)
    if name.startswith(_OPENS_FORMULA):
        return None, (*found, _looks_like_formula(name))
    if name != value:
        found = (*found, fixed("class.spelling", f"Tên lớp “{value}” đã được viết lại là {name}."))
    return name, found
