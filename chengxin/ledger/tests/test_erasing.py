"""Erasing takes the text and the salt and nothing of the tree; what is past its term goes, and nothing else does."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from chengxin import law as lawroom
from chengxin.kernel.signing import LogKey
from chengxin.ledger.models import Entry, Erased, Leaf
from chengxin.ledger.selectors import (
    EntryNotOpened,
    checkpoint_latest,
    consistency_of,
    entries_dumped,
    entry_opened,
    inclusion_of,
    log_key,
)
from chengxin.ledger.services import (
    EntriesNotErasable,
    ReadersInTheWay,
    ReasonMissing,
    Sequencer,
    entries_erase,
    ledger_rewrite,
    readings_lapse,
    trace,
    trace_receipted,
)
from chengxin.site.testing_live import address_of
from chengxin_verify import cli
from chengxin_verify.entries import Receipt
from chengxin_verify.notes import checkpoint_opened
from chengxin_verify.tree import consistency_holds, inclusion_holds, leaf_hash
from tests.world import NOW

WHY: dict[str, Any] = {"reason": "保存期满", "basis": "《网络安全法》第二十一条", "by": "operator", "at": NOW}
MARK = "SECRETQJ7XKZ"


@pytest.fixture(autouse=True)
def key(tmp_path: Path, settings: Any) -> LogKey:
    settings.CHENGXIN_HOME = tmp_path
    settings.CHENGXIN_LEDGER_ORIGIN = "example.com/test"
    return log_key()


def answered(count: int, *, event: str = "checks.check.answered", at: datetime = NOW, mark: str = "") -> list[Receipt]:
    return [
        trace_receipted(
            event=event, by="finance", at=at, purpose=f"{mark}P{n}", subject=n, about=f"number:{mark}N{n}",
            detail={"case_number": f"{mark}C{n}", "n": n},
        )
        for n in range(count)
    ]  # fmt: skip


def dumped(path: Path) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in entries_dumped(checkpoint_latest().size)))  # type: ignore[union-attr]
    return path


def verified(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> tuple[int, dict[str, Any]]:
    (tmp_path / "checkpoint").write_text(checkpoint_latest().note)  # type: ignore[union-attr]
    words = ["entries", str(dumped(tmp_path / "dump")), "--checkpoint", str(tmp_path / "checkpoint")]
    status = cli.run([*words, "--key", log_key().keys[0].written, "--json"])
    return status, json.loads(capsys.readouterr().out)


def files_with(mark: str) -> list[str]:
    """The files of this database that hold the mark, read by the server itself."""
    with connection.cursor() as cursor:
        cursor.execute("checkpoint")
        cursor.execute(
            "select f from (select 'base/' || oid || '/' as folder from pg_database where datname = current_database()) d,"
            " pg_ls_dir(d.folder) f where position(convert_to(%s, 'UTF8') in pg_read_binary_file(d.folder || f, true)) > 0",
            [mark],
        )
        return [row[0] for row in cursor.fetchall()]


def test_a_thousand_erased_entries_leave_no_plaintext_in_the_data_files_and_every_proof_holds(
    database_apart: str, tmp_path: Path, key: LogKey, capsys: pytest.CaptureFixture[str]
) -> None:
    sequencer = Sequencer(key)
    receipts = answered(500, mark=MARK) + answered(300, mark="KEPT")
    sequencer.entries_place(at=NOW)
    early = checkpoint_latest().size  # type: ignore[union-attr]
    receipts += answered(500, mark=MARK)
    sequencer.entries_place(at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("analyze")  # samples must not keep what was erased
    assert files_with(MARK)
    gone = receipts[:500] + receipts[800:]
    assert entries_erase(entries=[each.entry for each in gone], **WHY).erased == 1000
    ledger_rewrite(by="operator", at=NOW, wait=300)  # other tests' transactions are waited for
    assert files_with(MARK) == [] and files_with("KEPT")
    sequencer.entries_place(at=NOW)
    size = checkpoint_latest().size  # type: ignore[union-attr]
    for receipt in receipts:
        found = inclusion_of(receipt.entry, receipt.commitment)
        signed = checkpoint_opened(found.checkpoint, key.keys)
        assert inclusion_holds(leaf_hash(receipt.commitment), found.index, size, found.proof, signed.root)
    told = consistency_of(early, size)
    old, new = (checkpoint_opened(note, key.keys) for note in (told.first, told.second))
    assert consistency_holds(early, size, told.proof, old.root, new.root)
    status, found_ = verified(capsys, tmp_path)
    assert (status, found_["erased"], found_["opened"]) == (0, 1000, size - 1000)
    with pytest.raises(EntryNotOpened):
        entry_opened(gone[0].entry, gone[0].salt)
    assert json.loads(entry_opened(receipts[600].entry, receipts[600].salt))["object"] == "number:KEPTN100"


@pytest.mark.django_db
def test_an_erasure_is_itself_an_entry_that_says_which_and_why(key: LogKey) -> None:
    receipts = answered(5)
    Sequencer(key).entries_place(at=NOW)
    done = entries_erase(entries=[each.entry for each in (receipts[0], receipts[1], receipts[3])], **WHY)
    (told,) = done.told_by
    first = receipts[0].entry
    assert Entry.objects.get(pk=told).detail == {
        "entries": [[first, first + 1], [first + 3, first + 3]], "reason": "保存期满", "basis": "《网络安全法》第二十一条",
    }  # fmt: skip
    assert set(Erased.objects.values_list("by_entry", flat=True)) == {told} and Leaf.objects.count() == 5


@pytest.mark.django_db
def test_what_cannot_be_erased_is_refused_and_nothing_is(key: LogKey) -> None:
    receipts = answered(2)
    Sequencer(key).entries_place(at=NOW)
    late = answered(1)[0].entry
    told = entries_erase(entries=[receipts[0].entry], **WHY).told_by[0]
    Sequencer(key).entries_place(at=NOW)
    late2 = answered(1)[0].entry
    for wrong in (receipts[0].entry, late2, told, 10**12):
        with pytest.raises(EntriesNotErasable, match=str(wrong)):
            entries_erase(entries=[receipts[1].entry, wrong], **WHY)
    with pytest.raises(ReasonMissing):
        entries_erase(entries=[receipts[1].entry], **{**WHY, "basis": " "})
    assert Entry.objects.filter(pk__in=[receipts[1].entry, late]).count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "deed",
    [
        "delete from ledger_entry where id = {entry}",
        "delete from ledger_entry",
        "insert into ledger_erased (entry, by_entry) values ({entry}, {entry})",
        "insert into ledger_erased (entry, by_entry) values ({entry}, {told})",
        "insert into ledger_erased (entry, by_entry) values ({told}, {told})",
        "delete from ledger_erased",
    ],
)
def test_the_database_lets_nothing_go_but_what_an_entry_tells_of(key: LogKey, deed: str) -> None:
    first, second = answered(2)
    Sequencer(key).entries_place(at=NOW)
    told = entries_erase(entries=[first.entry], **WHY).told_by[0]
    Sequencer(key).entries_place(at=NOW)
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute(deed.format(entry=second.entry, told=told))
    assert Entry.objects.filter(pk__in=[second.entry, told]).count() == 2


@pytest.mark.django_db
def test_readings_past_the_term_of_the_place_lapse_and_changes_stay(key: LogKey) -> None:
    old, middle = NOW - timedelta(days=11 * 365), NOW - timedelta(days=400)
    for at in (old, middle, NOW):
        for event in ("checks.check.answered", "lists.subject.read", "portal.names.searched", "records.batch.landed"):
            trace(event=event, by="finance", at=at)
    Sequencer(key).entries_place(at=NOW)
    of_nation, of_zhejiang = (lawroom.load().on(NOW.date(), place) for place in ("cn", "cn-33"))
    counted = readings_lapse(law=of_nation, by="operator", at=NOW, dry_run=True)
    assert (counted.erased, counted.told_by) == (6, []) and "网络安全法" in counted.basis
    assert Entry.objects.exclude(event="ledger.term.counted").count() == 12
    done = readings_lapse(law=of_zhejiang, by="operator", at=NOW)
    assert done.erased == 3 and "浙江" in done.basis and done.before.year == NOW.year - 10  # type: ignore[union-attr]
    assert Entry.objects.filter(at=old).values_list("event", flat=True).get() == "records.batch.landed"
    assert readings_lapse(law=of_nation, by="operator", at=NOW).erased == 3
    assert Entry.objects.filter(at=NOW, event="lists.subject.read").exists()


def test_a_rewrite_waits_for_no_reader_for_ever(database_apart: str, key: LogKey) -> None:
    with psycopg.connect(address_of(database_apart)) as reader:
        reader.execute("set transaction isolation level repeatable read")
        reader.execute("select count(*) from ledger_entry")
        trace(event="ledger.entry.tried", by="operator", at=NOW)
        with pytest.raises(ReadersInTheWay):
            ledger_rewrite(by="operator", at=NOW, wait=0.2)
    assert ledger_rewrite(by="operator", at=NOW) > 0
