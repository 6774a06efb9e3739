"""Who is here: the account behind a page's request, and the beginning and end of its session. They read the clock."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from chengxin.accounts.models import Account
from chengxin.accounts.rules import Term
from chengxin.accounts.services.opening import session_opened

BEGAN, SEEN = "began", "seen"  # instants that the session holds, in seconds
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


def address_of(request: HttpRequest) -> str:
    """From where the request comes: counted against, never kept as it is. What a proxy says of whom it serves is believed of our own
    proxies alone (CHENGXIN_PROXIES), and of what they say the last that is none of them.
    """
    sender = str(request.META.get("REMOTE_ADDR", ""))
    if sender not in settings.CHENGXIN_PROXIES:
        return sender
    told = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
    return next((each for each in reversed(told) if each and each not in settings.CHENGXIN_PROXIES), sender)


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
