"""What the file store refuses."""

from __future__ import annotations

from maitruong.foundation.kernel.errors import Refusal


class FileRefused(Refusal):
    code = "files.refused"
    message = "Chưa nhận được tệp {name}."
    remedy = "Chọn tệp khác rồi thử lại."


class WrongType(FileRefused):
    code = "files.wrong_type"
    message = "Nội dung của tệp {name} không phải loại tệp như tên gọi."
    remedy = "Mở tệp bằng chương trình quen dùng, lưu lại đúng loại ({wanted}) rồi tải lên lần nữa."


class TooLarge(FileRefused):
    code = "files.too_large"
    message = "Tệp {name} lớn hơn {megabytes} MB."
    remedy = "Tách hoặc thu nhỏ tệp rồi tải lên lần nữa."


class StoreUnavailable(FileRefused):
    code = "files.store_unavailable"
    message = "Kho tệp chưa trả lời nên tệp chưa lưu hoặc chưa mở được."
    remedy = "Thử lại sau ít phút. Nếu vẫn lỗi, báo quản trị hệ thống."


class FileDamaged(FileRefused):
    code = "files.damaged"
    message = "Tệp {name} trong kho bị thiếu hoặc không còn nguyên vẹn."
    remedy = "Báo quản trị hệ thống phục hồi tệp từ bản sao lưu."
