"""`kill -9` of a warning's publishing at any moment: it is published and every platform told, or nothing at all has changed."""

import contextlib
import json
import os
import random
import signal
import time
from datetime import timedelta
from pathlib import Path

import psycopg
from django.utils import timezone

from chengxin.commerce.warnings.tests.grounds import WORDS
from chengxin.site.server import server_url
from tests.test_kill import Nursery, nursery
from tests.world import file_write, listing

__all__ = ["nursery"]
# Few in the suite; as many as wished by hand.
ROUNDS, PLATFORMS = int(os.environ.get("CHENGXIN_KILLS", "4")), 4
TABLES = ("warnings_warningstep", "warnings_warningpush", "ledger_entry")


def counts() -> dict[str, int]:
    statement = " union all ".join(f"select '{t}', count(*) from {t}" for t in TABLES)
    with psycopg.connect(server_url()) as connection:
        return {str(table): int(rows) for table, rows in connection.execute(statement)}


def test_a_warning_killed_while_it_is_published_stands_before_all_or_before_nobody(
    tmp_path: Path, installed: Path, nursery: Nursery
) -> None:
    chance = random.Random(20261128)
    for n in range(PLATFORMS):
        nursery.run("actors", f"mall-{n}", "--kind", "platform", "--title", f"云集商城{n}")
    source = "abnormal-operations"
    path = file_write(tmp_path / "entries.csv", [listing(1)], source=source, edition="zh")
    nursery.run("ingest", source, str(path))
    with psycopg.connect(server_url()) as connection:
        (record,) = connection.execute("select max(id) from records_record").fetchone() or (0,)
    until = (timezone.localdate() + timedelta(days=30)).isoformat()
    draft = tmp_path / "draft.json"
    said = {"ground": "list-entry", "list_key": source, "record": record, "until": until, **WORDS}
    draft.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    whole, ended = 0.0, {"whole": 0, "nothing": 0}
    for round_ in range(ROUNDS + 1):
        number = nursery.run("warnings", "draft", str(draft))["number"]
        key = nursery.run("warnings", "step", number, "heard")["key"]
        nursery.run("warnings", "reply", number, key, "--say", "已整改")
        before = counts()
        publish = ("warnings", "step", number, "published", "--say", "答复不改变结论")
        begun = time.monotonic()
        process = nursery.start(*publish, "--json")
        if round_:
            time.sleep(whole * chance.uniform(0.1, 1.05))
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        status, out, err = nursery.wait(process)
        if not round_:
            assert status == 0, out + err
            whole = time.monotonic() - begun
        new = {table: rows - before[table] for table, rows in counts().items()}
        assert new in (
            {"warnings_warningstep": 1, "warnings_warningpush": PLATFORMS, "ledger_entry": 2}, dict.fromkeys(TABLES, 0),
        )  # fmt: skip
        there = new["warnings_warningstep"] == 1
        ended["whole" if there else "nothing"] += 1
        listed = {each["number"] for each in nursery.run("warnings", "list")["warnings"]}
        assert (number in listed) is there
        if not there:
            assert nursery.run(*publish)["told"] == PLATFORMS
    assert ended["nothing"] >= max(1, ROUNDS // 5), ended
    assert len(nursery.run("warnings", "list")["warnings"]) == ROUNDS + 1
