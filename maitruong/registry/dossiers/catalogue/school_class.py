"""What is written of a class; each level is asked only what it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import Contradiction
from ..fields import CONTINUING, GENERAL, LOWER, PRESCHOOL, PRIMARY, UPPER, Field, Kind, Sheet

SESSIONS = (("5", "5 buổi một tuần"), ("6-8", "6 đến 8 buổi một tuần"), ("9-10", "9 hoặc 10 buổi một tuần"))
AGE_GROUPS = (
    ("3-12", "Nhóm trẻ 3-12 tháng"),
    ("13-24", "Nhóm trẻ 13-24 tháng"),
    ("25-36", "Nhóm trẻ 25-36 tháng"),
    ("3-4", "Mẫu giáo 3-4 tuổi"),
    ("4-5", "Mẫu giáo 4-5 tuổi"),
    ("5-6", "Mẫu giáo 5-6 tuổi"),
)
MIXED = (("2", "Ghép 2 độ tuổi"), ("3", "Ghép 3 độ tuổi"), ("4", "Ghép 4 độ tuổi"), ("none", "Không ghép"))
LANGUAGES = (
    ("en", "Tiếng Anh"),
    ("fr", "Tiếng Pháp"),
    ("zh", "Tiếng Trung Quốc"),
    ("ru", "Tiếng Nga"),
    ("ja", "Tiếng Nhật"),
    ("de", "Tiếng Đức"),
    ("ko", "Tiếng Hàn"),
)
STREAMS = (
    ("natural", "Thiên về khoa học tự nhiên"),
    ("social", "Thiên về khoa học xã hội"),
    ("technology", "Thiên về công nghệ, nghệ thuật"),
    ("basic", "Không phân hướng"),
)
SPECIALISMS = (
    ("TOAN", "Toán"),
    ("VATLI", "Vật lí"),
    ("HOAHOC", "Hoá học"),
    ("SINHHOC", "Sinh học"),
    ("TINHOC", "Tin học"),
    ("NGUVAN", "Ngữ văn"),
    ("LICHSU", "Lịch sử"),
    ("DIALI", "Địa lí"),
    ("NGOAINGU", "Ngoại ngữ"),
)
KINDS = (
    ("lower", "Bổ túc trung học cơ sở"),
    ("upper", "Giáo dục thường xuyên cấp trung học phổ thông"),
    ("literacy", "Xoá mù chữ, sau biết chữ"),
    ("short", "Lớp chuyên đề, ngắn hạn"),
)
FORMS = (("full", "Tập trung"), ("part", "Vừa làm vừa học"), ("distance", "Từ xa, tự học có hướng dẫn"))
_LANGUAGE_LEVELS = (*GENERAL, CONTINUING)


def _languages(values: Mapping[str, Any]) -> None:
    one, other = values["language_1"], values["language_2"]
    if one and one == other:
        raise Contradiction(
            one="Ngoại ngữ 1", other="ngoại ngữ 2 cùng một thứ tiếng", advice="Chọn thứ tiếng khác hoặc để trống."
        )
    for number in ("1", "2"):
        if values[f"language_{number}_periods"] and not values[f"language_{number}"]:
            raise Contradiction(
                one=f"Số tiết ngoại ngữ {number}",
                other="ô thứ tiếng còn trống",
                advice="Chọn thứ tiếng, hoặc bỏ số tiết.",
            )


def _combined(values: Mapping[str, Any]) -> None:
    if values["combined_with"] and values["combined"] is False:
        raise Contradiction(
            one="“Lớp ghép”: không", other="ô khối ghép cùng", advice="Sửa thành lớp ghép, hoặc bỏ khối ghép cùng."
        )


def _specialised(values: Mapping[str, Any]) -> None:
    if values["specialism"] and values["specialised"] is False:
        raise Contradiction(one="“Lớp chuyên”: không", other="môn chuyên", advice="Sửa thành lớp chuyên, hoặc bỏ môn.")


CLASS = Sheet(
    key="lop",
    title="Thông tin lớp",
    groups={
        "buoi": "Buổi học",
        "tochuc": "Tổ chức lớp",
        "ngoaingu": "Ngoại ngữ",
        "huong": "Định hướng, lớp chuyên",
        "chuongtrinh": "Chương trình giáo dục mầm non",
        "thuongxuyen": "Giáo dục thường xuyên",
        "nguoihoc": "Người học",
        "thietbi": "Thiết bị",
    },
    fields=(
        Field("two_sessions", "Học hai buổi mỗi ngày", "buoi", levels=(PRESCHOOL, LOWER, UPPER)),
        Field("sessions", "Số buổi một tuần", "buoi", Kind.CHOICE, choices=SESSIONS, levels=(PRIMARY,)),
        Field("age_group", "Nhóm tuổi", "tochuc", Kind.CHOICE, choices=AGE_GROUPS, levels=(PRESCHOOL,)),
        Field("mixed_ages", "Ghép độ tuổi", "tochuc", Kind.CHOICE, choices=MIXED, levels=(PRESCHOOL,)),
        Field("combined", "Lớp ghép", "tochuc", levels=(PRESCHOOL, PRIMARY), hint="Nhiều khối học chung một phòng."),
        Field("combined_with", "Khối ghép cùng", "tochuc", Kind.TEXT, most=20, levels=(PRIMARY,), hint="Ví dụ 2, 3."),
        Field("special_class", "Lớp dành riêng cho học sinh khuyết tật", "tochuc", levels=(PRIMARY,)),
        Field("parents_board", "Có ban đại diện cha mẹ học sinh lớp", "tochuc"),
        Field("language_1", "Ngoại ngữ 1", "ngoaingu", Kind.CHOICE, choices=LANGUAGES, levels=_LANGUAGE_LEVELS),
        Field("language_1_periods", "Số tiết một tuần, ngoại ngữ 1", "ngoaingu", Kind.COUNT, most=30, unit="tiết",
              levels=_LANGUAGE_LEVELS),
        Field("language_2", "Ngoại ngữ 2", "ngoaingu", Kind.CHOICE, choices=LANGUAGES, levels=GENERAL),
        Field("language_2_periods", "Số tiết một tuần, ngoại ngữ 2", "ngoaingu", Kind.COUNT, most=30, unit="tiết",
              levels=GENERAL),
        Field("stream", "Định hướng môn lựa chọn", "huong", Kind.CHOICE, choices=STREAMS, levels=(UPPER,)),
        Field("specialised", "Lớp chuyên", "huong", levels=(UPPER,)),
        Field("specialism", "Môn chuyên", "huong", Kind.CHOICE, choices=SPECIALISMS, levels=(UPPER,)),
        Field("national_programme", "Theo chương trình giáo dục mầm non của Bộ", "chuongtrinh", levels=(PRESCHOOL,)),
        Field("english_familiarised", "Làm quen với tiếng Anh", "chuongtrinh", levels=(PRESCHOOL,)),
        Field("vietnamese_enhanced", "Tăng cường tiếng Việt", "chuongtrinh", levels=(PRESCHOOL, PRIMARY)),
        Field("continuing_kind", "Loại lớp", "thuongxuyen", Kind.CHOICE, choices=KINDS, levels=(CONTINUING,)),
        Field("study_form", "Hình thức học", "thuongxuyen", Kind.CHOICE, choices=FORMS, levels=(CONTINUING,)),
        Field("training_code", "Mã lớp đào tạo, dạy nghề", "thuongxuyen", Kind.TEXT, most=20, levels=(CONTINUING,)),
        Field("semi_boarding", "Lớp bán trú", "nguoihoc", levels=(PRESCHOOL, PRIMARY, LOWER)),
        Field("disabled_learners", "Có học sinh khuyết tật học hoà nhập", "nguoihoc"),
        Field("vocational_learners", "Số học sinh học nghề phổ thông", "nguoihoc", Kind.COUNT, most=100, unit="em",
              levels=(LOWER, UPPER)),
        Field("vietnamese_equipment", "Đủ thiết bị môn Tiếng Việt", "thietbi", levels=(PRIMARY,)),
        Field("maths_equipment", "Đủ thiết bị môn Toán", "thietbi", levels=(PRIMARY,)),
        Field("screen", "Có màn hình hoặc máy chiếu", "thietbi"),
    ),
    checks=(_languages, _combined, _specialised),
)  # fmt: skip
