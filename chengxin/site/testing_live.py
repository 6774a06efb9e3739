"""The databases of the tests, and fixtures for those through a real browser and through several connections at once.

Migrations take longer than most tests: one process of a run applies them, and every database is a copy of that one.

Not pytest-django's `live_server`: that empties every table after a test, which append-only tables refuse by design.
The database of `site_server` begins empty, lives as long as the
session, and is filled through `SiteServer.database_open`.
"""

import fcntl
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pytest_django.plugin import DjangoDbBlocker

from chengxin.site.database import database_prepare

START_WITHIN = 60  # seconds
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class SiteServer:
    """A running site: where it answers, and its database."""

    url: str
    database: str
    providers: Path  # the file of the providers by which one signs in there; none to begin with
    blocker: DjangoDbBlocker

    @contextmanager
    def database_open(self) -> Iterator[None]:
        """Within it, this process's Django reads and writes the server's database; what it writes stays."""
        with self.blocker.unblock(), _named(self.database):
            yield


@pytest.fixture(scope="session")
def site_server(database_clean: str, django_db_blocker: DjangoDbBlocker) -> Iterator[SiteServer]:
    """The site, served by `chengxin serve` in a process of its own, as a visitor meets it."""
    name = f"chengxin_live_{os.getpid()}"
    drop = _copied(name, database_clean)
    port = _free_port()
    providers = Path(os.environ["CHENGXIN_HOME"], f"{name}.providers.yaml")
    providers.write_text("providers: []\n", encoding="utf-8")
    own = {
        "CHENGXIN_SITE_URL": f"http://127.0.0.1:{port}", "CHENGXIN_PROVIDERS": str(providers),
        "CHENGXIN_INVENTED_DIVISION": "39",  # that of demo.people: whoever signs in by a provider has a number
    }  # fmt: skip
    with Path(os.environ["CHENGXIN_HOME"], f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "chengxin.site.cli", "serve", "--port", str(port), "--workers", "1"],
            # Every address that a visitor meets stands in the log, where the tests look for persons.
            env=os.environ | {"DATABASE_URL": address_of(name), "GRANIAN_LOG_ACCESS_ENABLED": "true"} | own,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/health", process)
        yield SiteServer(f"http://127.0.0.1:{port}", name, providers, django_db_blocker)
    finally:
        process.terminate()
        process.wait(timeout=30)
        _administer(drop)


@pytest.fixture(scope="session")
def database_clean(django_db_blocker: DjangoDbBlocker) -> str:
    """A database that was prepared as a command prepares a fresh one, and nobody connected: all others are copies of it.

    The first process of a run that wants it makes it, and the run's last act is to drop it.
    """
    name = _clean()
    with Path(os.environ["CHENGXIN_HOME"], f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _there(name):
            making = f"{name}_making"
            _administer(_drop(making), sql.SQL("create database {}").format(sql.Identifier(making)))
            with django_db_blocker.unblock(), _named(making):
                database_prepare()
            words = map(sql.Identifier, (making, name))
            _administer(sql.SQL("alter database {} rename to {}").format(*words))
    return name


def _clean() -> str:
    """The same in every process of a run, and another in every run, which may share a server."""
    return Path(os.environ["CHENGXIN_HOME"]).name


class Prepared:
    """Registered after pytest-django, whose fixture this takes the place of."""

    @pytest.fixture(scope="session")
    def django_db_modify_db_settings(
        self, database_clean: str, django_db_modify_db_settings_parallel_suffix: None
    ) -> None:
        """The database of the tests that leave nothing in it is a copy too."""
        connection.settings_dict["TEST"]["TEMPLATE"] = database_clean


def pytest_configure(config: pytest.Config) -> None:
    """Register what must come late."""
    # Playwright keeps an event loop in this thread to the end of the session, which Django takes for asynchronous code;
    # nothing here runs in that loop.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    config.pluginmanager.register(Prepared())


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Leave no database on a server that stays; where there were several processes, the last to end is this one."""
    if os.environ.get("DATABASE_URL") and not os.environ.get("PYTEST_XDIST_WORKER"):
        _administer(_drop(_clean()))


@pytest.fixture
def database_apart(database_clean: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database of the test's own, prepared, in which what is committed stays: for tests of several connections at once.
    Every thread that the test starts is connected to it, and closes its connection.
    """
    name = f"chengxin_apart_{os.getpid()}"
    drop = _copied(name, database_clean)
    try:
        with django_db_blocker.unblock(), _named(name):
            yield name
    finally:
        _administer(drop)


def _copied(name: str, database: str) -> sql.Composed:
    """Copies the database, and returns the statement that drops the copy."""
    words = map(sql.Identifier, (name, database))
    _administer(_drop(name), sql.SQL("create database {} template {}").format(*words))
    return _drop(name)


def _drop(name: str) -> sql.Composed:
    return sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))


def _there(name: str) -> bool:
    with psycopg.connect(address_of("postgres")) as administration:
        return bool(administration.execute("select 1 from pg_database where datname = %s", [name]).fetchone())


@contextmanager
def _named(database: str) -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def address_of(database: str) -> str:
    words = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    settings = connection.settings_dict
    return make_conninfo("", dbname=database, **{w: settings[key] for key, w in words.items() if settings.get(key)})


def _administer(*statements: sql.Composed) -> None:
    with psycopg.connect(address_of("postgres"), autocommit=True) as administration:
        for statement in statements:
            administration.execute(statement)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the site ended with status {process.returncode} before it answered")
        try:
            with urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer within {START_WITHIN} seconds")
