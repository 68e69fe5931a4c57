"""Who did what, on which row, old → new, why. Rows are only ever added; a seal every few seconds chains them."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel

#: Acts by which somebody of a school, or of those who govern it, looks into one person's file or takes it along. The person and the
#: family may read who did; of everything else the audit tells, nothing.
LOOKS: Final = (
    "students.dossier_opened",
    "students.number_shown",
    "duplicates.opened",
    "verification.opened",
    "verification.evidence_opened",
    "gradebook.history_opened",
    "gradebook.result_opened",
    "school_records.opened",
    "school_records.downloaded",
)

#: Acts by which a list of children leaves the house: the object is a class or a school, no single child.
LISTS: Final = ("students.roster_exported", "students.taken_out", "dossiers.year_exported")


class Entry(ScopedModel):
    """One act. `digest` = sha256(salt ‖ body): the chain covers the digest, so a body (with its salt) can be deleted by order of
    law without breaking the chain, and nobody can guess it back from the digest.

    xid is the writing transaction, numbered by one running server; a restored database counts anew, so `era` names the
    server that counted. Both together say which entries a seal has already seen.
    """

    scope_at: ClassVar = {"school": "school_id"}
    append_only: ClassVar = True
    family_reads: ClassVar = ("subject_id", "action", LOOKS)

    school_id = models.BigIntegerField(help_text="the unit whose chain this entry belongs to")
    xid = models.BigIntegerField(db_default=models.expressions.RawSQL("(pg_current_xact_id()::text::bigint)", []))
    era = models.BigIntegerField(db_default=models.expressions.RawSQL("((pg_control_system()).system_identifier)", []))
    at = models.DateTimeField(db_default=models.expressions.RawSQL("clock_timestamp()", []))
    actor_id = models.BigIntegerField(null=True)
    action = models.TextField()
    object_type = models.TextField()
    object_id = models.TextField()
    subject_id = models.BigIntegerField(null=True, help_text="the person the act is about")
    request_id = models.TextField(default="")
    salt = models.BinaryField(null=True)
    body = models.TextField(null=True, help_text="the JSON text that was hashed: actor's name, workspace, changes, why")
    digest = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["school_id", "id"], name="entry_of_unit"),
            models.Index(fields=["xid", "id"], name="entry_unsealed"),
            models.Index(fields=["subject_id", "at"], name="entry_of_person"),
            models.Index(
                fields=["object_type", "object_id", "at"],
                name="entry_of_list_taken",
                condition=models.Q(action__in=LISTS),
            ),
        ]


class Seal(models.Model):
    """A link of one unit's chain for one day: the hash over the former link and the entries it covers."""

    shared = "hashes and counts only; written and checked by the worker for every unit"
    append_only: ClassVar = True

    school_id = models.BigIntegerField()
    day = models.DateField()
    number = models.IntegerField()
    entries = models.IntegerField()
    covers = models.JSONField(
        help_text="[id, hash of its line] in order, so that a changed or removed entry can be named"
    )
    previous = models.BinaryField()
    hash = models.BinaryField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school_id", "day", "number"], name="uniq_seal")]


class SealMark(models.Model):
    """What the last seal has seen: a snapshot of the server of an era. Everything visible in it is sealed. One row."""

    shared = "two numbers and a snapshot, of the worker"

    era = models.BigIntegerField()
    seen = models.TextField(help_text="a pg_snapshot as text")


class ReadOnce(models.Model):
    """That somebody's look at something already stands in the audit of a day, so that a page opened fifty times tells it once.

    A row here decides nothing but that; it is forgotten with its day.
    """

    shared = "numbers and a day only; a family writes here, which may not read what it wrote into the audit"

    actor_id = models.BigIntegerField()
    action = models.TextField()
    object_id = models.TextField()
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "actor_id", "action", "object_id"], name="uniq_read_once")
        ]
