"""The commands' contract: names, one JSON object, its keys, and exit status 0 done, 1 refused, 2 wrong use."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from chengxin.records.models import Record
from chengxin.site.cli import run
from tests.world import TODAY, code, file_write, listing, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Any:
    """command(words…): status and the one JSON object that was printed; nothing else may stand on standard output."""

    def perform(*words: Any) -> tuple[int, dict[str, Any]]:
        status = run([*map(str, words), "--json"])
        out, err = capfd.readouterr()
        assert out.count("\n") == 1 and "Traceback" not in err
        found: dict[str, Any] = json.loads(out)
        return status, found

    return perform


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return file_write(tmp_path / "p.csv", [penalty(1), penalty(1), penalty(2, fine="x"), penalty(3, code="")])


INGEST = {
    "batch", "rows", "accepted", "refused", "unchanged", "waiting", "refused_by_reason", "conflicts", "seconds", "peak_memory_bytes",
}  # fmt: skip
CHECK = {"outcome", "code", "matter", "on", "known_at", "measures", "reason", "trace", "receipt"}


def test_ingest_prints_the_counts_of_the_contract(feed: Path, command: Any) -> None:
    status, found = command("ingest", "penalty-publicity", feed)
    assert status == 0
    assert set(found) >= INGEST
    assert [found[k] for k in ("rows", "accepted", "refused", "unchanged", "waiting")] == [4, 1, 1, 1, 1]
    assert found["refused_by_reason"] == {"amount-shape": 1}
    assert set(found["conflicts"]) == {"codes_with_several_names", "names_with_several_codes"}
    assert isinstance(found["seconds"], float) and found["peak_memory_bytes"] > 10_000_000
    status, again = command("ingest", "penalty-publicity", feed)
    assert (status, again["accepted"], set(again)) == (0, 0, set(found))


def test_ingest_of_several_files_adds_them_up(tmp_path: Path, feed: Path, command: Any) -> None:
    other = file_write(tmp_path / "other.csv", [penalty(7), penalty(8)])
    status, found = command("ingest", "penalty-publicity", feed, other)
    assert status == 0 and set(found) >= INGEST
    assert (found["rows"], found["accepted"], len(found["batch"])) == (6, 3, 2)
    assert [file["file"] for file in found["files"]] == ["p.csv", "other.csv"]


def test_a_dry_run_says_so_and_has_no_batch(feed: Path, command: Any) -> None:
    status, found = command("ingest", "penalty-publicity", feed, "--dry-run")
    assert (status, found["batch"], found["dry_run"], found["accepted"]) == (0, None, True, 1)
    assert not Record.objects.exists()


def test_a_refusal_is_status_1_and_one_json_object(tmp_path: Path, command: Any) -> None:
    for words in (
        ("ingest", "penalty-publicity", tmp_path / "nowhere.csv"),
        ("ingest", "gossip", file_write(tmp_path / "p.csv", [penalty(1)])),
        ("check", code(1)[:17] + "?", "--matter", "tender"),
        ("check", code(1), "--matter", "marriage"),
        ("subject", code(1)),
        ("refused", "999999"),
        ("record", "1", "dispute", "--reason", "x"),
        ("merge", code(1), code(2), "--reason", "x"),
    ):
        status, found = command(*words)
        assert status == 1, words
        assert set(found) == {"refused"} and set(found["refused"]) == {"code", "detail", "detail_en", "basis"}


@pytest.mark.parametrize(
    "words",
    [
        ["ingest"],
        ["ingest", "penalty-publicity"],
        ["check", code(1)],
        ["check", code(1), "--matter", "tender", "--on", "yesterday"],
        ["subject", code(1), "--known-at", "then"],
        ["check-file", "x.csv", "--matter", "tender"],
        ["record", "1", "forget", "--reason", "x"],
        ["waiting", "1:2", "--reason", "x"],
        ["record", "1", "repair", "--reason", "x"],
        ["conflicts", "1"],
        ["no-such-command"],
        [],
    ],
)
def test_wrong_use_is_status_2_told_in_two_languages(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    try:
        status = run(words)
    except SystemExit as end:  # the argument parser's own way
        status = int(str(end.code))
    out, err = capfd.readouterr()
    assert status == 2
    text = out + err
    assert any("\u4e00" <= c <= "\u9fff" for c in text) and "Traceback" not in text


def test_check_prints_the_answer_of_the_contract(tmp_path: Path, command: Any) -> None:
    sent(tmp_path, listing(1), source="abnormal-operations", at=timezone.now())
    status, found = command("check", code(1), "--matter", "tender", "--on", "2026-08-01")
    assert (status, set(found), found["outcome"], found["on"]) == (0, CHECK, "applies", "2026-08-01")
    (measure,) = found["measures"]
    assert {"list", "record", "authority", "document", "article", "term", "ends"} <= set(measure)
    for words, outcome in (
        ([code(1), "--on", "2026-07-01"], "none_applies"),
        ([code(2)], "cannot_say"),
        ([code(1), "--known-at", "2020-01-01"], "cannot_say"),
    ):
        assert command("check", *words, "--matter", "tender")[1]["outcome"] == outcome


def test_subject_prints_the_file_of_the_contract(tmp_path: Path, command: Any) -> None:
    sent(tmp_path, penalty(1), at=timezone.now())
    status, found = command("subject", code(1), "--on", "2026-11-01")
    assert (status, set(found)) == (0, {"subject", "on", "known_at", "identifiers", "names", "records"})
    assert found["records"][0]["state"] == "standing"
    assert command("subject", code(1), "--known-at", "2020-01-01")[0] == 1


def test_check_file_writes_the_answers_and_prints_the_counts(tmp_path: Path, command: Any) -> None:
    sent(tmp_path, listing(1), source="abnormal-operations", at=timezone.now())
    asked = tmp_path / "codes.csv"
    asked.write_text(f"code\n{code(1)}\n{code(2)}\n", encoding="utf-8")
    out = tmp_path / "answers.csv"
    status, found = command("check-file", asked, "--matter", "tender", "--out", out)
    assert status == 0
    assert set(found) == {
        "rows",
        "lines",
        "outcomes",
        "matter",
        "on",
        "out",
        "seconds",
        "peak_memory_bytes",
        "receipt",
        "receipts",
    }
    assert (found["rows"], found["outcomes"]) == (2, {"applies": 1, "cannot_say": 1})
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3


def test_a_person_s_day_with_the_commands(tmp_path: Path, feed: Path, command: Any) -> None:
    """Send, look at what was refused and what waits, decide, object, settle, merge, take back: each a command."""
    batch = command("ingest", "penalty-publicity", feed)[1]["batch"]
    assert command("batches")[1]["batches"][0]["batch"] == batch
    assert command("refused", batch)[1]["rows"][0]["line"] == 4
    assert command("refused", batch, "--out", tmp_path / "r.csv")[1]["refused"] == 1
    (row,) = command("waiting")[1]["rows"]
    kept = {"batch": batch, "line": 5, "source": "penalty-publicity", "name": penalty(3)["name"], "number": None}
    assert row == {**kept, "since": row["since"], "outcome": None, "against": None, "case": None}
    assert command("waiting", "--match")[1]["rows"] == 1
    assert command("waiting")[1]["rows"][0]["outcome"] in ("propose", "none")
    assert command("waiting", f"{batch}:5", "--later")[0] == 0
    assert command("waiting", f"{batch}:5", "--undo", "--reason", "现在就办")[0] == 0
    assert command("waiting", f"{batch}:5", "--code", code(3), "--reason", "核实")[0] == 0
    assert command("waiting")[1]["waiting"] == 0
    assert command("check", code(3), "--matter", "tender")[0] == 0
    undone = command("unmatch", command("subject", code(3))[1]["records"][0]["record"], "--reason", "不是这家")[1]
    assert (undone["row"], undone["files"]) == (f"{batch}:5", 1)
    assert [r["kind"] for r in command("reissued", "--all")[1]["reissued"]] == ["file"]
    assert command("reissued", command("reissued")[1]["reissued"][0]["reissue"])[0] == 0
    assert command("reissued")[1]["reissued"] == []
    assert command("waiting", f"{batch}:5", "--code", code(3), "--reason", "还是这家")[0] == 0
    record = command("subject", code(1))[1]["records"][0]["record"]
    assert command("record", record, "dispute", "--reason", "不属实")[1]["event"] == "disputed"
    assert command("subject", code(1))[1]["records"][0]["effect"] == "suspended"
    assert command("record", record, "settle", "--reason", "维持")[1]["number"] == 2
    assert (
        command("record", record, "repair", "--on", TODAY, "--reason", "修复〔2026〕1号")[1]["on"] == TODAY.isoformat()
    )
    assert command("merge", code(1), code(3), "--reason", "同一企业")[1]["kind"] == "merge"
    assert len(command("subject", code(1))[1]["records"]) == 2
    assert command("merge", code(1), code(3), "--undo", "--reason", "不是")[1]["kind"] == "unmerge"
    assert command("conflicts")[1]["open"] == 0
    assert command("actors", "finance", "--kind", "department", "--title", "财政局")[1]["actors"][0]["key"] == "finance"
    given = command("clients", "finance", "--scopes", "checks")[1]
    assert given["key"].startswith("cx_")
    assert "key" not in command("clients")[1]["clients"][0]
    assert command("clients", "--revoke", given["client"])[1]["clients"][0]["revoked_at"]


def test_a_person_reads_a_table_with_chinese_words(feed: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["ingest", "penalty-publicity", str(feed)]) == 0
    out, _ = capfd.readouterr()
    assert "入库" in out and "拒绝" in out and "accepted" in out
