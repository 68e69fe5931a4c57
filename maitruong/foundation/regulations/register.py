"""The register: topic → rules, each with its act and article; exactly one is in force for a grade and a school year."""

from __future__ import annotations

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


class RulesOverlap(Exception):
    """Two rules claim the same topic, grade and school year: a mistake in the house, not in what a person typed."""


@dataclass(frozen=True)
class Rule:
    """One function of one act. Call it like the function; `explain` gives the same outcome as a Derivation.

    title: what is judged, in Vietnamese, for the page of regulations.
    """

    topic: str
    title: str
    act: Act
    article: str
    function: Callable[..., Any]
    explained_by: Callable[..., Derivation] | None
    grades: frozenset[int]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def explain(self, *args: Any, **kwargs: Any) -> Derivation:
        if self.explained_by is None:
            raise TypeError(f"{self.topic} of {self.act.id} has no derivation")
        return self.explained_by(*args, **kwargs)

    def applies(self, *, grade: int, school_year: int) -> bool:
        return grade in self.grades and self.act.applies(grade=grade, school_year=school_year)


@dataclass(frozen=True)
class Flaw:
    """A place of the walk topic × grade × school year where not exactly one rule stands."""

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

    def in_force(self, topic: str, *, grade: int, school_year: int) -> Rule:
        """The rule for a record of that grade and school year. Raises NoRuleInForce (RulesOverlap: our own mistake)."""
        found = self._at(topic, grade, school_year)
        if not found:
            raise NoRuleInForce(topic=topic, grade=grade, year=_label(school_year))
        if len(found) > 1:
            raise RulesOverlap(f"{topic}, grade {grade}, {school_year}: {[rule.act.id for rule in found]}")
        return found[0]

    def of_act(self, topic: str, act_id: str, *, grade: int) -> Rule:
        """The rule a stored result was made under: what recomputing an old result uses."""
        for rule in self._rules.get(topic, []):
            if rule.act.id == act_id and grade in rule.grades:
                return rule
        raise NoRuleInForce(topic=topic, grade=grade, year=act_id)

    def registered(self) -> list[Rule]:
        """Every rule, by topic, then by the year its act was signed."""
        return sorted(
            (rule for rules in self._rules.values() for rule in rules), key=lambda r: (r.topic, r.act.signed_on)
        )

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
in_force = HOUSE.in_force
registered = HOUSE.registered
