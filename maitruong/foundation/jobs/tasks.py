"""The one task of the queue: do a job of ours, by its number."""

from __future__ import annotations

from procrastinate.contrib.django import app

from . import services


@app.task(queue="jobs", name="jobs.run_job")
def run_job(job_id: int) -> None:
    services.run(job_id)
