PERMISSIONS = {
    "transfers.view": "Xem đơn chuyển trường",
    "transfers.file": "Lập đơn chuyển trường, nhận em vào lớp",
    "transfers.decide": "Đồng ý, từ chối tiếp nhận, cho chuyển đi",
    "transfers.family": "Nộp, theo dõi, rút đơn chuyển trường của con",
}
