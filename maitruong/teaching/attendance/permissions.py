PERMISSIONS = {
    "attendance.view": "Xem điểm danh",
    "attendance.enter": "Điểm danh",
    "attendance.family": "Xem điểm danh của con, của mình",
}
