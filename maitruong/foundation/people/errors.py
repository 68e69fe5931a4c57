"""What goes wrong with what is written about people."""

from maitruong.foundation.kernel.errors import Refusal


class NumberOfAnother(Refusal):
    code = "people.number_of_another"
    message = "Số định danh vừa nhập đã ghi cho một người tên khác."
    remedy = (
        "Đối chiếu lại với thẻ căn cước hoặc giấy khai sinh; nếu số đúng, báo Sở GDĐT kiểm tra người đang mang số này."
    )


class ChangedMeanwhile(Refusal):
    """Somebody saved first. Nothing was written; the page shows both values and asks."""

    code = "people.changed_meanwhile"
    message = "Hồ sơ này vừa được người khác sửa, nên bản thầy/cô gõ chưa được lưu."
    remedy = "Xem lại hai bản ở dưới, sửa cho đúng rồi bấm Lưu lần nữa."


class NotAnAddress(Refusal):
    code = "people.not_an_address"
    message = "Chưa đọc được địa chỉ thư điện tử “{given}”."
    remedy = "Viết như ten@truong.edu.vn; không có thì để trống."


class NameTooLong(Refusal):
    code = "people.name_too_long"
    message = "Họ và tên dài {length} chữ, nhiều nhất là {most}."
    remedy = "Viết họ và tên như trong giấy khai sinh hoặc thẻ căn cước, không kèm ghi chú."


class Confirmed(Refusal):
    """What was confirmed from outside is not changed in passing, by whichever way the change comes."""

    code = "people.confirmed"
    message = "{fields} của {who} đã được xác thực với dữ liệu dân cư nên không sửa ở đây được."
    remedy = "Nếu dữ liệu đang sai, gửi đề nghị điều chỉnh kèm giấy tờ trong mục Xác thực định danh; Sở GDĐT xem và quyết định."


class AlreadyOne(Refusal):
    """Somebody merged one of the two a moment ago."""

    code = "people.already_one"
    message = "Một trong hai hồ sơ này vừa được gộp."
    remedy = "Mở lại danh sách hồ sơ trùng để xem việc đã làm."


class LaterMergeStands(Refusal):
    code = "people.later_merge_stands"
    message = "Sau lần gộp này, hồ sơ còn được gộp thêm một lần nữa."
    remedy = "Tách lần gộp sau trước, rồi tách lần này."


class AlreadyParted(Refusal):
    code = "people.already_parted"
    message = "Hai hồ sơ này đã được tách trước đó."
    remedy = "Không cần làm gì thêm."
