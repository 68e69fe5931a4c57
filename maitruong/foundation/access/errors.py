"""What goes wrong with rights. ScopeMissing is a programmer's error; the others are told to people."""

from maitruong.foundation.kernel.errors import Refusal


class ScopeMissing(RuntimeError):
    """Rows were asked for without saying whose: a bug, never a message to a person."""


class WrittenMeanwhile(Refusal):
    """A constraint of the database decided between two people at once; the other one was first."""

    code = "access.written_meanwhile"
    message = "Đúng lúc này có người vừa ghi cùng một việc, hoặc nút được bấm hai lần, nên lần này chưa ghi gì."
    remedy = "Mở lại trang để xem điều vừa được ghi; còn thiếu thì làm lại."


class NotFound(Refusal):
    """Not there, or not yours: one answer for both."""

    code = "access.not_found"
    message = "Không tìm thấy nội dung này trong phạm vi thầy/cô, phụ huynh hoặc em được xem."
    remedy = "Kiểm tra lại đường dẫn; nếu cần xem, hãy liên hệ nhà trường."
