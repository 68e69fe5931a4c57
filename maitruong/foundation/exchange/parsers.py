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

from maitruong.foundation.kernel import formats, legacy_encodings, personal_id, phones, vietnamese
from maitruong.foundation.kernel.errors import Refusal

from .findings import Finding, error, fixed, warning
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
    return error("cell.formula", message, value.lstrip("=@+- ")[:100])


def person_name(raw: CellValue) -> Outcome:
    """A full name, capitalised when it was all capitals or all small letters."""
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
    return value, found


def capitalised(name: str) -> str:
    """Each word with one capital, also after an apostrophe or a hyphen: H'BIA NIÊ → H'Bia Niê."""
    return re.sub(r"\w+", lambda word: word[0][0].upper() + word[0][1:].lower(), name)


# --- days ------------------------------------------------------------------------------------------------------------

_YEAR = re.compile(r"(?:năm\s*)?((?:19|20)\d\d)")
_MONTH = re.compile(r"(?:tháng\s*)?(\d{1,2})\s*(?:[/\-. ]|năm)\s*((?:19|20)\d\d)")
_NO_DAY = re.compile(r"(?:0{1,2}|\?{1,2}|\.{2,})\s*[/\-.]\s*(\d{1,2}|\?{1,2}|\.{2,})\s*[/\-.]\s*((?:19|20)\d\d)")
# "2013" typed into a cell formatted as a date becomes the 2013th day of Excel's calendar.
_YEAR_AS_DAY = (dt.date(1904, 12, 25), dt.date(1905, 10, 24))
_EXCEL_ZERO = dt.date(1899, 12, 30)


def day(*, earliest: dt.date, latest: dt.date, partial: bool = True, two_digit_years_from: int | None = None) -> Parser:
    """A day between two days: a date cell, Excel's number, or text in the ways schools write it.

    partial: "2013" and "05/2013" are taken too, with their precision.
    two_digit_years_from: first of the hundred years "13" may mean.
    """

    def parse(raw: CellValue) -> Outcome:
        value, found = _read_day(raw, partial, two_digit_years_from)
        if value is None:
            return None, found
        if not earliest <= value.date <= latest:
            what = "sau hôm nay" if value.date > latest else f"trước năm {earliest.year}"
            message = f"Ngày {value} {what}. Kiểm tra lại năm."
            return None, (*found, error("date.out_of_range", message))
        return value, found

    return parse


def _read_day(raw: CellValue, partial: bool, from_year: int | None) -> tuple[Day | None, tuple[Finding, ...]]:
    if isinstance(raw, dt.datetime):
        raw = raw.date()
    if isinstance(raw, dt.date):
        return _day_of_date_cell(raw, partial)
    if isinstance(raw, bool):
        return None, (_unreadable_day(shown(raw)),)
    if isinstance(raw, int | float):
        return _day_of_number(raw, partial)
    value, found = clean_text(raw)
    read, more = _day_of_text(value, partial, from_year)
    return read, (*found, *more)


def _day_of_date_cell(value: dt.date, partial: bool) -> tuple[Day | None, tuple[Finding, ...]]:
    if partial and _YEAR_AS_DAY[0] <= value <= _YEAR_AS_DAY[1]:
        year = (value - _EXCEL_ZERO).days
        message = f"Ô định dạng ngày nên Excel hiện {formats.date(value)}; đã hiểu là năm {year}."
        return Day(dt.date(year, 1, 1), "year"), (fixed("date.year_as_day", message),)
    return Day(value), ()


def _day_of_number(number: float, partial: bool) -> tuple[Day | None, tuple[Finding, ...]]:
    whole = int(number)
    if partial and 1900 <= number <= 2100 and number == whole:
        return Day(dt.date(whole, 1, 1), "year"), ()
    if 3_000 < number < 80_000:
        value = formats.date_from_excel(number)
        return Day(value), (fixed("date.number", f"Số {whole} là cách Excel ghi ngày {formats.date(value)}."),)
    if number == whole and 1_000_000 < number < 32_000_000:
        read, found = _day_of_text(f"{whole:08}", partial, None)
        if read:
            return read, (fixed("date.eight_digits", f"Số {whole:08} đã được đọc là ngày {read}."),)
        return None, found
    return None, (_unreadable_day(shown(number)),)


def _day_of_text(value: str, partial: bool, from_year: int | None) -> tuple[Day | None, tuple[Finding, ...]]:
    if partial:
        known = _partial_day(value)
        if known:
            return known, ()
    try:
        read = formats.parse_date(value)
    except formats.YearTooShort as problem:
        if from_year is None:
            return None, (_refused("date.short_year", problem),)
        read = formats.parse_date(value, two_digit_years_from=from_year)
        return Day(read), (
            fixed("date.short_year", f"Năm viết hai chữ số “{value}” đã được đọc là {formats.date(read)}."),
        )
    except formats.DateNotInCalendar:
        return None, (_not_in_calendar(value),)
    except Refusal:
        return None, (_unreadable_day(value),)
    return Day(read), ()


def _partial_day(value: str) -> Day | None:
    if found := _YEAR.fullmatch(value):
        return Day(dt.date(int(found[1]), 1, 1), "year")
    found = _MONTH.fullmatch(value) or _NO_DAY.fullmatch(value)
    if not found:
        return None
    if not found[1].isdecimal() or int(found[1]) == 0:
        return Day(dt.date(int(found[2]), 1, 1), "year")
    return Day(dt.date(int(found[2]), int(found[1]), 1), "month") if int(found[1]) <= 12 else None


def _not_in_calendar(value: str) -> Finding:
    numbers = re.findall(r"\d+", value)
    swapped = ""
    if len(numbers) == 3 and len(numbers[2]) == 4 and 12 < int(numbers[1]) <= 31 and 1 <= int(numbers[0]) <= 12:
        swapped = f"{int(numbers[1]):02}/{int(numbers[0]):02}/{numbers[2]}"
    hint = f" Có thể ngày và tháng bị đảo: {swapped}?" if swapped else ""
    return error(
        "date.not_in_calendar", f"Ngày “{value}” không có trong lịch.{hint} Sửa lại theo ngày/tháng/năm.", swapped
    )


def _unreadable_day(value: str) -> Finding:
    return error("date.unreadable", f"Không đọc được ngày từ “{value}”. Viết ngày/tháng/năm, ví dụ 15/09/2013.")


def _refused(code: str, problem: Refusal, *, suggestion: str = "") -> Finding:
    return error(code, f"{problem.text} {problem.advice}", suggestion)


def year(*, earliest: int, latest: int) -> Parser:
    """A year of birth: "1985", 1985, or a whole date of which the year is kept."""

    def parse(raw: CellValue) -> Outcome:
        read, found = _read_day(raw, True, None)
        if read is None:
            return None, tuple(warning(f.code, f"{f.message} Ô này sẽ để trống nếu không sửa.") for f in found)
        if not earliest <= read.date.year <= latest:
            message = f"Năm {read.date.year} không hợp lí (nhận từ {earliest} đến {latest}); sẽ để trống nếu không sửa."
            return None, (warning("year.out_of_range", message),)
        return read.date.year, found

    return parse


# --- the twelve digits -----------------------------------------------------------------------------------------------


def personal_number(*, today: dt.date, ages: range | None = None, own: bool = True) -> Parser:
    """The twelve digits as text, levels FORMAT, PLACE and CENTURY of the law's structure (kernel.personal_id).

    Zeros that a number cell lost in front are put back, since no number of a birth registered in Vietnam starts otherwise.
    own: the pupil's own number, where a wrong one keeps the row out; a parent's only leaves the cell empty.
    """
    tell = error if own else _left_out

    def parse(raw: CellValue) -> Outcome:
        digits, found = _digits_of(raw)
        if not digits:
            return None, tuple(tell(f.code, f.message, f.suggestion) for f in found)
        seen = personal_id.check(digits, today=today, ages=ages)
        bad = [finding for finding in seen if finding.severity is personal_id.Severity.ERROR]
        if bad:
            suggestion = _with_zeros(digits, today, ages)
            hint = f" Có phải {suggestion}?" if suggestion else ""
            message = f"{bad[0].message}{hint} Đối chiếu giấy khai sinh hoặc thẻ căn cước."
            return None, (*found, tell(bad[0].code, message, suggestion))
        return personal_id.tidy(digits), found

    return parse


def _left_out(code: str, message: str, suggestion: str = "") -> Finding:
    return warning(code, f"{message} Ô này sẽ để trống nếu không sửa.", suggestion)


def _digits_of(raw: CellValue) -> tuple[str, tuple[Finding, ...]]:
    if isinstance(raw, bool | dt.date):
        return "", (error("personal_id.not_digits", "Ô này không phải là số định danh. Nhập đủ 12 chữ số."),)
    if isinstance(raw, int | float):
        if raw != int(raw) or raw >= 1e12 or raw < 0:
            message = f"Số {shown(raw)} không phải số định danh 12 chữ số. Nhập lại, định dạng ô là Văn bản (Text)."
            return "", (error("personal_id.not_digits", message),)
        digits = str(int(raw))
        if len(digits) in (10, 11) and digits.zfill(12)[:3] in personal_id.BIRTH_PLACES:
            message = f"Excel đã bỏ số 0 ở đầu; đã trả lại thành {digits.zfill(12)}."
            return digits.zfill(12), (fixed("personal_id.lost_zeros", message),)
        return digits, ()
    value, found = clean_text(raw)
    if re.fullmatch(r"\d[.,]\d+[eE]\+?\d+", value):
        message = (
            f"Excel đã rút gọn số thành “{value}”, các chữ số cuối đã mất. Nhập lại số, định dạng ô là Văn bản (Text)."
        )
        return "", (error("personal_id.rounded", message),)
    stripped = value.lstrip("'’`")
    if stripped != value:
        found = (*found, fixed("text.apostrophe", "Dấu nháy ở đầu đã được bỏ."))
    return stripped, found


def _with_zeros(digits: str, today: dt.date, ages: range | None) -> str:
    plain = personal_id.tidy(digits)
    if not (plain.isdecimal() and len(plain) in (10, 11)):
        return ""
    whole = plain.zfill(12)
    bad = [f for f in personal_id.check(whole, today=today, ages=ages) if f.severity is personal_id.Severity.ERROR]
    return "" if bad else whole


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
    return None, (*found, _left_out("flag.unknown", message))


def phone(raw: CellValue) -> Outcome:
    """A telephone number in E.164. A wrong one is left out, not guessed."""
    given, found = clean_text(raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool) and not given.startswith(("0", "84")):
        found = (*found, fixed("phone.lost_zero", f"Excel đã bỏ số 0 ở đầu; đã trả lại thành 0{given}."))
    several = [part for part in re.split(r"[;,/|]| - | hoặc | và ", given) if part.strip()]
    if len(several) > 1:
        return _first_phone(several, found)
    try:
        return phones.normalise(given), found
    except phones.OldMobileNumber as problem:
        return None, (*found, _left_out(problem.code, f"{problem.text} {problem.advice}", problem.facts["now"]))
    except Refusal as problem:
        return None, (_left_out(problem.code, f"{problem.text} {problem.advice}"),)


def _first_phone(several: list[str], found: tuple[Finding, ...]) -> Outcome:
    for part in several:
        try:
            first = phones.normalise(part)
        except Refusal:
            continue
        message = (
            f"Ô ghi {len(several)} số; chỉ giữ {phones.show(first)}. Số còn lại ghi vào cột điện thoại khác nếu cần."
        )
        return first, (*found, warning("phone.several", message))
    return None, (
        *found,
        _left_out("kernel.phone_unreadable", "Không số nào trong ô đúng dạng số điện thoại ở Việt Nam."),
    )


_EMAIL = re.compile(r"[^@\s,;]+@[\w-]+(?:\.[\w-]+)+")


def email(raw: CellValue) -> Outcome:
    """An e-mail address in small letters."""
    value, found = clean_text(raw)
    if _EMAIL.fullmatch(value) and value.isascii():
        return value.lower(), found
    return None, (
        *found,
        _left_out("email.unreadable", f"“{value}” không đúng dạng thư điện tử như ten@truong.edu.vn."),
    )


def coded(
    names: Mapping[str, str], *, what: str, required: bool = False, numbers: Mapping[str, tuple[str, str]] | None = None
) -> Parser:
    """A key of a code list, by any of its names written with or without marks.

    names: folded letters and digits of a name → key; see `name_keys`.
    numbers: a written number → (key, name) where it means one thing; a number not in here is refused with the reason.
    """
    tell = error if required else _left_out

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
        return None, (*found, tell("code.unknown", message, _nearest(value, names)))

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
