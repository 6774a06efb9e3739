"""Queries with a known truth, made from any register: each is one firm's name as a person would have got it wrong.

A seed and a register give the same queries, always. Some firms are left out of the register, so that a name can be truly
unregistered; every query's truth is checked against the whole register (see `fits`): a text that says several firms' names
equally well has all of them for its truth, and one that says another firm's name better is not asked at all.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from stdnum.cn import uscc as social_code

from benchmarks.match.characters import Keyboard
from benchmarks.match.dress import DRESSES, styled
from benchmarks.match.fits import EXACT, Hints, Row, Shelf, codes, fit, truths, unregistered
from benchmarks.match.mistakes import COMBINED, SLIPS, UNCHANGED, Maker, as_is
from benchmarks.match.names import (
    CITY,
    Firm,
    Parts,
    Reader,
    city_full,
    city_short,
    is_branch,
    plain,
    province_full,
    province_short,
)
from benchmarks.match.strangers import STRANGERS

__all__ = ["AMBIGUOUS", "KINDS", "MOST_TRUTHS", "NOT_REGISTERED", "ONE", "Firm", "Query", "queries_make"]

MOST_TRUTHS = 5  # as many as the matcher is asked to show; a text that fits more firms is not asked
_TRIES = 60  # draws for one query before its kind is given up for this turn


@dataclass(frozen=True, slots=True)
class Query:
    """A name as somebody wrote it, what else they wrote, and whose it is: every code that it fits equally, or none."""

    qid: str
    name: str
    province: str
    city: str
    address: str
    uscc: str
    truth: tuple[str, ...]
    kind: str


# Kinds, with how many of a thousand queries are of them.
ONE: Mapping[str, int] = {
    "exact": 50,
    "style": 40,
    "traditional": 20,
    "form-swapped": 40,
    "form-dropped": 45,
    "region-dropped": 35,
    "region-added": 40,
    "region-short": 30,
    "region-bracketed": 20,
    "sound": 45,
    "sound-near": 10,
    "look": 30,
    "swapped": 25,
    "missing": 25,
    "doubled": 25,
    "trade-slip": 25,
    "trade-short": 20,
    "trade-dropped": 15,
    "abbreviation": 30,
    "bare": 25,
    "noise": 35,
    "combined": 45,
    "coded": 25,
}
NOT_REGISTERED: Mapping[str, int] = {
    "left-out": 70,
    "left-out-slipped": 40,
    "branch": 40,
    "parent": 15,
    "sibling": 40,
    "group": 20,
    "numeral": 10,
    "direction": 10,
    "other-region": 30,
    "renamed": 20,
}
AMBIGUOUS = "ambiguous"
_AMBIGUOUS_SHARE = 70
KINDS = (*ONE, AMBIGUOUS, *NOT_REGISTERED)

_BARE_KINDS = ("region-dropped", "trade-short", "trade-dropped", "abbreviation", "bare", "form-dropped")


def queries_make(firms: Sequence[Firm], *, seed: int, most: int, left_out: float) -> tuple[list[Firm], list[Query]]:
    """The register, without the share of firms left out, and at most so many queries, in an order that tells nothing."""
    chance = Random(f"match/{seed}")
    order = sorted(firms, key=lambda firm: (firm.id, firm.uscc, firm.name))
    gone = set(chance.sample(range(len(order)), round(len(order) * left_out)))
    reader = Reader(order)
    rows = [Row(firm, reader.parts(firm)) for firm in order]
    kept = [row for place, row in enumerate(rows) if place not in gone]
    maker = _maker(chance, rows)
    bench = _Bench(maker, kept, [rows[place] for place in sorted(gone)], Shelf(kept))
    queries = _sayable(bench.queries(most), kept)
    chance.shuffle(queries)
    named = [replace(query, qid=f"q{number:05}") for number, query in enumerate(queries, start=1)]
    return [row.firm for row in kept], named


def _sayable(queries: Iterable[Query], kept: Sequence[Row]) -> list[Query]:
    """Without those that a branch is the truth of, though the text says no branch: nobody calls a branch by its firm's name, and
    the maker, who does not know every branch for one (桂林分社, 北京路酒家), left the tail away unawares.
    """
    branches = frozenset(row.firm.uscc for row in kept if is_branch(row.firm.name))
    return [query for query in queries if is_branch(query.name) or branches.isdisjoint(query.truth)]


def _maker(chance: Random, rows: Sequence[Row]) -> Maker:
    names = [plain(row.firm.name) for row in rows]
    marks = [character for row in rows if len(row.parts.mark) <= 3 for character in row.parts.mark]
    places = sorted({(row.firm.province, row.firm.city) for row in rows if row.firm.province and row.firm.city})
    return Maker(chance, Keyboard(names), [each for each in marks if "\u4e00" <= each <= "\u9fff"], places)


def merchants_make(firms: Sequence[Firm], *, seed: int, number: int) -> list[Query]:
    """As many written names as wanted, quickly: without truths, for timing alone."""
    maker = _maker(Random(f"merchants/{seed}"), [])
    reader, chance = Reader(firms), maker.chance
    rows = [Row(firm, reader.parts(firm)) for firm in firms]
    maker = replace(maker, keyboard=Keyboard([firm.name for firm in firms]), marks=[row.parts.mark[0] for row in rows])
    found = []
    for place in range(number):
        row = chance.choice(rows)
        written = SLIPS[chance.choice(tuple(SLIPS))](row.parts, row.firm, maker) if len(row.parts.core) > 1 else None
        told = (row.firm.province, row.firm.city) if chance.random() < 0.5 else ("", "")
        found.append(Query(f"m{place:07}", (written or row.parts).text, *told, "", "", (), ""))
    return found


def code_valid(code: str) -> bool:
    """Whether it is a unified social credit code with a right check character."""
    return len(code) == 18 and bool(social_code.is_valid(code))


class _Bench:
    """The making itself: registered rows that may be a truth, left-out rows, and the shelf that keeps it honest."""

    def __init__(self, maker: Maker, kept: Sequence[Row], gone: Sequence[Row], shelf: Shelf) -> None:
        self._maker, self._chance, self._shelf = maker, maker.chance, shelf
        counts = Counter(row.firm.uscc for row in kept)
        self._codes = frozenset(code for code, count in counts.items() if count == 1 and code_valid(code))
        self._kept = [row for row in kept if row.firm.uscc in self._codes and _usable(row)]
        self._gone = [row for row in gone if _usable(row) and row.firm.uscc not in counts]
        self._asked: set[tuple[str, ...]] = set()

    def queries(self, most: int) -> list[Query]:
        """So many of each kind as its weight says, as far as the register yields them."""
        weights = {**ONE, AMBIGUOUS: _AMBIGUOUS_SHARE, **NOT_REGISTERED}
        whole = sum(weights.values())
        found: list[Query] = []
        for kind, weight in weights.items():
            for _ in range(max(1, round(most * weight / whole))):
                if query := self._try(kind):
                    found.append(query)
        return found[:most] if len(found) <= most else self._chance.sample(found, most)

    def _try(self, kind: str) -> Query | None:
        make = self._unregistered if kind in NOT_REGISTERED else self._registered
        for _ in range(_TRIES):
            query = make(kind)
            if query and (said := _said(query)) not in self._asked:
                self._asked.add(said)
                return query
        return None

    # ---- about a registered firm

    def _registered(self, kind: str) -> Query | None:
        row = self._chance.choice(self._kept)
        slip = self._chance.choice(_BARE_KINDS) if kind == AMBIGUOUS else kind
        written = self._written(slip, row)
        if written is None:
            return None
        hints = self._hints(row.firm, slip, scarce=kind == AMBIGUOUS)
        found = truths(written, hints, row, self._shelf)
        if not found or len(found) > MOST_TRUTHS or any(each.firm.uscc not in self._codes for each in found):
            return None
        if (len(found) > 1) != (kind == AMBIGUOUS):
            return None
        return self._query(slip, written, hints, row.firm, codes(found), kind)

    def _written(self, slip: str, row: Row) -> Parts | None:
        """The name with the slip in it; nothing where this name cannot have it."""
        if slip == "combined":
            one, other = self._chance.choice(COMBINED)
            first = SLIPS[one](row.parts, row.firm, self._maker)
            written = first and SLIPS[other](first, row.firm, self._maker)
        elif slip == "coded":
            written = SLIPS[self._chance.choice(("form-dropped", "sound", "bare", "exact"))](
                row.parts, row.firm, self._maker
            )
        else:
            written = SLIPS.get(slip, as_is)(row.parts, row.firm, self._maker)
        same = written is not None and plain(written.text) == plain(row.firm.name)
        return None if same and slip not in UNCHANGED else written

    # ---- about a firm that the register lacks

    def _unregistered(self, kind: str) -> Query | None:
        if kind.startswith("left-out"):
            return self._left_out(kind)
        row = self._chance.choice(self._kept)
        stranger = STRANGERS[kind](row.parts, row.firm, self._maker)
        if stranger is None or self._shelf.named(stranger.text):
            return None
        hints = self._stranger_hints(kind, stranger, row.firm)
        if not unregistered(stranger, hints, EXACT, self._shelf):
            return None
        about = Firm("", stranger.text, "", hints.province, hints.city, hints.address)
        return self._query("exact", stranger, hints, about, (), kind)

    def _left_out(self, kind: str) -> Query | None:
        if not self._gone:
            return None
        row = self._chance.choice(self._gone)
        slip = self._chance.choice(tuple(ONE)) if kind == "left-out-slipped" else "exact"
        written = self._written(slip, row)
        if written is None or (slip == "exact" and kind == "left-out-slipped"):
            return None
        hints = self._hints(row.firm, slip, scarce=False)
        if slip != "coded" and not unregistered(written, hints, fit(written, row), self._shelf):
            return None
        return self._query(slip, written, hints, row.firm, (), kind)

    def _stranger_hints(self, kind: str, stranger: Parts, firm: Firm) -> Hints:
        """A stranger has no address: any that it were given would be the registered firm's own."""
        if kind == "other-region":
            city = next((region.text for region in stranger.places if region.level == CITY), "")
            place = next((each for each in self._maker.places if city_short(each[1]) == city_short(city)), ("", ""))
        else:
            place = (firm.province, firm.city)
        if self._chance.random() < 0.5:
            return Hints()
        return Hints(place[0], place[1] if self._chance.random() < 0.7 else "")

    # ---- hints and spelling

    def _hints(self, firm: Firm, slip: str, *, scarce: bool) -> Hints:
        """What else the writer says: of a bare name more, where one firm is meant."""
        if slip == "coded":
            return Hints(firm.province, "", "", firm.uscc)
        draw, bare = self._chance.random(), slip in _BARE_KINDS
        if draw < (0.6 if scarce else 0.2 if bare else 0.5):
            return Hints()
        if draw < (0.8 if scarce else 0.3 if bare else 0.6):
            return Hints(firm.province)
        if draw < (0.95 if scarce else 0.6 if bare else 0.8):
            return Hints(firm.province, firm.city)
        return Hints(firm.province, firm.city, firm.address)

    def _query(
        self, slip: str, written: Parts, hints: Hints, firm: Firm, truth: tuple[str, ...], kind: str
    ) -> Query | None:
        dress = DRESSES.get(slip)
        name = dress(written.text, self._maker) if dress else written.text
        if slip == "exact" and not kind.startswith(("left-out", "exact")) and self._chance.random() < 0.15:
            name = styled(name, self._maker)
        if dress and name == written.text:
            return None
        province, city = self._place(hints)
        address = _address(hints.address, firm, self._chance)
        return Query("", name, province, city, address, self._code(hints, firm, kind), truth, kind)

    def _place(self, hints: Hints) -> tuple[str, str]:
        forms = self._chance.choice(
            ((province_full, city_full), (province_short, city_short), (province_full, city_short))
        )
        return (forms[0](hints.province) if hints.province else "", forms[1](hints.city) if hints.city else "")

    def _code(self, hints: Hints, firm: Firm, kind: str) -> str:
        """The code where the query tells it, whole or as the organisation code within; now and then an old number.

        An old number tells the county: to a name that fits several firms it would give the answer away.
        """
        if hints.code:
            draw = self._chance.random()
            inner = hints.code[8:17]
            return hints.code if draw < 0.6 else inner if draw < 0.8 else f"{inner[:8]}-{inner[8]}"
        if kind != AMBIGUOUS and len(firm.uscc) == 18 and self._chance.random() < 0.03:
            return old_number(firm.uscc[2:8], self._chance)
        return ""


def _usable(row: Row) -> bool:
    """Whether the name is one that a person would write: of a length, Chinese, with a mark."""
    return 5 <= len(row.firm.name) <= 40 and 2 <= len(row.parts.mark) <= 6 and "�" not in row.firm.name


def _said(query: Query) -> tuple[str, ...]:
    return query.name, query.province, query.city, query.address, query.uscc


def old_number(division: str, chance: Random) -> str:
    """A 15-digit registration number of the division with a right check digit; whose, nobody knows any more."""
    digits = division + f"{chance.randrange(10**8):08}"
    carry = 10
    for digit in digits:
        total = (carry + int(digit)) % 10 or 10
        carry = total * 2 % 11
    return digits + str((11 - carry) % 10)


def _address(address: str, firm: Firm, chance: Random) -> str:
    """The address as another hand writes it: without its regions, without the room, other digits."""
    if not address or chance.random() < 0.5:
        return address
    if chance.random() < 0.4:
        return address.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    if chance.random() < 0.5:
        for region in (province_full(firm.province), province_short(firm.province), city_full(firm.city)):
            address = address.removeprefix(region) if len(address) > len(region) + 4 else address
        return address
    return re.sub(r"(?<=号).{2,}$", "", address)


def firms_of(rows: Iterable[Mapping[str, str]]) -> Iterator[Firm]:
    """Rows of a file as firms; a row without id is numbered by its place."""
    for number, row in enumerate(rows, start=1):
        told = (row.get(name, "").strip() for name in ("name", "uscc", "province", "city", "address"))
        yield Firm(row.get("id") or f"r{number:07}", *told)
