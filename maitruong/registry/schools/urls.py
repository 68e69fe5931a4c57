from django.urls import path

from . import views

app_name = "schools"
urlpatterns = [
    path("truong/lap/", views.found, name="found"),
    path("truong/cua-toi/", views.own, name="own"),
    path("truong/<int:school_id>/", views.school, name="school"),
    path("truong/<int:school_id>/sinh-hoat/", views.work, name="work"),
    path("truong/<int:school_id>/ten/", views.rename, name="rename"),
    path("truong/<int:school_id>/noi-quan-li/", views.move, name="move"),
    path("truong/<int:school_id>/giai-the/", views.close, name="close"),
]
