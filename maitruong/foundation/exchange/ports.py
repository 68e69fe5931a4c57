"""What a module must offer so that a list of its own can come in: see ListOwner. It registers itself through `registry`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from maitruong.foundation.access.types import Scope

from .columns import ColumnMap
from .dry_run import Record, Verdict


@dataclass(frozen=True)
class Target:
    """Where a list goes. options: the switches the person chose, by key."""

    batch_id: int
    school_id: int
    school_year: int
    options: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Switch:
    """A choice offered with the columns."""

    key: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Written:
    """What was written for one record; `written` is kept for taking it back and read by the owner alone."""

    row: int
    object_id: int
    label: str
    fate: str
    written: dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """A row that was not taken back, and why, in a sentence.

    only_edited: nothing but what the list itself wrote was edited since, so a person may still take it back.
    """

    row: int
    because: str
    only_edited: bool = False


class ListReader(Protocol):
    """One pass over one list, with what it has learned on the way."""

    def lookup(self, records: Sequence[Record]) -> list[Verdict]:
        """The fate of each record, a fixed number of statements for all of them. Reads only.

        Of a record that is refused already it tells what can be told without the columns in `record.wrong`.
        """
        ...

    def write(self, records: Sequence[Record]) -> list[Written]:
        """Write records that `lookup` found new or changed, in the present unit of work: rows, history, audit, facts."""
        ...


class ListOwner(Protocol):
    """A module that takes lists of one kind."""

    key: str
    title: str
    permission: str
    unit: str  # "học sinh": what one row is
    switches: tuple[Switch, ...]

    def columns(self, target: Target) -> ColumnMap: ...

    def years(self) -> list[int]:
        """School years such a list may be for, the present one first."""
        ...

    def address_of(self, object_id: int) -> str:
        """The page of what a row became."""
        ...

    def reader(self, scope: Scope, target: Target) -> ListReader:
        """A new pass. Raises a Refusal when the list cannot come in at all (the year is closed)."""
        ...

    def take_back(
        self, scope: Scope, target: Target, rows: Sequence[Written], *, edited_too: bool = False
    ) -> list[Kept]:
        """Undo exactly what was written for these rows, in the present unit of work; rows touched since are kept and told.

        edited_too: a person decided that rows which were only edited go as well.
        """
        ...


_owners: dict[str, ListOwner] = {}


def register(owner: ListOwner) -> None:
    """Called by the roof when the program starts."""
    _owners[owner.key] = owner


def owner(key: str) -> ListOwner:
    return _owners[key]


def owners() -> list[ListOwner]:
    return list(_owners.values())
