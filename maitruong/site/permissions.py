PERMISSIONS = {
    "family.view": "Xem việc học của con, của mình",
    "rights.view": "Xem ai giữ việc gì",
    "rights.give": "Giao và thu quyền",
    "accounts.manage": "Cấp tài khoản, cấp lại mật khẩu",
    "audit.view": "Xem nhật ký",
}
