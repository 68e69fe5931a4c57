from django.urls import path

from . import views

app_name = "family"
urlpatterns = [
    path("con-toi/", views.children, name="children"),
    path("con-toi/<int:student_id>/", views.child, name="child"),
    path("con-toi/<int:student_id>/vi-sao/<int:class_id>/<int:term>/", views.why, name="why"),
]
