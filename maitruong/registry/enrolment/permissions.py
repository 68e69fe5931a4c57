PERMISSIONS = {
    "enrolment.view": "Xem lớp và danh sách lớp",
    "enrolment.manage": "Mở lớp, xếp lớp, phân công chủ nhiệm",
    "enrolment.rollover": "Lên lớp cho năm học mới",
}
