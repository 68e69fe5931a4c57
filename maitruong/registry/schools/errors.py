"""What goes wrong with schools."""

from maitruong.foundation.kernel.errors import Refusal


class CountingUnknown(Refusal):
    code = "schools.counting_unknown"
    message = "Không có cách tính buổi vắng “{given}”."
    remedy = "Chọn một trong ba cách: theo buổi học chính, theo ngày, hoặc từng buổi."


class CodeRefused(Refusal):
    code = "schools.code_refused"
    message = "Mã trường “{given}” chưa dùng được."
    remedy = "Mã gồm 2 đến 20 chữ cái không dấu, chữ số, dấu chấm hoặc gạch ngang, ví dụ 3111407001."


class CodeTaken(Refusal):
    code = "schools.code_taken"
    message = "Mã {given} đã cấp cho {name}."
    remedy = "Mỗi đơn vị một mã. Kiểm tra lại mã trường trong danh mục của ngành."


class NameMissing(Refusal):
    code = "schools.name_missing"
    message = "Chưa có tên trường."
    remedy = "Ghi tên như trong quyết định thành lập, ví dụ Trường THCS Lê Chân."


class NameTakenHere(Refusal):
    code = "schools.name_taken_here"
    message = "{commune} đã có {name}, mã {taken}."
    remedy = "Nếu là hai trường khác nhau, ghi tên cho phân biệt; nếu là một, sửa trường đã có."


class TypeUnknown(Refusal):
    code = "schools.type_unknown"
    message = "Không có loại hình trường “{given}” trong danh mục."
    remedy = "Chọn một loại hình trong danh sách."


class LevelsMissing(Refusal):
    code = "schools.levels_missing"
    message = "Chưa rõ {type} dạy cấp học nào."
    remedy = "Đánh dấu ít nhất một cấp học."


class GovernorUnknown(Refusal):
    code = "schools.governor_unknown"
    message = "Chưa chọn nơi quản lí trường, hoặc nơi ấy không còn ngày {on:%d/%m/%Y}."
    remedy = "Chọn Sở, hoặc ủy ban nhân dân xã, phường, đặc khu trong danh sách."


class CommuneUnknown(Refusal):
    code = "schools.commune_unknown"
    message = "Chưa chọn xã, phường nơi trường đặt."
    remedy = "Chọn trong danh sách xã, phường, đặc khu từ 01/07/2025."


class DayAhead(Refusal):
    code = "schools.day_ahead"
    message = "Ngày {on:%d/%m/%Y} chưa đến."
    remedy = "Ghi việc này từ ngày quyết định có hiệu lực trở đi."


class DayTooEarly(Refusal):
    code = "schools.day_too_early"
    message = "Ngày {on:%d/%m/%Y} trước ngày {since:%d/%m/%Y}, khi trường về nơi quản lí hiện nay."
    remedy = "Nhập ngày sau ngày ấy; những gì đã qua không ghi đè."


class SchoolClosed(Refusal):
    code = "schools.school_closed"
    message = "Trường đã giải thể từ {on:%d/%m/%Y}."
    remedy = "Hồ sơ của trường chỉ để xem."


class StillBound(Refusal):
    code = "schools.still_bound"
    message = "Trường còn {bound}."
    remedy = "Chuyển các em đi, hoặc ghi kết thúc, ở từng hồ sơ trước; sau đó giải thể trường."


class ReasonMissing(Refusal):
    code = "schools.reason_missing"
    message = "Chưa ghi lí do."
    remedy = "Ghi số quyết định, ví dụ Quyết định số 1187/QĐ-UBND ngày 22/06/2026."
