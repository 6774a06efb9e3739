"""Who is calling: an API client's key or certificate, what it may do, how often, and what it sends; and the door where it asks about itself."""

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

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from ninja.files import UploadedFile
from ninja.security import HttpBearer
from ninja.throttling import AnonRateThrottle, BaseThrottle
from pydantic import AfterValidator, StringConstraints

from chengxin.actors.rules import CertificateAndKey, certificate_read, certificate_told, fingerprint_written, network_of
from chengxin.actors.selectors import Asker, agreements_known, asker_by_certificate, asker_by_key, client_told
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


def address_of(request: HttpRequest) -> str:
    """From where the request comes: counted against, never kept as it is. What a proxy says of whom it serves is believed of our own
    proxies alone (CHENGXIN_PROXIES), and of what they say the last that is none of them.
    """
    sender = str(request.META.get("REMOTE_ADDR", ""))
    if sender not in settings.CHENGXIN_PROXIES:
        return sender
    told = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
    return next((each for each in reversed(told) if each and each not in settings.CHENGXIN_PROXIES), sender)


class PerAddress(AnonRateThrottle):
    """So many calls a minute from one address, whatever the caller writes about where it comes from; those of one scope are counted together."""

    def __init__(self, rate: str, scope: str = "anon") -> None:
        self.scope = scope
        super().__init__(rate)

    def get_ident(self, request: HttpRequest) -> str:
        """The address that is counted."""
        return network_of(address_of(request))


class ClientKey(HttpBearer):
    """`Authorization: Bearer cx_…`, or a certificate that a proxy of the settings tells: found by its hash, in force, and with the scope that the
    room asks for, if any.
    """

    def __init__(self, scope: str = "") -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Asker | None:
        """Who calls, by certificate, key, or both of the same client. Refuses a certificate whose teller is not believed."""
        certificate = certificate_told(
            request.headers, str(request.META.get("REMOTE_ADDR", "")), header=settings.CHENGXIN_CERTIFICATE_HEADER,
            secret=settings.CHENGXIN_CERTIFICATE_SECRET, proxies=settings.CHENGXIN_PROXIES,
        )  # fmt: skip
        if certificate is None:
            return super().__call__(request)
        asker = asker_by_certificate(certificate_read(certificate).fingerprint, at=timezone.now())
        if "Authorization" in request.headers and (asker is None or super().__call__(request) != asker):
            raise CertificateAndKey
        return self._within(asker)

    def authenticate(self, request: HttpRequest, token: str) -> Asker | None:
        """The asker whose key this is; nothing where no key in force matches."""
        return self._within(asker_by_key(token, at=timezone.now()))

    def _within(self, asker: Asker | None) -> Asker | None:
        if asker is not None and self.scope and self.scope not in asker.scopes:
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


router = Router(auth=ClientKey(), throttle=PerClient(), tags=["client 客户端"])


class CertificateOut(Schema):
    """A certificate by which the client is known: the SHA-256 of its DER, and until when."""

    fingerprint: str
    added_at: datetime
    expires_at: datetime


class ClientOut(Schema):
    """A client as it stands: whose it is, what it may do now, how often, until when, the agreements in force by which, and the certificates that name
    it.
    """

    client: int
    actor: str
    title: str
    scopes: list[str]
    per_minute: int
    expires_at: datetime
    agreements: list[str]
    certificates: list[CertificateOut]


@router.get("", response=ClientOut, summary="本客户端 / this client", operation_id="client_read")
def client_read(request: HttpRequest) -> object:
    """调用的程序自己的权限、频率、到期日和证书。 / The calling program's own scopes, rate, end and certificates."""
    asker: Asker = request.auth  # type: ignore[attr-defined]
    at = timezone.now()
    found = client_told(asker.client or 0, at=at)
    known = [
        {"fingerprint": fingerprint_written(bytes(c.fingerprint)), "added_at": c.added_at, "expires_at": c.expires_at}
        for c in found.certificates.all()
    ]
    return {
        "client": found.pk, "actor": found.actor.key, "title": found.title, "scopes": [s for s in found.scopes if s in asker.scopes], "per_minute": found.per_minute,
        "expires_at": found.expires_at, "certificates": known, "agreements": [a.number for a in agreements_known(at=at, actor=found.actor.key) if a.in_force],
    }  # fmt: skip
