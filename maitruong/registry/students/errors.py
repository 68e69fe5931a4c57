"""What goes wrong with pupils and families."""

from maitruong.foundation.kernel.errors import Refusal


class RelationUnknown(Refusal):
    code = "students.relation_unknown"
    message = "Không có quan hệ “{given}” trong danh mục."
    remedy = "Chọn một quan hệ trong danh sách: cha, mẹ, người giám hộ."


class NameMissing(Refusal):
    code = "students.name_missing"
    message = "Chưa có họ và tên."
    remedy = "Nhập đủ họ và tên như trong giấy khai sinh hoặc thẻ căn cước."


class NumberRefused(Refusal):
    code = "students.number_refused"
    message = "Số định danh chưa nhận được: {why}"
    remedy = "Đối chiếu 12 chữ số trên thẻ căn cước; chưa có thì để trống."


class NumberTriesSpent(Refusal):
    code = "students.number_tries_spent"
    message = (
        "Trong một giờ qua thầy/cô đã nhập {count} số định danh mang tên người khác, nên tạm thời chưa nhận thêm số."
    )
    remedy = "Để trống số định danh rồi ghi tiếp; đối chiếu giấy tờ và bổ sung số sau {minutes} phút."


class ChildGrownUp(Refusal):
    code = "students.child_grown_up"
    message = "{name} đã đủ 18 tuổi từ ngày {on:%d/%m/%Y} nên tự mình xem hồ sơ."
    remedy = "Cấp tài khoản học sinh cho em; em có thể tự cho gia đình xem."


class EndBeforeStart(Refusal):
    code = "students.end_before_start"
    message = "Ngày thôi giám hộ {ends_on:%d/%m/%Y} trước ngày bắt đầu {starts_on:%d/%m/%Y}."
    remedy = "Nhập ngày sau ngày bắt đầu."
