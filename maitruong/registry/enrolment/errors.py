"""What goes wrong with classes and places in them."""

from maitruong.foundation.kernel.errors import Refusal


class ClassNameTaken(Refusal):
    code = "enrolment.class_name_taken"
    message = "Trường đã có lớp {name} trong năm học này, thuộc khối {grade}."
    remedy = "Đặt tên khác, hoặc dùng lớp đã có."


class ClassInUse(Refusal):
    code = "enrolment.class_in_use"
    message = "Lớp {name} không bỏ được vì còn {held}."
    remedy = "Chỉ bỏ được lớp mở nhầm, chưa từng có học sinh và chưa ghi gì. Phân công thì kết thúc trước; lớp đặt sai tên thì đổi tên."


class GradeUnknown(Refusal):
    code = "enrolment.grade_unknown"
    message = "Chưa chọn khối, hoặc khối ấy không thuộc loại hình của trường."
    remedy = "Chọn một khối trong danh sách."


class NameMissing(Refusal):
    code = "enrolment.name_missing"
    message = "Chưa có tên lớp."
    remedy = "Nhập tên lớp, ví dụ 8A2."


class NameTooLong(Refusal):
    code = "enrolment.name_too_long"
    message = "Tên lớp dài {length} chữ, nhiều nhất là {most}."
    remedy = "Đặt tên ngắn như trong quyết định, ví dụ 8A2."


class AlreadySeated(Refusal):
    code = "enrolment.already_seated"
    message = "Em này đang học lớp {class_name} từ {since:%d/%m/%Y}."
    remedy = "Muốn đổi lớp, dùng “Chuyển lớp” trong hồ sơ của em."


class SeatedElsewhere(Refusal):
    code = "enrolment.seated_elsewhere"
    message = "Em này đang có tên ở một trường khác trong năm học này."
    remedy = "Trường cũ ghi chuyển đi trước; sau đó xếp lớp lại ở đây."


class EndBeforeStart(Refusal):
    code = "enrolment.end_before_start"
    message = "Ngày rời lớp {ends_on:%d/%m/%Y} trước ngày vào lớp {starts_on:%d/%m/%Y}."
    remedy = "Nhập ngày từ ngày vào lớp trở đi."


class OutsideYear(Refusal):
    code = "enrolment.outside_year"
    message = "Ngày {day:%d/%m/%Y} không nằm trong năm học {year}."
    remedy = "Nhập ngày từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}."


class StatusUnknown(Refusal):
    code = "enrolment.status_unknown"
    message = "Không có lí do “{given}” trong danh mục."
    remedy = "Chọn một lí do trong danh sách."


class NotOnTheStaff(Refusal):
    code = "enrolment.not_on_the_staff"
    message = "Người được chọn không làm việc ở trường này ngày {on:%d/%m/%Y}."
    remedy = "Nhận người này vào đội ngũ của trường trước, rồi mới phân công."


class DayMissing(Refusal):
    code = "enrolment.day_missing"
    message = "Chưa có ngày."
    remedy = "Nhập ngày/tháng/năm, ví dụ 15/01/2027."


class WhyMissing(Refusal):
    code = "enrolment.why_missing"
    message = "Chưa ghi lí do."
    remedy = "Ghi ngắn gọn để sau này tra lại được, ví dụ “làm thẻ bảo hiểm y tế”."


class PurposeMissing(Refusal):
    code = "enrolment.purpose_missing"
    message = "Chưa ghi mở hồ sơ này để làm gì."
    remedy = "Ghi việc đang giải quyết, ví dụ “xác minh đơn chuyển trường ngày 12/11/2026”."


class SeatedTwice(Refusal):
    """Two dossiers of one pupil, both with an open seat: which of them counts no program can know."""

    code = "enrolment.seated_twice"
    message = "Cả hai hồ sơ đều đang có lớp trong năm học này ({one} và {other})."
    remedy = "Hỏi hai trường em đang học thật ở đâu; trường còn lại ghi rời lớp rồi gộp tiếp."


class AbsorbedStillSits(Refusal):
    code = "enrolment.absorbed_still_sits"
    message = "Hồ sơ định gộp đi đang có lớp {class_name}, hồ sơ định giữ thì không."
    remedy = "Giữ hồ sơ đang có lớp, gộp hồ sơ kia vào."


class NextYearNotOpened(Refusal):
    code = "enrolment.next_year_not_opened"
    message = "Năm học {year} chưa được mở."
    remedy = "Sở GDĐT mở năm học (ngày bắt đầu, học kì II, kết thúc) ở trang Năm học rồi làm lại."


class NothingToRoll(Refusal):
    code = "enrolment.nothing_to_roll"
    message = "Không có lớp nào của năm học {year} để lên lớp."
    remedy = "Chọn đúng năm học đang kết thúc."


class AlreadyJudged(Refusal):
    """What the books tell is not overruled by hand."""

    code = "enrolment.already_judged"
    message = "Em này đã có kết quả cả năm trong sổ điểm."
    remedy = "Nếu kết quả sai, sửa trong sổ điểm; danh sách lên lớp theo kết quả đó."


class NothingToReverse(Refusal):
    code = "enrolment.nothing_to_reverse"
    message = "Trường này chưa lên lớp, hoặc đã lùi lại rồi."
    remedy = "Không cần làm gì thêm."


class NewYearBegun(Refusal):
    code = "enrolment.new_year_begun"
    message = "Năm học {year} đã bắt đầu từ {on:%d/%m/%Y}, không lùi được nữa."
    remedy = "Sửa từng em bằng “Chuyển lớp, rời trường” trong hồ sơ của em."


class BuiltUpon(Refusal):
    """Something was written upon the new classes; taking them back would take it along."""

    code = "enrolment.built_upon"
    message = "Lớp mới đã được dùng tiếp: {held}."
    remedy = "Gỡ những việc đó trước rồi lùi lại, hoặc sửa từng em trong hồ sơ của em."


class NobodyToTakeOut(Refusal):
    code = "enrolment.nobody_to_take_out"
    message = "Không có học sinh nào trong năm học {year} để tải."
    remedy = "Chọn năm học khác, hoặc mở lớp và xếp học sinh trước."


class TooManyForASheet(Refusal):
    code = "enrolment.too_many_for_a_sheet"
    message = "Danh sách có {rows} học sinh, một trang tính chỉ chứa {most} dòng."
    remedy = "Chọn dạng CSV, hoặc tải từng trường."


class ListPurposeMissing(Refusal):
    code = "enrolment.list_purpose_missing"
    message = "Chưa ghi tải danh sách để làm gì."
    remedy = "Ghi việc cần danh sách, ví dụ “cấp thẻ bảo hiểm y tế tháng 12”. Gia đình học sinh đọc được dòng này."
