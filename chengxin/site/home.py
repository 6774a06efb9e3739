"""The state folder: everything that this installation keeps stands under one folder, `CHENGXIN_HOME`."""

import os
import secrets
from pathlib import Path

from chengxin.kernel.errors import Refusal
from chengxin.kernel.keyfile import keyfile_once


class HomeNotUsable(Refusal):
    """The state folder {folder} cannot be used ({reason}). Set CHENGXIN_HOME to a folder that this user may write."""

    code = "home-not-usable"
    status = 503
    zh = "状态文件夹 {folder} 不能使用（{reason}）。请把 CHENGXIN_HOME 设为当前用户可以写入的文件夹。"


def runs_as_root() -> bool:
    """Whether this process is root, under whom PostgreSQL refuses to run."""
    return os.geteuid() == 0


def home() -> Path:
    """The state folder, made if it is missing; as root it is traversable, so that the server's user can reach its part.

    Only the folder itself is ever given a mode, never one of its parents.
    """
    folder = home_path()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o711 if runs_as_root() else 0o700)
        if runs_as_root():
            _traversable_make(folder)
    except OSError as error:
        raise HomeNotUsable(folder=folder, reason=error.strerror) from error
    return folder


def home_path() -> Path:
    """Where the state folder is, or would be: `CHENGXIN_HOME`, else the usual place for this user's data."""
    if given := os.environ.get("CHENGXIN_HOME"):
        return Path(given).absolute()
    if runs_as_root():
        return Path("/var/lib/chengxin")
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "chengxin"


def key_folder() -> Path:
    """The folder of keys, readable by nobody but the user who runs the program; never inside the database's folder."""
    folder = home() / "keys"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


def secret(name: str) -> str:
    """The named random secret of this installation, drawn once and kept in the key folder."""
    return keyfile_once(key_folder() / name, secrets.token_urlsafe(48))


def _traversable_make(folder: Path) -> None:
    mode = folder.stat().st_mode & 0o7777
    if mode & 0o011 != 0o011:
        folder.chmod(mode | 0o011)
