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
