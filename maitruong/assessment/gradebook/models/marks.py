"""What stands in the cells: one row per pupil and book, fixed small columns, and the history of every cell.

The tables are partitioned by school year and made by SQL in the first migration; `gradebook_make_year(year)` adds a year.
Empty is NULL and never 0. ABSENT (-1) says the pupil was absent: a sign for the teacher, counted nowhere.
Each row carries the version of its book at its last change.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from maitruong.foundation.access.scoping import ScopedModel

ABSENT = -1


class Basis(models.IntegerChoices):
    """On what the pupil is judged in the subject. The last two do not count towards a level."""

    COMMON = 0, "theo chương trình chung"
    REDUCED = 1, "giảm nhẹ yêu cầu"
    INDIVIDUAL_PLAN = 2, "theo kế hoạch giáo dục cá nhân"
    EXEMPT = 3, "được miễn"


def _cell() -> models.SmallIntegerField:
    return models.SmallIntegerField(null=True)


class Mark(ScopedModel):
    """A pupil's marks in one subject and term, in tenths (7,5 is 75); in a comment subject 1 is Đạt, 0 Chưa đạt."""

    scope_at: ClassVar = {
        "school": "school_id",
        "school_class": "class_id",
        "subject": "subject",
        "student": "student_id",
    }

    pk = models.CompositePrimaryKey("school_year", "school_id", "class_id", "subject", "term", "student_id")
    school_year = models.SmallIntegerField()
    school_id = models.BigIntegerField()
    class_id = models.BigIntegerField()
    subject = models.TextField()
    term = models.SmallIntegerField()
    student_id = models.BigIntegerField()
    tx1, tx2, tx3, tx4, tx5, tx6 = _cell(), _cell(), _cell(), _cell(), _cell(), _cell()
    cd = models.SmallIntegerField(null=True, help_text="topic cluster (cụm chuyên đề)")
    gk = models.SmallIntegerField(null=True, help_text="midterm")
    ck = models.SmallIntegerField(null=True, help_text="final")
    average = models.SmallIntegerField(null=True, help_text="of the term, in tenths")
    outcome = models.SmallIntegerField(null=True, help_text="comment subject: 1 Đạt, 0 Chưa đạt")
    provisional = models.BooleanField(db_default=True, help_text="something is still owed")
    basis = models.SmallIntegerField(choices=Basis.choices, db_default=Basis.COMMON)
    comment = models.TextField(db_default="", blank=True)
    version = models.IntegerField()
    updated_at = models.DateTimeField()
    updated_by = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "gradebook_mark"


class PrimaryMark(ScopedModel):
    """A primary pupil's level (2 T, 1 H, 0 C), test (tenths, whole marks) and comment in one subject at one moment."""

    scope_at: ClassVar = Mark.scope_at

    pk = models.CompositePrimaryKey("school_year", "school_id", "class_id", "subject", "moment", "student_id")
    school_year = models.SmallIntegerField()
    school_id = models.BigIntegerField()
    class_id = models.BigIntegerField()
    subject = models.TextField()
    moment = models.SmallIntegerField()
    student_id = models.BigIntegerField()
    level = _cell()
    test = _cell()
    basis = models.SmallIntegerField(choices=Basis.choices, db_default=Basis.COMMON)
    comment = models.TextField(db_default="", blank=True)
    version = models.IntegerField()
    updated_at = models.DateTimeField()
    updated_by = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "gradebook_primarymark"


class QualityMark(ScopedModel):
    """A primary pupil's qualities and competences at one moment: 2 T, 1 Đ, 0 C in a column each."""

    scope_at: ClassVar = {"school": "school_id", "school_class": "class_id", "student": "student_id"}

    pk = models.CompositePrimaryKey("school_year", "school_id", "class_id", "moment", "student_id")
    school_year = models.SmallIntegerField()
    school_id = models.BigIntegerField()
    class_id = models.BigIntegerField()
    moment = models.SmallIntegerField()
    student_id = models.BigIntegerField()
    yeu_nuoc, nhan_ai, cham_chi, trung_thuc, trach_nhiem = _cell(), _cell(), _cell(), _cell(), _cell()
    tu_chu_tu_hoc, giao_tiep_hop_tac, giai_quyet_van_de = _cell(), _cell(), _cell()
    ngon_ngu, tinh_toan, khoa_hoc, cong_nghe, tin_hoc = _cell(), _cell(), _cell(), _cell(), _cell()
    tham_mi, the_chat = _cell(), _cell()
    comment = models.TextField(db_default="", blank=True)
    version = models.IntegerField()
    updated_at = models.DateTimeField()
    updated_by = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "gradebook_qualitymark"


class MarkHistory(ScopedModel):
    """One changed cell: what stood there, what stands there now, as shown in the book; NULL is an empty cell.

    subject "" and slot tell the book apart: slot is its term, or its moment at primary school; kind as of the book.
    """

    scope_at: ClassVar = {"school": "school_id"}
    append_only: ClassVar = True

    pk = models.CompositePrimaryKey(
        "class_id", "subject", "slot", "student_id", "cell", "version", "kind", "school_year"
    )
    school_year = models.SmallIntegerField()
    school_id = models.BigIntegerField()
    class_id = models.BigIntegerField()
    kind = models.TextField()
    subject = models.TextField()
    slot = models.SmallIntegerField()
    student_id = models.BigIntegerField()
    cell = models.TextField()
    version = models.IntegerField(help_text="version of the book after the change")
    old = models.TextField(null=True)
    new = models.TextField(null=True)
    by_person = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "gradebook_markhistory"
