"""A school as of a day, as bytes that come out the same whoever makes them: tables, totals, and a manifest that names them by hash."""

from .building import Built, build
from .canonical import read_table
from .manifest import Manifest, Named, unsigned

__all__ = ["Built", "Manifest", "Named", "build", "read_table", "unsigned"]
