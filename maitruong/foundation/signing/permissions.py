PERMISSIONS = {"signing.certificates": "Xem và thu hồi chứng thư số"}
