from django.urls import path

from . import views

app_name = "timetable"
urlpatterns = [
    path("phan-cong/", views.assignments, name="assignments"),
    path("phan-cong/lop/<int:class_id>/", views.of_class, name="of_class"),
    path("phan-cong/lop/<int:class_id>/mon-lua-chon/", views.programme, name="programme"),
    path("phan-cong/giao-vien/<int:person_id>/", views.of_teacher, name="of_teacher"),
]
