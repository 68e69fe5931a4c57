from django.urls import path

from . import views, views_school

app_name = "periods"
urlpatterns = [
    path("ki-bao-cao/", views.own, name="own"),
    path("ki-bao-cao/viec/<int:job_id>/", views.job, name="job"),
    path("ki-bao-cao/ky/<str:consent_id>/", views_school.consent, name="consent"),
    path("ki-bao-cao/nam/<int:year>/<str:kind>/", views.dates, name="dates"),
    path("ki-bao-cao/<int:period_id>/", views.board, name="board"),
    path("ki-bao-cao/<int:period_id>/kiem-tra/", views.check_many, name="check_many"),
    path("ki-bao-cao/<int:period_id>/lap/", views.start_freezing, name="start_freezing"),
    path("ki-bao-cao/<int:period_id>/chot/", views.close, name="close"),
    path("ki-bao-cao/<int:period_id>/so-lieu/", views.totals, name="totals"),
    path("ki-bao-cao/<int:period_id>/so-lieu.xlsx", views.export_all, name="export_all"),
    path("ki-bao-cao/<int:period_id>/truong/<int:school_id>/", views_school.school, name="school"),
    path("ki-bao-cao/<int:period_id>/truong/<int:school_id>/lap/", views_school.freeze, name="freeze"),
    path("ki-bao-cao/<int:period_id>/truong/<int:school_id>/ky/", views_school.ask_to_sign, name="ask_to_sign"),
    path("ki-bao-cao/<int:period_id>/truong/<int:school_id>/xin-sua/", views_school.ask_to_correct, name="correct"),
    path("ki-bao-cao/<int:period_id>/truong/<int:school_id>/xet/", views_school.decide, name="decide"),
    path("ki-bao-cao/<int:period_id>/truong/<int:school_id>/kiem-tra/", views_school.check, name="check"),
    path("ki-bao-cao/<int:period_id>/truong/<int:school_id>/so-lieu.xlsx", views_school.export, name="export"),
    path("ki-bao-cao/<int:period_id>/truong/<int:school_id>/ban/<int:edition>/", views_school.version, name="version"),
    path(
        "ki-bao-cao/<int:period_id>/truong/<int:school_id>/ban/<int:edition>/ban-ke.xml",
        views_school.manifest,
        name="manifest",
    ),
]
