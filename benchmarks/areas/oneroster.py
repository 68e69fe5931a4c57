"""Full paging over OneRoster, as a first synchronisation does it, against COPY of the same rows to CSV.

Both read the same SELECTs (`oneroster/sources.py`), of the whole province: COPY once and in the server's own C, ours page by page
with token, log, JSON and links. What differs is what paging costs.
"""

from __future__ import annotations

import http.client
import json
import urllib.parse
from collections.abc import Iterator

from benchmarks import measure
from benchmarks.areas.recompute import pace
from benchmarks.run import Bench
from benchmarks.targets import Figure, NotRun

AREA = "oneroster"
ASKED = ("users", "classes", "enrollments")
PAGE = 10_000


def run(bench: Bench) -> list[Figure]:
    department = bench.house.rows("SELECT department_id FROM identity_installation")
    if not department or department[0][0] is None:
        raise NotRun("the data have no department")
    client_id, key, secret = _client(department[0][0])
    samples: list[dict[str, float]] = []
    counts: dict[str, int] = {}
    try:
        copy = _copies(client_id)
        for _ in range(bench.rounds):
            sample = {
                "million_ms": round(pace(bench), 3),
                "copy": round(measure.timed(lambda: _copied(bench, copy)), 3),
            }
            sample["ours"] = round(measure.timed(lambda: counts.update(_paged(bench, key, secret))), 3)
            samples.append(sample)
    finally:
        _end(client_id)
    more = {"rows": counts, "cost": round(1000 * measure.ratio(samples, "ours", "million_ms"), 1)}
    return [Figure(AREA, "paging", measure.ratio(samples, "ours", "copy"), samples, "seconds", more)]


def _client(department: int) -> tuple[int, str, str]:
    from maitruong.foundation.access.services import unit_of_work
    from maitruong.foundation.access.types import system_scope
    from maitruong.foundation.organisations import queries as organisations
    from maitruong.integration.open_api import services
    from maitruong.integration.open_api.types import CORE

    scope = system_scope("bench")
    with unit_of_work(scope):
        made = services.register_client(
            scope, name="bench", contact="bench", email="bench@vidu.vn", purpose="bench", basis="bench",
            scopes=[CORE], unit_codes=[organisations.unit(department).code],
        )  # fmt: skip
    return made.client_id, made.key, made.secret


def _end(client_id: int) -> None:
    from maitruong.foundation.access.services import unit_of_work
    from maitruong.foundation.access.types import system_scope
    from maitruong.integration.open_api import services

    scope = system_scope("bench")
    with unit_of_work(scope):
        services.disable_client(scope, client_id=client_id, why="bench")


def _copies(client_id: int) -> list[str]:
    """The SELECTs as text, with their values in them: COPY takes no parameters."""
    from django.db import connection
    from psycopg import ClientCursor

    from maitruong.foundation.access.services import unit_of_work
    from maitruong.integration.open_api import reach
    from maitruong.integration.open_api.models import Client
    from maitruong.integration.open_api.oneroster import resources, sources

    scope = reach.scope_of(Client.objects.get(pk=client_id))
    with unit_of_work(scope):
        given = reach.parameters(scope)
        cursor = ClientCursor(connection.connection)
        return [
            cursor.mogrify(sources.text(part.sql, given), given)
            for name in ASKED
            for part in resources.named(name, department=0).parts
        ]


def _copied(bench: Bench, selects: list[str]) -> int:
    size = 0
    with bench.house.superuser() as db:
        for select in selects:
            with db.cursor().copy(f"COPY ({select}) TO STDOUT (FORMAT csv)".encode()) as out:
                size += sum(len(block) for block in out)
    return size


def _paged(bench: Bench, key: str, secret: str) -> dict[str, int]:
    """Rows by collection, following `next`, on one connection."""
    server = http.client.HTTPConnection("127.0.0.1", bench.house.port, timeout=600)
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": key, "client_secret": secret})
    server.request("POST", "/oauth2/token", form, {"Content-Type": "application/x-www-form-urlencoded"})
    headers = {"Authorization": f"Bearer {json.loads(server.getresponse().read())['access_token']}"}
    counts = {}
    for name in ASKED:
        target = f"/ims/oneroster/rostering/v1p2/{name}?limit={PAGE}"
        counts[name] = 0
        while target:
            server.request("GET", target, headers=headers)
            answer = server.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{name}: {answer.status}")
            counts[name] += body.count(b'"dateLastModified"')
            target = next(_nexts(answer.headers["Link"]), "")
    server.close()
    return counts


def _nexts(header: str) -> Iterator[str]:
    for part in header.split(", "):
        if part.endswith('rel="next"'):
            whole = urllib.parse.urlsplit(part[part.index("<") + 1 : part.index(">")])
            yield f"{whole.path}?{whole.query}"
