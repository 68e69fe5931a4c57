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

#: A list of 50,000 rows with a merged title beside every second one has half of it.
MAX_MERGES: Final = 100_000

MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 200
#: Of all sheets of a file that the library lays out at once (.xls, .ods), from the first cell to the last.
MAX_CELLS: Final = MAX_ROWS * MAX_COLUMNS
MAX_CELL_CHARS: Final = 4_000
HEAD_ROWS: Final = 80
#: Of the first rows, which the person sees and the database keeps, of all sheets together: 20 sheets of 54 columns have 1.3 million.
MAX_HEAD_CHARS: Final = 8_000_000

#: Limits of the process that reads the file; see reader.py.
READER_ADDRESS_SPACE_BYTES: Final = 1024 * MEGABYTE
READER_CPU_SECONDS: Final = 120
#: While somebody waits for the page, and a web server's thread with her. 50,000 x 54 take about 6 s.
LOOK_CPU_SECONDS: Final = 45
#: Looks at once in one web process, how many more may wait for their turn, and how long; a list of a school takes half a second.
#: Together they are fewer than the threads of a process, so that a flood of lists leaves some for everybody else.
LOOKS_AT_ONCE: Final = 2
LOOKS_WAITING: Final = 1
LOOK_PATIENCE_SECONDS: Final = 5
