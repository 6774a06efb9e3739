"""What the journeys across rooms share."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

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


@pytest.fixture(scope="session")
def installation() -> Iterator[Path]:
    """The state folder of a real installation, prepared by a first command and stopped."""
    folder = Path(tempfile.mkdtemp(prefix="chengxin-kill-"))
    # Nothing is lost here: the settings of the server are written before every start, and `installed` starts it as a real one.
    own = {"CHENGXIN_HOME": str(folder), "CHENGXIN_TEST_SERVER": "1"}
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | own
    for word in ("actors", "stop"):
        done = subprocess.run(
            [sys.executable, "-m", "chengxin.site.cli", word],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def installed(installation: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder of its own, with the settings of a real installation: what is committed is on the disk."""
    folder = Path(f"{installation}-{uuid4().hex[:8]}")
    # The server's files belong to its own user, and no tool of Python's copies that.
    subprocess.run(["cp", "--archive", installation, folder], check=True)
    monkeypatch.setenv("CHENGXIN_HOME", str(folder))
    monkeypatch.setenv("CHENGXIN_TEST_SERVER", "0")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield folder
    server_stop(abandoned=True)
    shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests begin first, so that no worker is left alone with them at the end."""
    items.sort(key=lambda item: item.name != "test_an_ingest_killed_at_any_moment_leaves_all_of_its_batch_or_none")
