"""How a class goes on into the next school year. Names are the schools' own; only their usual shape is read."""

from __future__ import annotations

import re

#: The last grade of each level, after which a pupil goes to another school or leaves: 5-6 years, 5, 9, 12
#: (Luật Giáo dục 43/2019/QH14, Điều 23 and 28).
LAST_GRADES = frozenset({-1, 5, 9, 12})
_NUMBERED = re.compile(r"^(\d{1,2})(?!\d)(.*)$", re.DOTALL)


def name_next_year(name: str, grade: int) -> str | None:
    """What a class is called a year later: its grade's number is raised, the rest stays. None where the name does not begin with
    its grade (preschool, odd names): people say it then.

    >>> name_next_year("6A1", 6), name_next_year("9 Toán", 9), name_next_year("Mầm 1", -3), name_next_year("10A3", 1)
    ('7A1', '10 Toán', None, None)
    """
    found = _NUMBERED.match(name)
    if found is None or int(found[1]) != grade:
        return None
    return f"{grade + 1}{found[2]}"
