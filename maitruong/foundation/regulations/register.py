"""The register: topic → rules, each with its act and article; exactly one is in force for a grade and a school year, or on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear

from .acts import Act
from .derivation import Derivation

F = TypeVar("F", bound=Callable[..., Any])


class NoRuleInForce(Refusal):
    code = "regulations.no_rule_in_force"
    message = "Chưa có quy định cho việc {topic}, lớp {grade}, năm học {year}."
    remedy = "Xem lại khối lớp và năm học của hồ sơ; danh sách quy định có ở trang Quy định."


class NoRuleOnDay(Refusal):
    code = "regulations.no_rule_on_day"
    message = "Chưa có quy định cho việc {topic} vào ngày {day:%d/%m/%Y}."
    remedy = "Xem lại ngày của hồ sơ; danh sách quy định có ở trang Quy định."


class RulesOverlap(Exception):
    """Two rules claim the same topic, grade and school year: a mistake in the house, not in what a person typed."""


@dataclass(frozen=True)
class Rule:
    """One function of one act. Call it like the function; `explain` gives the same outcome as a Derivation.

    title: what is judged, in Vietnamese, for the page of regulations.   A rule without grades holds from its first day to its last.
    """

    topic: str
    title: str
    act: Act
    article: str
    function: Callable[..., Any]
    explained_by: Callable[..., Derivation] | None
    grades: frozenset[int]
    first_day: dt.date | None = None
    last_day: dt.date | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def explain(self, *args: Any, **kwargs: Any) -> Derivation:
        if self.explained_by is None:
            raise TypeError(f"{self.topic} of {self.act.id} has no derivation")
        return self.explained_by(*args, **kwargs)

    def applies(self, *, grade: int, school_year: int) -> bool:
        return grade in self.grades and self.act.applies(grade=grade, school_year=school_year)

    def holds_on(self, day: dt.date) -> bool:
        return self.first_day is not None and self.first_day <= day <= (self.last_day or dt.date.max)


@dataclass(frozen=True)
class Flaw:
    """A place of the walk topic × grade × school year where not exactly one rule stands; without grades, a day of that year."""

    topic: str
    grade: int
    school_year: int
    acts: tuple[str, ...]


class Register:
    """Rules by topic. The house has one; tests make their own."""

    def __init__(self) -> None:
        self._rules: dict[str, list[Rule]] = {}

    def regulation(
        self,
        topic: str,
        *,
        title: str,
        act: Act,
        article: str,
        explain: Callable[..., Derivation] | None = None,
        grades: Iterable[int] | None = None,
    ) -> Callable[[F], F]:
        """Enter a function as the rule of an act for a topic; `grades` narrows the act's own grades."""

        def enter(function: F) -> F:
            covered = frozenset(act.first_school_year if grades is None else grades)
            rule = Rule(topic, title, act, article, function, explain, covered)
            for other in self._rules.get(topic, []):
                if other.act.id == act.id and other.grades & covered:
                    raise RulesOverlap(
                        f"{topic}: {act.id} is entered twice for grades {sorted(other.grades & covered)}"
                    )
            self._rules.setdefault(topic, []).append(rule)
            return function

        return enter

    def regulation_by_day(
        self,
        topic: str,
        *,
        title: str,
        act: Act,
        article: str,
        first_day: dt.date,
        last_day: dt.date | None = None,
        explain: Callable[..., Derivation] | None = None,
    ) -> Callable[[F], F]:
        """Enter a function as the rule for a topic from one day to another: pay, evaluation, staffing, which follow no grade."""

        def enter(function: F) -> F:
            rule = Rule(topic, title, act, article, function, explain, frozenset(), first_day, last_day)
            self._rules.setdefault(topic, []).append(rule)
            return function

        return enter

    def in_force_on(self, topic: str, day: dt.date) -> Rule:
        """The rule that holds on a day. Raises NoRuleOnDay (RulesOverlap: our own mistake)."""
        found = [rule for rule in self._rules.get(topic, []) if rule.holds_on(day)]
        if not found:
            raise NoRuleOnDay(topic=topic, day=day)
        if len(found) > 1:
            raise RulesOverlap(f"{topic}, {day}: {[rule.act.id for rule in found]}")
        return found[0]

    def in_force(self, topic: str, *, grade: int, school_year: int) -> Rule:
        """The rule for a record of that grade and school year. Raises NoRuleInForce (RulesOverlap: our own mistake)."""
        found = self._at(topic, grade, school_year)
        if not found:
            raise NoRuleInForce(topic=topic, grade=grade, year=_label(school_year))
        if len(found) > 1:
            raise RulesOverlap(f"{topic}, grade {grade}, {school_year}: {[rule.act.id for rule in found]}")
        return found[0]

    def of_act(self, topic: str, act_id: str, *, grade: int = 0) -> Rule:
        """The rule a stored result was made under: what recomputing an old result uses. A rule without grades has no grade."""
        for rule in self._rules.get(topic, []):
            if rule.act.id == act_id and (grade in rule.grades or rule.first_day):
                return rule
        raise NoRuleInForce(topic=topic, grade=grade, year=act_id)

    def registered(self) -> list[Rule]:
        """Every rule, by topic, then by the year its act was signed."""
        return sorted((rule for rules in self._rules.values() for rule in rules), key=lambda r: (r.topic, r.act.order))

    def flaws(self, *, until: int) -> list[Flaw]:
        """Gaps and overlaps from the first school year of each topic and grade to `until`."""
        found = []
        for topic, rules in sorted(self._rules.items()):
            for grade in sorted({grade for rule in rules for grade in rule.grades}):
                firsts = [rule.act.first_school_year[grade] for rule in rules if grade in rule.grades]
                for year in range(min(firsts), until + 1):
                    standing = self._at(topic, grade, year)
                    if len(standing) != 1:
                        found.append(Flaw(topic, grade, year, tuple(rule.act.id for rule in standing)))
            found += self._flaws_by_day(topic, [rule for rule in rules if rule.first_day], until)
        return found

    def _flaws_by_day(self, topic: str, rules: list[Rule], until: int) -> list[Flaw]:
        """Only a day on which a rule begins, or the one after its last, can be the first wrong one."""
        edges = {rule.first_day for rule in rules if rule.first_day}
        edges |= {rule.last_day + dt.timedelta(days=1) for rule in rules if rule.last_day}
        found = []
        for day in sorted(edge for edge in edges if edge.year <= until):
            standing = tuple(rule.act.id for rule in rules if rule.holds_on(day))
            if len(standing) != 1:
                found.append(Flaw(topic, 0, day.year, standing))
        return found

    def _at(self, topic: str, grade: int, school_year: int) -> list[Rule]:
        return [rule for rule in self._rules.get(topic, []) if rule.applies(grade=grade, school_year=school_year)]


def _label(school_year: int) -> str:
    try:
        return SchoolYear(school_year).label
    except Refusal:
        return str(school_year)


HOUSE = Register()
regulation = HOUSE.regulation
regulation_by_day = HOUSE.regulation_by_day
in_force = HOUSE.in_force
in_force_on = HOUSE.in_force_on
registered = HOUSE.registered
