"""When a period counts and is due, what is counted in it, which changes want a second look. Pure functions."""

from .comparing import Change, compare
from .dates import day_of_period
from .totals import ALL_GRADES, Total, totals_of

__all__ = ["ALL_GRADES", "Change", "Total", "compare", "day_of_period", "totals_of"]
