"""The staff's door: joining by an invitation, the password, the second factor; and the accounts that an administrator looks after.

Nobody is in before the second factor: after the password the session only remembers whose second factor is awaited. They read the clock.
"""

import base64
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin import law as lawroom
from chengxin.accounts.models import Account, Kind, Proposal
from chengxin.accounts.pages import (
    BEGAN,
    PROVIDER,
    account_here,
    identity_answer,
    identity_ask,
    session_begin,
)
from chengxin.accounts.rules import DutyMissing
from chengxin.accounts.selectors import asker_of, identities_of, providers_of, providers_unbound, staff_of
from chengxin.accounts.services.confirming import deed_propose, four_eyes
from chengxin.accounts.services.factors import (
    authenticator_add,
    code_show,
    factor_remove,
    factors_of,
    factors_reset,
    passkey_add,
    passkey_ask,
    passkey_offer,
    passkey_show,
    recovery_renew,
)
from chengxin.accounts.services.identities import identity_leave
from chengxin.accounts.services.inviting import staff_close, staff_invite, staff_join
from chengxin.accounts.services.opening import account_enter
from chengxin.actors.api import address_of
from chengxin.actors.selectors import Asker
from chengxin.desk.deeds import ACCOUNTS
from chengxin.desk.rules import DUTIES, HOME
from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import on_behalf
from chengxin.portal.pages.reading import in_both_languages, passing
from chengxin.portal.pages.signing import signed_out
from chengxin.portal.pages.typed import number_typed

Page = Callable[..., HttpResponse]
AWAITED, PASSKEY, SECRET = "awaited", "passkey", "authenticator"  # what a session holds
WAIT = timedelta(minutes=10)  # for the second factor; and the age of a session in which factors may still be changed


def asker_here(request: HttpRequest) -> Asker | None:
    """Who of the staff is signed in, for which actor, with which duties; nobody once the account, its role or its actor is over."""
    account = account_here(request)
    return None if account is None else asker_of(account, at=timezone.now())


def staff_only(page: Page) -> Page:
    """Opens the page to staff whose role has its duty (desk/rules.py); leads whoever is not signed in to the door. What is done there names
    the account in the ledger.
    """

    @wraps(page)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asker = asker_here(request)
        if asker is None or asker.account is None:
            return redirect("desk:sign-in")
        duty = DUTIES.get(str(request.resolver_match.url_name if request.resolver_match else ""), "none")
        if duty not in asker.duties:
            missing = DutyMissing(duty=duty)
            return render(request, "desk/closed.html", {"refusal": missing, "asker": asker}, status=missing.status)
        with on_behalf(asker.account):
            return page(request, asker, *args, **kwargs)

    return in_both_languages(passing(answer))


def _door(page: Page) -> Page:
    hidden = sensitive_post_parameters("password", "code", "invitation", "response")(page)
    return require_http_methods(["GET", "HEAD", "POST"])(in_both_languages(passing(hidden)))


@_door
def sign_in(request: HttpRequest) -> HttpResponse:
    """The door: an account's name and password, after which its second factor is asked for."""
    if request.method != "POST":
        return _sign_in(request)
    at = timezone.now()
    try:
        account = account_enter(
            login=request.POST.get("login", ""), password=request.POST.get("password", ""), kinds=(Kind.STAFF,),
            address=address_of(request), at=at,
        )  # fmt: skip
    except Refusal as refusal:
        return _sign_in(request, refusal)
    return _await(request, account)


def _sign_in(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    try:
        providers = providers_of(Kind.STAFF)
    except Refusal as unreadable:
        # The local accounts open all the same; who runs the register sees why the others do not.
        providers, refusal = [], refusal or unreadable
    context = {"refusal": refusal, "providers": providers}
    return render(request, "desk/sign_in.html", context, status=refusal.status if refusal else HTTPStatus.OK)


@require_safe
@in_both_languages
@passing
def sign_in_with(request: HttpRequest, provider: str) -> HttpResponse:
    """To the provider; from the page of one's own factors, to bind an identity to the account."""
    back = reverse("desk:sign-in-back", args=[provider])
    if "bind" in request.GET and (account_here(request) is None or not _lately(request, timezone.now())):
        return redirect("desk:factors")  # another way in is taken on as another factor is
    try:
        return identity_ask(request, provider, kinds=(Kind.STAFF,), back=back, after=reverse("desk:home"))
    except Refusal as refusal:
        return _sign_in(request, refusal)


@require_safe
@in_both_languages
@passing
def sign_in_back(request: HttpRequest, provider: str) -> HttpResponse:
    """Back from the provider: in, where it showed a second factor; else our own is asked for, as after a password."""
    try:
        back = identity_answer(request, provider)
    except Refusal as refusal:
        return _sign_in(request, refusal)
    if back.bound:
        return redirect("desk:factors")
    response = _begin(request, back.account) if back.factor else _await(request, back.account)
    request.session[PROVIDER] = provider
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Nobody is here any more; `everywhere` ends the account's other sessions too."""
    return signed_out(request, again=reverse("desk:sign-in"))


@_door
def join(request: HttpRequest) -> HttpResponse:
    """An account by invitation; then its first second factor."""
    context: dict[str, Any] = {"least": settings.PASSWORD_LEAST}
    if request.method != "POST":
        return render(request, "desk/join.html", context)
    typed = {name: request.POST.get(name, "") for name in ("login", "password")}
    try:
        account = staff_join(code=request.POST.get("invitation", ""), **typed, at=timezone.now())
    except Refusal as refusal:
        return render(request, "desk/join.html", {**context, "refusal": refusal}, status=refusal.status)
    return _await(request, account)


@_door
def second(request: HttpRequest) -> HttpResponse:
    """The second factor: a code, a recovery code, or a passkey."""
    account = _awaited(request)
    if account is None:
        return redirect("desk:sign-in")
    at = timezone.now()
    if request.method != "POST":
        return _second(request, account)
    try:
        if response := request.POST.get("response"):
            passkey_show(account=account, state=request.session.pop(PASSKEY, {}), response=response, at=at)
        else:
            code_show(account=account, code=request.POST.get("code", ""), at=at)
    except Refusal as refusal:
        return _second(request, account, refusal)
    return _begin(request, account)


@_door
def factors(request: HttpRequest) -> HttpResponse:
    """One's own second factors: the first one before one is in at all, others soon after signing in."""
    account, first = account_here(request), False
    if account is None or account.kind != Kind.STAFF:
        account, first = _awaited(request), True
        if account is None or factors_of(account):
            return redirect("desk:sign-in")
    if request.method != "POST":
        return _factors(request, account, first=first)
    at, act = timezone.now(), request.POST.get("act", "")
    if not first and not _lately(request, at):
        return _factors(request, account, late=True)
    codes: list[str] = []
    try:
        if act == "authenticator":
            secret = str(request.session.get(SECRET, ""))
            codes = authenticator_add(account=account, secret=secret, code=request.POST.get("code", "").strip(), at=at)
            request.session.pop(SECRET, None)
        elif act == "passkey":
            state = request.session.pop(PASSKEY, {})
            codes = passkey_add(account=account, state=state, response=request.POST.get("response", ""), at=at)
        elif act == "recovery" and not first:
            codes = recovery_renew(account=account, at=at)
        elif act == "release" and not first:
            identity_leave(account=account, identity=_number(request, "identity"), at=at)
            return redirect("desk:sign-in")  # every session of the account is over, this one too
        elif act == "remove" and not first:
            factor_remove(account=account, factor=_number(request, "factor"), at=at)
    except Refusal as refusal:
        return _factors(request, account, refusal, first=first)
    if first:
        session_begin(request, account)
    return _factors(request, account, codes=codes)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def staff(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The accounts of one's own organisation: invite, close, take the factors off whoever lost them."""
    if request.method != "POST":
        return _staff(request, asker)
    at, act = timezone.now(), request.POST.get("act", "")
    try:
        if act in ("invite", "close", "reset") and four_eyes(ACCOUNTS, at=at):
            number, role = _number(request, "account"), request.POST.get("role", "")
            what = {"act": act, "role": role} if act == "invite" else {"act": act, "account": number}
            about = f"{act}:{role or number}"
            made = deed_propose(kind=ACCOUNTS, about=about, what=what, asker=asker, at=at)
            return _staff(request, asker, made=made)
        if act == "invite":
            _, code = staff_invite(actor=asker.key, role=request.POST.get("role", ""), by=asker.key, at=at)
            return _staff(request, asker, code=code)
        number = _number(request, "account")
        if act == "close":
            staff_close(account=number, actor=asker.key, by=asker.key, at=at)
        elif act == "reset" and (found := next((a for a in staff_of(asker.key) if a.pk == number), None)):
            factors_reset(account=found, by=asker.key, at=at)
    except Refusal as refusal:
        return _staff(request, asker, refusal=refusal)
    return _staff(request, asker)


def home(request: HttpRequest) -> HttpResponse:
    """The first page of whoever is here: the first that their duties open."""
    asker = asker_here(request)
    if asker is None:
        return redirect("desk:sign-in")
    return redirect(next((name for duty, name in HOME.items() if duty in asker.duties), "desk:factors"))


def _await(request: HttpRequest, account: Account) -> HttpResponse:
    """The password was right, or the invitation was: what is awaited now is the second factor, or the first of them."""
    request.session.flush()
    request.session[AWAITED] = [account.pk, timezone.now().timestamp()]
    return redirect("desk:second" if factors_of(account) else "desk:factors")


def _awaited(request: HttpRequest) -> Account | None:
    number, since = request.session.get(AWAITED) or (0, 0.0)
    if timezone.now() - datetime.fromtimestamp(since, UTC) >= WAIT:
        return None
    return Account.objects.filter(pk=number, kind=Kind.STAFF, closed_at__isnull=True).first()


def _begin(request: HttpRequest, account: Account) -> HttpResponse:
    provider = request.session.get(PROVIDER)
    request.session.flush()
    session_begin(request, account)
    if provider is not None:
        request.session[PROVIDER] = provider
    return redirect("desk:home")


def _lately(request: HttpRequest, at: datetime) -> bool:
    return at - datetime.fromtimestamp(request.session[BEGAN], UTC) < WAIT


def _number(request: HttpRequest, name: str) -> int:
    written = request.POST.get(name, "")
    return number_typed(written) or 0


def _second(request: HttpRequest, account: Account, refusal: Refusal | None = None) -> HttpResponse:
    options, request.session[PASSKEY] = passkey_ask(account)
    context = {"refusal": refusal, "options": options}
    return render(request, "desk/second.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _factors(
    request: HttpRequest, account: Account, refusal: Refusal | None = None, *, first: bool = False, **more: Any
) -> HttpResponse:
    options, request.session[PASSKEY] = passkey_offer(account)
    secret = request.session.setdefault(SECRET, base64.b32encode(secrets.token_bytes(20)).decode())
    address = f"otpauth://totp/{quote('chengxin:' + account.login)}?secret={secret}&issuer=chengxin"
    held = factors_of(account)
    context = {
        "identities": identities_of(account), "password": account.has_usable_password(),
        "providers": [] if first else providers_unbound(account),
        "account": account, "first": first, "refusal": refusal, "options": options, "secret": secret,
        "picture": SafeString(segno.make(address, error="m").svg_inline(scale=4, svgclass=None, lineclass=None)),
        "factors": [each for each in held if each.kind != "recovery"], "left": sum(each.kind == "recovery" for each in held),
        "authenticator": any(each.kind == "totp" for each in held), **more,
    }  # fmt: skip
    return render(request, "desk/factors.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _staff(
    request: HttpRequest, asker: Asker, *, refusal: Refusal | None = None, code: str = "", made: Proposal | None = None
) -> HttpResponse:
    roles = lawroom.load().on(timezone.localdate()).roles
    context = {
        "asker": asker, "accounts": [(a, roles.get(a.role)) for a in staff_of(asker.key)], "refusal": refusal, "code": code, "made": made,
        "roles": [role for role in roles.values() if asker.kind in role.actors],
    }  # fmt: skip
    return render(request, "desk/staff.html", context, status=refusal.status if refusal else HTTPStatus.OK)
