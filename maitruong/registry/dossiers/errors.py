"""What goes wrong with the dossiers of schools, classes and pupils."""

from maitruong.foundation.kernel.errors import Refusal


class ChangedMeanwhile(Refusal):
    """Somebody saved the same fields first. Nothing was written; the page shows both values and asks."""

    code = "dossiers.changed_meanwhile"
    message = "Phần này vừa được người khác sửa, nên bản thầy/cô gõ chưa được lưu."
    remedy = "Xem giá trị người khác đã lưu ở dưới mỗi ô, sửa cho đúng rồi bấm Lưu lần nữa."


class NotOnTheList(Refusal):
    code = "dossiers.not_on_the_list"
    message = "{label}: chưa nhận được “{given}”."
    remedy = "Chọn một giá trị trong danh sách, hoặc để “chưa ghi”."


class CountImpossible(Refusal):
    code = "dossiers.count_impossible"
    message = "{label}: chưa nhận được “{given}”."
    remedy = "Nhập số nguyên từ 0 đến {most}, ví dụ 12; chưa biết thì để trống."


class MeasureImpossible(Refusal):
    code = "dossiers.measure_impossible"
    message = "{label}: chưa nhận được “{given}”."
    remedy = "Nhập số từ 0 đến {most}, {places} chữ số sau dấu phẩy, ví dụ 7,5; chưa biết thì để trống."


class TextTooLong(Refusal):
    code = "dossiers.text_too_long"
    message = "{label}: {length} chữ, nhiều nhất là {most}."
    remedy = "Viết ngắn hơn."


class DayUnreadable(Refusal):
    code = "dossiers.day_unreadable"
    message = "{label}: chưa đọc được ngày “{given}”."
    remedy = "Nhập ngày/tháng/năm, ví dụ 15/01/2027."


class Contradiction(Refusal):
    code = "dossiers.contradiction"
    message = "{one} và {other} không đi cùng nhau."
    remedy = "{advice}"


class NumberMissing(Refusal):
    code = "dossiers.number_missing"
    message = "Chưa ghi {what}."
    remedy = "Ghi như trên giấy tờ, ví dụ 1234/QĐ-UBND."


class TooOften(Refusal):
    code = "dossiers.decided_already"
    message = "Quyết định số {number} đã được ghi cho trường này."
    remedy = "Không cần ghi lại; nếu ghi sai, hãy thu hồi lần ghi trước và nêu lí do."


class DayAhead(Refusal):
    code = "dossiers.day_ahead"
    message = "Ngày {on:%d/%m/%Y} ở sau hôm nay."
    remedy = "Nhập ngày đã diễn ra."


class NothingMeasured(Refusal):
    code = "dossiers.nothing_measured"
    message = "Chưa ghi số đo nào."
    remedy = "Nhập ít nhất một số đo hoặc một kết quả khám."


class MeasuredAlready(Refusal):
    code = "dossiers.measured_already"
    message = "Ngày {on:%d/%m/%Y} đã có một lần đo, khám của em."
    remedy = "Nếu lần trước ghi nhầm, hãy bỏ lần ấy rồi ghi lại; nếu không, ghi đúng ngày đo."


class PaperKnown(Refusal):
    code = "dossiers.paper_known"
    message = "Giấy tờ loại này với số vừa nhập đã được ghi cho em."
    remedy = "Không cần ghi lại; nếu ngày cấp hoặc nơi cấp sai, hãy bỏ lần ghi trước rồi ghi lại."


class NothingToCopy(Refusal):
    code = "dossiers.nothing_to_copy"
    message = "Năm học trước chưa có số liệu, hoặc năm nay đã ghi rồi."
    remedy = "Bấm “Sửa” ở từng phần để ghi."


class ReasonMissing(Refusal):
    code = "dossiers.reason_missing"
    message = "Chưa ghi lí do."
    remedy = "Ghi ngắn gọn vì sao; lí do ở lại trong nhật ký."


class CampusHasClasses(Refusal):
    code = "dossiers.campus_has_classes"
    message = "Điểm trường còn {count} lớp của năm học này."
    remedy = "Chuyển các lớp sang điểm khác hoặc chờ hết năm học rồi đóng điểm trường."


class CodeTaken(Refusal):
    code = "dossiers.code_taken"
    message = "Mã {given} đã là mã của một đơn vị khác."
    remedy = "Nhập mã điểm trường do ngành cấp, mỗi điểm một mã."


class NothingChanges(Refusal):
    code = "dossiers.custody_unchanged"
    message = "Chưa chọn ai thôi giám hộ, cũng chưa ghi ai nhận giám hộ."
    remedy = "Đánh dấu người thôi, ghi người nhận, hoặc cả hai."


class NobodyLeft(Refusal):
    code = "dossiers.nobody_left"
    message = "Sau thay đổi này em không còn ai giám hộ."
    remedy = "Ghi người nhận giám hộ trong cùng lần thay đổi; nếu chưa có ai, hãy báo UBND cấp xã nơi em ở."
