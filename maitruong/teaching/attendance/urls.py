from django.urls import path

from . import views

app_name = "attendance"
urlpatterns = [
    path("diem-danh/", views.classes, name="classes"),
    path("diem-danh/<int:class_id>/", views.sheet, name="sheet"),
    path("diem-danh/<int:class_id>/ghi/", views.enter, name="enter"),
    path("diem-danh/<int:class_id>/tong-hop/", views.totals, name="totals"),
]
