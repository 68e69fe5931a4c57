from django.urls import path

from . import exporters, views

app_name = "dashboard"
urlpatterns = [
    path("dieu-hanh/", views.centre, name="centre"),
    path("dieu-hanh/so-lieu/", views.figures, name="figures"),
    path("dieu-hanh/xa/", views.communes, name="communes"),
    path("dieu-hanh/truong/", views.schools, name="schools"),
    path("dieu-hanh/truong/bang.xlsx", exporters.export_schools, name="export_schools"),
    path("dieu-hanh/truong/<int:school_id>/", views.school, name="school"),
    path("dieu-hanh/truong/<int:school_id>/diem-hom-nay/", views.entries, name="entries"),
    path("dieu-hanh/ket-qua/", views.levels, name="levels"),
    path("dieu-hanh/truong/<int:school_id>/ket-qua/", views.school_levels, name="school_levels"),
]
