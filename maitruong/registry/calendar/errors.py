"""What goes wrong with school years."""

from maitruong.foundation.kernel.errors import Refusal


class YearUnknown(Refusal):
    code = "calendar.year_unknown"
    message = "Năm học {year} chưa được mở."
    remedy = "Sở GDĐT mở năm học với ngày bắt đầu, ngày sang học kì II và ngày kết thúc; sau đó làm lại việc này."


class YearClosed(Refusal):
    code = "calendar.year_closed"
    message = "Năm học {year} đã khoá nên không ghi thêm được."
    remedy = "Dữ liệu của năm đã khoá chỉ để xem. Nếu có sai sót, gửi Sở GDĐT đề nghị đính chính."


class DayUnread(Refusal):
    """One of the three days is missing or no day. what: its label; why: what is wrong, in a sentence."""

    code = "calendar.day_unread"
    message = "{what}: {why}"
    remedy = "Nhập ngày/tháng/năm theo kế hoạch thời gian năm học của tỉnh, ví dụ {usual:%d/%m/%Y}."


class TermTwoNotAfterStart(Refusal):
    code = "calendar.term_two_not_after_start"
    message = "Ngày bắt đầu học kì II {given:%d/%m/%Y} không sau ngày bắt đầu năm học {starts_on:%d/%m/%Y}."
    remedy = "Học kì II bắt đầu sau ngày bắt đầu năm học, thường là giữa tháng 1."


class EndNotAfterTermTwo(Refusal):
    code = "calendar.end_not_after_term_two"
    message = "Ngày kết thúc {given:%d/%m/%Y} không sau ngày bắt đầu học kì II {term_two_starts_on:%d/%m/%Y}."
    remedy = "Năm học kết thúc sau khi học kì II bắt đầu, thường là cuối tháng 5."


class StartsTooEarly(Refusal):
    code = "calendar.starts_too_early"
    message = "Ngày bắt đầu {given:%d/%m/%Y} quá sớm cho năm học {year}."
    remedy = "Nhập ngày từ {first:%d/%m/%Y} trở đi."


class EndsTooLate(Refusal):
    code = "calendar.ends_too_late"
    message = "Ngày kết thúc {given:%d/%m/%Y} quá muộn cho năm học {year}."
    remedy = "Nhập ngày muộn nhất là {last:%d/%m/%Y}."


class StartsInYearBefore(Refusal):
    code = "calendar.starts_in_year_before"
    message = (
        "Ngày bắt đầu {given:%d/%m/%Y} nằm trong năm học {beside}, năm học ấy đến {ends_on:%d/%m/%Y} mới kết thúc."
    )
    remedy = "Nhập ngày sau {ends_on:%d/%m/%Y}, hoặc sửa ngày kết thúc của năm học {beside} trước."


class EndsInYearAfter(Refusal):
    code = "calendar.ends_in_year_after"
    message = "Ngày kết thúc {given:%d/%m/%Y} nằm trong năm học {beside}, năm học ấy bắt đầu từ {starts_on:%d/%m/%Y}."
    remedy = "Nhập ngày trước {starts_on:%d/%m/%Y}, hoặc sửa ngày bắt đầu của năm học {beside} trước."


class YearNotOver(Refusal):
    code = "calendar.year_not_over"
    message = "Năm học {year} còn đến {ends_on:%d/%m/%Y}."
    remedy = "Khoá năm học sau ngày kết thúc, khi các trường đã xong đánh giá lại trong hè và học bạ."


class ReasonMissing(Refusal):
    code = "calendar.reason_missing"
    message = "Chưa ghi lí do khoá năm học."
    remedy = "Ghi ngắn gọn để sau này tra lại được, ví dụ số văn bản báo cáo kết thúc năm học."
