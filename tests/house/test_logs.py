"""What the log says: never the values in a path, least of all a link that still opens something."""

from __future__ import annotations

import logging

from django.test import Client

from maitruong.site.logs import JsonFormatter


def test_a_refused_request_leaves_no_one_time_link_and_no_id_in_the_log(caplog, db) -> None:
    link, stranger = "KQnm2Z0h1rXw_abcdefghijklmnopqrstuvwxyzABCD", Client(enforce_csrf_checks=True)

    with caplog.at_level(logging.INFO):
        stranger.post(f"/bat-dau/{link}/")
        stranger.post("/hoc-sinh/121314/so/77/")

    told = [JsonFormatter().format(record) for record in caplog.records if record.name.startswith("django.")]
    assert len(told) >= 2 and any("/bat-dau/…/" in line for line in told)
    assert not any(link in line or "121314" in line for line in told)
