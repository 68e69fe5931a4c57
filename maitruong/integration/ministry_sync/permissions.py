PERMISSIONS = {
    "ministry.view": "Xem liên thông với Bộ",
    "ministry.send": "Gửi, đối soát với Bộ",
    "ministry.refused": "Xem và gửi lại hồ sơ Bộ chưa nhận",
}
