"""A shop's badge: what the register signed for it, and whether it holds on a day, at an address, beside the list of those revoked. Pure.

A badge is a signed note of three lines: what it is, whose log signed it, and its words as one line of canonical JSON. It names no natural person.
Since the second version it says how the shop of a firm is rated; those of the first are read as they were.
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

BADGE, REVOKED, OUTDATED = "chengxin badge 2", "chengxin badges revoked 2", "outdated"
WORDS = (
    "address", "code", "expires_at", "issued_at", "kind", "licences", "name", "number", "platform", "platform_title", "rating", "shop", "title",
)  # fmt: skip
BEFORE = "chengxin badge 1"
BEFORE_WORDS = tuple(word for word in WORDS if word != "rating")
BEFORE_REVOKED = "chengxin badges revoked 1"
RATING_WORDS = ("grade", "high", "level", "low", "method", "method_from", "period", "title", "title_en", "version")
NOT_ENOUGH, INDIVIDUAL_BUSINESS, MILLION = "not-enough", "92", 10**6
LONGEST = 20_000


def badge_text(origin: str, said: Mapping[str, Any]) -> str:
    """What is signed: of the second version where anything is said of a rating, be it that there is none."""
    return f"{BADGE if 'rating' in said else BEFORE}\n{origin}\n{report_text(said)}\n"


def revoked_text(origin: str, made_at: str, until: str, numbers: Iterable[str], outdated: Iterable[str] = ()) -> str:
    """The list of the badges revoked that have not ended by themselves: made when, good until when, a number a line; then those whose grade another has
    overtaken, each with that word.
    """
    told = [*numbers, *(f"{number} {OUTDATED}" for number in outdated)]
    return f"{REVOKED}\n{origin}\n{made_at}\n{until}\n" + "".join(f"{line}\n" for line in told)


def badge_read(written: str) -> tuple[Note, str, dict[str, Any]]:
    """A badge's note, its log and its words; refuses what is none, and whatever was written in any other way than it is signed."""
    if len(written) > LONGEST:
        raise Unfit("不是店铺标识：太长", "this is no badge: too long")
    note = Note.read(written)
    kind, _, rest = note.text.partition("\n")
    origin, _, line = rest.partition("\n")
    if kind not in (BADGE, BEFORE):
        raise Unfit("这份签名文书不是店铺标识，而是别的东西", "this signed note is no badge but something else")
    try:
        said = json.loads(line)
    except ValueError:
        raise Unfit("标识的内容读不出来", "the badge's words cannot be read") from None
    if not isinstance(said, dict) or tuple(sorted(said)) != (WORDS if kind == BADGE else BEFORE_WORDS):
        raise Unfit("标识的项目多了或者少了", "the badge has more words or fewer than a badge has")
    if badge_text(origin, said) != note.text:
        raise Unfit("标识的写法被改动过", "the badge is not written as it was signed")
    _rating_read(said)
    return note, origin, said


def _rating_read(said: Mapping[str, Any]) -> None:
    """Refuses a grade of a natural person's shop, and one without bounds, period and method."""
    rating = said.get("rating")
    if rating is None:
        return
    if said["kind"] != "unit" or not said["code"] or str(said["code"]).startswith(INDIVIDUAL_BUSINESS):
        raise Unfit(
            "标识给个人的店铺写了等级：对自然人不作评价", "the badge grades a natural person's shop: no person is rated"
        )
    if not isinstance(rating, dict) or tuple(sorted(rating)) != RATING_WORDS:
        raise Unfit("等级的项目多了或者少了", "the grade has more words or fewer than a grade has")
    words = [rating[name] for name in ("grade", "method", "method_from", "period", "title", "title_en")]
    numbers = [rating["level"], rating["version"]]
    bounds = [rating["low"], rating["high"]]
    if rating["grade"] == NOT_ENOUGH:
        whole = bounds == [None, None]
    else:
        numbers += bounds
        whole = all(type(each) is int for each in bounds) and 0 <= bounds[0] <= bounds[1] <= MILLION
    if (
        not whole
        or not all(isinstance(each, str) and each for each in words)
        or any(type(n) is not int for n in numbers)
    ):
        raise Unfit("等级没有区间、评价期或者方法", "the grade has no interval, period or method")


def rating_told(rating: Mapping[str, Any] | None) -> tuple[str, str]:
    """A grade with its interval, its period and its method as one reads it, in both languages; that there is none where there is none."""
    if rating is None:
        return "没有等级", "no grade"
    version, method, since = rating["version"], rating["method"], rating["method_from"]
    zh, en = "", ""
    if rating["low"] is not None:
        low, high = (f"{rating[name] * 100 / MILLION:.1f}" for name in ("low", "high"))
        zh, en = f"区间{low}–{high}（{rating['level']}%），", f"{low}–{high} of 100 ({rating['level']} %), "
    return (
        f"{rating['title']}（{zh}{rating['period']}，第{version}版，方法{method}自{since}）",
        f"{rating['title_en']} ({en}{rating['period']}, version {version}, method {method} from {since})",
    )


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
        kind, told, made, until, *lines = note.text.removesuffix("\n").split("\n")
        good = kind in (REVOKED, BEFORE_REVOKED) and told == origin and instant(made) <= at
        good = good and bool(note.signed_by(key for key in keys if key.name == origin))
        fresh = good and at < instant(until)
    except (Unfit, ValueError):
        good, fresh, lines = False, False, []
    if not good:
        outcome.found(
            "list-invalid", "撤销清单不是本平台签发的，不能据以判断", "the list of those revoked is not this register's"
        )
        return
    outcome.demand(
        fresh, "list-old", "撤销清单已经过时，请重新下载", "the list of those revoked is out of date: fetch it anew"
    )
    outcome.demand(number not in lines, "revoked", "已被撤销", "it was revoked")
    outcome.demand(
        f"{number} {OUTDATED}" not in lines, "outdated", "标识上的等级已经过时：后来公布了不同的评价",
        "the grade on it is out of date: another rating was published since",
    )  # fmt: skip


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
