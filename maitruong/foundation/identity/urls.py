from django.urls import path

from . import views, views_openid, views_own

app_name = "identity"
urlpatterns = [
    path("dang-nhap/", views.sign_in, name="sign_in"),
    path("dang-nhap/ma/", views.second_step, name="second_step"),
    path("dang-nhap/qua/<slug:key>/", views_openid.begin, name="openid_begin"),
    path("dang-nhap/qua/<slug:key>/ve/", views_openid.back, name="openid_back"),
    path("dang-nhap/thu/", views.demo, name="demo"),
    path("dang-xuat/", views.sign_out, name="sign_out"),
    path("khong-gian/<str:key>/", views.choose_workspace, name="choose_workspace"),
    path("tai-khoan-cua-toi/", views_own.account, name="account"),
    path("tai-khoan-cua-toi/mat-khau/", views_own.change_password, name="change_password"),
    path("tai-khoan-cua-toi/thiet-bi/", views_own.end_sessions, name="end_sessions"),
    path("tai-khoan-cua-toi/ma/", views_own.pair_second_factor, name="pair_second_factor"),
    path("tai-khoan-cua-toi/ma/bo/", views_own.remove_second_factor, name="remove_second_factor"),
    path("tai-khoan-cua-toi/cong/bo/", views_own.unlink, name="openid_unlink"),
    path("bat-dau/<str:token>/", views.first_password, name="first_password"),
]
