"""What goes wrong with reporting periods."""

from maitruong.foundation.kernel.errors import Refusal


class NobodyLooked(Refusal):
    code = "periods.nobody_looked"
    message = "Chưa chốt được vì chưa có phần kiểm tra chất lượng dữ liệu nào nối vào."
    remedy = "Báo quản trị hệ thống: số liệu chưa ai kiểm tra thì không chốt."


class ErrorsStand(Refusal):
    code = "periods.errors_stand"
    message = "Còn {count} lỗi dữ liệu chưa sửa: {first}"
    remedy = "Mở từng lỗi ở mục “Còn vướng” để sửa, rồi chốt lại."


class WarningsUnexplained(Refusal):
    code = "periods.warnings_unexplained"
    message = "Còn {count} cảnh báo chưa giải trình: {first}"
    remedy = "Mở từng cảnh báo ở mục “Còn vướng” để ghi giải trình hoặc sửa, rồi chốt lại."


class TooEarly(Refusal):
    code = "periods.too_early"
    message = "Kì này tính theo số liệu ngày {as_of:%d/%m/%Y}, chưa đến ngày ấy."
    remedy = "Chốt từ ngày {as_of:%d/%m/%Y}; trước đó xem số liệu tạm tính để sửa dần."


class AlreadyClosed(Refusal):
    code = "periods.already_closed"
    message = "Số liệu kì này đã chốt, đã ký nên không lập lại được."
    remedy = "Cần sửa thì gửi yêu cầu sửa sau khi chốt, ghi lí do và chỗ cần sửa."


class NothingToSign(Refusal):
    code = "periods.nothing_to_sign"
    message = "Không có số liệu nào chờ ký: chưa lập, hoặc vừa được lập lại hay ký ở nơi khác."
    remedy = "Mở trang Chốt số liệu để xem bản mới nhất."


class TakePast(Refusal):
    code = "periods.take_past"
    message = "Bản số liệu chờ ký đã để quá lâu nên không còn được giữ."
    remedy = "Bấm “Lập lại số liệu” rồi ký bản mới."


class SignerNotEntitled(Refusal):
    code = "periods.signer_not_entitled"
    message = "Chưa ký được: {reason}."
    remedy = "Người ký là hiệu trưởng hoặc người được giao quyền hiệu trưởng vào ngày ký, với chứng thư của mình."


class FileDamaged(Refusal):
    code = "periods.file_damaged"
    message = "Số liệu đã lưu không còn đúng từng byte như lúc lập: {what}."
    remedy = "Báo quản trị hệ thống ngay và khôi phục tệp từ bản sao lưu; không chốt lại cho đến khi rõ nguyên nhân."


class NotWaiting(Refusal):
    code = "periods.not_waiting"
    message = "{school}: số liệu đang ở bước “{state}” nên chưa làm được việc này."
    remedy = "Tải lại trang để xem tình trạng mới nhất."


class WaitsForCommune(Refusal):
    code = "periods.waits_for_commune"
    message = "{school}: xã chưa kiểm tra số liệu này."
    remedy = "Nhắc xã kiểm tra. Cần nhận thay xã thì mở trang của trường và ghi lí do."


class ReasonMissing(Refusal):
    code = "periods.reason_missing"
    message = "Chưa ghi lí do."
    remedy = "Ghi ngắn gọn để nhà trường và người kiểm tra sau này hiểu vì sao."


class WantedMissing(Refusal):
    code = "periods.wanted_missing"
    message = "Chưa ghi chỗ cần sửa."
    remedy = "Ghi rõ số liệu nào sai, sửa thành bao nhiêu, ví dụ: lớp 8A2 có 41 em, đã ghi 40."


class AlreadyAsked(Refusal):
    code = "periods.already_asked"
    message = "Trường đã gửi một yêu cầu sửa, đang chờ Sở GDĐT."
    remedy = "Chờ Sở quyết định yêu cầu ấy; có thêm chỗ cần sửa thì báo trực tiếp cho Sở."


class SchoolsMissing(Refusal):
    code = "periods.schools_missing"
    message = "Còn {count} trường chưa được nhận số liệu: {names}."
    remedy = "Lọc các trường chưa xong ở bảng để nhắc hoặc kiểm tra, rồi chốt toàn tỉnh."


class NothingNew(Refusal):
    code = "periods.nothing_new"
    message = "Toàn tỉnh đã chốt kì này và từ đó chưa có bản mới nào được nhận."
    remedy = "Chỉ chốt lại khi có trường được nhận bản sửa."


class NobodyToFreeze(Refusal):
    code = "periods.nobody_to_freeze"
    message = "Không có trường nào cần lập số liệu: mọi trường đã ký."
    remedy = "Xem bảng các trường để biết trường nào chờ kiểm tra."


class DayUnread(Refusal):
    code = "periods.day_unread"
    message = "{what}: {why}"
    remedy = "Nhập ngày/tháng/năm, ví dụ {usual:%d/%m/%Y}."


class DueBeforeAsOf(Refusal):
    code = "periods.due_before_as_of"
    message = "Hạn nộp {due_on:%d/%m/%Y} không sau ngày số liệu {as_of:%d/%m/%Y}."
    remedy = "Hạn nộp thường là một tháng sau ngày số liệu."


class OutsideYear(Refusal):
    code = "periods.outside_year"
    message = "Ngày số liệu {as_of:%d/%m/%Y} không thuộc năm học {year}."
    remedy = "Nhập ngày từ 01/08/{first} đến 31/07/{last}."


class BasisMissing(Refusal):
    code = "periods.basis_missing"
    message = "Chưa ghi căn cứ của kì báo cáo."
    remedy = "Ghi thông tư, hoặc số và ngày công văn yêu cầu."


class DatesHeld(Refusal):
    code = "periods.dates_held"
    message = "Đã có {count} trường lập số liệu nên không đổi ngày số liệu được nữa."
    remedy = "Vẫn đổi được hạn nộp. Cần tính theo ngày khác thì mở thêm kì giữa năm học."
