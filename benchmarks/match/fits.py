"""Which rows of a register a written name fits, and how well: what makes the truth of a made query honest.

A maker that only remembers the firm it started from calls a wrong answer wrong even where the text, as it stands, says another
firm's name just as well. So each query is held against every row that could have been written like it, by one yardstick.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from benchmarks.match.characters import look_alike, sound_near, sound_same
from benchmarks.match.names import (
    CITY,
    LIMITED,
    PROVINCE,
    Firm,
    Parts,
    Region,
    city_short,
    county_short,
    plain,
    province_short,
)

# What each departure costs. Only the order matters: one that leaves out is lighter than one that says something else.
_LIKE, _NEAR, _OTHER, _SWAP, _GAP = 0.5, 0.6, 1.0, 0.6, 0.7
_REGION_LEFT, _REGION_OTHERWISE, _REGION_MIXED = 0.25, 0.05, 0.5
_FORM_SWAPPED, _FORM_LEFT = 0.2, 0.25
_TRADE_SHORT, _TRADE_LEFT = 0.5, 0.75
MARGIN = 0.3  # within it two readings without a slip of a character fit alike, as far as a person can tell
_FURTHEST = 3.0
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Hints:
    """What a query says besides the name, in the register's own words, whatever the query's spelling."""

    province: str = ""
    city: str = ""
    address: str = ""
    code: str = ""  # the code of the firm that the query is about, if the query tells it


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the register, taken apart."""

    firm: Firm
    parts: Parts


@dataclass(frozen=True, slots=True)
class Fit:
    """How far a text is from a row, and whether a character was mistaken on the way."""

    cost: float
    slipped: bool


NO_FIT, EXACT = Fit(inf, False), Fit(0.0, False)


class Shelf:
    """The register's rows, found again by the beginning of their marks, one mistaken character allowed."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._by_key: dict[str, list[int]] = {}
        self._by_name: dict[str, list[int]] = {}
        for place, row in enumerate(rows):
            self._by_name.setdefault(plain(row.firm.name), []).append(place)
            for key in _keys(row.parts.core):
                self._by_key.setdefault(key, []).append(place)

    def named(self, name: str) -> list[Row]:
        """The rows of exactly this name, printers' marks aside."""
        return [self._rows[place] for place in self._by_name.get(plain(name), [])]

    def fits(self, written: Parts, hints: Hints) -> list[tuple[Row, Fit]]:
        """The rows that the text fits at all and the hints allow, best first."""
        found = []
        for place in self._near(written):
            row = self._rows[place]
            if hints_allow(hints, row.firm) and (made := fit(written, row)).cost < _FURTHEST:
                found.append((row, made))
        return sorted(found, key=lambda each: (each[1].cost, each[0].firm.id))

    def _near(self, written: Parts) -> list[int]:
        places = {place for key in _keys(written.core) for place in self._by_key.get(key, [])}
        return sorted(places.union(self._by_name.get(plain(written.text), [])))


def _keys(core: str) -> tuple[str, ...]:
    """Two characters of the first three, in each way: any one slip there leaves one of them in common."""
    first = core[:3]
    return tuple(dict.fromkeys((first[:2], first[1:], first[:1] + first[2:]))) if len(core) > 1 else (core,)


def hints_allow(hints: Hints, firm: Firm) -> bool:
    """Whether the firm can be the one that the hints speak of."""
    if hints.code:
        return firm.uscc == hints.code
    if hints.address and firm.address and plain(hints.address) != plain(firm.address):
        return False
    if hints.province and firm.province and province_short(hints.province) != province_short(firm.province):
        return False
    return not (hints.city and firm.city and city_short(hints.city) != city_short(firm.city))


def fit(written: Parts, row: Row) -> Fit:
    """How far the text is from the row's name."""
    if plain(written.text) == plain(row.firm.name):
        return EXACT
    cost = _regions_cost(written, row) + _form_cost(written.form, row.parts.form)
    if cost == inf:
        return NO_FIT
    tail = 0.0 if written.tail == row.parts.tail else inf
    if tail and written.tail and row.parts.tail:
        tail = edit_cost(written.tail, row.parts.tail)
    core = _core_cost(written, row.parts)
    whole = cost + tail + core.cost
    return NO_FIT if whole >= _FURTHEST else Fit(whole, core.slipped or tail > 0)


def _core_cost(written: Parts, parts: Parts) -> Fit:
    whole = edit_cost(written.core, parts.core)
    ways = [Fit(whole, whole > 0)]
    if len(written.core) < len(parts.core):
        mark = edit_cost(written.mark, parts.mark)
        if not written.trade:
            ways.append(Fit(mark + _TRADE_LEFT, mark > 0))
        elif _shortened(written.trade, parts.trade):
            ways.append(Fit(mark + _TRADE_SHORT, mark > 0))
        if parts.core.startswith(written.core) and len(written.core) > len(parts.mark):
            ways.append(Fit(_TRADE_SHORT, False))
    return min(ways, key=lambda way: (way.cost, way.slipped))


def _shortened(short: str, whole: str) -> bool:
    """Whether the one is the other with characters left out."""
    rest = iter(whole)
    return len(short) < len(whole) and all(character in rest for character in short)


def _form_cost(written: str, form: str) -> float:
    if written == form:
        return 0.0
    if {written, form} == set(LIMITED):
        return _FORM_SWAPPED
    if not written and form.endswith(("公司", "合作社")):
        return _FORM_LEFT
    return (
        _FORM_LEFT
        if written and form.endswith(written) and written in ("公司", "有限公司", "合作社", "专业合作社")
        else inf
    )


def _regions_cost(written: Parts, row: Row) -> float:
    if any(not _there(region, row) for region in written.places):
        return inf
    told, own = ({region.level for region in parts.places} for parts in (written, row.parts))
    if told == own:
        same = written.places == row.parts.places and (written.bracket is None) == (row.parts.bracket is None)
        return 0.0 if same else _REGION_OTHERWISE
    return _REGION_LEFT if told < own or told > own else _REGION_MIXED


def _there(region: Region, row: Row) -> bool:
    """Whether the row may lie in the region."""
    if region.level == PROVINCE:
        return not row.firm.province or province_short(region.text) == province_short(row.firm.province)
    if region.level == CITY:
        return not row.firm.city or city_short(region.text) == city_short(row.firm.city)
    short = county_short(region.text)
    return short in row.firm.address or any(short == county_short(each.text) for each in row.parts.places)


def edit_cost(one: str, other: str) -> float:
    """The cheapest way from one to the other; far beyond a slip or two it only says that it is far."""
    if one == other:
        return 0.0
    if abs(len(one) - len(other)) > 2 or len(set(one) & set(other)) < min(len(one), len(other)) - 3:
        return inf
    before: list[float] = []
    row = [place * _GAP for place in range(len(other) + 1)]
    for place, left in enumerate(one, start=1):
        older, before, row = before, row, [place * _GAP]
        for at, right in enumerate(other, start=1):
            best = min(before[at] + _GAP, row[at - 1] + _GAP, before[at - 1] + _swap_cost(left, right))
            if place > 1 and at > 1 and left == other[at - 2] and one[place - 2] == right and left != right:
                best = min(best, older[at - 2] + _SWAP)
            row.append(best)
    return row[-1]


def _swap_cost(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if sound_same(one, other) or look_alike(one, other):
        return _LIKE
    return _NEAR if sound_near(one, other) else _OTHER


def truths(written: Parts, hints: Hints, own: Row, shelf: Shelf) -> tuple[Row, ...] | None:
    """Every row that a query about a registered firm fits as well as that firm; nothing where the text cannot tell fairly.

    Leaving out is lighter than mistaking: a row that needs a mistaken character never equals one that needs none.
    """
    mine = fit(written, own)
    if mine.cost >= _FURTHEST:
        return None
    equal = []
    for row, made in shelf.fits(written, hints):
        if made.slipped and not mine.slipped:
            continue
        clearer = mine.slipped and not made.slipped
        if abs(made.cost - mine.cost) < _SAME and not clearer:
            equal.append(row)
        elif made.cost < mine.cost or (clearer or not mine.slipped) and mine.cost and made.cost <= mine.cost + MARGIN:
            return None  # another name said better, or one between which and this a person would waver
    return tuple(equal) if any(row.firm.id == own.firm.id for row in equal) else None


def unregistered(written: Parts, hints: Hints, own: Fit, shelf: Shelf) -> bool:
    """Whether no row may fairly claim the text that is so far from the name of a firm that the register lacks."""
    for _, made in shelf.fits(written, hints):
        if made.slipped and not own.slipped:
            continue
        if made.cost <= own.cost + (_SAME if made.slipped else MARGIN):
            return False
    return True


def codes(rows: Iterable[Row]) -> tuple[str, ...]:
    """Their codes, in order."""
    return tuple(sorted(row.firm.uscc for row in rows))
