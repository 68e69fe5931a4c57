PERMISSIONS = {
    "open_api.manage": "Cho phần mềm ngoài kết nối",
    "open_api.export": "Xuất danh sách OneRoster",
}
