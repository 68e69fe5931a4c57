"""Lists on their way in: the file and how it was read, its problems, what the import wrote."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class ImportState(models.TextChoices):
    """Where a list is. From CHECKED on it may be checked again or imported; from DONE on it may be taken back."""

    MAPPING = "mapping", "Ghép cột"
    CHECKING = "checking", "Đang kiểm tra"
    CHECKED = "checked", "Đã kiểm tra"
    IMPORTING = "importing", "Đang nhập"
    DONE = "done", "Đã nhập"
    STOPPED = "stopped", "Đã dừng giữa chừng"
    UNDOING = "undoing", "Đang hoàn tác"
    UNDONE = "undone", "Đã hoàn tác"


class ImportBatch(ScopedModel):
    """One list of one school."""

    scope_at: ClassVar = {"school": "school_id"}

    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    kind = models.TextField(help_text="key of the owner of such lists: students")
    file_id = models.BigIntegerField(help_text="in files; kept as long as the import may be taken back")
    file_name = models.TextField()
    file_sha256 = models.TextField()
    state = models.TextField(choices=ImportState.choices, default=ImportState.MAPPING)
    choice = models.JSONField(default=dict, help_text="which column is which, as the person confirmed it")
    options = models.JSONField(default=dict)
    preview = models.JSONField(
        default=dict, help_text="sheets and their first rows, so that mapping does not read again"
    )
    totals = models.JSONField(default=dict)
    skipped = models.JSONField(default=list, help_text="rows that are no records: [row, kind, text]")
    rows = models.IntegerField(default=0, help_text="last row of the sheet, for the progress")
    job_id = models.BigIntegerField(null=True)
    annotated_file_id = models.BigIntegerField(null=True)
    asked_by = models.BigIntegerField(null=True)
    made_at = models.DateTimeField(db_default=Now())
    checked_at = models.DateTimeField(null=True)
    imported_at = models.DateTimeField(null=True)
    undo_until = models.DateField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["school_id", "-made_at"], name="import_of_school")]


class ImportProblem(ScopedModel):
    """A finding at its cell, from the last check."""

    scope_at: ClassVar = {"school": "school_id"}

    school_id = models.BigIntegerField()
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="+")
    row = models.IntegerField(help_text="from 1, as the sheet numbers it")
    column = models.SmallIntegerField(help_text="from 0; -1 when the whole row is meant")
    key = models.TextField()
    severity = models.TextField()
    code = models.TextField()
    shown = models.TextField()
    text = models.TextField()
    suggestion = models.TextField()
    whose = models.TextField(
        db_default="", default="", blank=True, help_text="the name in the row, to know whom it is about"
    )

    class Meta:
        indexes = [models.Index(fields=["batch", "severity", "row", "column"], name="problem_of_import")]


class ImportCorrection(ScopedModel):
    """What a person typed in place of a cell; the file itself stays as it came."""

    scope_at: ClassVar = {"school": "school_id"}

    school_id = models.BigIntegerField()
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="+")
    row = models.IntegerField()
    column = models.SmallIntegerField()
    text = models.TextField()
    checked = models.BooleanField(default=False, help_text="whether a check has read it yet")
    typed_by = models.BigIntegerField(null=True)
    typed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "row", "column"], name="uniq_correction")]


class ImportRow(ScopedModel):
    """What the import wrote for one row: enough to take exactly that back, and to see whether somebody touched it since."""

    scope_at: ClassVar = {"school": "school_id"}

    school_id = models.BigIntegerField()
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="+")
    row = models.IntegerField()
    object_id = models.BigIntegerField(help_text="whom or what the row is about: the pupil")
    label = models.TextField(help_text="how the list of kept rows names it")
    fate = models.TextField(help_text="new or changed")
    written = models.JSONField(help_text="ids made, old and new values, versions seen; the owner's own shape")
    taken_back_at = models.DateTimeField(null=True)
    kept_because = models.TextField(db_default="", default="", blank=True)
    only_edited = models.BooleanField(
        db_default=False,
        default=False,
        help_text="kept only because it was edited: a person may take it back after all",
    )
    decided_at = models.DateTimeField(null=True, help_text="when a person decided about a kept row")
    decided_by = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["object_id"], name="import_row_object")]
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="uniq_import_row")]
