"""How much of a stranger's file we are willing to open. Every figure is far above any real list of a school."""

from __future__ import annotations

from typing import Final

MEGABYTE: Final = 1 << 20

MAX_FILE_BYTES: Final = 40 * MEGABYTE
MAX_ENTRIES: Final = 500
MAX_SHEETS: Final = 100
#: All parts of the package together, once inflated. 50,000 rows x 54 columns come to 95-135 MB.
MAX_INFLATED_BYTES: Final = 450 * MEGABYTE
MAX_SHARED_STRINGS_BYTES: Final = 120 * MEGABYTE
MAX_SMALL_PART_BYTES: Final = 8 * MEGABYTE
#: Real sheets inflate 8-25 times; a column of one repeated word reaches 60. Only parts above the floor are judged:
#: a short empty sheet may well compress 300 times.
MAX_RATIO: Final = 200
RATIO_FLOOR_BYTES: Final = 4 * MEGABYTE

MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 200
MAX_CELL_CHARS: Final = 4_000
HEAD_ROWS: Final = 80

#: Limits of the process that reads the file; see reader.py.
READER_ADDRESS_SPACE_BYTES: Final = 1024 * MEGABYTE
READER_CPU_SECONDS: Final = 120
