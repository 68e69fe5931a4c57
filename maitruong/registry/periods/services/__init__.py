"""Acts on reporting periods. Each is one transaction with its audit entry and its fact."""

from ..calendar import open_periods, set_period, unfinished
from .checking import accept, accept_many, return_many, return_report
from .closing import ask_to_sign, freeze, preview, sign
from .correcting import ask_to_correct, decide_correction
from .province import close_period, start_freezing

__all__ = [
    "accept",
    "accept_many",
    "ask_to_correct",
    "ask_to_sign",
    "close_period",
    "decide_correction",
    "freeze",
    "open_periods",
    "preview",
    "return_many",
    "return_report",
    "set_period",
    "sign",
    "start_freezing",
    "unfinished",
]
