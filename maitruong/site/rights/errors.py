"""What goes wrong when rights and accounts are given."""

from maitruong.foundation.kernel.errors import Refusal


class NotYoursToGive(Refusal):
    code = "rights.not_yours_to_give"
    message = "Việc “{role}” không do nơi này giao."
    remedy = "Hiệu trưởng giao việc trong trường mình; quản trị hệ thống của Sở giao việc của Sở, xã và hiệu trưởng."


class EndMissing(Refusal):
    code = "rights.end_missing"
    message = "Giao quyền hiệu trưởng cho người khác phải có ngày thôi."
    remedy = "Nhập ngày cuối của thời gian giao quyền, theo quyết định."


class DaysOutOfOrder(Refusal):
    code = "rights.days_out_of_order"
    message = "Ngày cuối {last:%d/%m/%Y} trước ngày đầu {first:%d/%m/%Y}."
    remedy = "Kiểm tra lại hai ngày."


class ReasonMissing(Refusal):
    code = "rights.reason_missing"
    message = "Chưa ghi lí do."
    remedy = "Ghi ngắn gọn, ví dụ số quyết định phân công."


class NotOnTheStaff(Refusal):
    code = "rights.not_on_the_staff"
    message = "Người được chọn không làm việc ở trường này ngày {on:%d/%m/%Y}."
    remedy = "Nhận người này vào đội ngũ của trường trước."


class UnknownPlace(Refusal):
    code = "rights.unknown_place"
    message = "Không có đơn vị nào mã “{given}” hợp với việc này."
    remedy = "Sở nhận chuyên viên Sở, xã nhận chuyên viên xã, trường nhận hiệu trưởng; xem mã trong Danh sách trường."


class UnknownLogin(Refusal):
    code = "rights.unknown_login"
    message = "Không có tài khoản “{given}”."
    remedy = "Kiểm tra tên đăng nhập; người chưa có tài khoản thì nhập họ và tên."


class OwnRight(Refusal):
    code = "rights.own_right"
    message = "Không tự thu quyền của chính mình."
    remedy = "Nhờ cấp trên, để trường không bị bỏ trống."


class HeldElsewhere(Refusal):
    code = "rights.held_elsewhere"
    message = "Người này còn giữ việc ở nơi khác, hoặc ở việc cao hơn, nên ở đây không cấp tài khoản hay mật khẩu được."
    remedy = "Nhờ hiệu trưởng, hoặc quản trị hệ thống của Sở."
