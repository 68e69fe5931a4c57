"""Refusals of the lists of administrative units."""

from __future__ import annotations

from maitruong.foundation.kernel.errors import Refusal


class UnknownAdminUnit(Refusal):
    code = "organisations.unknown_admin_unit"
    message = "Không có {level} mang mã “{key}” có hiệu lực ngày {day:%d/%m/%Y}."
    remedy = "Chọn trong danh mục đơn vị hành chính từ 01/07/2025; mã cũ cần đổi sang đơn vị kế tiếp."


class NoMap(Refusal):
    code = "organisations.no_map"
    message = "Chưa có bản đồ của tỉnh mang mã “{province}”."
    remedy = "Xem số liệu dạng bảng."
