from django.urls import path

from . import views, views_pupil, views_rollover, views_taking_out

app_name = "enrolment"
urlpatterns = [
    path("truong/", views.schools, name="schools"),
    path("truong/<int:school_id>/lop/", views.classes, name="classes"),
    path("lop/", views.own_classes, name="own_classes"),
    path("lop/<int:class_id>/", views.roster, name="roster"),
    path("lop/<int:class_id>/danh-sach.xlsx", views.export_roster, name="export_roster"),
    path("lop/<int:class_id>/chu-nhiem/", views.homeroom, name="homeroom"),
    path("lop/<int:class_id>/ten/", views.rename, name="rename"),
    path("lop/<int:class_id>/bo/", views.remove, name="remove"),
    path("lop/<int:class_id>/them/", views.new_pupil, name="new_pupil"),
    path("truong/<int:school_id>/mo-lop/", views.open_class, name="open_class"),
    path("len-lop/", views_rollover.province, name="roll_over"),
    path("len-lop/chay/", views_rollover.run_province, name="roll_over_run"),
    path("len-lop/viec/<int:job_id>/", views_rollover.job, name="roll_over_job"),
    path("len-lop/<int:school_id>/", views_rollover.school, name="roll_over_school"),
    path("len-lop/<int:school_id>/chay/", views_rollover.run_school, name="roll_over_run_school"),
    path("len-lop/<int:school_id>/lui/", views_rollover.reverse_school, name="roll_over_reverse"),
    path("len-lop/<int:school_id>/em/<int:student_id>/", views_rollover.pupil, name="roll_over_pupil"),
    path("hoc-sinh/", views_pupil.pupils, name="pupils"),
    path("hoc-sinh/tai-ve/", views_taking_out.ask, name="take_out"),
    path("hoc-sinh/tai-ve/<int:job_id>/", views_taking_out.job, name="take_out_job"),
    path("hoc-sinh/tai-ve/<int:job_id>/tep/", views_taking_out.download, name="take_out_file"),
    path("hoc-sinh/<int:student_id>/", views_pupil.dossier, name="dossier"),
    path("hoc-sinh/<int:student_id>/lien-lac/", views_pupil.contact, name="contact"),
    path("hoc-sinh/<int:student_id>/so/<int:identifier_id>/", views_pupil.show_number, name="show_number"),
    path("hoc-sinh/<int:student_id>/giam-ho/", views_pupil.add_guardian, name="add_guardian"),
    path(
        "hoc-sinh/<int:student_id>/giam-ho/<int:guardianship_id>/thoi/",
        views_pupil.end_guardian,
        name="end_guardian",
    ),
    path("hoc-sinh/<int:student_id>/lop/<int:enrolment_id>/", views_pupil.move, name="move"),
]
