"""What may be done with applications to change school; each act one transaction with its step, audit entry and fact."""

from .applying import (
    Comer,
    Wish,
    apply_as_family,
    apply_for_family,
    apply_in,
    apply_out_as_family,
    apply_out_for_family,
)
from .deciding import accept, refuse, withdraw, withdraw_for_family
from .leaving import let_leave
from .packing import apply_with_package, make_package
from .papers import attach, paper_ticket
from .postings import cancel_posting, receive_staff, release_staff
from .receiving import Arrival, receive
from .releasing import release

__all__ = [
    "Arrival",
    "Comer",
    "Wish",
    "accept",
    "apply_as_family",
    "apply_for_family",
    "apply_in",
    "apply_out_as_family",
    "apply_out_for_family",
    "apply_with_package",
    "attach",
    "cancel_posting",
    "let_leave",
    "make_package",
    "paper_ticket",
    "receive",
    "receive_staff",
    "refuse",
    "release",
    "release_staff",
    "withdraw",
    "withdraw_for_family",
]
