"""Refusals while a school record is put together and signed."""

from __future__ import annotations

from maitruong.foundation.kernel.errors import Refusal


class RecordRefused(Refusal):
    code = "school_records.refused"
    message = "Chưa làm được việc này với học bạ."
    remedy = "Xem lại học bạ rồi thử lại."


class RecordIncomplete(RecordRefused):
    code = "school_records.incomplete"
    message = "Học bạ của {pupil} chưa lập được: {what}."
    remedy = "Bổ sung thông tin còn thiếu trong sổ điểm hoặc hồ sơ học sinh, rồi lập lại học bạ."


class SignedOutOfOrder(RecordRefused):
    code = "school_records.out_of_order"
    message = "Chưa ký được {step}: còn thiếu {missing}."
    remedy = "Chờ đủ chữ ký của các cấp trước: giáo viên bộ môn, giáo viên chủ nhiệm, hiệu trưởng, rồi con dấu."


class EarlierSignatureBroken(RecordRefused):
    code = "school_records.earlier_signature_broken"
    message = "Chưa ký được {step}: {where} có chữ ký không đúng ({reason})."
    remedy = "Không ký tiếp lên bản này. Mở khoá phần đó, lập lại từ dữ liệu đã khoá sổ và ký lại."


class NotYourPart(RecordRefused):
    code = "school_records.not_your_part"
    message = "Chưa ký được {step}: {reason}."
    remedy = "Người được ghi trong học bạ ký phần này; nếu đã đổi người, hiệu trưởng chỉ định người ký thay."


class NoSuchPart(RecordRefused):
    code = "school_records.no_such_part"
    message = "Học bạ này không có phần {node_id} để ký."
    remedy = "Tải lại danh sách học bạ chờ ký."


class StoredRecordDamaged(RecordRefused):
    code = "school_records.stored_record_damaged"
    message = "Tệp học bạ lưu trong hệ thống không còn nguyên vẹn: {reason}."
    remedy = "Báo quản trị hệ thống phục hồi tệp từ bản sao lưu; chưa ký gì lên tệp này."


class NotSealedYet(RecordRefused):
    code = "school_records.not_sealed_yet"
    message = "Chưa lập được bản PDF: {reason}."
    remedy = "Bản PDF chỉ lập từ học bạ đã đóng dấu số và còn nguyên vẹn."


class BooksStillOpen(RecordRefused):
    code = "school_records.books_still_open"
    message = "Chưa lập được học bạ lớp {school_class}: còn {count} sổ chưa khoá ({examples})."
    remedy = "Khoá đủ sổ của lớp rồi lập học bạ."


class NobodyToSign(RecordRefused):
    code = "school_records.nobody_to_sign"
    message = "Chưa lập được học bạ: chưa có {what}."
    remedy = "Phân công người giữ việc này rồi lập học bạ."


class SignerStillThere(RecordRefused):
    code = "school_records.signer_still_there"
    message = "Chưa chỉ định người ký thay {step}: người được ghi vẫn còn quyền ký."
    remedy = "Đề nghị người được ghi ký phần này; chỉ định người ký thay khi người ấy đã thôi việc."


class SignerNotOnTheStaff(RecordRefused):
    code = "school_records.signer_not_on_the_staff"
    message = "Người được chọn không làm việc ở trường ngày {on:%d/%m/%Y} nên không ký thay được."
    remedy = "Chọn một người trong danh sách đội ngũ của trường."


class NothingToDo(RecordRefused):
    code = "school_records.nothing_to_do"
    message = "Không có học bạ nào {what}."
    remedy = "Tải lại trang để xem tình trạng mới nhất."


class SignedElsewhere(RecordRefused):
    code = "school_records.signed_elsewhere"
    message = "Chưa ký thêm phần nào: {gone} trong {all} phần của lượt này đã ký ở cửa sổ khác, hoặc vừa được lập lại."
    remedy = "Quay lại danh sách chờ ký: những phần còn chờ vẫn ở đó, xem lại và ký lượt mới."


class NotInForce(RecordRefused):
    code = "school_records.not_in_force"
    message = "Học bạ này đang ở trạng thái {state} nên không {what} được."
    remedy = "Mở bản học bạ đang có hiệu lực của học sinh rồi làm lại."


class SaySomeReason(RecordRefused):
    code = "school_records.reason_needed"
    message = "Chưa ghi đủ lí do hoặc số văn bản."
    remedy = "Ghi lí do ít nhất 10 chữ cái và số quyết định, rồi làm lại."


class DropRefused(RecordRefused):
    code = "school_records.drop_refused"
    message = "Chưa đọc được tệp: {reason}."
    remedy = "Chọn tệp XML hoặc PDF học bạ đã tải từ hệ thống, không quá 12 MB."
