"""The year as a whole: room for it when the department opens it, and the lock on its tables when the department closes it."""

from __future__ import annotations

from django.db import connection

from maitruong.foundation.kernel import formats

from ..models import MarkBook


def close_year(school_year: int) -> None:
    """From now on the tables of the year refuse every write by themselves, whoever asks. Runs in the act that closes the year."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gradebook_close_year(%s)", [school_year])


def unfinished(school_year: int) -> str:
    """How many books of the year nobody has closed, in words; "" when none. What the present unit of work sees, one statement."""
    count = MarkBook._base_manager.filter(school_year=school_year, closed_at__isnull=True).count()
    return f"{formats.number(count)} sổ điểm chưa khoá" if count else ""
