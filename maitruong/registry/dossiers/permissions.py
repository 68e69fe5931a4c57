PERMISSIONS = {
    "dossiers.view": "Xem hồ sơ trường, điểm trường, cơ sở vật chất",
    "dossiers.edit": "Ghi hồ sơ trường, điểm trường, cơ sở vật chất",
    "dossiers.recognise": "Ghi quyết định công nhận trường",
    "dossiers.health": "Xem, ghi sức khoẻ học sinh",
}
