"""Work that need not wait for other work."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Generator[Item]) -> Generator[Item]:
    """The same items; while one is being used the next is already made, in a thread beside.

    For makers that compute and users that wait for the database. The maker never runs twice at once, and has ended when this
    generator is closed. It must not use the database: the connection belongs to the thread that asks.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as beside:
        try:
            coming = beside.submit(next, items, None)
            while (item := coming.result()) is not None:
                coming = beside.submit(next, items, None)
                yield item
        finally:
            beside.submit(items.close).result()
