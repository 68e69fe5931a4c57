"""Refusals of this module."""

from __future__ import annotations

from maitruong.foundation.kernel.errors import Refusal


class NoSuchList(Refusal):
    code = "verification.no_such_list"
    message = "Thư mục {folder} không có danh sách {name}.csv hay {name}.parquet."
    remedy = "Đặt hai danh sách own (người của ngành) và population (dữ liệu dân cư) vào thư mục đó rồi chạy lại."


class ListUnreadable(Refusal):
    code = "verification.list_unreadable"
    message = "Không đọc được danh sách {name}."
    remedy = "Lưu lại thành CSV mã UTF-8 có một dòng tiêu đề (hay Parquet), mỗi dòng đủ số cột, rồi chạy lại."


class ColumnsMissing(Refusal):
    code = "verification.columns_missing"
    message = "Danh sách {name} thiếu cột {columns}."
    remedy = "Các cột cần có: {needed}."


class CodesDoubled(Refusal):
    code = "verification.codes_doubled"
    message = "Danh sách {name} có {count} mã (cột id) bị lặp hay để trống."
    remedy = "Mỗi người một mã riêng; sửa danh sách rồi chạy lại."


class FolderInUse(Refusal):
    code = "verification.folder_in_use"
    message = "Thư mục {folder} đã có tệp {file}."
    remedy = "Chọn thư mục khác, hay dọn kết quả cũ trước; kết quả cũ không bị ghi đè."


class NotConnected(Refusal):
    code = "verification.not_connected"
    message = "Hệ thống chưa được nối với cơ sở dữ liệu dân cư."
    remedy = "Việc khác vẫn làm bình thường. Quản trị hệ thống của Sở GDĐT khai báo đường nối rồi gửi lại."


class AlreadyRunning(Refusal):
    code = "verification.already_running"
    message = "Một lần gửi đối chiếu của đơn vị đang chạy."
    remedy = "Đợi lần đó xong; tiến độ hiện ngay trên trang này."


class NothingToSend(Refusal):
    code = "verification.nothing_to_send"
    message = "Không còn ai cần gửi đối chiếu."
    remedy = "Người chưa có số định danh thì bổ sung số trước; người lệch thì xem từng người ở danh sách dưới."


class NoNumberYet(Refusal):
    code = "verification.no_number_yet"
    message = "Hồ sơ chưa ghi số định danh nên chưa hỏi được."
    remedy = "Ghi số định danh theo giấy khai sinh hoặc thẻ căn cước rồi gửi lại."


class WhyMissing(Refusal):
    code = "verification.why_missing"
    message = "Chưa ghi căn cứ."
    remedy = "Ghi đã đối chiếu giấy tờ nào; người quyết định và gia đình đọc được."


class NothingChanged(Refusal):
    code = "verification.nothing_changed"
    message = "Chưa có mục nào khác với hồ sơ đang ghi."
    remedy = "Sửa mục chưa đúng rồi gửi lại."


class FactUnreadable(Refusal):
    code = "verification.fact_unreadable"
    message = "Chưa đọc được mục {field}."
    remedy = "{hint}"


class FileMissing(Refusal):
    code = "verification.file_missing"
    message = "Chưa kèm giấy tờ làm căn cứ."
    remedy = "Chụp hoặc quét giấy khai sinh, thẻ căn cước thành tệp PDF, JPG hoặc PNG, dưới 10 MB, rồi gửi lại."


class WaitsAlready(Refusal):
    code = "verification.waits_already"
    message = "Người này đã có một đề nghị đang chờ quyết định."
    remedy = "Mở đề nghị đó để xem; có quyết định rồi mới gửi đề nghị khác được."


class NotConfirmedYet(Refusal):
    code = "verification.not_confirmed_yet"
    message = "Thông tin của người này chưa được xác thực nên không cần đề nghị điều chỉnh."
    remedy = "Sửa thẳng trên trang này, hoặc báo dữ liệu dân cư chưa đúng nếu giấy tờ khác kết quả đối chiếu."


class NothingToAppeal(Refusal):
    code = "verification.nothing_to_appeal"
    message = "Kết quả đối chiếu hiện nay không có chỗ lệch nào để khiếu nại."
    remedy = "Tải lại trang để xem kết quả mới nhất."


class DecidedMeanwhile(Refusal):
    code = "verification.decided_meanwhile"
    message = "Đề nghị này đã được quyết định, hoặc hồ sơ vừa được sửa sau khi gửi đề nghị."
    remedy = "Mở lại trang để xem như hiện nay; trường gửi đề nghị mới nếu còn cần."


class NotYoursToDecide(Refusal):
    code = "verification.not_yours_to_decide"
    message = "Người gửi đề nghị và người được đề nghị không tự quyết định được."
    remedy = "Chuyển một chuyên viên khác của Sở GDĐT quyết định."


class AddressRefused(Refusal):
    code = "verification.address_refused"
    message = "Địa chỉ của cơ sở dữ liệu dân cư phải bắt đầu bằng https://."
    remedy = "Chỉ máy đang chạy (127.0.0.1) mới được dùng http://, để thử. Sửa MT_POPULATION_URL rồi khởi động lại."
