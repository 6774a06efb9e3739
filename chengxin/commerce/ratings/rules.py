"""How sure a rating is, which word it bears, and whose shop has none. Pure."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import NormalDist
from typing import Any

from chengxin.kernel.errors import Refusal
from chengxin.law.models import Feature, Method

METHOD = "shop-rating"
EXCLUDING = "excluding-trades"
OBJECTED = "rating"  # the kind of evaluation under which objections to a rating stand
NOT_ENOUGH = "not-enough"
FIRM, INDIVIDUAL, UNFILED = "firm", "individual", "unfiled"
PUBLISHERS = ("operator", "credit-centre")
DECIDERS = ("department", "court", "operator")
MOST_ORDERS = 20_000
# The letter of the unified code's registering department and class: an individual business is a natural person in trade (Civil Code, art. 54).
INDIVIDUAL_BUSINESS = "92"
PLACES = 6
COUNTS = ("orders", "reviews", "added", "hidden", "withdrawn", "vanished", "returns", "parcels", "remarks")
_ORDER = re.compile(r"[0-9A-Za-z_.:-]{1,64}")
_PERIOD = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d{2})))?")


class MethodUnknown(Refusal):
    """There is no method "{method}". The methods are: {known}."""

    code = "method-unknown"
    status = 404
    zh = "没有名为“{method}”的评价方法。现有：{known}。"


class PeriodUnknown(Refusal):
    """ "{period}" is no period. Write a year (2026), a quarter (2026-Q3) or a month (2026-10)."""

    code = "ratings-period-unknown"
    zh = "“{period}”不是评价期。请写年（2026）、季（2026-Q3）或者月（2026-10）。"


class PeriodNotOver(Refusal):
    """The period {period} ends on {last}: it is rated from the day after."""

    code = "ratings-period-not-over"
    status = 409
    zh = "评价期{period}到{last}为止，次日起才能评价。"


class NotAPublisher(Refusal):
    """{actor} may not publish ratings: the operator and the credit centre do."""

    code = "ratings-not-a-publisher"
    status = 403
    zh = "{actor}不能公布评价：由运行单位和信用中心公布。"


class NotADecider(Refusal):
    """{actor} may not have trades taken out of ratings: an authority that decided, or the operator by its document, does."""

    code = "ratings-not-a-decider"
    status = 403
    zh = "{actor}不能把交易移出评价：由作出决定的机关，或者运行单位凭其文书办理。"


class NothingPublished(Refusal):
    """No rating of {what} has been published{when}."""

    code = "ratings-nothing-published"
    status = 404
    zh = "没有公布过{what}的评价{when}。"


class ExclusionUnfit(Refusal):
    """These trades cannot be taken out: {why}"""

    code = "ratings-exclusion-unfit"
    zh = "不能移出这些交易：{why_zh}"


class ExclusionUnknown(Refusal):
    """There is no decision {exclusion} by which trades were taken out, or it was revoked."""

    code = "ratings-exclusion-unknown"
    status = 404
    zh = "没有编号为{exclusion}的移出决定，或者已经撤销。"


@dataclass(frozen=True)
class Period:
    """A year, a quarter or a month, both days included."""

    name: str
    first: date
    last: date


def period_of(name: str) -> Period:
    """The period of this name; refuses what is none."""
    found = _PERIOD.fullmatch(name.strip())
    year, quarter, month = (int(part) if part else 0 for part in found.groups()) if found else (0, 0, 0)
    if not 1990 <= year <= 2100 or month > 12 or (found and found[3] and month < 1):
        raise PeriodUnknown(period=name[:40])
    start = month or (quarter * 3 - 2 if quarter else 1)
    after = start + (1 if month else 3 if quarter else 12)
    ends = date(year + (after > 12), (after - 1) % 12 + 1, 1) - timedelta(days=1)
    return Period(name.strip(), date(year, start, 1), ends)


def period_over(period: Period, today: date) -> None:
    """Refuses a period that still runs."""
    if today <= period.last:
        raise PeriodNotOver(period=period.name, last=period.last)


# --- whose shop is rated -------------------------------------------------------------------------------------------------------


def kind_of(filed_kind: str, code: str) -> str:
    """Whose a shop is: a firm's, a natural person's (an individual business is one), or nobody's that was filed. Only a firm's is rated."""
    if not filed_kind:
        return UNFILED
    return FIRM if filed_kind == "unit" and code and not code.startswith(INDIVIDUAL_BUSINESS) else INDIVIDUAL


# --- how sure it is --------------------------------------------------------------------------------------------------------------


def z_of(level: int) -> float:
    """How many standard deviations an interval reaches that is sure by so many percent."""
    return NormalDist().inv_cdf((1 + level / 100) / 2)


def interval(total: float, count: int, z: float) -> tuple[float, float]:
    """Wilson's score interval of the mean of `count` values between 0 and 1 whose sum is `total`: all means p with (mean - p)² ≤ z² p (1 - p) / count.

    Its middle is the mean drawn toward one half, as if z² values of one half had been seen before. For values that are not only 0 and 1 it is
    wider than it need be, never narrower: their variance is at most p (1 - p).
    """
    if count == 0:
        return 0.0, 1.0
    mean, z2 = total / count, z * z
    middle = (mean + z2 / (2 * count)) / (1 + z2 / count)
    half = z * sqrt(max(0.0, mean * (1 - mean) / count + z2 / (4 * count * count))) / (1 + z2 / count)
    # What the formula leaves of a rounding is not let out of the bounds, nor past the mean itself.
    return max(0.0, min(middle - half, mean)), min(1.0, max(middle + half, mean))


@dataclass(frozen=True)
class Seen:
    """What was seen of a shop for one feature: so many trades, and the sum of what each says (stars, or one for each that fits)."""

    count: int
    total: int


def feature_rated(feature: Feature, seen: Seen, level: int) -> dict[str, Any]:
    """A feature of a shop: its value in its own unit, and what it counts for between 0 and 1 with its interval."""
    count, total = seen.count, seen.total
    stars = feature.computed == "review-stars"
    scaled = (total - count) / 4 if stars else float(total)
    low, high = interval(scaled, count, z_of(level))
    mean = scaled / count if count else None
    if feature.direction == "lower":
        low, high, mean = 1 - high, 1 - low, None if mean is None else 1 - mean
    return {
        "value": _rounded(total / count) if count else None, "count": count, "total": total, "counts_for": None if mean is None else _rounded(mean),
        "low": _rounded(low), "high": _rounded(high), "enough": count >= feature.least,
    }  # fmt: skip


def _rounded(number: float) -> float:
    return round(number, PLACES) + 0.0


def shop_rated(method: Method, seen: Mapping[str, Seen]) -> dict[str, Any]:
    """A firm's shop by the method: its features, their weighted sum with its interval, and its word. One feature without enough trades, and there is
    neither sum nor word: nothing is filled in, and too little is never bad.

    The sum's interval adds up those of the features at their weights, as if all were wrong on the same side: never too narrow.
    """
    features = {key: feature_rated(each, seen[key], method.level) for key, each in method.features.items()}
    if not all(each["enough"] for each in features.values()):
        return {"features": features, "total": None, "low": None, "high": None, "grade": NOT_ENOUGH}
    sums = {
        name: _rounded(sum(method.features[key].weight * each[name] for key, each in features.items()) / 100)
        for name in ("counts_for", "low", "high")
    }
    word = next(key for key, grade in method.grades.items() if sums["low"] * 100 >= grade.least)
    return {
        "features": features,
        "total": sums["counts_for"],
        "low": sums["low"],
        "high": sums["high"],
        "grade": word,
    }


# --- trades taken out ------------------------------------------------------------------------------------------------------------


def orders_fit(orders: Iterable[str]) -> list[str]:
    """The orders named, each once and in order; refuses none, too many, and what is no order's id."""
    found = sorted({order.strip() for order in orders} - {""})
    if not found or len(found) > MOST_ORDERS:
        raise ExclusionUnfit(
            why=f"name 1 to {MOST_ORDERS} orders.", why_zh=f"请写明1至{MOST_ORDERS}笔订单的编号。"
        )  # fmt: skip
    if any(_ORDER.fullmatch(order) is None for order in found):
        raise ExclusionUnfit(why="an order is named by its platform's id.", why_zh="订单编号不成立。")
    return found


def inputs_text(said: Mapping[str, Any]) -> str:
    """What a computation rests on as text: two of the same are one."""
    return json.dumps(said, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))
