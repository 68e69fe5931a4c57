"""One row per human, for life. Pupils, staff, guardians and accounts point here and repeat nothing."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Cast, Now

from maitruong.foundation.access.scoping import ScopedModel


class Sex(models.TextChoices):
    MALE = "male", "Nam"
    FEMALE = "female", "Nữ"


class Person(ScopedModel):
    """A human being. `places` are the units that know this person (enrolled, employed, guardian there), now or once."""

    scope_at: ClassVar = {"school": "places", "many": "school", "student": "id"}

    full_name = models.TextField()
    name_fold = models.TextField(db_collation="C", help_text="lower-case ASCII, for search")
    given_fold = models.GeneratedField(
        expression=models.Func(F("name_fold"), Value(" "), Value(-1), function="split_part"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
        help_text="the given name, for search: what people type first",
    )
    sort_key = models.TextField(db_collation="C", help_text="given name, family, middle; Vietnamese order")
    born_on = models.DateField(null=True)
    born_precision = models.TextField(default="day", choices=[("day", "ngày"), ("month", "tháng"), ("year", "năm")])
    sex = models.TextField(choices=Sex.choices, default="", blank=True)
    ethnic_group = models.TextField(default="", blank=True, help_text="key in reference ethnic_group")
    nationality = models.TextField(default="VN")
    birthplace = models.TextField(default="", blank=True)
    residence = models.TextField(default="", blank=True, help_text="as written")
    phone = models.TextField(default="", blank=True, help_text="E.164")
    email = models.TextField(default="", blank=True)
    places = ArrayField(models.BigIntegerField())
    merged_into = models.ForeignKey("Person", on_delete=models.PROTECT, null=True, related_name="+")
    frozen_since = models.DateTimeField(
        null=True, help_text="confirmed from outside: name, birth date, sex and number change by a decision only"
    )
    version = models.IntegerField(db_default=1)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            GinIndex(fields=["places"], name="person_places"),
            GinIndex(OpClass("name_fold", name="gin_trgm_ops"), name="person_name_trgm"),
            models.Index(fields=["sort_key", "id"], name="person_by_name"),
            # With the whole name: who else of a common given name is meant is decided in the index, without reading the people.
            models.Index(fields=["given_fold", "sort_key", "id"], include=["name_fold"], name="person_by_given_name"),
        ]


_PERSON_AS_SUM = models.ExpressionWrapper(models.F("person") + models.Value(0), output_field=models.BigIntegerField())


class PersonIdentifier(ScopedModel):
    """An external number of a person, with its dates. A number alone never links two people."""

    scope_at: ClassVar = {"school": "places", "many": "school", "student": "person_id"}

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identifiers")
    places = ArrayField(models.BigIntegerField())
    scheme = models.TextField(help_text="CCCD, MOET, SCHOOL, BHYT, BHXH, PASSPORT, FOREIGN_ID")
    value = models.TextField()
    valid = DateRangeField()
    verified_at = models.DateTimeField(null=True)
    source = models.TextField(default="")

    class Meta:
        indexes = [models.Index(fields=["scheme", "value"], name="identifier_value")]
        constraints = [
            # As a number: comparing twelve digits as text made this index cost more than all else an import writes (6 times).
            # The person as a sum: the planner would take this index for «the number of this person», and walk most of it (43 times).
            ExclusionConstraint(
                name="one_holder_of_a_citizen_number",
                expressions=[
                    (Cast("value", models.BigIntegerField()), RangeOperators.EQUAL),
                    (_PERSON_AS_SUM, RangeOperators.NOT_EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(scheme="CCCD"),
            )
        ]


class Merge(ScopedModel):
    """Two people found to be one: who goes on, who stays behind, and step by step what that changed."""

    scope_at: ClassVar = {"school": "places", "student": "persons", "many": "school student"}

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    absorbed = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    places = ArrayField(models.BigIntegerField(), help_text="units that know one of them")
    persons = ArrayField(models.BigIntegerField(), help_text="both")
    at = models.DateTimeField(db_default=Now())
    by = models.BigIntegerField(null=True, help_text="person who decided")
    unit_id = models.BigIntegerField(help_text="whose audit tells of it")
    why = models.TextField()
    journal = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.BigIntegerField(null=True)
    undone_why = models.TextField(default="", blank=True)
    stayed = models.JSONField(default=list, help_text="steps an undo left as they are: written by others meanwhile")

    class Meta:
        indexes = [models.Index(fields=["kept"], name="merges_into")]
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"], condition=models.Q(undone_at__isnull=True), name="absorbed_once"
            ),
            models.CheckConstraint(name="two_people", condition=~models.Q(kept=models.F("absorbed"))),
        ]
