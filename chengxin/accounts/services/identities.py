"""Identities of providers: whose account one is, bound once, met anew at each sign-in, and released at the counter."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from chengxin import law as lawroom
from chengxin.accounts import rules
from chengxin.accounts.bulk import RING, identity_marks, identity_written
from chengxin.accounts.models import Account, Identity, IdentityMark, Kind, identity_bound
from chengxin.accounts.rules import providers as rule
from chengxin.accounts.rules.providers import Provider, Shown
from chengxin.accounts.selectors import PUBLIC, by_of, shut_out
from chengxin.accounts.services.counting import attempt_counted
from chengxin.accounts.services.openid import openid_answer
from chengxin.accounts.services.opening import account_save, identity_confirmed, person_account_of, person_entered
from chengxin.actors.models import Actor
from chengxin.actors.selectors import ActorUnknown, actor_acting
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_read
from chengxin.ledger.services import trace
from chengxin.subjects.bulk.vaulting import person_met
from chengxin.subjects.selectors import root_of, subject_of
from chengxin.vault.selectors import seal_of

LETTERS = "abcdefghjkmnpqrstuvwxyz"


def identity_enter(
    *, provider: Provider, begun: Mapping[str, object], answer: Mapping[str, str], account: Account | None = None, address: str = "", at: datetime
) -> tuple[Account, bool]:  # fmt: skip
    """The account of whoever the provider's answer proves to be there, and whether a second factor was shown there. The first time one is opened
    for them, as it would be here by number and name or for a firm; or the identity is bound to `account`, who is signed in and asked for it.
    """
    state = str(begun.get("state", ""))
    with attempt_counted((f"openid:{state}", rules.OF_ACCOUNT), (f"address:{address}", rules.OF_ADDRESS), at=at):
        with _told(provider, str(begun.get("kind", "")), at):
            shown = openid_answer(provider, begun=begun, answer=answer, at=at)
            kind = Kind(str(begun["kind"]))
            if kind not in provider.kinds:
                raise rule.ProviderUnknown
            found = _identity_of(shown)
            if account is not None and account.kind != kind:
                raise rule.IdentityElsewhere
            if account is not None:
                entered = _bound(account, found, shown, at)
            else:
                entered = _opened_once(kind, shown, at) if found is None else _met(found.account, kind, shown, at)
    return entered, kind == Kind.STAFF and rule.factor_shown(shown)


def identity_release(*, identity: Identity, by: str, at: datetime) -> None:
    """Take an identity off its account: it enters by it no more, and every session of the account is over. Another may be bound then, or the same."""
    with transaction.atomic():
        Account.objects.filter(pk=identity.account_id).update(generation=F("generation") + 1)
        trace(
            event="accounts.identity.released", by=by, at=at, about=f"account:{identity.account_id}", detail={"provider": identity.provider},
        )  # fmt: skip
        identity.delete()


def identity_leave(*, account: Account, identity: int, at: datetime) -> None:
    """Take one's own identity off, where there is a password to enter by."""
    found = Identity.objects.filter(account=account, pk=identity).first()
    if found is None:
        raise rule.ProviderUnknown
    if not account.has_usable_password():
        raise rule.IdentityOnlyWay
    identity_release(identity=found, by=by_of(account), at=at)


def person_identities_release(*, number: str, name: str, by: str, at: datetime) -> int:
    """Release every identity of the person whose identity card the counter has seen, of open and closed accounts; how many."""
    value = citizen_number_read(number, invented=settings.CHENGXIN_INVENTED_DIVISION)
    subject = person_met(value, name)
    found = (
        Identity.objects.filter(account__kind=Kind.PERSON, account__subject=subject)
        if subject
        else Identity.objects.none()
    )
    return identities_release(identities=list(found), by=by, at=at)


def identities_release(*, identities: list[Identity], by: str, at: datetime) -> int:
    """Release them all; how many they were."""
    with transaction.atomic():
        for each in identities:
            identity_release(identity=each, by=by, at=at)
    return len(identities)


@contextmanager
def _told(provider: Provider, kind: str, at: datetime) -> Iterator[None]:
    """An attempt that is refused stands in the ledger: at which provider and why, and nothing of the person."""
    try:
        yield
    except Refusal as refusal:
        detail = {"provider": provider.key, "kind": kind, "refusal": refusal.code}
        if reason := refusal.data.get("reason"):
            detail["reason"] = str(reason)[:60]
        trace(event="accounts.identity.refused", by=PUBLIC, at=at, detail=detail)
        raise


def _identity_of(shown: Shown) -> Identity | None:
    marks = identity_marks(_written(shown)).values()
    found = IdentityMark.objects.select_related("identity__account__actor").filter(mark__in=list(marks)).first()
    return found.identity if found is not None else None


def _opened_once(kind: Kind, shown: Shown, at: datetime) -> Account:
    """The first time, also of two at one instant: whoever comes second enters by what the first one opened."""
    try:
        return _opened(kind, shown, at)
    except Refusal:
        found = _identity_of(shown)
        if found is None:
            raise
        return _met(found.account, kind, shown, at)


def _opened(kind: Kind, shown: Shown, at: datetime) -> Account:
    """The first time: an account is opened, by the same rules as here, and the identity is bound to it."""
    if kind == Kind.PERSON:
        number, name = rule.person_claimed(shown)
        value = identity_confirmed(number=number, name=name, at=at)
        with transaction.atomic():
            subject = person_entered(value, name, at=at)
            if person_account_of(subject) is not None:
                raise rule.AccountWantsBinding
            return _bind(_new(Account(kind=Kind.PERSON, subject_id=subject), PUBLIC, shown, at), shown, at)
    with transaction.atomic():
        if kind == Kind.FIRM:
            return _bind(_new(Account(kind=Kind.FIRM, subject_id=_firm(shown, at)), PUBLIC, shown, at), shown, at)
        actor, role = _place(shown, at)
        if shut_out(actor):
            raise rule.StaffShutOut
        # One of the staff with two accounts could confirm what they proposed; whoever has one already binds it.
        others = Account.objects.filter(kind=Kind.STAFF, actor=actor, closed_at__isnull=True)
        if others.exclude(identities__provider=shown.provider.key).exists():
            raise rule.StaffOtherwise
        return _bind(_new(Account(kind=Kind.STAFF, actor=actor, role=role), actor.key, shown, at), shown, at)


def _met(account: Account, kind: Kind, shown: Shown, at: datetime) -> Account:
    """Any other time: the account, if it is open and what the provider says is still whose it is."""
    if account.kind != kind:
        raise rule.IdentityElsewhere
    if account.closed_at is not None:
        raise rule.IdentityClosed
    role = _still(account, shown, at)
    if role and role != account.role:
        with transaction.atomic():
            # Whoever was here in another role is out, and comes in anew with the new one's duties.
            Account.objects.filter(pk=account.pk).update(role=role, generation=F("generation") + 1)
            detail = {"from": account.role, "to": role, "provider": shown.provider.key}
            trace(event="accounts.role.changed", by=by_of(account), at=at, about=f"account:{account.pk}", detail=detail)
        account.refresh_from_db()
    return account


def _bound(account: Account, found: Identity | None, shown: Shown, at: datetime) -> Account:
    """Somebody who is signed in binds the identity to their own account; refuses one of anybody else's."""
    if found is not None and found.account_id == account.pk:
        return account
    if found is not None or Identity.objects.filter(account=account, provider=shown.provider.key).exists():
        raise rule.IdentityElsewhere
    _still(account, shown, at)
    with transaction.atomic():
        return _bind(account, shown, at)


def _still(account: Account, shown: Shown, at: datetime) -> str:
    """Refuses claims that are not of the account's person, firm or actor; the role that they give to staff."""
    if account.kind == Kind.PERSON:
        number, name = rule.person_claimed(shown)
        value = citizen_number_read(number, invented=settings.CHENGXIN_INVENTED_DIVISION)
        if person_met(value, name) != account.subject_id:
            raise rule.IdentityChanged
        return ""
    if account.kind == Kind.FIRM:
        if account.subject_id is None or _firm(shown, at) != root_of(account.subject_id, known_at=at):
            raise rule.IdentityChanged
        return ""
    actor, role = _place(shown, at)
    if actor.pk != account.actor_id:
        raise rule.IdentityChanged
    return role


def _firm(shown: Shown, at: datetime) -> int:
    code = rule.firm_claimed(shown)
    try:
        return subject_of(code, known_at=at)
    except Refusal:
        raise rule.FirmNotRegistered from None


def _place(shown: Shown, at: datetime) -> tuple[Actor, str]:
    """The actor and the one role of it that the provider gives; what is no actor's role is none, and of two nobody can say which."""
    key, claimed = rule.staff_claimed(shown)
    try:
        actor = actor_acting(key, at=at)
    except ActorUnknown:
        raise rule.StaffNotPlaced from None
    known = lawroom.load().on(day_of(at)).roles
    roles = [each for each in claimed if each in known and actor.kind in known[each].actors]
    if len(roles) != 1:
        raise rule.StaffNotPlaced
    return actor, roles[0]


def _new(made: Account, by: str, shown: Shown, at: datetime) -> Account:
    """An account without a password, under a name that says nothing."""
    made.login = "id-" + "".join(secrets.choice(LETTERS) for _ in range(16))
    return account_save(made, None, by=by, at=at, evidence=f"provider:{shown.provider.key}")


def _bind(account: Account, shown: Shown, at: datetime) -> Account:
    written, key = _written(shown), shown.provider.key
    sealed = seal_of(RING).seal(written.encode(), identity_bound({"account_id": account.pk, "provider": key}))
    try:
        with transaction.atomic():
            made = Identity.objects.create(account=account, provider=key, sealed=sealed, at=at)
            IdentityMark.objects.bulk_create(
                IdentityMark(identity=made, version=version, mark=mark)
                for version, mark in identity_marks(written).items()
            )
    except IntegrityError:
        raise rule.IdentityElsewhere from None  # two at once: the database decides whose it is
    trace(
        event="accounts.identity.bound",
        by=by_of(account),
        at=at,
        about=f"account:{account.pk}",
        detail={"provider": key},
    )
    return account


def _written(shown: Shown) -> str:
    return identity_written(shown.provider.issuer, shown.subject)
