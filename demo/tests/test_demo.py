"""The demo keeps to a home of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from demo.__main__ import MARK, Mark, _begun, _database_settle


def test_a_state_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    environment = os.environ | {"CHENGXIN_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "demo"], env=environment, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 1
    assert "no demo home" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_without_a_home_the_demo_takes_one_beside_the_operator_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHENGXIN_HOME", "")
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    if os.geteuid() == 0:  # root's data stand elsewhere: give the home by name
        monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "chengxin-demo"))
    demo = _begun(Console(quiet=True))
    assert demo.home == tmp_path / "chengxin-demo"
    assert os.environ["CHENGXIN_HOME"] == str(demo.home)


def test_the_day_is_read_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "")
    first = _begun(Console(quiet=True)).mark
    first.landed.append("a file")
    first.write()
    assert _begun(Console(quiet=True)).mark == Mark(tmp_path / MARK, first.today, ["a file"])


@pytest.mark.parametrize(("url", "kept"), [("postgres://h/chengxin", False), ("postgres://h/chengxin_demo", True)])
def test_a_database_is_used_only_if_it_is_named_for_a_demo(
    url: str, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    _database_settle(Console(quiet=True))
    assert ("DATABASE_URL" in os.environ) is kept
