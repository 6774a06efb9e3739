"""Sign-in by a provider (OpenID Connect) against a real one on this machine: persons, firms and staff, and what is tried against it."""

import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import time_machine
import yaml
from django.conf import LazySettings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django.utils import timezone

from chengxin.accounts.bulk import IdentityMarks
from chengxin.accounts.models import Account, Attempt, Identity, IdentityMark, Kind, Session
from chengxin.accounts.rules import PERIOD, totp_code
from chengxin.accounts.rules import providers as rule
from chengxin.accounts.rules.providers import ProvidersUnreadable, providers_read
from chengxin.accounts.services import openid
from chengxin.accounts.services.counting import attempt_mark
from chengxin.accounts.services.factors import authenticator_add
from chengxin.accounts.services.identities import person_identities_release
from chengxin.accounts.services.opening import account_close, account_erase, person_account_close, person_account_open
from chengxin.actors.models import Actor
from chengxin.actors.services import actor_add
from chengxin.ledger.models import Entry
from chengxin.subjects.models import Person
from chengxin.subjects.selectors import subject_of
from chengxin.subjects.services.persons import population_load
from chengxin.vault import selectors as vault
from chengxin.vault import services as vault_services
from demo.people import person_number
from tests.people import DIVISION, name, number
from tests.provider import CLIENT, PASSWORD, SECRET, Provider, provider_running
from tests.signing import PASSWORD as LOCAL
from tests.signing import signed_in, staff_account
from tests.world import code, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("openid")]
SITE = "http://localhost:8000"
TOTP = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
FIRM = {"org_code": code(1), "org_position": ["法定代表人"]}
STAFF = {"dept": "330100-scjg", "groups": ["复核岗", "工会"]}
CHILD = person_number(7, date.today() - timedelta(days=17 * 365))  # noqa: DTZ011
PEOPLE: dict[str, dict[str, Any]] = {
    "one": {"id_number": number(1), "real_name": name(1)},
    "two": {"id_number": number(2), "real_name": name(2)},
    "mistaken": {"id_number": number(3), "real_name": name(4)},
    "child": {"id_number": CHILD, "real_name": name(7)},
    "nameless": {"id_number": number(3)},
    "second-address": {"id_number": number(3), "real_name": name(3), "_at": "userinfo"},
    "director": FIRM,
    "stranger": FIRM | {"org_position": ["职工"]},
    "newcomer": FIRM | {"org_code": code(2)},
    "clerk": STAFF,
    "clerk-with-factor": STAFF | {"amr": ["pwd", "otp"]},
    "of-no-role": STAFF | {"groups": ["工会"]},
    "of-two-roles": STAFF | {"groups": ["复核岗", "administrator"]},
    "of-another-kind": STAFF | {"groups": ["key-keeper"]},
    "of-nowhere": STAFF | {"dept": "nowhere"},
}


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with provider_running(tmp_path_factory.mktemp("provider")) as made:
        yield made


def configured(folder: Path, at: str, **changes: Any) -> Path:
    """A file of two providers, as an operator writes it: a city's, for persons and firms, and an office's, for staff."""
    (folder / "client.secret").write_text(SECRET + "\n", encoding="utf-8")
    common = {
        "issuer": at,
        "client": CLIENT,
        "secret_file": str(folder / "client.secret"),
        "scopes": ["openid", "profile"],
    }
    city = {
        "key": "city", "title": "云川市统一身份认证", "title_en": "Yunchuan identity", **common,
        "persons": {"number": "id_number", "name": ["real_name"]},
        "firms": {"code": "org_code", "authority": "org_position", "authorities": ["法定代表人", "授权代理人"]},
    }  # fmt: skip
    office = {
        "key": "office", "title": "政务协同", "title_en": "Office identity", **common,
        "staff": {
            "organisation": "dept", "role": "groups", "organisations": {"330100-scjg": "market"}, "roles": {"复核岗": "reviewer"},
            "second_factor": {"amr": ["otp"]},
        },
    }  # fmt: skip
    file = folder / "providers.yaml"
    file.write_text(yaml.safe_dump({"providers": [city | changes, office]}, allow_unicode=True), encoding="utf-8")
    return file


@pytest.fixture
def provider(running: Provider, settings: LazySettings, tmp_path: Path) -> Iterator[Provider]:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    settings.CHENGXIN_HOME = tmp_path / "home"
    settings.CHENGXIN_HOME.mkdir()
    settings.CHENGXIN_SITE_URL = SITE
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CHENGXIN_PROVIDERS = str(configured(tmp_path, running.issuer))
    for kept in (vault.seal_of, vault.blind_of):
        kept.cache_clear()
    backs = [f"{SITE}/sign-in/back/city", f"{SITE}/desk/sign-in/back/office"]
    running.say(people=PEOPLE, redirects=backs, fault={}, key=0)
    register = tmp_path / "register.csv"
    register.write_text("".join(f"{number(n)},{name(n)}\n" for n in range(1, 6)) + f"{CHILD},{name(7)}\n", "utf-8")
    population_load(path=register, by="operator", at=timezone.now())
    yield running
    for kept in (vault.seal_of, vault.blind_of):
        kept.cache_clear()


@pytest.fixture
def unknown() -> Iterator[None]:
    """Nothing is remembered of the provider, before the test and after it."""
    openid._known.clear()
    yield
    openid._known.clear()


_there: dict[str, requests.Session] = {}


def proven(address: str, who: str) -> str:
    """What a browser does at the provider: the way there, name and password once, and the address to which it is sent back."""
    browser = _there.setdefault(who, requests.Session())
    answer = browser.get(address, allow_redirects=False)
    if "/accounts/login/" in answer.headers.get("Location", ""):
        door = requests.compat.urljoin(address, answer.headers["Location"])
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(door).text)
        assert token
        form = {"login": who, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        answer = browser.post(door, form, headers={"Referer": door}, allow_redirects=False)
        answer = browser.get(requests.compat.urljoin(address, answer.headers["Location"]), allow_redirects=False)
    assert answer.status_code == 302, answer.text[:2000]
    return str(answer.headers["Location"])


def begun(browser: Browser, kind: str = "person", after: str = "/account", **more: str) -> str:
    """The provider's address to which our page leads."""
    page = "/desk/sign-in/with/office" if kind == "staff" else "/sign-in/with/city"
    answer = browser.get(page, {"for": kind, "next": after, **more})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def entered(browser: Browser, who: str, kind: str = "person", after: str = "/account", **more: str) -> Any:
    """A whole sign-in; what our page answers to the browser that comes back."""
    back = proven(begun(browser, kind, after, **more), who)
    assert back.startswith(SITE)
    return browser.get(back.removeprefix(SITE))


def out(browser: Browser, page: str = "/account") -> bool:
    return bool(browser.get(page).status_code == 302)


def refused() -> list[tuple[Any, ...]]:
    """What the ledger tells of attempts that were refused."""
    told = Entry.objects.filter(event="accounts.identity.refused").order_by("pk").values_list("detail", flat=True)
    return [(each["refusal"], each.get("reason", "")) for each in told]


# ---- whole sign-ins


def test_a_person_signs_in_by_a_provider_and_has_the_account_that_they_would_have_here(provider: Provider) -> None:
    browser = Browser()
    browser.get("/sign-in/with/city", {"for": "person"})
    before = browser.cookies["chengxin_session"].value
    answer = entered(browser, "one", after="/my")
    assert answer.url == "/my" and browser.cookies["chengxin_session"].value != before
    account = Account.objects.get()
    assert (account.kind, account.subject_id) == (Kind.PERSON, Person.objects.get().pk)
    assert not account.has_usable_password() and not out(browser)
    assert entered(Browser(), "one").url == "/account" and Account.objects.count() == Identity.objects.count() == 1
    events = list(Entry.objects.filter(event__startswith="accounts.").order_by("pk").values_list("event", flat=True))
    assert events == [
        "accounts.account.opened", "accounts.identity.bound", "accounts.session.opened", "accounts.session.opened",
    ]  # fmt: skip
    assert Entry.objects.get(event="accounts.account.opened").detail["evidence"] == "provider:city"


def test_nothing_of_a_person_stands_in_an_address_a_table_or_on_a_page(provider: Provider) -> None:
    browser = Browser()
    address = begun(browser)
    back = proven(address, "two")
    browser.get(back.removeprefix(SITE))
    shown = address + back + browser.get("/account").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("select table_name from information_schema.tables where table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"select coalesce(string_agg(t::text, chr(10)), '') from \"{table}\" t")
            shown += cursor.fetchone()[0]
    told = [number(2), name(2), number(2).encode().hex(), name(2).encode().hex(), provider.issuer.encode().hex()]
    assert not [each for each in told if each in shown]


def test_somebody_signs_in_for_a_firm_that_the_provider_says_they_may_act_for(
    provider: Provider, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    sent(tmp_path / "in", penalty(1))
    browser = Browser()
    assert entered(browser, "director", "firm").url == "/account"
    account = Account.objects.get()
    assert (account.kind, account.subject_id) == (Kind.FIRM, subject_of(code(1), known_at=timezone.now()))
    assert code(1) in browser.get("/account").content.decode()
    assert entered(Browser(), "director", "firm").url == "/account" and Account.objects.count() == 1
    # What was enough once must be so today.
    provider.say(people=PEOPLE | {"director": FIRM | {"org_position": []}})
    assert "授权" in entered(Browser(), "director", "firm").content.decode()


@pytest.fixture
def market() -> Actor:
    return actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=timezone.now())


def test_staff_sign_in_and_bring_our_second_factor_where_the_provider_showed_none(
    provider: Provider, market: Actor
) -> None:
    browser = Browser()
    assert entered(browser, "clerk", "staff").url == "/desk/factors" and out(browser, "/desk/cases")
    account = Account.objects.get()
    assert (account.kind, account.actor, account.role) == (Kind.STAFF, market, "reviewer")
    earlier = timezone.now() - timedelta(minutes=5)
    shown = totp_code(TOTP, int(earlier.timestamp()) // PERIOD)
    authenticator_add(account=account, secret=TOTP, code=shown, at=earlier)
    assert entered(browser, "clerk", "staff").url == "/desk/second" and out(browser, "/desk/cases")
    now = totp_code(TOTP, int(timezone.now().timestamp()) // PERIOD)
    assert browser.post("/desk/second", {"code": now}).headers["Location"] == "/desk/"
    assert not out(browser, "/desk/cases")


def test_a_second_factor_that_the_provider_shows_in_the_words_of_the_setting_is_enough(
    provider: Provider, market: Actor
) -> None:
    browser = Browser()
    assert entered(browser, "clerk-with-factor", "staff").url == "/desk/" and not out(browser, "/desk/cases")
    assert browser.get("/desk/staff").status_code == 403  # a reviewer's duties, and no others
    provider.say(people=PEOPLE | {"clerk-with-factor": STAFF | {"amr": ["pwd"]}})
    assert entered(Browser(), "clerk-with-factor", "staff").url == "/desk/factors"
    # The role is the provider's to give: whoever was here in the old one is out.
    provider.say(people=PEOPLE | {"clerk-with-factor": STAFF | {"amr": ["otp"], "groups": ["administrator"]}})
    again = Browser()
    assert entered(again, "clerk-with-factor", "staff").url == "/desk/"
    assert again.get("/desk/staff").status_code == 200 and out(browser, "/desk/cases")
    assert Entry.objects.get(event="accounts.role.changed").detail["to"] == "administrator"
    Actor.objects.update(closed_at=timezone.now())
    assert entered(Browser(), "clerk-with-factor", "staff").status_code == 403 and out(again, "/desk/cases")


def test_claims_are_taken_from_the_second_address_where_the_setting_says_so(
    provider: Provider, settings: LazySettings, tmp_path: Path
) -> None:
    assert "没有给出" in entered(Browser(), "second-address").content.decode()
    settings.CHENGXIN_PROVIDERS = str(configured(tmp_path, provider.issuer, userinfo=True))
    assert entered(Browser(), "second-address").url == "/account"


# ---- what is tried against the protocol


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"claims": {"nonce": "another's"}}, "nonce"),
    ({"claims": {"nonce": None}}, "nonce"),
    ({"claims": {"aud": "another-client"}}, "aud"),
    ({"claims": {"aud": ["another-client", CLIENT]}}, "azp"),
    ({"claims": {"azp": "another-client"}}, "azp"),
    ({"claims": {"iss": "https://elsewhere.example"}}, "iss"),
    ({"claims": {"exp": -7200}}, "exp"),
    ({"claims": {"exp": None}}, "exp"),
    ({"claims": {"iat": -7200}}, "iat"),
    ({"claims": {"iat": 7200}}, "iat"),
    ({"claims": {"sub": ""}}, "sub"),
    ({"claims": {"at_hash": "of another"}}, "at_hash"),
    ({"signed": "none"}, "unsupported_algorithm"),
    ({"signed": "client"}, "unsupported_algorithm"),
    ({"signed": "stranger"}, "bad_signature"),
    ({"signed": "changed"}, "bad_signature"),
]


def test_a_token_that_is_not_the_provider_s_for_us_of_now_and_for_this_sign_in_lets_nobody_in(
    provider: Provider,
) -> None:
    browser = Browser()
    for fault, reason in FAULTS:
        provider.say(fault=fault)
        answer = entered(browser, "one")
        assert answer.status_code == 403 and "不能证明您的身份" in answer.content.decode(), fault
        assert refused()[-1] == ("identity-unproven", reason), fault
    assert out(browser) and not Account.objects.exists() and len(refused()) == len(FAULTS)


def test_clocks_may_differ_by_less_than_the_leeway(provider: Provider) -> None:
    for claims in ({"iat": 30}, {"iat": -30, "exp": -340}):
        provider.say(fault={"claims": claims})
        assert entered(Browser(), "one").url == "/account", claims


def test_a_code_a_state_and_an_answer_are_good_once_soon_and_in_the_browser_that_began(provider: Provider) -> None:
    browser, other = Browser(), Browser()
    back = proven(begun(browser), "one").removeprefix(SITE)
    begun(other)
    assert other.get(back).status_code == 403  # a state of another browser
    assert Browser().get(back).status_code == 403  # of none
    assert browser.get(back).headers["Location"] == "/account"
    assert browser.get(back).status_code == 403  # the same answer again
    # The code again, in a sign-in of its own.
    used, begins = re.search(r"code=([^&]+)", back), begun(Browser())
    thief = Browser()
    state = re.search(r"state=([^&]+)", begun(thief))
    assert used and state and begins
    assert thief.get(f"/sign-in/back/city?code={used[1]}&state={state[1]}").status_code == 403 and out(thief)
    late = Browser()
    back = proven(begun(late), "one").removeprefix(SITE)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert late.get(back).status_code == 403
    assert [each for each, _ in refused()] == ["sign-in-not-begun", "identity-unproven", "sign-in-not-begun"]
    assert refused()[1][1] == "code"


@pytest.mark.usefixtures("unknown")
def test_an_answer_of_one_provider_is_not_taken_for_another_s(provider: Provider) -> None:
    browser = Browser()
    back = proven(begun(browser), "one").removeprefix(SITE)
    query = back.partition("?")[2]
    assert browser.get(f"/desk/sign-in/back/office?{query}").status_code == 403
    browser.get("/sign-in")
    back = proven(begun(browser), "one").removeprefix(SITE)
    assert browser.get(f"{back}&iss=https://elsewhere.example").status_code == 403
    # One that says it is another than the one that was set.
    for metadata in ({"issuer": "https://elsewhere.example"}, {"token_endpoint": "http://elsewhere.example/token"}):
        openid._known.clear()
        provider.say(fault={"metadata": metadata})
        answer = Browser().get("/sign-in/with/city", {"for": "person"})
        assert answer.status_code == 503 and "没有应答" in answer.content.decode()
    assert not Account.objects.exists()


def test_a_provider_that_does_not_answer_or_declines_is_told_on_a_page_and_accounts_of_our_own_open_all_the_same(
    provider: Provider, settings: LazySettings, tmp_path: Path
) -> None:
    browser = Browser()
    state = re.search(r"state=([^&]+)", begun(browser))
    assert state
    answer = browser.get(
        "/sign-in/back/city", {"error": "access_denied", "state": state[1], "error_description": "<b>no</b>"}
    )
    assert (
        answer.status_code == 403
        and "没有完成认证" in answer.content.decode()
        and "<b>no" not in answer.content.decode()
    )
    settings.CHENGXIN_PROVIDERS = str(configured(tmp_path, "http://127.0.0.1:9"))
    assert Browser().get("/sign-in/with/city", {"for": "person"}).status_code == 503
    assert Browser().get("/sign-in/with/nobody", {"for": "person"}).status_code == 404
    assert Browser().get("/sign-in/with/city", {"for": "staff"}).status_code == 404
    assert Browser().get("/desk/sign-in/with/city", {"for": "person"}).status_code == 404
    (tmp_path / "providers.yaml").write_text("providers: [{}]", encoding="utf-8")
    assert not out(signed_in(Browser(), local(1)))  # nobody's own page closes for it
    for page in ("/sign-in", "/desk/sign-in"):
        told = Browser().get(page)
        assert (
            told.status_code == 503
            and "配置文件有误" in told.content.decode()
            and 'name="password"' in told.content.decode()
        )


@pytest.mark.usefixtures("unknown")
def test_a_new_key_of_the_provider_is_found_and_an_old_one_opens_nothing(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert entered(Browser(), "one").url == "/account"
    provider.say(key=1)
    # Keys are not read again at once, else whoever sends tokens of unknown keys makes us ask without end.
    assert entered(Browser(), "one").status_code == 403
    monkeypatch.setattr(openid, "AGAIN", 0)
    assert entered(Browser(), "one").url == "/account"


def test_nobody_is_led_to_another_site_by_way_of_a_provider(provider: Provider) -> None:
    for wanted in ("https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "/\\elsewhere.example"):
        assert entered(Browser(), "one", after=wanted).url == "/account", wanted


def test_another_site_begins_no_sign_in_and_a_header_names_no_other_site_to_come_back_to(provider: Provider) -> None:
    answer = Browser().get("/sign-in/with/city", {"for": "person"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 404
    browser = Browser(headers={"Host": "127.0.0.1"})
    assert "localhost%3A8000%2Fsign-in%2Fback%2Fcity" in begun(browser)


def test_many_failures_from_an_address_make_it_wait(provider: Provider) -> None:
    mark = attempt_mark("address:127.0.0.1")
    Attempt.objects.bulk_create(Attempt(about=mark, at=timezone.now()) for _ in range(60))
    assert entered(Browser(), "one").status_code == 429
    assert refused() == [] and not Account.objects.exists()


# ---- whose an identity is


NOBODY = [
    ("mistaken", "person", "identity-not-confirmed", "人口库未能确认"),
    ("child", "person", "under-18", "未满十八周岁"),
    ("nameless", "person", "identity-incomplete", "没有给出"),
    ("stranger", "firm", "firm-not-yours", "到窗口"),
    ("newcomer", "firm", "firm-not-registered", "到窗口"),
    ("of-no-role", "staff", "staff-not-placed", "账户管理员"),
    ("of-two-roles", "staff", "staff-not-placed", "账户管理员"),
    ("of-another-kind", "staff", "staff-not-placed", "账户管理员"),
    ("of-nowhere", "staff", "staff-not-placed", "账户管理员"),
]


def test_whoever_could_open_no_account_here_opens_none_by_a_provider(provider: Provider, market: Actor) -> None:
    for who, kind, why, said in NOBODY:
        provider.say(people=PEOPLE | {"one": PEOPLE[who]})
        answer = entered(Browser(), "one", kind)
        page = answer.content.decode()
        assert answer.status_code in (403, 422) and said in page, who
        assert not [told for told in (number(3), name(3), name(4), CHILD, code(2)) if told in page], who
        assert refused()[-1] == (why, ""), who
    assert not Account.objects.exists() and not Person.objects.exists()


def test_a_name_other_than_the_one_held_and_claims_of_somebody_else_are_refused(
    provider: Provider, tmp_path: Path
) -> None:
    assert entered(Browser(), "one").url == "/account"
    for claims in (PEOPLE["two"], PEOPLE["one"] | {"real_name": name(2)}):
        provider.say(people=PEOPLE | {"one": claims})
        assert "不一致" in entered(Browser(), "one").content.decode()
    # Held under another name than the register has today: nobody guesses who is right.
    other = tmp_path / "other.csv"
    other.write_text(f"{number(1)},{name(5)}\n", encoding="utf-8")
    population_load(path=other, by="operator", at=timezone.now())
    provider.say(people=PEOPLE | {"two": {"id_number": number(1), "real_name": name(5)}})
    assert "已有信息不予覆盖" in entered(Browser(), "two").content.decode()
    assert Account.objects.count() == 1


def test_a_closed_account_does_not_come_back_until_the_counter_releases_the_identity(provider: Provider) -> None:
    browser = Browser()
    entered(browser, "one")
    person_account_close(number=number(1), name=name(1), by="operator", at=timezone.now())
    assert out(browser) and "已经注销" in entered(Browser(), "one").content.decode()
    assert Account.objects.filter(closed_at__isnull=True).count() == 0
    assert person_identities_release(number=number(1), name=name(2), by="operator", at=timezone.now()) == 0
    assert person_identities_release(number=number(1), name=name(1), by="operator", at=timezone.now()) == 1
    assert entered(Browser(), "one").url == "/account"  # a new account, as by the form of registration
    assert Account.objects.count() == 2 and Entry.objects.filter(event="accounts.identity.released").count() == 1


def test_a_released_identity_ends_the_sessions_and_an_erased_account_leaves_none(provider: Provider) -> None:
    browser = Browser()
    entered(browser, "one")
    person_identities_release(number=number(1), name=name(1), by="operator", at=timezone.now())
    assert out(browser) and not Identity.objects.exists() and not IdentityMark.objects.exists()
    assert (
        entered(Browser(), "one").status_code == 409
    )  # the account is there still, and nobody's to take by a provider
    entered(Browser(), "two")
    account_erase(account=Account.objects.get(identities__isnull=False), at=timezone.now())
    assert not Identity.objects.exists()
    assert entered(Browser(), "two").url == "/account"


def local(n: int) -> Account:
    return person_account_open(login=f"yan-{n}", password=LOCAL, number=number(n), name=name(n), at=timezone.now())


def test_whoever_has_an_account_binds_it_themselves_and_takes_the_binding_off_again(provider: Provider) -> None:
    account = local(1)
    assert "我的账户" in entered(Browser(), "one").content.decode() and not Identity.objects.exists()
    browser = signed_in(Browser(), account)
    assert "bind=1" in browser.get("/account").content.decode()
    assert "不一致" in entered(browser, "two", bind="1").content.decode()  # another person's identity
    assert entered(browser, "one", bind="1").url == "/account" and Identity.objects.get().account == account
    elsewhere = Browser()
    assert entered(elsewhere, "one").url == "/account" and Account.objects.count() == 1
    other = signed_in(Browser(), local(2))
    assert "已绑定别的账户" in entered(other, "one", bind="1").content.decode()
    browser.post("/account", {"identity": Identity.objects.get().pk})
    assert out(browser) and out(elsewhere) and not Identity.objects.exists()
    account.refresh_from_db()
    assert not out(signed_in(Browser(), account))


def test_an_identity_that_is_the_only_way_in_is_released_at_the_counter_alone(provider: Provider) -> None:
    browser = Browser()
    entered(browser, "one")
    assert browser.post("/account", {"identity": Identity.objects.get().pk}).status_code == 409
    assert browser.post("/account", {"identity": "0"}).status_code == 404
    assert not out(browser)


def test_a_binding_that_another_account_s_session_began_is_not_finished_in_this_one(provider: Provider) -> None:
    browser = signed_in(Browser(), local(1))
    back = proven(begun(browser, bind="1"), "one").removeprefix(SITE)
    session = browser.session
    kept = dict(session.items())
    signed_in(browser, local(2))
    session = browser.session
    session["openid"] = kept["openid"]
    session.save()
    assert browser.get(back).status_code == 403 and not Identity.objects.exists()


def test_two_accounts_never_share_an_identity_and_the_database_holds_it(provider: Provider) -> None:
    entered(Browser(), "one")
    held, other = Identity.objects.get(), local(2)
    made = Identity.objects.create(account=other, provider="city", sealed=b"", at=timezone.now())
    with pytest.raises(IntegrityError, match="mark"), transaction.atomic():
        IdentityMark.objects.create(identity=made, version=9, mark=held.marks.get().mark)
    with pytest.raises(IntegrityError, match="one_a_provider"), transaction.atomic():
        Identity.objects.create(account=other, provider="city", sealed=b"", at=timezone.now())


def test_staff_with_an_account_of_their_own_get_no_second_one_by_a_provider(provider: Provider, market: Actor) -> None:
    mine = staff_account("market")
    assert "尚未绑定" in entered(Browser(), "clerk-with-factor", "staff").content.decode()
    browser = signed_in(Browser(), mine)
    assert "bind=1" in browser.get("/desk/factors").content.decode()
    assert entered(browser, "clerk-with-factor", "staff", bind="1").url == "/desk/factors"
    assert Identity.objects.get().account == mine
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        late = browser.get("/desk/sign-in/with/office", {"for": "staff", "bind": "1"})
        assert late.headers["Location"] == "/desk/factors"
    assert entered(Browser(), "clerk", "staff").url == "/desk/factors"  # a colleague, now that nobody is left unbound
    account_close(account=mine, by="operator", at=timezone.now())
    assert "已经注销" in entered(Browser(), "clerk-with-factor", "staff").content.decode()


def test_identities_are_found_after_the_index_key_was_replaced(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_services, "GRACE", 0.0)
    entered(Browser(), "one")
    before = bytes(IdentityMark.objects.get().mark)
    vault_services.key_add(ring="index", by="operator", at=timezone.now())
    key = vault.keys_of("index").read()[-1]
    assert IdentityMarks().left(key) == 1
    assert entered(Browser(), "one").url == "/account"  # by the older mark meanwhile
    vault_services.values_reseal(ring="index", by="operator", at=timezone.now())
    vault_services.keys_retire(ring="index", by="operator", at=timezone.now())
    assert IdentityMarks().left(key) == 0 and bytes(IdentityMark.objects.get().mark) != before
    assert entered(Browser(), "one").url == "/account" and Account.objects.count() == 1


def test_the_counter_releases_by_the_command_and_names_nobody(
    provider: Provider, market: Actor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entered(Browser(), "one")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{number(1)}\n{name(1)}\n"))
    call_command("accounts", "--release", "--by", "operator", "--json")
    assert json.loads(capsys.readouterr().out)["released"] == 1 and not Identity.objects.exists()
    browser = Browser()
    entered(browser, "clerk-with-factor", "staff")
    account = Account.objects.get(kind=Kind.STAFF)
    call_command("accounts", "--release-account", str(account.pk), "--by", "market", "--json")
    assert json.loads(capsys.readouterr().out)["released"] == 1 and out(browser, "/desk/cases")


# ---- the way out, and the settings


def test_whoever_signs_out_is_out_here_and_is_led_to_do_so_at_the_provider(provider: Provider) -> None:
    browser = Browser()
    entered(browser, "one")
    page = browser.post("/sign-out").content.decode()
    assert out(browser)
    address = re.search(r'href="(http://127[^"]+)"', page)
    assert address and "id_token" not in address[1]
    there = _there["one"].get(address[1].replace("&amp;", "&"))
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', there.text)
    assert there.status_code == 200 and token  # the provider asks, since it is told no name
    assert not Session.objects.filter(session_key=browser.cookies["chengxin_session"].value).exists()


def test_without_a_provider_the_pages_are_as_they_were_and_with_one_it_stands_in_both_languages(
    provider: Provider, settings: LazySettings
) -> None:
    page = Browser().get("/sign-in").content.decode()
    assert page.index("云川市统一身份认证") < page.index("Yunchuan identity") and "for=firm" in page
    assert "政务协同" not in page and "政务协同" in Browser().get("/desk/sign-in").content.decode()
    settings.CHENGXIN_PROVIDERS = ""
    for door in ("/sign-in", "/desk/sign-in"):
        assert "统一身份认证" not in Browser().get(door).content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"issuer": "http://id.example.cn"}, "https"),
        ({"issuer": "https://id.example.cn?x=1"}, "address"),
        ({"algorithms": ["none"]}, "algorithms"),
        ({"algorithms": ["HS256"]}, "algorithms"),
        ({"scopes": ["profile"]}, "openid"),
        ({"persons": None, "firms": None}, "nobody"),
        ({"key": "office"}, "twice"),
        ({"key": "City!"}, "key"),
        ({"secret_file": "/nowhere/secret"}, "secret_file"),
        ({"secret": "in the file itself"}, "secret"),
        ({"leeway": 3600}, "leeway"),
        ({"persons": {"number": "id_number"}}, "name"),
    ],
    ids=str,
)
def test_a_setting_that_is_not_understood_is_refused_naming_what(
    tmp_path: Path, changes: Mapping[str, Any], said: str
) -> None:
    with pytest.raises(ProvidersUnreadable, match=said):
        providers_read(str(configured(tmp_path, "https://id.example.cn", **changes)))


@pytest.mark.parametrize(
    ("claims", "shown"),
    [
        ({"acr": "urn:two"}, True),
        ({"acr": "urn:one"}, False),
        ({"amr": ["pwd", "otp"]}, True),
        ({"amr": "otp"}, False),
        ({"amr": [["otp"]]}, False),
        ({}, False),
    ],
    ids=str,
)
def test_a_second_factor_is_what_the_setting_names_and_nothing_like_it(claims: dict[str, Any], shown: bool) -> None:
    made = {
        "key": "office",
        "title": "政务协同",
        "title_en": "Office",
        "issuer": "https://id.example.cn",
        "client": CLIENT,
    }
    staff = {"organisation": "dept", "role": "groups", "second_factor": {"acr": ["urn:two"], "amr": ["otp"]}}
    office = rule.Provider.model_validate({**made, "staff": staff})
    assert rule.factor_shown(rule.Shown(office, "1", claims)) is shown
    assert not rule.factor_shown(rule.Shown(office.model_copy(update={"staff": None}), "1", claims))
