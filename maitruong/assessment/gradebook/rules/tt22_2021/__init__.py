"""Circular 22/2021/TT-BGDĐT: how pupils of grades 6-12 are assessed. One file per group of articles."""

from .averages import (
    comment_term,
    comment_year,
    explain_comment_term,
    explain_comment_year,
    explain_term_average,
    explain_year_average,
    term_average,
    year_average,
)
from .awards import awards, explain_awards
from .conduct import conduct_year, explain_conduct_year
from .levels import explain_learning_level, learning_level
from .marks import check_mark, explain_regular_marks_needed, regular_marks_needed
from .settings import DEFAULT, Tt22Settings
from .summer import after_retest, explain_level_after_retest, level_after_retest, retest_subjects

__all__ = [
    "DEFAULT",
    "Tt22Settings",
    "after_retest",
    "awards",
    "check_mark",
    "comment_term",
    "comment_year",
    "conduct_year",
    "explain_awards",
    "explain_comment_term",
    "explain_comment_year",
    "explain_conduct_year",
    "explain_learning_level",
    "explain_level_after_retest",
    "explain_regular_marks_needed",
    "explain_term_average",
    "explain_year_average",
    "learning_level",
    "level_after_retest",
    "regular_marks_needed",
    "retest_subjects",
    "term_average",
    "year_average",
]
