"""Every address of the house."""

from django.urls import include, path

from maitruong.site import views

KIT = [
    path("kit/", views.kit, name="kit"),
    path("kit/cua/", views.kit_door, name="kit_door"),
    path("sw.js", views.service_worker, name="service_worker"),
]
# Django tries them in this order with every request: the pages of a teacher's day stand first.
urlpatterns = [
    path("", views.home, name="home"),
    path("", include("maitruong.assessment.gradebook.urls")),
    path("", include("maitruong.teaching.attendance.urls")),
    path("", include("maitruong.site.family.urls")),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics_page, name="metrics"),
    path("", include((KIT, "ui"))),
    path("", include("maitruong.foundation.identity.urls")),
    path("", include("maitruong.foundation.files.urls")),
    path("", include("maitruong.foundation.signing.urls")),
    path("", include("maitruong.foundation.exchange.urls")),
    path("", include("maitruong.assessment.school_records.urls")),
    path("", include("maitruong.insight.dashboard.urls")),
    path("", include("maitruong.insight.staffing.urls")),
    path("", include("maitruong.insight.data_quality.urls")),
    path("", include("maitruong.registry.calendar.urls")),
    path("", include("maitruong.registry.schools.urls")),
    path("", include("maitruong.registry.enrolment.urls")),
    path("", include("maitruong.registry.transfers.urls")),
    path("", include("maitruong.registry.dossiers.urls")),
    path("", include("maitruong.registry.duplicates.urls")),
    path("", include("maitruong.registry.periods.urls")),
    path("", include("maitruong.registry.verification.urls")),
    path("", include("maitruong.registry.staff.urls")),
    path("", include("maitruong.teaching.timetable.urls")),
    path("", include("maitruong.integration.ministry_sync.urls")),
    path("", include("maitruong.site.rights.urls")),
    path("", include("maitruong.integration.open_api.urls")),
]

handler404 = "maitruong.site.errors.not_found"
handler500 = "maitruong.site.errors.broken"
handler400 = "maitruong.site.errors.bad_request"
