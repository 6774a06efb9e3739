"""A decision under reconsideration or lawsuit: marked wherever its record is, stayed where somebody stayed it, and what is decided carried out."""

import base64
import json
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.cases.rules import StepLacks, StepUnknown
from chengxin.cases.services.running import PaperIn, Words
from chengxin.checks.services.asking import check_perform
from chengxin.lists.selectors import subject_file
from chengxin.lists.services.measures import measure_activate, measure_dry_run, measures_raise
from chengxin.records.models import LINES_PER_BATCH
from chengxin.records.services.events import record_end, record_repair
from chengxin.rights import rules, services
from chengxin.rights.services import Claimant, Receipt
from tests.world import NOW, OPERATOR, TODAY, code, later, penalty, sent

pytestmark = pytest.mark.django_db

MARKET, CENTRE, ROADS = Asker("market", "department"), Asker("centre", "credit-centre"), Asker("roads", "department")
SOMEBODY = Claimant("经办人", "云川市琥珀路1号")
PAPER = PaperIn("受理通知书", "application/pdf", b"%PDF-1.7 ...")
WHY = Words(reasons="复议决定", document="云川府复决〔2026〕9号")
COURT: dict[str, Any] = {"forum": "lawsuit", "document": "（2026）云0102行初3号", "since": TODAY}


@pytest.fixture
def record(tmp_path: Path) -> int:
    """A penalty that the department sent in."""
    for asker in (MARKET, CENTRE, ROADS):
        actor_add(key=asker.key, kind=asker.kind, title=asker.key, by="operator", at=NOW)
    return (sent(tmp_path, penalty(1), by="market").batch or 0) * LINES_PER_BATCH + 2


def contested(record: int, *, at: datetime | None = None, **more: Any) -> Receipt:
    words: dict[str, Any] = {
        "forum": "reconsideration",
        "document": "云川府复〔2026〕9号",
        "since": TODAY,
        "papers": [PAPER],
    } | more
    return services.contest_file(
        record=record, number=code(1), claimant=SOMEBODY, grounds="不服处罚", at=at or later(hours=1), **words
    )


def stepped(number: str, to: str, asker: Asker, hours: float, *, words: Words = WHY, **more: Any) -> Any:
    return services.case_decide(number=number, asker=asker, to=to, words=words, at=later(hours=hours), **more)


def stands(record: int, at: datetime) -> tuple[str, bool]:
    """Its effect, and whether it is marked."""
    found = next(r for r in subject_file(code(1), on=at.date(), known_at=at).records if r.record.pk == record)
    return found.effect.value, found.contest is not None


def checked(at: datetime) -> tuple[str, bool | None]:
    """What a check says, and whether it says that the record is contested."""
    answer = check_perform(asker=OPERATOR, matter="supervision-frequency", number=code(1), on=at.date(), at=at)
    measures = answer.as_dict()["measures"]
    return str(answer.outcome), measures[0]["contested"] if measures else None


def test_a_mark_stays_nothing_and_an_order_does(record: int) -> None:
    receipt = contested(record)
    assert stands(record, later(hours=1)) == ("counts", False), (
        "anybody may file; nothing is marked before somebody has looked"
    )
    stepped(receipt.number, "marked", CENTRE, 2)
    assert stands(record, later(hours=2)) == ("counts", True) and checked(later(hours=2)) == ("applies", True)
    with pytest.raises(StepLacks, match="document"):
        stepped(receipt.number, "stayed", CENTRE, 3, words=Words(reasons="复议机关决定停止执行"))
    assert stepped(receipt.number, "stayed", CENTRE, 3).suspended
    assert stands(record, later(hours=3)) == ("suspended", True) and checked(later(hours=3)) == ("suspended", True)
    stepped(receipt.number, "marked", MARKET, 4)
    assert stands(record, later(hours=4)) == ("counts", True)
    assert stepped(receipt.number, "kept", MARKET, 5).final
    assert stands(record, later(hours=5)) == ("counts", False) and checked(later(hours=5)) == ("applies", False)
    assert contested(record, at=later(hours=6), **COURT).number != receipt.number, "whoever is not content may sue"


@pytest.mark.parametrize(
    ("to", "effect"), [("changed", "none"), ("revoked", "none"), ("kept", "counts"), ("ended", "counts")]
)
def test_what_is_decided_ends_the_mark_and_is_carried_out_at_once(record: int, to: str, effect: str) -> None:
    assert checked(later(minutes=30))[0] == "applies"
    receipt = contested(record)
    stepped(receipt.number, "marked", CENTRE, 2)
    stepped(receipt.number, "stayed", CENTRE, 3)
    changes = {"fine": "200", "content": "罚款金额200元。"} if to == "changed" else None
    if changes:
        with pytest.raises(rules.CorrectionMissing):
            stepped(receipt.number, to, CENTRE, 4)
        assert stands(record, later(hours=4)) == ("suspended", True)
    done = stepped(receipt.number, to, CENTRE, 4, changes=changes)
    assert done.final and stands(record, later(hours=4)) == (effect, False)
    assert (done.reissued, done.record is not None) == (1 if effect == "none" else 0, to == "changed")


def test_no_outcome_in_time_is_not_to_the_subject_s_cost(record: int) -> None:
    receipt = contested(record)
    stepped(receipt.number, "marked", CENTRE, 2)
    extended = stepped(receipt.number, "marked", MARKET, 24 * 50, words=Words(document="云川府复延〔2027〕1号"))
    assert extended.last_day == date(2027, 3, 12), "sixty days again, from the extension"
    over = datetime.combine(extended.last_day + timedelta(days=1), NOW.timetz())
    assert [d.state for d in services.cases_lapse(by="clock", at=over)] == ["overdue"]
    assert stands(record, over) == ("suspended", True)
    assert services.case_decide(
        number=receipt.number, asker=MARKET, to="kept", words=WHY, at=over + timedelta(hours=1)
    ).final
    assert stands(record, over + timedelta(hours=1)) == ("counts", False)


def test_what_cannot_be_marked_is_refused_with_the_reason(record: int) -> None:
    wrongs: list[dict[str, Any]] = [
        {"forum": "petition"},
        {"document": " "},
        {"since": TODAY + timedelta(days=1)},
        {"papers": []},
    ]
    for wrong in wrongs:
        with pytest.raises(rules.ContestUnfit):
            contested(record, **wrong)
    with pytest.raises(rules.RecordNotTheirs):
        services.contest_file(
            record=record, number=code(2), claimant=SOMEBODY, grounds="x", papers=[PAPER], at=later(hours=1), **COURT
        )
    contested(record)
    with pytest.raises(rules.CaseOpen):
        contested(record, **COURT)  # the one excludes the other while it lasts


def test_whoever_decided_or_runs_the_register_marks_it_at_once_and_nobody_else(record: int) -> None:
    words: dict[str, Any] = {"record": record, "number": code(1), "grounds": "法院通知", "at": later(hours=1)} | COURT
    with pytest.raises(rules.ContestNotYours):
        services.contest_enter(asker=ROADS, **words)
    assert services.contest_enter(asker=MARKET, **words).state == "marked"
    assert stands(record, later(hours=1)) == ("counts", True)


def test_an_objection_can_be_left_to_the_court(record: int) -> None:
    objection = services.objection_file(
        record=record, number=code(1), claimant=SOMEBODY, grounds="有误", at=later(hours=1)
    )
    services.case_decide(number=objection.number, asker=CENTRE, to="accepted", words=Words(), at=later(hours=2))
    key: dict[str, Any] = {"number": objection.number, "key": objection.key, "to": "moved"}
    with pytest.raises(rules.NothingPending):
        services.case_answer(**key, at=later(hours=3))
    receipt = contested(record, at=later(hours=3), **COURT)
    with pytest.raises(rules.NothingPending):
        services.case_answer(**key, at=later(hours=4))
    stepped(receipt.number, "marked", CENTRE, 5)
    assert stands(record, later(hours=5)) == ("suspended", True), (
        "the objection suspends as long as its subject keeps it"
    )
    with pytest.raises(StepUnknown):
        stepped(objection.number, "moved", MARKET, 6)
    assert services.case_answer(**key, at=later(hours=6)).state == "moved"
    assert stands(record, later(hours=6)) == ("counts", True)


def test_a_lawsuit_s_whole_life_through_http(record: int, client: Browser) -> None:
    keys = {
        each: client_add(actor=each, title="程序", scopes=["cases", "measures", "checks"], by="operator", at=NOW)[1]
        for each in ("market", "centre", "roads")
    }

    def call(path: str, body: Any = None, by: str = "", expected: int = 200) -> Any:
        headers = {"authorization": f"Bearer {keys[by]}"} if by else {}
        if body is None:
            answer = client.get(f"/api/v1{path}", headers=headers)
        else:
            answer = client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)
        assert answer.status_code == expected, answer.content.decode()
        return answer.json()

    page = f"/enterprise/{code(1)}"
    with time_machine.travel(later(hours=1), tick=True):
        dry_run = measure_dry_run(measure="food-inspections-raised", asker=CENTRE, at=later(hours=1)).dry_run
        measure_activate(
            measure="food-inspections-raised", agency="roads", dry_run=dry_run, asker=CENTRE, at=later(hours=1)
        )
        measures_raise(by="clock", at=later(hours=1))
        [task] = call("/measures/tasks", by="roads")
        call(f"/measures/tasks/{task['task']}/answer", {"outcome": "done"}, "roads")
        call(f"/measures/tasks/{task['task']}/service", {"proof": "EMS1"}, "roads")
        paper = {
            "title": "立案通知书",
            "media_type": "application/pdf",
            "content": base64.b64encode(b"%PDF-1.7").decode(),
        }
        asked = {
            "record": record, "code": code(1), "grounds": "不服处罚", "claimant": {"name": "经办人", "reach": "云川市"},
            "forum": "lawsuit", "document": COURT["document"], "since": str(TODAY),
        }  # fmt: skip
        call("/rights/contests", asked, expected=422)
        receipt = call("/rights/contests", asked | {"papers": [paper]})
        entered = {k: asked[k] for k in ("record", "code", "grounds", "forum", "document", "since")}
        call("/cases/contests", entered, "market", 409)
        assert "正在复议或者诉讼" not in client.get(page).content.decode()
        step = f"/cases/{receipt['number']}/steps"
        call(step, {"to": "marked"}, "roads", 404)
        call(step, {"to": "marked"}, "centre")
        shown = client.get(page).content.decode()
        assert "正在复议或者诉讼" in shown and "Administrative lawsuit" in shown and COURT["document"] not in shown
    with time_machine.travel(later(hours=2), tick=True):
        call(step, {"to": "stayed", "reasons": "法院裁定停止执行", "document": "（2026）云0102行初3号之一"}, "centre")
        answer = call("/checks", {"code": code(1), "matter": "supervision-frequency"}, "market")
        assert answer["outcome"] == "suspended" and all(m["contested"] for m in answer["measures"])
    with time_machine.travel(later(hours=3), tick=True):
        done = call(
            step, {"to": "revoked", "reasons": "判决撤销处罚决定", "document": "（2026）云0102行初3号"}, "market"
        )
        assert done["final"] and done["reissued"] >= 1
        assert sorted(t["kind"] for t in call("/measures/tasks", by="roads")) == ["lift", "remedy"]
        told = call("/rights/follow", {"number": receipt["number"], "key": receipt["key"]})
        assert told["state"] == "revoked" and {m["kind"] for m in told["measures"]} == {"carry-out", "lift", "remedy"}
        assert client.get(page).status_code == 404, "nothing is left to show of the firm"


def test_the_page_asks_for_number_day_and_evidence(record: int, client: Browser) -> None:
    with time_machine.travel(later(hours=1), tick=True):
        path = f"/enterprise/{code(1)}/records/{record}/contest"
        assert f'href="{path}"' in client.get(f"/enterprise/{code(1)}").content.decode()
        form = client.get(path).content.decode()
        assert "受理或者立案的日期" in form and 'name="forum"' in form
        typed = {"name": "经办人", "reach": "云川市", "grounds": "不服", "forum": "lawsuit", "document": "3号"}
        assert client.post(path, typed).status_code == 422
        refused = client.post(path, typed | {"since": str(TODAY)})
        assert refused.status_code == 422 and "立案通知书" in refused.content.decode()
        paper = BytesIO(b"%PDF-1.7")
        paper.name = "notice.pdf"
        answer = client.post(path, typed | {"since": str(TODAY), "papers": paper})
        assert answer.status_code == 200 and "查询码" in answer.content.decode()


def test_a_stay_and_its_mark_hold_of_what_an_objection_corrects(record: int) -> None:
    objection = services.objection_file(
        record=record, number=code(1), claimant=SOMEBODY, grounds="有误", at=later(hours=1)
    )
    stepped(objection.number, "accepted", CENTRE, 2, words=Words())
    receipt = contested(record, at=later(hours=3), **COURT)
    stepped(receipt.number, "marked", CENTRE, 4)
    stepped(receipt.number, "stayed", CENTRE, 5)
    right = {"fine": "200", "content": "罚款金额200元。"}
    corrected = stepped(objection.number, "corrected", MARKET, 6, changes=right).record
    assert stands(record, later(hours=6)) == ("none", False)
    assert stands(corrected, later(hours=6)) == ("suspended", True), "the court's stay outlives the correction"
    with pytest.raises(rules.CaseOpen):
        contested(corrected, at=later(hours=7))
    assert stepped(receipt.number, "marked", MARKET, 8).state == "marked"
    assert stands(corrected, later(hours=8)) == ("counts", True)
    assert stepped(receipt.number, "revoked", MARKET, 9).final
    assert stands(corrected, later(hours=9)) == ("none", False) and checked(later(hours=9))[0] == "none_applies"


@pytest.mark.parametrize("held", ["stayed", "repaired", "ended"])
def test_a_row_sent_again_with_another_letter_undoes_nothing(record: int, tmp_path: Path, held: str) -> None:
    words: dict[str, Any] = {"record": record, "by": "market", "at": later(hours=2), "on": TODAY}
    if held == "stayed":
        receipt = contested(record, **COURT)
        stepped(receipt.number, "marked", CENTRE, 2)
        stepped(receipt.number, "stayed", CENTRE, 2.5)
    elif held == "repaired":
        record_repair(**words, decision="准予修复")
    else:
        record_end(**words, reason="移出")
    again = sent(tmp_path, penalty(1, content="罚款金额另行计算。"), by="market", at=later(hours=3))
    new = (again.batch or 0) * LINES_PER_BATCH + 2
    assert stands(record, later(hours=4)) == ("none", False)
    expected = ("suspended", True) if held == "stayed" else ("none", False)
    assert stands(new, later(hours=4)) == expected
    if held == "stayed":
        assert stepped(receipt.number, "kept", MARKET, 5).final
        assert stands(new, later(hours=5)) == ("counts", False)
