"""A register in the same process, for stories whose faults are not the line's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from maitruong.foundation.people.models import Person, PersonIdentifier
from maitruong.registry.verification import ports
from maitruong.registry.verification.ports import Answer, OnBehalf
from maitruong.registry.verification.rules import Identity, MatchState, Verdict, judge
from tests import factories as make


@dataclass
class Paper:
    """Knows whom it was told about; asked remembers every exchange."""

    people: dict[str, Identity] = field(default_factory=dict)
    asked: list[tuple[list[Identity], OnBehalf]] = field(default_factory=list)
    says: Callable[[Identity], Verdict | None] = lambda person: None
    why: str = ""
    during: Callable[[], None] = lambda: None

    def knows(self, *people: Identity) -> None:
        self.people |= {person.number: person for person in people}

    def match(self, person: Identity, on_behalf: OnBehalf) -> Answer:
        return self.match_batch([person], on_behalf)[0]

    def match_batch(self, people: Sequence[Identity], on_behalf: OnBehalf) -> list[Answer]:
        self.asked.append((list(people), on_behalf))
        self.during()
        return [self._answer(person) for person in people]

    def _answer(self, person: Identity) -> Answer:
        verdict = self.says(person) or judge(person, self.people.get(person.number))
        answered = verdict.state not in (MatchState.PENDING, MatchState.ERROR)
        return Answer(person, verdict, "our-exchange", "their-exchange" if answered else "", self.why)


@contextmanager
def joined(register: Paper | None) -> Iterator[None]:
    before = ports.register() if ports.is_connected() else None
    ports.connect(register)
    try:
        yield
    finally:
        ports.connect(before)


def give_number(person_id: int, number: str) -> Identity:
    """Write a citizen number to a person. Returns what there is to compare."""
    with make.as_system():
        person = Person._base_manager.get(pk=person_id)
        valid = (person.born_on or make.FOUNDED, None)
        PersonIdentifier(
            person=person, places=person.places, scheme="CCCD", value=number, valid=valid, source="declared"
        ).save()
        return Identity(number, person.full_name, person.born_on, person.sex)
