"""Vietnamese words for the codes of a record, as the paper forms write them."""

from __future__ import annotations

from typing import Final

from maitruong.foundation.kernel import formats

from .types import Levels, Mark, Outcome, PrimaryLevel, PrimaryOverall, Promotion, Stage, SubjectBlock, YearLevel

STAGE: Final = {
    Stage.PRIMARY: "Tiểu học",
    Stage.LOWER_SECONDARY: "Trung học cơ sở",
    Stage.UPPER_SECONDARY: "Trung học phổ thông",
}
SEX: Final = {"male": "Nam", "female": "Nữ"}
OUTCOME: Final = {Outcome.PASSED: "Đạt", Outcome.FAILED: "Chưa đạt"}
YEAR_LEVEL: Final = {
    YearLevel.GOOD: "Tốt",
    YearLevel.FAIR: "Khá",
    YearLevel.PASSED: "Đạt",
    YearLevel.FAILED: "Chưa đạt",
}
SUBJECT_LEVEL: Final = {
    PrimaryLevel.WELL: "Hoàn thành tốt",
    PrimaryLevel.DONE: "Hoàn thành",
    PrimaryLevel.NOT_YET: "Chưa hoàn thành",
}
JUDGEMENT_LEVEL: Final = {PrimaryLevel.WELL: "Tốt", PrimaryLevel.DONE: "Đạt", PrimaryLevel.NOT_YET: "Cần cố gắng"}
OVERALL: Final = {
    PrimaryOverall.EXCELLENT: "Hoàn thành xuất sắc",
    PrimaryOverall.WELL: "Hoàn thành tốt",
    PrimaryOverall.DONE: "Hoàn thành",
    PrimaryOverall.NOT_YET: "Chưa hoàn thành",
}
PROMOTION: Final = {
    Promotion.PROMOTED: "Được lên lớp",
    Promotion.PROMOTED_AFTER_SUMMER: "Được lên lớp sau khi đánh giá lại hoặc rèn luyện trong kì nghỉ hè",
    Promotion.PROMOTED_BY_DECISION: "Được lên lớp theo quyết định của hiệu trưởng",
    Promotion.COMPLETED: "Hoàn thành chương trình",
    Promotion.RETAINED: "Không được lên lớp",
}


def mark(value: Mark | None) -> str:
    """7,5 or Đạt; nothing for a mark that is not there."""
    if value is None:
        return ""
    return OUTCOME[value.outcome] if value.outcome else formats.average(value.tenths)


def level(value: YearLevel | None) -> str:
    return "" if value is None else YEAR_LEVEL[value]


# Where a value stands, in words, for telling which field of an altered file differs from the original.
FIELD: Final = {
    "school": "trường",
    "pupil": "học sinh",
    "school_class": "lớp",
    "corrects": "bản được sửa",
    "full_name": "họ và tên",
    "born": "ngày sinh",
    "sex": "giới tính",
    "birth_place": "nơi sinh",
    "ethnicity": "dân tộc",
    "nationality": "quốc tịch",
    "residence": "chỗ ở",
    "policy_group": "đối tượng chính sách",
    "register_number": "số đăng bộ",
    "ministry_id": "mã định danh học sinh",
    "personal_id": "số định danh cá nhân",
    "guardians": "cha, mẹ, người giám hộ",
    "school_year": "năm học",
    "name": "tên",
    "grade": "khối",
    "term_one": "học kì I",
    "term_two": "học kì II",
    "year": "cả năm",
    "retest": "đánh giá lại",
    "after_summer": "sau kì nghỉ hè",
    "before_adjustment": "mức trước điều chỉnh",
    "level": "mức đạt được",
    "test_points": "điểm kiểm tra cuối năm",
    "comment": "nhận xét",
    "taught_by": "giáo viên dạy",
    "signer": "người ký",
    "homeroom": "giáo viên chủ nhiệm",
    "absences": "số buổi nghỉ",
    "absences_excused": "số buổi nghỉ có phép",
    "conduct": "kết quả rèn luyện",
    "learning": "kết quả học tập",
    "overall": "kết quả giáo dục",
    "judgements": "phẩm chất, năng lực",
    "awards": "khen thưởng",
    "contests": "kết quả cuộc thi",
    "certificates": "chứng chỉ",
    "corrected_cells": "số ô sửa chữa",
    "remarks": "ghi chú",
    "promotion": "lên lớp",
    "decided_on": "ngày quyết định",
    "completes_stage": "hoàn thành cấp học",
    "completion_number": "số xác nhận hoàn thành",
    "opinion": "ý kiến của hiệu trưởng",
    "principal": "hiệu trưởng",
    "place": "nơi phát hành",
    "issued_on": "ngày phát hành",
}


def levels_row(value: Levels | None) -> list[str]:
    """Term one, term two, year, after the summer."""
    found = value or Levels()
    return [level(found.term_one), level(found.term_two), level(found.year), level(found.after_summer)]


def subject_row(block: SubjectBlock) -> list[str]:
    return [mark(block.term_one), mark(block.term_two), mark(block.year), mark(block.retest)]
