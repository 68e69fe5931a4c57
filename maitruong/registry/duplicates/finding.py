"""One run over everybody the sector knows: what is found is written down, what was decided stays decided."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.kernel import clock
from maitruong.registry.verification import services as verification

#: People a run compares: who goes on, with the number in force. The columns of verification.DOUBLES_COLUMNS.
_PEOPLE = """
SELECT p.id, p.full_name, CASE WHEN p.born_precision = 'day' THEN p.born_on END AS born_on, p.sex, coalesce(i.value, '') AS number, p.phone
FROM people_person p
LEFT JOIN people_personidentifier i ON i.person_id = p.id AND i.scheme = 'CCCD' AND i.valid @> current_date
WHERE p.merged_into_id IS NULL"""

_BASIS = """
(SELECT md5(string_agg(concat_ws('|', q.full_name, q.born_on, q.sex, q.phone,
    (SELECT string_agg(n.value, ',' ORDER BY n.id) FROM people_personidentifier n WHERE n.person_id = q.id)), '/' ORDER BY q.id))
 FROM people_person q WHERE q.id IN (f.low, f.high))"""
_WRITE = f"""
INSERT INTO duplicates_pair AS pair (low_id, high_id, persons, places, likely, name, birth, number, sex, phone, basis, decision, why)
SELECT f.low, f.high, ARRAY[f.low, f.high], ARRAY(SELECT unnest(a.places) INTERSECT SELECT unnest(b.places) ORDER BY 1),
  f.likely, f.name, f.birth, f.number, f.sex, f.phone, {_BASIS}, '', ''
FROM json_to_recordset(%s::json) AS f(low bigint, high bigint, likely float8, name text, birth text, number text, sex text, phone text)
JOIN people_person a ON a.id = f.low JOIN people_person b ON b.id = f.high
ORDER BY f.low, f.high
ON CONFLICT (low_id, high_id) DO UPDATE SET
  places = excluded.places, likely = excluded.likely, name = excluded.name, birth = excluded.birth, number = excluded.number,
  sex = excluded.sex, phone = excluded.phone, basis = excluded.basis, gone_at = NULL,
  decision = CASE WHEN pair.decision = 'two' AND pair.basis = excluded.basis THEN 'two' ELSE '' END,
  decided_at = CASE WHEN pair.decision = 'two' AND pair.basis = excluded.basis THEN pair.decided_at END
RETURNING (xmax = 0)"""
_GONE = """
UPDATE duplicates_pair SET gone_at = now()
WHERE decision = '' AND gone_at IS NULL AND (low_id, high_id) NOT IN
  (SELECT f.low, f.high FROM json_to_recordset(%s::json) AS f(low bigint, high bigint))"""


@dataclass(frozen=True)
class Found:
    """What a run came to: people compared, pairs worth a look, those never seen before, those alike no more."""

    people: int
    pairs: int
    new: int
    gone: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def find_again(scope: Scope) -> Found:
    """Compare everybody with everybody and bring the work-list up to date. Repeatable; a decision is asked again only when one of
    the two is written differently. Runs with sight of the whole province, as a system job.
    """
    with tempfile.TemporaryDirectory(prefix="maitruong-doubles-") as folder:  # 0700, and gone with the run
        path = Path(folder) / "people.csv"
        with unit_of_work(scope):
            people = _write_people(path)
        doubles = verification.find_doubles(path)
    with unit_of_work(scope):
        return _keep(doubles, people)


def _write_people(path: Path) -> int:
    columns = ", ".join(verification.DOUBLES_COLUMNS)
    with connection.cursor() as cursor, path.open("wb") as file:
        file.write((",".join(verification.DOUBLES_COLUMNS) + "\n").encode())
        with cursor.copy(f"COPY (SELECT {columns} FROM ({_PEOPLE}) people) TO STDOUT (FORMAT csv)") as rows:
            for block in rows:
                file.write(block)
        return cursor.rowcount


def _keep(doubles: Sequence[verification.Double], people: int) -> Found:
    rows = json.dumps([double._asdict() for double in doubles])
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [rows])
        new = sum(1 for (is_new,) in cursor.fetchall() if is_new)
        cursor.execute(_GONE, [rows])
        return Found(people, len(doubles), new, cursor.rowcount)


#: The hour of the night in which everybody is compared again: the beat that asks every hour meets it once.
NIGHT = 2


def find_by_night() -> int:
    """For the roof's hourly beat. Never more at once."""
    if clock.now().hour == NIGHT:
        find_again(system_scope("look for people who are entered twice"))
    return 0
