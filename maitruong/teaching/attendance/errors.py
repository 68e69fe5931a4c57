"""What goes wrong with attendance."""

from maitruong.foundation.kernel.errors import Refusal


class DayAhead(Refusal):
    code = "attendance.day_ahead"
    message = "Ngày {day:%d/%m/%Y} chưa đến nên chưa điểm danh được."
    remedy = "Chọn hôm nay hoặc một ngày đã qua."


class OutsideYear(Refusal):
    code = "attendance.outside_year"
    message = "Ngày {day:%d/%m/%Y} không nằm trong năm học của lớp này."
    remedy = "Chọn ngày từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}."


class NotInClass(Refusal):
    code = "attendance.not_in_class"
    message = "Có học sinh không học lớp này vào ngày {day:%d/%m/%Y}."
    remedy = "Tải lại trang để thấy danh sách của ngày đó."


class ChangedMeanwhile(Refusal):
    code = "attendance.changed_meanwhile"
    message = "{name}, buổi {session}: vừa được ghi «{now}»."
    remedy = "Xem lại rồi bấm lần nữa nếu vẫn muốn đổi."


class UnknownState(Refusal):
    code = "attendance.unknown_state"
    message = "Không hiểu “{given}” là vắng hay có mặt."
    remedy = "Chọn có phép, không phép hoặc bấm lại để xoá."
