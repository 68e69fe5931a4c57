"""What goes wrong with a register: each fault spoils a right answer in its own way."""

from __future__ import annotations

from typing import Any

FAULTS = ("none", "slow", "down", "wrong", "wrong_number", "partial", "nonsense", "twice", "other_exchange")
"""`slow` waits first and `down` hangs up; the others are told below."""


def spoil(fault: str, answer: dict[str, Any]) -> Any:
    """The answer as the fault leaves it."""
    entries: list[dict[str, Any]] = answer["answers"]
    if fault == "wrong":  # somebody else's facts under the number that was asked for
        stranger = {"found": True, "full_name": "Trần Văn Người Khác", "born_on": "1950-01-01", "sex": "male"}
        return answer | {"answers": [entry | stranger for entry in entries]}
    if fault == "wrong_number":  # right facts, said of another number
        return answer | {"answers": [entry | {"number": entry["number"][::-1]} for entry in entries]}
    if fault == "partial":
        return answer | {"answers": entries[: len(entries) // 2]}
    if fault == "nonsense":
        return {"transaction": answer["transaction"], "answers": "MATCHED", "ok": True}
    if fault == "twice":
        return answer | {"answers": entries + entries}
    if fault == "other_exchange":
        return answer | {"transaction": "00000000-0000-0000-0000-000000000000"}
    return answer
