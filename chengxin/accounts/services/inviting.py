"""Staff: invited by an administrator of their actor, in a role that the lawbook knows, with the duties that come with it."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import IntegrityError, transaction

from chengxin import law as lawroom
from chengxin.accounts import rules
from chengxin.accounts.models import Account, Invitation, Kind, Shutting
from chengxin.accounts.selectors import shut_since, staff_of
from chengxin.accounts.services.opening import account_close, account_save, login_free, password_fit
from chengxin.actors.selectors import actor_acting
from chengxin.kernel.days import day_of
from chengxin.ledger.services import trace

HOURS = 72


def staff_invite(*, actor: str, role: str, by: str, at: datetime, hours: int = HOURS) -> tuple[Invitation, str]:
    """Let somebody open an account for the actor in the role; the code is shown once and good once. Refuses a role that the actor cannot give."""
    found = actor_acting(actor, at=at)
    roles = {key: each for key, each in lawroom.load().on(day_of(at)).roles.items() if found.kind in each.actors}
    if role not in roles:
        raise rules.RoleUnfit(role=role[:40], kind=found.kind, known=", ".join(roles))
    code = secrets.token_urlsafe(18)
    with transaction.atomic():
        made = Invitation.objects.create(
            code_hash=_hash(code), actor=found, role=role, at=at, until=at + timedelta(hours=max(1, min(hours, 24 * 14))), by=by,
        )  # fmt: skip
        detail = {"actor": actor, "role": role}
        trace(event="accounts.staff.invited", by=by, at=at, about=f"invitation:{made.pk}", detail=detail)
    return made, code


def staff_join(*, code: str, login: str, password: str, at: datetime) -> Account:
    """Open the account to which the code invites. Of two who use it at once the database lets one in."""
    invited = Invitation.objects.select_related("actor").filter(code_hash=_hash(code.strip()), until__gt=at).first()
    if invited is None or Account.objects.filter(invitation=invited).exists() or shut_since(invited.actor, invited.at):
        raise rules.InvitationUnknown
    actor_acting(invited.actor.key, at=at)
    login = login_free(login)
    password_fit(password, login)
    made = Account(login=login, kind=Kind.STAFF, actor=invited.actor, role=invited.role, invitation=invited)
    try:
        with transaction.atomic():
            return account_save(made, password, by=invited.actor.key, at=at, evidence=f"invitation:{invited.pk}")
    except IntegrityError:
        raise rules.InvitationUnknown from None


def staff_close(*, account: int, actor: str, by: str, at: datetime) -> None:
    """Close an account of one's own actor's staff."""
    account_close(account=staff_of_one(actor, account), by=by, at=at)


def staff_shut(*, actor: str, by: str, at: datetime) -> list[int]:
    """Close every account of the actor's staff and end what invites to one; the numbers of the accounts. Nobody comes in again, by a provider
    either, until somebody is invited anew.
    """
    with transaction.atomic():
        Shutting.objects.create(actor=actor_acting(actor, at=at), at=at, by=by)
        accounts = staff_of(actor)
        for account in accounts:
            account_close(account=account, by=by, at=at)
        trace(event="accounts.staff.shut", by=by, at=at, about=f"actor:{actor}", detail={"accounts": len(accounts)})
    return [account.pk for account in accounts]


def staff_of_one(actor: str, account: int) -> Account:
    """An open account of the actor's staff; refuses any other."""
    found = Account.objects.filter(pk=account, kind=Kind.STAFF, actor__key=actor, closed_at__isnull=True).first()
    if found is None:
        raise rules.StaffUnknown(account=account)
    return found


def _hash(code: str) -> bytes:
    return sha256(code.encode()).digest()
