PERMISSIONS = {
    "staff.view": "Xem đội ngũ",
    "staff.manage": "Nhận và cho thôi việc",
}
