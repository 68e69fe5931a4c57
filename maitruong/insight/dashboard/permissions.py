PERMISSIONS = {"insight.view": "Xem trung tâm điều hành", "insight.people": "Xem tới từng học sinh sau một con số"}
