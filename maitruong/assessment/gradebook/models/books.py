"""The books of a class: one per subject and term, and the sheet above them that says which subjects make up a level."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class ClassSheet(ScopedModel):
    """A class in a school year as the books see it: its subjects and the act its results are made under.

    Whoever writes into any book of the class locks this row first, so that a pupil's level is never computed from the
    half-written marks of two teachers.
    """

    scope_at: ClassVar = {"school": "school_id", "school_class": "class_id"}

    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    class_id = models.BigIntegerField()
    grade = models.SmallIntegerField()
    subjects = models.JSONField(help_text="[{code, name, kind, terms, optional}] in the order of the curriculum")
    act = models.TextField(help_text="id of the act the results are made under")
    settings_id = models.TextField(help_text="id of the reading of that act (RuleSettings.id)")
    version = models.IntegerField(db_default=0, help_text="goes up with every change of a result of the class")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school_year", "class_id"], name="uniq_class_sheet")]
        indexes = [models.Index(fields=["school_id", "school_year"], name="sheet_of_school")]


class BookKind(models.TextChoices):
    SCORE = "score", "Điểm số và nhận xét"
    COMMENT = "comment", "Nhận xét"
    PRIMARY = "primary", "Mức đạt được (tiểu học)"
    QUALITY = "quality", "Phẩm chất, năng lực (tiểu học)"
    CONDUCT = "conduct", "Rèn luyện"


class MarkBook(ScopedModel):
    """The book of one class, one subject, one term; at primary school one per moment of assessment.

    subject: code of the curriculum; "" for conduct and for qualities, which belong to the homeroom teacher.
    moment: 0, or 1-4 at primary school (middle and end of the two terms).
    """

    scope_at: ClassVar = {"school": "school_id", "school_class": "class_id", "subject": "subject"}

    sheet = models.ForeignKey(ClassSheet, on_delete=models.PROTECT, related_name="+")
    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    class_id = models.BigIntegerField()
    subject = models.TextField(blank=True)
    subject_name = models.TextField()
    position = models.SmallIntegerField(help_text="order of the subject in the curriculum")
    term = models.SmallIntegerField(help_text="1, 2; 0 for the year")
    moment = models.SmallIntegerField(db_default=0)
    grade = models.SmallIntegerField()
    kind = models.TextField(choices=BookKind.choices)
    periods_per_year = models.SmallIntegerField(help_text="periods (tiết) of the curriculum; 0 where none are told")
    regular_needed = models.SmallIntegerField(db_default=0, help_text="regular marks owed in the term")
    cluster = models.BooleanField(db_default=False, help_text="a topic cluster brings one more regular mark this term")
    tested = models.BooleanField(db_default=False, help_text="primary: a periodic test is held at this moment")
    act = models.TextField()
    settings_id = models.TextField()
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    closed_by = models.BigIntegerField(null=True)
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.BigIntegerField(null=True)
    reopen_reason = models.TextField(db_default="", blank=True)
    version = models.IntegerField(db_default=0, help_text="goes up with every save; the ETag of the book")
    changed_at = models.DateTimeField(db_default=Now())
    changed_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_year", "class_id", "kind", "subject", "term", "moment"], name="uniq_mark_book"
            )
        ]
        indexes = [models.Index(fields=["school_id", "school_year", "term"], name="book_of_school")]


class SavedRequest(ScopedModel):
    """The answer to one save, kept in the transaction of the save: the same request again gets the same answer."""

    scope_at: ClassVar = {"school": "school_id", "student": "actor_id"}

    school_id = models.BigIntegerField()
    book_id = models.BigIntegerField()
    actor_id = models.BigIntegerField(help_text="0 for the house itself")
    request_id = models.TextField(help_text="made by the page that sends")
    answer = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book_id", "actor_id", "request_id"], name="uniq_saved_request"),
        ]
        indexes = [models.Index(fields=["at"], name="saved_request_age")]
