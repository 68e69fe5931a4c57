"""The one shape of an expected 'no': what happened, and what to do now."""

from __future__ import annotations

from typing import Any, ClassVar, Final

LONGEST_FACT: Final = 1000
"""Letters of one fact that are told again; a page may tell a refusal at each of its rows."""


class Refusal(Exception):
    """An expected refusal, told to a person in their own words.

    Subclasses set `code` (stable, `module.what_is_wrong`), `message` and `remedy`: templates over the keyword facts.
    """

    code: ClassVar[str] = "kernel.refused"
    message: ClassVar[str] = "Chưa làm được việc này."
    remedy: ClassVar[str] = "Xem lại thông tin rồi thử lại."

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.text)

    @property
    def text(self) -> str:
        return self.message.format(**self._told())

    @property
    def advice(self) -> str:
        return self.remedy.format(**self._told())

    def _told(self) -> dict[str, Any]:
        """The facts without what somebody sent too much: two megabytes in a field came back on a page as hundreds."""
        return {
            name: f"{fact[:LONGEST_FACT]}…" if isinstance(fact, str) and len(fact) > LONGEST_FACT else fact
            for name, fact in self.facts.items()
        }
