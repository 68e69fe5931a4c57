"""Refusals of the code lists."""

from __future__ import annotations

from maitruong.foundation.kernel.errors import Refusal


class UnknownList(Refusal):
    code = "reference.unknown_list"
    message = "Không có danh mục “{list_name}”."
    remedy = "Chọn một trong các danh mục: {known}."


class UnknownCode(Refusal):
    code = "reference.unknown_code"
    message = "Danh mục “{list_name}” không có mã “{key}” có hiệu lực ngày {day:%d/%m/%Y}."
    remedy = "Chọn một giá trị trong danh mục, hoặc kiểm tra ngày áp dụng của mã."
