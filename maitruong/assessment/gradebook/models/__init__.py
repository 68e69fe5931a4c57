"""Tables of the mark books. What a class writes in a year stands in tables partitioned by school year (see marks.py)."""

from .books import ClassSheet, MarkBook, SavedRequest
from .marks import Mark, MarkHistory, PrimaryMark, QualityMark
from .results import Conduct, Result, SummerResult

__all__ = [
    "ClassSheet",
    "Conduct",
    "Mark",
    "MarkBook",
    "MarkHistory",
    "PrimaryMark",
    "QualityMark",
    "Result",
    "SavedRequest",
    "SummerResult",
]
