"""Two registers joined: on several cores as on one, by every row's firm, whole or not at all."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from chengxin.subjects.bulk import crew, linking
from chengxin.subjects.bulk.crew import WorkerLost
from chengxin.subjects.bulk.keeping import register_keep, register_open
from chengxin.subjects.bulk.linking import file_match
from chengxin.subjects.bulk.matching import Register, table_read
from chengxin.subjects.bulk.writing import OutputUnwritable
from chengxin.subjects.services.matching import table_match
from chengxin.subjects.tests.test_matching import FIRMS, answers, written
from tests.world import code

ROOT = Path(__file__).parents[3]
PAIRS, REGISTER = ROOT / "benchmarks/match/pairs.csv", ROOT / "benchmarks/match/register.csv"
MERCHANTS: list[dict[str, Any]] = [
    {"qid": "shop 1", "name": "贵州云鼎商贸有限公司"},
    {"qid": "shop 2", "name": "贵州云鼎商贸有限公司"},
    {"qid": "shop 3", "name": "云鼎商贸有限公司"},
    {"qid": "new", "name": "贵州新称实业有限公司"},
    {"qid": "old", "name": "贵州旧称实业有限公司"},
    {"qid": "either", "name": "冠银食品有限公司"},
    {"qid": "stranger", "name": "广州白鹭轮船公司"},
]


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches, so that few rows keep several workers busy."""
    monkeypatch.setattr(linking, "_BATCH", 50)


def some(folder: Path, rows: int) -> Path:
    """So many of the benchmark's queries, over and over."""
    pairs = pl.read_csv(PAIRS, infer_schema=False)
    pl.concat([pairs] * (1 + rows // len(pairs))).head(rows).write_csv(folder / "q.csv")
    return folder / "q.csv"


def benchmark_register() -> Register:
    """The benchmark's register."""
    return Register.of(table_read(REGISTER, ("name", "uscc")))


@pytest.mark.usefixtures("several")
def test_the_answers_are_the_same_on_any_number_of_cores(tmp_path: Path) -> None:
    asked, told = some(tmp_path, 400), []
    for workers in (1, 2, 3):
        out, links = tmp_path / f"o{workers}.csv", tmp_path / f"l{workers}.csv"
        told.append(file_match(asked, benchmark_register, out=out, links=links, workers=workers))
    assert told[0]["queries"] == 400 and told[0]["match"] > 200
    assert told[0] == told[1] == told[2]
    for name in ("o", "l"):
        one, *others = ((tmp_path / f"{name}{workers}.csv").read_bytes() for workers in (1, 2, 3))
        assert all(other == one for other in others)
    assert [row["qid"] for row in answers(tmp_path / "o3.csv") if row["rank"] in ("", "1")] == [
        row["qid"] for row in answers(asked)
    ]


def test_a_register_laid_down_is_the_register_that_it_was(tmp_path: Path) -> None:
    register = Register.of(pl.DataFrame(FIRMS))
    register_keep(register, tmp_path / "kept")
    found = register_open(tmp_path / "kept")
    assert found.frame.equals(register.frame)
    names = register.frame["normal"]
    assert found.index.candidates(names).equals(register.index.candidates(names))


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_two_registers_are_joined_by_every_match_and_proposal(tmp_path: Path, ending: str) -> None:
    asked, register = written(tmp_path / "q.csv", MERCHANTS), written(tmp_path / "r.csv", FIRMS)
    links = tmp_path / f"links.{ending}"
    told = table_match(file=asked, register=register, links=links)
    assert {key: told[key] for key in ("queries", "match", "propose", "none", "firms", "firms_of_several_rows")} == {
        "queries": 7, "match": 5, "propose": 1, "none": 1, "firms": 2, "firms_of_several_rows": 2,
    }  # fmt: skip
    assert "rows" not in told  # no answers were written
    rows = answers(links)
    assert [(row["qid"], row["uscc"], row["decision"]) for row in rows] == [
        ("shop 1", code(1), "match"), ("shop 2", code(1), "match"), ("shop 3", code(1), "match"),
        ("new", code(5), "match"), ("old", code(5), "match"),
        ("either", code(3), "propose"), ("either", code(4), "propose"),
    ]  # fmt: skip
    assert [int(row["firm_rows"]) for row in rows] == [3, 3, 3, 2, 2, 0, 0]
    assert [int(row["firm_marks"]) for row in rows] == [1, 1, 1, 2, 2, 0, 0]
    assert (rows[2]["asked"], rows[2]["id"], rows[2]["name"]) == ("云鼎商贸有限公司", "1", "贵州云鼎商贸有限公司")


def test_several_shops_of_one_firm_are_lawful_and_several_names_are_told(tmp_path: Path) -> None:
    asked, register = written(tmp_path / "q.csv", MERCHANTS), written(tmp_path / "r.csv", FIRMS)
    told = table_match(file=asked, register=register, links=tmp_path / "l.csv")
    assert told["several_names"] == 1
    (firm,) = told["several_names_list"]
    assert (firm["uscc"], firm["firm_rows"], firm["firm_marks"]) == (code(5), 2, 2)
    assert firm["names"] == ["贵州新称实业有限公司", "贵州旧称实业有限公司"]
    assert table_match(file=asked, register=register, links=tmp_path / "l.csv", most=0)["several_names_list"] == []


def test_a_file_without_rows_is_answered_by_one_without_rows(tmp_path: Path) -> None:
    asked = tmp_path / "q.csv"
    asked.write_text("qid,name\n", encoding="utf-8")
    told = table_match(
        file=asked, register=written(tmp_path / "r.csv", FIRMS), out=tmp_path / "o.parquet", links=tmp_path / "l.csv"
    )
    assert (told["queries"], told["rows"], told["firms"]) == (0, 0, 0)
    assert answers(tmp_path / "o.parquet") == answers(tmp_path / "l.csv") == []
    assert (tmp_path / "l.csv").read_text(encoding="utf-8").startswith("qid,asked,id,uscc")


@pytest.mark.parametrize(("out", "links"), [("o.xlsx", None), ("nowhere/o.csv", None), ("o.csv", "o.csv"), (".", None)])
def test_a_result_that_could_not_be_written_is_refused_first(tmp_path: Path, out: str, links: str | None) -> None:
    with pytest.raises(OutputUnwritable):
        table_match(
            file=tmp_path / "not even there", register=tmp_path, out=tmp_path / out, links=tmp_path / links if links else None
        )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def interrupted(done: int, *, total: int | None = None) -> None:
    """Somebody presses Ctrl-C when the first batch has been answered."""
    if done:
        raise KeyboardInterrupt


@pytest.mark.usefixtures("several")
def test_an_interrupt_ends_every_worker_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    processes = watched(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        file_match(
            some(tmp_path, 400), benchmark_register, out=tmp_path / "o.csv", links=tmp_path / "l.csv", workers=2,
            advance=interrupted,
        )  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["q.csv"]
    assert [process.poll() for process in processes] == [-signal.SIGKILL] * 2


@pytest.mark.usefixtures("several")
def test_a_worker_that_dies_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    processes = watched(monkeypatch)

    def slain(done: int, *, total: int | None = None) -> None:
        if done:
            processes[1].kill()

    with pytest.raises(WorkerLost, match="-9"):
        file_match(some(tmp_path, 600), benchmark_register, out=tmp_path / "o.csv", workers=2, advance=slain)
    assert [path.name for path in tmp_path.iterdir()] == ["q.csv"]


def watched(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The workers' processes, as they are started."""
    found: list[subprocess.Popen[bytes]] = []
    hired: Callable[[], Any] = crew._hired

    def hire() -> Any:
        line, process = hired()
        found.append(process)
        return line, process

    monkeypatch.setattr(crew, "_hired", hire)
    return found


@pytest.mark.parametrize("blow", [signal.SIGTERM, signal.SIGKILL])
def test_a_kill_leaves_no_half_answer_and_no_worker(tmp_path: Path, blow: signal.Signals) -> None:
    asked = some(tmp_path, 10_000)
    words = ["match", str(asked), "--out", str(tmp_path / "o.csv"), "--register", str(REGISTER), "--workers", "2"]
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "chengxin.site.cli", *words, "--json"],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(scratch)},
    ) as run:
        while not (tmp_path / ".o.csv.part").exists():
            assert run.poll() is None
            time.sleep(0.05)
        workers = children(run.pid)
        assert len(workers) == 2
        run.send_signal(blow)
        run.wait()
    assert not (tmp_path / "o.csv").exists()
    until = time.monotonic() + 20
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < until
        time.sleep(0.05)
    if blow == signal.SIGTERM:
        assert {path.name for path in tmp_path.iterdir()} == {"q.csv", "scratch"}
        assert list(scratch.iterdir()) == []
    else:  # nobody was left to put it away; the register, which is large, was put away before
        assert not list(scratch.glob("*/register"))


def children(process: int) -> list[int]:
    """The process's own processes."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
