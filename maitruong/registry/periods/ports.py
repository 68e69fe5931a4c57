"""What must be told to this module from above: what is wrong with a school's data, and what else belongs into a snapshot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from maitruong.foundation.access.types import Scope


@dataclass(frozen=True)
class Finding:
    """Something wrong with the data. sentence: in Vietnamese, with how many it is about; url: where it is mended, "" for nowhere."""

    code: str
    sentence: str
    url: str = ""


@dataclass(frozen=True)
class Findings:
    """blocking: errors that stand (severity E).   unexplained: warnings (W) nobody has explained yet. Explained ones are in neither."""

    blocking: tuple[Finding, ...] = ()
    unexplained: tuple[Finding, ...] = ()


class FindingsSource(Protocol):
    """Whoever checks the quality of data. Asked when a school's page is drawn, when its figures are made and when they are signed."""

    def open_findings(self, scope: Scope, *, school_id: int, school_year: int, as_of: dt.date) -> Findings: ...


class SnapshotSource(Protocol):
    """A module that adds a table to every snapshot.

    name: of the data set, small letters and lines.   columns: fixed for ever; a further column is another data set.
    rows: of a school as of a day, in a fixed order, of texts, whole numbers, yes and no, days. Read with sight of the whole
    province, so it asks for the school itself; one statement.
    """

    @property
    def name(self) -> str: ...

    @property
    def columns(self) -> Sequence[str]: ...

    def rows(self, *, school_id: int, school_year: int, as_of: dt.date) -> Sequence[Sequence[Any]]: ...


_findings: FindingsSource | None = None
_sources: dict[str, SnapshotSource] = {}


def asks_for_findings(source: FindingsSource | None) -> None:
    """Called by the roof. Without a source no school can close: nobody has looked at its data."""
    global _findings
    _findings = source


def findings_source() -> FindingsSource | None:
    return _findings


def adds_to_snapshot(source: SnapshotSource) -> None:
    """Called by the roof."""
    _sources[source.name] = source


def removes_from_snapshot(name: str) -> None:
    """What was frozen with it stays as it is."""
    _sources.pop(name, None)


def sources() -> Iterator[SnapshotSource]:
    """In the order of their names, as a snapshot lists them."""
    yield from (_sources[name] for name in sorted(_sources))
