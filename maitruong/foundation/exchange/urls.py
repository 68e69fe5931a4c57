from django.urls import path

from . import views

app_name = "exchange"
urlpatterns = [
    path("nhap-danh-sach/", views.lists, name="lists"),
    path("nhap-danh-sach/mau/<slug:kind>.xlsx", views.template, name="template"),
    path("nhap-danh-sach/<int:batch_id>/", views.batch, name="batch"),
    path("nhap-danh-sach/<int:batch_id>/tien-do/", views.progress, name="progress"),
    path("nhap-danh-sach/<int:batch_id>/cot/", views.columns, name="columns"),
    path("nhap-danh-sach/<int:batch_id>/sua/", views.correct, name="correct"),
    path("nhap-danh-sach/<int:batch_id>/kiem-tra/", views.check_again, name="check_again"),
    path("nhap-danh-sach/<int:batch_id>/nhap/", views.start_import, name="start_import"),
    path("nhap-danh-sach/<int:batch_id>/nhap-tiep/", views.go_on, name="go_on"),
    path("nhap-danh-sach/<int:batch_id>/dung/", views.stop, name="stop"),
    path("nhap-danh-sach/<int:batch_id>/hoan-tac/", views.undo, name="undo"),
    path("nhap-danh-sach/<int:batch_id>/quyet-dinh/", views.decide, name="decide"),
    path("nhap-danh-sach/<int:batch_id>/bo/", views.discard, name="discard"),
    path("nhap-danh-sach/<int:batch_id>/tep/", views.annotated, name="annotated"),
]
