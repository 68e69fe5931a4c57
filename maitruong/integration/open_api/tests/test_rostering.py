"""The rostering service as another program meets it."""

from __future__ import annotations

from maitruong.integration.open_api.oneroster import ids
from maitruong.integration.open_api.views_oneroster import COLLECTIONS

from .conftest import BASE, Machine, World, let_in


def test_every_collection_answers_with_its_own_name_a_total_and_links(machine: Machine) -> None:
    for address in COLLECTIONS:
        answer = machine.get(address)
        assert answer.status_code == 200, (address, answer.content)
        assert answer.headers["X-Total-Count"] == str(sum(len(rows) for rows in answer.json().values())), address
        assert 'rel="first"' in answer.headers["Link"]
