"""Whose account an identity of another house is: by its subject, and the first time by a verified number that does not stand alone."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from maitruong.foundation.access import refused
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.people import queries as people
from maitruong.foundation.people.errors import NumberOfAnother

from .. import services
from ..models import Account
from ..models_openid import OpenIdProvider, OpenIdSubject
from .errors import LinkedToAnother, NoAccountHere, NumberNotVerified
from .types import Identity

_SCHEME = "CCCD"


def sign_in(request: HttpRequest, provider: OpenIdProvider, identity: Identity) -> tuple[Account, str]:
    """Lets in whom the other house named, as far as it goes: the account and its next step (`services.come_in`).

    Raises NumberNotVerified, NoAccountHere, LinkedToAnother.
    """
    account = _linked(provider, identity) or _link(provider, identity)
    strong = provider.counts_as_second_factor and identity.level >= 2
    step = services.come_in(request, account, how=f"openid:{provider.key}", strong=strong, level=identity.level)
    return account, step


def links_of(account: Account) -> list[OpenIdSubject]:
    """The houses this account goes with."""
    return list(OpenIdSubject.objects.filter(account=account).select_related("provider").order_by("id"))


def unlink(account: Account, link_id: int) -> bool:
    """Whether there was such a link; her next sign-in there begins with the number again."""
    with transaction.atomic():
        row = OpenIdSubject.objects.filter(pk=link_id, account=account).select_related("provider").first()
        if row is None:
            return False
        services.tell(account, "identity.openid_unlinked", {"provider": row.provider.key})
        row.delete()
    return True


def _linked(provider: OpenIdProvider, identity: Identity) -> Account | None:
    row = OpenIdSubject.objects.filter(provider=provider, subject=identity.subject).select_related("account").first()
    if row is None:
        return None
    if not row.account.is_active:
        refused.tell("openid: shut account", who=row.account.login)
        raise NoAccountHere
    OpenIdSubject.objects.filter(pk=row.pk).update(used_at=clock.now())
    return row.account


def _link(provider: OpenIdProvider, identity: Identity) -> Account:
    if not identity.number:
        raise NumberNotVerified
    account = _account_of(identity)
    if account is None:
        refused.tell("openid: no account", who=f"{provider.key}:{identity.subject}")
        raise NoAccountHere
    try:
        with transaction.atomic():
            OpenIdSubject.objects.create(
                provider=provider, subject=identity.subject, account=account, used_at=clock.now()
            )
            services.tell(account, "identity.openid_linked", {"provider": provider.key, "level": identity.level})
    except IntegrityError:
        # The same human twice at once is let in; another one of that house who claims her number is not.
        there = OpenIdSubject.objects.filter(provider=provider, subject=identity.subject, account=account)
        if not there.exists():
            refused.tell("openid: linked to another", who=account.login)
            raise LinkedToAnother from None
    return account


def _account_of(identity: Identity) -> Account | None:
    """The open account of who holds the number, bears the name, and was born that day: a number alone never links two people.

    Registers write names in capitals and without fault; a name that fits only without its marks wants the birth date to fit.
    """
    if not identity.full_name:
        return None
    scope = system_scope("sign-in through another house")
    with unit_of_work(scope):
        try:
            person_id = people.same_person(scheme=_SCHEME, value=identity.number, full_name=identity.full_name)
        except NumberOfAnother:
            return None
        who = people.particulars(person_id) if person_id else None
    if who is None:
        return None
    alike = vietnamese.name_match(who.full_name, identity.full_name)
    same_day = None if identity.born_on is None or who.born_on is None else identity.born_on == who.born_on
    if alike == "different" or same_day is False or (alike == "same_without_marks" and not same_day):
        return None
    return Account.objects.filter(person_id=who.id, is_active=True).first()
