PERMISSIONS = {
    "school_records.view": "Xem học bạ của trường",
    "school_records.sign_subject": "Ký phần môn học mình dạy trong học bạ",
    "school_records.sign_homeroom": "Ký phần giáo viên chủ nhiệm trong học bạ",
    "school_records.sign_principal": "Ký phê duyệt học bạ",
    "school_records.seal": "Đóng dấu số, phát hành học bạ",
    "school_records.correct": "Lập học bạ từ sổ đã khoá; lập bản sửa, thu hồi",
    "school_records.family": "Xem, tải học bạ của con hoặc của mình",
}
