"""Refusals of a whole file, each with what was found and what to do. Problems of single cells are in findings.py."""

from __future__ import annotations

from collections.abc import Iterable

from maitruong.foundation.kernel.errors import Refusal

from . import limits


class ExchangeError(Refusal):
    """A list that cannot be read or written at all."""

    code = "exchange.refused"
    message = "Chưa đọc được tệp này."
    remedy = "Mở tệp bằng Excel hoặc LibreOffice, lưu lại dạng .xlsx rồi tải lên lần nữa."


class NotASpreadsheet(ExchangeError):
    code = "exchange.not_a_spreadsheet"
    message = "Tệp này không phải bảng tính: bên trong là {found}."
    remedy = "Tải lên tệp Excel (.xlsx, .xls), LibreOffice (.ods) hoặc .csv. Đổi đuôi tên tệp không đổi được nội dung bên trong."


class HtmlNotSheet(ExchangeError):
    code = "exchange.html_not_sheet"
    message = "Tệp mang tên bảng tính nhưng bên trong là {found}, thường do phần mềm khác xuất ra."
    remedy = "Mở tệp bằng Excel, chọn Lưu thành (Save as) dạng Excel Workbook (.xlsx) rồi tải tệp mới lên."


class EmptyFile(ExchangeError):
    code = "exchange.empty_file"
    message = "Tệp trống, không có dòng nào."
    remedy = "Kiểm tra lại tệp trên máy; có thể tệp chưa được lưu hoặc tải lên dở dang."


class BrokenFile(ExchangeError):
    code = "exchange.broken_file"
    message = "Tệp bị hỏng nên không đọc được ({where})."
    remedy = "Mở tệp bằng Excel hoặc LibreOffice; nếu mở được thì lưu lại dạng .xlsx rồi tải lên, nếu không thì lấy lại bản gốc."


class FileTooBig(ExchangeError):
    code = "exchange.file_too_big"
    message = "Tệp nặng {size_mb} MB, lớn hơn mức nhận là {limit_mb} MB."
    remedy = "Xoá ảnh và các trang tính thừa, hoặc chia danh sách thành nhiều tệp."


class ZipBomb(ExchangeError):
    code = "exchange.zip_bomb"
    message = "Tệp nén bất thường: {what}. Mở ra sẽ làm treo máy nên hệ thống không mở."
    remedy = "Nếu đây là danh sách thật, chép các ô có dữ liệu sang một tệp mới rồi lưu dạng .xlsx."


class NestedArchive(ExchangeError):
    code = "exchange.nested_archive"
    message = "Trong bảng tính có nhúng tệp khác ({name})."
    remedy = "Xoá tệp nhúng khỏi bảng tính, hoặc chép các ô có dữ liệu sang một tệp mới rồi tải lên."


class MacroFile(ExchangeError):
    code = "exchange.macro_file"
    message = "Tệp có chứa chương trình (macro: {name}) nên không được nhận, vì macro có thể mang mã độc."
    remedy = (
        "Trong Excel chọn Lưu thành (Save as) dạng Excel Workbook (.xlsx), là dạng không có macro, rồi tải tệp mới lên."
    )


class EntitiesInFile(ExchangeError):
    code = "exchange.entities_in_file"
    message = (
        "Phần {name} của tệp có khai báo thực thể XML (DTD). Excel không bao giờ ghi như vậy; tệp có thể đã bị cài mã."
    )
    remedy = "Không dùng tệp này. Chép các ô có dữ liệu sang một tệp mới do chính thầy/cô tạo rồi tải lên."


class EncryptedFile(ExchangeError):
    code = "exchange.encrypted_file"
    message = "Tệp đặt mật khẩu nên hệ thống không đọc được."
    remedy = "Mở tệp bằng mật khẩu, bỏ mật khẩu (Tệp > Thông tin > Bảo vệ sổ làm việc), lưu lại rồi tải lên."


class TooManyRows(ExchangeError):
    code = "exchange.too_many_rows"
    message = "Trang tính “{sheet}” có dữ liệu đến dòng {rows}, nhiều hơn mức nhận là {limit} dòng."
    remedy = "Xoá các dòng thừa ở cuối trang tính, hoặc chia danh sách thành nhiều tệp."


class TooManyColumns(ExchangeError):
    code = "exchange.too_many_columns"
    message = "Trang tính “{sheet}” có dữ liệu ở cột {column}, xa hơn mức nhận là {limit} cột."
    remedy = "Xoá các cột thừa bên phải rồi lưu lại."


class TooManyParts(ExchangeError):
    code = "exchange.too_many_parts"
    message = "Tệp có {count} {what}, nhiều hơn mức nhận là {limit}."
    remedy = "Chép riêng trang tính cần nhập sang một tệp mới rồi tải lên."


class TooManyMerged(ExchangeError):
    code = "exchange.too_many_merged"
    message = "Trang tính “{sheet}” có {count} ô nằm trong các vùng gộp nhiều dòng, nhiều hơn mức nhận là {limit} ô."
    remedy = "Trong Excel bỏ gộp các vùng ấy và điền nội dung vào từng dòng, hoặc chia danh sách thành nhiều tệp rồi tải lên."


class TooCostly(ExchangeError):
    code = "exchange.too_costly"
    message = "Tệp này làm bộ đọc vượt quá {what} cho phép nên đã dừng."
    remedy = "Chép các ô có dữ liệu sang một tệp mới (dán dạng giá trị), lưu dạng .xlsx rồi tải lên."


class ReadersBusy(ExchangeError):
    code = "exchange.readers_busy"
    message = "Máy chủ đang đọc nhiều danh sách cùng lúc nên chưa nhận tệp này; chưa có gì được lưu."
    remedy = "Đợi một phút rồi tải tệp lên lại."


def refuse_many_cells(extents: Iterable[tuple[int, int]]) -> None:
    """Raises TooCostly when sheets of such (last row, last column), from 0, are more than the library may lay out."""
    if sum((row + 1) * (column + 1) for row, column in extents) > limits.MAX_CELLS:
        raise TooCostly(what="số ô")


class UnsupportedSheet(ExchangeError):
    code = "exchange.unsupported_sheet"
    message = "Hệ thống không nhận dạng tệp {kind}."
    remedy = "Mở bằng Excel hoặc LibreOffice, lưu lại dạng .xlsx rồi tải lên."


class SheetNotFound(ExchangeError):
    code = "exchange.sheet_not_found"
    message = "Tệp không có trang tính “{sheet}”."
    remedy = "Chọn một trong các trang tính đang có: {sheets}."


class HeaderNotFound(ExchangeError):
    code = "exchange.header_not_found"
    message = "Không tìm thấy dòng tiêu đề cột trong trang tính “{sheet}”."
    remedy = "Thêm trên bảng một dòng ghi tên các cột (ví dụ: Họ và tên, Ngày sinh), lưu tệp rồi tải lên lại."


class NoRows(ExchangeError):
    code = "exchange.no_rows"
    message = "Trang tính “{sheet}” chỉ có dòng tiêu đề, bên dưới chưa có dòng nào."
    remedy = "Kiểm tra lại tệp: có thể tệp chưa lưu, hoặc đây là tệp mẫu còn trống. Nếu danh sách ở trang tính khác, chọn trang ấy."


class ColumnsMissing(ExchangeError):
    code = "exchange.columns_missing"
    message = "Chưa chỉ ra cột nào trong tệp là {columns}."
    remedy = "Chọn cột tương ứng ở bảng dưới rồi kiểm tra lại. Tệp không có cột này thì {otherwise}."


class ColumnUsedTwice(ExchangeError):
    code = "exchange.column_used_twice"
    message = "Có hai cột trong tệp cùng được ghép với “{column}”: cột {first} và cột {second}."
    remedy = "Chỉ giữ một cột, cột còn lại chọn “Bỏ qua cột này”."


class NoFile(ExchangeError):
    code = "exchange.no_file"
    message = "Chưa chọn tệp nào."
    remedy = "Chọn tệp danh sách trên máy rồi bấm Tải lên."


class NotNow(ExchangeError):
    code = "exchange.not_now"
    message = "Không làm thêm gì: danh sách này đang ở bước “{state}”."
    remedy = "Có thể một cửa sổ khác đã làm việc này trước, hoặc việc đã xong. Trang dưới đây là danh sách lúc này."


class UndoTooLate(ExchangeError):
    code = "exchange.undo_too_late"
    message = "Thời hạn hoàn tác đã hết từ ngày {until:%d/%m/%Y}."
    remedy = "Sửa từng hồ sơ, hoặc nhờ quản trị hệ thống phục hồi từ bản sao lưu."


class NotYourOffice(ExchangeError):
    code = "exchange.not_your_office"
    message = "{person} không nhập được danh sách cho trường mang mã {school}."
    remedy = "Kiểm tra mã trường và tên đăng nhập; người nhập cần đang giữ quyền nhập danh sách ở trường ấy."


class NoRoom(ExchangeError):
    code = "exchange.no_room"
    message = "Máy chủ hết chỗ trống nên chưa giữ được tệp; chưa có gì được ghi."
    remedy = "Báo quản trị hệ thống giải phóng đĩa, rồi làm lại bước này."


class UsedSince(ExchangeError):
    code = "exchange.used_since"
    message = "Dòng {row} không lấy lại được. {because}"
    remedy = "Mở hồ sơ để sửa hoặc cho rời trường; nếu hồ sơ đúng thì chọn Giữ."


class TooManyCorrections(ExchangeError):
    code = "exchange.too_many_corrections"
    message = "Đã sửa {limit} ô trong trang này."
    remedy = "Tải tệp có ghi chú về, sửa tiếp trong Excel rồi tải lên lại."


#: What the reading process may answer with, by code.
BY_CODE: dict[str, type[ExchangeError]] = {kind.code: kind for kind in ExchangeError.__subclasses__()}
