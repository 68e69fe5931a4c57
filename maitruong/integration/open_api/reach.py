"""What a client may see, as the scope every read of the house asks for: an API key is a Scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from maitruong.foundation.access.types import GrantView, Rows, Scope, Workspace
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import queries as organisations

from .models import Client
from .types import READ

KEPT_AFTER: Final = dt.timedelta(days=150)
"""How long a year that is over is still handed out, as to be deleted: until the end of October."""


def scope_of(client: Client, *, request_id: str = "") -> Scope:
    """The department among its units: the province. Else the schools its units are or govern today; perhaps none."""
    known = organisations.units(client.unit_ids)
    wide = any(unit.kind == "department" for unit in known.values())
    schools = () if wide else schools_of(sorted(known), on=clock.today())
    place = ", ".join(unit.name for unit in known.values())
    return Scope(
        rows=Rows.PROVINCE if wide else Rows.SCHOOLS,
        actor_id=None,
        school_ids=schools,
        grants=(
            GrantView(
                id=client.pk,
                role="open_api_client",
                unit_id=client.unit_ids[0],
                permissions=frozenset({READ}),
                school_ids=None if wide else schools,
            ),
        ),
        workspace=Workspace(f"open_api.{client.pk}", "open_api_client", "Phần mềm kết nối", client.unit_ids[0], place),
        actor_name=client.name,
        request_id=request_id,
        permissions=frozenset({READ}),
    )


def schools_of(unit_ids: Sequence[int], *, on: dt.date) -> tuple[int, ...]:
    return tuple(
        sorted(
            {unit.id for above in unit_ids for unit in organisations.units_under(above, on=on) if unit.kind == "school"}
        )
    )


def parameters(scope: Scope, *, school_id: int | None = None) -> dict[str, Any]:
    """What `sources` asks. school_id: one school of the scope alone."""
    today = clock.today()
    with connection.cursor() as cursor:
        cursor.execute("SELECT year FROM calendar_schoolyear WHERE ends_on >= %s::date", [today - KEPT_AFTER])
        years = [row[0] for row in cursor.fetchall()]
        schools = None if scope.rows is Rows.PROVINCE else list(scope.school_ids)
        if school_id is not None:
            schools = [school_id]
        orgs = None
        if schools is not None:
            cursor.execute(
                "SELECT DISTINCT part::bigint FROM organisations_position, unnest(string_to_array(rtrim(path, '.'), '.')) part"
                " WHERE unit_id = ANY(%s::bigint[]) AND during @> %s::date",
                [schools, today],
            )
            orgs = sorted({row[0] for row in cursor.fetchall()} | set(schools))
    return {"today": today, "since": today - KEPT_AFTER, "years": years, "schools": schools, "orgs": orgs}
