"""Who governs whom, by date; and, apart from it, the administrative units a place lies in."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models


class UnitKind(models.TextChoices):
    DEPARTMENT = "department", "Sở GDĐT"
    COMMUNE = "commune", "UBND cấp xã"
    SCHOOL = "school", "Trường"
    CAMPUS = "campus", "Điểm trường"


class Unit(models.Model):
    """A body that governs or is governed. Its place in the tree is in Position; where it lies is only an attribute."""

    shared = "names and codes of offices and schools are public"

    kind = models.TextField(choices=UnitKind.choices)
    code = models.TextField(unique=True)
    name = models.TextField()
    sort_key = models.TextField(db_collation="C", default="")
    admin_unit = models.ForeignKey(
        "AdminUnit",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="the commune it lies in; never a right",
    )
    address = models.TextField(default="", blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    replaced_by = models.ForeignKey("Unit", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["kind", "sort_key"], name="unit_by_kind")]

    def __str__(self) -> str:
        return self.name


class FormerUnit(models.Model):
    """What a unit was called and where it lay up to a day. The name it has now stands in Unit; a report of last year reads this."""

    shared = "names and places of offices and schools are public"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="former")
    until = models.DateField(help_text="the last day it was so")
    name = models.TextField()
    sort_key = models.TextField(db_collation="C")
    admin_unit = models.ForeignKey("AdminUnit", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "until"], name="one_former_a_day")]


class Position(models.Model):
    """Where a unit stands in the tree of governance during a period: one materialised path per dated position."""

    shared = "the tree of governance is public"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="positions")
    parent = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    path = models.TextField(db_collation="C", help_text="ids from the root, each followed by a point: '1.24.310.'")
    during = DateRangeField()

    class Meta:
        indexes = [models.Index(fields=["path"], name="position_path")]
        constraints = [
            ExclusionConstraint(
                name="one_position_at_a_time",
                expressions=[("unit", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            )
        ]


class AdminUnit(models.Model):
    """A province, former district or commune, in the code list that was in force. Old ones are closed, never removed."""

    shared = "administrative units are public facts"

    level = models.TextField(choices=[("province", "tỉnh"), ("district", "huyện (cũ)"), ("commune", "xã")])
    code = models.TextField()
    name = models.TextField()
    kind = models.TextField(help_text="Tỉnh, Thành phố, Phường, Xã, Đặc khu, Thị trấn ...")
    parent = models.ForeignKey("AdminUnit", on_delete=models.PROTECT, null=True, related_name="+")
    valid = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_admin_unit_per_code_at_a_time",
                expressions=[
                    ("level", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            )
        ]


class AdminSuccession(models.Model):
    """Which unit came out of which. A part-succession means the code alone cannot decide."""

    shared = "administrative units are public facts"

    old = models.ForeignKey(AdminUnit, on_delete=models.PROTECT, related_name="+")
    new = models.ForeignKey(AdminUnit, on_delete=models.PROTECT, related_name="+")
    whole = models.BooleanField()
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="uniq_succession")]
