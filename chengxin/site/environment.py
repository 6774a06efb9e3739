"""Typed readers of the environment: a value that is not what it should be stops the program and says which it wants."""

import os
from pathlib import Path
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from chengxin.kernel.errors import Refusal


class SettingNotUnderstood(Refusal):
    """The environment variable {name} is {value!r}; it should be {wanted}."""

    code = "setting-not-understood"
    status = 503
    zh = "环境变量 {name} 的值是 {value!r}，应当是 {wanted}。"


def envbool(name: str, default: bool) -> bool:
    """True or False, spelled so; anything else is refused."""
    value = os.environ.get(name, str(default))
    if value not in {"True", "False"}:
        raise SettingNotUnderstood(name=name, value=value, wanted="True or False")
    return value == "True"


def envint(name: str, default: int) -> int:
    """A whole number, not negative."""
    value = os.environ.get(name, str(default))
    if not (value.isascii() and value.isdigit()):
        raise SettingNotUnderstood(name=name, value=value, wanted="a whole number")
    return int(value)


def envlist(name: str, default: list[str]) -> list[str]:
    """Names with commas between them."""
    value = os.environ.get(name)
    return default if value is None else [part.strip() for part in value.split(",") if part.strip()]


def envsecret(name: str) -> str:
    """A secret from the variable, or from the file that `<name>_FILE` names; one that cannot be read is refused."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingNotUnderstood(name=f"{name}_FILE", value=path, wanted="a readable file") from error


def database(url: str, *, pool: int, prepare_after: int) -> dict[str, Any]:
    """Django's description of the database behind a PostgreSQL address, read as libpq itself reads it.

    `pool` is the most connections a serving process holds open; 0 means one connection a thread, without a pool.
    A statement is prepared on the server from its `prepare_after`-th repetition on.
    """
    try:
        parts: dict[str, Any] = dict(conninfo_to_dict(url))
    except ProgrammingError as error:
        # Its value may hold a password: what is wrong with it is said, not what it is.
        raise SettingNotUnderstood(name="DATABASE_URL", value="…", wanted=f"postgresql://…（{error}）") from None
    options: dict[str, Any] = {"server_side_binding": True, "prepare_threshold": prepare_after}
    if pool:
        options["pool"] = {"min_size": min(2, pool), "max_size": pool, "timeout": 10}
    named = {key.upper(): str(parts.pop(word, "") or "") for key, word in _WORDS.items()}
    age = 0 if pool else None
    return {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": age, "OPTIONS": options | parts, **named}


_WORDS = {"name": "dbname", "user": "user", "password": "password", "host": "host", "port": "port"}
