"""What stops an exchange with the ministry."""

from maitruong.foundation.kernel.errors import Refusal


class NotConfigured(Refusal):
    code = "ministry.not_configured"
    message = "Chưa khai báo cổng tiếp nhận của Bộ."
    remedy = "Quản trị hệ thống khai báo bằng lệnh ./dev exchange connect: địa chỉ https của cổng và mã đơn vị gửi."


class UnderWay(Refusal):
    code = "ministry.under_way"
    message = "Một lần gửi hoặc đối soát khác đang chạy."
    remedy = "Chờ lần ấy xong rồi làm lại."


class NoSuchDataset(Refusal):
    code = "ministry.no_such_dataset"
    message = "Không có nhóm dữ liệu {dataset}."
    remedy = "Các nhóm: {known}."


class NoSuchSchool(Refusal):
    code = "ministry.no_such_school"
    message = "Không có trường nào mang mã {school}."
    remedy = "Xem lại mã trường trong danh sách trường."


class NoAnswer(Refusal):
    code = "ministry.no_answer"
    message = "Cổng của Bộ chưa trả lời được câu hỏi đối soát."
    remedy = "Hệ thống tự thử lại; nếu kéo dài, hỏi đầu mối kĩ thuật của Bộ."


class NothingToResend(Refusal):
    code = "ministry.nothing_to_resend"
    message = "Không có hồ sơ nào chờ gửi lại trong phần này."
    remedy = "Tải lại trang: có thể hồ sơ đã được gửi."
