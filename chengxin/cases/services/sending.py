"""How notices leave the house. `CHENGXIN_SENDER` names the function; a sender returns what proves the sending, or raises."""

import os
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class Sender(Protocol):
    """Hands one notice over: by which channel, to whom, under which heading; returns what proves it."""

    def __call__(self, *, notice: int, channel: str, to: str, title: str, body: str) -> str: ...


def files(*, notice: int, channel: str, to: str, title: str, body: str) -> str:
    """Lays the notice into the folder `outbox` of CHENGXIN_HOME, readable by its owner alone, for a person or a program to send."""
    folder = Path(settings.CHENGXIN_HOME) / "outbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{notice:08d}-{channel}.txt"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{to}\n\n{title}\n\n{body}")
    return path.name


def sender() -> Sender:
    """The sender that this installation has."""
    found: Sender = import_string(settings.CHENGXIN_SENDER)
    return found
