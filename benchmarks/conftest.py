"""A folder that the place's own server can reach, and the benchmarks as a person runs them."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.place import READY, ROOT
from benchmarks.results import Line, frozen_read

Measure = Callable[..., dict[str, Line]]


@pytest.fixture(scope="session")
def ready() -> Iterator[Path]:
    """A place's state folder with its server initialised and its clean database in it: most of a small run's time is spent on them."""
    prepare = "import sys; from pathlib import Path; from benchmarks.place import Place\n"
    prepare += "with Place(Path(sys.argv[1]), keep=True) as place: place.database_clean()"
    with tempfile.TemporaryDirectory(prefix="chengxin-bench-") as name:
        folder = Path(name)
        words, own = [sys.executable, "-c", prepare, name], {READY: str(folder / "none")}
        subprocess.run(words, env=os.environ | own, cwd=ROOT, check=True)
        yield folder / "home"


@pytest.fixture
def measure(ready: Path) -> Iterator[Measure]:
    """Runs a benchmark in a process of its own, in a throw-away folder; returns its lines by what they measure."""
    with tempfile.TemporaryDirectory(prefix="chengxin-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)

        def run(benchmark: str, *words: str) -> dict[str, Line]:
            done = subprocess.run(
                [sys.executable, "-m", f"benchmarks.{benchmark}", "--freeze", "--runs", "1"]
                + ["--work", str(folder / "work"), "--frozen", str(folder / "frozen"), *words],
                env=os.environ | {READY: str(ready)},
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            assert not (folder / "work" / "home").exists()
            return {what: line for (_, what), line in frozen_read(folder / "frozen").items()}

        yield run
