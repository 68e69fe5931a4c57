from django.urls import path

from . import views

app_name = "files"
urlpatterns = [path("tep/<str:ticket>/", views.download, name="download")]
