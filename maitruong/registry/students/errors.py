"""What goes wrong with pupils and families."""

from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.people.errors import NumberOfAnother


class RelationUnknown(Refusal):
    code = "students.relation_unknown"
    message = "Không có quan hệ “{given}” trong danh mục."
    remedy = "Chọn một quan hệ trong danh sách: cha, mẹ, người giám hộ."


class NameMissing(Refusal):
    code = "students.name_missing"
    message = "Chưa có họ và tên."
    remedy = "Nhập đủ họ và tên như trong giấy khai sinh hoặc thẻ căn cước."


class BornAhead(Refusal):
    code = "students.born_ahead"
    message = "Ngày sinh {on:%d/%m/%Y} ở sau hôm nay."
    remedy = "Xem lại năm sinh trong giấy khai sinh."


class NumberRefused(Refusal):
    code = "students.number_refused"
    message = "Số định danh chưa nhận được: {why}"
    remedy = "Đối chiếu 12 chữ số trên thẻ căn cước; chưa có thì để trống."


class NotLetGo(NumberOfAnother):
    """Somebody whom other schools know: a pupil, a former pupil, a parent, a teacher. One answer for all of them.

    A number that exists, like the one of another name: it is counted and in the audit in the same way.
    """

    code = "students.not_let_go"
    message = "Số định danh vừa nhập là của một người đã có ở nơi khác và chưa được cho chuyển đi."
    remedy = (
        "Đối chiếu giấy khai sinh; nếu đúng là em này, đề nghị trường đang giữ hồ sơ ghi em chuyển đi trước, rồi thêm lại. "
        "Không còn trường nào giữ hồ sơ thì để trống số định danh và báo Sở GDĐT."
    )


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


class StandingUnknown(Refusal):
    code = "students.standing_unknown"
    message = "Không có “{given}” trong danh mục."
    remedy = "Chọn một dòng trong danh sách."


class LevelMissing(Refusal):
    code = "students.level_missing"
    message = "Chưa ghi mức độ khuyết tật."
    remedy = "Ghi mức độ như trên giấy xác nhận khuyết tật: đặc biệt nặng, nặng hoặc nhẹ."


class PaperMissing(Refusal):
    code = "students.paper_missing"
    message = "Chưa ghi giấy tờ: cần có số hoặc ngày, và nơi cấp."
    remedy = "Ghi theo giấy gia đình nộp, ví dụ giấy chứng nhận hộ nghèo do UBND xã cấp; chưa có giấy thì chưa ghi."


class PeriodBackwards(Refusal):
    code = "students.period_backwards"
    message = "Ngày cuối {ends_on:%d/%m/%Y} trước ngày đầu {starts_on:%d/%m/%Y}."
    remedy = "Nhập ngày cuối sau ngày đầu; chưa rõ ngày cuối thì để trống nếu được."


class YearlyStanding(Refusal):
    code = "students.yearly_standing"
    message = "“{name}” được xét lại hằng năm nên phải có ngày cuối, cách ngày đầu không quá một năm."
    remedy = "Nhập ngày cuối theo giấy, thường là 31/12 của năm được công nhận; năm sau ghi tiếp bằng giấy mới."


class StandingOverlaps(Refusal):
    code = "students.standing_overlaps"
    message = "“{name}” đã ghi cho thời gian từ {since:%d/%m/%Y}."
    remedy = "Kết thúc lần ghi trước rồi ghi lần mới từ ngày sau đó."


class ReasonMissing(Refusal):
    code = "students.reason_missing"
    message = "Chưa ghi lí do."
    remedy = "Ghi ngắn gọn vì sao, ví dụ theo quyết định nào; lí do ở lại trong nhật ký."
