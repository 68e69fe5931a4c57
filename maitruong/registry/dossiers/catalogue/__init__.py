"""Every field of the dossiers, once: names after the ministry's schema (CSDL ngành), in the groups people know them by."""

from .learner import LEARNER
from .school import CAMPUS, PARTICULARS, SCHOOL_YEAR
from .school_class import CLASS

SHEETS = {sheet.key: sheet for sheet in (PARTICULARS, SCHOOL_YEAR, CAMPUS, CLASS, LEARNER)}

__all__ = ["CAMPUS", "CLASS", "LEARNER", "PARTICULARS", "SCHOOL_YEAR", "SHEETS"]
