"""The roof joins ports, roles and reactions when the program starts."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "maitruong.site"
    label = "house_site"

    def ready(self) -> None:
        from maitruong.site import roles, wiring

        roles.register_all()
        wiring.join()
