PERMISSIONS = {
    "staff.view": "Xem đội ngũ",
    "staff.manage": "Nhận và cho thôi việc",
    "staff.appoint_head": "Nhận hiệu trưởng vào trường",
    "staff.records": "Xem hồ sơ viên chức",
    "staff.pay": "Xem lương, kỉ luật của viên chức",
    "staff.keep_records": "Ghi hồ sơ viên chức",
    "staff.judge": "Đánh giá, xếp loại viên chức",
    "staff.own": "Xem hồ sơ của chính mình ở trường",
}
