"""Patterns of EPCs (`urn:epc:idpat:…`) as the beginnings of what goods are kept under, and the ways in which a place may be written. Pure."""

import re
from itertools import takewhile
from typing import Final

from chengxin.commerce.trails.rules.identifying import ROOT, canonical, thing

# Scheme → the key's application identifier, in how many parts it falls, and what may stand before the company prefix in it.
_DIGITS: Final = tuple("0123456789")
_SCHEMES: Final[dict[str, tuple[str, int, tuple[str, ...]]]] = {
    "sgtin": ("01", 3, _DIGITS), "sscc": ("00", 2, _DIGITS), "itip": ("8006", 5, _DIGITS), "grai": ("8003", 3, ("0",)),
    "sgln": ("414", 3, ("",)), "giai": ("8004", 2, ("",)), "gsrn": ("8018", 2, ("",)), "gsrnp": ("8017", 2, ("",)), "gdti": ("253", 3, ("",)),
    "cpi": ("8010", 3, ("",)), "sgcn": ("255", 3, ("",)), "ginc": ("401", 2, ("",)), "gsin": ("402", 2, ("",)), "pgln": ("417", 2, ("",)),
    # Their keys begin as an SGTIN's do: of a company's alone nothing tells them apart.
    "lgtin": ("01", 3, ()), "upui": ("01", 3, ()),
}  # fmt: skip
_PATTERN: Final = re.compile(r"urn:epc:idpat:([a-z]+):([^/]+)")
# How a place's extension stands in an EPC URI, where a link escapes it.
_PLAIN: Final = {f"%{ord(c):02X}": c for c in "!()*+,:"}


def beginnings_of(pattern: str) -> tuple[str, ...] | None:
    """With what the keys begin that a pattern means; nothing where it is no pattern of identities, of which everything right of a `*` is one."""
    found = _PATTERN.fullmatch(pattern)
    if found is None or found[1] not in _SCHEMES:
        return None
    (ai, many, leads), parts = _SCHEMES[found[1]], found[2].split(".")
    known = list(takewhile(lambda part: part != "*", parts))
    if len(parts) != many or len(known) == many or {*parts[len(known) :]} != {"*"}:
        return None
    if not known and leads:
        return (f"{ai}/",)
    if len(known) == 1 and leads:
        return tuple(f"{ai}/{lead}{known[0]}" for lead in leads) if re.fullmatch("[0-9]{6,12}", known[0]) else None
    if len(known) != many - 1 or not known:
        return None
    kind = "class" if found[1] == "lgtin" else "id"
    made = canonical(f"urn:epc:{kind}:{found[1]}:{'.'.join(known)}.1")
    # A place without an extension is one of them.
    return (made.removeprefix(f"{ROOT}/")[:-1].removesuffix("/254/"),) if made else None


def place_ways(uri: str) -> tuple[str, ...]:
    """Every way of writing a place or party: as it stands, by GS1's own link, and by the EPC URI of each length that a company prefix may have."""
    link = thing(uri)
    found = re.fullmatch(rf"{ROOT}/(414|417)/(\d{{12}})\d(?:/254/(.+))?", link)
    if found is None:
        return tuple(dict.fromkeys((uri, link)))
    digits, rest = found[2], "".join(_PLAIN.get(each, each) for each in re.split("(%[0-9A-F]{2})", found[3] or "0"))
    scheme, ending = ("sgln", f".{rest}") if found[1] == "414" else ("pgln", "")
    epcs = (f"urn:epc:id:{scheme}:{digits[:n]}.{digits[n:]}{ending}" for n in range(6, 13))
    return tuple(dict.fromkeys((uri, link, *epcs)))
