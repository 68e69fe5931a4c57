from django.urls import path

from . import looks, ties, views

app_name = "family"
urlpatterns = [
    path("con-toi/", views.children, name="children"),
    path("con-toi/xac-nhan/", ties.ties, name="ties"),
    path("con-toi/xac-nhan/<int:guardianship_id>/", ties.answer, name="answer_tie"),
    path("con-toi/<int:student_id>/", views.child, name="child"),
    path("con-toi/<int:student_id>/ai-da-xem/", looks.looks, name="looks"),
    path("con-toi/<int:student_id>/vi-sao/<int:class_id>/<int:term>/", views.why, name="why"),
]
