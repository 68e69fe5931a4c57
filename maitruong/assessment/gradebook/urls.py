from django.urls import path

from .views import books, results, saving, summer

app_name = "gradebook"
urlpatterns = [
    path("so-diem/", books.books, name="books"),
    path("so-diem/<int:book_id>/", books.book, name="book"),
    path("so-diem/<int:book_id>/diem/", saving.save_marks, name="save_marks"),
    path("so-diem/<int:book_id>/muc/", saving.save_levels, name="save_levels"),
    path("so-diem/<int:book_id>/pham-chat/", saving.save_qualities, name="save_qualities"),
    path("so-diem/<int:book_id>/ren-luyen/", saving.save_conduct, name="save_conduct"),
    path("so-diem/<int:book_id>/thay-doi/", saving.changes, name="changes"),
    path("so-diem/<int:book_id>/vi-sao/<int:student_id>/", saving.why, name="why"),
    path("so-diem/<int:book_id>/lich-su/", books.history, name="history"),
    path("so-diem/<int:book_id>/xuat/", books.export, name="export"),
    path("so-diem/<int:book_id>/khoa/", saving.close, name="close"),
    path("so-diem/<int:book_id>/mo-lai/", saving.reopen, name="reopen"),
    path("so-diem/<int:book_id>/dien-danh-gia/", saving.set_basis, name="set_basis"),
    path("so-diem/lop/<int:class_id>/mo-so/", saving.open_class, name="open_class"),
    path("so-diem/lop/<int:class_id>/he/", summer.class_summer, name="class_summer"),
    path("so-diem/lop/<int:class_id>/he/<int:student_id>/", summer.enter, name="enter_summer"),
    path("so-diem/lop/<int:class_id>/", results.class_results, name="class_results"),
    path("so-diem/lop/<int:class_id>/vi-sao/<int:student_id>/", results.why_level, name="why_level"),
]
