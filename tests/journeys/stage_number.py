"""Gives one of the demo's people a number of the state, where she has none, and tells what a register would say of her.

    python -m tests.journeys.stage_number --login phu-huynh

Prints {"name": in capitals, "citizen_number", "birthdate"}.
"""

from __future__ import annotations

import argparse
import json

import django

NUMBER = "031185777777"


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--login", required=True)
    told = asked.parse_args()
    django.setup()
    print(json.dumps(set_up(told.login), ensure_ascii=False))


def set_up(login: str) -> dict[str, str]:
    import datetime as dt

    from django.db.backends.postgresql.psycopg_any import DateRange

    from maitruong.foundation.access.services import unit_of_work
    from maitruong.foundation.access.types import system_scope
    from maitruong.foundation.identity.models import Account
    from maitruong.foundation.people.models import Person, PersonIdentifier

    person_id = Account.objects.get(login=login).person_id
    with unit_of_work(system_scope("stage of a journey")):
        person = Person._base_manager.get(pk=person_id)
        if person.born_on is None:
            person.born_on = dt.date(1985, 5, 17)
            person.save(update_fields=["born_on"])
        held = PersonIdentifier._base_manager.filter(person_id=person_id, scheme="CCCD").first()
        if held is None:
            held = PersonIdentifier(
                person_id=person_id,
                places=person.places,
                scheme="CCCD",
                value=NUMBER,
                valid=DateRange(person.born_on, None),
            )
            held.save()
    return {
        "name": person.full_name.upper(),
        "citizen_number": held.value,
        "birthdate": person.born_on.isoformat(),
    }


if __name__ == "__main__":
    main()
