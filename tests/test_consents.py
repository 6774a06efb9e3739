"""Consents across the rooms: withdrawn while others read, on real connections; and through the API, the desk and the command line."""

import html
import io
import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction
from django.test import Client as Browser
from django.utils import timezone

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.disclosure.models import Consent, Use, Withdrawal
from chengxin.disclosure.rules.consenting import Terms
from chengxin.disclosure.services.consenting import consent_give, consent_withdraw
from chengxin.disclosure.services.reading import person_read
from chengxin.ledger.models import Entry
from chengxin.subjects.selectors import person_of
from chengxin.vault import selectors as vault
from tests.people import DIVISION, decision, licence, name, number, people_sent
from tests.signing import person_account, signed_in, staff_account
from tests.world import NOW, TODAY, later

PERSONS, WORKERS, SPREAD = 20, 8, 20
RACES = int(os.environ.get("CHENGXIN_RACES", "250"))
TURNS = ("read", "read", "withdraw")
READS = len(TURNS) - 1


@pytest.fixture(autouse=True)
def invented(settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    settings.CHENGXIN_HOME = tmp_path / "home"
    settings.CHENGXIN_HOME.mkdir()
    for kept in (vault.seal_of, vault.blind_of):
        kept.cache_clear()
    yield
    for kept in (vault.seal_of, vault.blind_of):
        kept.cache_clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    return made


def allowed(n: int, **more: Any) -> int:
    """The n-th person lets the firm read their licence; the consent's number."""
    words: dict[str, Any] = {
        "grantee": "credit-firm", "purpose": "consented-report", "record_types": ["practice-licence"], "starts_on": TODAY,
        "ends_on": TODAY + timedelta(days=30),
    }  # fmt: skip
    subject = person_of(number(n), known_at=later(days=1000))
    return consent_give(subject=subject, terms=Terms(**words | more), at=NOW).consent


@pytest.mark.usefixtures("database_apart")
def test_no_reading_commits_after_its_consent_is_withdrawn(folder: Path) -> None:
    """Races, each of one withdrawal and two readings about at once, woven at random, each on a connection of its own.

    The withdrawal counts, in its own transaction and as its last statement, the readings that are committed: whatever commits after it would be
    one more in the end.
    """
    actor_add(key="credit-firm", kind="service-firm", title="云川征信服务公司", by="operator", at=NOW)
    people_sent(folder, *(licence(n) for n in range(1, PERSONS + 1)))
    races = [(allowed(n % PERSONS + 1), n % PERSONS + 1) for n in range(RACES)]
    subjects = {n: person_of(number(n), known_at=later(days=1)) for n in range(1, PERSONS + 1)}
    chance = random.Random(11)
    # Each turn about where its race's others are: some long before, some at once, some after.
    turns = [
        (place * 3 + chance.random() * SPREAD, what, consent, n)
        for place, (consent, n) in enumerate(races)
        for what in TURNS
    ]
    plan = [(what, consent, n, chance.random() / 200) for _, what, consent, n in sorted(turns)]
    turns_left = iter(enumerate(plan))
    counted: dict[int, int] = {}
    withdrawn: dict[int, float] = {}
    read: list[tuple[int, float, float, str]] = []
    failures: list[BaseException] = []
    lock = threading.Lock()

    def take(place: int, what: str, consent: int, n: int, pause: float) -> None:
        begun = time.monotonic()
        if what == "withdraw":
            with transaction.atomic():
                consent_withdraw(consent=consent, subject=subjects[n], at=timezone.now())
                time.sleep(pause)
                counted[consent] = Use.objects.filter(consent=consent).count()
            withdrawn[consent] = time.monotonic()
            return
        asker = Asker("credit-firm", "service-firm", client=1 + place // 150)
        with transaction.atomic():
            words = {"number": number(n), "name": name(n), "purpose": "consented-report", "consent": consent}
            answer = person_read(asker=asker, at=timezone.now(), **words)  # type: ignore[arg-type]
            time.sleep(pause)
        read.append((consent, begun, time.monotonic(), str(answer.found.outcome)))

    def work() -> None:
        try:
            while True:
                with lock:
                    turn = next(turns_left, None)
                if turn is None:
                    return
                take(turn[0], *turn[1])
        except BaseException as failure:
            failures.append(failure)
            raise
        finally:
            connection.close()

    with time_machine.travel(later(hours=1), tick=True):
        threads = [threading.Thread(target=work) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failures and len(withdrawn) == RACES and len(read) == RACES * READS
    used = Counter(Use.objects.values_list("consent_id", flat=True))
    assert {consent: used[consent] for consent, _ in races} == counted, "a reading committed after the withdrawal"
    assert Counter(consent for consent, _, _, outcome in read if outcome == "shown") == used
    assert not [each for each in read if each[1] > withdrawn[each[0]] and each[3] == "shown"]
    shown = Entry.objects.filter(event="disclosure.person.read", detail__outcome="shown")
    taken_back = dict(Withdrawal.objects.values_list("consent_id", "at"))
    assert shown.count() == sum(used.values())
    assert not [entry.pk for entry in shown if entry.at > taken_back[entry.detail["consent"]]]
    overlapped = [each for each in read if each[1] < withdrawn[each[0]] and each[3] == "nothing"]
    assert len(overlapped) > RACES // 20 and RACES // 5 < sum(used.values()) < RACES * READS - RACES // 5, (
        "the weave had all kinds"
    )


@pytest.mark.usefixtures("database_apart")
@pytest.mark.parametrize("first", ["read", "withdraw"])
@pytest.mark.parametrize("by", ["services", "rows"])
def test_whoever_comes_second_waits_for_the_first_to_commit(folder: Path, first: str, by: str) -> None:
    """In a fixed order. Without the triggers' lock the rows would not wait; without the services' a reading would be begun that the triggers then refuse.

    A reading that is under way is committed before its consent is taken back; one that finds a withdrawal under way waits for it and shows nothing.
    """
    actor_add(key="credit-firm", kind="service-firm", title="云川征信服务公司", by="operator", at=NOW)
    people_sent(folder, licence(1))
    consent, subject = allowed(1), person_of(number(1), known_at=later(days=1))
    began, go, done = threading.Event(), threading.Event(), threading.Event()
    told: dict[str, Any] = {}

    def read() -> None:
        if by == "rows":
            Use.objects.create(consent_id=consent, number=0, entry=7, by="credit-firm", at=timezone.now())
            return
        asker = Asker("credit-firm", "service-firm", client=1)
        answer = person_read(
            number=number(1), name=name(1), purpose="consented-report", consent=consent, asker=asker, at=timezone.now()
        )
        told["outcome"] = str(answer.found.outcome)

    def withdraw() -> None:
        if by == "services":
            consent_withdraw(consent=consent, subject=subject, at=timezone.now())
        else:
            words = {
                "way": Consent.Way.PORTAL,
                "jurisdiction": "cn",
                "due_on": TODAY,
                "by": "public",
                "at": timezone.now(),
            }
            Withdrawal.objects.create(consent_id=consent, **words)

    acts = {"read": read, "withdraw": withdraw}

    def earlier() -> None:
        with transaction.atomic():
            acts.pop(first)()
            began.set()
            go.wait(30)
        connection.close()

    def later_one() -> None:
        began.wait(30)
        try:
            with transaction.atomic():
                next(iter(acts.values()))()
        except DatabaseError as refused:
            told["refused"] = str(refused)
        connection.close()
        done.set()

    threads = [threading.Thread(target=each) for each in (earlier, later_one)]
    with time_machine.travel(later(hours=1), tick=True):
        for thread in threads:
            thread.start()
        assert not done.wait(0.7), "the second did not wait"
        go.set()
        for thread in threads:
            thread.join(30)
    assert done.is_set() and Withdrawal.objects.filter(pk=consent).exists()
    assert Use.objects.filter(consent=consent).count() == (first == "read")
    if by == "services":
        assert told == {"outcome": "shown" if first == "read" else "nothing"}
    else:
        assert ("refused" in told) == (first == "withdraw")


# --- through the API ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def call(folder: Path, client: Browser) -> Iterator[Callable[..., Any]]:
    """call(path, body, by=…): an answer of the API to that actor's program; persons 1 and 2 are licensed guides."""
    with time_machine.travel(NOW, tick=True):
        keys = {}
        for key, kind in (("credit-firm", "service-firm"), ("tourism", "department"), ("centre", "credit-centre")):
            actor_add(key=key, kind=kind, title=f"云川{key}", by="operator", at=NOW)
            _, keys[key] = client_add(actor=key, title="t", scopes=["persons"], by="operator", at=NOW)
        people_sent(folder, licence(1), licence(2))
        people_sent(folder, decision(2), source="practice-decisions")

        def answer(path: str, body: Any = None, *, by: str = "credit-firm", file: bytes | None = None) -> Any:
            words: dict[str, Any] = {"headers": {"authorization": f"Bearer {keys[by]}"}}
            if file is not None:
                scan = SimpleUploadedFile("同意书.png", file, "image/png")
                return client.post(f"/api/v1/persons{path}", {**body, "scan": scan}, **words)
            if body is None:
                return client.get(f"/api/v1/persons{path}", **words)
            return client.post(f"/api/v1/persons{path}", json.dumps(body), content_type="application/json", **words)

        yield answer


def whom(n: int = 1, **more: Any) -> dict[str, Any]:
    """Number and name of the n-th person, and what is asked."""
    return {"number": number(n), "name": name(n), **more}


PAPER = {
    "grantee": "credit-firm", "purpose": "consented-report", "record_types": ["practice-licence", "practice-decision"], "starts_on": "2026-11-22",
    "ends_on": "2026-12-22",
}  # fmt: skip


@pytest.mark.django_db
def test_a_consent_on_paper_is_read_taken_back_and_taken_note_of(call: Callable[..., Any]) -> None:
    asked = whom(2, purpose="consented-report")
    assert call("/readings", asked).json()["outcome"] == "nothing"
    given = call("/consents", whom(2, **PAPER), by="centre", file=b"scan")
    assert given.status_code == 200, given.content
    consent = given.json()["consent"]
    answer = call("/readings", asked).json()
    assert (answer["outcome"], answer["consent"], answer["keep_until"]) == ("shown", consent, "2026-12-22")
    assert {each["record_type"] for each in answer["records"]} == set(PAPER["record_types"])
    assert {each["class"] for each in answer["withheld"]} >= {"not-allowed", "fields", "over", "repair", "objection"}
    (held,) = call("/consents").json()
    assert (held["consent"], held["used"], held["state"]) == (consent, 1, "in-force")
    assert call(f"/consents/{consent}/withdrawal", whom(1), by="centre").status_code == 404
    assert call(f"/consents/{consent}/withdrawal", whom(2), by="centre").json()["withdrawn"] is True
    assert call("/readings", asked).json()["outcome"] == "nothing"
    assert [each["consent"] for each in call("/withdrawals").json()] == [consent]
    assert call("/withdrawals", by="tourism").json() == []
    assert call(f"/withdrawals/{consent}/acknowledgement", {}, by="centre").status_code == 404
    assert call(f"/withdrawals/{consent}/acknowledgement", {}).status_code == 200
    assert call("/withdrawals").json() == []


@pytest.mark.django_db
def test_an_authority_reads_on_its_statute_and_confirms_by_api(call: Callable[..., Any]) -> None:
    asked = whom(2, purpose="practice-supervision", case_number="云川文旅〔2026〕9号")
    answer = call("/readings", asked, by="tourism").json()
    assert (answer["outcome"], answer["by"], len(answer["records"])) == ("shown", "statute", 2)
    assert call("/readings", asked).json()["reason"]["code"] == "asker-not-permitted"
    refused = call("/readings", {**asked, "case_number": ""}, by="tourism")
    assert (refused.status_code, refused.json()["code"]) == (422, "person-case-missing")
    for n, certificate, yes in ((1, "D-3901-000001", True), (1, "D-3901-000002", False), (2, "D-3901-000002", False)):
        told = call("/qualifications", {"name": name(n), "certificate": certificate}).json()
        assert told["confirmed"] is yes and set(told) == {"confirmed", "on", "trace", "receipt"}


@pytest.mark.django_db
def test_what_is_wrong_with_a_request_never_repeats_whom_it_was_about(call: Callable[..., Any]) -> None:
    wrong = number(1)[:-1] + ("0" if number(1)[-1] != "0" else "1")
    answer = call("/readings", whom(1, number=wrong, purpose="practice-supervision"), by="tourism")
    assert answer.status_code == 422 and wrong not in answer.content.decode()
    answer = call("/consents", whom(1, **PAPER), by="credit-firm", file=b"scan")
    assert answer.status_code == 403 and number(1) not in answer.content.decode()


# --- pages and commands -----------------------------------------------------------------------------------------------------------


def said(answer: Any) -> str:
    """The page's text."""
    return html.unescape(answer.content.decode())


FORM = PAPER | {"record_types": ["practice-licence"]}


@pytest.mark.django_db
def test_a_person_gives_and_takes_back_at_the_portal(call: Callable[..., Any]) -> None:
    assert Browser().get("/my/consents").status_code == 302
    person = person_of(number(1), known_at=NOW)
    browser = signed_in(Browser(), person_account(person))
    assert "您没有作出过同意" in said(browser.get("/my/consents"))
    refused = browser.post("/my/consents", {**FORM, "purpose": "hiring"})
    assert refused.status_code == 422 and "写明的用途" in said(refused)
    assert browser.post("/my/consents", {**FORM, "starts_on": "soon"}).status_code == 422
    given = browser.post("/my/consents", FORM)
    assert given.status_code == 302
    assert "请把编号告诉对方" in said(browser.get(given["location"])) and "请把编号告诉对方" in said(
        browser.get(given["location"])
    )
    (consent,) = Consent.objects.all()
    assert (consent.subject_id, consent.way) == (person, "portal")
    assert call("/readings", whom(1, purpose="consented-report")).json()["outcome"] == "shown"
    other = signed_in(Browser(), person_account(person_of(number(2), known_at=NOW)))
    assert other.post("/my/consents", {"withdraw": consent.pk}).status_code == 404
    assert "您没有作出过同意" in said(other.get("/my/consents"))
    back = browser.post("/my/consents", {"withdraw": consent.pk}, follow=True)
    assert "对方会收到通知" in said(back) and "已用1次" in said(back)
    assert call("/readings", whom(1, purpose="consented-report")).json()["outcome"] == "nothing"
    assert name(1) not in said(back) and number(1) not in said(back)


@pytest.mark.django_db
def test_the_desk_reads_a_person_for_a_case_by_staff_with_an_account(call: Callable[..., Any]) -> None:
    browser = signed_in(Browser(), staff_account("tourism", "clerk"))
    assert browser.get("/desk/persons").status_code == 200
    asked = {**whom(2), "purpose": "practice-supervision", "case_number": "云川文旅〔2026〕9号", "jurisdiction": "cn"}
    page = said(browser.post("/desk/persons", asked))
    assert "暂扣许可证件" in page and "没有告知的，以及为什么" in page and "《中华人民共和国行政许可法》第61条" in page
    assert number(2) not in page
    entry = Entry.objects.filter(event="disclosure.person.read").latest("pk")
    assert (entry.actor, entry.purpose, entry.subject) == (
        "tourism",
        "practice-supervision",
        person_of(number(2), known_at=NOW),
    )
    refused = browser.post("/desk/persons", {**asked, "case_number": ""})
    assert refused.status_code == 422 and number(2) not in said(refused) and name(2) not in said(refused)
    assert "没有可以告知的信息" in said(browser.post("/desk/persons", {**asked, **whom(9)}))


@pytest.mark.django_db
def test_the_counter_enters_a_consent_and_a_withdrawal_and_the_grantee_takes_note(call: Callable[..., Any]) -> None:
    counter = signed_in(Browser(), staff_account("centre", "counter"))
    assert "登记书面同意" in said(counter.get("/desk/consents"))
    without = counter.post("/desk/consents", {**FORM, **whom(1), "act": "file"})
    assert without.status_code == 422 and number(1) not in said(without)
    scan = SimpleUploadedFile("同意书.png", b"scan", "image/png")
    entered = said(counter.post("/desk/consents", {**FORM, **whom(1), "act": "file", "scan": scan}))
    (consent,) = Consent.objects.all()
    assert f"编号{consent.pk}" in entered and name(1) not in entered and number(1) not in entered
    gone = counter.post("/desk/consents", {**whom(1), "act": "withdraw", "consent": consent.pk})
    assert "此后的查询一律不予办理" in said(gone)
    firm = signed_in(Browser(), staff_account("credit-firm", "clerk"))
    page = said(firm.get("/desk/consents"))
    assert f"第{consent.pk}号同意" in page and "登记书面同意" not in page
    assert "已经签收" in said(firm.post("/desk/consents", {"act": "acknowledge", "consent": consent.pk}))
    assert "没有待签收的撤回" in said(firm.get("/desk/consents"))


@pytest.mark.django_db
def test_anybody_confirms_a_qualification_and_nothing_typed_is_shown_again(call: Callable[..., Any]) -> None:
    browser = Browser(enforce_csrf_checks=True)
    assert "只答是或者否" in said(browser.get("/confirm"))
    asked = {"name": name(1), "certificate": "D-3901-000001"}
    yes = browser.post("/confirm", asked)
    assert "今天有效" in said(yes) and not yes.cookies
    assert "不能确认" in said(browser.post("/confirm", asked | {"name": name(2)}))
    assert name(1) not in said(yes) and "D-3901-000001" not in said(yes)


@pytest.mark.django_db
def test_the_command_line_takes_whom_by_standard_input(
    call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(words: list[str], typed: str = "") -> dict[str, Any]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        call_command(*words, "--json")
        return dict(json.loads(capsys.readouterr().out))

    whom_typed = f"{number(2)}\n{name(2)}\n"
    read = run(["person", "--purpose", "practice-supervision", "--case", "1号", "--by", "tourism"], whom_typed)
    assert read["outcome"] == "shown"
    assert run(["person", "--confirm", "--by", "credit-firm"], f"D-3901-000001\n{name(1)}\n")["confirmed"] is True
    consent = allowed(1)
    consent_withdraw(consent=consent, subject=person_of(number(1), known_at=NOW), at=timezone.now())
    assert [each["state"] for each in run(["consents", "--by", "credit-firm"])["consents"]] == ["withdrawn"]
    assert [each["consent"] for each in run(["consents", "--withdrawn"])["withdrawals"]] == [consent]
    assert run(["consents", "--acknowledge", str(consent), "--by", "credit-firm"])["consent"] == consent
    with pytest.raises(CommandError, match="two lines"):
        run(["person", "--confirm", "--by", "credit-firm"], "one line\n")
