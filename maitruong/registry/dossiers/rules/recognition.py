"""A school is recognised by decisions that last five years: of a national standard, and of its quality."""

from __future__ import annotations

import datetime as dt

NATIONAL, ACCREDITATION = "national", "accreditation"
KINDS = {NATIONAL: "Trường đạt chuẩn quốc gia", ACCREDITATION: "Kiểm định chất lượng giáo dục"}
_LEVELS = {NATIONAL: 2, ACCREDITATION: 4}
YEARS = 5


def levels_of(kind: str) -> range:
    """The levels there are: 1-2 of the national standard (mức độ), 1-4 of accreditation (cấp độ).

    Source: Circulars 17, 18 and 19/2018/TT-BGDĐT (primary, secondary, preschool). Their articles were not read again for
    this: an officer checks them before the first decision is written.
    """
    return range(1, _LEVELS[kind] + 1)


def last_day(decided_on: dt.date) -> dt.date:
    """The last day a recognition holds: five years from the day it was signed, the day before its anniversary.

    Source: Circulars 17, 18 and 19/2018/TT-BGDĐT; the article was not read again, see levels_of. Signed on 29 February: until
    the last day of February, where that year has no such day.
    >>> last_day(dt.date(2024, 3, 15))
    datetime.date(2029, 3, 14)
    """
    try:
        anniversary = decided_on.replace(year=decided_on.year + YEARS)
    except ValueError:
        anniversary = dt.date(decided_on.year + YEARS, 3, 1)
    return anniversary - dt.timedelta(days=1)
