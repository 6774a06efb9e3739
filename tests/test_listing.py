"""Entering a list and leaving it: a ground, a notice, a reply, a decision, its service; and nothing without any of them."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.cases.models import Case
from chengxin.cases.rules import StepLacks, StepTooEarly, StepUnknown
from chengxin.cases.services.running import Words
from chengxin.checks.models import Reissue
from chengxin.checks.services.asking import check_perform
from chengxin.kernel.days import working_day_add
from chengxin.kernel.errors import Refusal
from chengxin.lists import rules
from chengxin.lists.services.listing import listing_propose
from chengxin.lists.services.measures import measures_raise
from chengxin.records.models import LINES_PER_BATCH, Record
from chengxin.records.services.events import record_dispute, record_repair, record_withdraw
from chengxin.rights import services
from chengxin.rights.rules import NotOnAList
from chengxin.rights.services import Claimant
from tests.world import NOW, OPERATOR, TODAY, code, counted, later, penalty, sent

pytestmark = pytest.mark.django_db

MARKET, CENTRE, REFORM = Asker("market", "department"), Asker("centre", "credit-centre"), Asker("reform", "supervisor")
SOMEBODY = Claimant("经办人", "云川市琥珀路1号")
SERIOUS = "serious-dishonesty"
DECIDED = Words(reasons="经复核，理由成立", document="云川市监严违〔2026〕7号")


@pytest.fixture
def people() -> None:
    """The department that decides, the credit centre and the supervising department."""
    for asker in (MARKET, CENTRE, REFORM):
        actor_add(
            key=asker.key,
            kind=asker.kind,
            title="云川市市场监督管理局" if asker is MARKET else asker.key,
            by="operator",
            at=NOW,
        )


@pytest.fixture
def ground(tmp_path: Path, people: None) -> int:
    """A serious penalty of the first firm."""
    return filed(tmp_path, penalty(1, kind="吊销食品经营许可证", content="吊销食品经营许可证。"))


def filed(folder: Path, row: dict[str, str], **options: Any) -> int:
    done = sent(folder, row, by="market", **options)
    return (done.batch or 0) * LINES_PER_BATCH + 2


def proposed(ground: int, *, at: datetime | None = None, n: int = 1, asker: Asker = MARKET, **more: str) -> Any:
    return listing_propose(
        list_key=more.get("list_key", SERIOUS),
        record=ground,
        number=code(n),
        asker=asker,
        reasons="许可证被吊销",
        at=at or later(hours=1),
    )


def stepped(number: str, to: str, *, at: datetime, asker: Asker = MARKET, words: Words = DECIDED) -> Any:
    return services.case_decide(number=number, asker=asker, to=to, words=words, at=at)


def tender(at: datetime) -> str:
    return str(check_perform(asker=OPERATOR, matter="land", number=code(1), on=at.date(), at=at).outcome)


def day(n: int) -> datetime:
    """Ten in the morning of the n-th working day after the tests' own."""
    return datetime.combine(working_day_add(TODAY, n), NOW.timetz())


def served(ground: int) -> tuple[Any, int]:
    """An entry that went its whole way; the proposal and the record of the entry."""
    made = proposed(ground)
    stepped(made.number, "noticed", at=later(hours=2), words=Words(reasons="见告知书", served="邮寄签收 EMS1"))
    stepped(made.number, "decided", at=day(6))
    done = stepped(made.number, "served", at=day(7), words=Words(served="直接送达回证"))
    assert done.final and done.record
    return made, done.record


def test_the_notice_says_why_on_what_basis_what_follows_and_what_can_be_done(ground: int) -> None:
    notice = proposed(ground).notice
    for words in (
        "严重违法失信名单",
        code(1),
        "许可证被吊销",
        "《企业信息公示暂行条例》",
        "土地出让",
        "陈述、申辩",
        "5个工作日",
        "行政复议",
        "移出",
    ):
        assert words in notice, words
    assert "Notice before entry" in notice


def test_an_entry_has_no_effect_before_it_is_served(ground: int) -> None:
    made = proposed(ground)
    with pytest.raises(StepLacks, match="service"):
        stepped(made.number, "noticed", at=later(hours=2), words=Words(reasons="见告知书"))
    with pytest.raises(StepUnknown):
        stepped(made.number, "decided", at=later(hours=2))
    stepped(made.number, "noticed", at=later(hours=2), words=Words(reasons="见告知书", served="邮寄签收 EMS1"))
    with pytest.raises(StepTooEarly):
        stepped(made.number, "decided", at=day(5))
    with pytest.raises(StepLacks, match="document"):
        stepped(made.number, "decided", at=day(6), words=Words(reasons="x"))
    stepped(made.number, "decided", at=day(6))
    assert tender(day(6)) == "none_applies" and not Record.objects.filter(record_type=SERIOUS).exists()
    with pytest.raises(StepLacks):
        stepped(made.number, "served", at=day(7), words=Words())
    done = stepped(made.number, "served", at=day(7), words=Words(served="直接送达回证"))
    record = Record.objects.get(pk=done.record)
    assert (record.document, record.authority, record.decided_on) == (
        DECIDED.document,
        "云川市市场监督管理局",
        day(7).date(),
    )
    assert record.body["reason"] == DECIDED.reasons and "第17条" in record.body["ground"]
    assert tender(day(7)) == "applies"


def test_a_reply_is_heard_before_anything_is_decided(ground: int) -> None:
    made = proposed(ground)
    stepped(made.number, "noticed", at=later(hours=2), words=Words(reasons="见告知书", served="EMS1"))
    with pytest.raises(StepLacks):
        services.case_answer(number=made.number, key=made.key, to="replied", at=day(1))
    services.case_answer(number=made.number, key=made.key, to="replied", words=Words(reasons="许可证已恢复"), at=day(1))
    done = stepped(made.number, "dropped", at=day(2), words=Words(reasons="申辩成立"))
    assert done.final and done.record is None and tender(day(2)) == "none_applies"
    assert proposed(ground, at=day(3)).number != made.number


def test_a_late_entry_lapses(ground: int) -> None:
    made = proposed(ground)
    over = day(11)
    assert [d.state for d in services.cases_lapse(by="clock", at=over)] == ["lapsed"]
    with pytest.raises(StepUnknown):
        stepped(made.number, "noticed", at=over, words=Words(reasons="x", served="x"))


def test_only_a_ground_that_the_list_names_and_that_counts_will_do(tmp_path: Path, ground: int) -> None:
    slight = filed(tmp_path, penalty(1, document="轻〔2026〕1号"))
    other = filed(tmp_path, penalty(2, kind="吊销食品经营许可证", content="吊销食品经营许可证。"))
    for record in (slight, other, ground + 55):
        with pytest.raises(rules.GroundUnfit):
            proposed(record)
    with pytest.raises(rules.ListUnknown):
        proposed(ground, list_key="penalties")
    with pytest.raises(rules.ListingNotPermitted):
        proposed(ground, asker=CENTRE)
    receipt = services.objection_file(
        record=ground, number=code(1), claimant=SOMEBODY, grounds="有误", at=later(minutes=5)
    )
    services.case_decide(number=receipt.number, asker=CENTRE, to="accepted", words=Words(), at=later(minutes=6))
    with pytest.raises(rules.GroundUnfit, match="disputed"):
        proposed(ground)
    services.case_decide(
        number=receipt.number, asker=MARKET, to="upheld", words=Words(reasons="无误"), at=later(minutes=7)
    )
    proposed(ground)
    with pytest.raises(rules.AlreadyListed):
        proposed(ground, at=later(hours=2))


@pytest.mark.parametrize("how", ["withdrawn", "repaired", "corrected"])
def test_an_entry_ends_when_what_it_rests_on_falls(ground: int, how: str) -> None:
    _, record = served(ground)
    at = day(8)
    if how == "withdrawn":
        record_withdraw(record=ground, by="market", at=at, reason="决定被撤销")
    elif how == "repaired":
        record_repair(record=ground, by="market", at=at, on=at.date(), decision="修复1号")
    else:
        receipt = services.objection_file(record=ground, number=code(1), claimant=SOMEBODY, grounds="有误", at=at)
        services.case_decide(number=receipt.number, asker=CENTRE, to="accepted", words=Words(), at=at)
        services.case_decide(
            number=receipt.number, asker=MARKET, to="corrected", words=Words(reasons="实为罚款"), at=at,
            changes={"penalty_kind": "罚款", "content": "罚款金额2000元。"},
        )  # fmt: skip
    services.cases_lapse(by="clock", at=at)
    assert tender(at) == "none_applies"
    kind = "ended" if how == "repaired" else "withdrawn"
    assert Record.objects.get(pk=record).events.latest("number").kind == kind


def test_one_comes_off_by_asking_when_the_duty_is_performed(ground: int) -> None:
    _, record = served(ground)
    asked = services.removal_request(
        record=record, number=code(1), claimant=SOMEBODY, grounds="已重新取得许可", at=day(8)
    )
    with pytest.raises(StepLacks, match="document"):
        stepped(asked.number, "removed", at=day(9), words=Words())
    stepped(asked.number, "removed", at=day(9), words=Words(document="云川市监移出〔2026〕1号"))
    assert tender(day(9)) == "none_applies" and tender(day(8)) == "applies"
    with pytest.raises(NotOnAList):
        services.removal_request(record=ground, number=code(1), claimant=SOMEBODY, grounds="x", at=day(9))


def test_henans_review_suspends_an_entry_and_may_undo_it(tmp_path: Path, people: None) -> None:
    ground = filed(
        tmp_path, penalty(1, kind="吊销食品经营许可证", content="吊销食品经营许可证。"), jurisdiction="cn-41"
    )
    made = listing_propose(
        list_key=SERIOUS,
        record=ground,
        number=code(1),
        asker=MARKET,
        reasons="许可证被吊销",
        at=later(hours=1),
        jurisdiction="cn-41",
    )
    stepped(made.number, "noticed", at=later(hours=2), words=Words(reasons="见告知书", served="EMS1"))
    stepped(made.number, "decided", at=day(6))
    record = stepped(made.number, "served", at=day(7), words=Words(served="回证")).record
    services.case_answer(number=made.number, key=made.key, to="review", words=Words(reasons="不服"), at=day(8))
    assert tender(day(8)) == "suspended"
    done = stepped(made.number, "review-removed", at=day(9), asker=REFORM, words=Words(reasons="列入不当"))
    assert done.final and tender(day(9)) == "none_applies"
    assert Record.objects.get(pk=record).events.filter(kind="withdrawn").exists()


# ---- no basis, no record


FAULTS = st.sampled_from(
    [
        "no-ground",
        "slight",
        "others",
        "unknown-list",
        "who",
        "no-notice",
        "no-proof",
        "early",
        "no-reasons",
        "no-document",
        "unserved",
    ]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fault=FAULTS, hours=st.integers(1, 6), wait=st.integers(0, 5), text=st.text("经复核x ", max_size=6))
def test_an_entry_that_lacks_anything_is_never_admitted(
    ground: int, tmp_path: Path, fault: str, hours: int, wait: int, text: str
) -> None:
    """Whatever one part of it lacks, no record of the entry comes of it."""
    with transaction.atomic():
        with pytest.raises(Refusal):
            _faulty(ground, fault, later(hours=hours), wait, text)
        assert not Record.objects.filter(record_type=SERIOUS).exists() and tender(day(7)) == "none_applies"
        transaction.set_rollback(True)


def _faulty(ground: int, fault: str, at: datetime, wait: int, text: str) -> None:
    """An entry with one fault; the step at which it shows refuses."""
    record = {"no-ground": ground + 7, "others": ground}.get(fault, ground)
    made = proposed(
        record, at=at, n=2 if fault == "others" else 1, asker=CENTRE if fault == "who" else MARKET,
        list_key="nowhere" if fault == "unknown-list" else "abnormal-operations" if fault == "slight" else SERIOUS,
    )  # fmt: skip
    told = Words(reasons="见告知书", served="" if fault == "no-proof" else "EMS1")
    if fault != "no-notice":
        stepped(made.number, "noticed", at=at, words=told)
    when = day(wait if fault == "early" else 6)
    stepped(
        made.number, "decided", at=max(when, at),
        words=Words(reasons="" if fault == "no-reasons" else text or "理由", document="" if fault == "no-document" else "7号"),
    )  # fmt: skip
    stepped(made.number, "served", at=day(7), words=Words())


# ---- through HTTP


def test_a_listings_whole_life_through_http(ground: int, client: Browser) -> None:
    actor_add(key="land", kind="department", title="云川市自然资源局", by="operator", at=NOW)
    keys = {
        each: client_add(actor=each, title="程序", scopes=["cases", "checks", "measures"], by="operator", at=NOW)[1]
        for each in ("market", "centre", "land")
    }

    def call(path: str, body: Any, by: str = "", expected: int = 200) -> Any:
        headers = {"authorization": f"Bearer {keys[by]}"} if by else {}
        answer = client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)
        assert answer.status_code == expected, answer.content.decode()
        return answer.json()

    def tasks(by: str) -> Any:
        return client.get("/api/v1/measures/tasks", headers={"authorization": f"Bearer {keys[by]}"}).json()

    def check() -> Any:
        return call("/checks", {"code": code(1), "matter": "land"}, "centre")

    asked = {"list": SERIOUS, "record": ground, "code": code(1), "reasons": "许可证被吊销"}
    with time_machine.travel(later(hours=1), tick=True):
        call("/cases/listings", asked, "centre", 403)
        made = call("/cases/listings", asked, "market")
        step = f"/cases/{made['number']}/steps"
        call(step, {"to": "noticed", "reasons": "见告知书", "served": "EMS1"}, "market")
    with time_machine.travel(day(1), tick=True):
        call("/rights/answer", {"number": made["number"], "key": made["key"], "to": "replied", "reasons": "请求从轻"})
    with time_machine.travel(day(2), tick=True):
        call(
            step,
            {"to": "decided", "reasons": "申辩不成立：许可证确被吊销", "document": "云川市监严违〔2026〕7号"},
            "market",
        )
        assert check()["outcome"] == "none_applies"
        entry = call(step, {"to": "served", "served": "回证"}, "market")["record"]
        measure = check()["measures"][0]
        assert measure["record"] == entry and measure["state"] == "applies"
        dry_run = call("/measures/dry-runs", {"measure": "land-serious"}, "centre")["dry_run"]
        call("/measures/activations", {"measure": "land-serious", "agency": "land", "dry_run": dry_run}, "centre")
        measures_raise(by="clock", at=timezone.now())
        [task] = tasks("land")
        call(f"/measures/tasks/{task['task']}/answer", {"outcome": "done", "document": "云川自然资〔2026〕1号"}, "land")
        assert [told["state"] for told in tasks("land")] == ["telling"]
        call(f"/measures/tasks/{task['task']}/service", {"proof": "EMS1"}, "market", 404)
        call(f"/measures/tasks/{task['task']}/service", {"proof": "EMS1"}, "land")
        assert tasks("land") == []
    with time_machine.travel(day(3), tick=True):
        objection = {
            "record": entry, "code": code(1), "grounds": "事由写错", "claimant": {"name": "经办人", "reach": "云川市"},
        }  # fmt: skip
        first = call("/rights/objections", objection)
        assert check()["outcome"] == "applies", "an objection counts from its acceptance"
        call(f"/cases/{first['number']}/steps", {"to": "accepted"}, "centre")
        assert check()["outcome"] == "suspended"
    with time_machine.travel(day(4), tick=True):
        corrected = {"to": "corrected", "reasons": "事由写错，列入不变", "changes": {"reason": "食品经营许可证被吊销"}}
        call(f"/cases/{first['number']}/steps", {**corrected, "changes": {}}, "market", 422)
        mended = call(f"/cases/{first['number']}/steps", corrected, "market")
        assert mended["record"] != entry and mended["reissued"] >= 1
        assert [(m["record"], m["state"]) for m in check()["measures"]] == [(mended["record"], "applies")]
        assert tasks("land") == [], "what was right is not made good because its words were mended"
        measures_raise(by="clock", at=timezone.now())
        assert tasks("land") == [], "and neither lifted nor asked for anew"
    with time_machine.travel(day(5), tick=True):
        receipt = call("/rights/objections", {**objection, "record": mended["record"], "grounds": "许可证未被吊销"})
        call(f"/cases/{receipt['number']}/steps", {"to": "accepted"}, "centre")
        assert check()["outcome"] == "suspended"
    with time_machine.travel(day(6), tick=True):
        done = call(
            f"/cases/{receipt['number']}/steps", {"to": "record-withdrawn", "reasons": "吊销决定已撤销"}, "market"
        )
        assert done["reissued"] >= 2, "whoever was told of the measure is told that it was wrong"
        assert check()["outcome"] == "none_applies"
        owed = {task["kind"]: task for task in tasks("land")}
        assert sorted(owed) == ["lift", "remedy"] and tasks("market") == [], "what fell is asked of nobody"
        assert owed["remedy"]["record"] == entry, "what was carried out before the correction is wrong with it"
        remedy = owed["remedy"]["task"]
        answer = {"outcome": "done", "reason": "已恢复投标资格并致函说明"}
        call(f"/measures/tasks/{remedy}/answer", answer, "market", 404)
        call(f"/measures/tasks/{remedy}/answer", {"outcome": "done"}, "land", 422)
        call(f"/measures/tasks/{remedy}/answer", answer, "land")
        told = call("/rights/follow", {"number": receipt["number"], "key": receipt["key"]})["measures"]
        assert [(t["kind"], t["agency"], t["state"]) for t in told] == [
            ("carry-out", "云川市自然资源局", "done"), ("lift", "云川市自然资源局", "open"), ("remedy", "云川市自然资源局", "done"),
        ]  # fmt: skip
        page = client.post("/case", {"number": receipt["number"], "key": receipt["key"]}).content.decode()
        for words in ("因这条记录采取的措施", "补救", "已恢复投标资格并致函说明", "云川市自然资源局"):
            assert words in page, words
    assert Reissue.objects.filter(actor="centre").count() == mended["reissued"] + done["reissued"]
    assert Case.objects.count() == 3 and counted()["records_record"] == 3


@pytest.mark.parametrize("fallen", ["withdrawn", "disputed", "repaired"])
def test_an_entry_whose_ground_fell_while_it_was_under_way_goes_no_further(ground: int, fallen: str) -> None:
    made = proposed(ground)
    stepped(made.number, "noticed", at=later(hours=2), words=Words(reasons="见告知书", served="邮寄签收 EMS1"))
    words: dict[str, Any] = {"record": ground, "by": "market", "at": day(1)}
    if fallen == "withdrawn":
        record_withdraw(**words, reason="决定已撤销")
    elif fallen == "repaired":
        record_repair(**words, on=day(1).date(), decision="准予修复")
    else:
        record_dispute(**words, grounds="法院裁定停止执行")
    with pytest.raises(rules.GroundUnfit):
        stepped(made.number, "decided", at=day(6))
    assert stepped(made.number, "dropped", at=day(6), words=Words(reasons="依据已不成立")).final
