"""A demo's staff get certificates; one class of the closed year gets records by the real path, issued ones and some that wait."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from itertools import groupby
from typing import Final

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.identity.models import Account
from maitruong.foundation.kernel import clock
from maitruong.foundation.signing import demo_keys
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.directory import POST_OF
from maitruong.foundation.signing.types import Role
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.types import ClassRef

from ..models import RecordBlock
from .preparing import prepare_records
from .sealing import issue_records, records_to_seal, seal_one
from .signing import ask_to_sign, sign_blocks

DEMO_PIN: Final = demo_keys.DEMO_PIN
PUPILS_SIGNED: Final = 10
PUPILS_WAITING: Final = 4
_SYSTEM = system_scope("demo records")
_TITLES = {"principal": "Hiệu trưởng", "homeroom_teacher": "Giáo viên chủ nhiệm", "subject_teacher": "Giáo viên"}


def seed_demo(
    *,
    school_id: int,
    class_id: int | None = None,
    pupils: int | None = PUPILS_SIGNED,
    waiting: int = PUPILS_WAITING,
    tell: Callable[[str], None] = lambda _: None,
) -> int:
    """Certificates with the demo's PIN for everybody who signs at a school; then the records of one class of a closed year.

    pupils: for how many of the class (0.7 s of work each), the children of the sign-in page's people first; None: for all.
    waiting: for how many pupils after those: their teachers have signed, the principal has not.
    Each signature is given as that person, with the consent, PIN and code a page would ask for, on the days after the books
    were closed. Returns how many records were issued. Raises OnlyInDemo.
    """
    demo_keys.refuse_in_real()
    with unit_of_work(_SYSTEM):
        _certificates(school_id)
    if class_id is None:
        return 0
    with unit_of_work(_SYSTEM):
        ref = enrolment.class_ref(_SYSTEM, class_id=class_id)
        last = calendar.span(ref.school_year)[2]
        chosen = _chosen(ref)
    approved = chosen[:pupils]
    moment = dt.datetime.combine(last - dt.timedelta(days=3), dt.time(8), clock.VIETNAM)
    with clock.standing_still(moment), unit_of_work(_SYSTEM):
        prepare_records(_SYSTEM, class_id=class_id, student_ids=chosen[: len(approved) + waiting])
    for hours, role in enumerate((Role.SUBJECT_TEACHER, Role.HOMEROOM_TEACHER, Role.PRINCIPAL), start=1):
        signed = approved if role is Role.PRINCIPAL else chosen
        with clock.standing_still(moment + dt.timedelta(hours=hours)):
            _sign_as_everybody(class_id, role, signed, tell)
    with clock.standing_still(moment + dt.timedelta(hours=5)):
        return _seal_and_issue(class_id, tell)


def get_ready() -> None:
    """Bring in what draws and seals papers, for a caller that has time now and not later."""
    from .. import paper  # noqa: F401


def _chosen(ref: ClassRef) -> list[int]:
    """The class in the order it is signed for: first those whose families, or who themselves, stand on the sign-in page."""
    ids = [row.student_id for row in enrolment.members(ref, on=enrolment.day_within(ref.school_year))]
    faces = list(Account.objects.filter(demo_order__isnull=False).values_list("person_id", flat=True))
    held = access.posts(person_ids=faces, roles=["guardian", "pupil"], on=clock.today(), past=True)
    known = {student for post in held for student in post.student_ids or ()}
    return sorted(ids, key=lambda student: student not in known)


def _certificates(school_id: int) -> None:
    roles = sorted(POST_OF.values(), key=list(_TITLES).index, reverse=True)
    posts = access.posts(unit_ids=[school_id], roles=roles, on=clock.today(), past=True)
    titles: dict[int, str] = {}
    for post in sorted(posts, key=lambda post: roles.index(post.role)):
        titles[post.person_id] = _TITLES[post.role]
    signing.issue_demo_certificates(
        _SYSTEM,
        school_id=school_id,
        titles=titles,
        pin=DEMO_PIN,
        valid_from=dt.datetime(2025, 8, 1, tzinfo=clock.VIETNAM),
        valid_to=dt.datetime(2030, 8, 1, tzinfo=clock.VIETNAM),
    )


def _sign_as_everybody(class_id: int, role: Role, students: Collection[int], tell: Callable[[str], None]) -> None:
    with unit_of_work(_SYSTEM):
        due = list(
            RecordBlock.objects.visible_to(_SYSTEM, "")
            .filter(class_id=class_id, student_id__in=students, role=role.value, signed_at__isnull=True)
            .order_by("signer_id", "pk")
            .values_list("signer_id", "pk", "school_id")
        )
    for signer_id, rows in groupby(due, key=lambda row: row[0]):
        blocks = list(rows)
        scope = _scope_of(signer_id, role, blocks[0][2])
        if scope is None:
            continue
        for start in range(0, len(blocks), signing.MOST_AT_ONCE):
            part = [pk for _, pk, _ in blocks[start : start + signing.MOST_AT_ONCE]]
            with unit_of_work(scope):
                consent = ask_to_sign(scope, role=role, block_ids=part)
                sign_blocks(scope, consent_id=consent.id, pin=DEMO_PIN, code=consent.confirm_code)
    tell(f"ký học bạ: {role.label}")


def _scope_of(person_id: int, role: Role, school_id: int) -> Scope | None:
    """The scope this person had in that post on the (standing) day."""
    return access.scope_of(person_id, f"{POST_OF[role]}.{school_id}", on=clock.today(), actor_name="Bản thử")


def _seal_and_issue(class_id: int, tell: Callable[[str], None]) -> int:
    with unit_of_work(_SYSTEM):
        waiting = records_to_seal(_SYSTEM, class_id)
        seal = None
        for record_pk in waiting:
            seal = seal or signing.seal_signer(enrolment.class_ref(_SYSTEM, class_id=class_id).school_id)
            seal_one(_SYSTEM, record_pk=record_pk, signer=seal)
        tell(f"đóng dấu {len(waiting)} học bạ")
        return issue_records(_SYSTEM, class_id=class_id) if waiting else 0
