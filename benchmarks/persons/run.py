"""`python -m benchmarks.persons`: persons filed and sent again, keys replaced while others read, and a dump searched for every one of them."""

import csv
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import psycopg
from rich.console import Console

from benchmarks.arguments import cases_read, parser_make
from benchmarks.persons.leaks import Wanted
from benchmarks.place import ROOT, Place, server_program
from benchmarks.results import Line, frozen_read, frozen_write, middle, shown
from chengxin.kernel.keyfile import KeyFile
from chengxin.kernel.sealing import SUITES, Blind, Key, KeysHeld, Seal
from demo.people import INVENTED, person_name, person_number

HERE = Path(__file__).parent
PARTS = ("plain", "file", "again", "rotate-vault", "rotate-index", "dump", "seal")
DATABASE, SOURCE = "persons", "practice-licences"
HEADINGS = (
    "姓名",
    "公民身份号码",
    "职业人群",
    "许可名称",
    "许可证号",
    "许可决定文号",
    "许可日期",
    "有效期至",
    "许可机关",
)
WORDS = {
    "plain": ("下限：明文 COPY，号码唯一", "floor: plain COPY, numbers unique"),
    "file": ("入库，全部新建", "filed, all new"),
    "again": ("同一些行再报", "the same rows again"),
    "rotate-vault": ("更换密封密钥，边读边换", "seal key replaced under reading"),
    "rotate-index": ("更换索引密钥，边读边换", "index key replaced under reading"),
    "dump": ("导出和日志中的姓名、号码", "names and numbers in dump and logs"),
    "seal-aes-256-gcm-sha-256": ("密封并打开，AES", "sealed and opened, AES"),
    "seal-sm4-gcm-sm3": ("密封并打开，SM4", "sealed and opened, SM4"),
}


class PersonFound(Exception):
    """A person's name or number stands where nobody may read it."""


def main(words: Sequence[str]) -> int:
    """Measures, prints, freezes if asked; fails where a reading failed or a person was found."""
    asked = parser_make("persons", "自然人密封库 / persons behind the vault", PARTS, HERE).parse_args(words)
    os.environ["CHENGXIN_INVENTED_DIVISION"] = INVENTED
    console, lines = Console(stderr=True), list[Line]()
    for case in cases_read(HERE, "persons", asked.sizes):
        persons, runs = int(case["persons"]), []
        with Place(asked.work, keep=asked.keep) as place, console.status(f"{persons:,}"):
            path = rows_write(asked.work / f"{SOURCE}-{persons}.csv", range(persons))
            for _ in range(asked.runs or int(case["runs"])):
                place.database_fresh(DATABASE)
                runs.append(_measured(place, asked.work, path, persons, asked.only))
            path.unlink()
        lines += middle(runs)
    shown(lines, frozen_read(asked.frozen), WORDS)
    if asked.freeze:
        frozen_write(asked.frozen, lines, datetime.now(UTC).date())
    return 0


def rows_write(path: Path, people: Sequence[int]) -> Path:
    """A file of licences, one a person."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for n in people:
            kept = f"D-{n:08d}", f"云川文旅许〔2026〕{n:06d}号", "2026-03-02", "2029-03-01", "云川市文化广电和旅游局"
            writer.writerow([person_name(n), person_number(n), "导游", "导游证", *kept])
    return path


def _measured(place: Place, work: Path, path: Path, persons: int, only: Sequence[str]) -> list[Line]:
    found: list[Line] = []
    floor = _plain(place, path) if "plain" in only else None
    if floor is not None:
        found.append(Line(persons, "plain", seconds=floor, per_second=persons / floor))
    place.settle()
    done = place.command("ingest", SOURCE, str(path), database=DATABASE)
    assert done.result["accepted"] == done.result["subjects_created"] == persons
    own = float(done.result["seconds"])
    if "file" in only:
        ratio = own / floor if floor else None
        found.append(
            Line(
                persons,
                "file",
                done.seconds,
                own,
                persons / own,
                ratio=ratio,
                memory_bytes=done.result["peak_memory_bytes"],
            )
        )
    if "again" in only:
        again = rows_write(path.with_name("again.csv"), range(persons - 1, -1, -1))
        done = place.command("ingest", SOURCE, str(again), database=DATABASE)
        assert done.result["unchanged"] == persons
        again.unlink()
        own = float(done.result["seconds"])
        found.append(Line(persons, "again", done.seconds, own, persons / own, ratio=own / floor if floor else None))
    for ring in ("vault", "index"):
        if f"rotate-{ring}" in only:
            found.append(_rotated(place, ring, persons))
    if "dump" in only:
        found.append(_dumped(place, work, path, persons))
    if "seal" in only:
        found += [_sealed(persons, name) for name in SUITES]
    return found


def _plain(place: Place, path: Path) -> float:
    """What the same rows cost with nothing hidden: one COPY, the numbers unique."""
    with place.connected(DATABASE) as connection:
        columns = ", ".join(f"c{n} text" for n in range(len(HEADINGS)))
        connection.execute(f"create table plain ({columns}, unique (c1))")
    place.settle()
    began = time.monotonic()
    with (
        place.connected(DATABASE) as connection,
        connection.cursor().copy("copy plain from stdin (format csv, header)") as copy,
    ):
        copy.write(path.read_bytes())
    seconds = time.monotonic() - began
    with place.connected(DATABASE) as connection:
        connection.execute("drop table plain")
    return seconds


def _rotated(place: Place, ring: str, persons: int) -> Line:
    """A ring's key replaced while two readers find persons by their marks and open them, as fresh processes would."""
    failed: list[BaseException] = []
    reads, over = [0, 0], threading.Event()

    def read(n: int) -> None:
        chance = random.Random(n)
        try:
            with place.connected(DATABASE, autocommit=True) as connection:
                while not over.is_set():
                    _person_read(connection, place.folder / "home" / "keys", chance.randrange(persons))
                    reads[n] += 1
                    time.sleep(0.002)
        except BaseException as failure:
            failed.append(failure)

    threads = [threading.Thread(target=read, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    try:
        done = place.command("keys", "--rotate", ring, database=DATABASE)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    if failed:
        raise failed[0]
    many = int(done.result["resealed"])
    note = f"{many:,} values, {sum(reads):,} readings meanwhile, {len(failed)} failed"
    return Line(persons, f"rotate-{ring}", seconds=done.seconds, per_second=many / done.seconds, note=note)


def _person_read(connection: psycopg.Connection, keys: Path, n: int) -> None:
    """Find a person by the marks of every key version, and open what is sealed: with keys read afresh each time."""
    marks = list(Blind(KeyFile(keys / "index.key")).marks("citizen-number", "number", person_number(n)).values())
    row = connection.execute(
        "select p.subject_id, p.sealed from subjects_personmark m join subjects_person p on p.subject_id = m.person_id where m.mark = any(%s) limit 1",
        [marks],
    ).fetchone()
    assert row is not None, "a person was not found"
    opened = json.loads(Seal(KeyFile(keys / "vault.key")).unseal(bytes(row[1]), f"subjects_person:{row[0]}".encode()))
    assert opened[0] == person_number(n)


def _dumped(place: Place, work: Path, path: Path, persons: int) -> Line:
    """Everything that a thief may get: a plain dump, the server's log, what the site writes, its access log. And every person looked for."""
    began = time.monotonic()
    dump, logs = work / "dump.sql", work / "site.log"
    subprocess.run([server_program("pg_dump"), "--file", str(dump), place.address(DATABASE)], check=True)
    key = place.command(
        "clients", "operator", "--scopes", "batches", "subjects", "matches", "checks", database=DATABASE
    ).result["key"]
    with _site(place, logs) as url:
        _asked(url, str(key), path)
    server_logs = list((place.folder / "home" / "postgres" / "log").glob("*"))
    wanted = Wanted(map(person_number, range(persons)), map(person_name, range(persons)))
    found = wanted.found_in_files([dump, logs, *server_logs])
    # The search itself works: the file that was sent is full of them.
    assert len(wanted.found_in_files([path])) == persons + len({person_name(n) for n in range(persons)})
    size = dump.stat().st_size
    dump.unlink()
    if found:
        raise PersonFound(len(found))
    note = f"{len(found)} of {persons:,} persons found in {size // 1_000_000} MB of dump and in the logs"
    return Line(persons, "dump", seconds=time.monotonic() - began, note=note)


@contextmanager
def _site(place: Place, logs: Path) -> Iterator[str]:
    """The site with its access log, and all that it writes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = [
        "granian",
        "--interface",
        "wsgi",
        "--port",
        str(port),
        "--access-log",
        "--workers",
        "1",
        "chengxin.site.wsgi:application",
    ]
    environment = place.environment(DATABASE) | {
        "CHENGXIN_LOG_LEVEL": "DEBUG",
        "DJANGO_SETTINGS_MODULE": "chengxin.site.settings",
    }
    with logs.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", *words], env=environment, cwd=ROOT, stdout=out, stderr=out)
        try:
            url = f"http://127.0.0.1:{port}"
            for _ in range(300):
                try:
                    urlopen(f"{url}/health", timeout=2).close()
                    break
                except (URLError, OSError):
                    time.sleep(0.2)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=30)


def _asked(url: str, key: str, path: Path) -> None:
    """The file sent by the API, and a person asked for at every door that takes a name or a number in its body."""
    boundary = "people"
    lines = [line.encode() for line in path.read_text(encoding="utf-8").splitlines()[:200]]
    spoilt = "\n".join(
        [lines[0].decode(), *(line.decode().replace("导游,", "无,", 1) for line in lines[1:50])]
    ).encode()
    for content in (b"\n".join(lines), spoilt, b"\n".join(lines[1:])):
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n'.encode()
            + content + f"\r\n--{boundary}--\r\n".encode()
        )  # fmt: skip
        _post(f"{url}/api/v1/batches/{SOURCE}", body, f"multipart/form-data; boundary={boundary}", key)
    for n in range(20):
        _post(
            f"{url}/api/v1/matches",
            json.dumps({"name": person_name(n), "number": person_number(n)}).encode(),
            "application/json",
            key,
        )
        asked = {"number": person_number(n), "code": person_number(n), "matter": "tender"}
        _post(f"{url}/api/v1/checks", json.dumps(asked).encode(), "application/json", key)


def _post(url: str, body: bytes, kind: str, key: str) -> None:
    request = Request(url, body, {"Content-Type": kind, "Authorization": f"Bearer {key}"})
    try:
        urlopen(request, timeout=60).close()
    except HTTPError as refused:
        refused.close()  # a refusal is an answer


def _sealed(persons: int, name: str) -> Line:
    """Seal and open one person's number and name so many times."""
    seal = Seal(KeysHeld((Key.drawn(1, SUITES[name]),)))
    value: Mapping[str, str] = {"number": person_number(1), "name": person_name(1)}
    began = time.monotonic()
    for n in range(persons):
        about = str(n).encode()
        seal.unseal_json(seal.seal_json(value, about), about)
    seconds = time.monotonic() - began
    return Line(persons, f"seal-{name}", seconds=seconds, per_second=persons / seconds)
