PERMISSIONS = {
    "staff.view": "Xem đội ngũ",
    "staff.manage": "Nhận và cho thôi việc",
    "staff.appoint_head": "Nhận hiệu trưởng vào trường",
}
