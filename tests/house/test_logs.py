"""What the log says: never the values in a path, least of all a link that still opens something."""

from __future__ import annotations

import logging

from django.test import Client

from maitruong.foundation.access.refused import veiled
from maitruong.site.logs import JsonFormatter
from tests import factories as make


def test_a_refused_request_leaves_no_one_time_link_and_no_id_in_the_log(caplog, db) -> None:
    link, stranger = "KQnm2Z0h1rXw_abcdefghijklmnopqrstuvwxyzABCD", Client(enforce_csrf_checks=True)

    with caplog.at_level(logging.INFO):
        stranger.post(f"/bat-dau/{link}/")
        stranger.post("/hoc-sinh/121314/so/77/")

    told = [JsonFormatter().format(record) for record in caplog.records if record.name.startswith("django.")]
    assert len(told) >= 2 and any("/bat-dau/…/" in line for line in told)
    assert not any(link in line or "121314" in line for line in told)


def test_a_refused_sign_in_is_told_by_a_hash_that_names_nobody(caplog, db) -> None:
    with caplog.at_level(logging.WARNING):
        Client().post("/dang-nhap/", {"login": "0123.0007", "password": "đoán bừa một câu"})

    told = [JsonFormatter().format(record) for record in caplog.records if record.name == "maitruong.refused"]
    assert len(told) == 1 and "wrong pair" in told[0] and veiled("0123.0007") in told[0]
    assert "0123.0007" not in told[0] and "đoán bừa" not in told[0]


def test_reaching_for_what_is_not_ones_own_is_told_with_the_right_that_was_asked_for(caplog, db) -> None:
    account = make.a_principal(make.a_school(make.a_department()))
    client = Client()
    client.force_login(account)

    with caplog.at_level(logging.WARNING):
        client.get("/nam-hoc/")
        client.get("/so-diem/987654321/")

    told = [record for record in caplog.records if record.name == "maitruong.refused"]
    assert [(r.message, r.permission) for r in told] == [
        ("right not held", "calendar.manage"),
        ("not there or not theirs", "gradebook.view"),
    ]
    assert {r.who for r in told} == {veiled(account.pk)}
