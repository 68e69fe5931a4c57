"""Pages of the school records."""

from .family import family, family_download, family_record
from .office import (
    correct,
    download,
    issue,
    issue_school,
    overview,
    prepare,
    record,
    school_class,
    school_progress,
    seal,
    seal_school,
    sealing_progress,
)
from .public import drop, verify_token
from .signing import (
    consent,
    signed,
    waiting_homeroom,
    waiting_principal,
    waiting_subject,
)

__all__ = [
    "consent",
    "correct",
    "download",
    "drop",
    "family",
    "family_download",
    "family_record",
    "issue",
    "issue_school",
    "overview",
    "prepare",
    "record",
    "school_class",
    "school_progress",
    "seal",
    "seal_school",
    "sealing_progress",
    "signed",
    "verify_token",
    "waiting_homeroom",
    "waiting_principal",
    "waiting_subject",
]
