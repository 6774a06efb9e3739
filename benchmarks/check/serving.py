"""Two servers side by side, the site and the thinnest view, and the load that they are put under."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.check import CASE, MATTER
from benchmarks.place import ROOT, Place
from chengxin.site.management.commands.serve import THREADS

START_WITHIN = 60  # seconds


class LoadMissing(Exception):
    """The load generator wrk is missing: apt-get install wrk."""


class Unanswered(Exception):
    """A server did not start, or answered a request with an error."""


@dataclass(frozen=True)
class Served:
    """A server that answers checks at the address."""

    url: str
    key: str

    def ask(self, code: str) -> dict[str, object]:
        """One check, as an API client asks it."""
        asked = json.dumps({"code": code, "matter": MATTER, "purpose": MATTER, "case_number": CASE}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
        with urlopen(Request(f"{self.url}/api/v1/checks", asked, headers), timeout=30) as answer:
            told: dict[str, object] = json.load(answer)
            return told


@dataclass(frozen=True)
class Load:
    """What came of a load: answers a second and latencies in milliseconds."""

    per_second: float
    p50_ms: float
    p99_ms: float


@contextlib.contextmanager
def site_served(place: Place, database: str, key: str, workers: int) -> Iterator[Served]:
    """The whole site, by its own command."""
    port = _free_port()
    words = ["chengxin.site.cli", "serve", "--port", str(port), "--workers", str(workers)]
    with _running(place, database, words, port, key) as served:
        yield served


@contextlib.contextmanager
def thin_served(place: Place, database: str, key: str, workers: int, statements: Path) -> Iterator[Served]:
    """The thinnest view, by the same server with the same words."""
    port = _free_port()
    words = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    words += ["--blocking-threads", str(THREADS), "--no-ws", "benchmarks.check.thin:application"]
    with _running(place, database, words, port, key, {"THIN_STATEMENTS": str(statements)}) as served:
        yield served


@contextlib.contextmanager
def _running(
    place: Place, database: str, words: Sequence[str], port: int, key: str, more: Mapping[str, str] | None = None
) -> Iterator[Served]:
    log = place.folder / f"serve-{port}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            env=place.environment(database) | {"PYTHONPATH": str(ROOT)} | dict(more or {}),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        _wait(port, process, log)
        yield Served(f"http://127.0.0.1:{port}", key)
    finally:
        process.terminate()
        process.wait(timeout=START_WITHIN)
        log.unlink()


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < START_WITHIN and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise Unanswered(log.read_text(encoding="utf-8", errors="replace"))


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def load_run(served: Served, codes: Path, *, clients: int, seconds: int, seed: int) -> Load:
    """So many clients ask about random codes of the file, each as soon as it has its answer."""
    script = Path(__file__).with_name("load.lua")
    told = wrk_run(served, script, clients=clients, seconds=seconds, seed=seed, more={"CODES": str(codes)})
    return Load(told["requests"] / told["microseconds"] * 1e6, told["p50"] / 1e3, told["p99"] / 1e3)


def wrk_run(
    served: Served, script: Path, *, clients: int, seconds: int, seed: int, more: Mapping[str, str]
) -> dict[str, Any]:
    """What a script of wrk's told at its end; refuses a load of which any answer was an error."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise LoadMissing(LoadMissing.__doc__)
    done = subprocess.run(
        [wrk, "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script), served.url],
        env=os.environ | {"KEY": served.key, "SEED": str(seed)} | dict(more),
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    if told["errors"] or not told["requests"]:
        raise Unanswered(done.stdout)
    return told
