from django.urls import path

from . import views_class, views_family, views_pupil, views_rows, views_school

app_name = "dossiers"
urlpatterns = [
    path("truong/cua-toi/ho-so/", views_school.own, name="own"),
    path("truong/<int:school_id>/ho-so/", views_school.school, name="school"),
    path("truong/<int:school_id>/ho-so/sua/", views_school.edit, name="edit_school"),
    path("truong/<int:school_id>/ho-so/chep/", views_school.copy_year, name="copy_year"),
    path("truong/<int:school_id>/cong-nhan/", views_school.recognise, name="recognise"),
    path(
        "truong/<int:school_id>/cong-nhan/<int:recognition_id>/thu-hoi/",
        views_school.withdraw_recognition,
        name="withdraw_recognition",
    ),
    path("truong/<int:school_id>/diem-truong/them/", views_school.add_campus, name="add_campus"),
    path("truong/<int:school_id>/diem-truong/<int:campus_id>/", views_school.campus, name="campus"),
    path("truong/<int:school_id>/diem-truong/<int:campus_id>/sua/", views_school.edit_campus, name="edit_campus"),
    path("truong/<int:school_id>/diem-truong/<int:campus_id>/phong/", views_school.rooms, name="rooms"),
    path("truong/<int:school_id>/diem-truong/<int:campus_id>/dong/", views_school.close_campus, name="close_campus"),
    path("lop/<int:class_id>/ho-so/", views_class.school_class, name="class"),
    path("lop/<int:class_id>/ho-so/sua/", views_class.edit, name="edit_class"),
    path("lop/<int:class_id>/ho-so-nam.xlsx", views_class.export, name="export_class"),
    path("hoc-sinh/<int:student_id>/ho-so/", views_pupil.record, name="pupil"),
    path("hoc-sinh/<int:student_id>/ho-so/sua/", views_pupil.edit, name="edit_pupil"),
    path("hoc-sinh/<int:student_id>/chinh-sach/", views_rows.add_standing, name="add_standing"),
    path("hoc-sinh/<int:student_id>/chinh-sach/<int:standing_id>/thoi/", views_rows.end_standing, name="end_standing"),
    path(
        "hoc-sinh/<int:student_id>/chinh-sach/<int:standing_id>/bo/",
        views_rows.withdraw_standing,
        name="withdraw_standing",
    ),
    path("hoc-sinh/<int:student_id>/suc-khoe/", views_rows.measure, name="measure"),
    path("hoc-sinh/<int:student_id>/giay-to/", views_rows.add_paper, name="add_paper"),
    path("hoc-sinh/<int:student_id>/giay-to/<int:paper_id>/so/", views_rows.show_paper, name="show_paper"),
    path("hoc-sinh/<int:student_id>/khen-thuong/", views_rows.add_award, name="add_award"),
    path("hoc-sinh/<int:student_id>/ho-so/<slug:what>/<int:row_id>/bo/", views_rows.take_back, name="take_back"),
    path("hoc-sinh/<int:student_id>/doi-giam-ho/", views_family.change_custody, name="change_custody"),
]
