"""The audit in Vietnamese: what an act is called, and its fields."""

from __future__ import annotations

GROUPS = {
    "students.": "Hồ sơ học sinh",
    "enrolment.": "Lớp, xếp lớp",
    "attendance.": "Điểm danh",
    "gradebook.": "Sổ điểm",
    "school_records.": "Học bạ",
    "staff.": "Đội ngũ",
    "timetable.": "Phân công",
    "rights.": "Quyền",
    "accounts.": "Tài khoản",
    "identity.": "Đăng nhập",
    "import.": "Nhập danh sách",
}

# Acts whose entries tell of a pupil: whom, what was written, why.
OF_PUPILS = ("students.", "enrolment.", "attendance.", "gradebook.", "school_records.", "exchange.", "import.")

_ACTIONS = {
    "students.registered": "Mở hồ sơ học sinh",
    "students.dossier_opened": "Mở xem hồ sơ",
    "students.number_shown": "Xem đủ số định danh",
    "students.contact_changed": "Sửa liên lạc",
    "students.guardian_added": "Ghi người giám hộ",
    "students.guardian_ended": "Thôi giám hộ",
    "students.roster_exported": "Tải danh sách lớp",
    "enrolment.class_opened": "Mở lớp",
    "enrolment.pupil_enrolled": "Xếp vào lớp",
    "enrolment.pupil_left": "Rời lớp",
    "enrolment.homeroom_appointed": "Phân công chủ nhiệm",
    "attendance.entered": "Điểm danh",
    "staff.employed": "Nhận vào làm việc",
    "staff.left": "Thôi việc",
    "staff.file_opened": "Mở xem hồ sơ cán bộ",
    "timetable.teaching_assigned": "Phân công dạy",
    "timetable.teaching_ended": "Thôi phân công dạy",
    "rights.given": "Giao quyền",
    "rights.withdrawn": "Thu quyền",
    "accounts.opened": "Cấp tài khoản",
    "accounts.reset": "Cấp lại mật khẩu",
    "gradebook.books_opened": "Mở sổ điểm",
    "gradebook.marks_entered": "Nhập điểm",
    "gradebook.conduct_entered": "Nhập rèn luyện",
    "gradebook.book_closed": "Khoá sổ điểm",
    "gradebook.book_reopened": "Mở lại sổ điểm",
    "gradebook.book_opened": "Mở xem sổ điểm",
    "gradebook.book_exported": "Tải sổ điểm",
    "gradebook.history_opened": "Xem lịch sử sửa điểm",
    "gradebook.basis_set": "Cho miễn, đánh giá riêng",
    "identity.signed_in": "Đăng nhập",
    "insight.pupils_listed": "Xem danh sách học sinh theo mức",
    "schools.described": "Sửa thông tin trường",
    "calendar.year_opened": "Mở năm học",
    "calendar.year_closed": "Khoá năm học",
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
    "grade": "khối",
    "how": "cách",
    "books": "số cuốn sổ",
    "act": "thông tư",
    "reading": "cách đọc",
}


def action_label(code: str) -> str:
    """What an act is called; an act without a name of its own is shown by its code."""
    return _ACTIONS.get(code, code)


def field_label(name: str) -> str:
    return _FIELDS.get(name, name)
