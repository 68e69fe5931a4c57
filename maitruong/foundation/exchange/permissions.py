PERMISSIONS = {"exchange.import": "Nhập danh sách từ tệp"}
