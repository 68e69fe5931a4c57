from django.urls import path

from . import views, views_oneroster, views_token

app_name = "open_api"
_BASE = views_oneroster.BASE.lstrip("/")
_COLLECTIONS = [
    path(f"{_BASE}/{address}", views_oneroster.collection(address), name=f"all_{address}")
    for address in views_oneroster.COLLECTIONS
]
_SINGLES = [
    path(f"{_BASE}/{address}/<str:sourced_id>", views_oneroster.single(address), name=f"one_of_{address}")
    for address in views_oneroster.COLLECTIONS
]
_NESTED = [
    path(f"{_BASE}/{above}/<str:sourced_id>/{below}", views_oneroster.nested(above, below), name=f"{above}_{below}")
    for above, below in views_oneroster.NESTED
    if (above, below) != ("classes", "enrollments")
]
_IN_CLASS = [
    path(
        f"{_BASE}/schools/<str:school>/classes/<str:sourced_id>/{below}",
        views_oneroster.in_class_of_school(below),
        name=f"schools_classes_{below}",
    )
    for below in ("students", "teachers", "enrollments")
]
urlpatterns = [
    path("ket-noi/", views.clients, name="clients"),
    path("ket-noi/lap/", views.new, name="new"),
    path("ket-noi/xuat/", views.export, name="export"),
    path("ket-noi/xuat/<int:job_id>/", views.export_job, name="export_job"),
    path("ket-noi/<int:client_id>/", views.client, name="client"),
    path("ket-noi/<int:client_id>/khoa-moi/", views.rotate, name="rotate"),
    path("ket-noi/<int:client_id>/ngung/", views.disable, name="disable"),
    path("oauth2/token", views_token.token, name="token"),
    path(
        f"{_BASE}/discovery/onerosterv1p2rostersservice_openapi3_v1p0.json", views_oneroster.discovery, name="discovery"
    ),
    *_COLLECTIONS,
    *_SINGLES,
    *_NESTED,
    *_IN_CLASS,
]
