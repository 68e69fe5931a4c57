PERMISSIONS = {"people.view": "Xem người trong phạm vi"}
