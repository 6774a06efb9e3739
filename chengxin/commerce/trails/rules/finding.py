"""Where in an event each query parameter of EPCIS 2.0 looks that no column answers: one table, read into conditions. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, cast

from chengxin.commerce.trails.rules.hashing import CBV, PREFIXES
from chengxin.commerce.trails.rules.matching import place_ways
from chengxin.kernel.days import CHINA_TIME
from chengxin.kernel.errors import Refusal

Kind = Literal["word", "text", "place", "number", "instant", "truth", "any"]
Op = Literal["EQ", "GT", "GE", "LT", "LE", "EXISTS"]
Path = tuple[str, ...]
# What a path walks through besides names: anything at any depth below.
BELOW: Final = "**"


class AskedAmiss(Refusal):
    """The query parameter {name} cannot be answered here: {why}."""

    code = "trails-asked-amiss"
    status = 400
    zh = "查询参数{name}无法答复：{why_zh}。"


@dataclass(frozen=True)
class Looked:
    """Where a parameter looks, which values stand there, and by what the element is chosen that holds them: its unit, or its type."""

    kind: Kind
    paths: tuple[Path, ...]
    chosen: Literal["", "uom", "type"] = ""
    needed: bool = False


@dataclass(frozen=True)
class Condition:
    """An event answers it where any value at any of the paths stands so to any of the values; `among` are the units or types of the element."""

    op: Op
    kind: Kind
    paths: tuple[Path, ...]
    values: tuple[Any, ...] = ()
    chosen: str = ""
    among: tuple[str, ...] = ()


_ELEMENT: Final = ("sensorElementList",)
_META: Final = (*_ELEMENT, "sensorMetadata")
_REPORT: Final = (*_ELEMENT, "sensorReport")
_ERROR: Final = ("errorDeclaration",)
_QUANTITIES: Final = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_BOTH: Final = (_META, _REPORT)


def _in(name: str, *paths: Path) -> tuple[Path, ...]:
    return tuple((*path, name) for path in paths)


LOOKED: Final[Mapping[str, Looked]] = {
    "persistentDisposition_set": Looked("word", (("persistentDisposition", "set"),)),
    "persistentDisposition_unset": Looked("word", (("persistentDisposition", "unset"),)),
    "bizTransaction": Looked("text", (("bizTransactionList", "bizTransaction"),), "type", True),
    "source": Looked("place", (("sourceList", "source"),), "type", True),
    "destination": Looked("place", (("destinationList", "destination"),), "type", True),
    "quantity": Looked("number", tuple((each, "quantity") for each in _QUANTITIES), "uom"),
    "errorDeclarationTime": Looked("instant", _in("declarationTime", _ERROR)),
    "errorReason": Looked("word", _in("reason", _ERROR)),
    "correctiveEventID": Looked("text", _in("correctiveEventIDs", _ERROR)),
    "time": Looked("instant", _in("time", *_BOTH)),
    "startTime": Looked("instant", _in("startTime", _META)),
    "endTime": Looked("instant", _in("endTime", _META)),
    "type": Looked("word", _in("type", _REPORT)),
    **{name: Looked("text", _in(name, *_BOTH)) for name in ("deviceID", "dataProcessingMethod", "bizRules")},
    **{
        name: Looked("text", _in(name, _REPORT))
        for name in ("microorganism", "chemicalSubstance", "stringValue", "hexBinaryValue", "uriValue")
    },
    "booleanValue": Looked("truth", _in("booleanValue", _REPORT)),
    **{
        name: Looked("number", _in(name, _REPORT), "uom", True)
        for name in ("value", "minValue", "maxValue", "meanValue", "sDev", "percValue")
    },
    "percRank": Looked("number", _in("percRank", _REPORT)),
}
# Fields of one's own, by where they stand: in the event itself, its master data, …
OWN: Final[Mapping[str, Path]] = {
    "": (),
    "ILMD_": ("ilmd",),
    "ERROR_DECLARATION_": _ERROR,
    "SENSORELEMENT_": _ELEMENT,
    "SENSORMETADATA_": _META,
    "SENSORREPORT_": _REPORT,
    "readPoint_": ("readPoint",),
    "bizLocation_": ("bizLocation",),
}
OPS: Final[Mapping[Kind, tuple[Op, ...]]] = {
    "word": ("EQ",),
    "text": ("EQ",),
    "place": ("EQ",),
    "truth": ("EQ",),
    "instant": ("GE", "LT"),
    "number": ("EQ", "GT", "GE", "LT", "LE"),
    "any": ("EQ", "GT", "GE", "LT", "LE", "EXISTS"),
}
# Known by name alone; with a unit, a type or a name of one's own there are more without end.
NAMED: Final = (
    *(f"{op}_{name}" for name, each in LOOKED.items() if not each.needed for op in OPS[each.kind]),
    "EXISTS_sensorElementList",
)
_OWN = re.compile(
    rf"(EQ|GT|GE|LT|LE|EXISTS)_(INNER_)?({'|'.join(sorted(OWN, reverse=True))})([A-Za-z][A-Za-z0-9.-]*:[\w.-]+)",
    re.ASCII,
)
_FIXED = re.compile(rf"(EQ|GT|GE|LT|LE)_({'|'.join(sorted(LOOKED, reverse=True))})(?:_([\w:/.-]+))?", re.ASCII)
# How a vocabulary's word may be written: bare, as a link, as a URN of the older versions, or with a prefix.
_STEMS: Final = tuple(
    stem
    for word, urn in (("Disp", "disp"), ("ER", "er"), ("BTT", "btt"), ("SDT", "sdt"))
    for stem in (f"{CBV}{word}-", f"cbv:{word}-", f"urn:epcglobal:cbv:{urn}:")
) + (PREFIXES["gs1"], "https://www.gs1.org/voc/", "gs1:")


def looked_for(name: str) -> Condition | None:
    """What a parameter looks at and how, yet without values; none where it is no parameter about what stands in an event."""
    if name == "EXISTS_sensorElementList":
        return Condition("EXISTS", "any", (_ELEMENT,))
    if found := _FIXED.fullmatch(name):
        op, looked, chosen = cast(Op, found[1]), LOOKED[found[2]], found[3]
        if op not in OPS[looked.kind] or (looked.needed and not chosen) or (chosen and not looked.chosen):
            return None
        if not chosen:
            return Condition(op, looked.kind, looked.paths)
        among = written_ways(chosen) if looked.chosen == "type" else (chosen,)
        return Condition(op, looked.kind, looked.paths, (), looked.chosen, among)
    if found := _OWN.fullmatch(name):
        path = (*OWN[found[3]], *([BELOW] if found[2] else []), found[4])
        return Condition(cast(Op, found[1]), "any", (path,))
    return None


def condition_of(name: str, looked: Condition, values: Sequence[str]) -> Condition | None:
    """The condition with the values that are asked for; none where `false` asks for nothing."""
    if looked.op == "EXISTS":
        return looked if truth_of(name, values) else None
    if not values or (looked.op != "EQ" and len(values) != 1):
        raise AskedAmiss(
            name=name, why="it needs a value, and only EQ_ takes several", why_zh="须有值，只有EQ_可以有几个"
        )
    return replace(looked, values=tuple(each for value in values for each in _value(name, looked, value)))


def written_ways(word: str) -> tuple[str, ...]:
    """Every way of writing a vocabulary's word; what is somebody's own is written one way."""
    bare = next((word.removeprefix(stem) for stem in _STEMS if word.startswith(stem)), word)
    return (word,) if re.search("[:/]", bare) else (bare, *(f"{stem}{bare}" for stem in _STEMS))


def _value(name: str, looked: Condition, written: str) -> Iterator[Any]:
    kind = looked.kind
    if kind == "truth":
        yield truth_of(name, [written])
    elif kind == "number":
        yield number_of(name, written)
    elif kind == "instant":
        yield instant_of(name, written)
    elif kind == "word":
        yield from written_ways(written)
    elif kind == "place":
        yield from place_ways(written)
    elif kind == "text" or looked.op == "EQ":
        yield written
    elif re.fullmatch(r"-?[\d.]+(?:[eE][+-]?\d+)?", written):
        yield number_of(name, written)
    else:
        yield instant_of(name, written)


def truth_of(name: str, values: Sequence[str]) -> bool:
    """Whether something is asked for; `false` asks for nothing, as the standard has it."""
    if list(values) not in (["true"], ["false"]):
        raise AskedAmiss(name=name, why="true or false", why_zh="只能是true、false")
    return values[0] == "true"


def number_of(name: str, written: str) -> Decimal:
    """A number as it is asked for."""
    try:
        found = Decimal(written)
    except InvalidOperation:
        found = Decimal("nan")
    if not found.is_finite() or len(written) > 40 or abs(found.adjusted()) > 100:
        raise AskedAmiss(name=name, why="a number is needed", why_zh="须为数字")
    return found


def instant_of(name: str, written: str) -> datetime:
    """An instant as it is asked for; without a zone it is China's time."""
    try:
        # The plus of a zone that nobody escaped comes as a space.
        found = datetime.fromisoformat(re.sub(r"(?<=\d) (?=\d\d:\d\d$)", "+", written))
        return (found if found.tzinfo else found.replace(tzinfo=CHINA_TIME)).astimezone(CHINA_TIME)
    except (ValueError, OverflowError):
        raise AskedAmiss(name=name, why="an instant of ISO 8601 is needed", why_zh="须为ISO 8601时间") from None
