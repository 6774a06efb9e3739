"""Accounts of persons and of firms, from the first form to the last session; and what is tried against them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from django.test import Client as Browser

from chengxin.accounts.models import Account, Attempt, Kind, Session
from chengxin.accounts.rules import LoginUnfit, NoPersonsAccount, login_read
from chengxin.accounts.services import opening
from chengxin.accounts.services.counting import attempt_mark
from chengxin.ledger.models import Entry
from chengxin.portal.pages.signing import FirmHere, firm_here, person_here
from chengxin.reports.services.admitting import pass_give
from chengxin.subjects.models import Person, Subject
from chengxin.subjects.selectors import subject_of
from chengxin.subjects.services.persons import population_load
from chengxin.vault import selectors as vault
from tests.people import DIVISION, name, number
from tests.signing import PASSWORD, person_account, signed_in
from tests.world import NOW, OPERATOR, code, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture(autouse=True)
def invented(settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    settings.CHENGXIN_HOME = tmp_path / "home"
    settings.CHENGXIN_HOME.mkdir()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for kept in (vault.seal_of, vault.blind_of):
        kept.cache_clear()
    register = tmp_path / "register.csv"
    register.write_text("".join(f"{number(n)},{name(n)}\n" for n in range(1, 6)), encoding="utf-8")
    population_load(path=register, by="operator", at=NOW)
    yield
    for kept in (vault.seal_of, vault.blind_of):
        kept.cache_clear()


def registered(browser: Browser, n: int = 1, **changed: str) -> Any:
    typed = {"kind": "person", "login": f"yan-{n}", "password": PASSWORD, "number": number(n), "name": name(n)}
    return browser.post("/register", typed | changed)


def entered(browser: Browser, login: str = "yan-1", password: str = PASSWORD, **more: str) -> Any:
    return browser.post("/sign-in", {"login": login, "password": password, **more})


def here(browser: Browser) -> HttpRequest:
    """A request as a page gets it from this browser."""
    request: HttpRequest = browser.get("/").wsgi_request
    return request


def out(browser: Browser) -> bool:
    return bool(browser.get("/account").status_code == 302)


# ---- opening an account


def test_a_person_of_whom_nothing_is_recorded_opens_an_account_and_is_entered_by_it() -> None:
    browser = Browser()
    assert registered(browser).status_code == 302
    account = Account.objects.get()
    assert person_here(here(browser)) == account.subject_id == Person.objects.get().pk
    assert firm_here(here(browser)) is None
    events = list(
        Entry.objects.filter(event__startswith="accounts.").order_by("pk").values_list("event", "actor", "object")
    )
    about = f"account:{account.pk}"
    assert events == [("accounts.account.opened", "public", about), ("accounts.session.opened", "public", about)]
    assert Entry.objects.get(event="subjects.person.entered").purpose == "own-account"


def test_neither_number_nor_name_nor_password_is_found_in_any_table_or_on_the_page() -> None:
    browser = Browser()
    registered(browser)
    page = browser.get("/account").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("select table_name from information_schema.tables where table_schema = 'public'")
        tables = [table for (table,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"select coalesce(string_agg(t::text, chr(10)), '') from \"{table}\" t")
            ((text,),) = cursor.fetchall()
            assert not [secret for secret in (number(1), name(1), PASSWORD) if secret in text], table
    assert number(1) not in page and name(1) not in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": name(2)}, "人口库未能确认"),
        ({"number": number(9), "name": name(9)}, "人口库未能确认"),
        ({"login": "13800138000"}, "不能用这个账户名"),
        ({"login": "a" + number(1).lower()}, "不能用这个账户名"),
        ({"password": "password123"}, "太容易猜到"),
        ({"password": "20261122334455"}, "太容易猜到"),
        ({"login": "mountain-brook", "password": "mountain-brook1"}, "太容易猜到"),
        ({"password": "short"}, "太容易猜到"),
    ],
)
def test_no_account_is_opened_for_an_identity_not_confirmed_a_bad_name_or_a_weak_password(
    changed: dict[str, str], said: str
) -> None:
    answer = registered(Browser(), 1, **changed)
    page = answer.content.decode()
    assert answer.status_code in (403, 422) and said in page
    assert not [typed for typed in (number(1), number(9), name(1), name(9)) if typed in page]
    assert not Account.objects.exists() and not Subject.objects.exists()


def test_a_person_has_one_account_and_a_name_one_owner_and_the_database_holds_both() -> None:
    registered(Browser())
    assert "此人已有账户" in registered(Browser(), login="other").content.decode()
    assert "已有人使用" in registered(Browser(), 2, login="yan-1").content.decode()
    first = Account.objects.get()
    with pytest.raises(IntegrityError, match="one_a_person"), transaction.atomic():
        person_account(first.subject_id or 0)
    with pytest.raises(IntegrityError, match="of_somebody"), transaction.atomic():
        Account.objects.create(login="nobody", kind=Kind.PERSON, opened_at=NOW)


def test_somebody_acts_for_a_firm_by_the_pass_that_its_counter_gave(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1), penalty(2))
    given = pass_give(number=code(1), seen="营业执照副本、授权委托书", asker=OPERATOR, at=NOW)
    typed = {"kind": "firm", "login": "clerk", "password": PASSWORD, "pass": given.key}
    assert Browser().post("/register", typed | {"code": code(2)}).status_code == 403  # another's pass
    browser = Browser()
    assert browser.post("/register", typed | {"code": code(1)}).status_code == 302
    account = Account.objects.get()
    assert firm_here(here(browser)) == FirmHere(subject_of(code(1), known_at=NOW), account.pk)
    assert person_here(here(browser)) is None
    assert code(1) in browser.get("/account").content.decode()
    assert Entry.objects.get(event="accounts.account.opened").detail["evidence"] == f"pass:{given.number}"


@pytest.mark.parametrize("login", ["", "abc", "1abcd", "中文名字", "a b c d", "a'--", "x" * 41, "a13800138000"])
def test_a_name_that_is_none_is_refused(login: str) -> None:
    with pytest.raises(LoginUnfit):
        login_read(login)


# ---- coming in, and the end of it


def test_name_and_password_open_a_session_under_a_key_that_was_nobody_s_before() -> None:
    registered(Browser())
    browser = Browser()
    before = browser.get("/sign-in")
    assert "chengxin_session" not in before.cookies and before["Cache-Control"] == "no-store"
    browser.cookies["chengxin_session"] = "a" * 32  # laid there by somebody else
    assert entered(browser, next="/remedies").url == "/remedies"
    cookie = browser.cookies["chengxin_session"]
    assert cookie.value != "a" * 32 and (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert not Session.objects.filter(session_key=cookie.value).exists()  # the table holds its digest alone
    assert not out(browser)


@pytest.mark.parametrize(
    "wanted", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "/\\elsewhere.example"]
)
def test_nobody_is_led_to_another_site_after_signing_in(wanted: str) -> None:
    registered(Browser())
    assert entered(Browser(), next=wanted).url == "/account"


def test_a_wrong_password_and_an_account_that_does_not_exist_are_refused_in_the_same_words() -> None:
    registered(Browser())
    wrong, unknown = entered(Browser(), password="wrong horse battery"), entered(Browser(), login="nobody-here")
    assert wrong.status_code == unknown.status_code == 403
    assert wrong.content.split(b"csrfmiddlewaretoken")[0] == unknown.content.split(b"csrfmiddlewaretoken")[0]
    assert PASSWORD.encode() not in unknown.content


def test_a_form_of_another_site_signs_nobody_in_or_out() -> None:
    registered(Browser())
    strict = Browser(enforce_csrf_checks=True)
    assert entered(strict).status_code == 403
    signed_in(strict, Account.objects.get())
    assert strict.post("/sign-out").status_code == 403 and not out(strict)
    assert registered(strict, 2).status_code == 403


def test_after_five_failures_even_the_right_password_waits_and_after_the_wait_it_opens() -> None:
    registered(Browser())
    browser = Browser()
    assert [entered(browser, password=f"wrong {n} guess").status_code for n in range(5)] == [403] * 5
    assert entered(browser).status_code == 429
    with time_machine.travel(NOW + timedelta(minutes=16)):
        assert entered(browser).status_code == 302
        assert not Attempt.objects.filter(about=attempt_mark("login:yan-1")).exists()


def test_an_account_that_does_not_exist_is_locked_like_any_other() -> None:
    assert [entered(Browser(), login="nobody-here").status_code for _ in range(6)] == [403] * 5 + [429]


def test_an_address_from_which_many_accounts_are_tried_waits_too() -> None:
    statuses = [entered(Browser(), login=f"guess-{n}").status_code for n in range(61)]
    assert statuses == [403] * 60 + [429]


def test_the_population_register_is_no_oracle_for_whoever_guesses_names_of_a_number() -> None:
    guesses = [registered(Browser(), name=name(n)).status_code for n in range(2, 6)]
    assert guesses == [403, 403, 403, 429]
    assert registered(Browser()).status_code == 429  # nor for the right one, for a day


@pytest.mark.parametrize(
    ("minutes", "still"),
    [
        ([29, 58, 87], True),
        ([31], False),
        ([n * 25 for n in range(1, 20)], True),
        ([n * 25 for n in range(1, 21)], False),
    ],
)
def test_a_session_ends_after_a_pause_and_after_its_length(minutes: list[int], still: bool) -> None:
    registered(Browser())
    browser = Browser()
    entered(browser)
    for passed in minutes:
        with time_machine.travel(NOW + timedelta(minutes=passed)):
            ended = out(browser)
    assert ended is not still


def test_who_signs_out_is_out_for_good_even_with_the_cookie_kept() -> None:
    registered(Browser())
    browser, thief = Browser(), Browser()
    entered(browser)
    thief.cookies["chengxin_session"] = browser.cookies["chengxin_session"].value
    assert not out(thief)
    browser.post("/sign-out")
    assert out(browser) and out(thief)


def test_signing_out_everywhere_and_a_new_password_end_the_sessions_elsewhere() -> None:
    registered(Browser())
    one, other = Browser(), Browser()
    entered(one), entered(other)
    assert "密码已更换" in one.post("/account", {"old": PASSWORD, "new": "another horse battery"}).content.decode()
    assert out(other) and not out(one)
    entered(other, password="another horse battery")
    one.post("/sign-out", {"everywhere": "1"})
    assert out(one) and out(other)


def test_a_new_password_needs_the_old_one_and_guessing_it_is_counted() -> None:
    registered(Browser())
    browser = Browser()
    entered(browser)
    statuses = [browser.post("/account", {"old": f"wrong {n}", "new": "another horse"}).status_code for n in range(6)]
    assert statuses == [403] * 5 + [429]


def test_a_closed_account_is_out_at_once_and_its_person_may_open_another() -> None:
    registered(Browser())
    browser = Browser()
    entered(browser)
    opening.account_close(account=Account.objects.get(), by="operator", at=NOW)
    assert out(browser) and entered(Browser()).status_code == 403
    assert registered(Browser(), login="anew").status_code == 302


def test_the_counter_closes_what_another_opened_in_a_person_s_name_and_the_person_may_open_their_own() -> None:
    registered(Browser(), login="stranger")
    for wrong in ((number(1), name(2)), (number(2), name(2))):
        with pytest.raises(NoPersonsAccount):
            opening.person_account_close(number=wrong[0], name=wrong[1], by="operator", at=NOW)
    opening.person_account_close(number=number(1), name=name(1), by="operator", at=NOW)
    assert entered(Browser(), login="stranger").status_code == 403
    assert registered(Browser()).status_code == 302
    assert not Entry.objects.filter(detail__icontains=number(1)).exists()


def test_the_public_pages_set_no_cookie_and_ask_the_database_nothing_of_who_is_here(
    django_assert_num_queries: Any,
) -> None:
    registered(Browser())
    browser = Browser()
    entered(browser)
    with django_assert_num_queries(0):
        answer = browser.get("/")
    assert not answer.cookies and "Cookie" not in answer.get("Vary", "")


def test_a_program_s_request_meets_no_session() -> None:
    registered(Browser())
    browser = Browser()
    entered(browser)
    request = browser.get("/api/v1/openapi.json").wsgi_request
    assert not hasattr(request, "session") and not hasattr(request, "user")
