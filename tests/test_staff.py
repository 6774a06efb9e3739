"""Staff from the invitation to the last session: roles and duties, second factors, and what is tried against them."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser

from chengxin.accounts.models import Account, Factor, Invitation
from chengxin.accounts.rules import PERIOD, InvitationUnknown, RoleUnfit, totp_code, totp_counter
from chengxin.accounts.services.factors import authenticator_add, code_show
from chengxin.accounts.services.inviting import staff_invite, staff_join
from chengxin.actors.models import Actor
from chengxin.actors.services import actor_add
from chengxin.desk.rules import DUTIES
from chengxin.law import load
from chengxin.ledger.models import Entry
from chengxin.vault import selectors as vault
from chengxin.vault import services as vault_services
from chengxin.vault.services import key_add, keys_retire, values_reseal
from tests.keys import SoftKey
from tests.signing import PASSWORD, signed_in, staff_account
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture(autouse=True)
def kept(settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    settings.CHENGXIN_HOME = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    vault.seal_of.cache_clear()
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)
    yield
    vault.seal_of.cache_clear()


def invited(role: str = "reviewer", actor: str = "market") -> str:
    return staff_invite(actor=actor, role=role, by="operator", at=NOW)[1]


def joined(browser: Browser, code: str, login: str = "clerk-1") -> Any:
    return browser.post("/desk/join", {"invitation": code, "login": login, "password": PASSWORD})


def page_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def secret_on(page: str) -> str:
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found
    return found[1]


def code_of(secret: str, at: Any = NOW, later: int = 0) -> str:
    return totp_code(secret, int(at.timestamp()) // PERIOD + later)


def entered(browser: Browser, login: str = "clerk-1", password: str = PASSWORD) -> Any:
    return browser.post("/desk/sign-in", {"login": login, "password": password})


def out(browser: Browser) -> bool:
    return bool(browser.get("/desk/cases").status_code == 302)


def member(login: str = "clerk-1", role: str = "reviewer", actor: str = "market") -> tuple[Account, list[str]]:
    """One of the staff with an authenticator, and their recovery codes."""
    account = staff_join(code=invited(role, actor), login=login, password=PASSWORD, at=NOW)
    before = NOW - timedelta(minutes=5)
    return account, authenticator_add(account=account, secret=SECRET, code=code_of(SECRET, before), at=before)


# ---- joining


def test_whoever_is_invited_joins_brings_a_second_factor_and_is_in_with_the_duties_of_the_role() -> None:
    browser = Browser()
    assert joined(browser, invited()).url == "/desk/factors"
    assert out(browser)  # the password alone opens nothing
    page = page_of(browser.get("/desk/factors"))
    answer = browser.post("/desk/factors", {"act": "authenticator", "code": code_of(secret_on(page))})
    assert len(re.findall(r"<code>[0-9a-f]{10}</code>", page_of(answer))) == 10
    assert not out(browser)
    account = Account.objects.get()
    assert (account.actor, account.role) == (Actor.objects.get(key="market"), "reviewer")
    events = [(e.event, e.actor) for e in Entry.objects.filter(event__startswith="accounts.").order_by("pk")]
    assert events == [
        ("accounts.staff.invited", "operator"), ("accounts.account.opened", "market"), ("accounts.factor.added", "market"),
        ("accounts.recovery.renewed", "market"), ("accounts.session.opened", "market"),
    ]  # fmt: skip


def test_an_invitation_is_good_once_soon_and_for_a_role_that_the_actor_has() -> None:
    code = invited()
    joined(Browser(), code)
    assert joined(Browser(), code, "clerk-2").status_code == 403
    with time_machine.travel(NOW + timedelta(days=4)):
        assert joined(Browser(), invited(), "clerk-3").status_code == 403
    with pytest.raises(RoleUnfit, match="key-keeper"):
        staff_invite(actor="market", role="key-keeper", by="operator", at=NOW)
    with pytest.raises(InvitationUnknown):
        staff_join(code="", login="clerk-4", password=PASSWORD, at=NOW)
    with pytest.raises(IntegrityError, match="invitation"), transaction.atomic():
        account = staff_account("market")
        Account.objects.filter(pk=account.pk).update(invitation=Invitation.objects.first())


def test_the_password_alone_opens_neither_the_desk_nor_the_change_of_factors() -> None:
    member()
    browser = Browser()
    assert entered(browser).url == "/desk/second"
    assert out(browser)
    assert browser.get("/desk/factors").url == "/desk/sign-in"  # type: ignore[attr-defined]
    assert browser.post("/desk/factors", {"act": "recovery"}).url == "/desk/sign-in"  # type: ignore[attr-defined]
    assert Browser().get("/desk/second").url == "/desk/sign-in"  # type: ignore[attr-defined]


# ---- the second factor


def test_password_and_code_open_the_desk_and_the_same_code_opens_no_other() -> None:
    member()
    one, other = Browser(), Browser()
    entered(one), entered(other)
    code = code_of(SECRET)
    assert one.post("/desk/second", {"code": code}).url == "/desk/"  # type: ignore[attr-defined]
    assert not out(one)
    cookie = one.cookies["chengxin_session"]  # out of reach of scripts and other sites, and tells nothing
    assert (cookie["httponly"], cookie["samesite"], len(cookie.value)) == (True, "Lax", 32)
    assert other.post("/desk/second", {"code": code}).status_code == 403
    assert other.post("/desk/second", {"code": code_of(SECRET, later=-1)}).status_code == 403  # an older one neither
    assert out(other)


def test_a_recovery_code_opens_once() -> None:
    account, codes = member()
    for expected in (302, 403):
        browser = Browser()
        entered(browser)
        assert browser.post("/desk/second", {"code": codes[0]}).status_code == expected
    assert Entry.objects.filter(event="accounts.recovery.used", object=f"account:{account.pk}").count() == 1


def test_guessing_codes_is_counted_and_the_right_one_waits_too() -> None:
    member()
    browser = Browser()
    entered(browser)
    assert [browser.post("/desk/second", {"code": f"{n:06d}"}).status_code for n in range(5)] == [403] * 5
    assert browser.post("/desk/second", {"code": code_of(SECRET)}).status_code == 429


def test_the_second_factor_is_awaited_for_ten_minutes() -> None:
    member()
    browser = Browser()
    entered(browser)
    at = NOW + timedelta(minutes=11)
    with time_machine.travel(at):
        assert browser.post("/desk/second", {"code": code_of(SECRET, at)}).url == "/desk/sign-in"  # type: ignore[attr-defined]


def passkeyed(browser: Browser, key: SoftKey) -> Any:
    joined(browser, invited())
    options = re.search(r'data-passkey="create" data-options="(.*?)">', browser.get("/desk/factors").content.decode())
    assert options
    return browser.post("/desk/factors", {"act": "passkey", "response": key.made(html.unescape(options[1]))})


def asked(browser: Browser) -> str:
    found = re.search(r'data-passkey="get" data-options="(.*?)">', browser.get("/desk/second").content.decode())
    assert found
    return html.unescape(found[1])


def test_a_passkey_is_made_and_opens_the_desk() -> None:
    browser, key = Browser(), SoftKey()
    assert passkeyed(browser, key).status_code == 200 and not out(browser)
    again = Browser()
    entered(again)
    assert again.post("/desk/second", {"response": key.shown(asked(again))}).url == "/desk/"  # type: ignore[attr-defined]
    assert not out(again)


@pytest.mark.parametrize(
    "wrong", ["another site", "another key", "an old answer", "a copy that counts behind", "nonsense"]
)
def test_a_passkey_of_another_site_another_key_an_old_answer_and_a_copy_are_refused(wrong: str) -> None:
    key = SoftKey()
    passkeyed(Browser(), key)
    browser = Browser()
    entered(browser)
    if wrong == "a copy that counts behind":
        Factor.objects.filter(kind="passkey").update(used=9)
    if wrong == "another site":
        key.origin = "http://localhost.evil.example"
    options = asked(browser)
    response = SoftKey().shown(options) if wrong == "another key" else key.shown(options)
    if wrong == "an old answer":
        asked(browser)  # a new challenge
    assert browser.post("/desk/second", {"response": "{}" if wrong == "nonsense" else response}).status_code == 403
    assert out(browser)


def test_the_last_factor_stays_and_factors_change_only_soon_after_signing_in() -> None:
    account, _ = member()
    browser = signed_in(Browser(), account)
    factor = Factor.objects.get(kind="totp")
    assert "最后一个第二要素" in page_of(browser.post("/desk/factors", {"act": "remove", "factor": factor.pk}))
    with time_machine.travel(NOW + timedelta(minutes=11)):
        assert "十分钟内" in page_of(browser.post("/desk/factors", {"act": "recovery"}))
    assert not Factor.objects.filter(removed_at__isnull=False).exists()


def test_no_secret_of_a_factor_stands_in_the_clear_and_a_new_key_seals_them_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vault_services, "GRACE", 0.0)
    account, codes = member()
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(string_agg(t::text, chr(10)), '') from accounts_factor t")
        ((text,),) = cursor.fetchall()
    assert not [
        secret for secret in (SECRET, SECRET.encode().hex(), codes[0], codes[0].encode().hex()) if secret in text
    ]
    for verb in (key_add, values_reseal, keys_retire):
        verb(ring="accounts", by="operator", at=NOW)
    assert code_show(account=account, code=code_of(SECRET), at=NOW).kind == "totp"


@pytest.mark.parametrize(
    ("at", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")]
)
def test_the_codes_are_those_of_rfc_6238(at: int, code: str) -> None:
    assert totp_code(SECRET, at // PERIOD) == code


def test_a_code_stands_for_its_minute_and_never_twice() -> None:
    counter = int(NOW.timestamp()) // PERIOD
    found = [totp_counter(SECRET, totp_code(SECRET, counter + n), at=NOW, after=0) for n in (-2, -1, 0, 1, 2)]
    assert found == [None, counter - 1, counter, counter + 1, None]
    assert totp_counter(SECRET, totp_code(SECRET, counter), at=NOW, after=counter) is None


# ---- roles and duties


@pytest.mark.parametrize(
    ("role", "opens"),
    [
        ("clerk", {"queue", "cases", "tasks", "check", "lists", "coverage", "reports"}),
        ("auditor", set()),
        ("administrator", {"staff"}),
        ("counter", {"cases", "reports"}),
    ],
)
def test_a_role_opens_the_pages_of_its_duties_and_no_others(role: str, opens: set[str]) -> None:
    actor_add(key="centre", kind="credit-centre", title="信用中心", by="operator", at=NOW)
    browser = signed_in(Browser(), staff_account("centre", role))
    pages = ("queue", "cases", "tasks", "check", "lists", "coverage", "reports", "staff")
    assert {page for page in pages if browser.get(f"/desk/{page}").status_code == 200} == opens
    assert {page for page in pages if browser.get(f"/desk/{page}").status_code == 403} == set(pages) - opens


def test_whoever_audits_does_nothing_else_and_every_duty_of_a_page_is_some_role_s() -> None:
    roles = load().on(NOW.date()).roles
    assert [role.duties for role in roles.values() if "audit" in role.duties] == [("audit",)]
    assert set(DUTIES.values()) <= {duty for role in roles.values() for duty in role.duties}


def test_a_role_that_the_lawbook_has_no_more_and_a_closed_actor_open_nothing() -> None:
    account = staff_account("market")
    browser = signed_in(Browser(), account)
    assert not out(browser)
    Account.objects.filter(pk=account.pk).update(role="bygone")
    assert out(browser)
    other = signed_in(Browser(), staff_account("market"))
    Actor.objects.filter(key="market").update(closed_at=NOW)
    assert out(other)


def test_the_ledger_names_the_actor_and_the_account_by_number() -> None:
    account = staff_account("market")
    browser = signed_in(Browser(), account)
    browser.get("/desk/queue/decided")
    entry = Entry.objects.get(event="desk.decisions.read")
    assert (entry.actor, entry.detail["account"]) == ("market", account.pk)


def test_an_administrator_looks_after_the_own_organisation_s_accounts_alone() -> None:
    actor_add(key="transport", kind="department", title="交通运输局", by="operator", at=NOW)
    ours, theirs = staff_account("market", "clerk"), staff_account("transport", "clerk")
    browser = signed_in(Browser(), staff_account("market", "administrator"))
    page = page_of(browser.post("/desk/staff", {"act": "invite", "role": "clerk"}))
    code = re.search(r"<code>([\w-]{24})</code>", page)
    assert code and joined(Browser(), code[1]).status_code == 302
    assert ours.login in page and theirs.login not in page
    for each in (ours, theirs):
        browser.post("/desk/staff", {"act": "close", "account": each.pk})
        browser.post("/desk/staff", {"act": "reset", "account": each.pk})
    assert set(Account.objects.filter(closed_at__isnull=False)) == {ours}
    assert not Entry.objects.filter(event="accounts.factor.reset", object=f"account:{theirs.pk}").exists()


def test_whoever_lost_their_factors_is_out_and_brings_new_ones() -> None:
    account, _ = member()
    browser = signed_in(Browser(), account)
    administrator = signed_in(Browser(), staff_account("market", "administrator"))
    administrator.post("/desk/staff", {"act": "reset", "account": account.pk})
    assert out(browser)
    assert entered(Browser()).url == "/desk/factors"


def test_persons_and_firms_do_not_enter_the_desk_nor_staff_the_portal() -> None:
    member()
    browser = Browser()
    assert browser.post("/sign-in", {"login": "clerk-1", "password": PASSWORD}).status_code == 403
    signed_in(browser, Account.objects.get())
    assert browser.get("/account").status_code == 302
