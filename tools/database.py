"""The database of this installation: the embedded one, or a server named by two addresses."""

from __future__ import annotations

import os
from dataclasses import dataclass

from tools import postgres, roles
from tools.cluster import Cluster, Running
from tools.places import var
from tools.roles import Addresses
from tools.trouble import Trouble

NAME = "maitruong"


@dataclass(frozen=True)
class Database:
    """Addresses that answer; `cluster` and `running` are None when the server is not ours."""

    addresses: Addresses
    cluster: Cluster | None = None
    running: Running | None = None

    def note(self, name: str) -> str:
        """What `write_note` wrote with these very data; always empty for a server that is not ours."""
        return postgres.read_card(postgres.layout(self.cluster.home)).get(name, "") if self.cluster else ""

    def write_note(self, name: str, value: str) -> None:
        if self.cluster:
            postgres.write_card(postgres.layout(self.cluster.home), **{name: value})

    def release(self, *, wait: bool = False) -> None:
        if self.cluster:
            self.cluster.release(wait=wait)


def external_addresses() -> Addresses | None:
    """What MT_OWNER_URL and MT_APP_URL say. Raises Trouble when only one is set."""
    owner, app = os.environ.get("MT_OWNER_URL"), os.environ.get("MT_APP_URL")
    if owner and app:
        return Addresses(owner, app)
    if owner or app:
        raise Trouble(
            f"Only {'MT_OWNER_URL' if owner else 'MT_APP_URL'} is set.",
            "Set both (owner and application), or neither for the embedded database.",
        )
    return None


def hold(*, prepare: bool = False) -> Database:
    """The database, running until `release` or the end of this process. `prepare` also looks after a foreign server."""
    given = external_addresses()
    if given:
        if prepare:
            roles.prepare_external(given.owner, given.app)
        return Database(given)
    cluster = Cluster(var() / "postgres")
    running = cluster.hold()
    place = postgres.layout(cluster.home)
    if postgres.read_card(place).get("roles") != roles.stamp():
        roles.prepare_cluster(running.superuser_url)
        roles.prepare_database(running.superuser_url, NAME)
        postgres.write_card(place, roles=roles.stamp())
    addresses = Addresses(running.url(NAME, roles.OWNER), running.url(NAME, roles.APP))
    return Database(addresses, cluster, running)
