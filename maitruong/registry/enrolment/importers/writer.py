"""Write many pupils in one transaction: people, dossiers, numbers, places in classes, families, rights, history, facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.staging import insert_many, update_many
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish, publish_many
from maitruong.foundation.exchange.ports import Target, Written
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.people import bulk as people
from maitruong.registry.students import services as students

from ..events import PupilsEnrolled, RollsChanged
from ..models import Enrolment

if TYPE_CHECKING:
    from .reader import Meant

_BEYOND = system_scope("a parent of a list may be known at another school of the province")
_SEAT_FIELDS = (
    "school_id",
    "school_year",
    "school_class_id",
    "student_id",
    "register_number",
    "student_code",
    "status",
    "starts_on",
)


def write(
    scope: Scope, target: Target, meant: Sequence[Meant], *, first_day: dt.date, last_day: dt.date
) -> list[Written]:
    """Write them all; returns what was written, in their order, enough to take it back."""
    work = _Writing(scope, target, list(meant), first_day, last_day)
    work.write_people()
    work.write_files()
    work.write_seats()
    work.write_families()
    work.tell()
    return [
        Written(
            row=m.record.row,
            object_id=work.ids[place],
            label=f"{m.row.person['full_name']}, lớp {m.record.values['class_name']}",
            fate="changed" if m.known_here else "new",
            written=work.written[place],
        )
        for place, m in enumerate(meant)
    ]


class _Writing:
    """One chunk on its way into the tables."""

    def __init__(self, scope: Scope, target: Target, meant: list[Meant], first_day: dt.date, last_day: dt.date) -> None:
        self.scope, self.target, self.meant = scope, target, meant
        self.school_id = target.school_id
        self.first_day, self.last_day = first_day, last_day
        self.ids = [m.target or 0 for m in meant]
        self.written: list[dict[str, Any]] = [{} for _ in meant]
        self.seats: dict[int, int] = {}

    # --- the pupils --------------------------------------------------------------------------------------------------

    def write_people(self) -> None:
        """New people, changed people, numbers added to known ones."""
        fresh = [place for place, m in enumerate(self.meant) if m.target is None]
        made = people.register_many(
            [people.NewPerson([self.school_id], self.meant[p].row.person, self.meant[p].row.numbers) for p in fresh]
        )
        for place, person_id in zip(fresh, made, strict=True):
            self.ids[place] = person_id
            schemes = sorted(self.meant[place].row.numbers)
            self.written[place] = {"made": True, "numbers": len(schemes), "person_version": 1, "file_version": 1}
        self._follow_known()
        changes = {m.target: m.difference.person_new for m in self.meant if m.target and m.difference.person_new}
        people.change_many(changes)
        added = [
            (place, scheme, value)
            for place, m in enumerate(self.meant)
            if m.target is not None
            for scheme, value in m.difference.numbers.items()
        ]
        keys = people.add_numbers(
            (self.ids[p], [self.school_id], scheme, value, self.meant[p].row.person.get("born_on"))
            for p, scheme, value in added
        )
        keys_of: dict[int, list[int]] = {}
        for key, (place, _, _) in zip(keys, added, strict=True):
            keys_of.setdefault(place, []).append(key)
        for place, m in enumerate(self.meant):
            if m.target is not None:
                self.written[place] = {
                    "made": False,
                    "person_old": m.difference.person_old,
                    "person_new": m.difference.person_new,
                    "number_ids": keys_of.get(place, []),
                    "came": not m.known_here,
                    "person_version": m.versions[0] + bool(m.difference.person_new),
                    "file_version": m.versions[1] + bool(m.difference.file_new) if m.has_file else 1,
                }

    def _follow_known(self) -> None:
        """Pupils the province knows but this school does not: the school comes to know them, their family with them."""
        for m in self.meant:
            if m.target is not None and not m.known_here:
                students.follow_child(student_id=m.target, school_id=self.school_id, on=self._first_day_of(m))

    def write_files(self) -> None:
        opened, changed = {}, {}
        for place, m in enumerate(self.meant):
            if not m.has_file:
                opened[self.ids[place]] = (m.row.file, m.row.details)
                self.written[place]["opened"] = True
            elif m.difference.file_new and m.target is not None:
                changed[m.target] = m.difference.file_new
                self.written[place] |= {"file_old": m.difference.file_old, "file_new": m.difference.file_new}
        students.bulk.open_files(self.school_id, opened)
        students.bulk.change_files(changed)

    # --- places in classes -------------------------------------------------------------------------------------------

    def write_seats(self) -> None:
        fresh = [place for place, m in enumerate(self.meant) if m.seat is None]
        made = insert_many(Enrolment, _SEAT_FIELDS, (self._seat_row(place) for place in fresh)) if fresh else []
        for place, key in zip(fresh, made, strict=True):
            self.seats[place] = key
            self.written[place]["seat"] = key
        changes: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        for place, m in enumerate(self.meant):
            new = m.difference.seat_new
            if m.seat is not None and new:
                fields = tuple(sorted(new))
                changes.setdefault(fields, []).append((m.seat["id"], *(new[name] for name in fields)))
                self.written[place] |= {
                    "seat_changed": m.seat["id"],
                    "seat_old": m.difference.seat_old,
                    "seat_new": new,
                }
        for fields, rows in changes.items():
            update_many(Enrolment, fields, rows)

    def _seat_row(self, place: int) -> tuple[Any, ...]:
        m = self.meant[place]
        return (
            self.school_id,
            self.target.school_year,
            m.class_id,
            self.ids[place],
            m.row.seat.get("register_number", ""),
            m.row.seat.get("student_code", ""),
            "enrolled",
            self._first_day_of(m),
        )

    def _first_day_of(self, m: Meant) -> dt.date:
        """The day of admission when it lies in this school year, else the year's first day."""
        admitted = m.row.file.get("admitted_on")
        return admitted if admitted and self.first_day <= admitted <= self.last_day else self.first_day

    # --- families ----------------------------------------------------------------------------------------------------

    def write_families(self) -> None:
        """Parents the house does not have yet. One person for one number, whether held before or twice in this list."""
        wanted = [
            (place, parent)
            for place, m in enumerate(self.meant)
            for parent in (m.row.parents[n] for n in m.new_parents)
        ]
        known = self._known_parents({parent.number for _, parent in wanted if parent.number})
        fresh: list[people.NewPerson] = []
        pointers: list[int | str] = []
        first_of_number: dict[tuple[str, str], int] = {}
        given: set[str] = set()
        for _, parent in wanted:
            key = (parent.number, vietnamese.fold(parent.full_name))
            holder = known.get(parent.number)
            same = holder is not None and vietnamese.name_match(holder[1], parent.full_name) != "different"
            if same and holder is not None:
                pointers.append(f"{holder[0]}")
                continue
            if parent.number and key in first_of_number:
                pointers.append(first_of_number[key])
                continue
            # A number held under another name stays with its holder: the parent comes in without it.
            free = parent.number and holder is None and parent.number not in given
            given.add(parent.number)
            first_of_number[key] = len(fresh)
            pointers.append(len(fresh))
            fresh.append(people.NewPerson([self.school_id], parent.values, {"CCCD": parent.number} if free else {}))
        made = people.register_many(fresh)
        ids = [int(pointer) if isinstance(pointer, str) else made[pointer] for pointer in pointers]
        self._write_guardians(wanted, ids, {made[n] for n in range(len(made))})

    def _known_parents(self, numbers: set[str]) -> dict[str, tuple[int, str]]:
        with unit_of_work(_BEYOND):
            return people.holders("CCCD", numbers)

    def _write_guardians(self, wanted: list[tuple[int, Any]], ids: list[int], made: set[int]) -> None:
        today = clock.today()
        rows, places = [], []
        strangers = students.strangers(set(ids) - made, self.school_id)
        seen: set[tuple[int, int]] = set()
        for (place, parent), guardian_id in zip(wanted, ids, strict=True):
            if (self.ids[place], guardian_id) in seen:
                continue
            seen.add((self.ids[place], guardian_id))
            m = self.meant[place]
            last_day = students.last_day_of_access(m.row.person.get("born_on"))
            places.append((place, guardian_id))
            rows.append(
                students.bulk.NewGuardian(
                    self.school_id,
                    self.ids[place],
                    guardian_id,
                    parent.relation,
                    parent.occupation,
                    parent.workplace,
                    min(today, self._first_day_of(m)),
                    last_day,
                    clock.now() if guardian_id in strangers else None,
                    parent.full_name if guardian_id in strangers else "",
                )
            )
        for (place, guardian_id), (key, right) in zip(places, students.bulk.add_guardians(rows), strict=True):
            entry = {"id": key, "guardian": guardian_id, "made": guardian_id in made, "right": right}
            self.written[place].setdefault("guardians", []).append(entry)

    # --- history and facts -------------------------------------------------------------------------------------------

    def tell(self) -> None:
        audit.record_many(self.scope, "students.imported", (self._entry(place) for place in range(len(self.meant))))
        seated: dict[int, list[int]] = {}
        for place in self.seats:
            seated.setdefault(self.meant[place].class_id or 0, []).append(self.ids[place])
        publish_many(
            [
                PupilsEnrolled(
                    school_id=self.school_id, school_year=self.target.school_year, class_id=class_id, students=students
                )
                for class_id, students in seated.items()
            ]
        )
        publish(RollsChanged(school_id=self.school_id, school_year=self.target.school_year))

    def _entry(self, place: int) -> dict[str, Any]:
        m = self.meant[place]
        changes: dict[str, Any] = {"import": [None, self.target.batch_id], "row": [None, m.record.row]}
        if m.target is None:
            told = {**m.row.person, **m.row.file, **m.row.seat, **m.row.details, "class": m.class_id}
            changes |= {name: [None, value] for name, value in told.items()}
            changes |= {f"number_{scheme}": [None, "đã ghi"] for scheme in m.row.numbers}
        else:
            changes |= m.difference.as_changes()
        guardians = [entry["guardian"] for entry in self.written[place].get("guardians", [])]
        if guardians:
            changes["guardians"] = [[], guardians]
        return {
            "school_id": self.school_id,
            "object_type": "student",
            "object_id": self.ids[place],
            "subject_id": self.ids[place],
            "changes": changes,
        }
