"""What crosses this wall about classes: their order and their grades."""

from __future__ import annotations

import re

PRESCHOOL_GRADES = {"NT0": -6, "NT1": -5, "NT2": -4, "MG3": -3, "MG4": -2, "MG5": -1}


def grade_number(key: str) -> int:
    """A grade key of the code list as a number: '8' → 8; preschool groups are -6..-1, so that they sort before grade 1."""
    return PRESCHOOL_GRADES.get(key) or int(key)


def class_sort_key(name: str, grade: int) -> str:
    """Natural order of class names inside a school: by grade, then letters, then numbers (6A2 before 6A10)."""
    parts = re.findall(r"\d+|\D+", name.strip().lower())
    return f"{grade + 10:02d} " + "".join(p.zfill(4) if p.isdigit() else p.strip() for p in parts)
