from django.urls import path

from . import views, views_person, views_requests

app_name = "verification"
urlpatterns = [
    path("dinh-danh/", views.home, name="home"),
    path("dinh-danh/gui/", views.start, name="start"),
    path("dinh-danh/tien-do/<int:job_id>/", views.progress, name="progress"),
    path("dinh-danh/truong/<int:school_id>/", views.school, name="school"),
    path("dinh-danh/nguoi/<int:person_id>/", views_person.person, name="person"),
    path("dinh-danh/nguoi/<int:person_id>/trang-thai/", views_person.state, name="state"),
    path("dinh-danh/nguoi/<int:person_id>/hoi/", views_person.ask, name="ask"),
    path("dinh-danh/nguoi/<int:person_id>/sua/", views_person.correct, name="correct"),
    path("dinh-danh/nguoi/<int:person_id>/khieu-nai/", views_person.appeal, name="appeal"),
    path("dinh-danh/de-nghi/", views_requests.requests, name="requests"),
    path("dinh-danh/de-nghi/<int:request_id>/", views_requests.request_page, name="request"),
    path("dinh-danh/de-nghi/<int:request_id>/giay-to/", views_requests.evidence, name="evidence"),
]
