"""The list of pupils: the 54 columns of the province's sheet, with the other names schools give them.

More is read though the province's sheet does not have it, because schools write so: the name in two columns (họ đệm, tên),
the birth date in three (ngày, tháng, năm), a column “Nữ” with x instead of the sex, and one “phụ huynh” who may be anybody.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from maitruong.foundation.exchange import parsers
from maitruong.foundation.exchange.columns import Column, ColumnMap
from maitruong.foundation.exchange.day_parsers import day
from maitruong.foundation.exchange.number_parsers import personal_number
from maitruong.foundation.exchange.parsers import flag, person_name, text

from . import family_columns, list_checks
from .list_parsers import (
    BOARDING_CHOICES,
    boarding,
    ethnic_group,
    from_list,
    named,
    names_of,
    nationality,
    optional,
    show_boarding,
    show_country,
    show_sex,
)

PUPIL_AGES = range(2, 26)


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
            *family_columns.parents(today),
            *family_columns.contacts(),
            *_at_school(),
            *family_columns.guardian(today),
            *_parts(today),
        ),
        join=list_checks.join,
        checks=(
            list_checks.check_numbers,
            lambda values: list_checks.check_age(values, school_year),
            list_checks.check_precision,
            list_checks.check_dates,
            list_checks.check_parents,
        ),
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
            for_all="6A1",
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
            optional(day(earliest=dt.date(1990, 1, 1), latest=today + dt.timedelta(366), partial=False)),
            ("ngày vào", "ngày nhập học", "ngày tuyển sinh"),
            width=12,
        ),
        Column(
            "sex",
            "Giới tính",
            parsers.sex,
            ("phái", "nam/nữ", "gt"),
            looks="sex",
            required=True,
            choices=("Nam", "Nữ"),
            width=9,
            show=show_sex,
        ),
        Column("nationality", "Quốc tịch", nationality, width=12, show=show_country),
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
            personal_number(today=today, ages=PUPIL_AGES),
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
            optional(day(earliest=dt.date(1990, 1, 1), latest=today, partial=False)),
            ("ngày cấp cccd", "ngày cấp số định danh"),
            width=12,
        ),
        Column("number_issued_at", "Nơi cấp", text(), ("nơi cấp cccd", "nơi cấp số định danh")),
        Column(
            "ethnic_group",
            "Dân tộc",
            ethnic_group(),
            required=True,
            for_all="Kinh",
            choices=names_of("ethnic_group"),
            sensitive=True,
            width=10,
            show=named("ethnic_group"),
        ),
        Column(
            "religion",
            "Tôn giáo",
            from_list("religion", "tôn giáo"),
            choices=names_of("religion"),
            sensitive=True,
            show=named("religion"),
            width=12,
        ),
        Column(
            "policy_group",
            "Diện chính sách",
            from_list("policy_group", "diện chính sách"),
            ("đối tượng chính sách", "chế độ chính sách", "diện ưu tiên", "chính sách"),
            choices=names_of("policy_group"),
            show=named("policy_group"),
        ),
        Column("near_poor", "Hộ cận nghèo", flag, ("cận nghèo",), looks="flag", width=9),
        Column("youth_union", "Đoàn viên", flag, ("đoàn", "đoàn viên tncs"), looks="flag", width=9),
        Column("pioneer", "Đội viên", flag, ("đội", "đội viên tntp"), looks="flag", width=9),
    )


def _at_school() -> tuple[Column, ...]:
    return (
        Column(
            "disability",
            "Khuyết tật",
            from_list("disability", "dạng khuyết tật"),
            ("loại khuyết tật", "dạng khuyết tật"),
            choices=names_of("disability"),
            sensitive=True,
            show=named("disability"),
        ),
        Column(
            "boarding",
            "Bán trú, nội trú",
            boarding(),
            ("nội trú", "bán trú", "hình thức nội trú"),
            choices=BOARDING_CHOICES,
            width=14,
            show=show_boarding,
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
