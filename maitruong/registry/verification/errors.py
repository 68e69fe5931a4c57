"""Refusals of this module."""

from __future__ import annotations

from maitruong.foundation.kernel.errors import Refusal


class NoSuchList(Refusal):
    code = "verification.no_such_list"
    message = "Thư mục {folder} không có danh sách {name}.csv hay {name}.parquet."
    remedy = "Đặt hai danh sách own (người của ngành) và population (dữ liệu dân cư) vào thư mục đó rồi chạy lại."


class ListUnreadable(Refusal):
    code = "verification.list_unreadable"
    message = "Không đọc được danh sách {name}."
    remedy = "Lưu lại thành CSV mã UTF-8 có một dòng tiêu đề (hay Parquet), mỗi dòng đủ số cột, rồi chạy lại."


class ColumnsMissing(Refusal):
    code = "verification.columns_missing"
    message = "Danh sách {name} thiếu cột {columns}."
    remedy = "Các cột cần có: {needed}."


class CodesDoubled(Refusal):
    code = "verification.codes_doubled"
    message = "Danh sách {name} có {count} mã (cột id) bị lặp hay để trống."
    remedy = "Mỗi người một mã riêng; sửa danh sách rồi chạy lại."


class FolderInUse(Refusal):
    code = "verification.folder_in_use"
    message = "Thư mục {folder} đã có tệp {file}."
    remedy = "Chọn thư mục khác, hay dọn kết quả cũ trước; kết quả cũ không bị ghi đè."
