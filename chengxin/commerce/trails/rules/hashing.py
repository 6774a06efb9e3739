"""The event's own id: the CBV 2.0 hash of what it says (CBV 2.0, 8.9.2), the same for JSON-LD and XML. Pure.

Held to the published vectors. Where the standard leaves something open (which list of business data comes first, where a nested extension of an
unusual namespace stands) it is done as those vectors' generator does it, for two registers must find one id.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from xml.etree import ElementTree

from chengxin.commerce.trails.rules.identifying import canonical

# A name, its text, and what stands below it.
Node = tuple[str, str, list["Node"]]
Order = tuple[tuple[str, "Order"], ...]

HASH_ID = re.compile(r"ni:///sha-256;[0-9a-f]{64}\?ver=CBV2\.0")
CBV = "https://ref.gs1.org/cbv/"
PREFIXES: Mapping[str, str] = {
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": CBV,
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "gs1": "https://gs1.org/voc/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}
_OLD = {
    f"urn:epcglobal:cbv:{old}:": f"{CBV}{new}-"
    for old, new in (("bizstep", "BizStep"), ("disp", "Disp"), ("btt", "BTT"), ("sdt", "SDT"), ("er", "ER"))
}
# What a bare word stands for, by the property that bears it and the one above.
_WORDS = {
    "bizStep": f"{CBV}BizStep-",
    "disposition": f"{CBV}Disp-",
    "set": f"{CBV}Disp-",
    "unset": f"{CBV}Disp-",
    "component": f"{CBV}Comp-",
    "exception": PREFIXES["gs1"],
    "bizTransactionList.type": f"{CBV}BTT-",
    "sourceList.type": f"{CBV}SDT-",
    "destinationList.type": f"{CBV}SDT-",
    "sensorReport.type": PREFIXES["gs1"],
}
_PAIRED = ("bizTransactionList", "sourceList", "destinationList")
_IGNORED = ("recordTime", "eventID", "type", "errorDeclaration", "@context")
_COMMENTS = ("rdfs:comment", "comment", f"{{{PREFIXES['rdfs']}}}comment")


def _order(*names: str | tuple[str, Order]) -> Order:
    return tuple((name, ()) if isinstance(name, str) else name for name in names)


_QUANTITIES = _order(("quantityElement", _order("epcClass", "quantity", "uom")))
_EPCS = _order("epc")
_METADATA = _order(
    "time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"
)
_REPORT = _order(
    "type", "exception", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "time", "microorganism",
    "chemicalSubstance", "value", "component", "stringValue", "booleanValue", "hexBinaryValue", "uriValue", "minValue",
    "maxValue", "meanValue", "sDev", "percRank", "percValue", "uom", "coordinateReferenceSystem",
)  # fmt: skip
_EVENT = _order(
    "eventTime", "eventTimeZoneOffset", "certificationInfo", "parentID", ("epcList", _EPCS), ("inputEPCList", _EPCS),
    ("childEPCs", _EPCS), ("quantityList", _QUANTITIES), ("childQuantityList", _QUANTITIES),
    ("inputQuantityList", _QUANTITIES), ("outputEPCList", _EPCS), ("outputQuantityList", _QUANTITIES), "action",
    "transformationID", "bizStep", "disposition", ("persistentDisposition", _order("set", "unset")),
    ("readPoint", _order("id")), ("bizLocation", _order("id")),
    ("sensorElementList", _order(("sensorElement", _order(("sensorMetadata", _METADATA), ("sensorReport", _REPORT))))),
)  # fmt: skip


def prefixes_of(*contexts: Any) -> dict[str, str]:
    """The prefixes that hold under these JSON-LD contexts, the standard's own among them."""
    found = dict(PREFIXES)
    for context in contexts:
        for each in context if isinstance(context, list) else [context]:
            if isinstance(each, dict):
                found |= {name: uri for name, uri in each.items() if isinstance(uri, str)}
    return found


def prehash(event: Mapping[str, Any], prefixes: Mapping[str, str] = PREFIXES, ignored: Iterable[str] = ()) -> str:
    """The text that is hashed: what the event says, in the standard's order and canonical form."""
    return _prehash(str(event.get("type", "")), list(_children(event, prefixes, "")), ignored)


def event_hash(event: Mapping[str, Any], prefixes: Mapping[str, str] = PREFIXES, ignored: Iterable[str] = ()) -> str:
    """The event's id by its hash."""
    return _named(prehash(event, prefixes, ignored))


def ignored_of(document: Mapping[str, Any], prefixes: Mapping[str, str]) -> set[str]:
    """The fields that a document says are its repository's own and no part of what happened (`…:ignoreFields`)."""
    found: set[str] = set()
    for key, value in document.items():
        if key.endswith(":ignoreFields"):
            names = value if isinstance(value, list | dict) else [value]
            found |= {_expanded(name, prefixes) for name in names if isinstance(name, str)}
        elif key in ("epcisHeader", "epcisBody", "queryResults", "resultsBody") and isinstance(value, dict):
            found |= ignored_of(value, prefixes)
    return found


def hashes_of(document: Mapping[str, Any], events: Iterable[Mapping[str, Any]]) -> list[str]:
    """The ids of a document's events, by its context and what it says is to be left out."""
    outer = prefixes_of(document.get("@context"))
    ignored = ignored_of(document, outer)
    return [
        event_hash(event, outer | prefixes_of(event["@context"]) if "@context" in event else outer, ignored)
        for event in events
    ]


def xml_hashes(document: bytes) -> list[str]:
    """The ids of the events of an EPCIS document in XML, in its order."""
    return [_named(text) for text in xml_prehashes(document)]


def xml_prehashes(document: bytes) -> list[str]:
    """The text that is hashed, of each event of an EPCIS document in XML."""
    bare = re.sub(rb"</?(?:extension|baseExtension)>", b"", document)
    root = ElementTree.fromstring(bare)
    listed = next(root.iter("EventList"), None)
    ignored = [name.tag for each in root.iter() if each.tag.endswith("}ignoreFields") for name in each]
    return [_prehash(event.tag, _xml_children(event), ignored) for event in (listed if listed is not None else ())]


def _named(text: str) -> str:
    return f"ni:///sha-256;{sha256(text.encode()).hexdigest()}?ver=CBV2.0"


# ---- JSON-LD and XML into one tree


def _children(value: Mapping[str, Any], prefixes: Mapping[str, str], above: str) -> Iterator[Node]:
    for key, below in value.items():
        if key not in _COMMENTS and key != "#text":
            yield from _nodes(_expanded(key, prefixes), below, prefixes, above)


def _nodes(name: str, value: Any, prefixes: Mapping[str, str], above: str) -> Iterator[Node]:
    """A property as nodes: one for each value, a list's elements below a node of their own where XML has one."""
    values = value if isinstance(value, list) else [value]
    if name in _PAIRED:
        yield name, "", [("", "", _pair(each, prefixes, name)) for each in values]
    elif name == "childEPCs":
        if values:
            yield name, "", [("epc", _text(each, prefixes), []) for each in values]
    elif name.endswith("List"):
        one = "epc" if name.endswith("EPCList") else name[:-4]
        one = "quantityElement" if one.endswith(("Quantity", "quantity")) else one
        if values:
            yield name, "", [_node(one, each, prefixes, one) for each in values]
    else:
        for each in values:
            yield _node(name, each, prefixes, above)


def _node(name: str, value: Any, prefixes: Mapping[str, str], above: str) -> Node:
    if isinstance(value, dict):
        return name, _text(value.get("#text", ""), prefixes), list(_children(value, prefixes, name))
    if isinstance(value, list):
        return name, "", [_node(name, each, prefixes, name) for each in value]
    return name, _worded(name, _text(value, prefixes), above), []


def _pair(value: Mapping[str, Any], prefixes: Mapping[str, str], above: str) -> list[Node]:
    """What kind of paper or party, then which."""
    kind: list[Node] = [("type", _worded("type", _text(value["type"], prefixes), above), [])] if "type" in value else []
    return [*kind, *((key, _text(each, prefixes), []) for key, each in value.items() if key != "type")]


def _worded(name: str, text: str, above: str) -> str:
    stem = _WORDS.get(name) or _WORDS.get(f"{above}.{name}")
    return stem + text if stem and text and ":" not in text else text


def _text(value: Any, prefixes: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return "" if value is None else str(value)
    prefix, colon, rest = value.partition(":")
    return prefixes[prefix] + rest if colon and prefix in prefixes else value


def _expanded(key: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, rest = key.partition(":")
    return f"{{{prefixes[prefix]}}}{rest}" if colon and prefix in prefixes else key


def _xml_children(element: ElementTree.Element) -> list[Node]:
    nodes: list[Node] = [(name, _xml_text(value), []) for name, value in element.items()]
    for child in element:
        if child.tag in _COMMENTS:
            continue
        text, below = _xml_text(child.text or ""), _xml_children(child)
        if child.tag in ("bizTransaction", "source", "destination"):
            nodes.append(("", "", [*below, (child.tag, text, [])]))
        else:
            nodes.append((child.tag, text, below))
    return nodes


def _xml_text(text: str) -> str:
    text = text.strip()
    stem = next((p for p in ("gs1:", "cbv:") if text.startswith(p)), None)
    return PREFIXES[stem[:-1]] + text[4:] if stem else text


# ---- one tree into the text that is hashed


def _prehash(kind: str, children: list[Node], ignored: Iterable[str]) -> str:
    dropped = {*ignored}
    text, left = _in_order([child for child in children if child[0] not in dropped], _EVENT, top=True)
    return f"eventType={kind}" + text + _sorted(child for child in left if child[0] not in _IGNORED)


def _in_order(children: list[Node], order: Order, *, top: bool = False) -> tuple[str, list[Node]]:
    """The children that the order names, then the extensions that stand among them; and what is left over of all."""
    extensions = [] if top or len(children) <= 1 else [c for c in children if "{" in c[0] and "/}" in c[0]]
    known, left, text = {name for name, _ in order}, list[Node](), ""
    for name, below in order:
        values = []
        for child in (c for c in children if c[0] == name):
            nested, rest = _in_order(child[2], below) if below else ("", child[2])
            own = _value(name, child[1])
            if own or nested:
                values.append(name + own + nested)
            if rest:
                left.append((name, "" if below else child[1], rest))
        text += "".join(sorted(values))
    left += [child for child in children if child[0] not in known and child not in extensions]
    return text + _sorted(extensions), left


def _sorted(children: Iterable[Node]) -> str:
    """What no order names, sorted as text."""
    return "".join(sorted(_whole(child) for child in children))


def _whole(child: Node) -> str:
    name, text, below = child
    if not name:
        return "".join(_whole(each) for each in below)
    return name + (f"={_canonical(text.strip())}" if text.strip() else "") + _sorted(below)


def _value(name: str, text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    timely = "time" in name.lower() and "offset" not in name.lower()
    return "=" + (_instant(text) if timely else _canonical(text))


def _instant(text: str) -> str:
    try:
        at = datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return text
    at = at.replace(microsecond=0) + timedelta(microseconds=round(at.microsecond, -3))
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


def _canonical(text: str) -> str:
    for old, new in _OLD.items():
        text = text.replace(old, new)
    if _NUMBER.fullmatch(text):
        number = float(text)
        if number.is_integer():
            # As the vectors have it: beyond 2^53 the digits are the number's, no longer the text's.
            return str(int(number))
        return str(number)
    return canonical(text) or text
