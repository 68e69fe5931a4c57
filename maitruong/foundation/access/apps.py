"""Policies follow the models after every migration."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _secure(**kwargs: Any) -> None:
    from .rls import secure_rows

    secure_rows()


class AccessConfig(AppConfig):
    name = "maitruong.foundation.access"

    def ready(self) -> None:
        from . import checks  # noqa: F401  (registers the system checks)

        post_migrate.connect(_secure, sender=self, dispatch_uid="access.secure_rows")
