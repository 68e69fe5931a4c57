"""The gallery's routes: path("kit/", include("maitruong.foundation.ui.urls")), in demonstration only."""

from django.urls import path

from maitruong.foundation.ui import views

app_name = "ui"
urlpatterns = [
    path("", views.kit, name="kit"),
    path("cua/", views.kit_door, name="kit_door"),
]
