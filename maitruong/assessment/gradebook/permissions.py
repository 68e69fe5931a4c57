PERMISSIONS = {
    "gradebook.view": "Xem sổ điểm",
    "gradebook.view_all": "Xem mọi sổ điểm của trường và mức độ hoàn thành",
    "gradebook.enter": "Nhập điểm, nhận xét môn học",
    "gradebook.conduct": "Nhập kết quả rèn luyện, phẩm chất, năng lực và nhận xét của giáo viên chủ nhiệm",
    "gradebook.exempt": "Cho miễn học hoặc đánh giá theo kế hoạch riêng",
    "gradebook.close": "Mở sổ đầu năm, khoá sổ, mở lại sổ",
    "gradebook.summer": "Ghi kết quả đánh giá lại, rèn luyện trong kì nghỉ hè",
    "gradebook.export": "Xuất sổ điểm ra tệp",
    "gradebook.family": "Xem điểm của con hoặc của mình",
}
