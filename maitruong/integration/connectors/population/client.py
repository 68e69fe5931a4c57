"""Asks a population register about people, and believes only what fits the question."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from maitruong.registry.verification.ports import MOST_AT_ONCE, Answer, OnBehalf, Trouble
from maitruong.registry.verification.rules import Identity, MatchState, Verdict, judge

from .breaker import Breaker, BreakerLike
from .reading import NotAnAnswer, Said, read
from .wire import NotUnderstood, Unreachable, post, refuse_open_line


class Client:
    """A `PopulationRegister` over HTTP and JSON. The breaker it is given says for whom it remembers: a process, or all of the house."""

    def __init__(
        self,
        address: str,
        *,
        seconds: float = 30.0,
        tries: int = 2,
        pause: float = 1.0,
        breaker: BreakerLike | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        refuse_open_line(address)
        self._address = address.rstrip("/") + "/v1/match"
        self._seconds = seconds
        self._tries = tries
        self._pause = pause
        self._breaker = breaker or Breaker()
        self._sleep = sleep

    def match(self, person: Identity, on_behalf: OnBehalf) -> Answer:
        return self.match_batch([person], on_behalf)[0]

    def match_batch(self, people: Sequence[Identity], on_behalf: OnBehalf) -> list[Answer]:
        """One answer per person, in their order. A number two different rows carry is told without asking: one of them is wrong."""
        if len(people) > MOST_AT_ONCE:
            raise ValueError("too many people for one exchange")
        transaction = str(uuid.uuid4())
        held = Counter(person.number for person in people)
        alone = [person for person in people if person.number and held[person.number] == 1]
        found = dict(zip((p.number for p in alone), self._ask(alone, on_behalf, transaction), strict=True))
        doubled = Verdict(MatchState.NUMBER_DUPLICATE_IN_SECTOR)
        nothing = Verdict(MatchState.NOT_SENT)
        return [
            found.get(person.number) or Answer(person, doubled, transaction)
            if person.number
            else Answer(person, nothing, transaction, why=Trouble.NO_NUMBER)
            for person in people
        ]

    def _ask(self, people: list[Identity], on_behalf: OnBehalf, transaction: str) -> list[Answer]:
        if not people:
            return []
        pending, error = Verdict(MatchState.PENDING), Verdict(MatchState.ERROR)
        if not self._breaker.may_call():
            return [Answer(person, pending, transaction, why=Trouble.RESTING) for person in people]
        try:
            body = self._post(people, on_behalf, transaction)
            self._breaker.succeeded()
            evidence, said = read(body, transaction)
        except Unreachable:
            self._breaker.failed()
            return [Answer(person, pending, transaction, why=Trouble.UNREACHABLE) for person in people]
        except (NotUnderstood, NotAnAnswer):
            self._breaker.succeeded()  # it does answer
            return [Answer(person, error, transaction, why=Trouble.NOT_UNDERSTOOD) for person in people]
        return [_of(person, said.get(person.number, []), transaction, evidence) for person in people]

    def _post(self, people: list[Identity], on_behalf: OnBehalf, transaction: str) -> Any:
        """The same exchange id with every try, so that the register counts it once. Numbers travel in the body, never in an address."""
        body = {
            "transaction": transaction,
            "user": on_behalf.user,
            "purpose": on_behalf.purpose,
            "people": [
                {
                    "number": person.number,
                    "full_name": person.full_name,
                    "born_on": person.born_on.isoformat() if person.born_on else None,
                    "sex": person.sex,
                }
                for person in people
            ],
        }
        for again in range(self._tries):
            if again:
                self._sleep(self._pause * 2 ** (again - 1))
            try:
                return post(self._address, body, headers={"X-Transaction-Id": transaction}, seconds=self._seconds)
            except Unreachable:
                if again == self._tries - 1:
                    raise
        raise Unreachable


def _of(person: Identity, said: list[Said], transaction: str, evidence: str) -> Answer:
    if not said:
        return Answer(person, Verdict(MatchState.PENDING), transaction, why=Trouble.LEFT_OUT)
    if len(said) > 1:
        return Answer(person, Verdict(MatchState.ERROR), transaction, why=Trouble.SAID_TWICE)
    one = said[0]
    return Answer(person, judge(person, one.identity, deceased=one.deceased), transaction, evidence)
