from django.urls import path

from . import views

app_name = "ministry_sync"
urlpatterns = [
    path("lien-thong-bo/", views.board, name="board"),
    path("lien-thong-bo/gui/", views.start, name="start"),
    path("lien-thong-bo/dang-chay/", views.progress, name="progress"),
    path("lien-thong-bo/chua-nhan/", views.refused, name="refused"),
    path("lien-thong-bo/chua-nhan/gui-lai/", views.resend, name="resend"),
]
