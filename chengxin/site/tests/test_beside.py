"""Whatever is killed of a running service, entries go on getting their places in the signed tree."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from chengxin.ledger.models import Leaf
from chengxin.ledger.services import trace
from chengxin.site.testing_live import _free_port, address_of
from chengxin.site.tests.conftest import ROOT
from tests.world import NOW


@pytest.fixture
def served(database_apart: str, tmp_path: Path) -> Iterator[Path]:
    """The file that names the sequencer's process, of a service of two processes."""
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "chengxin.site.cli", "serve", "--port", str(port), "--workers", "2"],
        env=os.environ | {"DATABASE_URL": address_of(database_apart), "CHENGXIN_HOME": str(tmp_path)},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield tmp_path / f"sequencer-{connection.settings_dict['NAME']}.lock"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)


def wait_for(what: Callable[[], Any], within: float = 60) -> Any:
    deadline = time.monotonic() + within
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
    return found


def named(lock: Path) -> int:
    return int(lock.read_text() or 0) if lock.exists() else 0


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_sequencer_that_is_killed_is_started_again_and_so_it_is_when_its_keeper_is_killed(served: Path) -> None:
    def placed() -> None:
        entry = trace(event="ledger.entry.tried", by="operator", at=NOW)
        wait_for(lambda: Leaf.objects.filter(entry=entry).exists())

    placed()
    chores = served.with_name(served.name.replace("sequencer", "chores"))
    assert parent_of(wait_for(lambda: named(chores))) != 1
    first = wait_for(lambda: named(served))
    os.kill(first, signal.SIGKILL)
    placed()
    second = wait_for(lambda: named(served) if named(served) != first else 0)
    keeper = parent_of(second)
    os.kill(keeper, signal.SIGKILL)
    placed()
    third = wait_for(lambda: named(served) if named(served) != second else 0)
    assert parent_of(third) not in {keeper, 1}
    wait_for(lambda: not Path(f"/proc/{second}").exists())
