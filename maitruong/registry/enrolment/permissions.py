PERMISSIONS = {
    "enrolment.view": "Xem lớp và danh sách lớp",
    "enrolment.manage": "Mở lớp, xếp lớp, phân công chủ nhiệm",
}
