"""What a mark book answers with when it says no."""

from __future__ import annotations

from maitruong.foundation.kernel.errors import Refusal

from .rules.refusals import MarkRefused


class GradebookError(Refusal):
    """Base of refusals of a whole request; nothing of it was saved."""

    code = "gradebook.refused"


class BookClosed(GradebookError):
    code = "gradebook.book_closed"
    message = "Sổ {book} đã khoá từ {closed_at}, nên điểm vừa nhập chưa lưu."
    remedy = "Nếu cần sửa, đề nghị ban giám hiệu mở lại sổ và nêu rõ lí do."


class YearClosed(GradebookError):
    code = "gradebook.year_closed"
    message = "Năm học {year} đã kết thúc và khoá số liệu, nên không ghi thêm được."
    remedy = "Việc sửa hồ sơ của năm học cũ thực hiện ở học bạ, theo quyết định của hiệu trưởng."


class BookIncomplete(GradebookError):
    code = "gradebook.book_incomplete"
    message = "Sổ {book} còn {cells} ô bắt buộc chưa có của {students} em: {examples}."
    remedy = "Nhập bổ sung; hoặc chọn cách xử lí các ô còn thiếu, ghi lí do rồi khoá sổ."


class AlreadyClosed(GradebookError):
    code = "gradebook.already_closed"
    message = "Sổ {book} đã được khoá từ {closed_at}."
    remedy = "Không cần khoá lại. Tải lại trang để xem trạng thái mới."


class NotClosed(GradebookError):
    code = "gradebook.not_closed"
    message = "Sổ {book} đang mở, chưa khoá lần nào."
    remedy = "Không cần mở lại. Giáo viên vẫn nhập điểm bình thường."


class ReasonNeeded(GradebookError):
    code = "gradebook.reason_needed"
    message = "Việc này cần ghi lí do (ít nhất 10 chữ cái)."
    remedy = "Viết ngắn gọn lí do; lí do được lưu vào nhật ký."


class NoBooksForGrade(GradebookError):
    code = "gradebook.no_books_for_grade"
    message = "Lớp {school_class} (khối {grade}) không có sổ điểm theo quy định hiện hành."
    remedy = "Mầm non theo dõi trẻ bằng sổ khác. Nếu là lớp phổ thông, kiểm tra lại khối lớp."


class NothingOwed(GradebookError):
    code = "gradebook.nothing_owed"
    message = "Em này không có môn nào phải đánh giá lại, cũng không phải rèn luyện trong hè."
    remedy = "Tải lại trang để xem danh sách mới nhất của lớp."


class YearNotJudged(GradebookError):
    code = "gradebook.year_not_judged"
    message = "Lớp {school_class} còn {count} cuốn sổ chưa khoá, nên chưa ghi được kết quả trong hè."
    remedy = "Khoá hết sổ điểm của lớp rồi ghi kết quả đánh giá lại."


class DayNotInSummer(GradebookError):
    code = "gradebook.day_not_in_summer"
    message = "Ngày {day:%d/%m/%Y} không thuộc kì nghỉ hè của năm học này."
    remedy = "Nhập ngày từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}."


class TooManyCells(GradebookError):
    code = "gradebook.too_many_cells"
    message = "Một lần gửi có {given} ô, nhiều hơn mức {most} ô."
    remedy = "Dán từng phần nhỏ hơn, ví dụ mỗi lần một cột."


class UnreadableRequest(GradebookError):
    code = "gradebook.unreadable_request"
    message = "Yêu cầu lưu điểm không đúng dạng nên chưa lưu ô nào."
    remedy = "Tải lại trang rồi nhập lại."


class SavedMeanwhile(GradebookError):
    code = "gradebook.saved_meanwhile"
    message = "Sổ {book} vừa thay đổi ngay trong lúc lưu, nên chưa lưu ô nào."
    remedy = "Gửi lại lần nữa; giá trị mới nhất sẽ hiện ra để so sánh."


# --- refusals of one cell; the others of the same request are saved -----------------------------------------------------


class NoSuchColumn(MarkRefused):
    code = "gradebook.no_such_column"
    message = "Sổ này không có cột vừa nhập."
    remedy = "Tải lại trang để xem các cột của sổ."


class NotInClass(MarkRefused):
    code = "gradebook.not_in_class"
    message = "Em này không còn trong danh sách lớp, nên chưa lưu được."
    remedy = "Tải lại trang để xem danh sách lớp mới nhất."


class NotJudged(MarkRefused):
    code = "gradebook.not_judged"
    message = "Em này {basis} môn này, nên ô không nhận giá trị."
    remedy = "Nếu chưa đúng, đề nghị ban giám hiệu sửa diện đánh giá của em."


class CommentTooLong(MarkRefused):
    code = "gradebook.comment_too_long"
    message = "Nhận xét dài {given} kí tự, quá mức {most}."
    remedy = "Viết gọn lại rồi lưu."


class NotAText(MarkRefused):
    code = "gradebook.not_a_text"
    message = "Ô này nhận được giá trị không phải chữ hay số."
    remedy = "Nhập lại ô này."
