PERMISSIONS = {
    "duplicates.view": "Xem danh sách hồ sơ trùng",
    "duplicates.decide": "Gộp hoặc tách hồ sơ trùng",
}
