"""The one shape of an expected 'no': what happened, and what to do now."""

from __future__ import annotations

from typing import Any, ClassVar


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
        return self.message.format(**self.facts)

    @property
    def advice(self) -> str:
        return self.remedy.format(**self.facts)
