"""Programmes as data: which subjects a grade has, how many periods a year, what a THPT pupil may choose."""

from .gdpt2018 import (
    CLUSTER_PERIODS,
    CLUSTERS_CHOSEN,
    ELECTIVES_CHOSEN,
    ChoiceProblem,
    Subject,
    SubjectGroup,
    SubjectKind,
    SubjectUnknown,
    check_choice,
    periods,
    subject,
    subjects_of,
    yearly_total,
)
from .gdtx2022 import Programme, programme_of, studied

__all__ = [
    "CLUSTERS_CHOSEN",
    "CLUSTER_PERIODS",
    "ELECTIVES_CHOSEN",
    "ChoiceProblem",
    "Programme",
    "Subject",
    "SubjectGroup",
    "SubjectKind",
    "SubjectUnknown",
    "check_choice",
    "periods",
    "programme_of",
    "studied",
    "subject",
    "subjects_of",
    "yearly_total",
]
