"""The index of names beside a database's ordinary life: several that write and read at once, a dump that is restored."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from benchmarks.place import server_program
from chengxin.site.server import server_url
from chengxin.subjects.bulk.finding import firms_alike
from chengxin.subjects.bulk.indexing import names_index
from chengxin.subjects.rules.answering import side_asked
from demo.city import City
from demo.sheets import write_penalties
from tests.world import TODAY

ROOT = Path(__file__).parents[1]
ASK = """
import json, sys
from chengxin.site import cli
cli.django_setup()
from django.utils import timezone
from chengxin.subjects.services.matching import name_match
answers = [name_match(name=name, by="operator", at=timezone.now()).as_dict() for name in json.loads(sys.argv[1])]
print(json.dumps([{**answer, "trace": 0} for answer in answers]))
"""


def told(words: list[str], url: str, monkeypatch: Any) -> Any:
    """What a process in that database prints."""
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("DATABASE_URL", url)
        done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


FILED = """
with firm as (insert into subjects_subject (created_at) select now() from unnest(%(names)s::text[]) returning id)
insert into subjects_name (subject_id, written, normal, source, known_at)
select f.id, n.name, n.name, 'x', now() from (select id, row_number() over (order by id) as n from firm) f
join unnest(%(names)s::text[]) with ordinality n (name, n) using (n)
"""


def found(connection: psycopg.Connection, name: str) -> list[str]:
    """The names of the candidates."""
    return sorted(firm.name for firm in firms_alike(connection.cursor(), side_asked(name)))


def test_whoever_writes_or_reads_beside_an_indexing_loses_nothing(installed: Path, monkeypatch: Any) -> None:
    url = server_url()
    told(["-m", "chengxin.site.cli", "batches", "--json"], url, monkeypatch)
    with psycopg.connect(url) as slow, psycopg.connect(url) as indexer, psycopg.connect(url, autocommit=True) as reader:
        indexer.execute(FILED, {"names": ["云鼎商贸有限公司", "云鼎食品有限公司"]})
        indexer.commit()
        slow.execute(FILED, {"names": ["云鼎茶叶有限公司"]})  # has its ids, but is not committed
        indexer.execute(FILED, {"names": ["云鼎玻璃有限公司"]})
        indexer.commit()
        for rebuild, written in ((False, 3), (True, 3), (False, 0)):
            assert names_index(indexer.cursor(), rebuild=rebuild) == written
            # What is not committed is not seen; the index as it was answers.
            assert found(reader, "云鼎") == ["云鼎商贸有限公司", "云鼎玻璃有限公司", "云鼎食品有限公司"]
            indexer.commit()
        slow.commit()
        assert found(reader, "云鼎") == ["云鼎商贸有限公司", "云鼎玻璃有限公司", "云鼎茶叶有限公司", "云鼎食品有限公司"]
        assert names_index(indexer.cursor()) == 1
        indexer.commit()
        assert len(found(reader, "云鼎")) == 4
        noted = reader.execute("select count(*), (select sum(names) from subjects_segment) from subjects_unindexed")
        assert noted.fetchall() == [(0, 4)]


def test_a_restored_database_finds_the_same_firms_without_indexing_anew(
    tmp_path: Path, installed: Path, monkeypatch: Any
) -> None:
    url = server_url()
    chengxin = ["-m", "chengxin.site.cli"]
    for number, rows in enumerate((6_000, 100)):  # the second file's few names stay noted
        path = tmp_path / f"{number}.csv"
        write_penalties(path, City(3, 2_000), rows, 0.0, today=TODAY, first=number * 6_000)
        told([*chengxin, "ingest", "penalty-publicity", str(path), "--json"], url, monkeypatch)
    with psycopg.connect(url) as connection:
        names = [n for (n,) in connection.execute("select written from subjects_name order by md5(written) limit 20")]
        connection.execute("insert into subjects_subject (created_at) values (now())")
        connection.execute(
            "insert into subjects_name (subject_id, written, normal, source, known_at)"
            " select max(id), '云川市末位商贸有限公司', '云川市末位商贸有限公司', 'x', now() from subjects_subject"
        )
        held = connection.execute("select count(*), (select count(*) from subjects_unindexed) from subjects_segment")
        assert [n > 0 for n in held.fetchall()[0]] == [True, True]
    asked = json.dumps([*(name[2:] for name in names), "末位商贸"])
    before = told(["-c", ASK, asked], url, monkeypatch)
    assert all(answer["candidates"] for answer in before)

    dump = str(tmp_path / "chengxin.dump")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create database restored")
    restored = make_conninfo(url, dbname="restored")
    for words in (
        ["pg_dump", "--format=custom", f"--file={dump}", url],
        ["pg_restore", "--exit-on-error", "--no-owner", f"--dbname={restored}", dump],
    ):
        done = subprocess.run([server_program(words[0]), *words[1:]], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert told(["-c", ASK, asked], restored, monkeypatch) == before
    # The trigger came with it: what lands afterwards is noted and found.
    with psycopg.connect(restored) as connection:
        connection.execute(
            "insert into subjects_name (subject_id, written, normal, source, known_at)"
            " select max(id), '云川市又一商贸有限公司', '云川市又一商贸有限公司', 'x', now() from subjects_subject"
        )
    (answer,) = told(["-c", ASK, json.dumps(["又一商贸"])], restored, monkeypatch)
    assert answer["candidates"][0]["name"] == "云川市又一商贸有限公司"
