"""`./dev worker`: the job worker and the steady work, in one process. `./dev up` starts it."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from procrastinate.contrib.django import app

from maitruong.foundation.jobs import pulse


class Command(BaseCommand):
    help = "Làm việc nền: hàng đợi, phát sự kiện, niêm phong nhật ký."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        beat = threading.Thread(target=pulse.run, args=(stop,), name="pulse")
        beat.start()
        try:
            with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
                asyncio.run(_work(options["concurrency"]))
        finally:
            stop.set()
            beat.join()


async def _work(concurrency: int) -> None:
    """SIGTERM and SIGINT let running jobs end (a job cut short is taken up again by its beat)."""
    async with app.open_async():
        await app.run_worker_async(
            queues=["jobs"],
            concurrency=concurrency,
            shutdown_graceful_timeout=20,
            delete_jobs="successful",
            name="worker",
        )
