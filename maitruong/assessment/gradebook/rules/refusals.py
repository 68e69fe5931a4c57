"""Refusals of the rules: a cell that may not hold what was typed."""

from __future__ import annotations

from maitruong.foundation.kernel.errors import Refusal


class MarkRefused(Refusal):
    """Base of every refusal of one cell."""

    code = "gradebook.mark_refused"
    message = 'Chưa nhận được "{given}" ở ô này.'
    remedy = "Xem lại giá trị rồi nhập lại."


class NotAComment(MarkRefused):
    code = "gradebook.not_a_comment"
    message = 'Môn đánh giá bằng nhận xét không nhận "{given}".'
    remedy = "Nhập Đ (Đạt) hoặc CĐ (Chưa đạt)."


class NotAWholeMark(MarkRefused):
    code = "gradebook.not_a_whole_mark"
    message = "Điểm kiểm tra định kì ở tiểu học là số nguyên, chưa nhận được {given}."
    remedy = "Nhập điểm nguyên từ 0 đến 10, ví dụ 8."


class NotALevel(MarkRefused):
    code = "gradebook.not_a_level"
    message = 'Ô mức đạt được không nhận "{given}".'
    remedy = "Nhập một trong các mức: {levels}."


class NoSuchCell(MarkRefused):
    code = "gradebook.no_such_cell"
    message = "{act} không có loại cột này."
    remedy = "Chọn cột theo khối lớp của học sinh."


class PeriodsRefused(Refusal):
    code = "gradebook.periods_refused"
    message = "Số tiết cả năm của môn học phải lớn hơn 0, đang là {given}."
    remedy = "Sửa số tiết trong kế hoạch giáo dục của môn học."
