from django.urls import path

from . import views

app_name = "school_records"
urlpatterns = [
    path("hoc-ba/", views.overview, name="overview"),
    path("hoc-ba/dong-dau/", views.seal_school, name="seal_school"),
    path("hoc-ba/dong-dau/<int:job_id>/", views.school_progress, name="school_progress"),
    path("hoc-ba/phat-hanh/", views.issue_school, name="issue_school"),
    path("hoc-ba/lop/<int:class_id>/", views.school_class, name="class"),
    path("hoc-ba/lop/<int:class_id>/lap/", views.prepare, name="prepare"),
    path("hoc-ba/lop/<int:class_id>/dong-dau/", views.seal, name="seal"),
    path("hoc-ba/lop/<int:class_id>/phat-hanh/", views.issue, name="issue"),
    path("hoc-ba/lop/<int:class_id>/tien-do/<int:job_id>/", views.sealing_progress, name="sealing_progress"),
    path("hoc-ba/ho-so/<str:record_id>/", views.record, name="record"),
    path("hoc-ba/ho-so/<str:record_id>/tai/<str:form>/", views.download, name="download"),
    path("hoc-ba/ho-so/<str:record_id>/sua/", views.correct, name="correct"),
    path("hoc-ba/ky/mon-hoc/", views.waiting_subject, name="waiting_subject"),
    path("hoc-ba/ky/chu-nhiem/", views.waiting_homeroom, name="waiting_homeroom"),
    path("hoc-ba/ky/phe-duyet/", views.waiting_principal, name="waiting_principal"),
    path("hoc-ba/ky/da-ky/", views.signed, name="signed"),
    path("hoc-ba/ky/luot/<str:consent_id>/", views.consent, name="consent"),
    path("hoc-ba/cua-con/", views.family, name="family"),
    path("hoc-ba/cua-con/<str:record_id>/", views.family_record, name="family_record"),
    path("hoc-ba/cua-con/<str:record_id>/tai/<str:form>/", views.family_download, name="family_download"),
    path("xac-thuc/", views.drop, name="drop"),
    path("xac-thuc/<str:record_id>/", views.verify_token, name="verify_token"),
]
