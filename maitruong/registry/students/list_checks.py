"""What is looked at in a whole row of the list of pupils, and how split columns become whole values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from maitruong.foundation.exchange.columns import Values
from maitruong.foundation.exchange.findings import Finding, error, warning
from maitruong.foundation.exchange.parsers import Day
from maitruong.foundation.kernel import personal_id
from maitruong.foundation.kernel.formats import date as show_date

#: A parent is at least this much older than the child; smaller gaps are looked at.
YOUNGEST_PARENT = 14
#: Years a pupil may be younger or older than the age of the grade before somebody should look (sector's check E03).
YOUNGER, OLDER = 1, 3


def join(values: dict[str, Any]) -> None:
    """Full name, birth date and sex from the columns they were split over."""
    if values.get("full_name") is None:
        parts = [values.get("family_name"), values.get("given_name")]
        if parts[1]:
            values["full_name"] = " ".join(part for part in parts if part)
    if values.get("born_on") is None and values.get("birth_year"):
        values["born_on"] = _joined_day(values)
    if values.get("sex") is None and "is_female" in values:
        values["sex"] = "female" if values["is_female"] else "male"


def _joined_day(values: Values) -> Day | None:
    try:
        numbers = [int(values.get(part) or 0) for part in ("birth_year", "birth_month", "birth_day")]
        year_, month, day_ = numbers
        year_ += 2000 if year_ < 100 else 0
        precision = "day" if month and day_ else "month" if month else "year"
        return Day(dt.date(year_, month or 1, day_ if precision == "day" else 1), precision)
    except ValueError:
        return None


# ------------------------------------------------------------------------------------------


def check_numbers(values: Values) -> Iterator[tuple[str, Finding]]:
    """The pupil's number against birth date and sex: level CONSISTENCY, to look at, never a reason to refuse."""
    number, born = values.get("personal_number"), values.get("born_on")
    if not number:
        yield (
            "personal_number",
            warning("personal_id.missing", "Chưa có số định danh cá nhân. Bổ sung trước khi chốt số liệu."),
        )
        return
    seen = personal_id.decode(number)
    if born is not None and seen.birth_year != born.date.year:
        message = f"Số này cho năm sinh {seen.birth_year}, cột ngày sinh ghi {born}. Đối chiếu giấy khai sinh."
        yield "personal_number", warning("personal_id.birth_year_differs", message)
    sex = values.get("sex")
    if sex is not None and sex != seen.sex:
        words = {"male": "nam", "female": "nữ"}
        message = f"Số này là của {words[seen.sex]}, cột giới tính ghi {words[sex]}. Đối chiếu giấy khai sinh."
        yield "personal_number", warning("personal_id.sex_differs", message)


def grade_of(class_name: str) -> int | None:
    """The grade a class name begins with: 6A10 → 6, 12 Toán → 12; None for nursery groups."""
    digits = class_name[:2] if class_name[:2].isdecimal() else class_name[:1]
    return int(digits) if digits.isdecimal() and 1 <= int(digits) <= 12 else None


def check_age(values: Values, school_year: int) -> Iterator[tuple[str, Finding]]:
    born, name = values.get("born_on"), values.get("class_name")
    grade = grade_of(name) if name else None
    if born is None or grade is None:
        return
    gap = school_year - born.date.year - (grade + 5)
    if not -YOUNGER <= gap <= OLDER:
        how = f"nhỏ hơn {-gap}" if gap < 0 else f"lớn hơn {gap}"
        message = (
            f"Sinh năm {born.date.year} mà học lớp {grade}: {how} tuổi so với tuổi chuẩn. Kiểm tra năm sinh và lớp."
        )
        yield "born_on", warning("student.age_for_grade", message)


def check_precision(values: Values) -> Iterator[tuple[str, Finding]]:
    """A birth date known only to the year or the month comes in, and somebody should complete it from the papers."""
    born = values.get("born_on")
    if born is not None and born.precision != "day":
        known, unknown = ("năm", "ngày, tháng") if born.precision == "year" else ("tháng và năm", "ngày")
        message = f"Mới có {known} sinh ({born}), chưa rõ {unknown}. Đối chiếu giấy khai sinh rồi bổ sung nếu có."
        yield "born_on", warning("student.birth_date_not_whole", message)


def check_dates(values: Values) -> Iterator[tuple[str, Finding]]:
    born, admitted = values.get("born_on"), values.get("admitted_on")
    if born and admitted and admitted.date <= born.date:
        message = f"Ngày vào trường {show_date(admitted.date)} không sau ngày sinh {born}. Kiểm tra cả hai ô."
        yield "admitted_on", error("student.admitted_before_birth", message)


def check_parents(values: Values) -> Iterator[tuple[str, Finding]]:
    born = values.get("born_on")
    own, father, mother = (values.get(f"{who}number") for who in ("personal_", "father_", "mother_"))
    if own and own in (father, mother, values.get("guardian_number")):
        yield (
            "personal_number",
            error(
                "student.parents_number",
                "Số định danh của em trùng với số của cha, mẹ hoặc người giám hộ. Điền đúng số của em.",
            ),
        )
    if father and father == mother:
        yield (
            "mother_number",
            warning("student.same_parents_number", "Số định danh của cha và mẹ giống nhau. Kiểm tra lại."),
        )
    for who in ("father", "mother"):
        parent_born = values.get(f"{who}_born")
        if born and parent_born and born.date.year - parent_born < YOUNGEST_PARENT:
            message = f"Sinh năm {parent_born}, chỉ hơn con {born.date.year - parent_born} tuổi. Kiểm tra lại năm sinh."
            yield f"{who}_born", warning("student.parents_age", message)
