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


class DatesOutOfOrder(Refusal):
    code = "calendar.dates_out_of_order"
    message = "Các ngày của năm học {year} chưa theo thứ tự: bắt đầu, sang học kì II, kết thúc."
    remedy = "Kiểm tra ba ngày theo kế hoạch thời gian năm học của tỉnh rồi nhập lại."


class DatesOutsideYear(Refusal):
    code = "calendar.dates_outside_year"
    message = "Các ngày của năm học {year} chưa nằm trong năm học ấy."
    remedy = "Ngày bắt đầu từ {first:%d/%m/%Y}, ngày kết thúc đến {last:%d/%m/%Y}, và không chồng lên năm học bên cạnh."


class YearNotOver(Refusal):
    code = "calendar.year_not_over"
    message = "Năm học {year} còn đến {ends_on:%d/%m/%Y}."
    remedy = "Khoá năm học sau ngày kết thúc, khi các trường đã xong đánh giá lại trong hè và học bạ."


class ReasonMissing(Refusal):
    code = "calendar.reason_missing"
    message = "Chưa ghi lí do khoá năm học."
    remedy = "Ghi ngắn gọn để sau này tra lại được, ví dụ số văn bản báo cáo kết thúc năm học."
