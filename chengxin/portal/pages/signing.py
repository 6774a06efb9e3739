"""Signing in at the portal: persons about themselves, and whoever acts for a firm. They read the clock.

Other pages ask `person_here` and `firm_here`, or are opened by `persons_only` and `firms_only`. Numbers and names come by POST only and stand on no page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.accounts.models import Account, Kind
from chengxin.accounts.pages import (
    PROVIDER,
    account_here,
    identity_answer,
    identity_ask,
    leave_address,
    next_page,
    session_begin,
    session_end,
)
from chengxin.accounts.selectors import identities_of, providers_of, providers_unbound
from chengxin.accounts.services.identities import identity_leave
from chengxin.accounts.services.opening import (
    account_enter,
    firm_account_open,
    password_change,
    person_account_open,
    sessions_end,
)
from chengxin.actors.api import address_of
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.reading import in_both_languages, passing
from chengxin.portal.pages.typed import number_typed
from chengxin.portal.rules import number_query
from chengxin.reports.selectors.issued import pass_held
from chengxin.subjects.selectors import number_of, root_of

Page = Callable[..., HttpResponse]


@dataclass(frozen=True)
class FirmHere:
    """The firm for which somebody is signed in, and the number of the account that acts for it."""

    subject: int
    account: int


def person_here(request: HttpRequest) -> int | None:
    """The subject of the natural person who is signed in; nothing where none is."""
    account = account_here(request)
    return account.subject_id if account is not None and account.kind == Kind.PERSON else None


def firm_here(request: HttpRequest) -> FirmHere | None:
    """The firm for which somebody is signed in, merges followed; nothing where none is."""
    account = account_here(request)
    if account is None or account.kind != Kind.FIRM or account.subject_id is None:
        return None
    return FirmHere(root_of(account.subject_id, known_at=timezone.now()), account.pk)


def persons_only(page: Page) -> Page:
    """Opens the page to a person who is signed in, as `page(request, subject, …)`; leads anybody else to the door, and back again."""
    return _only(person_here, page)


def firms_only(page: Page) -> Page:
    """Opens the page to whoever is signed in for a firm, as `page(request, firm_here, …)`; leads anybody else to the door, and back again."""
    return _only(firm_here, page)


def subject_here(request: HttpRequest) -> int | None:
    """The subject of whoever is signed in, a person or a firm; nothing where nobody is."""
    person, firm = person_here(request), firm_here(request)
    return person if person is not None else firm.subject if firm is not None else None


def signed_in_only(page: Page) -> Page:
    """Opens the page to whoever is signed in, as `page(request, subject, …)`; leads anybody else to the door, and back again."""
    return _only(subject_here, page)


def _only(here: Callable[[HttpRequest], Any], page: Page) -> Page:
    @wraps(page)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        who = here(request)
        if who is None:
            # Of a form the address alone: what was typed is not carried through an address.
            back = request.path if request.method in ("GET", "HEAD") else reverse("portal:account")
            return redirect(f"{reverse('portal:sign-in')}?{urlencode({'next': back})}")
        return page(request, who, *args, **kwargs)

    return in_both_languages(passing(answer))


def _signing(page: Page) -> Page:
    """What the pages of signing in have in common."""
    hidden = sensitive_post_parameters("password", "old", "new", "number", "name", "pass")(page)
    return require_http_methods(["GET", "HEAD", "POST"])(in_both_languages(passing(hidden)))


@_signing
def sign_in(request: HttpRequest) -> HttpResponse:
    """The door: an account's name and password."""
    after = next_page(request, reverse("portal:account"))
    if request.method != "POST":
        return _sign_in(request, after)
    login = request.POST.get("login", "")
    try:
        account = account_enter(
            login=login, password=request.POST.get("password", ""), kinds=(Kind.PERSON, Kind.FIRM), address=address_of(request),
            at=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        return _sign_in(request, after, refusal)
    session_begin(request, account)
    return redirect(after)


def _sign_in(request: HttpRequest, after: str, refusal: Refusal | None = None) -> HttpResponse:
    try:
        providers = providers_of(Kind.PERSON, Kind.FIRM)
    except Refusal as unreadable:
        # The local accounts open all the same; who runs the register sees why the others do not.
        providers, refusal = [], refusal or unreadable
    context = {"refusal": refusal, "next": after, "providers": providers}
    return render(request, "portal/sign_in.html", context, status=refusal.status if refusal else HTTPStatus.OK)


@require_safe
@in_both_languages
@passing
def sign_in_with(request: HttpRequest, provider: str) -> HttpResponse:
    """To the provider, for a person or for a firm; from the page of an account, to bind an identity to it."""
    after = next_page(request, reverse("portal:account"))
    try:
        return identity_ask(
            request,
            provider,
            kinds=(Kind.PERSON, Kind.FIRM),
            back=reverse("portal:sign-in-back", args=[provider]),
            after=after,
        )
    except Refusal as refusal:
        return _sign_in(request, after, refusal)


@require_safe
@in_both_languages
@passing
def sign_in_back(request: HttpRequest, provider: str) -> HttpResponse:
    """Back from the provider: in, or told why not."""
    try:
        back = identity_answer(request, provider)
    except Refusal as refusal:
        return _sign_in(request, reverse("portal:account"), refusal)
    if not back.bound:
        session_begin(request, back.account)
        request.session[PROVIDER] = provider
    return redirect(back.after)


@require_POST
@in_both_languages
@passing
def sign_out(request: HttpRequest) -> HttpResponse:
    """Nobody is here any more; `everywhere` ends the account's other sessions too."""
    return signed_out(request, again=reverse("portal:sign-in"))


def signed_out(request: HttpRequest, *, again: str) -> HttpResponse:
    """The session ended, at the provider of identities too where one brought them; `again` is where one signs in."""
    account = account_here(request)
    if account is not None and "everywhere" in request.POST:
        sessions_end(account=account, at=timezone.now())
    there = leave_address(request, again)
    session_end(request)
    if there is not None:
        return render(request, "portal/signed_out.html", {"provider": there[0], "address": there[1], "again": again})
    return redirect(again)


@_signing
def register(request: HttpRequest) -> HttpResponse:
    """An account of one's own: a person by number and name, whoever acts for a firm by its code and the pass of the counter."""
    after = next_page(request, reverse("portal:account"))
    kind = (request.POST if request.method == "POST" else request.GET).get("kind", "")
    kind = kind if kind in (Kind.PERSON, Kind.FIRM) else Kind.PERSON
    context = {"next": after, "kind": kind, "least": settings.PASSWORD_LEAST}
    if request.method != "POST":
        return render(request, "portal/register.html", context)
    at, typed = timezone.now(), request.POST
    words = {"login": typed.get("login", ""), "password": typed.get("password", "")}
    try:
        if kind == Kind.PERSON:
            account = person_account_open(
                **words, number=typed.get("number", ""), name=typed.get("name", ""), address=address_of(request), at=at
            )
        else:
            code = number_query(typed.get("code", "")).value
            held = pass_held(code, typed.get("pass", ""), at=at)
            account = firm_account_open(**words, code=code, evidence=f"pass:{held.pk}", at=at)
    except Refusal as refusal:
        context |= {"refusal": refusal, "login": words["login"][:40]}
        return render(request, "portal/register.html", context, status=refusal.status)
    session_begin(request, account)
    return redirect(after)


@_signing
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: what it is bound to, its password, its sessions. A new password ends every session but this one."""
    here = account_here(request)
    if here is None or here.kind not in (Kind.PERSON, Kind.FIRM):
        return redirect(f"{reverse('portal:sign-in')}?{urlencode({'next': reverse('portal:account')})}")
    if request.method != "POST":
        return _account(request, here)
    old, new, at = request.POST.get("old", ""), request.POST.get("new", ""), timezone.now()
    try:
        if "identity" in request.POST:
            written = request.POST["identity"]
            number = number_typed(written) or 0
            identity_leave(account=here, identity=number, at=at)
            return redirect("portal:sign-in")  # every session of the account is over, this one too
        password_change(account=here, old=old, new=new, address=address_of(request), at=at)
    except Refusal as refusal:
        return _account(request, here, refusal)
    session_begin(request, here)
    return _account(request, here, changed=True)


def _account(
    request: HttpRequest, here: Account, refusal: Refusal | None = None, *, changed: bool = False
) -> HttpResponse:
    code = ""
    if here.kind == Kind.FIRM and here.subject_id is not None:
        code = number_of(here.subject_id, known_at=timezone.now())
    context = {
        "account": here, "code": code, "least": settings.PASSWORD_LEAST, "refusal": refusal, "changed": changed, "identities": identities_of(here),
        "providers": providers_unbound(here), "password": here.has_usable_password(),
    }  # fmt: skip
    return render(request, "portal/account.html", context, status=refusal.status if refusal else HTTPStatus.OK)
