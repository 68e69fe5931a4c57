"""Open accounts and make passwords new, without handing anybody what another school keeps."""

from __future__ import annotations

from dataclasses import dataclass

from maitruong.foundation.access import queries as access
from maitruong.foundation.access import services as grants
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Post, Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.identity import services as identity
from maitruong.foundation.identity.models import Account
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import services as people
from maitruong.registry.enrolment.models import Enrolment
from maitruong.registry.staff import queries as staff
from maitruong.registry.students import services as students
from maitruong.registry.students.models import Guardianship

from .. import policy
from ..errors import (
    HeldElsewhere,
    UnknownLogin,
)
from .place import BEYOND, is_governed


@dataclass(frozen=True)
class Credentials:
    """What is told once: the login, and the token of the one-time link; no token for an account that needs no link."""

    person_id: int
    login: str
    token: str


def new_officer(scope: Scope, *, login: str, full_name: str, unit_id: int) -> tuple[int, Credentials | None]:
    """The person behind a login, or a new person of an office with an account of their own. Raises UnknownLogin, NotFound.

    Only for who may give roles of offices.
    """
    if policy.standing(scope) != ("it_admin", "department") or not is_governed(scope, unit_id):
        raise NotFound
    if login.strip():
        account = Account.objects.filter(login=login.strip().lower(), is_active=True).first()
        if account is None:
            raise UnknownLogin(given=login)
        return account.person_id, None
    if not vietnamese.tidy(full_name):
        raise UnknownLogin(given="")
    with unit_of_work(BEYOND):
        person_id = people.register_person(scope, full_name=full_name, places=[unit_id])
    return person_id, _open(scope, person_id, unit_id)


def open_account(scope: Scope, *, person_id: int, unit_id: int) -> Credentials:
    """An account for somebody of the school (staff, pupil, guardian), with a link that sets the password once.

    For somebody who has one already: only the login, no link. Raises NotFound, HeldElsewhere.
    """
    if not scope.covers("accounts.manage", school_id=unit_id) or not known_here(person_id, unit_id):
        raise NotFound
    if person_id not in identity.accounts_of([person_id]) and not may_open(scope, person_id):
        raise HeldElsewhere
    return _open(scope, person_id, unit_id)


def reset_password(scope: Scope, *, person_id: int, unit_id: int) -> Credentials:
    """A new one-time link for somebody of the school; the old password and second factor end. Raises NotFound, HeldElsewhere.

    A guardian with children in several schools is helped by any of them. Who holds the link must not see what other schools
    keep: the rights there wait until each of those schools has confirmed the person. Both sides have it in their audit.
    """
    if not scope.covers("accounts.manage", school_id=unit_id) or not known_here(person_id, unit_id):
        raise NotFound
    account = identity.accounts_of([person_id]).get(person_id)
    if account is None:
        raise NotFound
    if not may_reset(scope, person_id):
        raise HeldElsewhere
    token = identity.reset_access(account)
    _record_account(scope, "accounts.reset", unit_id, account)
    _let_others_confirm(scope, account, unit_id)
    return Credentials(person_id, account.login, token)


def reset_holder(scope: Scope, *, grant_id: int) -> Credentials:
    """The same for who holds a role at a place this workspace governs: a school's principal, an officer. Raises NotFound.

    Schools help their own people; nobody at a school stands above its principal, so the department's administrator does.
    """
    post = access.post(grant_id, on=clock.today())
    if post is None or not may_reset_holder(scope, post):
        raise NotFound
    account = identity.accounts_of([post.person_id]).get(post.person_id)
    if account is None:
        return _open(scope, post.person_id, post.unit_id)
    token = identity.reset_access(account)
    _record_account(scope, "accounts.reset", post.unit_id, account)
    _let_others_confirm(scope, account, post.unit_id)
    return Credentials(post.person_id, account.login, token)


def may_reset_holder(scope: Scope, post: Post) -> bool:
    """Whether the rights page offers to make this holder's password new."""
    held = post.holds and post.role not in policy.FAMILY and is_governed(scope, post.unit_id)
    return held and scope.may("accounts.manage") and may_reset(scope, post.person_id)


def may_reset(scope: Scope, person_id: int) -> bool:
    """Only when every role the person holds, or will hold, is one this workspace stands above, at places it governs.

    The role of a guardian or pupil elsewhere is no hindrance: it waits there until that school has confirmed the person.
    """
    return person_id in offered(scope, {person_id})[1]


def confirm_person(scope: Scope, *, person_id: int, unit_id: int) -> None:
    """This school has seen the person whose password another school made new: the rights here can be used again.

    Raises NotFound, also when nothing waits here.
    """
    if not scope.covers("accounts.manage", school_id=unit_id) or not known_here(person_id, unit_id):
        raise NotFound
    account = identity.accounts_of([person_id]).get(person_id)
    if (
        account is None
        or not may_reset(scope, person_id)
        or not grants.confirm(person_id=person_id, unit_ids=[unit_id])
    ):
        raise NotFound
    _record_account(scope, "accounts.confirmed", unit_id, account)


def confirm_tie(scope: Scope, *, person_id: int, unit_id: int) -> None:
    """This school has seen the person whom another school wrote down as a guardian: that stands from now on.

    Raises NotFound, also when nothing waits. Which school it is, is not told here; its own audit has the confirmation.
    """
    if not scope.covers("accounts.manage", school_id=unit_id) or not known_here(person_id, unit_id):
        raise NotFound
    if not students.confirm_ties(person_id=person_id, unit_id=unit_id):
        raise NotFound
    audit.record(
        scope,
        "accounts.tie_confirmed",
        school_id=unit_id,
        object_type="person",
        object_id=person_id,
        subject_id=person_id,
    )


def _let_others_confirm(scope: Scope, account: Account, unit_id: int) -> None:
    """Rights of the family at places this workspace does not govern wait; those at this school, whose people saw the person, do not."""
    held = access.posts(person_ids=[account.person_id], roles=policy.FAMILY, on=clock.today())
    own = {post.unit_id for post in held if is_governed(scope, post.unit_id)} | {unit_id}
    grants.confirm(person_id=account.person_id, unit_ids=own)
    for other in grants.let_wait(person_id=account.person_id, roles=policy.FAMILY, except_units=own):
        # The other school's own audit says what happened to the right there, and not which school did it.
        audit.record(
            BEYOND,
            "accounts.reset_elsewhere",
            school_id=other,
            object_type="account",
            object_id=account.pk,
            subject_id=account.person_id,
        )


def may_open(scope: Scope, person_id: int) -> bool:
    """The same for a first link, which whoever opened the account holds in hand. A family's other schools do not stop it:
    parents get their one account at the school that knew them first. A school that writes a known parent down for a child of
    its own comes later, and gets no link to what the others show."""
    return person_id in offered(scope, {person_id})[0]


def offered(scope: Scope, person_ids: set[int]) -> tuple[set[int], set[int]]:
    """Whose account this workspace may open, and whose password it may make new, among these people; one reading for all."""
    below = policy.RESETS.get(policy.standing(scope), set())
    posts: dict[int, list[Post]] = {person_id: [] for person_id in person_ids}
    for post in sorted(access.posts(person_ids=person_ids, on=clock.today()), key=lambda post: post.id):
        posts[post.person_id].append(post)
    units = {post.unit_id for held in posts.values() for post in held}
    own = {unit_id for unit_id in units if is_governed(scope, unit_id)}
    opens = {person_id for person_id, held in posts.items() if _opens(held, below, own)}
    resets = {person_id for person_id, held in posts.items() if _resets(held, below, own)} - {scope.actor_id}
    return opens, resets


def _opens(held: list[Post], below: set[str], own: set[int]) -> bool:
    """held: by age, so that the first is where the person was known first."""
    if {post.role for post in held} <= policy.FAMILY and held and held[0].unit_id not in own:
        return False
    return all(p.role in policy.FAMILY or (p.role in below and p.unit_id in own) for p in held)


def _resets(held: list[Post], below: set[str], own: set[int]) -> bool:
    return all(p.role in below and (p.role in policy.FAMILY or p.unit_id in own) for p in held)


def known_here(person_id: int, unit_id: int) -> bool:
    """Whether somebody works, learns or answers for a child at a school today, as far as the present unit of work sees.

    Not who only waits to be confirmed as a guardian there.
    """
    pupils = Enrolment._base_manager.filter(school_id=unit_id, ends_on__isnull=True)
    return (
        staff.works_at(person_id, unit_id, on=clock.today())
        or pupils.filter(student_id=person_id).exists()
        or Guardianship._base_manager.filter(
            school_id=unit_id, guardian_id=person_id, ends_on__isnull=True, waits_since__isnull=True
        ).exists()
    )


def _open(scope: Scope, person_id: int, unit_id: int) -> Credentials:
    account, new = identity.open_account(person_id=person_id, unit_code=organisations.unit(unit_id).code)
    if not new:
        return Credentials(person_id, account.login, "")
    _let_pupil_in(person_id, unit_id)
    _record_account(scope, "accounts.opened", unit_id, account)
    return Credentials(person_id, account.login, identity.make_link(account, hours=24 * 14))


def _let_pupil_in(person_id: int, unit_id: int) -> None:
    """A pupil's account sees the pupil; the right comes with the first account."""
    seated = Enrolment._base_manager.filter(school_id=unit_id, student_id=person_id, ends_on__isnull=True).exists()
    held = access.posts(unit_ids=[unit_id], person_ids=[person_id], roles=["pupil"], on=clock.today())
    if seated and not held:
        grants.grant(
            person_id=person_id,
            role="pupil",
            unit_id=unit_id,
            student_ids=[person_id],
            valid_from=clock.today(),
            reason="tài khoản học sinh",
        )


def _record_account(scope: Scope, action: str, unit_id: int, account: Account) -> None:
    audit.record(
        scope,
        action,
        school_id=unit_id,
        object_type="account",
        object_id=account.pk,
        subject_id=account.person_id,
        changes={"login": [None, account.login]},
    )
