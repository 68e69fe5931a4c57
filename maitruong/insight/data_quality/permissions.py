PERMISSIONS = {"quality.view": "Xem điều cần sửa trong dữ liệu", "quality.explain": "Giải trình cảnh báo về dữ liệu"}
