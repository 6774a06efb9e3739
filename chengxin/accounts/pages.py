"""Who is here: the account behind a page's request, and the beginning and end of its session. They read the clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from chengxin.accounts.models import Account
from chengxin.accounts.rules import Term
from chengxin.accounts.rules.providers import Provider, ProviderUnknown, SignInNotBegun
from chengxin.accounts.selectors import provider_named
from chengxin.accounts.services.identities import identity_enter
from chengxin.accounts.services.openid import openid_ask, openid_leave
from chengxin.accounts.services.opening import session_opened
from chengxin.actors.api import address_of
from chengxin.kernel.errors import Refusal

BEGAN, SEEN = "began", "seen"  # instants that the session holds, in seconds
BEGUN, PROVIDER = (
    "openid",
    "provider",
)  # what it holds of a sign-in at a provider: while it is under way, and afterwards
_EACH = timedelta(minutes=1)  # so often a session writes down that it is in use


def session_begin(request: HttpRequest, account: Account) -> None:
    """The account is here from now on, in a session of its own under a new key."""
    at = timezone.now()
    auth.login(request, account)
    session_stamp(request, at)
    session_opened(account=account, at=at)


def session_stamp(request: HttpRequest, at: datetime) -> None:
    """From this instant the session's terms run."""
    request.session[BEGAN] = request.session[SEEN] = at.timestamp()


def session_end(request: HttpRequest) -> None:
    """Nobody is here any more; the cookie opens nothing, whoever kept it."""
    auth.logout(request)


def account_here(request: HttpRequest) -> Account | None:
    """Who is signed in; nobody once the session has ended, by a pause, by its length, or because the account ended it."""
    account = getattr(request, "user", None)
    if not isinstance(account, Account):
        return None
    at = timezone.now()
    began, seen = (_instant(request.session.get(name)) for name in (BEGAN, SEEN))
    if began is None or seen is None or _term().over(began=began, seen=seen, at=at):
        session_end(request)
        return None
    if at - seen >= _EACH:
        request.session[SEEN] = at.timestamp()
    return account


def identity_ask(request: HttpRequest, key: str, *, kinds: tuple[str, ...], back: str, after: str) -> HttpResponse:
    """Lead the browser to the provider, to come back to this page; the session keeps what was asked. With `bind`, whoever is signed in binds the
    identity to their account. No page of another site begins it.
    """
    provider = provider_named(key)
    wanted = request.GET.get("for", "")
    kind = next((each for each in provider.kinds if each == wanted and each in kinds), None)
    if kind is None or request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise ProviderUnknown
    account = account_here(request) if "bind" in request.GET else None
    address, begun = openid_ask(provider, kind=kind, back=site_address(back), at=timezone.now())
    request.session[BEGUN] = {**begun, "next": after, "bind": account.pk if account is not None else None}
    return redirect(address)


@dataclass(frozen=True)
class Back:
    """Who came back from a provider, whether a second factor was shown there, where they wanted to go, and whether they were here already."""

    account: Account
    factor: bool
    after: str
    bound: bool


def identity_answer(request: HttpRequest, key: str) -> Back:
    """Whoever comes back from the provider. What the session kept is used up, whatever comes of it."""
    begun = request.session.pop(BEGUN, None)
    if not isinstance(begun, dict):
        raise SignInNotBegun
    here = account_here(request)
    number = begun.get("bind")
    if number is not None and (here is None or here.pk != number):
        raise SignInNotBegun
    account, factor = identity_enter(
        provider=provider_named(key), begun=begun, answer={name: str(value) for name, value in request.GET.items()}, account=here if number is not None else None,
        address=address_of(request), at=timezone.now(),
    )  # fmt: skip
    return Back(account, factor, str(begun["next"]), number is not None)


def leave_address(request: HttpRequest, after: str) -> tuple[Provider, str] | None:
    """The provider at which whoever is here signed in, and its address for signing out there too; nothing where it has none. Asked before the session ends."""
    key = request.session.get(PROVIDER)
    try:
        provider = provider_named(key) if isinstance(key, str) else None
    except Refusal:
        return None
    address = openid_leave(provider, after=site_address(after), at=timezone.now()) if provider is not None else ""
    return (provider, address) if provider is not None and address else None


def site_address(path: str) -> str:
    """The address of one of our pages as it is reached from outside (CHENGXIN_SITE_URL), never as a request's header says."""
    return str(settings.CHENGXIN_SITE_URL).rstrip("/") + path


def next_page(request: HttpRequest, otherwise: str) -> str:
    """The page of this site to which whoever has signed in wanted to go."""
    wanted = str(request.POST.get("next") or request.GET.get("next") or "")
    return (
        wanted if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else otherwise
    )


def _term() -> Term:
    idle, longest = settings.CHENGXIN_SESSION_IDLE, settings.CHENGXIN_SESSION_LONGEST
    return Term(timedelta(minutes=idle), timedelta(minutes=longest))


def _instant(stamp: object) -> datetime | None:
    return datetime.fromtimestamp(stamp, UTC) if isinstance(stamp, float) else None
