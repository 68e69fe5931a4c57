"""What goes wrong with teaching assignments."""

from maitruong.foundation.kernel.errors import Refusal


class NotOnTheStaff(Refusal):
    code = "timetable.not_on_the_staff"
    message = "Người được chọn không làm việc ở trường này ngày {on:%d/%m/%Y}."
    remedy = "Nhận người này vào đội ngũ của trường trước, rồi mới phân công dạy."


class EndBeforeStart(Refusal):
    code = "timetable.end_before_start"
    message = "Ngày thôi dạy {ends_on:%d/%m/%Y} trước ngày bắt đầu {starts_on:%d/%m/%Y}."
    remedy = "Nhập ngày từ ngày bắt đầu trở đi."


class SubjectMissing(Refusal):
    code = "timetable.subject_missing"
    message = "Chưa chọn môn học."
    remedy = "Chọn một môn trong chương trình của lớp."


class NotTaughtThere(Refusal):
    code = "timetable.not_taught_there"
    message = "Lớp {name} không học môn “{subject}”."
    remedy = "Chọn môn trong chương trình của lớp; môn lựa chọn thì ghi ở “Môn lựa chọn” của lớp trước."


class BegunLater(Refusal):
    code = "timetable.begun_later"
    message = "{teacher} đang được phân công dạy {subject} lớp {name} từ {since:%d/%m/%Y}."
    remedy = "Chọn ngày từ hôm ấy trở đi; những ngày đã qua giữ nguyên người đã dạy."


class ChoiceRefused(Refusal):
    code = "timetable.choice_refused"
    message = "Môn lựa chọn của lớp {name} chưa được: {problem}"
    remedy = "Sửa theo chương trình rồi ghi lại."
