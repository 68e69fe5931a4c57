from django.urls import path

from . import views

app_name = "staff"
urlpatterns = [
    path("doi-ngu/", views.staff, name="staff"),
    path("doi-ngu/nhan/", views.employ, name="employ"),
    path("doi-ngu/<int:person_id>/", views.file, name="file"),
    path("doi-ngu/<int:person_id>/thoi-viec/<int:employment_id>/", views.end, name="end"),
]
