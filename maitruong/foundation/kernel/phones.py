"""Telephone numbers of Vietnam: stored as E.164 (+84912345678), shown with the leading 0."""

from __future__ import annotations

import re

from .errors import Refusal

_MOBILE = re.compile(r"0(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)\d{7}")
_LANDLINE = re.compile(r"02(?:[48]\d{8}|(?![48])\d{2}\d{7})")
_SEPARATORS = re.compile(r"[\s.\-()–\u00a0]")
# Mobile prefixes of eleven-digit numbers, replaced one for one in the autumn of 2018.
_PREFIX_SINCE_2018 = {
    "0162": "032", "0163": "033", "0164": "034", "0165": "035",
    "0166": "036", "0167": "037", "0168": "038", "0169": "039",
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip


class PhoneRefused(Refusal):
    code = "kernel.phone_unreadable"
    message = 'Số điện thoại "{given}" không đúng dạng số ở Việt Nam.'
    remedy = "Di động có 10 chữ số như 0912 345 678; máy bàn có 11 chữ số kể cả mã vùng như 0205 3812 345."


class OldMobileNumber(PhoneRefused):
    code = "kernel.phone_of_before_2018"
    message = 'Số điện thoại "{given}" dùng đầu số 11 chữ số đã ngừng từ năm 2018.'
    remedy = "Nếu thuê bao chưa đổi chủ, số hiện nay là {now}. Hỏi lại gia đình rồi nhập số mới."


def normalise(text: str) -> str:
    """A mobile or landline number in E.164.

    Accepts spaces, dots, hyphens, brackets, +84 / 84 / 0084 in front and a leading 0 lost in a spreadsheet.
    Raises PhoneRefused, OldMobileNumber.

    >>> normalise("0912.345.678"), normalise("912345678")
    ('+84912345678', '+84912345678')
    """
    digits = _with_leading_zero(_SEPARATORS.sub("", text))
    if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
        return "+84" + digits[1:]
    prefix = _PREFIX_SINCE_2018.get(digits[:4])
    if prefix and re.fullmatch(r"\d{11}", digits):
        raise OldMobileNumber(given=text.strip(), now=show("+84" + prefix[1:] + digits[4:]))
    raise PhoneRefused(given=text.strip())


def _with_leading_zero(digits: str) -> str:
    for country in ("+84", "0084"):
        if digits.startswith(country):
            return "0" + digits[len(country) :].removeprefix("0")
    if digits.startswith("84") and len(digits) in (11, 12):
        return "0" + digits[2:]
    return digits if digits.startswith("0") else "0" + digits


def show(e164: str) -> str:
    """A stored number as people read it.

    >>> show("+84912345678"), show("+842053812345")
    ('0912 345 678', '0205 3812 345')
    """
    digits = "0" + e164.removeprefix("+84")
    area = 4 if len(digits) == 10 else (3 if digits[:3] in ("024", "028") else 4)
    rest = digits[area:]
    return f"{digits[:area]} {rest[:-3]} {rest[-3:]}"
