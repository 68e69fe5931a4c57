from django.urls import path

from . import views, views_own

app_name = "identity"
urlpatterns = [
    path("dang-nhap/", views.sign_in, name="sign_in"),
    path("dang-nhap/ma/", views.second_step, name="second_step"),
    path("dang-nhap/thu/", views.demo, name="demo"),
    path("dang-xuat/", views.sign_out, name="sign_out"),
    path("khong-gian/<str:key>/", views.choose_workspace, name="choose_workspace"),
    path("tai-khoan-cua-toi/", views_own.account, name="account"),
    path("tai-khoan-cua-toi/mat-khau/", views_own.change_password, name="change_password"),
    path("tai-khoan-cua-toi/thiet-bi/", views_own.end_sessions, name="end_sessions"),
    path("tai-khoan-cua-toi/ma/", views_own.pair_second_factor, name="pair_second_factor"),
    path("tai-khoan-cua-toi/ma/bo/", views_own.remove_second_factor, name="remove_second_factor"),
    path("bat-dau/<str:token>/", views.first_password, name="first_password"),
]
