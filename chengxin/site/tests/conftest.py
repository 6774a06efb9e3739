"""A state folder of its own for each test that starts servers or commands."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chengxin.site.server import server_stop, server_url

ROOT = Path(__file__).parents[3]


@pytest.fixture
def fresh_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A new state folder with nothing in it, no DATABASE_URL, and whatever was started there stopped at the end."""
    folder = Path(tempfile.mkdtemp(prefix="chengxin-test-"))
    monkeypatch.setenv("CHENGXIN_HOME", str(folder))
    monkeypatch.setenv("CHENGXIN_TEST_SERVER", "1")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield folder
    server_stop(abandoned=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def made_once() -> Iterator[Path]:
    """The server's part of a state folder, initialised and stopped: making one takes a second, copying it a tenth."""
    folder = Path(tempfile.mkdtemp(prefix="chengxin-test-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHENGXIN_HOME", str(folder))
        patch.setenv("CHENGXIN_TEST_SERVER", "1")
        patch.delenv("DATABASE_URL", raising=False)
        server_url()
        server_stop()
    yield folder / "postgres"
    shutil.rmtree(folder)


@pytest.fixture
def ready_home(fresh_home: Path, made_once: Path) -> Path:
    """A state folder whose server is initialised and not running."""
    subprocess.run(["cp", "-a", str(made_once), str(fresh_home)], check=True)
    return fresh_home


def python(*words: str, **environment: str) -> subprocess.Popen[str]:
    """Starts Python with the words, as the tests' own environment with these changes."""
    return subprocess.Popen(
        [sys.executable, *words],
        env=os.environ | environment,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def chengxin(*words: str, **environment: str) -> tuple[int, str, str]:
    """Runs a command line to its end: exit status, standard output, standard error."""
    with python("-m", "chengxin.site.cli", *words, **environment) as process:
        out, err = process.communicate(timeout=120)
    return process.returncode, out, err
