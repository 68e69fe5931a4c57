from django.urls import path

from . import views

app_name = "calendar"
urlpatterns = [
    path("nam-hoc/", views.years, name="years"),
    path("nam-hoc/<int:year>/", views.dates, name="dates"),
    path("nam-hoc/<int:year>/khoa/", views.close, name="close"),
]
