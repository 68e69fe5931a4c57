PERMISSIONS = {
    "periods.view": "Xem kì báo cáo, số liệu đã chốt",
    "periods.close": "Chốt và ký số liệu của trường",
    "periods.check": "Kiểm tra số liệu các trường của xã",
    "periods.accept": "Nhận số liệu các trường, quyết định yêu cầu sửa",
    "periods.manage": "Đặt ngày kì báo cáo, chốt số liệu toàn tỉnh",
}
