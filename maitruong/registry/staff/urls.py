from django.urls import path

from . import views, views_judging, views_record

app_name = "staff"
urlpatterns = [
    path("doi-ngu/", views.staff, name="staff"),
    path("doi-ngu/nhan/", views.employ, name="employ"),
    path("doi-ngu/<int:person_id>/", views.file, name="file"),
    path("doi-ngu/<int:person_id>/thoi-viec/<int:employment_id>/", views.end, name="end"),
    path("doi-ngu/<int:person_id>/ho-so/", views_record.record, name="record"),
    path("doi-ngu/<int:person_id>/so-yeu-li-lich/", views_record.cv, name="cv"),
    path("ho-so-cua-toi/so-yeu-li-lich/", views_record.own_cv, name="own_cv"),
    path("doi-ngu/<int:person_id>/ho-so/<slug:part>/", views_record.write, name="write"),
    path("doi-ngu/<int:person_id>/ho-so/<slug:part>/<int:row_id>/", views_record.correct, name="correct"),
    path("ho-so-cua-toi/", views_record.own, name="own"),
    path("ho-so-cua-toi/chuan/", views_judging.own_review, name="own_review"),
    path("doi-ngu/xuat/", views.export, name="export"),
    path("doi-ngu/xep-loai/", views_judging.ratings, name="ratings"),
    path("doi-ngu/<int:person_id>/chuan/", views_judging.review, name="review"),
]
