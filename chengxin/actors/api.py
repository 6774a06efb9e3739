"""Who is calling: an API client's key, what it may do, how often, and what it sends."""

import math
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja.files import UploadedFile
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle
from pydantic import AfterValidator, StringConstraints

from chengxin.actors.selectors import Asker, asker_by_key
from chengxin.kernel.errors import Refusal


def _instant(written: datetime) -> datetime:
    return timezone.make_aware(written) if written.tzinfo is None else written


def text_kept(written: str) -> str:
    """Words that a caller writes, as they can be kept; refuses characters that no text has."""
    if "\0" in written or not written.isprintable() and any("\ud800" <= c <= "\udfff" for c in written):
        raise ValueError("holds a character that no text has")
    return written


# Words that a caller writes and that are kept as they stand.
Text = Annotated[str, StringConstraints(max_length=500), AfterValidator(text_kept)]

# An instant that a caller writes: in China's time where it has no offset, as on the command line.
Instant = Annotated[datetime, AfterValidator(_instant)]


def at_most(ceiling: int) -> AfterValidator:
    """One to so many, whatever was written."""
    return AfterValidator(lambda written: max(1, min(written, ceiling)))


# How many a caller asks for at most.
Most = Annotated[int, at_most(200)]


class ScopeMissing(Refusal):
    """This API client may not do that: it lacks the scope "{scope}". Ask the operator for a key that has it."""

    code = "scope-missing"
    status = 403
    zh = "该接口客户端没有“{scope}”权限。请向运行单位申请。"


class ClientKey(HttpBearer):
    """`Authorization: Bearer cx_…`: found by its hash, in force, and with the scope that the room asks for."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Asker | None:
        """The asker whose key this is; nothing where no key in force matches."""
        asker = asker_by_key(token, at=timezone.now())
        if asker is not None and self.scope not in asker.scopes:
            raise ScopeMissing(scope=self.scope)
        return asker


class PerClient(BaseThrottle):
    """A bucket for each client, refilled through the minute: its rate is shared out evenly among the serving processes."""

    def __init__(self) -> None:
        self._buckets: dict[int, tuple[float, float]] = {}
        self._lock = threading.Lock()
        self._wait = 0.0

    def allow_request(self, request: HttpRequest) -> bool:
        """Take one from the client's bucket; refuses when it is empty."""
        asker: Asker | None = getattr(request, "auth", None)
        if asker is None or asker.client is None:
            return True
        most = max(1.0, asker.per_minute / int(os.environ.get("CHENGXIN_WORKERS", "1")))
        now = time.monotonic()
        with self._lock:
            left, then = self._buckets.get(asker.client, (most, now))
            left = min(most, left + (now - then) * most / 60)
            allowed = left >= 1
            self._buckets[asker.client] = (left - 1 if allowed else left, now)
        self._wait = (1 - left) * 60 / most
        return allowed

    def wait(self) -> float | None:
        """In how many seconds the next call is let through."""
        return float(math.ceil(self._wait))


@contextmanager
def on_disk(upload: UploadedFile) -> Iterator[Path]:
    """The upload as a file with its own ending, readable by nobody else and gone afterwards."""
    endings = "".join(Path(upload.name or "").suffixes[-2:])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{endings}"
        with path.open("wb") as file:
            for block in upload.chunks(1 << 20):
                file.write(block)
        yield path
