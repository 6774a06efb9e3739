"""Accounts for tests, and a browser that is signed in with one."""

from itertools import count

from django.conf import settings
from django.test import Client as Browser
from django.utils import timezone

from chengxin.accounts.models import Account, Kind
from chengxin.accounts.pages import BEGAN, SEEN
from chengxin.actors.models import Actor

PASSWORD = "correct horse battery"
_numbers = count(1)


def person_account(subject: int) -> Account:
    """An account of the person of this subject."""
    return _account(kind=Kind.PERSON, subject_id=subject)


def firm_account(subject: int) -> Account:
    """An account of somebody who acts for the firm of this subject."""
    return _account(kind=Kind.FIRM, subject_id=subject)


def staff_account(actor: str, role: str = "reviewer") -> Account:
    """An account of one of the actor's staff, in the role."""
    return _account(kind=Kind.STAFF, actor=Actor.objects.get(key=actor), role=role)


def signed_in(browser: Browser, account: Account) -> Browser:
    """The browser, in which the account has just signed in."""
    browser.force_login(account)
    session = browser.session
    session[BEGAN] = session[SEEN] = timezone.now().timestamp()
    session.save()
    return browser


def at_desk(actor: str, role: str = "reviewer") -> Browser:
    """A browser in which one of the actor's staff has just signed in, in the role."""
    return signed_in(Browser(), staff_account(actor, role))


def session_of(browser: Browser) -> str:
    """What the session's cookie says, for another browser to bring."""
    return str(browser.cookies[settings.SESSION_COOKIE_NAME].value)


def _account(**of: object) -> Account:
    made = Account(login=f"invented-{next(_numbers)}", opened_at=timezone.now(), **of)
    made.set_unusable_password()
    made.save()
    return made
