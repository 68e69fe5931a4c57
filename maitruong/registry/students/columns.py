"""The list of pupils: the 54 columns of the province's sheet, with the other names schools give them.

Two more groups are read though the province's sheet does not have them, because schools write so: the name in two columns
(họ đệm, tên), the birth date in three (ngày, tháng, năm), and a column “Nữ” with x instead of the sex.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from maitruong.foundation import reference
from maitruong.foundation.exchange import parsers
from maitruong.foundation.exchange.columns import Column, ColumnMap, Values
from maitruong.foundation.exchange.findings import Finding, error, warning
from maitruong.foundation.exchange.parsers import Day, Outcome, Parser, coded, day, flag, person_name, plain, text, year
from maitruong.foundation.exchange.workbook import CellValue
from maitruong.foundation.kernel import personal_id, phones
from maitruong.foundation.kernel.formats import date as show_date

PUPIL_AGES = range(2, 26)
PARENT_AGES = range(14, 100)
#: Years a pupil may be younger or older than the age of the grade before somebody should look (sector's check E03).
YOUNGER, OLDER = 1, 3


@lru_cache(maxsize=4)
def student_list(school_year: int, today: dt.date) -> ColumnMap:
    """The column map for one school year, as of a day."""
    return ColumnMap(
        key="students",
        title="Danh sách học sinh",
        columns=(
            *_place_in_school(today),
            *_child(today),
            *_addresses(),
            *_papers_and_groups(today),
            *_parents(today),
            *_contacts(),
            *_parts(today),
        ),
        join=_join,
        checks=(_check_numbers, lambda values: _check_age(values, school_year), _check_dates, _check_parents),
        number="personal_number",
        double=("full_name", "born_on"),
    )


# --- the columns, in the order of the province's sheet ---------------------------------------------------------------


def _place_in_school(today: dt.date) -> tuple[Column, ...]:
    return (
        Column("order", "STT", text(longest=20), ("số thứ tự", "TT"), width=6),
        Column(
            "class_name",
            "Lớp",
            parsers.class_name,
            ("lớp học", "tên lớp", "lớp 2026-2027"),
            looks="class",
            required=True,
            width=8,
        ),
        Column("student_code", "Mã học sinh", text(longest=20), ("mã hs", "mã học sinh của trường", "mã số học sinh")),
        Column("vemis_code", "Mã VEMIS", text(longest=20), ("vemis",)),
        Column("moet_code", "Mã MOET", text(longest=20), ("mã bộ", "mã định danh bộ gd", "mã cơ sở dữ liệu ngành")),
        Column("register_number", "Số đăng bộ", text(longest=20), ("số sổ đăng bộ", "đăng bộ"), width=12),
    )


def _child(today: dt.date) -> tuple[Column, ...]:
    born_from = dt.date(today.year - PUPIL_AGES.stop - 40, 1, 1)
    return (
        Column(
            "full_name",
            "Họ và tên",
            person_name,
            ("họ tên", "họ và tên học sinh", "họ tên học sinh", "tên học sinh", "họ tên khai sinh", "học sinh"),
            looks="name",
            required=True,
            width=28,
        ),
        Column(
            "born_on",
            "Ngày sinh",
            day(earliest=born_from, latest=today, two_digit_years_from=today.year - 99),
            ("ngày tháng năm sinh", "năm sinh", "ngày sinh học sinh", "sinh ngày", "ns"),
            looks="day",
            required=True,
            width=12,
        ),
        Column(
            "admitted_on",
            "Ngày vào trường",
            _left_out(day(earliest=dt.date(1990, 1, 1), latest=today + dt.timedelta(366), partial=False)),
            ("ngày vào", "ngày nhập học", "ngày tuyển sinh"),
            width=12,
        ),
        Column(
            "sex", "Giới tính", parsers.sex, ("phái", "nam/nữ", "nam nữ", "gt"), looks="sex", required=True, width=9
        ),
        Column("nationality", "Quốc tịch", _nationality, width=12),
    )


def _addresses() -> tuple[Column, ...]:
    plain_text = text()
    return (
        Column(
            "current_hamlet",
            "Nơi ở hiện nay: thôn, xóm, số nhà",
            plain_text,
            (
                "chỗ ở hiện nay thôn xóm",
                "chỗ ở hiện nay",
                "địa chỉ",
                "nơi ở",
                "địa chỉ hiện nay số nhà",
                "địa chỉ liên hệ",
            ),
            sensitive=True,
            width=24,
        ),
        Column("current_area", "Nơi ở hiện nay: khu dân cư", plain_text, ("chỗ ở hiện nay tổ dân phố",)),
        Column("current_commune", "Nơi ở hiện nay: xã, phường", plain_text, ("chỗ ở hiện nay xã", "xã", "xã phường")),
        Column("current_province", "Nơi ở hiện nay: tỉnh, thành phố", plain_text, ("chỗ ở hiện nay tỉnh", "tỉnh")),
        Column(
            "permanent_hamlet",
            "Thường trú: thôn, xóm, số nhà",
            plain_text,
            ("thường trú", "hộ khẩu thường trú", "nơi thường trú", "địa chỉ thường trú", "địa chỉ thường trú thôn"),
            sensitive=True,
            width=24,
        ),
        Column("permanent_area", "Thường trú: khu dân cư", plain_text, ("địa chỉ thường trú tổ dân phố",)),
        Column("permanent_commune", "Thường trú: xã, phường", plain_text, ("địa chỉ thường trú xã",)),
        Column("permanent_province", "Thường trú: tỉnh, thành phố", plain_text, ("địa chỉ thường trú tỉnh",)),
        Column("birthplace", "Nơi sinh", plain_text, ("nơi sinh chi tiết",), width=24),
        Column("birth_commune", "Nơi sinh: xã, phường", plain_text),
        Column("birth_province", "Nơi sinh: tỉnh, thành phố", plain_text),
        Column("native_place", "Quê quán", plain_text, ("nguyên quán",), width=24),
        Column("native_commune", "Quê quán: xã, phường", plain_text),
        Column("native_province", "Quê quán: tỉnh, thành phố", plain_text),
        Column(
            "registered_commune",
            "Nơi đăng kí khai sinh: xã, phường",
            plain_text,
            ("nơi đăng ký khai sinh xã", "khai sinh xã"),
        ),
        Column(
            "registered_province",
            "Nơi đăng kí khai sinh: tỉnh, thành phố",
            plain_text,
            ("nơi đăng ký khai sinh tỉnh", "khai sinh tỉnh"),
        ),
    )


def _papers_and_groups(today: dt.date) -> tuple[Column, ...]:
    return (
        Column(
            "personal_number",
            "Số định danh cá nhân",
            parsers.personal_number(today=today, ages=PUPIL_AGES),
            (
                "cccd",
                "số cccd",
                "mã định danh",
                "số định danh",
                "cccd học sinh",
                "số định danh học sinh",
                "cmnd/cccd",
                "số cmnd",
            ),
            looks="personal_number",
            sensitive=True,
            width=15,
        ),
        Column(
            "number_issued_on",
            "Ngày cấp",
            _left_out(day(earliest=dt.date(1990, 1, 1), latest=today, partial=False)),
            ("ngày cấp cccd", "ngày cấp số định danh"),
            width=12,
        ),
        Column("number_issued_at", "Nơi cấp", text(), ("nơi cấp cccd", "nơi cấp số định danh")),
        Column("ethnic_group", "Dân tộc", _ethnic_group(), required=True, sensitive=True, width=10),
        Column(
            "religion",
            "Tôn giáo",
            coded(
                _names(
                    "religion",
                    {
                        "khong theo dao": "NONE",
                        "dao phat": "BUDDHISM",
                        "thien chua": "CATHOLIC",
                        "dao thien chua": "CATHOLIC",
                        "hoa hao": "HOA_HAO",
                    },
                ),
                what="tôn giáo",
            ),
            sensitive=True,
            width=12,
        ),
        Column(
            "policy_group",
            "Diện chính sách",
            coded(
                _names(
                    "policy_group",
                    {
                        "con thuong binh": "WAR_INVALID_CHILD",
                        "con benh binh": "WAR_INVALID_CHILD",
                        "mo coi": "ORPHAN_ONE",
                        "khuyet tat": "DISABLED",
                        "ngheo": "POOR",
                        "can ngheo": "NEAR_POOR",
                    },
                ),
                what="diện chính sách",
            ),
            ("đối tượng chính sách", "chế độ chính sách", "diện ưu tiên", "chính sách"),
        ),
        Column("near_poor", "Hộ cận nghèo", flag, ("cận nghèo",), looks="flag", width=9),
        Column("youth_union", "Đoàn viên", flag, ("đoàn", "đoàn viên tncs"), looks="flag", width=9),
        Column("pioneer", "Đội viên", flag, ("đội", "đội viên tntp"), looks="flag", width=9),
    )


def _parents(today: dt.date) -> tuple[Column, ...]:
    found: list[Column] = []
    for key, who, other in (("father", "cha", "bố"), ("mother", "mẹ", "mẹ")):
        title = who
        found += [
            Column(
                f"{key}_name",
                f"Họ tên {title}",
                _parent_name,
                (other, f"họ và tên {other}", f"tên {other}"),
                width=24,
            ),
            Column(f"{key}_occupation", f"Nghề nghiệp {title}", text(), (f"{other} nghề",)),
            Column(
                f"{key}_born",
                f"Năm sinh {title}",
                year(earliest=today.year - PARENT_AGES.stop, latest=today.year - PARENT_AGES.start),
                (f"ngày sinh {other}",),
                width=9,
            ),
            Column(
                f"{key}_number",
                f"Số định danh {title}",
                parsers.personal_number(today=today, ages=PARENT_AGES, own=False),
                (f"cccd {other}", f"số cmnd {other}"),
                sensitive=True,
                width=15,
            ),
            Column(
                f"{key}_workplace", f"Nơi làm việc {title}", text(), (f"cơ quan {other}", f"đơn vị công tác {other}")
            ),
        ]
    return tuple(found)


def _contacts() -> tuple[Column, ...]:
    show = _show_phone
    return (
        Column(
            "contact_phone",
            "Điện thoại liên hệ",
            parsers.phone,
            (
                "điện thoại",
                "số điện thoại",
                "sđt",
                "sđt liên hệ",
                "điện thoại phụ huynh",
                "sđt phhs",
                "điện thoại gia đình",
            ),
            looks="phone",
            sensitive=True,
            show=show,
        ),
        Column(
            "contact_email",
            "Thư điện tử liên hệ",
            parsers.email,
            ("email", "email liên hệ", "thư điện tử"),
            looks="email",
            sensitive=True,
            width=24,
        ),
        Column(
            "father_phone", "Điện thoại cha", parsers.phone, ("sđt bố", "số điện thoại bố"), sensitive=True, show=show
        ),
        Column(
            "mother_phone", "Điện thoại mẹ", parsers.phone, ("sđt mẹ", "số điện thoại mẹ"), sensitive=True, show=show
        ),
        Column(
            "student_phone",
            "Điện thoại học sinh",
            parsers.phone,
            ("sđt học sinh", "điện thoại hs"),
            sensitive=True,
            show=show,
        ),
        Column(
            "disability",
            "Khuyết tật",
            coded(
                _names(
                    "disability",
                    {
                        "van dong": "MOBILITY",
                        "nghe noi": "HEARING_SPEECH",
                        "nghe": "HEARING_SPEECH",
                        "nhin": "SIGHT",
                        "than kinh": "MENTAL",
                        "tri tue": "INTELLECTUAL",
                        "khac": "OTHER",
                        "tu ky": "OTHER",
                        "tu ki": "OTHER",
                    },
                ),
                what="dạng khuyết tật",
            ),
            ("loại khuyết tật", "dạng khuyết tật"),
            sensitive=True,
        ),
        Column(
            "boarding",
            "Bán trú, nội trú",
            coded(_BOARDING, what="hình thức ở trường"),
            ("nội trú", "bán trú", "hình thức nội trú"),
            width=14,
        ),
        Column("note", "Ghi chú", text(longest=1000), ("ghi chú khác",), width=24),
    )


def _parts(today: dt.date) -> tuple[Column, ...]:
    """Columns that together make one of those above."""
    number = text(longest=10)
    return (
        Column(
            "family_name",
            "Họ và tên đệm",
            person_name,
            ("họ đệm", "họ lót", "họ và chữ đệm", "họ"),
            part_of="full_name",
        ),
        Column("given_name", "Tên", person_name, ("tên gọi",), part_of="full_name"),
        Column("birth_day", "Ngày sinh: ngày", number, ("ngày sinh ngày",), part_of="born_on"),
        Column("birth_month", "Ngày sinh: tháng", number, ("ngày sinh tháng",), part_of="born_on"),
        Column("birth_year", "Ngày sinh: năm", number, ("ngày sinh năm",), part_of="born_on"),
        Column("is_female", "Nữ", flag, ("giới tính nữ", "học sinh nữ"), looks="flag", part_of="sex", width=6),
    )


# --- parsers of this list --------------------------------------------------------------------------------------------

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


def _names(list_name: str, also: dict[str, str] | None = None) -> dict[str, str]:
    """Every spelling of a code list's names, folded → key."""
    found = {plain(name): key for name, key in (also or {}).items()}
    for code in reference.codes(list_name):
        for name in (code.name, *code.columns.get("also", "").split(";")):
            if name.strip():
                found[plain(name)] = code.key
    return found


def _ethnic_group() -> Parser:
    """Names of both sides; numbers only where the list of 1979 and the census number a group alike."""
    codes = reference.codes("ethnic_group")
    alike = {
        code["code_1979"].lstrip("0"): (code.key, code.name)
        for code in codes
        if code["code_1979"] == code["code_census"]
    }
    return coded(
        _names("ethnic_group", {"meo": "MONG", "cao lan": "SANCHAY", "hoa": "HOA"}),
        what="dân tộc",
        required=True,
        numbers=alike,
    )


def _nationality(raw: CellValue) -> Outcome:
    value, found = parsers.clean_text(raw)
    key = _COUNTRIES.get(plain(value))
    if key:
        return key, found
    if len(value) == 2 and value.isascii() and value.isupper():
        return value, found
    message = f"Không rõ quốc tịch “{value}”; sẽ ghi Việt Nam nếu không sửa. Ghi tên nước, ví dụ Lào, Trung Quốc."
    return None, (*found, warning("nationality.unknown", message))


def _parent_name(raw: CellValue) -> Outcome:
    """A parent's name; a wrong one leaves the cell empty instead of keeping the child out."""
    return _left_out(person_name)(raw)


def _left_out(parse: Parser) -> Parser:
    """The same parser for a column that may stay empty: what it refuses is left out, and said."""

    def lenient(raw: CellValue) -> Outcome:
        value, found = parse(raw)
        return value, tuple(_softened(finding) for finding in found)

    return lenient


def _softened(finding: Finding) -> Finding:
    if finding.severity.value != "error" or finding.code == "cell.formula":
        return finding
    return warning(finding.code, f"{finding.message} Ô này sẽ để trống nếu không sửa.", finding.suggestion)


def _show_phone(value: Any) -> CellValue:
    return phones.show(value)


# --- whole values out of parts ---------------------------------------------------------------------------------------


def _join(values: dict[str, Any]) -> None:
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


# --- looking at a whole row ------------------------------------------------------------------------------------------


def _check_numbers(values: Values) -> Iterator[tuple[str, Finding]]:
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


def _check_age(values: Values, school_year: int) -> Iterator[tuple[str, Finding]]:
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


def _check_dates(values: Values) -> Iterator[tuple[str, Finding]]:
    born, admitted = values.get("born_on"), values.get("admitted_on")
    if born and admitted and admitted.date <= born.date:
        message = f"Ngày vào trường {show_date(admitted.date)} không sau ngày sinh {born}. Kiểm tra cả hai ô."
        yield "admitted_on", error("student.admitted_before_birth", message)


def _check_parents(values: Values) -> Iterator[tuple[str, Finding]]:
    born = values.get("born_on")
    own, father, mother = (values.get(f"{who}number") for who in ("personal_", "father_", "mother_"))
    if own and own in (father, mother):
        yield (
            "personal_number",
            error("student.parents_number", "Số định danh của em trùng với số của cha hoặc mẹ. Điền đúng số của em."),
        )
    if father and father == mother:
        yield (
            "mother_number",
            warning("student.same_parents_number", "Số định danh của cha và mẹ giống nhau. Kiểm tra lại."),
        )
    for who in ("father", "mother"):
        parent_born = values.get(f"{who}_born")
        if born and parent_born and born.date.year - parent_born < PARENT_AGES.start:
            message = f"Sinh năm {parent_born}, chỉ hơn con {born.date.year - parent_born} tuổi. Kiểm tra lại năm sinh."
            yield f"{who}_born", warning("student.parents_age", message)
