"""The pages of a list on its way in: upload, columns, problems, import, undo."""

from .checked import annotated, batch, check_again, correct, decide, discard, go_on, progress, start_import, stop, undo
from .upload import columns, lists, template

__all__ = [
    "annotated",
    "batch",
    "check_again",
    "columns",
    "correct",
    "decide",
    "discard",
    "go_on",
    "lists",
    "progress",
    "start_import",
    "stop",
    "template",
    "undo",
]
