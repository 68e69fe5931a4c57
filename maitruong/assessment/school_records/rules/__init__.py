"""Whether a pupil moves up, by the act of the record's own grade and year."""

from .promotion import Outcome, promotion_primary, promotion_secondary

__all__ = ["Outcome", "promotion_primary", "promotion_secondary"]
