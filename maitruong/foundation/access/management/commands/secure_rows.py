"""`./dev secure_rows`: bring grants and row policies to what the models declare (each migration does it too)."""

from typing import Any

from django.core.management.base import BaseCommand

from maitruong.foundation.access.rls import secure_rows


class Command(BaseCommand):
    help = "Đặt lại quyền và chính sách hàng theo khai báo của các mô hình."

    def handle(self, *args: Any, **options: Any) -> None:
        secure_rows()
