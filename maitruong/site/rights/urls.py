from django.urls import path

from . import views, views_accounts

app_name = "rights"
urlpatterns = [
    path("quyen/", views.posts, name="posts"),
    path("quyen/giao/", views.give, name="give"),
    path("quyen/<int:grant_id>/thu/", views.withdraw, name="withdraw"),
    path("quyen/<int:grant_id>/mat-khau/", views.reset, name="reset_holder"),
    path("nhat-ky/", views.audit_page, name="audit"),
    path("tai-khoan/", views_accounts.accounts, name="accounts"),
    path("tai-khoan/<int:person_id>/mo/", views_accounts.open_account, name="open_account"),
    path("tai-khoan/<int:person_id>/mat-khau/", views_accounts.reset, name="reset"),
    path("tai-khoan/<int:person_id>/xac-nhan/", views_accounts.confirm, name="confirm"),
    path("tai-khoan/<int:person_id>/nguoi-giam-ho/", views_accounts.confirm_tie, name="confirm_tie"),
    path("tai-khoan/lop/<int:class_id>/", views_accounts.open_class, name="open_class_accounts"),
]
