PERMISSIONS = {"calendar.manage": "Mở và khoá năm học"}
