from django.urls import path

from . import views

app_name = "data_quality"
urlpatterns = [
    path("sach-du-lieu/", views.schools, name="schools"),
    path("sach-du-lieu/truong/<int:school_id>/", views.school, name="school"),
    path("sach-du-lieu/truong/<int:school_id>/kiem-tra/", views.look_again, name="look_again"),
    path("sach-du-lieu/<int:finding_id>/giai-trinh/", views.explain, name="explain"),
]
