"""What facts count for, who may confirm one, what may be offered, and who is entitled. Pure. Points only add up."""

import base64
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from chengxin.kernel.errors import Refusal
from chengxin.law import Law
from chengxin.law.models import BenefitPoints

PURPOSE = "benefits"  # what every entry of the ledger about a wallet bears, so that it can be found and erased
SCENES = "benefit-scenes"
PROVIDERS = ("department", "credit-centre", "platform", "service-firm")
MOST_UNITS, MOST_FACTS, MOST_POINTS = 10_000, 500, 100_000
MOST_TITLE, MOST_WORDS = 80, 1000
EVIDENCE = ("The number of the evidence", "证明编号")
TITLE, WORDS, OTHERWISE = (
    ("The title of the benefit", "惠民项目的名称"),
    ("What the benefit is", "惠民内容"),
    ("What everybody else has", "不参加的人享有的服务"),
)
VALID = timedelta(minutes=30)  # how long a code can be shown


class FactKindUnknown(Refusal):
    """The table of benefit points has no "{kind}" today. It has: {known}."""

    code = "benefit-fact-unknown"
    zh = "今日的惠民积分表没有“{kind}”。有：{known}。"


class FactUnfit(Refusal):
    """This cannot be added: {why}."""

    code = "benefit-fact-unfit"
    zh = "不能加入：{why_zh}。"


class WalletMissing(Refusal):
    """You take no part in benefits. Nothing about you is kept there; to take part, say so first."""

    code = "benefit-wallet-missing"
    status = 404
    zh = "您没有参加惠民服务，这里没有您的任何信息。要参加的，请先确认参加。"


class NotEntitled(Refusal):
    """This benefit cannot be had now: {why}. What everybody has, you have as before."""

    code = "benefit-not-entitled"
    status = 409
    zh = "现在不能享受该项惠民：{why_zh}。人人享有的服务不受影响。"


class ProviderUnfit(Refusal):
    """{actor} is a {kind}: benefits are offered by {providers}."""

    code = "benefit-provider-unfit"
    status = 403
    zh = "{actor}属于{kind}：惠民项目由{providers}提供。"


class OfferUnfit(Refusal):
    """This cannot be offered: {why}."""

    code = "benefit-offer-unfit"
    zh = "不能提供：{why_zh}。"


# --- what facts count for ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """A fact as the rule sees it: its kind, so many units, of which day, and whether it counts (confirmed, or its record in effect)."""

    kind: str
    units: int
    on: date
    counts: bool = True


def points_of(law: Law, facts: Iterable[Held]) -> int:
    """The points of these facts by the table of the law's day: each unit counts, of each kind at most so many a year. One more fact never
    makes them fewer.
    """
    units: dict[tuple[str, int], int] = {}
    for fact in facts:
        if fact.counts and fact.kind in law.benefit_points:
            units[fact.kind, fact.on.year] = units.get((fact.kind, fact.on.year), 0) + fact.units
    return sum(_points(law.benefit_points[kind], many) for (kind, _), many in units.items())


def _points(entry: BenefitPoints, units: int) -> int:
    return entry.each * (units if entry.most is None else min(units, entry.most))


def kind_of(law: Law, kind: str) -> BenefitPoints:
    """The entry of the table; refuses one that it does not have."""
    entry = law.benefit_points.get(kind)
    if entry is None:
        raise FactKindUnknown(kind=kind[:60], known=", ".join(sorted(law.benefit_points)))
    return entry


def fact_enterable(law: Law, kind: str, *, units: int, on: date, issuer_kind: str, today: date) -> BenefitPoints:
    """Whether such a fact may be entered, for an issuer of this kind to confirm."""
    entry = kind_of(law, kind)
    if issuer_kind not in entry.confirmed_by:
        raise FactUnfit(
            why=f"{entry.title.en} is confirmed by: {', '.join(entry.confirmed_by) or 'nobody'}; the issuer is a {issuer_kind}",
            why_zh=f"{entry.title.zh}由{'、'.join(entry.confirmed_by) or '无人'}确认，所选单位属于{issuer_kind}",
        )
    if not 1 <= units <= MOST_UNITS:
        raise FactUnfit(why=f"write between 1 and {MOST_UNITS} as its number", why_zh=f"数量须在1至{MOST_UNITS}之间")
    if on > today:
        raise FactUnfit(why="its day lies in the future", why_zh="日期在今天以后")
    return entry


def kind_of_record(law: Law, record_type: str) -> str:
    """Under which kind of the table a record of this type counts; refuses a type of which none may be added."""
    found = next((key for key, entry in sorted(law.benefit_points.items()) if record_type in entry.records), None)
    if found is None:
        raise FactUnfit(
            why="only favourable records that the table names may be added", why_zh="只能加入积分表列明的守信记录"
        )
    return found


# --- offers and codes ------------------------------------------------------------------------------------------------------


def offer_fit(
    law: Law, *, scene: str, points: int, times_a_year: int | None, starts_on: date, ends_on: date | None
) -> None:
    """Refuses an offer outside the scenes of the lawbook, and numbers that are none."""
    listed = law.code_lists[SCENES].choices
    if scene not in listed:
        raise OfferUnfit(why=f"the scenes are {', '.join(listed)}", why_zh=f"场景有{'、'.join(listed)}")
    if not 1 <= points <= MOST_POINTS or (times_a_year is not None and not 1 <= times_a_year <= 366):
        raise OfferUnfit(
            why=f"points are 1 to {MOST_POINTS}, and times a year 1 to 366",
            why_zh=f"积分须在1至{MOST_POINTS}之间，每年次数须在1至366之间",
        )
    if ends_on is not None and ends_on < starts_on:
        raise OfferUnfit(why="it ends before it starts", why_zh="结束日期早于开始日期")


def entitled(*, points: int, needed: int, used: int, times_a_year: int | None) -> None:
    """Refuses whoever has too few points, or has had the benefit as often as it is given in a year. Points are not used up."""
    if points < needed:
        raise NotEntitled(
            why=f"it takes {needed} points, and yours are {points}", why_zh=f"需要{needed}分，您有{points}分"
        )
    if times_a_year is not None and used >= times_a_year:
        raise NotEntitled(
            why=f"it is given {times_a_year} times a year", why_zh=f"每年可以享受{times_a_year}次，今年已用完"
        )


# Crockford's alphabet: no I, L, O, U.
_ALPHABET = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_DASHES = re.compile(r"[\s\-\u2010-\u2015\u2212]+")


def code_written(drawn: bytes) -> str:
    """Ten random bytes as somebody reads them out: four groups of four."""
    code = base64.b32encode(drawn).decode("ascii").translate(_ALPHABET)
    return "-".join(code[at : at + 4] for at in range(0, 16, 4))


def code_typed(text: str) -> str:
    """A code as somebody typed it, in its normal form."""
    return _DASHES.sub("", unicodedata.normalize("NFKC", text[:60])).upper()
