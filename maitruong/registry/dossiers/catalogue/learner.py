"""What is written of a pupil in a school year, at a school. What holds longer than a year is elsewhere: students.Standing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import Contradiction
from ..fields import CONTINUING, GENERAL, LOWER, PRESCHOOL, PRIMARY, UPPER, Field, Kind, Sheet

#: Keys as the list of pupils has them (students.list_parsers): one fact, one key.
BOARDING = (("SEMI", "Bán trú"), ("BOARDING", "Nội trú"), ("ETHNIC_SEMI", "Bán trú dân tộc"))
DROPOUT = (
    ("hardship", "Hoàn cảnh gia đình khó khăn"),
    ("weak", "Học lực yếu kém"),
    ("far", "Nhà xa trường, đi lại khó khăn"),
    ("disaster", "Thiên tai, dịch bệnh"),
    ("work", "Phải lao động, đi làm"),
    ("marriage", "Kết hôn sớm"),
    ("health", "Sức khoẻ"),
    ("moved", "Theo gia đình chuyển đi nơi khác"),
    ("other", "Lí do khác"),
)


def _tuition(values: Mapping[str, Any]) -> None:
    if values["tuition_exempt"] and values["tuition_reduced"]:
        raise Contradiction(
            one="“Được miễn học phí”: có",
            other="“Được giảm học phí”: có",
            advice="Miễn là không phải nộp, giảm là nộp một phần: chọn một.",
        )


def _language(values: Mapping[str, Any]) -> None:
    if values["ethnic_language"] and values["learns_ethnic_language"] is False:
        raise Contradiction(
            one="“Học tiếng dân tộc thiểu số”: không",
            other="ô thứ tiếng",
            advice="Sửa thành có, hoặc bỏ thứ tiếng.",
        )


def _rice(values: Mapping[str, Any]) -> None:
    if (values["housing_aid"] or values["rice"]) and values["boarding"] == "SEMI":
        raise Contradiction(
            one="Bán trú thường",
            other="hỗ trợ nhà ở hoặc gạo",
            advice="Hai khoản này dành cho học sinh bán trú dân tộc, nội trú hoặc tự lo chỗ ở: sửa ô ăn ở, hoặc bỏ khoản hỗ trợ.",
        )


LEARNER = Sheet(
    key="hoc-sinh",
    title="Năm học",
    groups={
        "hoctap": "Học tập",
        "ngonngu": "Ngôn ngữ",
        "ano": "Ăn, ở",
        "hotro": "Hỗ trợ, miễn giảm",
        "hoancanh": "Hoàn cảnh",
    },
    fields=(
        Field("two_sessions", "Học hai buổi mỗi ngày", "hoctap"),
        Field("repeated_last_year", "Lưu ban năm học trước", "hoctap", levels=GENERAL),
        Field("new_to_preschool", "Mới ra lớp mầm non lần đầu", "hoctap", levels=(PRESCHOOL,)),
        Field("preschool_done", "Đã học mẫu giáo 5 tuổi trước khi vào lớp 1", "hoctap", levels=(PRIMARY,)),
        Field("ministry_programme", "Học theo chương trình của Bộ", "hoctap", levels=(PRESCHOOL,)),
        Field("vocational", "Học nghề phổ thông", "hoctap", levels=(LOWER, UPPER)),
        Field("can_swim", "Biết bơi", "hoctap", levels=GENERAL),
        Field("not_graded", "Khuyết tật, không đánh giá bằng điểm", "hoctap", levels=GENERAL),
        Field("learns_ethnic_language", "Học tiếng dân tộc thiểu số", "ngonngu", levels=GENERAL),
        Field("ethnic_language", "Tiếng dân tộc đang học", "ngonngu", Kind.CHOICE, list_name="ethnic_group", levels=GENERAL),
        Field("extra_vietnamese", "Được tăng cường tiếng Việt", "ngonngu", levels=(PRESCHOOL, PRIMARY)),
        Field("ethnic_assistant", "Có trợ giảng người dân tộc", "ngonngu", levels=(PRESCHOOL, PRIMARY)),
        Field("language_support", "Cần hỗ trợ ngoại ngữ", "ngonngu", levels=(*GENERAL, CONTINUING)),
        Field("boarding", "Ăn, ở tại trường", "ano", Kind.CHOICE, choices=BOARDING, hint="Để “chưa ghi” nếu ở nhà."),
        Field("ethnic_semi_school", "Học trường phổ thông dân tộc bán trú", "ano", levels=(PRIMARY, LOWER)),
        Field("lunch_support", "Được hỗ trợ ăn trưa", "ano", levels=(PRESCHOOL,)),
        Field("housing_aid", "Được hỗ trợ tiền nhà ở", "hotro", levels=GENERAL),
        Field("monthly_cash", "Được hỗ trợ tiền ăn hằng tháng", "hotro"),
        Field("rice", "Được hỗ trợ gạo", "hotro", levels=GENERAL),
        Field("tuition_exempt", "Được miễn học phí", "hotro"),
        Field("tuition_reduced", "Được giảm học phí", "hotro"),
        Field("learning_cost", "Được hỗ trợ chi phí học tập", "hotro"),
        Field("difficult_area", "Ở xã, thôn đặc biệt khó khăn", "hoancanh"),
        Field("father_minority", "Cha là người dân tộc thiểu số", "hoancanh"),
        Field("mother_minority", "Mẹ là người dân tộc thiểu số", "hoancanh"),
        Field("dropout_reason", "Lí do bỏ học", "hoancanh", Kind.CHOICE, choices=DROPOUT, levels=(*GENERAL, CONTINUING)),
        Field("violence_note", "Ghi chú về bạo lực học đường", "hoancanh", Kind.TEXT, most=500, levels=GENERAL,
              hint="Chỉ ghi sự việc đã được nhà trường xử lí."),
    ),
    checks=(_tuition, _language, _rice),
)  # fmt: skip
