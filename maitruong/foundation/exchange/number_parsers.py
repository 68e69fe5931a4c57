"""The twelve digits of a person and telephone numbers, as spreadsheets leave them."""

from __future__ import annotations

import datetime as dt
import re

from maitruong.foundation.kernel import personal_id, phones
from maitruong.foundation.kernel.errors import Refusal

from .findings import Finding, error, fixed, left_out, warning
from .parsers import Outcome, Parser, clean_text, shown
from .workbook import CellValue


def personal_number(*, today: dt.date, ages: range | None = None, own: bool = True) -> Parser:
    """The twelve digits as text, levels FORMAT, PLACE and CENTURY of the law's structure (kernel.personal_id).

    Zeros that a number cell lost in front are put back, since no number of a birth registered in Vietnam starts otherwise.
    own: the pupil's own number, where a wrong one keeps the row out; a parent's only leaves the cell empty.
    """
    tell = error if own else left_out

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


def _digits_of(raw: CellValue) -> tuple[str, tuple[Finding, ...]]:
    if isinstance(raw, bool | dt.date):
        return "", (error("personal_id.not_digits", "Ô này không phải là số định danh. Nhập đủ 12 chữ số."),)
    if isinstance(raw, int | float):
        if not 0 <= raw < 1e12 or raw != int(raw):
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
        return None, (*found, left_out(problem.code, f"{problem.text} {problem.advice}", problem.facts["now"]))
    except Refusal as problem:
        return None, (left_out(problem.code, f"{problem.text} {problem.advice}"),)


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
        left_out("kernel.phone_unreadable", "Không số nào trong ô đúng dạng số điện thoại ở Việt Nam."),
    )
