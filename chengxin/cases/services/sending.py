"""How notices leave the house. `CHENGXIN_SENDER` names the function; a sender returns what proves the sending, or raises."""

import os
from pathlib import Path
from typing import Protocol

from django.conf import settings


class Sender(Protocol):
    """Hands one notice over: by which channel, to whom, under which heading; returns what proves it."""

    def __call__(self, *, notice: int, channel: str, to: str, title: str, body: str) -> str: ...


class Folder:
    """Lays each notice into the folder `outbox` of CHENGXIN_HOME, readable by its owner alone, for a person or a program to send."""

    def __call__(self, *, notice: int, channel: str, to: str, title: str, body: str) -> str:
        """The name of the file."""
        outbox = Path(settings.CHENGXIN_HOME) / "outbox"
        outbox.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = outbox / f"{notice:08d}-{channel}.txt"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{to}\n\n{title}\n\n{body}")
        return path.name


folder = Folder()
