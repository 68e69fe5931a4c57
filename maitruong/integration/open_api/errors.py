"""What goes wrong on the pages of clients, and what a machine is told."""

from __future__ import annotations

from maitruong.foundation.kernel.errors import Refusal


class Incomplete(Refusal):
    code = "open_api.incomplete"
    message = "Chưa ghi được kết nối: còn thiếu {what}."
    remedy = "Điền đủ rồi ghi lại. Mục đích và căn cứ là điều gia đình học sinh đọc được."


class UnitUnknown(Refusal):
    code = "open_api.unit_unknown"
    message = "Không có đơn vị nào mang mã {code_given}."
    remedy = "Ghi mã trường, xã hoặc Sở đúng như trong Danh sách trường, cách nhau bằng dấu phẩy."


class EndsBeforeItBegins(Refusal):
    code = "open_api.ends_before_it_begins"
    message = "Ngày hết hạn {ends_on:%d/%m/%Y} đã qua."
    remedy = "Chọn một ngày từ hôm nay trở đi, hoặc để trống nếu kết nối không có hạn."


class AlreadyDisabled(Refusal):
    code = "open_api.already_disabled"
    message = "Kết nối này đã ngừng."
    remedy = "Kết nối đã ngừng không mở lại được; nếu cần, lập kết nối mới với mục đích và căn cứ của nó."


class WhyMissing(Refusal):
    code = "open_api.why_missing"
    message = "Chưa ghi lí do ngừng kết nối."
    remedy = "Ghi một câu, ví dụ: Hết hợp đồng số 12/HĐ-2026."


class TooMuchForOneFile(Refusal):
    code = "open_api.too_much_for_one_file"
    message = "Tệp của {place} lớn hơn {megabytes} MB nên không giữ được."
    remedy = "Xuất theo từng trường, hoặc cho phần mềm nhận dữ liệu qua kết nối."


class MachineError(Exception):
    """An answer of OneRoster that is no success. code: value of imsx_codeMinorFieldValue."""

    def __init__(self, status: int, code: str, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status, self.code, self.text, self.headers = status, code, text, headers or {}


class OAuthError(Exception):
    """An answer of the token door that is no token (RFC 6749, section 5.2)."""

    def __init__(self, status: int, code: str, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status, self.code, self.text, self.headers = status, code, text, headers or {}
