from django.urls import path

from . import views, views_family, views_staff

app_name = "transfers"
urlpatterns = [
    path("chuyen-truong/", views.transfers, name="list"),
    path("chuyen-truong/xuat/", views.export, name="export"),
    path("chuyen-truong/don-moi/", views.new, name="new"),
    path("chuyen-truong/tu-tinh-khac/", views.new_in, name="new_in"),
    path("chuyen-truong/goi-ho-so/", views.new_packed, name="new_packed"),
    path("chuyen-truong/<int:transfer_id>/dong-goi/", views.pack, name="pack"),
    path("chuyen-truong/di-tinh-khac/<int:student_id>/", views.new_out, name="new_out"),
    path("chuyen-truong/<int:transfer_id>/", views.transfer, name="transfer"),
    path("chuyen-truong/<int:transfer_id>/dong-y/", views.accept, name="accept"),
    path("chuyen-truong/<int:transfer_id>/tu-choi/", views.refuse, name="refuse"),
    path("chuyen-truong/<int:transfer_id>/cho-chuyen/", views.release, name="release"),
    path("chuyen-truong/<int:transfer_id>/cho-di/", views.let_leave, name="let_leave"),
    path("chuyen-truong/<int:transfer_id>/nhan/", views.receive, name="receive"),
    path("chuyen-truong/<int:transfer_id>/rut/", views.withdraw, name="withdraw"),
    path("chuyen-truong/<int:transfer_id>/giay-to/<int:paper_id>/", views.paper, name="paper"),
    path("dieu-dong/", views_staff.listed, name="postings"),
    path("dieu-dong/moi/<int:person_id>/", views_staff.new, name="new_posting"),
    path("dieu-dong/<int:posting_id>/", views_staff.posting, name="posting"),
    path("dieu-dong/<int:posting_id>/tiep-nhan/", views_staff.receive, name="receive_posting"),
    path("dieu-dong/<int:posting_id>/huy/", views_staff.cancel, name="cancel_posting"),
    path("con-toi/<int:student_id>/chuyen-truong/", views_family.of_child, name="of_child"),
    path("con-toi/<int:student_id>/chuyen-truong/<int:school_id>/", views_family.apply, name="apply"),
    path("con-toi/<int:student_id>/chuyen-truong/di-tinh-khac/", views_family.apply_out, name="apply_out"),
    path("con-toi/chuyen-truong/<int:transfer_id>/", views_family.followed, name="followed"),
    path("con-toi/chuyen-truong/<int:transfer_id>/rut/", views_family.withdraw, name="family_withdraw"),
]
