"""Until when a school answers. Working days as in the Labour Code: no Saturday, no Sunday, no public holiday."""

from __future__ import annotations

import datetime as dt

#: Luật Lao động 2019 (45/2019/QH14), Điều 112: New Year, 30/4, 1/5, 2/9. The lunar ones (Tết, giỗ Tổ) and the second day beside 2/9
#: are announced year by year; a deadline that meets them is that much shorter, which the department sees and can excuse (assumed).
_HOLIDAYS = {(1, 1), (4, 30), (5, 1), (9, 2)}
_SATURDAY = 5


def is_working_day(day: dt.date) -> bool:
    return day.weekday() < _SATURDAY and (day.month, day.day) not in _HOLIDAYS


def due_on(begun: dt.date, working_days: int) -> dt.date:
    """The last working day for a step that fell to a school on `begun`, which is not counted itself.

    Source: Bộ luật Dân sự 2015, Điều 147 khoản 1 (the first day is not counted) and Điều 148 khoản 5; the number of days is the
    province's own (assumed 3 to answer, 2 to release).
    >>> due_on(dt.date(2026, 11, 20), 3)
    datetime.date(2026, 11, 25)
    """
    day, left = begun, working_days
    while left > 0:
        day += dt.timedelta(days=1)
        left -= is_working_day(day)
    return day
