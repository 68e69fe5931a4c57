"""Let another program in, give it a new secret, put it out. Each act with its entry in the department's audit."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Final

from django.db.models import Q

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.identity import services as identity
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import queries as organisations

from . import tokens
from .errors import AlreadyDisabled, EndsBeforeItBegins, Incomplete, UnitUnknown, WhyMissing
from .models import Client, Secret
from .types import SCOPES, Given

OVERLAP: Final = dt.timedelta(days=7)
"""How long the former secret still opens after a rotation, so that the other house can change over without a gap."""
_NEEDED: Final = {
    "name": "tên phần mềm",
    "contact": "người chịu trách nhiệm",
    "email": "thư điện tử liên hệ",
    "purpose": "mục đích",
    "basis": "căn cứ pháp lí",
}


def register_client(
    scope: Scope,
    *,
    name: str,
    contact: str,
    email: str,
    purpose: str,
    basis: str,
    scopes: Sequence[str],
    unit_codes: Sequence[str],
    valid_to: dt.date | None = None,
) -> Given:
    """Raises Incomplete, UnitUnknown, EndsBeforeItBegins. The secret is in the answer and nowhere else."""
    given = {"name": name, "contact": contact, "email": email, "purpose": purpose, "basis": basis}
    given = {field: text.strip() for field, text in given.items()}
    missing = [label for field, label in _NEEDED.items() if not given[field]]
    missing += [] if scopes and set(scopes) <= SCOPES.keys() else ["dữ liệu được lấy"]
    missing += [] if unit_codes else ["đơn vị"]
    if missing:
        raise Incomplete(what=", ".join(missing))
    units = organisations.ids_of_codes(unit_codes)
    for code in unit_codes:
        if code not in units:
            raise UnitUnknown(code_given=code)
    if valid_to is not None and valid_to < clock.today():
        raise EndsBeforeItBegins(ends_on=valid_to)
    client = Client.objects.create(
        key=f"mt-{secrets.token_hex(8)}",
        **given,
        scopes=sorted(set(scopes)),
        unit_ids=sorted(units.values()),
        valid_from=clock.today(),
        valid_to=valid_to,
        created_by=scope.actor_id,
    )
    _tell(scope, "open_api.client_registered", client, {**given, "scopes": client.scopes, "units": sorted(unit_codes)})
    return Given(client.pk, client.key, _add_secret(client))


def rotate_secret(scope: Scope, *, client_id: int) -> Given:
    """A new secret; those before it open for seven more days. Raises NotFound, AlreadyDisabled."""
    client = _locked(client_id)
    if client.disabled_at is not None:
        raise AlreadyDisabled
    former = Secret.objects.filter(client=client, ends_at__isnull=True)
    ended = former.update(ends_at=clock.now() + OVERLAP)
    _tell(scope, "open_api.secret_rotated", client, {"former": ended})
    return Given(client.pk, client.key, _add_secret(client))


def disable_client(scope: Scope, *, client_id: int, why: str) -> None:
    """Refused from its next question on, tokens under way included. Raises NotFound, AlreadyDisabled, WhyMissing."""
    client = _locked(client_id)
    if client.disabled_at is not None:
        raise AlreadyDisabled
    if not why.strip():
        raise WhyMissing
    client.disabled_at, client.disabled_why = clock.now(), why.strip()
    client.save(update_fields=["disabled_at", "disabled_why"])
    still_open = Secret.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=clock.now()), client=client)
    still_open.update(ends_at=clock.now())
    _tell(scope, "open_api.client_disabled", client, None, why=why)


def _locked(client_id: int) -> Client:
    client = Client.objects.select_for_update().filter(pk=client_id).first()
    if client is None:
        raise NotFound
    return client


def _add_secret(client: Client) -> str:
    secret, hashed = tokens.new_secret()
    Secret.objects.create(client=client, hash=hashed, hint=secret[-4:])
    return secret


def _tell(scope: Scope, action: str, client: Client, changes: object, *, why: str = "") -> None:
    audit.record(
        scope,
        action,
        school_id=identity.department(),
        object_type="open_api_client",
        object_id=client.pk,
        changes=changes,
        why=why,
    )
