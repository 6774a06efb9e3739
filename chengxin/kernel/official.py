"""A page of another's, read over TLS: at one host, by addresses that are public, in little time, of little size, redirected only within the host."""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

CONNECT, WHOLE = 3.0, 10.0  # seconds to connect, and for the whole answer with its redirects
MOST, LEAPS = 1_000_000, 3  # bytes of a page, and redirects
MOVED = (301, 302, 303, 307, 308)

Address = tuple[str, int]
Resolve = Callable[[str], Sequence[Address]]


class PageUnreachable(Exception):
    """The page could not be read. What failed is not told: it may hold what is inside."""


@dataclass(frozen=True)
class Page:
    """What the host answered."""

    status: int
    text: str


def address_public(host: str) -> list[Address]:
    """Where the host is; refuses one that has any address that is not public, so that nobody has this machine ask what is beside it."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError:
        raise PageUnreachable from None
    numbers = [str(each[4][0]) for each in found]
    if not numbers or not all(_public(number) for number in numbers):
        raise PageUnreachable
    return [(number, 443) for number in numbers]


def _public(number: str) -> bool:
    at = ip_address(number.partition("%")[0])
    inner = getattr(at, "ipv4_mapped", None) or getattr(at, "sixtofour", None)
    teredo = getattr(at, "teredo", None)
    each = [at, *([inner] if inner else []), *(teredo or ())]
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in each)


class _Pinned(http.client.HTTPSConnection):
    """Connects to the address that was looked at, and to no other that the name has a moment later; the certificate must be the host's."""

    def __init__(self, host: str, address: Address, context: ssl.SSLContext) -> None:
        super().__init__(host, timeout=CONNECT, context=context)
        self._address, self._tls = address, context

    def connect(self) -> None:
        """Connect, and shake hands as with the host."""
        plain = socket.create_connection(self._address, timeout=CONNECT)
        try:
            self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def page_read(address: str, *, roots: str = "", resolve: Resolve = address_public) -> Page:
    """The page at this address. Whatever is amiss raises `PageUnreachable`: a name that is not public, a certificate that is not the host's, a
    redirect to elsewhere, too much, too late.
    """
    context = ssl.create_default_context(cafile=roots or None)
    host, until = urlsplit(address).hostname or "", time.monotonic() + WHOLE
    try:
        for _ in range(LEAPS + 1):
            page, address = _asked(address, context, resolve, until)
            if page is not None:
                return page
            where = urlsplit(address)
            if where.scheme != "https" or where.hostname != host or where.port not in (None, 443) or where.username:
                raise PageUnreachable
    except (OSError, http.client.HTTPException, ValueError, LookupError):
        raise PageUnreachable from None
    raise PageUnreachable


def _asked(address: str, context: ssl.SSLContext, resolve: Resolve, until: float) -> tuple[Page | None, str]:
    """The page, or where it has moved."""
    where = urlsplit(address)
    host = where.hostname or ""
    connection = _Pinned(host, resolve(host)[0], context)
    try:
        path = (where.path or "/") + (f"?{where.query}" if where.query else "")
        connection.request("GET", path, headers={"Accept": "text/html, text/plain", "User-Agent": "chengxin"})
        answer = connection.getresponse()
        if answer.status in MOVED:
            return None, urljoin(address, answer.getheader("Location") or "")
        return Page(answer.status, _text(answer, connection, until)), address
    finally:
        connection.close()


def _text(answer: http.client.HTTPResponse, connection: http.client.HTTPSConnection, until: float) -> str:
    found = b""
    while part := answer.read1(65_536):
        found += part
        if len(found) > MOST or time.monotonic() > until:
            raise PageUnreachable
    charset = answer.headers.get_content_charset() or ""
    for each in (charset, "utf-8", "gb18030"):
        if each:
            try:
                return found.decode(each)
            except UnicodeDecodeError:
                continue
    return found.decode("utf-8", "replace")
