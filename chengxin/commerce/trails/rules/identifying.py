"""What goods, places and parties are called: any EPC URI or GS1 Digital Link as one canonical GS1 Digital Link (CBV 2.0, 8.9.2). Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from stdnum import ean
from stdnum.exceptions import ValidationError

from chengxin.kernel.errors import Refusal

ROOT = "https://id.gs1.org"
_SERIAL = r"(?:%[2-7][0-9A-Fa-f]|[!')(*+,.0-9:;=A-Za-z_-])"
_CPI = r"(?:%[2-5][0-9A-Fa-f]|[0-9A-Z-])"
_ESCAPED = {c: f"%{ord(c):02X}" for c in "!()*+,:"}


class GoodsUnknown(Refusal):
    """ "{written}" names no goods: write a GS1 Digital Link with a GTIN of 14 digits and its check digit, alone or with a lot (/10/) or a serial
    (/21/), such as https://id.gs1.org/01/06901234567892/10/L1, or its EPC URI.
    """

    code = "trails-goods-unknown"
    basis = "GS1 Digital Link 1.3"
    zh = "“{written}”不是货品标识：请写GS1数字链接，含14位带校验码的GTIN，可带批次（/10/）或者序列号（/21/），例如 https://id.gs1.org/01/06901234567892/10/L1，或者对应的EPC URI。"


def check_digit(digits: str) -> str:
    """The check digit of a GS1 key's digits (GS1 General Specifications 7.9.1)."""
    return str(ean.calc_check_digit(digits))


def _escaped(text: str) -> str:
    return "".join(_ESCAPED.get(c, c) for c in text)


def _split(total: int) -> str:
    """A company prefix of 6 to 12 digits and a reference: `total` digits together, with their dot."""
    return "(?:" + "|".join(rf"\d{{{n}}}\.\d{{{total - n}}}" for n in range(6, 13)) + ")"


def _rest(total: int, kind: str) -> str:
    """A company prefix of 6 to 12 digits and a reference of other characters, `total` at most."""
    return "(?:" + "|".join(rf"\d{{{n}}}\.{kind}{{1,{total - n}}}" for n in range(6, 13)) + ")"


def _gtin(parts: list[str]) -> str:
    raw = parts[1][0] + parts[0] + parts[1][1:]
    return raw + check_digit(raw)


def _with_check(*parts: str) -> str:
    raw = "".join(parts)
    return raw + check_digit(raw)


def _sgln(parts: list[str]) -> str:
    extension = "" if parts[2] == "0" else f"/254/{_escaped(parts[2])}"
    return f"/414/{_with_check(*parts[:2])}{extension}"


# EPC scheme → the shape of what follows it, in how many parts it falls, and the link made of them.
_SCHEMES: list[tuple[str, str, int, Callable[[list[str]], str]]] = [
    ("id:sgtin", rf"{_split(13)}\.{_SERIAL}{{1,20}}", 3, lambda p: f"/01/{_gtin(p)}/21/{_escaped(p[2])}"),
    ("id:sscc", _split(17), 2, lambda p: f"/00/{_with_check(p[1][0], p[0], p[1][1:])}"),
    ("id:sgln", rf"{_split(12)}\.{_SERIAL}{{1,20}}", 3, _sgln),
    ("id:grai", rf"{_split(12)}\.{_SERIAL}{{1,16}}", 3, lambda p: f"/8003/{_with_check('0', *p[:2])}{_escaped(p[2])}"),
    ("id:giai", _rest(30, _SERIAL), 2, lambda p: f"/8004/{p[0]}{_escaped(p[1])}"),
    ("id:gsrn", _split(17), 2, lambda p: f"/8018/{_with_check(*p)}"),
    ("id:gsrnp", _split(17), 2, lambda p: f"/8017/{_with_check(*p)}"),
    ("id:gdti", rf"{_split(12)}\.{_SERIAL}{{1,20}}", 3, lambda p: f"/253/{_with_check(*p[:2])}{_escaped(p[2])}"),
    ("id:cpi", rf"{_rest(30, _CPI)}\.\d{{1,12}}", 3, lambda p: f"/8010/{_escaped(p[0] + p[1])}/8011/{p[2]}"),
    ("id:sgcn", rf"{_split(12)}\.\d{{1,12}}", 3, lambda p: f"/255/{_with_check(*p[:2])}{p[2]}"),
    ("id:ginc", _rest(30, _SERIAL), 2, lambda p: f"/401/{p[0]}{_escaped(p[1])}"),
    ("id:gsin", _split(16), 2, lambda p: f"/402/{_with_check(*p)}"),
    ("id:itip", rf"{_split(13)}\.\d\d\.\d\d\.{_SERIAL}{{1,20}}", 5,
     lambda p: f"/8006/{_gtin(p)}{p[2]}{p[3]}/21/{_escaped(p[4])}"),
    ("id:upui", rf"{_split(13)}\.{_SERIAL}{{1,28}}", 3, lambda p: f"/01/{_gtin(p)}/235/{_escaped(p[2])}"),
    ("id:pgln", _split(12), 2, lambda p: f"/417/{_with_check(*p)}"),
    ("class:lgtin", rf"{_split(13)}\.{_SERIAL}{{1,20}}", 3, lambda p: f"/01/{_gtin(p)}/10/{_escaped(p[2])}"),
    ("idpat:sgtin", rf"{_split(13)}\.\*", 3, lambda p: f"/01/{_gtin(p)}"),
    ("idpat:grai", rf"{_split(12)}\.\*", 3, lambda p: f"/8003/{_with_check('0', *p[:2])}"),
    ("idpat:gdti", rf"{_split(12)}\.\*", 3, lambda p: f"/253/{_with_check(*p[:2])}"),
    ("idpat:sgcn", rf"{_split(12)}\.\*", 3, lambda p: f"/255/{_with_check(*p[:2])}"),
    ("idpat:cpi", rf"{_rest(30, _CPI)}\.\*", 3, lambda p: f"/8010/{_escaped(p[0] + p[1])}"),
    ("idpat:itip", rf"{_split(13)}\.\d\d\.\d\d\.\*", 5, lambda p: f"/8006/{_gtin(p)}{p[2]}{p[3]}"),
    ("idpat:upui", rf"{_split(13)}\.\*", 3, lambda p: f"/01/{_gtin(p)}"),
]  # fmt: skip
_EPC: Mapping[str, tuple[re.Pattern[str], int, Callable[[list[str]], str]]] = {
    scheme: (re.compile(shape), parts, made) for scheme, shape, parts, made in _SCHEMES
}

# Names that older links bear, and the application identifiers that they stand for.
_NAMES = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "gln": "414", "party": "417", "gsrnp": "8017", "gsrn": "8018",
    "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402", "grai": "8003", "giai": "8004",
    "cpv": "22", "lot": "10", "ser": "21",
}  # fmt: skip
_AIS = {*_NAMES.values()} - {"22", "10", "21"}
_LINK = re.compile(r"https?://[^/?#]+(/[^?#]*)?(?:\?[^#]*)?(?:#.*)?")
_TEXT = r"(?:%[0-9A-Fa-f]{2}|[\x21\x22\x24\x26-\x2e\x30-\x3b=\x40-\x5a\x5f\x61-\x7a])"
# The finest level of each key, as it stands in a canonical link.
_KEYS = {
    "00": r"\d{18}", "253": rf"\d{{13}}{_TEXT}{{0,17}}", "255": r"\d{13}\d{0,12}", "401": rf"{_TEXT}{{1,30}}",
    "402": r"\d{17}", "414": r"\d{13}", "417": r"\d{13}", "8003": rf"\d{{14}}{_TEXT}{{0,16}}",
    "8004": rf"{_TEXT}{{1,30}}", "8006": r"\d{18}", "8010": rf"{_TEXT}{{1,30}}", "8017": r"\d{18}", "8018": r"\d{18}",
    "01": r"\d{14}",
}  # fmt: skip
_BELOW = {"01": ("21", "10", "235"), "8006": ("21", "10"), "414": ("254",), "8010": ("8011",)}
_QUALIFIER = re.compile(rf"{_TEXT}{{1,28}}")
_KEY_SHAPES = {ai: re.compile(shape) for ai, shape in _KEYS.items()}


def _of_epc(uri: str) -> str | None:
    kind, _, rest = uri[8:].partition(":")
    scheme, _, value = rest.partition(":")
    known = _EPC.get(f"{kind}:{scheme}")
    if known is None or not known[0].fullmatch(value):
        return None
    # Only the last part may hold dots of its own; a component's reference may not.
    return ROOT + known[2](value.split(".", known[1] - 1))


def _of_link(uri: str) -> str | None:
    found = _LINK.fullmatch(uri)
    segments = (found[1] or "").strip("/").split("/") if found else []
    segments = [_NAMES.get(s, s) if n % 2 == len(segments) % 2 else s for n, s in enumerate(segments)]
    at = next((n for n in range(len(segments) % 2, len(segments), 2) if segments[n] in _AIS), None)
    if at is None:
        return None
    ai, key = segments[at], segments[at + 1]
    if ai == "01" and key.isdigit() and len(key) in (8, 12, 13):
        key = key.zfill(14)
    if not _KEY_SHAPES[ai].fullmatch(key):
        return None
    below = dict(zip(segments[at + 2 :: 2], segments[at + 3 :: 2], strict=True))
    finest = next((each for each in _BELOW.get(ai, ()) if each in below), None)
    if set(below) - {*_BELOW.get(ai, ()), "22"} or (finest and not _QUALIFIER.fullmatch(below[finest])):
        return None
    return f"{ROOT}/{ai}/{key}" + (f"/{finest}/{below[finest]}" if finest else "")


def canonical(uri: str) -> str | None:
    """The canonical link at the finest level that this URI names; nothing where it names no GS1 key."""
    if uri.startswith("urn:epc:"):
        return _of_epc(uri)
    return _of_link(uri) if uri.startswith(("http://", "https://")) else None


def thing(uri: str) -> str:
    """What the register calls a thing: its canonical link, or the URI as it stands where it is no GS1 key."""
    return canonical(uri) or uri


@dataclass(frozen=True)
class Goods:
    """Goods by class, lot or serial, as a Digital Link names them."""

    gtin: str
    lot: str = ""
    serial: str = ""

    @property
    def path(self) -> str:
        """The path of the link, under any domain."""
        below = f"/21/{self.serial}" if self.serial else f"/10/{self.lot}" if self.lot else ""
        return f"/01/{self.gtin}{below}"

    @property
    def uri(self) -> str:
        """The canonical link."""
        return ROOT + self.path

    @property
    def level(self) -> str:
        """How finely they are named: `class`, `lot` or `serial`."""
        return "serial" if self.serial else "lot" if self.lot else "class"


def goods_of(written: str) -> Goods:
    """The goods that a link or EPC URI names; refuses what names none, and a GTIN whose check digit is wrong."""
    found = re.fullmatch(rf"{ROOT}/01/(\d{{14}})(?:/(10|21)/(.+))?", canonical(written.strip()) or "")
    if found is None or not _checked(found[1]):
        raise GoodsUnknown(written=written[:120])
    return Goods(found[1], **({"lot" if found[2] == "10" else "serial": found[3]} if found[2] else {}))


def _checked(digits: str) -> bool:
    try:
        ean.validate(digits)
    except ValidationError:
        return False
    return True


def shown(uri: str) -> str:
    """A thing's name as a person reads it: the key's digits and what stands below it, without the domain."""
    return unquote(uri.removeprefix(ROOT + "/")) if uri.startswith(ROOT) else uri
