"""The program with somebody who looked at the data and found nothing: without a look no school closes a period."""

from __future__ import annotations

from maitruong.site.wsgi import application

__all__ = ["application"]


def join() -> None:
    from maitruong.registry.periods import ports
    from maitruong.registry.periods.tests.closed import NothingFound

    ports.asks_for_findings(NothingFound())


join()
