from django.urls import path

from . import views

app_name = "signing"
urlpatterns = [
    path("chung-thu/", views.certificates, name="certificates"),
    path("chung-thu/<int:certificate_id>/thu-hoi/", views.revoke, name="revoke"),
]
