"""Sign in, second factor, first password. Failures are counted in the database, across every web worker."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
import secrets
import time
from collections.abc import Iterable

import pyotp
from django.conf import settings
from django.contrib.auth import authenticate, login
from django.contrib.auth.password_validation import validate_password
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from maitruong.foundation.access import queries as access
from maitruong.foundation.access import refused
from maitruong.foundation.access import registry as access_roles
from maitruong.foundation.access.doors import FAMILY_ONLY
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Rows, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock
from maitruong.foundation.people import queries as people

from . import devices, sealing
from .errors import LinkExpired, OnlyInDemo, OnlyOnThisMachine, WrongCode, WrongPair
from .models import Account, Installation, OneTimeLink, Session, SignInTry
from .models_openid import OpenIdBeginning, OpenIdSubject
from .sessions import BEGAN, DEVICE, SEEN
from .tries import FREE_TRIES, count_guess, count_try, keyed

CODE = "code"
"""What guesses at an account's time-based code are counted under, at the door and wherever else it is asked."""
ADDRESS_TRIES = 60
KEEP_TRIES = dt.timedelta(days=1)
KEEP_LINKS = dt.timedelta(days=30)
_OWN_LINK = "own_link"
"""In a session: the link that was begun in it."""
_LEVEL = "level"


def installation() -> Installation | None:
    """By one plain statement, as the account of a session: pages ask it."""
    names = [field.attname for field in Installation._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(names)} FROM identity_installation WHERE id = 1")
        row = cursor.fetchone()
    return Installation.from_db(connection.alias, names, row) if row else None


def is_demo() -> bool:
    """Whether this database was born a demo. The environment has no say in it."""
    here = installation()
    return here is not None and here.kind == "demo"


def sign_in(request: HttpRequest, *, login_name: str, password: str) -> Account:
    """Check a pair; on success the session is new and belongs to the person, unless a second factor is asked for or owed.

    Raises WrongPair, TooManyTries.
    """
    keys = [
        (keyed("login", login_name.strip().lower()), FREE_TRIES),
        (keyed("address", _address(request)), ADDRESS_TRIES),
    ]
    tries = count_try(keys, who=login_name.strip().lower())
    account = authenticate(request, login=login_name, password=password)
    if account is None:
        refused.tell("sign-in: wrong pair", who=login_name.strip().lower())
        raise WrongPair
    SignInTry.objects.filter(Q(key=keys[0][0]) | Q(pk__in=tries)).delete()
    assert isinstance(account, Account)
    come_in(request, account, how="password")
    return account


def come_in(request: HttpRequest, account: Account, *, how: str, strong: bool = False, level: int = 0) -> str:
    """Past the first step of whatever door. Returns the next one: "in" when there is none, "code", or "pair" for who owes a factor.

    strong: the door itself stands for a second factor. level: of the law on identification, as another house said; 0: none said.
    """
    if account.totp_secret and not strong:
        request.session.cycle_key()
        request.session["half"] = {
            "account": account.pk,
            "until": time.time() + 300,
            "password": account.get_session_auth_hash(),
            "how": how,
            "level": level,
        }
        return "code"
    if not strong and owes_second_factor(account):
        return "pair"
    begin_session(request, account, how=how, strong=strong, level=level)
    return "in"


def half_way(request: HttpRequest) -> Account | None:
    """Whose password this session gave and whose code it still owes; None after five minutes, and as soon as the account is
    closed, its password is another, or it has no second factor any more."""
    half = request.session.get("half") or {}
    if half.get("until", 0) < time.time():
        return None
    account = Account.objects.filter(pk=half["account"], is_active=True).exclude(totp_secret="").first()
    if account is None or not hmac.compare_digest(half.get("password", ""), account.get_session_auth_hash()):
        return None
    return account


def second_step(request: HttpRequest, *, code: str) -> Account:
    """Finish a sign-in that waits for the code. Raises WrongCode, TooManyTries, WrongPair when nothing waits."""
    account = half_way(request)
    if account is None:
        raise WrongPair
    check_code(account, code)
    half = request.session.pop("half")
    begin_session(request, account, how=f"{half.get('how', 'password')}+totp", strong=True, level=half.get("level", 0))
    return account


def check_code(account: Account, code: str) -> None:
    """A time-based code, good once. Raises WrongCode, TooManyTries."""
    with transaction.atomic():
        # Under the account's lock: guesses sent at once take turns, and each sees those before it.
        fresh = Account.objects.select_for_update().get(pk=account.pk)
        tries = count_guess(CODE, str(account.pk))
        secret = sealing.of_account(fresh)
        # Taken away since, by an access made new: no code is the right one then, nor may an empty secret be reckoned with.
        step = _step_of(secret, code, after=fresh.totp_last_step) if secret else None
        if step:
            fresh.totp_last_step = step
            fresh.save(update_fields=["totp_last_step"])
            SignInTry.objects.filter(pk__in=tries).delete()
    if not step:
        refused.tell("sign-in: wrong code", who=account.login)
        raise WrongCode


def _step_of(secret: str, code: str, *, after: int) -> int | None:
    """The half minute a code belongs to, now or one beside, when it is later than the last one used."""
    now = int(time.time()) // 30
    totp, given = pyotp.TOTP(secret), code.strip().encode()
    steps = (s for s in (now - 1, now, now + 1) if s > after)
    return next((s for s in steps if hmac.compare_digest(totp.at(s * 30).encode(), given)), None)


def sign_in_as_demo(request: HttpRequest, *, account_id: int) -> Account:
    """One click, in a database born demo only, from this machine only unless the installation was told otherwise."""
    if not is_demo():
        raise OnlyInDemo
    if not demo_door_is_open(request):
        raise OnlyOnThisMachine
    account = Account.objects.filter(pk=account_id, is_active=True, demo_order__isnull=False).first()
    if account is None:
        raise WrongPair
    begin_session(request, account, how="demo")
    return account


def demo_door_is_open(request: HttpRequest) -> bool:
    """Whether one-click people are offered to who asks: in a demo, to this machine, to others only with --expose-demo."""
    return is_demo() and (settings.CONFIG.expose_demo or _is_this_machine(_address(request)))


def _is_this_machine(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def begin_session(request: HttpRequest, account: Account, *, how: str, strong: bool = False, level: int = 0) -> None:
    """A new session (the old key is worth nothing from now on), with the name the shell shows; written into the audit.

    Without a second factor (strong) it opens no place but the family's, except in a demo.
    """
    request.session.flush()
    login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
    scope = system_scope("sign-in")
    with unit_of_work(scope):
        name = people.names([account.person_id]).get(account.person_id, "")
        audit.record(
            scope,
            "identity.signed_in",
            school_id=department(),
            object_type="account",
            object_id=account.pk,
            subject_id=account.person_id,
            changes={"how": how},
        )
    request.session["name"] = name
    request.session[SEEN] = request.session[BEGAN] = int(time.time())
    request.session[DEVICE] = devices.named(request.headers.get("User-Agent", ""))
    # Whoever is given a post later signs in anew, and adds the second factor then.
    request.session[FAMILY_ONLY] = not strong and not is_demo()
    request.session[_LEVEL] = level


def level_of(request: HttpRequest) -> int:
    """How surely another house knew who this is when she signed in: 1 or 2 of the law on identification; 0: by our own means."""
    return int(request.session.get(_LEVEL, 0))


def make_link(account: Account, *, hours: int = 24, own: bool = False) -> str:
    """A one-time token to set a first password. Only its hash is kept; the token is told once."""
    token = secrets.token_urlsafe(32)
    OneTimeLink.objects.create(
        account=account, token_hash=_hash(token), expires_at=clock.now() + dt.timedelta(hours=hours), own=own
    )
    return token


def begin_pairing(request: HttpRequest, account: Account) -> str:
    """The token of a page that pairs a second factor, for who has just given her password (and her code, where there is one).

    It opens in this browser only, while this session lasts: its address stays in the history of a shared machine.
    """
    token = make_link(account, hours=1, own=True)
    request.session[_OWN_LINK] = _hash(token)
    return token


@transaction.atomic
def open_account(*, person_id: int, unit_code: str) -> tuple[Account, bool]:
    """The one account of a person, made when there is none: (account, whether it is new). It has no password until a link is used.

    The login is the unit's code and a running number: nothing in it says who it is, nor any number of the state.
    """
    there = Account.objects.filter(person_id=person_id).first()
    if there:
        return there, False
    prefix = f"{unit_code.lower()}."
    with connection.cursor() as cursor:
        # Two offices of one school at once: the second waits for the first one's number.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"login {prefix}"])
        cursor.execute(
            "SELECT coalesce(max(substr(login, %s)::int), 0) + 1 FROM identity_account"
            " WHERE login ^@ %s AND substr(login, %s) ~ '^[0-9]{1,9}$'",
            [len(prefix) + 1, prefix, len(prefix) + 1],
        )
        number = cursor.fetchone()[0]
    account = Account(person_id=person_id, login=f"{prefix}{number:04d}")
    account.set_unusable_password()
    account.save()
    return account, True


@transaction.atomic
def reset_access(account: Account) -> str:
    """A new one-time link for somebody who lost the password or the phone: the old password, second factor, links and doors of other
    houses end at once.

    Returns the token, told once. Open sessions of the account end with its password.
    """
    end_what_opened(account)
    OpenIdSubject.objects.filter(account=account).delete()
    account.set_unusable_password()
    account.password_changed_at = clock.now()
    account.totp_secret = ""
    account.save(update_fields=["password", "password_changed_at", "totp_secret"])
    return make_link(account)


def accounts_of(person_ids: Iterable[int]) -> dict[int, Account]:
    """The accounts of these people, by person."""
    return {row.person_id: row for row in Account.objects.filter(person_id__in=list(person_ids))}


def password_changed_since(person_id: int, moment: dt.datetime) -> bool:
    """Whether the password of a person was ended or set anew after a moment."""
    return Account.objects.filter(person_id=person_id, password_changed_at__gte=moment).exists()


def needs_second_step(account: Account) -> bool:
    """Whether this account wants a second factor: everybody who works with other people's data; families and pupils may do without."""
    held = access.rights(account.person_id, on=clock.today())
    return not held or _beyond_a_family(held)


def owes_second_factor(account: Account) -> bool:
    """Whether somebody whose account began as a family's works with other people's data by now, and has no second factor.

    A demo's people need none.
    """
    if account.totp_secret or is_demo():
        return False
    return _beyond_a_family(access.rights(account.person_id, on=clock.today()))


def _beyond_a_family(held: access.Held) -> bool:
    return any(access_roles.role(grant.role).rows is not Rows.FAMILY for grant, _ in held)


def link_account(token: str, *, browser: str = "") -> Account | None:
    """Whose link this is, while it can be used in this browser (`browser_of`)."""
    link = _link(OneTimeLink.objects.select_related("account"), token, browser)
    return link.account if link else None


def is_own_link(token: str) -> bool:
    """Whether the person began it herself: it pairs a second factor and leaves the password as it is."""
    return OneTimeLink.objects.filter(token_hash=_hash(token), own=True).exists()


def browser_of(request: HttpRequest) -> str:
    """What a link that was begun in this browser is known by."""
    return str(request.session.get(_OWN_LINK, ""))


def _link(links: QuerySet[OneTimeLink], token: str, browser: str) -> OneTimeLink | None:
    link = links.filter(token_hash=_hash(token), used_at__isnull=True, expires_at__gte=clock.now()).first()
    if link is None or (link.own and not hmac.compare_digest(link.token_hash, browser)):
        return None
    return link


@transaction.atomic
def use_link(token: str, *, password: str, totp_secret: str, code: str, browser: str = "") -> Account:
    """Set a password, and the second factor of who needs one, by a one-time link; by one's own link the second factor alone.

    Raises LinkExpired, WrongCode, ValidationError.
    """
    link = _link(OneTimeLink.objects.select_for_update(), token, browser)
    if link is None:
        raise LinkExpired
    account = link.account
    if not link.own:
        validate_password(password, account)
    if link.own or needs_second_step(account):
        step = _step_of(totp_secret, code, after=0) if totp_secret else None
        if step is None:
            raise WrongCode
        sealing.give(account, totp_secret)
        account.totp_last_step = step
        tell(account, "identity.second_factor_paired", {})
    if not link.own:
        account.set_password(password)
        account.password_changed_at = clock.now()
        tell(account, "identity.password_set", {})
    account.save()
    end_what_opened(account)
    return account


def end_what_opened(account: Account, *, but: str = "") -> None:
    """With a password end the sessions it began (but the one with this key), and links handed out before: whoever finds one of
    those must not make the password new again."""
    OneTimeLink.objects.filter(account=account, used_at__isnull=True).update(used_at=clock.now())
    Session.objects.filter(account=account).exclude(session_key=but).delete()


def new_secret(request: HttpRequest, token: str) -> str:
    """The second factor being set up by this link in this session; "" for a link that opens nothing.

    Bound to the link: a secret that was in the session before belongs to who made the session, perhaps somebody else.
    """
    if link_account(token, browser=browser_of(request)) is None:
        return ""
    of_link, sealed = request.session.get("new_totp") or ("", "")
    place = f"link:{_hash(token)}"
    if of_link == _hash(token):
        return sealing.open_token(sealed, place=place)
    secret = pyotp.random_base32()
    request.session["new_totp"] = [_hash(token), sealing.seal(secret, place=place)]
    return secret


def limit(request: HttpRequest, what: str, *, free: int) -> None:
    """Let one address ask something public `free` times a quarter of an hour. Raises TooManyTries."""
    count_try([(keyed(what, _address(request)), free)], who=_address(request))


def forget_past() -> int:
    """Remove what nobody can use any more: counted guesses, links past their time, ended sessions. Returns how many rows."""
    now = clock.now()
    tries, _ = SignInTry.objects.filter(at__lt=now - KEEP_TRIES).delete()
    links, _ = OneTimeLink.objects.filter(expires_at__lt=now - KEEP_LINKS).delete()
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    begun, _ = OpenIdBeginning.objects.filter(expires_at__lt=now).delete()
    return tries + links + sessions + begun


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def department() -> int:
    """The unit to whose chain of the audit an account's acts belong; 0 before there is one."""
    here = installation()
    return here.department_id if here and here.department_id else 0


def tell(account: Account, action: str, changes: dict[str, object]) -> None:
    """Write what was done with an account by its own person into the audit, whoever the request belongs to."""
    scope = system_scope("one's own account")
    with unit_of_work(scope):
        audit.record(
            scope,
            action,
            school_id=department(),
            object_type="account",
            object_id=account.pk,
            subject_id=account.person_id,
            changes=changes,
        )
