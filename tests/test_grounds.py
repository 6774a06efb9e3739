"""An entry on a list has no effect while the record on which it rests is being verified or stayed, and says so."""

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.services.running import PaperIn, Words
from chengxin.checks.services.asking import check_perform, file_check
from chengxin.kernel.days import working_day_add
from chengxin.ledger.models import Entry
from chengxin.lists import rules as lists
from chengxin.lists.models import Task
from chengxin.lists.selectors import file_shown, list_entered, subject_file
from chengxin.lists.services.listing import grounds_backfill, listing_propose
from chengxin.lists.services.measures import measure_activate, measure_dry_run, measures_raise, task_answer
from chengxin.records.models import LINES_PER_BATCH, Event, Ground, Record
from chengxin.records.rules import EventNotAllowed
from chengxin.records.services.correcting import record_correct
from chengxin.records.services.events import ground_lay, record_dispute, record_settle, record_withdraw
from chengxin.rights import services
from chengxin.rights.services import Claimant, Receipt, cases_lapse
from tests.signing import at_desk
from tests.world import NOW, OPERATOR, TODAY, code, later, listing, penalty, sent

pytestmark = pytest.mark.django_db

MARKET, CENTRE, LAND = Asker("market", "department"), Asker("centre", "credit-centre"), Asker("land", "department")
SOMEBODY = Claimant("经办人", "云川市琥珀路1号")
SERIOUS = "serious-dishonesty"
WHY = Words(reasons="经复核，理由成立", document="云川市监严违〔2026〕7号")
REVOKED = penalty(1, kind="吊销食品经营许可证", content="吊销食品经营许可证。")
RIGHT = {"content": "吊销食品经营许可证一张。"}


def day(n: float) -> datetime:
    """Ten in the morning of the n-th working day after the tests' own; a tenth is an hour."""
    return datetime.combine(working_day_add(TODAY, int(n)), NOW.timetz()) + timedelta(hours=round(n % 1 * 10))


def filed(folder: Path, row: dict[str, str], **options: Any) -> int:
    return (sent(folder, row, by="market", **options).batch or 0) * LINES_PER_BATCH + 2


def entered(ground: int, jurisdiction: str = "cn") -> int:
    """An entry that went its whole way: told, decided, served."""
    made = listing_propose(
        list_key=SERIOUS, record=ground, number=code(1), asker=MARKET, reasons="许可证被吊销", at=later(hours=1),
        jurisdiction=jurisdiction,
    )  # fmt: skip
    for to, at in (("noticed", later(hours=2)), ("decided", day(6)), ("served", day(7))):
        words = WHY if to == "decided" else Words(reasons="见告知书", served="邮寄签收 EMS1")
        done = services.case_decide(number=made.number, asker=MARKET, to=to, words=words, at=at)
    assert done.record
    return int(done.record)


@pytest.fixture
def people() -> None:
    for asker in (MARKET, CENTRE, LAND):
        actor_add(key=asker.key, kind=asker.kind, title=asker.key, by="operator", at=NOW)


@pytest.fixture
def ground(tmp_path: Path, people: None) -> int:
    """A serious penalty of the first firm."""
    return filed(tmp_path, REVOKED)


@pytest.fixture
def entry(ground: int) -> int:
    """The entry on the serious list that rests on it."""
    return entered(ground)


def stands(record: int, n: float) -> tuple[str, int | None]:
    """The effect of the record on the n-th working day, and what it rests on where that is doubted."""
    at = day(n)
    found = subject_file(code(1), on=at.date(), known_at=at).records
    [one] = [r for r in found if r.record.pk == record]
    return one.effect.value, one.rests_on


def land(n: float) -> str:
    """What a check says that looks at the entry alone."""
    return str(check_perform(asker=OPERATOR, matter="land", number=code(1), on=day(n).date(), at=day(n)).outcome)


def stepped(receipt: Receipt, to: str, asker: Asker, n: float, **more: Any) -> Any:
    return services.case_decide(number=receipt.number, asker=asker, to=to, words=WHY, at=day(n), **more)


def objected(record: int, n: float) -> Receipt:
    return services.objection_file(record=record, number=code(1), claimant=SOMEBODY, grounds="有误", at=day(n))


def stayed(record: int, n: float) -> Receipt:
    receipt = services.contest_file(
        record=record, number=code(1), claimant=SOMEBODY, grounds="不服处罚", at=day(n), forum="lawsuit",
        document="（2026）云0102行初3号", since=day(1).date(), papers=[PaperIn("立案通知书", "application/pdf", b"%PDF-1.7")],
    )  # fmt: skip
    stepped(receipt, "marked", CENTRE, n)
    stepped(receipt, "stayed", CENTRE, n)
    return receipt


def test_an_entry_has_no_effect_from_the_acceptance_of_an_objection_to_its_ground_until_it_is_confirmed(
    ground: int, entry: int, tmp_path: Path, client: Browser
) -> None:
    receipt = objected(ground, 8)
    assert (stands(entry, 8), land(8)) == (("counts", None), "applies"), "an objection counts from its acceptance"
    stepped(receipt, "accepted", CENTRE, 8.1)
    assert (stands(entry, 9), land(9)) == (("suspended", ground), "suspended")
    assert stands(ground, 9) == ("suspended", None), "the ground's own mark is its own"
    file = file_shown(subject_file(code(1), on=day(9).date(), known_at=day(9)), lawroom.load().on(day(9).date()))
    assert {r["record"]: r["ground_doubted"] for r in file["records"]} == {entry: ground, ground: None}
    assert _exported(tmp_path, 9) == {"suspended"}
    law = lawroom.load().on(day(9).date())
    [row], _ = list_entered(OPERATOR, law, law.lists[SERIOUS], on=day(9).date(), known_at=day(9), most=9)
    assert (row.suspended, row.rests_on) == (True, ground)
    assert stepped(receipt, "upheld", MARKET, 10).final
    assert (stands(entry, 10), land(10)) == (("counts", None), "applies")
    assert _exported(tmp_path, 10) == {"applies"}
    assert (stands(entry, 9), land(9)) == (("suspended", ground), "suspended"), "what was known then is known still"


def _exported(folder: Path, n: float) -> set[str]:
    """The states of the measures that a file of codes answers with."""
    asked, out = folder / "asked.csv", folder / f"answers{int(n)}.csv"
    asked.write_text(f"code\n{code(1)}\n", encoding="utf-8")
    file_check(asker=OPERATOR, matter="land", path=asked, out=out, on=day(n).date(), at=day(n), known_at=day(n))
    with connection.cursor() as cursor:
        cursor.execute("drop table asked, rule, held, found, answer, receipt")
    with out.open(encoding="utf-8", newline="") as lines:
        return {line["state"] for line in csv.DictReader(lines)}


def test_the_page_says_why(ground: int, entry: int) -> None:
    stepped(objected(ground, 8), "accepted", CENTRE, 8.1)
    with time_machine.travel(day(10), tick=True):
        page = Browser().get(f"/enterprise/{code(1)}").content.decode()
        assert f"所依据的记录{ground}正在核实" in page and f"Record {ground}, on which this rests" in page
        assert f"所依据的记录{ground}正在核实" in at_desk("market").get(f"/desk/lists/cn/{SERIOUS}").content.decode()


def test_where_the_place_suspends_on_receipt_the_entry_follows_on_receipt(tmp_path: Path, people: None) -> None:
    ground = filed(tmp_path, REVOKED, jurisdiction="cn-37")
    entry = entered(ground, "cn-37")
    assert objected(ground, 8).suspended and stands(entry, 8) == ("suspended", ground)


def test_a_court_s_stay_of_the_ground_holds_of_the_entry_and_a_mark_alone_does_not(ground: int, entry: int) -> None:
    receipt = stayed(ground, 8)
    assert (stands(entry, 8), land(8)) == (("suspended", ground), "suspended")
    stepped(receipt, "marked", MARKET, 9)
    assert (stands(entry, 9), land(9)) == (("counts", None), "applies")


def test_what_is_corrected_meanwhile_holds_the_entry_as_long_as_anything_holds_it(ground: int, entry: int) -> None:
    lawsuit, objection = stayed(ground, 8), objected(ground, 8)
    stepped(objection, "accepted", CENTRE, 8.1)
    new = stepped(objection, "corrected", MARKET, 10, changes=RIGHT).record
    assert stands(new, 10) == ("suspended", None) and stands(entry, 10)[0] == "suspended"
    stepped(lawsuit, "kept", MARKET, 11)
    assert (stands(new, 11), stands(entry, 11)) == (("counts", None), ("counts", None))
    stepped(objected(new, 12), "accepted", CENTRE, 12)
    assert stands(entry, 12) == ("suspended", new), "it rests on what was corrected"


def test_an_entry_that_is_corrected_itself_rests_where_the_first_did(ground: int, entry: int) -> None:
    receipt = objected(ground, 8)
    stepped(receipt, "accepted", CENTRE, 8)
    new = record_correct(record=entry, changes={"reason": "许可证被吊销"}, by="operator", at=day(9), reason="笔误")
    assert stands(new, 9)[0] == "suspended"
    stepped(receipt, "upheld", MARKET, 10)
    assert stands(new, 10)[0] == "counts"
    record_dispute(record=ground, by="centre", at=day(11), grounds="名称与代码不符")
    assert stands(new, 11) == ("suspended", ground)


def test_what_its_sender_says_of_the_ground_in_a_row_holds_of_the_entry(
    ground: int, entry: int, tmp_path: Path
) -> None:
    doubted = filed(tmp_path, {**REVOKED, "当前状态": "2"}, at=day(8))
    assert stands(entry, 8) == ("suspended", doubted)
    filed(tmp_path, {**REVOKED, "当前状态": "0"}, at=day(9))
    assert stands(entry, 9) == ("counts", None)


def test_a_doubt_goes_through_from_ground_to_ground(ground: int, entry: int, tmp_path: Path) -> None:
    done = sent(tmp_path, listing(1), source="abnormal-operations", by="market", at=day(7))
    below = (done.batch or 0) * LINES_PER_BATCH + 2
    ground_lay(record=ground, ground=below, by="operator", at=day(7))
    record_dispute(record=below, by="centre", at=day(8), grounds="名称与代码不符")
    assert (stands(ground, 8), stands(entry, 8)) == (("suspended", below), ("suspended", ground))
    record_settle(record=below, by="centre", at=day(9), outcome="名称已核实")
    assert (stands(ground, 9), stands(entry, 9)) == (("counts", None), ("counts", None))


def test_an_entry_laid_on_a_doubted_ground_begins_without_effect(ground: int, tmp_path: Path) -> None:
    record_dispute(record=ground, by="centre", at=later(hours=1), grounds="名称与代码不符")
    done = sent(tmp_path, listing(1), source="abnormal-operations", by="market", at=later(hours=2))
    entry = (done.batch or 0) * LINES_PER_BATCH + 2
    ground_lay(record=entry, ground=ground, by="operator", at=later(hours=2))
    assert stands(entry, 1) == ("suspended", ground)


def test_nobody_gives_the_entry_its_effect_back_while_its_ground_is_doubted(ground: int, entry: int) -> None:
    stepped(objected(ground, 8), "accepted", CENTRE, 8)
    with pytest.raises(EventNotAllowed, match="ground"):
        record_settle(record=entry, by="market", at=day(9), outcome="维持")
    own = objected(entry, 9)
    stepped(own, "accepted", CENTRE, 9)
    stepped(own, "upheld", MARKET, 10)
    assert stands(entry, 10) == ("suspended", ground)


def test_no_task_is_raised_or_carried_out_on_an_entry_whose_ground_is_doubted(ground: int, entry: int) -> None:
    dry_run = measure_dry_run(measure="land-serious", asker=CENTRE, at=day(8))
    measure_activate(measure="land-serious", agency="land", dry_run=dry_run.dry_run, asker=CENTRE, at=day(8))
    measures_raise(by="clock", at=day(8))
    [task] = Task.objects.all()
    receipt = objected(ground, 9)
    stepped(receipt, "accepted", CENTRE, 9)
    with pytest.raises(lists.TaskGroundless):
        task_answer(task=task.pk, outcome="done", asker=LAND, at=day(9))
    again = measure_dry_run(measure="land-serious", asker=CENTRE, at=day(9))
    assert (again.counts["subjects"], again.counts["disputed"]) == (0, 1)
    stepped(receipt, "upheld", MARKET, 10)
    task_answer(task=task.pk, outcome="done", asker=LAND, at=day(10))


def test_a_ground_found_wrong_leaves_the_entry_without_effect_at_every_instant(ground: int, entry: int) -> None:
    receipt = objected(ground, 8)
    stepped(receipt, "accepted", CENTRE, 8)
    stepped(receipt, "record-withdrawn", MARKET, 9)
    assert land(9) == "none_applies"
    kinds = list(Event.objects.filter(record=entry).order_by("number").values_list("kind", flat=True))
    assert kinds == ["filed", "disputed", "withdrawn"]
    assert Record.objects.filter(pk=entry).exists()


@pytest.fixture
def unlaid(entry: int) -> int:
    """The entry as it was filed before grounds were written down: nothing says on what it rests but its case."""
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")  # past the guard, as only whoever owns the server can
        cursor.execute("delete from records_ground")
        cursor.execute("set session_replication_role = default")
    return entry


def test_an_entry_made_before_grounds_were_written_down_is_laid_upon_its_own_by_the_next_run(
    ground: int, unlaid: int
) -> None:
    stepped(objected(ground, 8), "accepted", CENTRE, 8)
    assert stands(unlaid, 8) == ("counts", None)
    cases_lapse(by="clock", at=day(9))
    assert stands(unlaid, 9) == ("suspended", ground) and land(9) == "suspended"
    assert stands(unlaid, 8) == ("counts", None), "what was known then is known still"
    assert list(Ground.objects.values_list("record_id", "ground_id")) == [(unlaid, ground)]
    assert Entry.objects.filter(event="records.ground.laid", object=f"record:{unlaid}", actor="clock").count() == 1
    cases_lapse(by="clock", at=day(10))
    assert Ground.objects.count() == 1 and grounds_backfill(by="clock", at=day(10)) == []


def test_it_is_laid_upon_what_took_its_ground_s_place(ground: int, unlaid: int) -> None:
    receipt = objected(ground, 8)
    stepped(receipt, "accepted", CENTRE, 8)
    corrected = stepped(receipt, "corrected", MARKET, 9, changes=RIGHT).record
    assert grounds_backfill(by="clock", at=day(10)) == [unlaid]
    assert list(Ground.objects.values_list("record_id", "ground_id")) == [(unlaid, corrected)]
    assert stands(unlaid, 10) == ("counts", None)
    stepped(objected(corrected, 11), "accepted", CENTRE, 11)
    assert stands(unlaid, 11) == ("suspended", corrected)


def test_what_was_taken_out_is_laid_upon_nothing(ground: int, unlaid: int) -> None:
    record_withdraw(record=unlaid, by="market", at=day(8), reason="决定已撤销")
    assert grounds_backfill(by="clock", at=day(9)) == [] and not Ground.objects.exists()
