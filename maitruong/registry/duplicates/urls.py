from django.urls import path

from . import views

app_name = "duplicates"
urlpatterns = [
    path("ho-so-trung/", views.waiting, name="waiting"),
    path("ho-so-trung/da-xu-ly/", views.decided, name="decided"),
    path("ho-so-trung/<int:pair_id>/", views.pair, name="pair"),
    path("ho-so-trung/<int:pair_id>/tach/", views.part, name="part"),
]
