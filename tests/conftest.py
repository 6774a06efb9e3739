"""What the journeys across rooms share."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from chengxin.site.server import server_stop
from tests.logs import leaks, logging_begin
from tests.world import NOW


def pytest_sessionstart() -> None:
    """Keep what the tests' own processes log."""
    logging_begin()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """No run ends well whose logs name a person."""
    if not os.environ.get("PYTEST_XDIST_WORKER") and (found := list(leaks(Path(os.environ["CHENGXIN_HOME"])))):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        sys.stderr.write(f"\na person stands in the logs of this run: {', '.join(found[:20])}\n")


@pytest.fixture
def clock() -> Iterator[None]:
    """Doors read the clock; in these tests it begins at the tests' own instant, on whatever day they are run."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder of its own, with the settings of a real installation: what is committed is on the disk."""
    folder = Path(tempfile.mkdtemp(prefix="chengxin-kill-"))
    monkeypatch.setenv("CHENGXIN_HOME", str(folder))
    monkeypatch.setenv("CHENGXIN_TEST_SERVER", "0")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield folder
    server_stop()
    shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests begin first, so that no worker is left alone with them at the end."""
    items.sort(key=lambda item: item.name != "test_an_ingest_killed_at_any_moment_leaves_all_of_its_batch_or_none")
