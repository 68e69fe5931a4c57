from django.urls import path

from . import views

app_name = "identity"
urlpatterns = [
    path("dang-nhap/", views.sign_in, name="sign_in"),
    path("dang-nhap/ma/", views.second_step, name="second_step"),
    path("dang-nhap/thu/", views.demo, name="demo"),
    path("dang-xuat/", views.sign_out, name="sign_out"),
    path("khong-gian/<str:key>/", views.choose_workspace, name="choose_workspace"),
    path("bat-dau/<str:token>/", views.first_password, name="first_password"),
]
