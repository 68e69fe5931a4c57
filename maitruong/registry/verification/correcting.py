"""Putting facts right: by the school while they are not confirmed, by the department's decision when they are; and appeals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.files import media
from maitruong.foundation.files import services as files
from maitruong.foundation.kernel import clock, formats, personal_id, vietnamese
from maitruong.foundation.people import bulk, freezing
from maitruong.foundation.people import queries as people
from maitruong.foundation.people import services as people_services
from maitruong.foundation.people.errors import NumberOfAnother

from . import asking, queries, settings
from .errors import (
    DecidedMeanwhile,
    FactUnreadable,
    FileMissing,
    NotConfirmedYet,
    NothingChanged,
    NothingToAppeal,
    NotYoursToDecide,
    WaitsAlready,
    WhyMissing,
)
from .models import Check, Correction, CorrectionKind
from .permissions import ASK, DECIDE
from .rules import MISMATCHES
from .types import FIELDS, Standing

PURPOSE: Final = "verification.evidence"
LARGEST_BYTES: Final = 10_000_000
MEDIA: Final = {"pdf": media.PDF, "png": media.PNG, "jpg": media.JPEG, "jpeg": media.JPEG}


@dataclass(frozen=True)
class Evidence:
    """A paper as it was sent: its name and its bytes."""

    name: str
    data: bytes


@transaction.atomic
def correct_here(scope: Scope, *, person_id: int, given: Mapping[str, str], why: str) -> None:
    """The school puts facts right that nothing has confirmed, as its papers say; the register is asked again afterwards.

    given: some of FIELDS as typed. Raises NotFound, Confirmed, WhyMissing, NothingChanged, FactUnreadable, NumberOfAnother.
    """
    now = _standing(scope, person_id)
    if now.is_frozen:
        freezing.refuse_change({person_id: [*freezing.FIELDS]})
    wanted = _wanted(now, given)
    if not why.strip():
        raise WhyMissing
    _refuse_number_of_another(person_id, wanted)
    changes = _write(person_id, wanted)
    _record(scope, "verification.corrected", now.school_id, person_id, changes, why)


@transaction.atomic
def request(
    scope: Scope,
    *,
    person_id: int,
    kind: str,
    given: Mapping[str, str],
    why: str,
    evidence: Evidence | None,
) -> int:
    """Ask the department to put confirmed facts right, or tell that the register errs. Returns the request's id.

    Raises NotFound, NotConfirmedYet, NothingToAppeal, WaitsAlready, NothingChanged, FactUnreadable, WhyMissing, FileMissing, and
    what files.keep has against the paper.
    """
    now = _standing(scope, person_id)
    if kind == CorrectionKind.CORRECT:
        if not now.is_frozen:
            raise NotConfirmedYet
        wanted = _wanted(now, given)
        _refuse_number_of_another(person_id, wanted)
    elif kind == CorrectionKind.APPEAL:
        if now.state not in MISMATCHES:
            raise NothingToAppeal
        wanted = {}
    else:
        raise NotFound
    if not why.strip():
        raise WhyMissing
    open_ones = Correction._base_manager.filter(person_id=person_id, kind=kind, decision="")
    if open_ones.exists():
        raise WaitsAlready
    kept = _keep(scope, now.school_id, evidence)
    row = Correction(
        person_id=person_id,
        school_id=now.school_id,
        kind=kind,
        wanted=wanted,
        was={name: people.masked(now.facts[name]) if name == "number" else now.facts[name] for name in wanted},
        basis=now.basis,
        why=vietnamese.tidy(why),
        file_id=kept,
        asked_by=scope.actor_id,
        due_on=clock.today() + dt.timedelta(days=settings.days_to_fix()),
    )
    row.save()
    told = {name: [row.was[name], _masked(name, value)] for name, value in wanted.items()}
    action = "verification.correction_asked" if kind == CorrectionKind.CORRECT else "verification.appealed"
    _record(scope, action, now.school_id, person_id, told, why, row.pk)
    return row.pk


@transaction.atomic
def decide(scope: Scope, *, request_id: int, agree: bool, why: str) -> None:
    """The department decides. Agreed, a correction is written and its person asked about anew; an appeal stops the clock and
    leaves the difference standing, since nobody but the register makes anybody matched.

    Raises NotFound, WhyMissing, DecidedMeanwhile, NotYoursToDecide, NumberOfAnother.
    """
    row = Correction.objects.visible_to(scope, DECIDE).select_for_update().filter(pk=request_id).first()
    if row is None:
        raise NotFound
    if not why.strip():
        raise WhyMissing
    if scope.actor_id in (row.asked_by, row.person_id):
        raise NotYoursToDecide
    changes: dict[str, Any] = {}
    with unit_of_work(asking.BEYOND):
        now = queries.standing_of(row.person_id)
        if row.decision or now is None or now.basis != row.basis:
            raise DecidedMeanwhile
        if agree and row.kind == CorrectionKind.CORRECT:
            _refuse_number_of_another(row.person_id, row.wanted)
            changes = _write(row.person_id, row.wanted)
            asking.tell([row.person_id])
        if agree and row.kind == CorrectionKind.APPEAL:
            Check._base_manager.filter(person_id=row.person_id).update(due_on=None)
    row.decision, row.decided_by, row.decided_at = ("agreed" if agree else "refused"), scope.actor_id, clock.now()
    row.decided_why = vietnamese.tidy(why)
    row.wanted = {name: _masked(name, value) for name, value in row.wanted.items()}
    row.save(update_fields=["decision", "decided_by", "decided_at", "decided_why", "wanted"])
    told = {
        "decision": ["", row.decision],
        **{name: [_masked(name, o), _masked(name, n)] for name, (o, n) in changes.items()},
    }
    _record(scope, "verification.decided", row.school_id, row.person_id, told, why, row.pk)


def evidence_address(scope: Scope, *, request_id: int) -> str:
    """Where the paper may be fetched, for who asked or decides; that it was opened stands in the audit. Raises NotFound."""
    row = queries.open_request(scope, request_id)
    _record(scope, "verification.evidence_opened", row.school_id, row.person_id, {}, "", row.id)
    return files.ticket_for(scope, file_id=row.file_id)


def _standing(scope: Scope, person_id: int) -> Standing:
    """Raises NotFound for whoever is not active at a place of the scope."""
    if not people.people(scope, ASK, [person_id]):
        raise NotFound
    found = queries.standing_of(person_id)
    if found is None or not found.school_id:
        raise NotFound
    return found


def _wanted(now: Standing, given: Mapping[str, str]) -> dict[str, str]:
    """What differs from what is written, each field as it is stored. Raises FactUnreadable, NothingChanged."""
    wanted = {}
    for name in FIELDS:
        text = given.get(name, "").strip()
        if text and (value := _read(name, text)) != now.facts[name]:
            wanted[name] = value
    if not wanted:
        raise NothingChanged
    return wanted


def _read(name: str, text: str) -> str:
    hint = "Viết như trong giấy khai sinh hoặc thẻ căn cước."
    if name == "full_name":
        return vietnamese.tidy(text)
    if name == "sex" and text in ("male", "female"):
        return text
    if name == "born_on":
        try:
            return formats.parse_date(text).isoformat()
        except ValueError:
            hint = "Viết ngày/tháng/năm, ví dụ 09/03/2015."
    if name == "number":
        number = personal_id.tidy(text)
        wrong = [f for f in personal_id.check(number, today=clock.today()) if f.severity is personal_id.Severity.ERROR]
        if not wrong:
            return number
        hint = "Số định danh có 12 chữ số, như trong giấy khai sinh hoặc thẻ căn cước."
    raise FactUnreadable(field=FIELDS[name].lower(), hint=hint)


def _refuse_number_of_another(person_id: int, wanted: Mapping[str, str]) -> None:
    """A number somebody else holds is not given to a second one. Pages act through students.attempt_number, which counts tries."""
    number = wanted.get("number")
    if not number:
        return
    with unit_of_work(asking.BEYOND):
        holder = bulk.holders(freezing.NUMBER, [number]).get(number)
    if holder is not None and holder[0] != person_id:
        raise NumberOfAnother


def _write(person_id: int, wanted: Mapping[str, str]) -> dict[str, list[Any]]:
    values: dict[str, Any] = {name: value for name, value in wanted.items() if name != "number"}
    if "born_on" in values:
        values["born_on"] = dt.date.fromisoformat(values["born_on"])
    return people_services.correct_confirmed(person_id=person_id, values=values, number=wanted.get("number", ""))


def _keep(scope: Scope, school_id: int, evidence: Evidence | None) -> int:
    if evidence is None or not evidence.data or len(evidence.data) > LARGEST_BYTES:
        raise FileMissing
    media_type = MEDIA.get(evidence.name.rpartition(".")[2].lower())
    if media_type is None:
        raise FileMissing
    kept = files.keep(
        scope,
        school_id=school_id,
        data=evidence.data,
        media_type=media_type,
        name=evidence.name,
        purpose=PURPOSE,
    )
    return kept.id


def _masked(name: str, value: Any) -> Any:
    return people.masked(value) if name == "number" and isinstance(value, str) else value


def _record(
    scope: Scope, action: str, school_id: int, person_id: int, changes: dict[str, Any], why: str, request_id: int = 0
) -> None:
    audit.record(
        scope,
        action,
        school_id=school_id,
        object_type="correction" if request_id else "person",
        object_id=request_id or person_id,
        subject_id=person_id,
        changes={name: [_masked(name, v) for v in pair] for name, pair in changes.items()},
        why=why,
    )
