"""Answering back, from the firm's first word to the last effect: objections and repairs through services and through HTTP."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.utils import timezone

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.cases.models import Case
from chengxin.cases.rules import StepLacks, StepUnknown
from chengxin.cases.selectors import CaseUnknown, case_accessible, tasks_of
from chengxin.cases.services.running import PaperIn, PaperNotTaken, Words
from chengxin.checks.models import Reissue
from chengxin.checks.services.asking import check_perform
from chengxin.kernel.days import CHINA_TIME, working_day_add
from chengxin.ledger.models import Entry
from chengxin.lists.selectors import subject_file
from chengxin.records.models import LINES_PER_BATCH, Record
from chengxin.records.selectors.filed import statements_of
from chengxin.records.services.events import record_withdraw
from chengxin.rights import rules, services
from chengxin.rights.services import Claimant, Receipt
from tests.world import NOW, OPERATOR, TODAY, code, everything, later, listing, penalty, sent

pytestmark = pytest.mark.django_db

MARKET = Asker("market", "department")
CENTRE = Asker("centre", "credit-centre")
SUPERVISOR = Asker("reform", "supervisor")
SOMEBODY = Claimant("甲一号的经办人", "云川市琥珀路1号")
WHY = Words(reasons="经核对决定书，所述有误")


@pytest.fixture
def people() -> None:
    """A department that sends penalties, the credit centre and the supervising department."""
    for asker in (MARKET, CENTRE, SUPERVISOR):
        actor_add(key=asker.key, kind=asker.kind, title=asker.key, by="operator", at=NOW)


def filed(folder: Path, n: int = 1, *, jurisdiction: str = "cn", **changes: str) -> int:
    """A penalty that the department sent in; its record."""
    done = sent(folder, penalty(n, **changes), by="market", jurisdiction=jurisdiction)
    assert done.batch is not None
    return done.batch * LINES_PER_BATCH + 2


def objected(record: int, n: int = 1, *, at: datetime | None = None, **more: Any) -> Receipt:
    return services.objection_file(
        record=record, number=code(n), claimant=SOMEBODY, grounds="处罚的不是本公司", at=at or later(hours=1), **more
    )


def decided(
    receipt: Receipt, to: str, asker: Asker, *, at: datetime | None = None, words: Words = WHY, **more: Any
) -> Any:
    return services.case_decide(number=receipt.number, asker=asker, to=to, words=words, at=at or later(hours=2), **more)


def state_of(record: int, at: datetime, *, n: int = 1, on: date = TODAY) -> tuple[str, bool]:
    """What counts and what is shown of the record: its effect, and whether the public sees it."""
    found = next(r for r in subject_file(code(n), on=on, known_at=at).records if r.record.pk == record)
    return found.effect.value, found.shown


def applies(at: datetime, *, n: int = 1, on: date = TODAY, jurisdiction: str = "cn") -> str:
    answer = check_perform(
        asker=OPERATOR, matter="supervision-frequency", number=code(n), on=on, at=at, jurisdiction=jurisdiction
    )
    return str(answer.outcome)


def days(n: int, start: datetime = NOW) -> datetime:
    """Ten in the morning of the n-th working day after."""
    return datetime.combine(working_day_add(start.astimezone(CHINA_TIME).date(), n), NOW.timetz())


# ---- objection


def test_an_objection_suspends_from_acceptance_and_a_correction_takes_its_place(tmp_path: Path, people: None) -> None:
    record = filed(tmp_path)
    assert applies(later(minutes=5)) == "applies"
    receipt = objected(record, papers=[PaperIn("决定书", "application/pdf", b"%PDF-1.7 ...")])
    assert (receipt.state, receipt.suspended, receipt.on) == ("received", False, TODAY)
    assert {c.by for c in receipt.next} == {"credit-centre", "subject"} and all(c.article for c in receipt.next)
    assert state_of(record, later(hours=1)) == ("counts", True)

    done = decided(receipt, "accepted", CENTRE)
    assert done.suspended and done.last_day == working_day_add(TODAY, 20)
    assert state_of(record, later(hours=2)) == ("suspended", True)
    assert applies(later(hours=2)) == "suspended"

    with pytest.raises(rules.CorrectionMissing):
        decided(receipt, "corrected", MARKET, at=later(hours=3))
    assert state_of(record, later(hours=3)) == ("suspended", True), "what is refused changes nothing"
    done = decided(
        receipt, "corrected", MARKET, at=later(hours=4), changes={"fine": "200", "content": "罚款金额200元。"}
    )
    assert done.final and done.record not in (None, record)
    new = Record.objects.get(pk=done.record)
    assert new.body["fine"] == "200" and new.document == Record.objects.get(pk=record).document
    assert (new.batch.actor, new.batch.channel, new.late_days) == (
        "market",
        "correction",
        Record.objects.get(pk=record).late_days,
    )
    assert state_of(record, later(hours=4)) == ("none", False)
    assert state_of(new.pk, later(hours=4)) == ("counts", True)
    # Who had been answered on the strength of the wrong record is answered anew, with the right one.
    assert done.reissued == Reissue.objects.count() > 0


def test_a_record_found_wrong_altogether_is_taken_out_and_its_answers_recalled(tmp_path: Path, people: None) -> None:
    record = filed(tmp_path)
    assert applies(later(minutes=5)) == "applies"
    receipt = objected(record)
    decided(receipt, "accepted", CENTRE)
    done = decided(receipt, "record-withdrawn", MARKET, at=later(hours=4))
    assert done.reissued == 1 and state_of(record, later(hours=5)) == ("none", False)
    assert Reissue.objects.get().now["outcome"] == "none_applies"


def test_what_nobody_verifies_in_time_is_used_no_more(tmp_path: Path, people: None) -> None:
    record = filed(tmp_path)
    receipt = objected(record)
    assert services.cases_lapse(by="clock", at=later(hours=3)) == [], "the day is not yet over"
    tomorrow = days(1)
    assert [d.state for d in services.cases_lapse(by="clock", at=tomorrow)] == ["accepted"], "silence accepts"
    assert state_of(record, tomorrow) == ("suspended", True)
    last = days(20)
    assert services.cases_lapse(by="clock", at=last) == []
    over = last + timedelta(days=1)
    assert [d.state for d in services.cases_lapse(by="clock", at=over)] == ["unverified"]
    assert state_of(record, over, on=over.date()) == ("none", False)
    with pytest.raises(StepUnknown):
        decided(receipt, "upheld", MARKET, at=over)


def test_a_late_step_finds_what_the_clock_has_done_meanwhile(tmp_path: Path, people: None) -> None:
    record = filed(tmp_path)
    receipt = objected(record)
    over = days(21)
    with pytest.raises(StepUnknown):
        decided(receipt, "upheld", MARKET, at=over)
    # What was refused rolled the clock's own steps back with it; they are taken when the clock is asked.
    assert len(services.cases_lapse(by="clock", at=over)) == 1
    assert state_of(record, over, on=over.date())[0] == "none"


def test_an_objection_taken_back_lets_the_record_count_again(tmp_path: Path, people: None) -> None:
    record = filed(tmp_path)
    receipt = objected(record)
    decided(receipt, "accepted", CENTRE)
    with pytest.raises(CaseUnknown):
        services.case_answer(number=receipt.number, key="not it", to="withdrawn", at=later(hours=3))
    done = services.case_answer(number=receipt.number, key=receipt.key, to="withdrawn", at=later(hours=3))
    assert done.final and state_of(record, later(hours=3)) == ("counts", True)
    assert objected(record, at=later(hours=4)).number != receipt.number


def test_shandong_suspends_on_receipt_and_shanghai_on_acceptance(tmp_path: Path, people: None) -> None:
    for n, (place, effect) in enumerate((("cn-37", "suspended"), ("cn-31", "counts")), 1):
        record = filed(tmp_path, n, jurisdiction=place)
        receipt = objected(record, n)
        assert receipt.suspended == (effect == "suspended")
        assert state_of(record, later(hours=1), n=n)[0] == effect


def test_zhejiang_extends_with_approval_and_reviews_what_was_upheld(tmp_path: Path, people: None) -> None:
    record = filed(tmp_path, jurisdiction="cn-33")
    receipt = objected(record)
    decided(receipt, "accepted", CENTRE)
    with pytest.raises(StepLacks):
        decided(receipt, "extended", SUPERVISOR, words=Words())
    extended = decided(receipt, "extended", SUPERVISOR, words=Words(approved_by="省发展改革部门负责人"))
    assert extended.last_day == working_day_add(TODAY, 20)
    assert decided(receipt, "upheld", CENTRE, at=later(hours=3)).final
    assert state_of(record, later(hours=3)) == ("counts", True)
    review = services.case_answer(number=receipt.number, key=receipt.key, to="review", at=later(hours=4))
    assert review.suspended and state_of(record, later(hours=4))[0] == "suspended"
    assert decided(receipt, "review-upheld", SUPERVISOR, at=later(hours=5)).final
    assert state_of(record, later(hours=5)) == ("counts", True)


def test_only_who_plays_the_part_may_take_the_step(tmp_path: Path, people: None) -> None:
    record = filed(tmp_path)
    receipt = objected(record)
    for asker, refusal in (
        (MARKET, StepUnknown),
        (SUPERVISOR, StepUnknown),
        (Asker("roads", "department"), CaseUnknown),
        (Asker("public", "public"), CaseUnknown),
    ):
        with pytest.raises(refusal):
            decided(receipt, "accepted", asker)
    decided(receipt, "accepted", CENTRE)
    with pytest.raises(StepUnknown):
        decided(receipt, "upheld", CENTRE)
    with pytest.raises(StepLacks, match="reasons"):
        decided(receipt, "upheld", MARKET, words=Words())


def test_what_may_not_be_objected_to_is_refused_with_the_reason(tmp_path: Path, people: None) -> None:
    record, other = filed(tmp_path, 1), filed(tmp_path, 2)
    for number, asked in ((code(2), record), (code(9), record), (code(1), record + 77)):
        with pytest.raises(rules.RecordNotTheirs):
            services.objection_file(record=asked, number=number, claimant=SOMEBODY, grounds="x", at=later(hours=1))
    for words in ("", "  ", "字" * (rules.MOST_WORDS + 1)):
        with pytest.raises(rules.WordsWrong):
            services.objection_file(record=record, number=code(1), claimant=SOMEBODY, grounds=words, at=later(hours=1))
    with pytest.raises(PaperNotTaken):
        objected(record, papers=[PaperIn("a.exe", "application/x-msdownload", b"MZ")])
    assert not Case.objects.exists(), "what is refused leaves nothing behind"
    objected(record)
    with pytest.raises(rules.CaseOpen):
        objected(record, at=later(hours=2))
    record_withdraw(record=other, by="market", at=later(hours=1), reason="错报")
    with pytest.raises(rules.RecordGone):
        objected(other, 2, at=later(hours=2))


def test_a_withdrawal_meanwhile_leaves_the_objection_nothing_to_suspend(tmp_path: Path, people: None) -> None:
    record = filed(tmp_path)
    receipt = objected(record)
    record_withdraw(record=record, by="market", at=later(hours=1, minutes=30), reason="错报")
    assert decided(receipt, "accepted", CENTRE).suspended
    assert decided(receipt, "record-withdrawn", MARKET, at=later(hours=3)).final
    assert state_of(record, later(hours=3)) == ("none", False)


def test_what_the_claimant_says_and_hands_in_is_kept_sealed(tmp_path: Path, people: None) -> None:
    objected(filed(tmp_path), papers=[PaperIn("说明", "text/plain", "住在鹭洲街七号".encode())])
    kept = everything()
    for words in (SOMEBODY.name, SOMEBODY.reach, "处罚的不是本公司", "鹭洲街七号"):
        assert words not in kept


def test_tasks_stand_in_the_order_of_their_days(tmp_path: Path, people: None) -> None:
    first, second = objected(filed(tmp_path, 1), 1), objected(filed(tmp_path, 2, jurisdiction="cn-31"), 2)
    decided(first, "accepted", CENTRE)
    decided(second, "accepted", CENTRE)
    third = objected(filed(tmp_path, 3), 3)
    # Shanghai's centre decides what lies with it; by the national rule who decided the penalty does.
    assert [(t.case.number, t.choices) for t in tasks_of(MARKET)] == [
        (first.number, ["corrected", "record-withdrawn", "upheld"])
    ]
    assert [t.case.number for t in tasks_of(CENTRE)] == [third.number, second.number]
    assert [t.last_day for t in tasks_of(CENTRE)] == [TODAY, working_day_add(TODAY, 2)]
    assert list(tasks_of(Asker("roads", "department"))) == []
    assert case_accessible(MARKET, first.number).about.startswith("record:")


def test_nobody_speaks_beside_a_record_before_it_is_seen_who_they_are(tmp_path: Path, people: None) -> None:
    """Neither by filing, nor by taking back, nor because everybody else was silent: a stranger could do all of these."""
    words = {"words": "本公司的说明"}
    taken_back, silent = objected(filed(tmp_path, 1), 1), objected(filed(tmp_path, 2), 2)
    services.case_answer(number=taken_back.number, key=taken_back.key, to="withdrawn", at=later(hours=2))
    services.cases_lapse(by="clock", at=days(1))
    for receipt in (taken_back, silent):
        with pytest.raises(rules.NotYetAccepted):
            services.statement_answer(number=receipt.number, key=receipt.key, at=days(2), **words)
    seen = objected(filed(tmp_path, 3), 3)
    decided(seen, "accepted", CENTRE)
    assert (
        services.statement_answer(number=seen.number, key=seen.key, at=later(hours=3), **words).words == words["words"]
    )


def test_a_case_sees_events_that_another_clock_wrote_a_moment_ahead(tmp_path: Path, people: None) -> None:
    record = filed(tmp_path)
    receipt = objected(record)
    decided(receipt, "accepted", CENTRE, at=later(hours=5))
    decided(receipt, "upheld", MARKET, at=later(hours=4))
    assert state_of(record, later(hours=6)) == ("counts", True)


# ---- repair


def repair(record: int, n: int = 1, *, at: datetime, performed: bool = True, promised: bool = True) -> Receipt:
    return services.repair_request(
        record=record,
        number=code(n),
        claimant=SOMEBODY,
        grounds="已缴清罚款并改正",
        performed=performed,
        promised=promised,
        at=at,
    )


def test_a_repair_waits_for_the_shortest_term_and_for_what_was_owed(tmp_path: Path, people: None) -> None:
    record = filed(tmp_path, decided_on="2026-10-12")
    with pytest.raises(rules.RepairTooEarly) as early:
        repair(record, at=later(hours=1))
    assert "2027年1月12日" in early.value.message_zh
    ready = datetime(2027, 1, 12, 10, tzinfo=CHINA_TIME)
    with pytest.raises(rules.PromiseMissing, match="promise"):
        repair(record, at=ready, promised=False)
    assert repair(record, at=ready).state == "asked"


def test_a_repair_granted_ends_showing_use_and_measures_at_once(tmp_path: Path, people: None) -> None:
    record = filed(tmp_path, decided_on="2026-07-01")
    assert applies(later(minutes=5)) == "applies"
    receipt = repair(record, at=later(hours=1))
    with pytest.raises(StepLacks, match="document"):
        decided(receipt, "granted", MARKET, words=Words())
    done = decided(receipt, "granted", MARKET, words=Words(document="云川市监修复〔2026〕1号"))
    assert (done.state, done.final) == ("applied", True), "the register carries out itself what was decided"
    assert state_of(record, later(hours=2)) == ("none", False)
    assert applies(later(hours=2)) == "none_applies"
    # Before the repair it did count: what was answered then was right, and is not given anew.
    assert done.reissued == 0 and state_of(record, later(hours=1)) == ("counts", True)
    undone = decided(
        receipt, "undone", MARKET, at=later(hours=5), words=Words(reasons="材料不实", document="云川市监撤〔2026〕1号")
    )
    assert undone.final and state_of(record, later(hours=5)) == ("counts", True)


def test_a_repair_that_nobody_decides_is_put_before_the_supervisor_and_suspends(tmp_path: Path, people: None) -> None:
    record = filed(tmp_path, decided_on="2026-07-01")
    receipt = repair(record, at=later(hours=1))
    over = days(4)
    assert [d.state for d in services.cases_lapse(by="clock", at=over)] == ["escalated"]
    assert state_of(record, over)[0] == "suspended"
    done = decided(receipt, "refused", SUPERVISOR, at=over + timedelta(hours=1))
    assert done.final and state_of(record, over + timedelta(hours=1)) == ("counts", True)


def test_a_record_that_is_not_adverse_has_nothing_to_repair(tmp_path: Path, people: None) -> None:
    done = sent(tmp_path, listing(1, removed_on=""), source="serious-dishonesty", by="market")
    assert done.batch
    favourable = Record.objects.get()
    services.statement_make(
        record=favourable.pk, number=code(1), words="本公司已补报年度报告。", by="public", at=later(hours=1)
    )
    assert statements_of([favourable.pk], known_at=later(hours=1)) == {favourable.pk: "本公司已补报年度报告。"}
    services.statement_make(record=favourable.pk, number=code(1), words="", by="public", at=later(hours=2))
    assert statements_of([favourable.pk], known_at=later(hours=2)) == {}
    assert statements_of([favourable.pk], known_at=later(hours=1)) != {}, "what was said then can be told"


# ---- through HTTP


Call = Callable[..., Any]


@pytest.fixture
def call(client: Browser, people: None) -> Call:
    keys = {
        asker.key: client_add(
            actor=asker.key, title="程序", scopes=["cases", "checks"], by="operator", at=timezone.now()
        )[1]
        for asker in (MARKET, CENTRE, SUPERVISOR)
    }

    def answer(path: str, body: Any = None, *, by: str = "") -> Any:
        headers = {"authorization": f"Bearer {keys[by]}"} if by else {}
        if body is None:
            return client.get(f"/api/v1{path}", headers=headers)
        return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)

    return answer


def test_an_objections_whole_life_through_http(tmp_path: Path, call: Call) -> None:
    record = filed(tmp_path)
    with time_machine.travel(later(hours=1), tick=True):
        asked = {
            "record": record, "code": code(1), "grounds": "处罚的不是本公司",
            "claimant": {"name": "经办人", "reach": "云川市琥珀路1号"},
            "papers": [{"title": "证明", "media_type": "text/plain", "content": "5piO"}],
        }  # fmt: skip
        receipt = call("/rights/objections", asked)
        assert receipt.status_code == 200, receipt.content
        number, key = receipt.json()["number"], receipt.json()["key"]
        assert call("/rights/objections", asked).status_code == 409
        assert call("/rights/objections", {**asked, "code": code(2)}).status_code == 404
        assert call("/rights/follow", {"number": number, "key": "wrong"}).status_code == 404
        shown = call("/rights/follow", {"number": number, "key": key}).json()
        assert shown["state"] == "received" and [c["by"] for c in shown["choices"]] == ["subject"]
        assert call("/cases").status_code == 401
        [task] = call("/cases", by="centre").json()
        assert task["number"] == number and task["last_day"] and task["papers"][0]["title"] == "证明"
        assert call(f"/cases/{number}", by="centre").json()["claimant"]["name"] == "经办人"
        assert call(f"/cases/{number}/steps", {"to": "accepted"}, by="market").status_code == 409
        assert call(f"/cases/{number}/steps", {"to": "accepted"}, by="centre").json()["suspended"] is True
        checked = call("/checks", {"code": code(1), "matter": "supervision-frequency"}, by="centre").json()
        assert checked["outcome"] == "suspended"
        lacking = call(f"/cases/{number}/steps", {"to": "upheld"}, by="market")
        assert lacking.status_code == 422 and "理由" in lacking.json()["detail"]
        done = call(f"/cases/{number}/steps", {"to": "record-withdrawn", "reasons": "错报"}, by="market").json()
        assert done["final"] and done["suspended"] is False
        assert call("/rights/follow", {"number": number, "key": key}).json()["steps"][-1]["reasons"] == "错报"
    assert Entry.objects.filter(event="rights.case.read").count() >= 3
