PERMISSIONS = {
    "students.view": "Xem hồ sơ học sinh",
    "students.edit": "Sửa hồ sơ học sinh",
    "students.number": "Xem số định danh đầy đủ",
    "students.guardians": "Ghi người giám hộ",
    "students.export": "Xuất danh sách học sinh",
}
