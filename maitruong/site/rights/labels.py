"""The audit in Vietnamese: what an act is called, and its fields."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from maitruong.foundation.access import registry
from maitruong.foundation.kernel import formats
from maitruong.registry.dossiers.catalogue import SHEETS
from maitruong.registry.enrolment.queries import status_label
from maitruong.registry.staff.types import POSTS
from maitruong.teaching.attendance.types import STATES

_DAY = re.compile(r"\d{4}-\d\d-\d\d")

GROUPS = {
    "students.": "Hồ sơ học sinh",
    "dossiers.": "Hồ sơ trường, lớp, năm học",
    "enrolment.": "Lớp, xếp lớp",
    "transfers.": "Chuyển trường",
    "attendance.": "Điểm danh",
    "gradebook.": "Sổ điểm",
    "school_records.": "Học bạ",
    "people.": "Gộp, tách hồ sơ",
    "duplicates.": "Hồ sơ trùng",
    "verification.": "Xác thực định danh",
    "staff.": "Đội ngũ",
    "quality.": "Sạch dữ liệu",
    "timetable.": "Phân công",
    "rights.": "Quyền",
    "accounts.": "Tài khoản",
    "identity.": "Đăng nhập",
    "exchange.": "Nhập danh sách",
    "signing.": "Ký số",
    "schools.": "Trường",
    "calendar.": "Năm học",
    "periods.": "Kì báo cáo, chốt số liệu",
    "insight.": "Điều hành",
    "ministry.": "Liên thông Bộ",
    "open_api.": "Kết nối phần mềm",
}

# Acts whose entries tell of a pupil: whom, what was written, why.
OF_PUPILS = (
    "students.",
    "dossiers.",
    "people.",
    "duplicates.",
    "verification.",
    "enrolment.",
    "transfers.",
    "attendance.",
    "gradebook.",
    "school_records.",
    "exchange.",
    "import.",
)

_ACTIONS = {
    "open_api.client_registered": "Lập kết nối phần mềm",
    "open_api.secret_rotated": "Cấp khoá mới cho kết nối",
    "open_api.client_disabled": "Ngừng kết nối",
    "open_api.roster_taken": "Phần mềm lấy danh sách lớp",
    "open_api.demographics_taken": "Phần mềm lấy ngày sinh, giới tính",
    "open_api.roster_exported": "Xuất tệp OneRoster",
    "students.registered": "Mở hồ sơ học sinh",
    "students.dossier_opened": "Mở xem hồ sơ",
    "students.number_shown": "Xem đủ số định danh",
    "duplicates.opened": "Đối chiếu với một hồ sơ giống",
    "duplicates.listed": "Xem danh sách hồ sơ trùng",
    "duplicates.kept_apart": "Xác định là hai người",
    "verification.asked": "Đối chiếu với dữ liệu dân cư",
    "verification.opened": "Mở xem kết quả đối chiếu dân cư",
    "verification.listed": "Xem danh sách đối chiếu dân cư",
    "verification.exchange_started": "Gửi đối chiếu dân cư cả đơn vị",
    "verification.corrected": "Sửa thông tin định danh",
    "verification.correction_asked": "Đề nghị điều chỉnh thông tin định danh",
    "verification.appealed": "Báo dữ liệu dân cư chưa đúng",
    "verification.decided": "Quyết định đề nghị điều chỉnh",
    "verification.evidence_opened": "Xem giấy tờ của đề nghị điều chỉnh",
    "people.merged": "Gộp hai hồ sơ của một người",
    "people.parted": "Tách hai hồ sơ đã gộp",
    "students.contact_changed": "Sửa liên lạc",
    "students.guardian_added": "Ghi người giám hộ",
    "students.guardian_ended": "Thôi giám hộ",
    "students.standing_recorded": "Ghi diện chính sách, khuyết tật",
    "students.standing_ended": "Kết thúc diện chính sách, khuyết tật",
    "students.standing_withdrawn": "Bỏ diện chính sách, khuyết tật ghi nhầm",
    "students.grown_up": "Em đủ 18 tuổi, gia đình thôi xem",
    "transfers.applied": "Nộp đơn chuyển trường",
    "transfers.accepted": "Đồng ý tiếp nhận học sinh chuyển đến",
    "transfers.refused": "Từ chối tiếp nhận",
    "transfers.withdrawn": "Rút đơn chuyển trường",
    "transfers.released": "Cho học sinh chuyển trường",
    "transfers.received": "Nhận học sinh chuyển đến vào lớp",
    "transfers.left": "Cho học sinh chuyển đi tỉnh khác",
    "transfers.opened": "Xem đơn chuyển trường",
    "transfers.paper_downloaded": "Tải giấy tờ chuyển trường",
    "transfers.staff_released": "Cho đi theo quyết định điều động",
    "transfers.staff_received": "Tiếp nhận người được điều động",
    "transfers.staff_cancelled": "Huỷ điều động",
    "transfers.staff_opened": "Xem quyết định điều động",
    "transfers.packed": "Tạo gói hồ sơ chuyển trường",
    "transfers.exported": "Xuất danh sách chuyển trường",
    "dossiers.school_saved": "Sửa hồ sơ trường",
    "dossiers.campus_saved": "Sửa điểm trường",
    "dossiers.class_saved": "Sửa hồ sơ lớp",
    "dossiers.learner_saved": "Sửa hồ sơ năm học của học sinh",
    "dossiers.recognised": "Ghi quyết định công nhận trường",
    "dossiers.recognition_withdrawn": "Thu hồi quyết định công nhận",
    "dossiers.campus_added": "Thêm điểm trường",
    "dossiers.campus_closed": "Đóng điểm trường",
    "dossiers.rooms_saved": "Ghi phòng, diện tích",
    "dossiers.year_copied": "Chép hồ sơ trường từ năm trước",
    "dossiers.measured": "Ghi số đo, kết quả khám",
    "dossiers.paper_added": "Ghi giấy tờ tuỳ thân",
    "dossiers.awarded": "Ghi khen thưởng",
    "dossiers.taken_back": "Bỏ dòng ghi nhầm trong hồ sơ",
    "dossiers.year_exported": "Tải hồ sơ năm của lớp",
    "students.guardian_confirmed": "Người giám hộ của nơi khác được xác nhận",
    "students.guardian_declined": "Người được ghi không nhận là người giám hộ",
    "students.number_of_another": "Nhập số định danh mang tên người khác",
    "students.roster_exported": "Tải danh sách lớp",
    "quality.listed": "Xem danh sách điều cần sửa của trường",
    "quality.explained": "Giải trình một cảnh báo về dữ liệu",
    "students.taken_out": "Tải danh sách học sinh của trường",
    "students.list_fetched": "Lấy tệp danh sách học sinh",
    "students.family_looked": "Gia đình hoặc em mở xem việc học",
    "students.listed": "Cấp trên xem danh sách học sinh",
    "enrolment.roster_opened": "Cấp trên mở danh sách lớp",
    "attendance.list_opened": "Cấp trên mở sổ điểm danh",
    "gradebook.list_opened": "Cấp trên mở kết quả lớp",
    "school_records.list_opened": "Cấp trên mở danh sách học bạ của lớp",
    "signing.refused": "Ký không thành: mã PIN hoặc mã xác nhận sai",
    "enrolment.class_opened": "Mở lớp",
    "enrolment.class_renamed": "Đổi tên lớp",
    "enrolment.class_removed": "Bỏ lớp mở nhầm",
    "enrolment.programme_chosen": "Chọn môn lựa chọn, chuyên đề của lớp",
    "enrolment.pupil_enrolled": "Xếp vào lớp",
    "enrolment.pupil_left": "Rời lớp",
    "enrolment.homeroom_appointed": "Phân công chủ nhiệm",
    "attendance.entered": "Điểm danh",
    "staff.employed": "Nhận vào làm việc",
    "staff.left": "Thôi việc",
    "staff.file_opened": "Mở xem hồ sơ cán bộ",
    "staff.reviewed": "Đánh giá theo chuẩn nghề nghiệp",
    "staff.exported": "Tải danh sách đội ngũ",
    "staff.rated": "Xếp loại chất lượng năm học",
    "staff.ratings_opened": "Mở xem xếp loại viên chức",
    "staff.record_opened": "Mở xem hồ sơ viên chức",
    "staff.record_written": "Ghi vào hồ sơ viên chức",
    "staff.record_corrected": "Sửa hồ sơ viên chức",
    "staff.record_withdrawn": "Bỏ mục ghi nhầm trong hồ sơ viên chức",
    "timetable.teaching_assigned": "Phân công dạy",
    "timetable.teaching_ended": "Thôi phân công dạy",
    "timetable.assignment_taken_back": "Bỏ phân công ghi nhầm",
    "rights.given": "Giao quyền",
    "rights.withdrawn": "Thu quyền",
    "accounts.opened": "Cấp tài khoản",
    "accounts.reset": "Cấp lại mật khẩu",
    "accounts.reset_elsewhere": "Mật khẩu được cấp lại ở nơi khác, chờ trường xác nhận",
    "accounts.confirmed": "Xác nhận đúng người sau khi cấp lại mật khẩu",
    "accounts.tie_confirmed": "Xác nhận người giám hộ mà trường khác ghi",
    "gradebook.books_opened": "Mở sổ điểm",
    "gradebook.marks_entered": "Nhập điểm",
    "gradebook.conduct_entered": "Nhập rèn luyện",
    "gradebook.book_closed": "Khoá sổ điểm",
    "gradebook.book_reopened": "Mở lại sổ điểm",
    "gradebook.book_opened": "Mở xem sổ điểm",
    "gradebook.book_exported": "Tải sổ điểm",
    "gradebook.history_opened": "Xem lịch sử sửa điểm",
    "gradebook.basis_set": "Cho miễn, đánh giá riêng",
    "gradebook.summer_entered": "Ghi kết quả đánh giá lại trong hè",
    "identity.signed_in": "Đăng nhập",
    "identity.password_changed": "Đổi mật khẩu của mình",
    "identity.sessions_ended": "Đăng xuất trên thiết bị khác",
    "identity.password_set": "Đặt mật khẩu bằng liên kết một lần",
    "identity.second_factor_begun": "Bắt đầu thêm mã xác thực của mình",
    "identity.second_factor_renewal_begun": "Bắt đầu ghép lại mã xác thực của mình",
    "identity.second_factor_removed": "Bỏ mã xác thực của mình",
    "identity.second_factor_paired": "Ghép mã xác thực",
    "identity.openid_linked": "Gắn tài khoản với một cổng định danh",
    "identity.openid_unlinked": "Gỡ một cổng định danh khỏi tài khoản",
    "identity.openid_provider_written": "Thêm hoặc sửa một cổng định danh",
    "identity.openid_provider_closed": "Gỡ một cổng định danh khỏi trang đăng nhập",
    "insight.schools_exported": "Tải số liệu các trường",
    "insight.staffing_exported": "Tải bảng định mức giáo viên",
    "insight.pupils_listed": "Xem danh sách học sinh theo mức",
    "schools.described": "Sửa thông tin trường",
    "schools.founded": "Lập trường",
    "schools.renamed": "Sửa tên, loại hình trường",
    "schools.moved": "Chuyển nơi quản lí trường",
    "schools.closed": "Giải thể trường",
    "schools.taken_back": "Hoàn tác lập trường từ danh sách",
    "calendar.year_opened": "Mở năm học",
    "calendar.year_corrected": "Sửa ngày của năm học",
    "calendar.year_closed": "Khoá năm học",
    "periods.dates_set": "Đặt ngày của kì báo cáo",
    "periods.frozen": "Lập số liệu của kì báo cáo",
    "periods.signed": "Ký chốt số liệu",
    "periods.checked": "Kiểm tra số liệu, chuyển Sở",
    "periods.accepted": "Nhận số liệu của trường",
    "periods.returned": "Trả lại số liệu cho trường",
    "periods.correction_asked": "Xin sửa số liệu đã chốt",
    "periods.correction_granted": "Đồng ý cho sửa số liệu đã chốt",
    "periods.correction_declined": "Không đồng ý cho sửa số liệu đã chốt",
    "periods.province_closed": "Chốt số liệu toàn tỉnh",
    "periods.version_opened": "Cấp trên mở xem bản số liệu đã chốt",
    "periods.manifest_downloaded": "Tải bản kê đã ký",
    "periods.exported": "Tải số liệu kì báo cáo",
    "gradebook.recomputed": "Tính lại kết quả",
    "gradebook.result_opened": "Xem vì sao có kết quả",
    "enrolment.list_opened": "Cấp trên xem học sinh chờ xét lên lớp",
    "enrolment.rolled_over": "Lên lớp cho năm học mới",
    "enrolment.roll_over_reversed": "Lùi lại việc lên lớp",
    "enrolment.next_name_said": "Đặt tên lớp năm sau",
    "enrolment.fate_said": "Xét lên lớp bằng tay",
    "school_records.prepared": "Lập học bạ",
    "school_records.block_signed": "Ký một phần học bạ",
    "school_records.approval_taken_over": "Phê duyệt thay",
    "school_records.sealed": "Đóng dấu học bạ",
    "school_records.issued": "Phát hành học bạ",
    "school_records.opened": "Mở xem học bạ",
    "school_records.downloaded": "Tải học bạ",
    "school_records.correction_begun": "Bắt đầu sửa học bạ",
    "school_records.signer_named": "Chỉ định người ký thay một phần học bạ",
    "school_records.rebuilt": "Lập lại phần học bạ",
    "school_records.superseded": "Thay bằng bản mới",
    "school_records.revoked": "Thu hồi học bạ",
    "signing.consented": "Đồng ý ký",
    "signing.certificate_registered": "Ghi chứng thư số",
    "signing.certificate_revoked": "Thu hồi chứng thư số",
    "exchange.file_taken": "Tải danh sách lên",
    "exchange.columns_mapped": "Ghép cột",
    "exchange.corrected": "Sửa ô trong danh sách",
    "exchange.imported": "Nhập danh sách",
    "exchange.undone": "Hoàn tác lần nhập",
    "exchange.rows_kept": "Giữ dòng đã sửa sau khi hoàn tác",
    "exchange.row_taken_back": "Thu hồi dòng đã sửa sau khi hoàn tác",
    "exchange.discarded": "Bỏ danh sách",
    "exchange.annotated_downloaded": "Tải tệp có ghi chú",
    "students.imported": "Nhập từ danh sách",
    "students.import_taken_back": "Hoàn tác nhập từ danh sách",
    "site.province_born": "Lập tỉnh",
    "ministry.sent": "Gửi dữ liệu lên Bộ",
    "ministry.reconciled": "Đối soát với Bộ",
    "ministry.resent": "Gửi lại hồ sơ Bộ chưa nhận",
    "ministry.listed": "Xem danh sách hồ sơ Bộ chưa nhận",
    "ministry.push_asked": "Yêu cầu gửi thay đổi lên Bộ",
    "ministry.reconcile_asked": "Yêu cầu đối soát với Bộ",
    "ministry.again_asked": "Gửi tiếp phần chờ Bộ trả lời",
}

_FIELDS = {
    "phone": "điện thoại",
    "email": "thư điện tử",
    "residence": "nơi ở",
    "role": "việc",
    "valid_from": "từ ngày",
    "valid_to": "đến ngày",
    "starts_on": "từ ngày",
    "ends_on": "đến ngày",
    "status": "tình trạng",
    "state": "điểm danh",
    "class": "lớp",
    "subject": "môn",
    "homeroom": "chủ nhiệm",
    "guardian": "người giám hộ",
    "relation": "quan hệ",
    "access_until": "xem được đến",
    "rights": "quyền bị đóng",
    "login": "tên đăng nhập",
    "rows": "số dòng",
    "level": "mức",
    "post": "chức vụ",
    "name": "tên",
    "code": "mã",
    "governor": "trực thuộc",
    "address": "địa chỉ",
    "opened_on": "thành lập",
    "closed_on": "ngày cuối",
    "term_two_starts_on": "sang học kì II",
    "grade": "khối",
    "how": "cách",
    "books": "số cuốn sổ",
    "act": "thông tư",
    "file": "tệp",
    "part": "phần",
    "title": "việc ký",
    "decision": "quyết định",
    "version": "bản",
    "made": "đã lập",
    "held_back": "chưa đủ dữ liệu",
    "new": "mới",
    "changed": "thay đổi",
    "same": "không đổi",
    "refused": "bị từ chối",
    "missing": "ô thiếu",
    "cells": "số ô thiếu",
    "closed_at": "khoá lúc",
    "marks": "số dòng điểm",
    "marks_different": "dòng điểm khác",
    "results": "số kết quả",
    "results_different": "kết quả khác",
    "full_name": "họ và tên",
    "born_on": "ngày sinh",
    "sex": "giới tính",
}


# What a sheet of the dossiers asks is called there; a name that stands above keeps its word.
_FIELDS = {one.name: one.label.lower() for sheet in SHEETS.values() for one in sheet.fields} | _FIELDS


def action_label(code: str) -> str:
    """What an act is called; an act without a name of its own is shown by its code."""
    return _ACTIONS.get(code, code)


#: Stored words that have a Vietnamese one; what a person wrote is shown as written.
_VALUES = {
    "demo": "một chạm (bản thử)",
    "password": "mật khẩu",
    "password+totp": "mật khẩu và mã 6 số",
    "true": "có",
    "false": "không",
    "male": "nam",
    "female": "nữ",
    "pdf": "PDF",
    "xml": "XML",
    "tt22_2021": "Thông tư 22/2021",
    "tt27_2020": "Thông tư 27/2020",
    **{code: words.lower() for code, words in (*POSTS.items(), *STATES.items())},
}
#: Fields that name a person by number, and those that name what has no word of its own here (a class, a list of rights).
PERSON_FIELDS = frozenset({"homeroom", "guardian"})
_NOT_TOLD = frozenset({"class", "rights", "closed_at"})
MOST_CHANGES = 4


def changes_shown(changes: Sequence[tuple[str, str, str]], names: Mapping[int, str]) -> tuple[list[str], int]:
    """The changes of an entry as sentences, the first few, and how many more there are.

    Only fields that have a name on screen are told: numbers of rows, fingerprints and addresses of other tables say nothing to
    a reader; they stand whole in the audit itself.   names: of the persons the changes speak of.
    """
    told = [
        _sentence(name, *(_value(name, text, names) for text in (old, new)))
        for name, old, new in changes
        if name in _FIELDS and name not in _NOT_TOLD
    ]
    if cells := sum(not name for name, _, _ in changes):
        told.append(f"{cells} ô")
    return told[:MOST_CHANGES], max(0, len(told) - MOST_CHANGES)


def _sentence(name: str, old: str, new: str) -> str:
    return f"{_FIELDS[name]}: {old} → {new or 'trống'}" if old else f"{_FIELDS[name]}: {new or 'trống'}"


def _value(name: str, text: str, names: Mapping[int, str]) -> str:
    if name in PERSON_FIELDS:
        return names.get(int(text), "") if text.isdigit() else ""
    if name == "role":
        return registry.roles()[text].label.lower() if text in registry.roles() else text
    if name == "status":
        return status_label(text).lower() if text else ""
    if _DAY.fullmatch(text):
        return formats.date(dt.date.fromisoformat(text))
    return _VALUES.get(text, text)
