from django.urls import path

from . import views

app_name = "staffing"
urlpatterns = [
    path("dinh-muc-giao-vien/", views.schools, name="schools"),
    path("dinh-muc-giao-vien/bang.xlsx", views.export, name="export"),
    path("dinh-muc-giao-vien/mon/", views.subjects, name="subjects"),
    path("dinh-muc-giao-vien/truong/<int:school_id>/", views.school, name="school"),
]
