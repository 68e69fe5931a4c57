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


class NoSuchStep(Refusal):
    code = "staff.no_such_step"
    message = "Chức danh {title} (bảng lương {scale}) không có bậc {step}."
    remedy = "Xem lại quyết định lương: mã chức danh và bậc đang hưởng."


class NoIncentiveTold(Refusal):
    code = "staff.no_incentive_told"
    message = "Chưa có mức phụ cấp ưu đãi cho công việc này (vai trò {role}, cấp học {level})."
    remedy = "Xem lại vai trò, loại trường và địa bàn; nếu đúng, tính phần này bằng tay theo Nghị định 182/2026/NĐ-CP."


class CriteriaIncomplete(Refusal):
    code = "staff.criteria_incomplete"
    message = "Mới có {have} trong {needed} tiêu chí."
    remedy = "Đánh giá đủ các tiêu chí rồi mới xếp loại chung."


class NotReckonable(Refusal):
    code = "staff.not_reckonable"
    message = "Không tính được: {what}."
    remedy = "Sửa lại số liệu theo quyết định rồi tính lại."


class FieldMissing(Refusal):
    code = "staff.field_missing"
    message = "Chưa ghi “{label}”."
    remedy = "Ghi mục này rồi lưu lại."


class FieldUnreadable(Refusal):
    code = "staff.field_unreadable"
    message = "Không đọc được “{given}” ở mục “{label}”."
    remedy = "{advice}"


class OwnRecord(Refusal):
    code = "staff.own_record"
    message = "Hồ sơ của chính mình do người khác ghi."
    remedy = "Nhờ hiệu trưởng hoặc văn thư ghi, kèm quyết định."


class NotAfterTheOneBefore(Refusal):
    code = "staff.not_after_the_one_before"
    message = "Đã có mục “{label}” bắt đầu từ {since:%d/%m/%Y}, không trước ngày {starts_on:%d/%m/%Y} đang ghi."
    remedy = "Nếu mục ấy ghi sai, sửa hoặc bỏ nó trước; nếu đúng, ghi ngày bắt đầu sau nó."


class RowChanged(Refusal):
    code = "staff.row_changed"
    message = "Mục này vừa được người khác sửa."
    remedy = "Mở lại hồ sơ để xem bản mới rồi sửa tiếp."


class WhyMissing(Refusal):
    code = "staff.why_missing"
    message = "Chưa ghi lí do sửa."
    remedy = "Ghi vì sao sửa, ví dụ “nhập nhầm bậc, theo quyết định 125”."


class DaysOfAnother(Refusal):
    code = "staff.days_of_another"
    message = "Khoảng ngày này chồng lên một mục “{label}” khác, bắt đầu từ {since:%d/%m/%Y}."
    remedy = "Sửa ngày để hai mục nối tiếp nhau, hoặc sửa mục kia trước."


class StandardNotHere(Refusal):
    code = "staff.standard_not_here"
    message = "Chưa có cách xếp loại theo chuẩn nghề nghiệp cho {what}."
    remedy = "Phần mềm xếp loại giáo viên phổ thông theo Thông tư 20/2018/TT-BGDĐT; trường hợp khác đánh giá bằng phiếu của ngành."


class TooManyExcellent(Refusal):
    code = "staff.too_many_excellent"
    message = "Xếp {given} người hoàn thành xuất sắc, nhiều nhất được {most} người."
    remedy = "Số xuất sắc không quá 20 % số người từ mức hoàn thành tốt trở lên; ở đây có {base} người."


class RatingUnknown(Refusal):
    code = "staff.rating_unknown"
    message = "Không có mức “{given}”."
    remedy = "Chọn một mức trong danh sách."
