"""Applications to change school, their steps and papers. A state is only ever the last step; a step is never edited."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel

from .types import KINDS, OPEN, POSTING_STATES, STATES, State

_OF_BOTH_SCHOOLS = {"school": "school_ids", "student": "student_id", "many": "school"}


class Transfer(ScopedModel):
    """One application. Both schools see it, and of the pupil only what stands here: the dossier stays behind its own wall.

    full_name, born_on, from_class: as they stood when it was applied for, so that the receiving school needs no look at the person.
    """

    scope_at: ClassVar = _OF_BOTH_SCHOOLS

    kind = models.TextField(choices=list(KINDS.items()))
    school_ids = ArrayField(models.BigIntegerField(), help_text="the schools of the province that take part")
    student_id = models.BigIntegerField(null=True, help_text="nobody yet for one who comes from another province")
    from_school_id = models.BigIntegerField(null=True)
    to_school_id = models.BigIntegerField(null=True)
    elsewhere = models.TextField(default="", blank=True, help_text="the school in another province")
    elsewhere_province = models.TextField(default="", blank=True)
    school_year = models.SmallIntegerField()
    grade = models.SmallIntegerField()
    full_name = models.TextField()
    born_on = models.DateField(null=True)
    sex = models.TextField(default="", blank=True)
    number = models.TextField(
        default="", blank=True, help_text="of one who comes from another province, until he is received"
    )
    from_class = models.TextField(default="", blank=True)
    wished = models.TextField(default="", blank=True, help_text="class or electives the family wishes")
    wished_on = models.DateField(null=True)
    reason = models.TextField()
    by_family = models.BooleanField(default=False)
    state = models.TextField(choices=list(STATES.items()), help_text="that of the last step")
    due_on = models.DateField(null=True, help_text="when the school whose turn it is must have answered")
    due_school_id = models.BigIntegerField(null=True, help_text="whose turn it is")
    class_id = models.BigIntegerField(null=True, help_text="received into")
    starts_on = models.DateField(
        null=True, help_text="first day at the new school; the last at the old is the day before"
    )
    carried = models.JSONField(
        default=dict, help_text="cells, subjects, left_out: marks of the running year that came along"
    )
    applied_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student_id"],
                condition=models.Q(state__in=[state.value for state in OPEN], student_id__isnull=False),
                name="one_open_transfer_a_pupil",
            )
        ]
        indexes = [
            GinIndex(fields=["school_ids"], name="transfers_of_schools"),
            models.Index(fields=["student_id"], name="transfers_of_student"),
            models.Index(
                fields=["due_on", "id"],
                condition=models.Q(state__in=[state.value for state in OPEN]),
                name="transfers_due",
            ),
        ]


class Step(ScopedModel):
    """Who did what, when and why. Added, never changed."""

    scope_at: ClassVar = _OF_BOTH_SCHOOLS
    append_only: ClassVar = True
    family_reads: ClassVar = ("student_id", "state", tuple(state.value for state in State))

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="+")
    school_ids = ArrayField(models.BigIntegerField())
    student_id = models.BigIntegerField(null=True)
    state = models.TextField(choices=list(STATES.items()))
    at = models.DateTimeField(db_default=Now())
    by_person = models.BigIntegerField(null=True)
    by_name = models.TextField()
    why = models.TextField(default="", blank=True)
    due_on = models.DateField(null=True, help_text="of the step that follows")

    class Meta:
        indexes = [models.Index(fields=["transfer", "id"], name="steps_of_transfer")]


class Paper(ScopedModel):
    """What goes along: papers of the application, signed records of former years, the marks until now (content, unsigned)."""

    scope_at: ClassVar = _OF_BOTH_SCHOOLS

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="+")
    school_ids = ArrayField(models.BigIntegerField())
    student_id = models.BigIntegerField(null=True)
    kind = models.TextField(
        choices=[
            ("attached", "kèm đơn"),
            ("record", "học bạ đã ký"),
            ("results", "kết quả đến lúc chuyển"),
            ("package", "gói hồ sơ"),
        ]
    )
    title = models.TextField()
    source_file_id = models.BigIntegerField(null=True, help_text="where the sending school keeps it")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    sha256 = models.TextField(default="", blank=True, help_text="of the file when it was bundled")
    content = models.JSONField(null=True)
    verified_at = models.DateTimeField(null=True)
    is_valid = models.BooleanField(null=True)
    verdict = models.TextField(default="", blank=True)
    problems = models.JSONField(default=list)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["transfer"], name="papers_of_transfer")]


class Posting(ScopedModel):
    """A colleague's posting to another school of the province by a decision; both schools see it, and of her only this."""

    scope_at: ClassVar = {"school": "school_ids", "student": "person_id", "many": "school"}

    school_ids = ArrayField(models.BigIntegerField())
    person_id = models.BigIntegerField()
    from_school_id = models.BigIntegerField()
    to_school_id = models.BigIntegerField()
    full_name = models.TextField()
    post = models.TextField(help_text="at the new school")
    decision = models.TextField(help_text="number of the decision")
    decided_on = models.DateField()
    starts_on = models.DateField(help_text="first day at the new school; the last at the old is the day before")
    state = models.TextField(choices=list(POSTING_STATES.items()))
    due_on = models.DateField(null=True, help_text="when the receiving school must have answered")
    teaches = models.JSONField(default=list, help_text="what she teaches at the old school and leaves, in words")
    copied = models.IntegerField(default=0, help_text="rows of the record that came along")
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person_id"], condition=models.Q(state="released"), name="one_open_posting_a_person"
            )
        ]
        indexes = [GinIndex(fields=["school_ids"], name="postings_of_schools")]


class PostingStep(ScopedModel):
    """Who did what with a posting, when and why. Added, never changed."""

    scope_at: ClassVar = {"school": "school_ids", "many": "school"}
    append_only: ClassVar = True

    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="+")
    school_ids = ArrayField(models.BigIntegerField())
    state = models.TextField(choices=list(POSTING_STATES.items()))
    at = models.DateTimeField(db_default=Now())
    by_person = models.BigIntegerField(null=True)
    by_name = models.TextField()
    why = models.TextField(default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["posting", "id"], name="steps_of_posting")]
