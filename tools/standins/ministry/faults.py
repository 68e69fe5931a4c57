"""What goes wrong at a gate. Each fault is one way in which a batch may fare; `mixed` draws one of them for every batch, by its seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

FAULTS = (
    "none",
    "drop_request",  # hangs up, nothing was taken in
    "drop_answer",  # took it in and hangs up
    "double",  # takes it in twice and says everything twice
    "delay",  # answers late
    "reorder",  # hangs up, and takes it in after one of the next batches, records in another order
    "down",  # 500
    "nonsense",  # answers something else
    "half",  # takes in half of it and says nothing
    "partial",  # takes it in and speaks of half of it
    "other_batch",  # answers for another batch
    "forgets",  # says it took everything in, and leaves out every third record
    "mixed",
)
_MIX = tuple(fault for fault in FAULTS if fault not in ("delay", "mixed"))


@dataclass
class Trouble:
    """reject: patterns of record ids that are refused alone; poison: of those for whose sake a whole batch is."""

    fault: str = "none"
    seconds: float = 3.0
    reject: tuple[str, ...] = ()
    poison: tuple[str, ...] = ()
    dice: random.Random = field(default_factory=random.Random)

    def draw(self) -> str:
        return self.dice.choice(_MIX) if self.fault == "mixed" else self.fault
