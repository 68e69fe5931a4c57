PERMISSIONS = {
    "schools.view": "Xem danh sách trường",
    "schools.edit": "Sửa thông tin trường",
    "schools.found": "Lập, đổi tên, chuyển nơi quản lí và giải thể trường",
}
