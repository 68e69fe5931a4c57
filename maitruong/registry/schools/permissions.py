PERMISSIONS = {
    "schools.view": "Xem danh sách trường",
    "schools.edit": "Sửa thông tin trường",
}
