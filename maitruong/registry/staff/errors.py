"""What goes wrong with employments."""

from maitruong.foundation.kernel.errors import Refusal


class PostUnknown(Refusal):
    code = "staff.post_unknown"
    message = "Không có chức vụ “{given}” trong danh mục."
    remedy = "Chọn một chức vụ trong danh sách."


class NameMissing(Refusal):
    code = "staff.name_missing"
    message = "Chưa có họ và tên."
    remedy = "Ghi họ và tên như trong hồ sơ cán bộ."


class AlreadyEmployed(Refusal):
    code = "staff.already_employed"
    message = "{name} đang làm việc ở trường này từ {since:%d/%m/%Y}."
    remedy = "Nếu đổi chức vụ, ghi thôi việc ở chức vụ cũ trước rồi nhận ở chức vụ mới."


class EndBeforeStart(Refusal):
    code = "staff.end_before_start"
    message = "Ngày thôi việc {ends_on:%d/%m/%Y} trước ngày bắt đầu {starts_on:%d/%m/%Y}."
    remedy = "Kiểm tra lại quyết định rồi nhập ngày sau ngày bắt đầu."
