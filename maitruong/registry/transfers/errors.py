"""What goes wrong with transfers."""

from maitruong.foundation.kernel.errors import Refusal


class AlreadyApplied(Refusal):
    code = "transfers.already_applied"
    message = "Em này đang có một đơn chuyển trường: {state}."
    remedy = "Mỗi em chỉ có một đơn đang xử lí. Theo dõi hoặc rút đơn kia rồi nộp lại."


class NotSeated(Refusal):
    code = "transfers.not_seated"
    message = "Em này hiện không học ở trường nào trong tỉnh."
    remedy = (
        "Em học tỉnh khác thì lập đơn “Từ tỉnh khác đến”; em đã rời trường thì trường mới nhận bằng “Thêm học sinh”."
    )


class SameSchool(Refusal):
    code = "transfers.same_school"
    message = "Em đang học ở chính trường này."
    remedy = "Đổi lớp trong trường thì dùng “Chuyển lớp” trong hồ sơ của em."


class GradeNotTaught(Refusal):
    code = "transfers.grade_not_taught"
    message = "{school} không có khối {grade}."
    remedy = "Chọn trường có khối em đang học: chuyển trường không đổi khối."


class SchoolMissing(Refusal):
    code = "transfers.school_missing"
    message = "Chưa có tên trường nơi em chuyển đến hoặc từ đó em đến."
    remedy = "Ghi tên trường và tỉnh như trong giấy tờ."


class OtherGrade(Refusal):
    code = "transfers.other_grade"
    message = "Em đang học khối {grade}, lớp {class_name} là lớp khối khác hoặc của năm học khác."
    remedy = "Chọn lớp cùng khối, cùng năm học với lớp em đang học."


class WhyMissing(Refusal):
    code = "transfers.why_missing"
    message = "Chưa ghi lí do."
    remedy = "Ghi ngắn gọn, ví dụ “gia đình chuyển chỗ ở về phường Lê Chân”."


class StepPassed(Refusal):
    """Two people at one desk, or one who had the page open since yesterday."""

    code = "transfers.step_passed"
    message = "Bước này đã qua: đơn đang ở “{state}”."
    remedy = "Tải lại trang để xem bước hiện tại."


class PupilGone(Refusal):
    code = "transfers.pupil_gone"
    message = "Em không còn học ở {school} nữa."
    remedy = "Hỏi lại gia đình và trường cũ; đơn này có thể rút."


class TooEarly(Refusal):
    code = "transfers.too_early"
    message = "Ngày vào lớp {on:%d/%m/%Y} sớm hơn ngày có thể nhận, {earliest:%d/%m/%Y}."
    remedy = "Chọn từ {earliest:%d/%m/%Y} trở đi: ngày học cuối ở trường cũ là ngày liền trước."


class PaperRefused(Refusal):
    code = "transfers.paper_refused"
    message = "Tệp {name} chưa nhận được: {why}."
    remedy = "Nhận PDF hoặc ảnh chụp (JPEG, PNG), mỗi tệp tối đa {megabytes} MB, nhiều nhất {most} tệp."


class NotTheSame(Refusal):
    code = "transfers.not_the_same"
    message = "Không tìm thấy em nào có số định danh và họ tên này."
    remedy = "Đối chiếu giấy khai sinh hoặc thẻ căn cước rồi gõ lại cả hai."


class DecisionMissing(Refusal):
    code = "transfers.decision_missing"
    message = "Chưa có số quyết định điều động."
    remedy = "Ghi số và ngày của quyết định, ví dụ 125/QĐ-SGDĐT."


class PostingOpen(Refusal):
    code = "transfers.posting_open"
    message = "Người này đang có một quyết định điều động chờ trường mới tiếp nhận."
    remedy = "Trường mới tiếp nhận, hoặc trường đang công tác huỷ quyết định kia trước."


class HeadIsAppointed(Refusal):
    code = "transfers.head_is_appointed"
    message = "Hiệu trưởng do cấp trên bổ nhiệm, không điều động ở đây."
    remedy = "Cơ quan quản lí ghi thôi việc ở trường cũ và nhận hiệu trưởng vào trường mới."


class OwnPosting(Refusal):
    code = "transfers.own_posting"
    message = "Không tự ghi quyết định điều động của chính mình."
    remedy = "Nhờ phó hiệu trưởng hoặc hiệu trưởng của trường ghi."


class NotOnTheStaff(Refusal):
    code = "transfers.not_on_the_staff"
    message = "Người này không còn làm việc ở {school}."
    remedy = "Kiểm tra lại đội ngũ của trường; quyết định này có thể huỷ."


class PackageRefused(Refusal):
    code = "transfers.package_refused"
    message = "Gói hồ sơ chưa đọc được: {why}."
    remedy = "Xin trường cũ gửi lại gói, hoặc lập đơn theo giấy tờ bản giấy."
