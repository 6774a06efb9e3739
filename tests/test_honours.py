"""A favourable list's own path: applied for or proposed, held against adverse records, published, objected to by anybody, decided, served, left."""

import csv
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.cases.models import Case, Paper
from chengxin.cases.rules import StepLacks, StepTooEarly, StepUnknown
from chengxin.cases.selectors import CaseUnknown
from chengxin.cases.services.running import Words, paper_read
from chengxin.kernel.days import working_day_add
from chengxin.kernel.periods import months_after
from chengxin.law import load
from chengxin.lists import rules
from chengxin.lists.selectors import Published, cases_published, records_filed
from chengxin.lists.services.listing import listing_propose
from chengxin.records.models import Record
from chengxin.records.services.batches import SourceUnknown
from chengxin.records.services.events import record_dispute, record_withdraw
from chengxin.rights import services
from chengxin.rights.services import Claimant
from chengxin.subjects.selectors import subject_of
from tests.world import NOW, TODAY, code, ingest, later, listing, penalty, sent

pytestmark = pytest.mark.django_db

MARKET = Asker("market", "department")
FIRM, ANYBODY = Claimant("经办人", "云川市琥珀路1号"), Claimant("王某", "wang@example.invalid")
MODELS = "integrity-models"
REASONS = Words(reasons="三年内合同全部履行")
DECIDED = Words(reasons="公示期内无异议", document="云川市监荣〔2026〕1号")


@pytest.fixture
def firm(tmp_path: Path) -> int:
    """A registered firm, the department that decides, and the firm's registration."""
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)
    register(tmp_path, 1)
    return Record.objects.get(record_type="enterprise-registration").pk


def register(folder: Path, n: int) -> None:
    row = {"name": f"云川市甲{n}号商贸有限公司", "code": code(n), "registered": "2020-05-06"}
    sent(folder, row, source="enterprise-register")


def applied(at: datetime | None = None, **more: Any) -> Any:
    words: dict[str, Any] = {
        "list_key": MODELS, "number": code(1), "authority": "market", "claimant": FIRM, "grounds": "按时履约", "at": at or later(hours=1),
    }  # fmt: skip
    return services.honour_apply(**words | more)


def stepped(number: str, to: str, *, at: datetime, words: Words = DECIDED) -> Any:
    return services.case_decide(number=number, asker=MARKET, to=to, words=words, at=at)


def day(n: int) -> datetime:
    """Ten in the morning of the n-th working day after the tests' own."""
    return datetime.combine(working_day_add(TODAY, n), NOW.timetz())


def objected(number: str, at: datetime) -> str:
    return services.honour_object(number=number, claimant=ANYBODY, grounds="去年拖欠货款", at=at)


def entered() -> tuple[Any, int]:
    """An entry that went its whole way."""
    made = applied()
    stepped(made.number, "published", at=later(hours=2), words=REASONS)
    stepped(made.number, "decided", at=day(6))
    done = stepped(made.number, "served", at=day(7), words=Words(served="直接送达回证"))
    assert done.final and done.record
    return made, done.record


def effect(record: int, at: datetime) -> str:
    filed = records_filed([subject_of(code(1), known_at=at)], load().on(at.date()), on=at.date(), known_at=at)
    return next(f.effect.value for f in filed if f.record.pk == record)


def published(at: datetime) -> list[Published]:
    return cases_published(at=at, most=9)[0]


def test_a_firm_applies_and_is_entered_only_after_publication_decision_and_service(firm: int) -> None:
    made = applied()
    assert (made.record, made.state) == (firm, "proposed")
    with pytest.raises(StepLacks):
        stepped(made.number, "published", at=later(hours=2), words=Words())
    stepped(made.number, "published", at=later(hours=2), words=REASONS)
    with pytest.raises(StepTooEarly):
        stepped(made.number, "decided", at=day(5))
    stepped(made.number, "decided", at=day(6))
    assert not Record.objects.filter(record_type="honour").exists()
    done = stepped(made.number, "served", at=day(7), words=Words(served="直接送达回证"))
    record = Record.objects.get(pk=done.record)
    assert (record.body["honour"], record.document) == ("诚信典型企业", DECIDED.document)
    assert record.decided_on == day(7).date() and record.effect_until is not None
    assert (record.effect_until - months_after(day(7).date(), 24)).days == 1
    with time_machine.travel(day(8), tick=True):
        assert "诚信典型企业" in Browser().get(f"/enterprise/{code(1)}").content.decode()
    with pytest.raises(rules.AlreadyListed):
        applied(day(8))


def test_anybody_may_object_while_it_is_published_and_the_decision_answers(firm: int) -> None:
    made = applied()
    with pytest.raises(CaseUnknown):
        objected("20261122-999999", later(hours=1))
    with pytest.raises(CaseUnknown):  # who applied is told to nobody before it is published
        objected(made.number, later(hours=1.5))
    stepped(made.number, "published", at=later(hours=2), words=REASONS)
    (shown,) = published(later(hours=3))
    assert (shown.firm, shown.reasons) == ("云川市甲1号商贸有限公司", REASONS.reasons) and shown.until == day(5).date()
    objected(made.number, day(2))
    objected(made.number, day(5))
    assert [p.number for p in published(day(5))] == [made.number]
    assert published(day(6)) == []
    with pytest.raises(rules.ObjectionLate):
        objected(made.number, day(6))
    papers = Paper.objects.filter(case__pk=Case.objects.get().pk)
    said = [paper_read(paper=p, by="market", at=day(6)).decode() for p in papers]
    assert len(said) == 2 and all("拖欠货款" in s and "wang@" in s for s in said)
    with pytest.raises(StepLacks):
        stepped(made.number, "decided", at=day(6), words=Words(document="1号"))
    done = stepped(made.number, "dropped", at=day(6), words=Words(reasons="异议成立：欠款属实"))
    assert done.final and done.record is None


def test_the_published_entries_are_found_by_the_database_a_page_at_a_time(
    firm: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in (2, 3, 4):
        register(tmp_path, n)
    numbers = [
        applied(number=code(n), jurisdiction=place).number
        for n, place in ((1, "cn"), (2, "cn-41"), (3, "cn"), (4, "cn"))
    ]
    for number in numbers[:3]:
        stepped(number, "published", at=later(hours=2), words=REASONS)
    with CaptureQueriesContext(connection) as few:
        assert [p.number for p in published(later(hours=3))] == numbers[:3]
    one, more = cases_published(at=later(hours=3), most=2)
    assert [p.number for p in one] == numbers[:2] and more
    assert [p.number for p in cases_published(at=later(hours=3), after=more, most=2)[0]] == numbers[2:3]
    # What nobody may object to costs nothing, however much of it is open.
    for n in range(5, 11):
        register(tmp_path, n)
        applied(number=code(n))
    with CaptureQueriesContext(connection) as many:
        assert [p.number for p in published(later(hours=3))] == numbers[:3]
    assert len(many) == len(few)
    stepped(numbers[0], "dropped", at=later(hours=4), words=REASONS)
    objected(numbers[2], later(hours=4))
    assert [p.number for p in published(later(hours=5))] == numbers[1:3]
    monkeypatch.setattr("chengxin.portal.selectors.MOST_PUBLISHED", 1)
    with time_machine.travel(later(hours=5), tick=True):
        page = Browser().get("/honours").content.decode()
        assert code(2) in page and code(3) not in page
        following = re.search(r'href="(\?after=\d+)"', page)
        assert following and code(3) in Browser().get(f"/honours{following[1]}").content.decode()
        assert Browser().get(f"/honours/{numbers[2]}/objection").status_code == 200
        assert Browser().get(f"/honours/{numbers[0]}/objection").status_code == 404


def test_who_stands_on_an_adverse_list_is_not_entered_and_what_is_disputed_bars_nothing(
    firm: int, tmp_path: Path
) -> None:
    sent(tmp_path, listing(1), source="abnormal-operations")
    adverse = Record.objects.get(record_type="abnormal-operations").pk
    with pytest.raises(rules.HonourBarred, match="Abnormal"):
        applied()
    with pytest.raises(rules.HonourBarred):
        listing_propose(list_key=MODELS, record=firm, number=code(1), asker=MARKET, reasons="x", at=later(hours=1))
    record_dispute(record=adverse, by="operator", at=later(minutes=5), grounds="x")
    assert applied().state == "proposed"


def test_an_adverse_decision_meanwhile_stops_it_before_the_decision(firm: int, tmp_path: Path) -> None:
    made = applied()
    stepped(made.number, "published", at=later(hours=2), words=REASONS)
    sent(tmp_path, listing(1), source="abnormal-operations", at=later(hours=3))
    with pytest.raises(rules.HonourBarred):
        stepped(made.number, "decided", at=day(6))
    assert objected(made.number, day(2)) == made.number
    assert stepped(made.number, "dropped", at=day(6), words=Words(reasons="已列入异常名录")).final


@pytest.mark.parametrize("how", ["adverse", "ground", "asked", "slight", "day"])
def test_an_entry_ends_by_its_day_an_adverse_decision_its_ground_or_on_request(
    firm: int, tmp_path: Path, how: str
) -> None:
    _, record = entered()
    assert effect(record, day(8)) == "counts"
    if how == "adverse":
        sent(tmp_path, penalty(1, kind="吊销食品经营许可证", content="吊销食品经营许可证。"), at=day(8))
    elif how == "slight":
        sent(tmp_path, penalty(1), at=day(8))
    elif how == "ground":
        record_withdraw(record=firm, by="operator", at=day(8), reason="x")
    elif how == "asked":
        asked = services.removal_request(record=record, number=code(1), claimant=FIRM, grounds="自愿退出", at=day(8))
        stepped(asked.number, "removed", at=day(9), words=Words(document="2号"))
    services.cases_lapse(by="clock", at=day(9))
    if how == "day":
        over = datetime.combine(months_after(day(7).date(), 25), NOW.timetz())
        assert effect(record, over) == "none"
    else:
        assert effect(record, day(9)) == ("counts" if how == "slight" else "none")


def test_the_firm_takes_its_application_back(firm: int) -> None:
    made = applied()
    done = services.case_answer(number=made.number, key=made.key, to="withdrawn", at=later(hours=2))
    assert done.final
    with pytest.raises(StepUnknown):
        stepped(made.number, "published", at=later(hours=3), words=REASONS)
    assert applied(later(hours=4)).number != made.number


def test_the_application_names_places_by_their_names(firm: int) -> None:
    page = Browser().get(f"/enterprise/{code(1)}/honours", {"jurisdiction": "cn-45"}).content.decode()
    assert '<option value="cn-45" selected>广西壮族自治区 / Guangxi</option>' in page
    assert '<option value="cn">全国 / the whole country</option>' in page


def test_nobody_publishes_in_time_and_it_lapses(firm: int) -> None:
    applied()
    assert [d.state for d in services.cases_lapse(by="clock", at=day(11))] == ["lapsed"]


def test_what_cannot_be_applied_for_is_refused_with_what_can(firm: int, tmp_path: Path) -> None:
    with pytest.raises(rules.NotAppliedFor, match=MODELS):
        applied(list_key="serious-dishonesty")
    with pytest.raises(rules.NotAppliedFor):
        applied(list_key="contracts-kept")
    assert applied(list_key="contracts-kept", jurisdiction="cn-45").state == "proposed"
    with pytest.raises(rules.AuthorityUnfit):
        applied(authority="operator")
    sent(tmp_path, penalty(2))
    with pytest.raises(rules.RegistrationMissing):
        applied(number=code(2))
    with pytest.raises(rules.RegistrationMissing):
        applied(number=code(3))


@pytest.mark.parametrize(
    ("place", "key"),
    [("cn", MODELS), ("cn-41", "joint-incentives"), ("cn-45", "contracts-kept"), ("cn-45", "demonstration-enterprises"),
     ("cn-52", "demonstration-enterprises")],
)  # fmt: skip
def test_every_favourable_list_of_every_place_is_entered(firm: int, place: str, key: str) -> None:
    made = applied(list_key=key, jurisdiction=place)
    stepped(made.number, "published", at=later(hours=2), words=REASONS)
    done = stepped(made.number, "decided", at=day(6))
    if not done.final:
        done = stepped(made.number, "served", at=day(7), words=Words(served="回证"))
    assert Record.objects.get(pk=done.record).body["honour"] == load().on(TODAY, place).lists[key].title.zh


def test_a_proposal_by_the_department_tells_the_firm_in_words_that_threaten_nothing(firm: int) -> None:
    made = listing_propose(
        list_key=MODELS, record=firm, number=code(1), asker=MARKET, reasons="连续守约", at=later(hours=1)
    )
    assert "拟认定" in made.notice and "陈述申辩" not in made.notice and "Proposed entry" in made.notice
    assert services.case_answer(number=made.number, key=made.key, to="withdrawn", at=later(hours=2)).final


def test_the_whole_path_through_the_api(firm: int) -> None:
    _, key = client_add(actor="market", title="x", scopes=["cases"], by="operator", at=NOW)
    claimant = {"name": "经办人", "reach": "琥珀路1号"}

    def post(path: str, body: dict[str, Any], **words: Any) -> Any:
        return Browser().post(f"/api/v1{path}", json.dumps(body), content_type="application/json", **words)

    asked = {"list": MODELS, "code": code(1), "authority": "market", "claimant": claimant, "grounds": "按时履约"}
    made = post("/rights/honours/applications", asked).json()
    staff = {"headers": {"Authorization": f"Bearer {key}"}}
    steps = f"/cases/{made['number']}/steps"
    assert post(steps, {"to": "published", "reasons": "守约"}, **staff).json()["state"] == "published"
    objection = {"number": made["number"], "claimant": claimant, "grounds": "欠款"}
    assert post("/rights/honours/objections", objection).json() == {"number": made["number"]}
    assert post("/rights/follow", {"number": made["number"], "key": made["key"]}).json()["state"] == "objected"
    back = {"number": made["number"], "key": made["key"], "to": "withdrawn"}
    assert post("/rights/answer", back).json()["final"]
    assert post("/rights/honours/objections", objection).status_code == 404


def test_a_firm_applies_and_anybody_objects_on_the_pages(firm: int) -> None:
    browser, url = Browser(), f"/enterprise/{code(1)}/honours"
    assert url in browser.get(f"/enterprise/{code(1)}").content.decode()
    form = browser.get(url).content.decode()
    assert MODELS in form and "云川市市场监督管理局" in form
    words = {"list": MODELS, "authority": "market", "name": "经办人", "reach": "琥珀路1号", "grounds": "按时履约"}
    assert browser.post(url, words | {"grounds": ""}).status_code == 422
    receipt = browser.post(url, words)
    number = Case.objects.get().number
    assert receipt.status_code == 200 and number in receipt.content.decode()
    refused = browser.post(url, words)
    assert refused.status_code == 409
    assert number not in browser.get("/honours").content.decode()
    stepped(number, "published", at=later(hours=2), words=REASONS)
    with time_machine.travel(later(hours=3), tick=True):
        page = browser.get("/honours").content.decode()
        assert "云川市甲1号商贸有限公司" in page and REASONS.reasons in page and "按时履约" not in page
        objection = f"/honours/{number}/objection"
        assert browser.get(objection).status_code == 200
        assert browser.post(objection, {"name": "王某", "reach": "x", "grounds": ""}).status_code == 422
        done = browser.post(objection, {"name": "王某", "reach": "x", "grounds": "拖欠货款"})
        assert done.status_code == 200 and "已收到" in done.content.decode()
    assert browser.get("/honours/20261122-999999/objection").status_code == 404
    assert browser.get(f"/enterprise/{code(9)}/honours").status_code == 404


def test_the_public_page_hides_a_person_named_in_the_reasons(firm: int) -> None:
    made = applied()
    with time_machine.travel(later(hours=3), tick=False):
        stepped(made.number, "published", at=later(hours=2), words=Words(reasons="负责人张某110101199003070011尽责"))
        text = Browser().get("/honours").content.decode()
    assert "尽责" in text and "110101199003070011" not in text


# --- contracts kept ----------------------------------------------------------------------------------------------------------------


CONTRACT = {
    "企业名称": "云川市甲1号商贸有限公司", "统一社会信用代码": code(1), "合同编号": "合〔2026〕17号", "合同种类": "买卖", "签订日期": "2026-03-01",
    "履行期限": "2026-09-30", "履行情况": "全部履行", "核验文书号": "核〔2026〕3号", "核验日期": "2026-10-15", "核验机关": "云川市市场监督管理局",
}  # fmt: skip


def test_how_contracts_are_kept_stands_on_the_firm_s_page_for_its_term(
    firm: int, tmp_path: Path, client: Browser
) -> None:
    file = tmp_path / "contracts.csv"
    rows = [CONTRACT, CONTRACT | {"合同编号": "合〔2026〕18号", "履行情况": "未履行"}]
    with file.open("w", encoding="utf-8", newline="") as written:
        sheet = csv.DictWriter(written, list(CONTRACT))
        sheet.writeheader()
        sheet.writerows(rows)
    done = ingest(file, "contract-performance", jurisdiction="cn-45", at=later(hours=1), by="market")
    assert (done.accepted, done.refused) == (1, 1), "that a contract was broken is no finding of who publishes it"

    def page(days: int = 0) -> str:
        with time_machine.travel(later(days=days, hours=2), tick=True):
            return client.get(f"/enterprise/{code(1)}").content.decode()

    for words in ("合同履约信息", "合〔2026〕17号", "已履行", "核〔2026〕3号", "广西壮族自治区 / Guangxi"):
        assert words in page(), words
    assert "合〔2026〕18号" not in page() and "合〔2026〕17号" not in page(days=800)
    with pytest.raises(SourceUnknown):
        ingest(file, "contract-performance", jurisdiction="cn-31", at=later(hours=3), by="market")
