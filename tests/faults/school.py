"""A school in an installation of its own, for the tests of faults: `python -m tests.faults.school` prints who saves where.

Also lays two counters into the database that only see what is committed: every published fact, and every reaction done.
"""

from __future__ import annotations

import json
import os
import sys
import time

import django
import psycopg

CLASSES = 4
PUPILS = 8
"""More than a save looks for one by one: a column is saved as a class is."""
SEEN = """
CREATE TABLE seen_fact (event_id bigint, kind text, payload jsonb);
CREATE TABLE seen_reaction (event_id bigint, reaction text);
CREATE FUNCTION see_fact() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN INSERT INTO seen_fact VALUES (NEW.id, NEW.kind, NEW.payload); RETURN NULL; END $$;
CREATE FUNCTION see_reaction() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN INSERT INTO seen_reaction VALUES (OLD.event_id, OLD.reaction); RETURN NULL; END $$;
CREATE TRIGGER see_fact AFTER INSERT ON events_outbox FOR EACH ROW EXECUTE FUNCTION see_fact();
CREATE TRIGGER see_reaction AFTER DELETE ON events_delivery FOR EACH ROW EXECUTE FUNCTION see_reaction();
"""


def main() -> None:
    django.setup()
    from maitruong.assessment.gradebook.tests import factories as make

    with psycopg.connect(os.environ["MT_OWNER_URL"], autocommit=True) as db:
        db.execute(SEEN)
    pupils = tuple(f"Trần Thị Bé {number}" for number in range(PUPILS))
    first = make.a_classroom(name="8A1", pupils=pupils)
    rooms = [first]
    for number in range(2, CLASSES + 1):
        place = (first.department, first.commune, first.school, first.principal)
        rooms.append(make.add_class(*place, 8, f"8A{number}", pupils))
    desks = [
        {"book": room.book(), "pupils": room.pupils, "session": session_of(make.teacher_of(room, name=f"Lê Thị {n}"))}
        for n, room in enumerate(rooms)
    ]
    json.dump(desks, sys.stdout)


def session_of(account: object) -> str:
    from django.conf import settings

    from maitruong.foundation.identity.sessions import SessionStore

    session = SessionStore()
    session.update(
        {
            "_auth_user_id": str(account.pk),  # type: ignore[attr-defined]
            "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[0],
            "_auth_user_hash": account.get_session_auth_hash(),  # type: ignore[attr-defined]
            "name": "Người Thử",
            "seen": int(time.time()),
            "idle": 24 * 3600,
        }
    )
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    main()
