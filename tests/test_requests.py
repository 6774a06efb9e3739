"""A consent asked for by a partner: opened once, by one person, answered once, and telling nothing of whom."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser

from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.disclosure.models import Consent, Request, RequestAnswer, RequestOpening
from chengxin.disclosure.rules.consenting import (
    PurposeNotConsented,
    RequestAnswered,
    RequestOver,
    RequestUnknown,
)
from chengxin.disclosure.selectors import request_polled
from chengxin.disclosure.services.requesting import Asked, request_answer, request_make, request_open
from chengxin.kernel.errors import Refusal
from chengxin.ledger.models import Entry
from chengxin.mydata.selectors import readings_whole
from chengxin.subjects.selectors import person_of
from tests.people import DIVISION, licence, name, number, people_sent
from tests.signing import person_account, signed_in
from tests.world import NOW, PERSON_NUMBER

ASKED: dict[str, Any] = {
    "purpose": "consented-report",
    "record_types": ["practice-licence"],
    "days": 30,
    "most": 3,
    "reference": "贷2026-17",
}
FIRM = Asker("credit-firm", "service-firm", client=1)


@pytest.fixture(autouse=True)
def invented(settings: LazySettings) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION


def world(folder: Path) -> tuple[int, int]:
    """A firm with a purpose on consent, another, and two licensed persons."""
    for key, kind in (("credit-firm", "service-firm"), ("other-firm", "service-firm"), ("tourism", "department")):
        actor_add(key=key, kind=kind, title=f"云川{key}", by="operator", at=NOW)
    people_sent(folder, licence(1), licence(2))
    return person_of(number(1), known_at=NOW), person_of(number(2), known_at=NOW)


@pytest.fixture
def people(tmp_path: Path) -> tuple[int, int]:
    return world(tmp_path)


@pytest.fixture
def call(people: tuple[int, int]) -> Iterator[Callable[..., Any]]:
    """call(path, body, by=…) of the API."""
    keys = {
        key: client_add(actor=key, title="t", scopes=["persons"], by="operator", at=NOW)[1]
        for key in ("credit-firm", "other-firm", "tourism")
    }

    def answer(path: str, body: Any = None, *, by: str = "credit-firm") -> Any:
        words: dict[str, Any] = {"headers": {"authorization": f"Bearer {keys[by]}"}}
        if body is None:
            return Browser().get(f"/api/v1/persons{path}", **words)
        return Browser().post(f"/api/v1/persons{path}", json.dumps(body), content_type="application/json", **words)

    with time_machine.travel(NOW, tick=True):
        yield answer


def asked(**changes: Any) -> Request:
    return request_make(asked=Asked(**{**ASKED, **changes}), asker=FIRM, at=NOW, jurisdiction="cn")


@pytest.mark.django_db
def test_a_partner_asks_the_person_allows_on_the_page_and_the_partner_reads(
    call: Callable[..., Any], people: tuple[int, int]
) -> None:
    made = call("/requests", ASKED).json()
    assert made["state"] == "waiting" and made["link"].endswith(f"/my/allow/{made['number']}") and "<svg" in made["qr"]
    path, browser = f"/my/allow/{made['number']}", signed_in(Browser(), person_account(people[0]))
    door = Browser().get(path)
    assert door.status_code == 302 and "next=" in door["location"]
    before = browser.get(path).content.decode()
    assert "云川credit-firm" not in before and not RequestOpening.objects.exists(), (
        "looking at the link alone opens nothing"
    )
    opened = browser.post(path).content.decode()
    assert "云川credit-firm" in opened and "2026" in opened
    other = signed_in(Browser(), person_account(people[1]))
    assert other.post(path).status_code == 404 and "云川credit-firm" not in other.post(path).content.decode()
    given = browser.post(path, {"answer": "allow"})
    assert given.status_code == 302 and "given=" in given["location"]
    poll = call(f"/requests/{made['number']}").json()
    consent = Consent.objects.get()
    assert (poll["state"], poll["consent"], consent.subject_id, consent.most, consent.way) == (
        "given", consent.pk, people[0], 3, "portal",
    )  # fmt: skip
    read = {"number": number(1), "name": name(1), "purpose": "consented-report", "consent": consent.pk}
    assert call("/readings", read).json()["outcome"] == "shown"
    browser.post("/my/consents", {"withdraw": consent.pk})
    assert call("/readings", read).json()["outcome"] == "nothing", "withdrawn as always"
    assert call(f"/requests/{made['number']}", by="other-firm").status_code == 404
    whole = [e.what.zh for e in readings_whole(people[0], known_at=NOW + timedelta(hours=1))]
    assert whole.count("他人请求您同意") == 2


@pytest.mark.django_db
def test_a_refusal_and_silence_say_not_given_and_nothing_more(people: tuple[int, int]) -> None:
    refused, silent = asked(), asked(reference="")
    request_open(number=refused.number, subject=people[0], at=NOW)
    assert request_polled(refused.number, FIRM, at=NOW).state == "waiting", "opened is not told"
    assert request_answer(number=refused.number, subject=people[0], allow=False, at=NOW) is None
    later = NOW + timedelta(days=7)
    told = [request_polled(each.number, FIRM, at=later).as_dict() for each in (refused, silent)]
    assert [each["state"] for each in told] == ["not-given", "not-given"] and told[0].keys() == told[1].keys()
    assert request_polled(silent.number, FIRM, at=later - timedelta(seconds=1)).state == "waiting"
    for late in (request_open, lambda **w: request_answer(allow=True, **w)):
        with pytest.raises((RequestOver, RequestUnknown)):
            late(number=silent.number, subject=people[0], at=later)
    assert not Consent.objects.exists()


@pytest.mark.django_db
def test_what_was_opened_in_time_is_not_answered_late_nor_for_a_firm_that_is_gone(people: tuple[int, int]) -> None:
    found, gone = asked(), asked(reference="")
    for each in (found, gone):
        request_open(number=each.number, subject=people[0], at=NOW)
    with pytest.raises(RequestOver):
        request_answer(number=found.number, subject=people[0], allow=True, at=NOW + timedelta(days=7))
    Actor.objects.filter(key="credit-firm").update(closed_at=NOW)
    with pytest.raises(RequestOver):
        request_answer(number=gone.number, subject=people[0], allow=True, at=NOW)


@pytest.mark.django_db
def test_the_days_run_from_the_day_on_which_it_is_allowed(people: tuple[int, int]) -> None:
    found, then = asked(), NOW + timedelta(days=5)
    request_open(number=found.number, subject=people[0], at=then)
    request_answer(number=found.number, subject=people[0], allow=True, at=then)
    consent = Consent.objects.get()
    assert (consent.starts_on, (consent.ends_on - consent.starts_on).days) == (then.date(), 30)


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("purpose-not-consented", {"purpose": "practice-supervision"}),
    ("purpose-unknown", {"purpose": "gossip"}),
    ("consent-grantee-unfit", {"purpose": "bank-credit"}),
    ("consent-types-unfit", {"record_types": []}),
    ("consent-days-unfit", {"days": 0}),
    ("consent-term-unfit", {"days": 1_000}),
    ("consent-times-unfit", {"most": 0}),
    ("consent-use-unnamed", {"purpose": "hiring", "most": 1}),
    ("consent-reference-unfit", {"reference": "客户13900001234"}),
    ("words-unfit", {"reference": PERSON_NUMBER}),
    ("words-unfit", {"reference": "长" * 101}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "changes"), WRONG)
def test_what_nobody_could_allow_is_refused_at_once(
    code: str, changes: dict[str, Any], people: tuple[int, int]
) -> None:
    assert people
    with pytest.raises(Refusal) as refused:
        asked(**changes)
    assert refused.value.code == code and not Request.objects.exists()


@pytest.mark.django_db
def test_a_purpose_of_an_authority_is_no_matter_of_consent_and_staff_ask_for_none(people: tuple[int, int]) -> None:
    assert people
    with pytest.raises(PurposeNotConsented):
        request_make(
            asked=Asked(**{**ASKED, "purpose": "practice-supervision"}),
            asker=Asker("tourism", "department", client=2), at=NOW,
        )  # fmt: skip
    with pytest.raises(Refusal, match="Programs ask"):
        request_make(asked=Asked(**ASKED), asker=Asker("credit-firm", "service-firm", account=3), at=NOW)


@pytest.mark.django_db
def test_a_reference_is_used_once_by_its_firm_and_may_be_left_out(call: Callable[..., Any]) -> None:
    assert call("/requests", ASKED).status_code == 200
    assert call("/requests", ASKED).status_code == 409
    assert call("/requests", ASKED, by="other-firm").status_code == 200
    assert call("/requests", {**ASKED, "reference": ""}).status_code == 200
    assert call("/requests", {**ASKED, "reference": ""}).status_code == 200
    assert Request.objects.count() == 4
    assert Entry.objects.filter(event="disclosure.request.made", subject__isnull=True).count() == 4


@pytest.mark.django_db
def test_nobody_answers_what_they_have_not_opened_and_nobody_twice(people: tuple[int, int]) -> None:
    found = asked()
    for subject in people:
        with pytest.raises(RequestUnknown):
            request_answer(number=found.number, subject=subject, allow=True, at=NOW)
    with pytest.raises(RequestUnknown):
        request_open(number="0" * 20, subject=people[0], at=NOW)
    request_open(number=found.number, subject=people[0], at=NOW)
    request_answer(number=found.number, subject=people[0], allow=True, at=NOW)
    with pytest.raises(RequestAnswered):
        request_answer(number=found.number, subject=people[0], allow=False, at=NOW)
    with pytest.raises(RequestUnknown):
        request_answer(number=found.number, subject=people[1], allow=True, at=NOW)
    page = signed_in(Browser(), person_account(people[0])).post(f"/my/allow/{found.number}").content.decode()
    assert "您已经同意" in page
    with pytest.raises(IntegrityError), transaction.atomic():
        RequestAnswer.objects.create(request=found, at=NOW)


@pytest.mark.usefixtures("database_apart")
def test_of_two_who_open_one_link_at_once_one_has_it_and_of_two_answers_one_counts(tmp_path: Path) -> None:
    people = world(tmp_path)
    found = [
        request_make(asked=Asked(**{**ASKED, "reference": ""}), asker=FIRM, at=NOW, jurisdiction="cn")
        for _ in range(12)
    ]
    outcomes: list[str] = []

    def at_once(*works: Callable[[], object]) -> list[str]:
        gate, told = threading.Barrier(len(works)), list[str]()

        def work(each: Callable[[], object]) -> None:
            try:
                gate.wait()
                each()
                told.append("done")
            except (RequestUnknown, RequestAnswered) as refusal:
                told.append(refusal.code)
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=(each,)) for each in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(told)

    for each in found:
        opens = [lambda s=s, n=each.number: request_open(number=n, subject=s, at=NOW) for s in people]
        assert at_once(*opens) == ["consent-request-unknown", "done"]
        whose = RequestOpening.objects.get(request=each).subject_id
        answers = [
            lambda a=a, n=each.number, s=whose: request_answer(number=n, subject=s, allow=a, at=NOW)
            for a in (True, True, False)
        ]
        outcomes += at_once(*answers)
    assert outcomes.count("done") == len(found) == RequestAnswer.objects.count()
    assert Consent.objects.count() == RequestAnswer.objects.filter(consent__isnull=False).count()
