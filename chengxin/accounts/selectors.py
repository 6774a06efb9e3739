"""In whose name an account acts, and what its role lets it do."""

from datetime import datetime

from chengxin import law as lawroom
from chengxin.accounts.models import Account, Kind
from chengxin.actors.selectors import ActorUnknown, Asker, actor_acting
from chengxin.kernel.days import day_of

PUBLIC = "public"  # the actor in whose name persons and firms act


def by_of(account: Account) -> str:
    """The key of the account's actor; of the public for persons and firms."""
    return account.actor.key if account.actor is not None else PUBLIC


def asker_of(account: Account, *, at: datetime) -> Asker | None:
    """The actor for which one of its staff asks, with the duties of their role that day; nobody where the account is no staff's, or its actor or role is over."""
    if account.kind != Kind.STAFF or account.actor is None:
        return None
    try:
        actor = actor_acting(account.actor.key, at=at)
    except ActorUnknown:
        return None
    role = lawroom.load().on(day_of(at)).roles.get(account.role)
    if role is None or actor.kind not in role.actors:
        return None
    return Asker(actor.key, actor.kind, account=account.pk, duties=frozenset(role.duties))


def staff_of(actor: str) -> list[Account]:
    """The open accounts of an actor's staff."""
    return list(Account.objects.filter(kind=Kind.STAFF, actor__key=actor, closed_at__isnull=True).order_by("pk"))
