"""How a result came about, as a tree a page can open: "Vì sao em này xếp loại Khá?"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .acts import Act


@dataclass(frozen=True)
class Step:
    """One condition looked at. `satisfied` is None for a line that only informs (a formula, an exemption).

    subject: the môn học that decided the condition, "" when it is about all.   value: as people read it ("6,4").
    """

    condition: str
    satisfied: bool | None = None
    subject: str = ""
    value: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "condition": self.condition,
            "satisfied": self.satisfied,
            "subject": self.subject,
            "value": self.value,
        }


@dataclass(frozen=True)
class Derivation:
    """A result with its reasons. `outcome` is what the plain function returns; `shown` is how a page says it.

    satisfied: for a branch of the tree ("Mức Tốt"), whether its conditions hold; None for a result.
    steps: conditions, and derivations of the parts the result was made from.
    """

    title: str
    outcome: Any
    shown: str
    act: Act
    article: str
    steps: tuple[Step | Derivation, ...] = field(default=())
    satisfied: bool | None = None

    @property
    def source(self) -> str:
        """The legal address: "Thông tư 22/2021/TT-BGDĐT, Điều 9, khoản 2"."""
        return f"{self.act.name}, {self.article}"

    def failed(self) -> list[Step]:
        """Every condition that did not hold, in reading order."""
        found = []
        for step in self.steps:
            if isinstance(step, Derivation):
                found += step.failed()
            elif step.satisfied is False:
                found.append(step)
        return found

    def lines(self) -> list[str]:
        """The tree as indented Vietnamese lines, for a plain page, a terminal or a test."""
        return list(_lines(self, 0))

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "title": self.title,
            "shown": self.shown,
            "outcome": plain(self.outcome),
            "act": self.act.number,
            "article": self.article,
            "satisfied": self.satisfied,
            "steps": [step.as_dict() for step in self.steps],
        }


def plain(outcome: Any) -> Any:
    """An outcome in the values JSON knows: enums by their lower-case name, named tuples as objects."""
    if isinstance(outcome, Enum):
        return outcome.name.lower()
    if isinstance(outcome, tuple) and hasattr(outcome, "_asdict"):
        return {name: plain(value) for name, value in outcome._asdict().items()}
    return outcome


def _lines(node: Derivation, depth: int) -> Iterator[str]:
    indent = "  " * depth
    yield f"{indent}{node.title}: {node.shown} ({node.source})"
    for step in node.steps:
        if isinstance(step, Derivation):
            yield from _lines(step, depth + 1)
        else:
            yield f"{indent}  {_step_line(step)}"


def _step_line(step: Step) -> str:
    sign = {True: "✓ ", False: "✗ ", None: "· "}[step.satisfied]
    about = " ".join(part for part in (step.subject, step.value) if part)
    return f"{sign}{step.condition}: {about}" if about else f"{sign}{step.condition}"
