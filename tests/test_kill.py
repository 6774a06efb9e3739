"""`kill -9` at any moment: of an ingest, all of its batch or none of it is there; of the server, all that was committed."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from chengxin.site.server import server_url
from demo.city import City
from demo.sheets import write_penalties
from tests.world import TODAY

ROOT = Path(__file__).parents[1]
CITY = City(3, 2_000)
ROUNDS, ROWS = int(os.environ.get("CHENGXIN_KILLS", "12")), 3_000
TABLES = (
    "records_batch", "records_report", "records_record", "records_event", "records_refused", "records_waiting",
    "subjects_subject", "subjects_identifier", "subjects_name", "subjects_conflict", "ledger_entry",
    "subjects_segment", "subjects_posting", "subjects_unindexed",
)  # fmt: skip


@dataclass
class Nursery:
    """Runs commands; see tests/nursery.py."""

    forking: subprocess.Popen[str]
    steady: subprocess.Popen[str]

    def start(self, *words: str) -> int:
        """Start the command in a process of its own and return its number."""
        return int(_told(self.forking, list(words)))

    def wait(self, number: int) -> tuple[int, str, str]:
        """Wait for its end: exit status (below zero: killed by that signal), standard output and error."""
        status, out, err = _told(self.forking, number)
        return status, out, err

    def run(self, *words: str) -> dict[str, Any]:
        """Run the command to its end; it must succeed and print one JSON object."""
        status, out, err = _told(self.steady, [*words, "--json"])
        assert status == 0, out + err
        found: dict[str, Any] = json.loads(out)
        return found


def _told(process: subprocess.Popen[str], what: Any) -> Any:
    assert process.stdin and process.stdout
    process.stdin.write(json.dumps(what) + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


@pytest.fixture
def nursery(installed: Path) -> Iterator[Nursery]:
    """Both processes, over a server that is up and a database that is prepared."""
    with _process("fork") as forking, _process("steady") as steady:
        found = Nursery(forking, steady)
        found.run("batches")
        yield found


@contextlib.contextmanager
def _process(kind: str) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "-m", "tests.nursery", kind]
    alone = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        words, cwd=ROOT, env=alone, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


def counts() -> dict[str, int]:
    """How many rows each table holds, as one moment sees them."""
    statement = " union all ".join(f"select '{t}', count(*) from {t}" for t in TABLES)
    with psycopg.connect(server_url()) as connection:
        return {str(table): int(rows) for table, rows in connection.execute(statement)}


def landed_whole(batch: int) -> None:
    """What the batch's report says is what its tables hold, each record with its first event, and the ledger tells of it once."""
    with psycopg.connect(server_url()) as connection:
        row = connection.execute(
            """
            select r.accepted, (select count(*) from records_record where batch_id = b.id),
                r.refused, (select count(*) from records_refused where batch_id = b.id),
                r.accepted, (select count(*) from records_event e join records_record c on c.id = e.record_id
                             where c.batch_id = b.id and e.number = 0),
                1, (select count(*) from ledger_entry where object = 'batch:' || b.id and event = 'records.batch.landed')
            from records_batch b join records_report r on r.batch_id = b.id where b.id = %s
            """,
            [batch],
        ).fetchone()
    assert row is not None
    assert row[0::2] == row[1::2]


def all_or_nothing(before: dict[str, int]) -> bool:
    """Whether the killed batch is there, whole; if not, nothing at all may have changed."""
    after = counts()
    new = after["records_batch"] - before["records_batch"]
    assert new in (0, 1)
    if not new:
        assert after == before
        return False
    with psycopg.connect(server_url()) as connection:
        (batch,) = connection.execute("select max(id) from records_batch").fetchone() or (0,)
    landed_whole(batch)
    return True


def feed(folder: Path, number: int) -> Path:
    """The series' file of this number; no two share a row."""
    path = folder / f"feed{number}.csv"
    return write_penalties(path, CITY, ROWS, 0.05, today=TODAY, first=number * ROWS).path


def killed(nursery: Nursery, path: Path, after: float) -> int:
    """Kill an ingest of the file so many seconds after its start; returns its status."""
    number = nursery.start("ingest", "penalty-publicity", str(path), "--json")
    time.sleep(after)
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)
    return nursery.wait(number)[0]


def test_an_ingest_killed_at_any_moment_leaves_all_of_its_batch_or_none(tmp_path: Path, nursery: Nursery) -> None:
    chance = random.Random(20261122)
    begun = time.monotonic()
    first = nursery.wait(nursery.start("ingest", "penalty-publicity", str(feed(tmp_path, 0)), "--json"))
    whole = time.monotonic() - begun
    accepted = json.loads(first[1])["accepted"]
    ended = {"killed": 0, "landed": 0, "nothing": 0}
    for number in range(1, ROUNDS + 1):
        path = feed(tmp_path, number)
        before = counts()
        # Mostly after the start, whose imports touch nothing; now and then a little after the end.
        midway = killed(nursery, path, whole * chance.uniform(0.3, 1.05)) == -signal.SIGKILL
        # How long an ingest takes changes with what else the machine does: the blows follow it, three of four midway.
        whole *= 1.1 if midway else 0.75
        ended["killed"] += midway
        ended["landed" if all_or_nothing(before) else "nothing"] += 1
        again = nursery.run("ingest", "penalty-publicity", str(path))
        assert again["accepted"] + again["unchanged"] + again["refused"] + again["waiting"] == ROWS
        accepted += counts()["records_record"] - before["records_record"]
    # On a busy machine more of them end before the blow falls; these many at the least must have been struck midway.
    assert ended["killed"] >= ROUNDS // 5 and ended["nothing"] >= ROUNDS // 10, ended
    assert counts()["records_record"] == accepted
    for number in chance.sample(range(ROUNDS + 1), 5):
        path = tmp_path / f"feed{number}.csv"
        path.write_bytes(path.read_bytes() + b"\n")  # other bytes, the same rows: every row is looked up again
        assert nursery.run("ingest", "penalty-publicity", str(path))["accepted"] == 0
    with psycopg.connect(server_url()) as connection:
        twice = connection.execute("select count(*), count(distinct (row_key, content)) from records_record").fetchone()
    assert twice == (accepted, accepted)


def names_placed() -> None:
    """Every name stands in one segment or is noted, as many as there are, and no posting is without its segment."""
    with psycopg.connect(server_url()) as connection:
        row = connection.execute(
            """
            select (select coalesce(sum(names), 0) from subjects_segment) + (select count(*) from subjects_unindexed),
                (select count(*) from subjects_name),
                (select count(*) from subjects_unindexed where name_id not in (select id from subjects_name)),
                (select count(*) from subjects_posting where segment_id not in (select id from subjects_segment))
            """
        ).fetchone()
    assert row is not None
    assert row[0] == row[1] and row[2:] == (0, 0)


def test_indexing_names_killed_at_any_moment_leaves_the_index_as_it_was_or_made_anew(
    tmp_path: Path, nursery: Nursery
) -> None:
    chance = random.Random(20261126)
    for number in range(2):
        nursery.run("ingest", "penalty-publicity", str(feed(tmp_path, number)))
    names_placed()
    begun = time.monotonic()
    assert nursery.wait(nursery.start("index-names", "--rebuild", "--json"))[0] == 0
    whole = time.monotonic() - begun
    before = counts()
    killed_midway = 0
    for _ in range(12):
        number = nursery.start("index-names", "--rebuild", "--json")
        time.sleep(whole * chance.uniform(0.2, 1.0))
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
        killed_midway += nursery.wait(number)[0] == -signal.SIGKILL
        names_placed()
        after = counts()
        assert {**after, "ledger_entry": 0} == {**before, "ledger_entry": 0}
    assert killed_midway
    done = nursery.run("index-names", "--rebuild")
    assert done["names"] == before["subjects_name"] == done["written"] and not counts()["subjects_unindexed"]


def test_an_ingest_started_anew_and_killed_outright_leaves_all_or_none(tmp_path: Path, nursery: Nursery) -> None:
    """The same with the console command as a person starts it, import by import."""
    words = [sys.executable, "-m", "chengxin.site.cli", "ingest", "penalty-publicity"]
    for number, after in enumerate((0.4, 1.8, 2.4)):
        path = feed(tmp_path, number)
        before = counts()
        with subprocess.Popen(
            [*words, str(path)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as ingest:
            time.sleep(after)
            ingest.kill()
        all_or_nothing(before)
    assert (
        nursery.run("ingest", "penalty-publicity", *(str(tmp_path / f"feed{n}.csv") for n in range(3)))["rows"]
        == 3 * ROWS
    )


def postmaster_kill(folder: Path) -> None:
    os.kill(int((folder / "postgres/data/postmaster.pid").read_text(encoding="utf-8").split()[0]), signal.SIGKILL)


def test_after_a_kill_of_the_server_everything_committed_is_there(
    tmp_path: Path, installed: Path, nursery: Nursery
) -> None:
    for number in range(2):
        done = nursery.run("ingest", "penalty-publicity", str(feed(tmp_path, number)))
        before = counts()
        postmaster_kill(installed)
        assert len(nursery.run("batches")["batches"]) == number + 1  # the command itself brings the server up
        assert counts() == before
        landed_whole(done["batch"])


def write_awaited(within: float = 60) -> float:
    """Wait until some process has begun to write in a transaction not yet committed; returns the seconds waited."""
    begun = time.monotonic()
    writes = """select exists (select from pg_stat_activity where datname = current_database()
                               and pid <> pg_backend_pid() and backend_xid is not null)"""
    with psycopg.connect(server_url(), autocommit=True) as connection:
        while connection.execute(writes).fetchone() != (True,):
            assert time.monotonic() - begun < within, "nobody writes"
            time.sleep(0.002)
    return time.monotonic() - begun


def test_a_kill_of_the_server_during_an_ingest_is_told_as_a_refusal_and_costs_nothing_committed(
    tmp_path: Path, installed: Path, nursery: Nursery
) -> None:
    refused, before_write = 0, 0.0
    for number in range(6):
        path = feed(tmp_path, number)
        before = counts()
        ingest = nursery.start("ingest", "penalty-publicity", str(path), "--json")
        if number % 3 == 2:  # while it still reads the file, by how long the last one took to come to its first write
            time.sleep(before_write * 0.6)
        else:  # at its first write, and some while into its writing
            before_write = write_awaited()
            time.sleep(0.1 * (number % 3))
        postmaster_kill(installed)
        status, printed, noted = nursery.wait(ingest)
        assert "Traceback" not in printed + noted
        assert status in (0, 1)
        assert status == 0 or json.loads(printed)["refused"]["code"] == "database-not-reached", printed
        refused += status
        assert all_or_nothing(before) == (status == 0)
        assert nursery.run("ingest", "penalty-publicity", str(path))["rows"] == ROWS
    assert refused
