"""What the work-list refuses."""

from maitruong.foundation.kernel.errors import Refusal


class ErrorsAreMended(Refusal):
    code = "data_quality.errors_are_mended"
    message = "Lỗi này phải sửa, không giải trình được."
    remedy = "Bấm vào tên để mở hồ sơ và sửa; danh sách tự cập nhật."


class ExplanationMissing(Refusal):
    code = "data_quality.explanation_missing"
    message = "Chưa ghi giải trình."
    remedy = "Ghi vì sao số liệu đúng như vậy, ví dụ “lớp ghép theo Quyết định 12/QĐ-SGDĐT”."
