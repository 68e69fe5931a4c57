"""Classes of a school year and who sits in them. Leaving and coming are rows with dates, never a status edit."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class SchoolClass(ScopedModel):
    """A class of one school year."""

    scope_at: ClassVar = {"school": "school_id", "school_class": "id", "whatever": "subject"}

    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    grade = models.SmallIntegerField(help_text="1-12; preschool -6..-1 by reference grades")
    name = models.TextField()
    sort_key = models.TextField(db_collation="C", help_text="6A2 before 6A10")
    campus_id = models.BigIntegerField(null=True)
    homeroom_id = models.BigIntegerField(
        null=True, help_text="person who is homeroom teacher today; its history is in the grants"
    )
    electives = models.JSONField(default=list, help_text="THPT: codes of the elective subjects this class studies")
    clusters = models.JSONField(default=list, help_text="THPT: codes of the subjects whose topic cluster is studied")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school_id", "school_year", "name"], name="uniq_class_name")]


class Enrolment(ScopedModel):
    """A pupil in a class from a day to a day."""

    scope_at: ClassVar = {
        "school": "school_id",
        "school_class": "school_class_id",
        "student": "student_id",
        "whatever": "subject",
    }

    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    school_class = models.ForeignKey(SchoolClass, on_delete=models.PROTECT, related_name="+")
    student = models.ForeignKey(
        "people.Person",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # enrolment_of_student begins with it
    )
    register_number = models.TextField(default="", blank=True, help_text="số đăng bộ")
    student_code = models.TextField(default="", blank=True)
    status = models.TextField(default="enrolled", help_text="key in reference student_status, in small letters")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, help_text="the last day in this class")
    end_reason = models.TextField(db_default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    grade = models.SmallIntegerField(editable=False, help_text="that of the class; the database fills it")
    name_key = models.TextField(
        db_collation="C",
        editable=False,
        help_text="the pupil's sort_key; the database fills it and carries corrections of the name",
    )

    class Meta:
        indexes = [
            models.Index(fields=["school_id", "school_year", "school_class"], name="enrolment_of_class"),
            models.Index(fields=["student", "school_year"], name="enrolment_of_student"),
            models.Index(
                fields=["school_id", "school_year"], condition=models.Q(ends_on__isnull=True), name="enrolment_open"
            ),
            # Of every place, not of the open ones alone: a year that is over is listed in the same order.
            models.Index(fields=["school_year", "name_key", "student"], name="enrolment_by_name"),
            models.Index(fields=["school_year", "grade", "name_key", "student"], name="enrolment_of_grade"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "school_year"],
                condition=models.Q(ends_on__isnull=True),
                name="uniq_active_enrolment",
            )
        ]


class RollOver(ScopedModel):
    """A school's step from one school year into the next: what was planned, what it wrote, and how it is taken back."""

    scope_at: ClassVar = {"school": "school_id"}

    school_id = models.BigIntegerField()
    from_year = models.SmallIntegerField()
    names = models.JSONField(
        default=dict, help_text="class of the old year → name of the class it becomes, where people said it"
    )
    decided = models.JSONField(
        default=dict, help_text="pupil → where people sent him (on, repeat) while the books tell nothing"
    )
    state = models.TextField(
        default="planned", choices=[("planned", "chưa chạy"), ("done", "đã lên lớp"), ("reversed", "đã lùi lại")]
    )
    counts = models.JSONField(default=dict, help_text="up, repeat, done, waiting, classes")
    problem = models.TextField(default="", blank=True, help_text="why the last run stopped, in words")
    written = models.JSONField(
        default=dict, help_text="classes: ids made; seats: ids made; ended: ids of the former seats"
    )
    ran_at = models.DateTimeField(null=True)
    version = models.IntegerField(db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school_id", "from_year"], name="one_roll_over_a_school_and_year")
        ]
