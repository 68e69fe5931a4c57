"""Conduct, and what the rules make of a pupil's marks in a term or a year. Kept current by every save."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class Conduct(ScopedModel):
    """Conduct (kết quả rèn luyện) of a term by the homeroom teacher: 3 Tốt, 2 Khá, 1 Đạt, 0 Chưa đạt; term 0: only a comment."""

    scope_at: ClassVar = {"school": "school_id", "school_class": "class_id", "student": "student_id"}

    pk = models.CompositePrimaryKey("school_year", "school_id", "class_id", "term", "student_id")
    school_year = models.SmallIntegerField()
    school_id = models.BigIntegerField()
    class_id = models.BigIntegerField()
    term = models.SmallIntegerField()
    student_id = models.BigIntegerField()
    level = models.SmallIntegerField(null=True)
    comment = models.TextField(db_default="", blank=True)
    version = models.IntegerField()
    updated_at = models.DateTimeField()
    updated_by = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "gradebook_conduct"


class Result(ScopedModel):
    """What a term or the year (term 0) came to, and under which act and reading it was judged.

    learning, learning_before, conduct: 3 Tốt ... 0 Chưa đạt; at primary school learning is the result of the year,
    3 Hoàn thành xuất sắc ... 0 Chưa hoàn thành. NULL while anything that counts is missing.
    """

    scope_at: ClassVar = {"school": "school_id", "school_class": "class_id", "student": "student_id"}

    pk = models.CompositePrimaryKey("school_year", "school_id", "class_id", "term", "student_id")
    school_year = models.SmallIntegerField()
    school_id = models.BigIntegerField()
    class_id = models.BigIntegerField()
    term = models.SmallIntegerField()
    student_id = models.BigIntegerField()
    grade = models.SmallIntegerField()
    learning = models.SmallIntegerField(null=True)
    learning_before = models.SmallIntegerField(null=True, help_text="before the one-subject adjustment")
    raised_by = models.TextField(db_default="", help_text="code of the subject the level was raised for")
    conduct = models.SmallIntegerField(null=True)
    title = models.TextField(db_default="", help_text="excellent, good, outstanding")
    missing = models.SmallIntegerField(help_text="counted subjects without a result")
    provisional = models.BooleanField(help_text="some result rests on marks still owed")
    act = models.TextField()
    settings_id = models.TextField()
    computed_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "gradebook_result"


class SummerResult(ScopedModel):
    """What the summer after a failed year brought: a subject assessed again, conduct after training, or a decision.

    subject: code of the subject, at primary school also of a quality or competence; "" for conduct, at primary school for the
    principal's decision. value: tenths, 1 Đạt / 0 Chưa đạt, or a primary test; level: primary 2-0, conduct 3-0, decision 1 goes up.
    The year's own result is never touched by it: titles and counts of the year stay as they were in May.
    """

    scope_at: ClassVar = {
        "school": "school_id",
        "school_class": "class_id",
        "subject": "subject",
        "student": "student_id",
    }

    school_year = models.SmallIntegerField()
    school_id = models.BigIntegerField()
    class_id = models.BigIntegerField()
    student_id = models.BigIntegerField()
    subject = models.TextField(blank=True)
    value = models.SmallIntegerField(null=True)
    level = models.SmallIntegerField(null=True)
    taken = models.BooleanField(db_default=True, help_text="False: the pupil did not come, the year's result stays")
    note = models.TextField(db_default="", blank=True, help_text="why, for a decision")
    decided_on = models.DateField()
    entered_by = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_year", "class_id", "student_id", "subject"], name="uniq_summer_result"
            ),
            models.CheckConstraint(
                name="summer_result_is_a_mark",
                condition=(models.Q(value__isnull=True) | models.Q(value__range=(0, 100)))
                & (models.Q(level__isnull=True) | models.Q(level__range=(0, 3))),
            ),
            models.CheckConstraint(
                name="summer_result_says_something",
                condition=models.Q(taken=False, value__isnull=True, level__isnull=True)
                | models.Q(taken=True) & (models.Q(value__isnull=False) | models.Q(level__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["student_id"], name="summer_result_of_student")]
