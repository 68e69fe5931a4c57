"""How clean a school is, as one number."""

from .score import Counted, Severity, score

__all__ = ["Counted", "Severity", "score"]
