"""What law and arithmetic say, apart from any table."""

from .growth import body_mass_index
from .recognition import ACCREDITATION, KINDS, NATIONAL, last_day, levels_of

__all__ = ["ACCREDITATION", "KINDS", "NATIONAL", "body_mass_index", "last_day", "levels_of"]
