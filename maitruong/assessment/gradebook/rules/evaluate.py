"""The rules as a machine door: one JSON object in, one out. Shapes are told in docs/machine.md, section "rules eval"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.regulations import RuleSettings, in_force
from maitruong.foundation.regulations.derivation import plain

from . import payload as read
from .payload import PayloadRefused, Reader
from .random_pupils import random_pupils
from .tt22_2021 import Tt22Settings
from .tt27_2020 import QUALITIES_AND_COMPETENCES, Overall, QualityLevel, SubjectLevel, SubjectYear
from .vocabulary import BOTH_TERMS, Basis, CellKind, Kind, Level, SubjectResult

__all__ = ["TOPICS", "PayloadRefused", "TopicUnknown", "answer", "evaluate", "random_pupils"]

Call = tuple[list[Any], dict[str, Any]]

_SUBJECT_LEVELS = {"T": SubjectLevel.T, "H": SubjectLevel.H, "C": SubjectLevel.C}
_QUALITY_LEVELS = {"T": QualityLevel.T, "Đ": QualityLevel.D, "C": QualityLevel.C}


class TopicUnknown(Refusal):
    code = "gradebook.topic_unknown"
    message = 'Không có việc tính "{topic}".'
    remedy = "Các việc nhận: {topics}."


def evaluate(topic: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Judge one payload by the rule in force for its grade and school year.

    Gives topic, id (if sent), grade, school_year, act, article, settings (where the topic has switches), outcome (plain values,
    marks in tenths), shown (Vietnamese) and, if `explain` is true, the derivation.
    Raises TopicUnknown, PayloadRefused, regulations.NoRuleInForce, regulations.SettingsRefused, PeriodsRefused.
    """
    if topic not in TOPICS:
        raise TopicUnknown(topic=topic, topics=", ".join(TOPICS))
    reader = Reader(payload)
    grade, school_year = reader.take("grade", read.whole), reader.take("school_year", read.whole)
    sent_id = reader.take("id", read.anything, None)
    explain = reader.take("explain", read.truth, False)
    rule = in_force(f"gradebook.{topic}", grade=grade, school_year=school_year)
    args, kwargs = TOPICS[topic](reader)
    reader.finish()

    head = {"topic": topic, "grade": grade, "school_year": school_year, "act": rule.act.id, "article": rule.article}
    if sent_id is not None:
        head = {"id": sent_id, **head}
    settings = kwargs.get("settings")
    if isinstance(settings, RuleSettings):
        head["settings"] = settings.id
    if topic == "check_mark":
        return {**head, **_checked(rule, args, kwargs)}
    derivation = rule.explain(*args, **kwargs)
    told = {"outcome": plain(rule(*args, **kwargs)), "shown": derivation.shown}
    return {**head, **told, **({"derivation": derivation.as_dict()} if explain else {})}


def answer(topic: str, payload: Any) -> dict[str, Any]:
    """As `evaluate`, but a refusal becomes {"refused": {code, message, remedy}} (with the id, if there is one)."""
    try:
        return evaluate(topic, payload)
    except Refusal as refused:
        sent_id = payload.get("id") if isinstance(payload, dict) else None
        return {**({} if sent_id is None else {"id": sent_id}), "topic": topic, "refused": _told(refused)}


def _told(refused: Refusal) -> dict[str, str]:
    return {"code": refused.code, "message": refused.text, "remedy": refused.advice}


def _checked(rule: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """A cell that may not hold what was typed is an answer, not a failure of the question."""
    try:
        value, shown, warning = rule(*args, **kwargs)
    except Refusal as refused:
        return {"outcome": {"allowed": False, "value": None, "warning": None}, "shown": "", "because": _told(refused)}
    return {"outcome": {"allowed": True, "value": value, "warning": warning}, "shown": shown}


# --- one reader a topic ----------------------------------------------------------------------------------------------


def _settings(reader: Reader) -> Tt22Settings:
    given = reader.take("settings", read.anything, {})
    if not isinstance(given, dict):
        raise PayloadRefused(where="settings", why="cần một đối tượng JSON {...}")
    return Tt22Settings.from_dict(given)


def _terms(value: Any, where: str) -> tuple[int, ...]:
    terms = tuple(read.listed(read.whole)(value, where))
    if terms not in ((1,), (2,), BOTH_TERMS):
        raise PayloadRefused(where=where, why="cần [1], [2] hoặc [1, 2]")
    return terms


def _regular_marks_needed(reader: Reader) -> Call:
    return [reader.take("kind", read.one_of(Kind)), reader.take("periods_per_year", read.whole)], {}


def _check_mark(reader: Reader) -> Call:
    return [reader.take("typed", read.text)], {"cell": reader.take("cell", read.one_of(CellKind))}


def _term(reader: Reader, entry: Callable[[Any, str], Any]) -> Call:
    args = [
        reader.take("regular", read.listed(entry)),
        reader.take("midterm", entry),
        reader.take("final", entry),
    ]
    return args, {
        "needed": reader.take("needed", read.whole),
        "cluster": reader.take("cluster", entry, None),
        "cluster_needed": reader.take("cluster_needed", read.truth, False),
    }


def _term_average(reader: Reader) -> Call:
    return _term(reader, read.mark)


def _comment_term(reader: Reader) -> Call:
    args, kwargs = _term(reader, read.passed)
    return args, {**kwargs, "closed": reader.take("closed", read.truth, True)}


def _year(reader: Reader, entry: Callable[[Any, str], Any]) -> Call:
    args = [reader.take("term_one", entry), reader.take("term_two", entry)]
    return args, {"terms": reader.take("terms", _terms, BOTH_TERMS), "settings": _settings(reader)}


def _year_average(reader: Reader) -> Call:
    return _year(reader, read.mark)


def _comment_year(reader: Reader) -> Call:
    return _year(reader, read.passed)


def _subject_result(value: Any, where: str) -> SubjectResult:
    reader = Reader(value, where)
    code, kind = reader.take("code", read.text), reader.take("kind", read.one_of(Kind))
    result = SubjectResult(
        code=code,
        name=reader.take("name", read.text, code),
        kind=kind,
        average=reader.take("average", read.mark) if kind is Kind.SCORE else None,
        passed=reader.take("passed", read.passed) if kind is Kind.COMMENT else None,
        basis=reader.take("basis", read.one_of(Basis), Basis.COMMON),
        optional=reader.take("optional", read.truth, False),
        whole_year=reader.take("whole_year", read.truth, True),
    )
    reader.finish()
    return result


def _subject_results(reader: Reader) -> list[SubjectResult]:
    results = reader.take("subjects", read.listed(_subject_result))
    return _each_code_once(results)


def _each_code_once(results: list[Any]) -> list[Any]:
    codes = [result.code for result in results]
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice is not None:
        raise PayloadRefused(where="subjects", why=f"môn {twice} có hai lần")
    return results


def _learning_level(reader: Reader) -> Call:
    return [_subject_results(reader)], {"settings": _settings(reader)}


def _conduct_year(reader: Reader) -> Call:
    level = read.one_of(Level, empty=True)
    return [reader.take("term_one", level), reader.take("term_two", level)], {}


def _awards(reader: Reader) -> Call:
    level = read.one_of(Level, empty=True)
    kwargs = {"learning": reader.take("learning", level), "conduct": reader.take("conduct", level)}
    return [_subject_results(reader)], {**kwargs, "settings": _settings(reader)}


def _subject_year(value: Any, where: str) -> SubjectYear:
    reader = Reader(value, where)
    code = reader.take("code", read.text)
    subject = SubjectYear(
        code=code,
        name=reader.take("name", read.text, code),
        level=reader.take("level", read.letters(_SUBJECT_LEVELS)),
        test=reader.take("test", read.mark, None),
        exempt=reader.take("exempt", read.truth, False),
    )
    reader.finish()
    if subject.test is not None and subject.test % 10:
        raise PayloadRefused(where=f"{where}.test", why="điểm kiểm tra định kì ở tiểu học là số nguyên")
    return subject


def _qualities(value: Any, where: str) -> dict[str, QualityLevel | None]:
    reader = Reader(value, where)
    found = {code: reader.take(code, read.letters(_QUALITY_LEVELS), None) for code in QUALITIES_AND_COMPETENCES}
    reader.finish()
    return found


def _excused(value: Any, where: str) -> list[str]:
    codes = read.texts(value, where)
    unknown = next((code for code in codes if code not in QUALITIES_AND_COMPETENCES), None)
    if unknown is not None:
        raise PayloadRefused(where=where, why=f"không có phẩm chất, năng lực {unknown}")
    return codes


def _primary_overall(reader: Reader) -> Call:
    grade = reader.take("grade", read.whole)
    subjects = _each_code_once(reader.take("subjects", read.listed(_subject_year)))
    qualities = reader.take("qualities", _qualities)
    return [grade, subjects, qualities], {"excused": reader.take("excused", _excused, [])}


def _primary_title(reader: Reader) -> Call:
    return [reader.take("overall", read.one_of(Overall, empty=True))], {
        "outstanding": reader.take("outstanding", read.texts, []),
        "progressed": reader.take("progressed", read.texts, []),
        "endorsed": reader.take("endorsed", read.truth, True),
    }


TOPICS: dict[str, Callable[[Reader], Call]] = {
    "regular_marks_needed": _regular_marks_needed,
    "check_mark": _check_mark,
    "term_average": _term_average,
    "year_average": _year_average,
    "comment_term": _comment_term,
    "comment_year": _comment_year,
    "learning_level": _learning_level,
    "conduct_year": _conduct_year,
    "awards": _awards,
    "primary_overall": _primary_overall,
    "primary_title": _primary_title,
}
