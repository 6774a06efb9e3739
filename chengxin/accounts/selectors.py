"""In whose name an account acts, and what its role lets it do."""

from datetime import datetime

from django.conf import settings

from chengxin import law as lawroom
from chengxin.accounts.models import Account, Identity, Kind, Shutting
from chengxin.accounts.rules.providers import Provider, ProvidersUnreadable, ProviderUnknown, providers_read
from chengxin.actors.models import Actor
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


def shut_since(actor: Actor, since: datetime) -> bool:
    """Whether the actor's staff were shut out at that instant or after it."""
    return Shutting.objects.filter(actor=actor, at__gte=since).exists()


def shut_out(actor: Actor) -> bool:
    """Whether the actor's staff were shut out and nobody has joined by an invitation since."""
    last = Shutting.objects.filter(actor=actor).order_by("-at", "-pk").values_list("at", flat=True).first()
    return last is not None and not Account.objects.filter(invitation__actor=actor, opened_at__gt=last).exists()


def providers() -> list[Provider]:
    """The providers of identities that are set here (CHENGXIN_PROVIDERS); none, where accounts are our own alone."""
    return providers_read(settings.CHENGXIN_PROVIDERS)


def providers_of(*kinds: str) -> list[tuple[Provider, str]]:
    """Each provider with each of these kinds that it signs in, in the order of the settings."""
    return [(provider, kind) for provider in providers() for kind in kinds if kind in provider.kinds]


def provider_named(key: str) -> Provider:
    """The provider of that key; refuses one that is not set."""
    found = next((each for each in providers() if each.key == key), None)
    if found is None:
        raise ProviderUnknown
    return found


def identities_of(account: Account) -> list[tuple[Identity, Provider | None]]:
    """The account's own identities, each with its provider as it is set today."""
    known = {each.key: each for each in _readable()}
    return [(each, known.get(each.provider)) for each in Identity.objects.filter(account=account).order_by("pk")]


def providers_unbound(account: Account) -> list[tuple[Provider, str]]:
    """The providers for the account's kind of which it has no identity yet."""
    bound = set(Identity.objects.filter(account=account).values_list("provider", flat=True))
    return [(each, account.kind) for each in _readable() if account.kind in each.kinds and each.key not in bound]


def _readable() -> list[Provider]:
    """None where the file of them cannot be read: that is told where one signs in, and closes nobody's own page."""
    try:
        return providers()
    except ProvidersUnreadable:
        return []
