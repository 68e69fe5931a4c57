"""Give and withdraw roles, open accounts, make passwords new. A withdrawn role is refused on the very next request."""

from .accounts import (
    Credentials,
    confirm_person,
    confirm_tie,
    known_here,
    may_open,
    may_reset,
    may_reset_holder,
    new_officer,
    offered,
    open_account,
    reset_holder,
    reset_password,
)
from .roles import give_role, may_withdraw, withdraw_role, withdrawable

__all__ = [
    "Credentials",
    "confirm_person",
    "confirm_tie",
    "give_role",
    "known_here",
    "may_open",
    "may_reset",
    "may_reset_holder",
    "may_withdraw",
    "new_officer",
    "offered",
    "open_account",
    "reset_holder",
    "reset_password",
    "withdraw_role",
    "withdrawable",
]
