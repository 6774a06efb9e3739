"""What may be captured by whom, and what may be asked of the events: the query parameters of the EPCIS REST binding. Pure."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from chengxin.commerce.trails.rules import linking
from chengxin.commerce.trails.rules.finding import (
    NAMED,
    AskedAmiss,
    Condition,
    condition_of,
    instant_of,
    looked_for,
    truth_of,
)
from chengxin.commerce.trails.rules.linking import gtin_of, key_of, word_of
from chengxin.commerce.trails.rules.matching import beginnings_of
from chengxin.commerce.trails.rules.shaping import text_whole
from chengxin.kernel.errors import Refusal

MOST_EVENTS = 20_000
MOST_BYTES = 32 * 1024 * 1024
PER_PAGE, MOST_PER_PAGE = 30, 1000


class CaptorUnfit(Refusal):
    """{actor} ({kind}) may not say what happened to goods: platforms, service firms, departments and the operator may."""

    code = "trails-captor-unfit"
    status = 403
    zh = "{actor}（{kind}）不能报送货品轨迹：平台、服务机构、部门和系统运行单位可以。"


class SaidForAnother(Refusal):
    """{by} may not say anything in the name of {actor}: each firm captures its own events, and the operator for any."""

    code = "trails-said-for-another"
    status = 403
    zh = "{by}不能以{actor}的名义报送：各单位报送自己的事件，系统运行单位可以代为报送。"


class PlaceOfAnother(Refusal):
    """The event at {where} says what happened at {gln}, and that place is another's. Only whose place it is says what happened there."""

    code = "trails-place-of-another"
    status = 403
    zh = "{where}处的事件写的是{gln}发生的事，而该地点属于别人。只有地点所属的单位可以报送。"


class GoodsOfAnother(Refusal):
    """The event at {where} says that goods of GTIN {gtin} came into being, and that GTIN is another's."""

    code = "trails-goods-of-another"
    status = 403
    zh = "{where}处的事件称产生了GTIN为{gtin}的货品，而该GTIN属于别的单位。"


class CaptureTooLarge(Refusal):
    """The document has {events} events or is larger than allowed: at most {most} events and 32 MiB at a time. Split it."""

    code = "trails-capture-too-large"
    status = 413
    zh = "文件有{events}个事件或者过大：一次至多{most}个事件、32 MiB。请分开报送。"


class TracingClosed(Refusal):
    """{actor} may not trace goods through everybody's events: supervising departments and the operator do, in their work. What the public may see
    of goods stands on their own page.
    """

    code = "trails-tracing-closed"
    status = 403
    zh = "{actor}不能在各单位的事件中追踪货品：监管部门和系统运行单位因履职追踪。公众可以看到的在货品自己的页面上。"


class CaptureUnknown(Refusal):
    """There is no capture {capture} that {actor} may see."""

    code = "trails-capture-unknown"
    status = 404
    zh = "没有{actor}可以查看的报送{capture}。"


class EventUnknown(Refusal):
    """There is no event of this id that {actor} may see."""

    code = "trails-event-unknown"
    status = 404
    zh = "没有{actor}可以查看的这一编号的事件。"


class AskedTooLarge(Refusal):
    """More events answer the query than the {most} that maxEventCount allows. Ask for less, or with eventCountLimit for the first of them."""

    code = "trails-asked-too-large"
    status = 413
    zh = "符合条件的事件超过maxEventCount所限的{most}个。请缩小范围，或者用eventCountLimit取最前的若干个。"


# ---- whose it is


def said_for(by: str, by_kind: str, actor: str, kind: str, kinds: Sequence[str]) -> None:
    """Refuses one who may capture nothing, and one who speaks for another."""
    if kind not in kinds:
        raise CaptorUnfit(actor=actor, kind=kind)
    if by != actor and by_kind != "operator":
        raise SaidForAnother(by=by, actor=actor)


def captured_of(
    events: Sequence[Mapping[str, Any]], actor: str, places: Mapping[str, str], goods: Mapping[str, str]
) -> None:
    """Refuses an event at another's place, and one in which another's goods come into being; what is nobody's is open."""
    for n, event in enumerate(events):
        where = f"/epcisBody/eventList/{n}"
        for gln in glns_of(event):
            if places.get(gln, actor) != actor:
                raise PlaceOfAnother(where=where, gln=gln)
        for gtin in map(gtin_of, linking.born_of(event)):
            if goods.get(gtin, actor) != actor:
                raise GoodsOfAnother(where=where, gtin=gtin)


def glns_of(event: Mapping[str, Any]) -> list[str]:
    """The location number of the place at which the event happened, if it has one."""
    place = event.get("readPoint")
    found = linking.gln_of(key_of(place["id"])) if isinstance(place, dict) else ""
    return [found] if found else []


# ---- what is asked


@dataclass(frozen=True)
class Matching:
    """Things asked for in some roles: exact names, and beginnings of names where a class was asked for."""

    roles: tuple[str, ...]
    exact: tuple[str, ...]
    below: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """One question about events."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    times: Mapping[str, datetime] = field(default_factory=dict)
    matching: tuple[Matching, ...] = ()
    below: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    declares: bool = False
    by_time: bool = True
    descending: bool = True
    most: int = PER_PAGE
    limit: int | None = None
    at_most: int | None = None
    after: "After | None" = None


@dataclass(frozen=True)
class After:
    """Where a page begins: after this row, so many given before; only of what was recorded up to the first page."""

    value: datetime
    number: int
    given: int
    newest: int


_COLUMNS: Final = {
    "eventType": "kind",
    "EQ_action": "action",
    "EQ_bizStep": "biz_step",
    "EQ_disposition": "disposition",
    "EQ_readPoint": "read_point",
    "EQ_bizLocation": "biz_location",
    "EQ_eventID": "event_id",
}
# With what lies below: a location of a GLN has places of its own, named by an extension.
_BELOW: Final = {"WD_readPoint": "read_point", "WD_bizLocation": "biz_location"}
_TIMES: Final = {
    "GE_eventTime": "at__gte",
    "LT_eventTime": "at__lt",
    "GE_recordTime": "recorded_at__gte",
    "LT_recordTime": "recorded_at__lt",
}
_WHAT = (linking.SEEN, linking.CHILD, linking.TAKEN)
_PARENTS = (linking.PARENT, linking.PARTED)
_MATCHED: Final[dict[str, tuple[str, ...]]] = {
    "MATCH_epc": _WHAT,
    "MATCH_epcClass": _WHAT,
    "MATCH_parentID": _PARENTS,
    "MATCH_inputEPC": (linking.INPUT,),
    "MATCH_inputEPCClass": (linking.INPUT,),
    "MATCH_outputEPC": (linking.OUTPUT,),
    "MATCH_outputEPCClass": (linking.OUTPUT,),
    "MATCH_anyEPC": (*_WHAT, *_PARENTS, linking.INPUT, linking.OUTPUT),
    "MATCH_anyEPCClass": (*_WHAT, *_PARENTS, linking.INPUT, linking.OUTPUT),
    "EQ_transformationID": (linking.RUN,),
}
_REST = (
    "EXISTS_errorDeclaration", "orderBy", "orderDirection", "perPage", "nextPageToken",
    "eventCountLimit", "maxEventCount",
)  # fmt: skip
PARAMETERS: Final = (*_COLUMNS, *_BELOW, *_TIMES, *_MATCHED, *NAMED, *_REST)


def asked_of(parameters: Mapping[str, Sequence[str]]) -> Asked:
    """The question that an address puts, where a vertical bar stands between values; refuses as `question_of` does."""
    return question_of(
        {name: [each for value in values for each in value.split("|") if each] for name, values in parameters.items()}
    )


def question_of(given: Mapping[str, Sequence[str]]) -> Asked:
    """The question that these parameters put, each with its values; refuses any that this register does not answer, so that none is left unheard."""
    for name, values in given.items():
        if not all(map(text_whole, (name, *values))):
            raise AskedAmiss(name="?", why="a character stands in it that no text has", why_zh="含有文本不能有的字符")
    looked = {name: found for name in given if (found := looked_for(name))}
    for name in given:
        if name.startswith(("HASATTR_", "EQATTR_")):
            raise AskedAmiss(name=name, why="no master data are held", why_zh="本系统不保存主数据")
        if name not in PARAMETERS and name not in looked:
            known = ", ".join(PARAMETERS)
            raise AskedAmiss(name=name, why=f"known are {known}", why_zh=f"可以使用的有{known}")
    one = {name: _only(name, given[name]) for name in given if name in (*_TIMES, *_REST)}
    order = one.get("orderBy", "eventTime")
    if order not in ("eventTime", "recordTime") or one.get("orderDirection", "DESC") not in ("ASC", "DESC"):
        raise AskedAmiss(
            name="orderBy", why="eventTime or recordTime, ASC or DESC", why_zh="只能是eventTime、recordTime，ASC、DESC"
        )
    if "eventCountLimit" in one and ("maxEventCount" in one or "orderBy" not in one):
        raise AskedAmiss(
            name="eventCountLimit",
            why="it needs orderBy, and maxEventCount does not go with it",
            why_zh="须与orderBy同用，不能与maxEventCount同用",
        )
    conditions = (condition_of(n, each, given[n]) for n, each in looked.items())
    return Asked(
        columns={_COLUMNS[n]: tuple(_plain(n, v) for v in given[n]) for n in given if n in _COLUMNS},
        below={_BELOW[n]: tuple(key_of(v) for v in given[n]) for n in given if n in _BELOW},
        times={_TIMES[n]: instant_of(n, one[n]) for n in one if n in _TIMES},
        matching=tuple(_matching(n, given[n]) for n in given if n in _MATCHED),
        conditions=tuple(each for each in conditions if each),
        declares=truth_of("EXISTS_errorDeclaration", [one.get("EXISTS_errorDeclaration", "false")]),
        by_time=order == "eventTime",
        descending=one.get("orderDirection", "DESC") == "DESC",
        most=min(_count(one, "perPage") or PER_PAGE, MOST_PER_PAGE),
        limit=_count(one, "eventCountLimit"),
        at_most=_count(one, "maxEventCount"),
        after=token_read(one["nextPageToken"]) if "nextPageToken" in one else None,
    )


def _only(name: str, values: Sequence[str]) -> str:
    if len(values) != 1:
        raise AskedAmiss(name=name, why="one value is needed", why_zh="须有一个值")
    return values[0]


def _plain(name: str, value: str) -> str:
    if name in ("EQ_bizStep", "EQ_disposition"):
        return word_of(value)
    return key_of(value) if name in ("EQ_readPoint", "EQ_bizLocation") else value


def _matching(name: str, values: Sequence[str]) -> Matching:
    keys = [key_of(value) for value in values]
    # A class asks for every lot and piece of it as well, a pattern for whatever begins so.
    below = [
        f"{key}/"
        for key, value in zip(keys, values, strict=True)
        if key.startswith("01/") and key.count("/") == 1 and not value.startswith("urn:epc:idpat:upui:")
    ]
    for value in values:
        if value.startswith(("urn:epc:idpat:", "urn:epc:pat:")):
            begun = beginnings_of(value)
            if begun is None:
                raise AskedAmiss(
                    name=name,
                    why="only patterns of identities are read (urn:epc:idpat:…), with stars at their end and no ranges",
                    why_zh="只能用标识的模式（urn:epc:idpat:…），星号在末尾，没有范围",
                )
            below += begun
    return Matching(_MATCHED[name], tuple(keys), tuple(below))


def _count(one: Mapping[str, str], name: str) -> int | None:
    if name not in one:
        return None
    written = one[name]
    if not re.fullmatch("[0-9]{1,9}", written) or int(written) == 0:
        raise AskedAmiss(name=name, why="a whole number from 1 is needed", why_zh="须为正整数")
    return int(written)


def token_of(after: After) -> str:
    """The token of the page that begins there."""
    written = f"{after.value.isoformat()} {after.number} {after.given} {after.newest}"
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def token_read(token: str) -> After:
    """Where the page of this token begins."""
    try:
        value, *numbers = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode().split(" ")
        if not all(re.fullmatch("[0-9]{1,18}", each) for each in numbers):
            raise ValueError(token)
        number, given, newest = map(int, numbers)
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise ValueError(token)
        return After(found, number, given, newest)
    except (ValueError, binascii.Error):
        raise AskedAmiss(name="nextPageToken", why="it is none of ours", why_zh="不是本系统给出的") from None
