"""Whoever asked for something complains of how it is handled: a receipt, an answer by a day, what was wrong put right, and counted."""

import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from chengxin.actors import rules as actors
from chengxin.actors.models import Contact
from chengxin.actors.selectors import Asker, contacts_published
from chengxin.actors.services import actor_add, contact_publish
from chengxin.assessments.selectors import assessments
from chengxin.cases.rules import StepLacks, StepUnknown
from chengxin.cases.selectors import CaseUnknown, case_accessible
from chengxin.cases.services.running import Words
from chengxin.kernel.days import working_day_add
from chengxin.lists.selectors import subject_file
from chengxin.records.models import LINES_PER_BATCH
from chengxin.rights import rules, services
from chengxin.rights.services import Claimant, Receipt
from tests.signing import at_desk
from tests.world import NOW, PERSON_NUMBER, TODAY, code, later, penalty, sent

pytestmark = pytest.mark.django_db

MARKET, CENTRE = Asker("market", "department"), Asker("centre", "credit-centre")
REFORM, ROADS = Asker("reform", "supervisor"), Asker("roads", "department")
OFFICE = {"telephone": "0390-6123456", "address": "云川市滨河路1号", "hours": "工作日 9:00—17:00"}


@pytest.fixture(autouse=True)
def people() -> None:
    """Who decides, who runs the register, who supervises, and one that has no part."""
    for asker in (MARKET, CENTRE, REFORM, ROADS):
        actor_add(key=asker.key, kind=asker.kind, title=f"云川{asker.key}", by="operator", at=NOW)


@pytest.fixture
def case(tmp_path: Path) -> Receipt:
    """The receipt of an objection."""
    done = sent(tmp_path, penalty(1), by="market")
    record = (done.batch or 0) * LINES_PER_BATCH + 2
    claimant = Claimant("王某", "wang@example.com", "云川市甲1号商贸有限公司")
    return services.objection_file(record=record, number=code(1), claimant=claimant, grounds="不实", at=later(hours=1))


def complained(case: Receipt, hours: float = 2, **words: str) -> Receipt:
    said = {"what": "late", "against": "authority", "grounds": "至今没有答复"} | words
    return services.complaint_file(number=case.number, key=case.key, **said, at=later(hours=hours))


def decided(number: str, to: str, asker: Asker, hours: float, reasons: str = "已查明") -> Any:
    words = Words(reasons=reasons)
    return services.case_decide(number=number, asker=asker, to=to, words=words, at=later(hours=hours))


def figures(agency: str, hours: float) -> dict[str, tuple[int, int]]:
    found = assessments(REFORM, since=TODAY.replace(month=1, day=1), until=TODAY, known_at=later(hours=hours))
    [own] = [each for each in found if each.agency == agency]
    return {f.key: (f.part, f.whole) for f in own.figures if f.key.startswith("complaint")}


def test_a_complaint_has_a_receipt_a_clock_an_answer_and_is_counted(case: Receipt) -> None:
    receipt = complained(case)
    assert receipt.number != case.number and receipt.key != case.key and not receipt.suspended
    assert {(c.by, c.last_day) for c in receipt.next if c.by == "supervisor"} == {
        ("supervisor", working_day_add(TODAY, 15))
    }
    with pytest.raises(StepLacks):
        decided(receipt.number, "founded", REFORM, 3, "")
    assert not decided(receipt.number, "founded", REFORM, 3).final
    with pytest.raises(StepUnknown):
        decided(receipt.number, "mended", REFORM, 4)
    assert decided(receipt.number, "mended", MARKET, 4, "已于今日答复并致歉").state == "mended"
    told = services.case_followed(number=receipt.number, key=receipt.key, at=later(hours=5)).told
    assert [t.to for t in told] == ["received", "founded", "mended"] and "致歉" in told[-1].reasons
    assert told[0].reasons == f"{case.number} 逾期不办"
    assert figures("market", 5) == {
        "complaints-founded": (1, 1), "complaints-unfounded": (0, 1), "complaints-unanswered": (0, 1),
        "complaints-in-time": (1, 1),
    }  # fmt: skip


def test_a_complaint_changes_neither_the_case_nor_the_record(case: Receipt) -> None:
    receipt = complained(case)
    decided(receipt.number, "unfounded", REFORM, 3)
    [filed] = subject_file(code(1), on=TODAY, known_at=later(hours=4)).records
    assert (filed.effect.value, [e.kind for e in filed.events]) == ("counts", ["filed"])
    assert services.case_followed(number=case.number, key=case.key, at=later(hours=4)).state == "received"
    assert figures("market", 4)["complaints-unfounded"] == (1, 1)


def test_only_who_holds_the_case_complains_once_at_a_time_and_of_what_can_be(case: Receipt) -> None:
    with pytest.raises(CaseUnknown):
        services.complaint_file(
            number=case.number, key="guessed", what="late", against="authority", grounds="x", at=later(hours=2)
        )
    for words, refusal in (
        ({"what": "rude"}, rules.ComplaintUnfit), ({"against": "supervisor"}, rules.ComplaintUnfit),
        ({"against": "subject"}, rules.ComplaintUnfit), ({"grounds": " "}, rules.WordsWrong),
    ):  # fmt: skip
        with pytest.raises(refusal):
            complained(case, 2, **words)
    receipt = complained(case)
    with pytest.raises(rules.ComplaintOpen, match=case.number):
        complained(case, 3)
    with pytest.raises(rules.ComplaintUnfit):
        complained(receipt, 3)
    with pytest.raises(rules.KeyNotSubjects):
        decided(receipt.number, "unfounded", REFORM, 4)
        services.statement_answer(number=receipt.number, key=receipt.key, words="x", at=later(hours=5))
    assert complained(case, 6).number != receipt.number, "once answered, what comes after may be complained of"


def test_whom_it_is_about_sees_and_mends_it_and_a_stranger_nothing(case: Receipt) -> None:
    about_centre = complained(case, against="credit-centre", what="refused")
    assert case_accessible(CENTRE, about_centre.number).authority == "centre"
    for stranger in (MARKET, ROADS):
        with pytest.raises(CaseUnknown):
            case_accessible(stranger, about_centre.number)
    with pytest.raises(StepUnknown):
        decided(about_centre.number, "unfounded", CENTRE, 3)


def test_silence_is_seen_and_what_is_not_put_right_counts(case: Receipt) -> None:
    receipt = complained(case)
    over = 24.0 * ((working_day_add(TODAY, 15) - TODAY).days + 1)
    lapsed = {d.number: d.state for d in services.cases_lapse(by="clock", at=later(hours=over))}
    assert lapsed[receipt.number] == "overdue"
    lapsed = {d.number: d.state for d in services.cases_lapse(by="clock", at=later(hours=over + 24 * 40))}
    assert lapsed[receipt.number] == "unanswered", "what nobody answered is counted so, and found neither way"
    decided(receipt.number, "founded", REFORM, over + 24 * 41)
    lapsed = {d.number: d.state for d in services.cases_lapse(by="clock", at=later(hours=over + 24 * 60))}
    assert lapsed[receipt.number] == "unmended"


def test_it_is_taken_back_by_its_key(case: Receipt) -> None:
    receipt = complained(case)
    services.case_answer(number=receipt.number, key=receipt.key, to="withdrawn", at=later(hours=3))
    assert figures("market", 4)["complaints-founded"] == (0, 1)


def test_an_office_s_contact_is_published_and_the_latest_stands() -> None:
    contact_publish(actor="market", **OFFICE, by="operator", at=later(hours=1))
    contact_publish(actor="market", **{**OFFICE, "telephone": "12345"}, by="operator", at=later(hours=2))
    contact_publish(actor="reform", **OFFICE, by="operator", at=later(hours=2))
    assert [(c.key, c.telephone) for c in contacts_published()] == [
        ("reform", OFFICE["telephone"]),
        ("market", "12345"),
    ]
    assert Contact.objects.count() == 3
    assert [c.key for c in contacts_published(["market"])] == ["market"]


@pytest.mark.parametrize(
    "changes",
    [
        {"telephone": "13812345678"}, {"telephone": "138-1234-5678"}, {"telephone": ""}, {"telephone": "电话"},
        {"address": " "}, {"hours": ""}, {"address": "x" * 201}, {"hours": f"找 {PERSON_NUMBER}"}, {"actor": "public"},
    ],
)  # fmt: skip
def test_what_is_a_person_s_or_no_office_s_is_not_published(changes: dict[str, str]) -> None:
    words = {"actor": "market", **OFFICE, **changes}
    with pytest.raises(actors.ContactUnfit):
        contact_publish(**words, by="operator", at=NOW)


def test_how_to_object_repair_and_complain_stands_on_a_page_and_beside_the_records(
    case: Receipt, client: Browser
) -> None:
    contact_publish(actor="market", **OFFICE, by="operator", at=later(hours=1))
    contact_publish(actor="roads", **{**OFFICE, "telephone": "0390-7000000"}, by="operator", at=later(hours=1))
    with time_machine.travel(later(hours=2), tick=True):
        guide = client.get("/remedies").content.decode()
        enterprise = client.get(f"/enterprise/{code(1)}").content.decode()
    for words in ("对办理的投诉", "15个工作日内", "《优化营商环境条例》第49条", OFFICE["telephone"], OFFICE["address"]):
        assert words in guide and words in enterprise, words
    assert "0390-7000000" in guide and "0390-7000000" not in enterprise, "roads sent nothing about this firm"


def test_it_is_complained_of_on_the_case_s_page_and_through_the_api(case: Receipt, client: Browser) -> None:
    held = {"number": case.number, "key": case.key}
    with time_machine.travel(later(hours=2), tick=True):
        assert "对办理有意见" in client.post("/case", held).content.decode()
        said = {"what": "late", "against": "authority", "grounds": "至今没有答复"}
        refused = client.post("/case/complaint", {**held, **said, "what": "rude"})
        assert refused.status_code == 422 and "事由只能是" in refused.content.decode()
        receipt = client.post("/case/complaint", {**held, **said}).content.decode()
        assert "请抄下或者打印这两项" in receipt and "社会信用主管部门" in receipt
        again = client.post("/api/v1/rights/complaints", json.dumps({**held, **said}), content_type="application/json")
        assert again.status_code == 409 and again.json()["code"] == "complaint-already-open"
        number = receipt.split('id="case-number">')[1].split("<")[0]
        file = at_desk("reform").get(f"/desk/cases/{number}").content.decode()
        assert "至今没有答复" in file and "逾期不办" in file
