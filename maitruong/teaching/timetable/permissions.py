PERMISSIONS = {
    "timetable.view": "Xem phân công giảng dạy",
    "timetable.assign": "Phân công giảng dạy",
}
