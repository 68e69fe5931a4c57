"""What the tools say when they cannot go on: one sentence of what happened, one of what to do."""

from __future__ import annotations


class Trouble(Exception):
    """An expected stop of a `./dev` command. Shown as two lines, never as a traceback."""

    def __init__(self, what: str, remedy: str = "", *, code: int = 2) -> None:
        self.what, self.remedy, self.code = what, remedy, code
        super().__init__(f"{what} {remedy}".strip())
