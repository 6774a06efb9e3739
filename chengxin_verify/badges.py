"""A shop's badge: what the register signed for it, and whether it holds on a day, at an address, beside the list of those revoked. Pure.

A badge is a signed note of three lines: what it is, whose log signed it, and its words as one line of canonical JSON. It names no natural person.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from chengxin_verify.errors import Unfit
from chengxin_verify.notes import Key, Note
from chengxin_verify.outcome import Outcome
from chengxin_verify.reports import report_text

BADGE, REVOKED = "chengxin badge 1", "chengxin badges revoked 1"
WORDS = (
    "address", "code", "expires_at", "issued_at", "kind", "licences", "name", "number", "platform", "platform_title", "shop", "title",
)  # fmt: skip
LONGEST = 20_000


def badge_text(origin: str, said: Mapping[str, Any]) -> str:
    """What is signed."""
    return f"{BADGE}\n{origin}\n{report_text(said)}\n"


def revoked_text(origin: str, made_at: str, until: str, numbers: Iterable[str]) -> str:
    """The list of the badges revoked that have not ended by themselves: made when, good until when, a number a line."""
    return f"{REVOKED}\n{origin}\n{made_at}\n{until}\n" + "".join(f"{number}\n" for number in numbers)


def badge_read(written: str) -> tuple[Note, str, dict[str, Any]]:
    """A badge's note, its log and its words; refuses what is none, and whatever was written in any other way than it is signed."""
    if len(written) > LONGEST:
        raise Unfit("不是店铺标识：太长", "this is no badge: too long")
    note = Note.read(written)
    kind, _, rest = note.text.partition("\n")
    origin, _, line = rest.partition("\n")
    if kind != BADGE:
        raise Unfit("这份签名文书不是店铺标识，而是别的东西", "this signed note is no badge but something else")
    try:
        said = json.loads(line)
    except ValueError:
        raise Unfit("标识的内容读不出来", "the badge's words cannot be read") from None
    if not isinstance(said, dict) or tuple(sorted(said)) != WORDS:
        raise Unfit("标识的项目多了或者少了", "the badge has more words or fewer than a badge has")
    if badge_text(origin, said) != note.text:
        raise Unfit("标识的写法被改动过", "the badge is not written as it was signed")
    return note, origin, said


def badge_check(
    written: str, keys: Iterable[Key], outcome: Outcome, *, at: datetime, address: str = "", revoked: str = ""
) -> dict[str, Any] | None:  # fmt: skip
    """Hold a badge against the log's keys, the instant, the address of the page on which it was met, and a list of those revoked; what is
    against it goes into the outcome. Its words, where it could be read.
    """
    keys = list(keys)
    try:
        note, origin, said = badge_read(written)
        issued, ends = (instant(said[name]) for name in ("issued_at", "expires_at"))
    except Unfit as unfit:
        outcome.found("no-badge", unfit.zh, unfit.en)
        return None
    outcome.facts |= {"origin": origin, **said}
    outcome.demand(
        bool(note.signed_by(key for key in keys if key.name == origin)), "signature-invalid",
        "签名不成立：内容被改动过，或者不是本平台签发的", "the signature does not hold: it was altered, or not issued by this register",
    )  # fmt: skip
    outcome.demand(issued <= at, "not-yet", "签发时间在将来", "it says that it was issued in the future")
    outcome.demand(at < ends, "ended", f"已于{said['expires_at']}到期", f"it ended at {said['expires_at']}")
    if address:
        same = host_of(address) == host_of(str(said["address"]))
        outcome.demand(
            same, "elsewhere", f"标识属于 {said['address']}，不是您所在的网页：可能是冒用", f"it belongs to {said['address']} and not to this page: it may be copied",
        )  # fmt: skip
    if revoked:
        _beside_list(str(said["number"]), revoked, origin, keys, outcome, at)
    return said


def _beside_list(number: str, written: str, origin: str, keys: list[Key], outcome: Outcome, at: datetime) -> None:
    try:
        note = Note.read(written)
        kind, told, made, until, *numbers = note.text.removesuffix("\n").split("\n")
        good = kind == REVOKED and told == origin and instant(made) <= at
        good = good and bool(note.signed_by(key for key in keys if key.name == origin))
        fresh = good and at < instant(until)
    except (Unfit, ValueError):
        good, fresh, numbers = False, False, []
    if not good:
        outcome.found(
            "list-invalid", "撤销清单不是本平台签发的，不能据以判断", "the list of those revoked is not this register's"
        )
        return
    outcome.demand(
        fresh, "list-old", "撤销清单已经过时，请重新下载", "the list of those revoked is out of date: fetch it anew"
    )
    outcome.demand(number not in numbers, "revoked", "已被撤销", "it was revoked")


def instant(written: object) -> datetime:
    """An instant as a badge writes it; refuses anything else, and one that names no zone."""
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Unfit(f"“{str(written)[:40]}”不是时间", f"“{str(written)[:40]}” is no instant")
    return found


def host_of(address: str) -> str:
    """The host of an address, and its port where it names one; nothing of what is no address of the web."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return parts.netloc.rpartition("@")[2].lower() if parts.scheme in ("http", "https") else ""
