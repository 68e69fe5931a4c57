"""Offices and schools stand in the order of their whole names; a person's name alone is sorted by its last word."""

from typing import Any

from django.db import migrations

from maitruong.foundation.kernel import vietnamese


def order_again(apps: Any, _: Any) -> None:
    units = apps.get_model("organisations", "Unit")
    for unit in units.objects.only("name").iterator():
        units.objects.filter(pk=unit.pk).update(sort_key=vietnamese.collation_key(unit.name))


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_initial")]

    operations = [migrations.RunPython(order_again, migrations.RunPython.noop)]
