"""Invented firms of all 31 provinces, as many as wanted, each a function of the seed alone.

They come in kinships of about thirty around one mark, because names are hard to tell apart only beside their kin: branches
with and without their parent, a group and its members, siblings one character apart, the first and the second factory, the
eastern and the western shop, the same mark in another city or trade, the same words in another form, the same name twice.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count, islice
from pathlib import Path
from random import Random

from benchmarks.match import words
from benchmarks.match.names import Firm, city_short, county_short, province_short

HERE = Path(__file__).parent
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_BODY_STEP = 500_000_003  # shares no factor with the number of bodies: every body comes once
_NEW_BODIES = 30 * 31**5
_OLD_BODIES = 10**8
_NEW_FROM = 0.6  # the share of firms with a code of the new kind, MA…
ENTERPRISE, SOLE_TRADER, COOPERATIVE = "91", "92", "93"


@dataclass(frozen=True, slots=True)
class Place:
    """A county with the city and the province that it lies in, and the unassigned division that its codes carry."""

    province: str
    city: str
    county: str
    division: str


@cache
def places() -> tuple[Place, ...]:
    """The places of `places.csv`; their divisions begin with 39, which no province has."""
    with (HERE / "places.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Place(row["province"], row["city"], row["county"], f"39{number:04}") for number, row in enumerate(rows, start=1)
    )


@cache
def marks() -> tuple[str, ...]:
    """The marks of `marks.txt`; neighbours in the file are often kin, one character apart."""
    return tuple((HERE / "marks.txt").read_text(encoding="utf-8").split())


def code(department: str, division: str, body: str) -> str:
    """The unified social credit code of an eight-character body, with both check characters."""
    total = sum(_LETTERS.index(each) * weight for each, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    left = (11 - total % 11) % 11
    text = department + division + body + ("X" if left == 10 else str(left))
    total = sum(ALPHABET.index(each) * weight for each, weight in zip(text, _USCC_WEIGHTS, strict=True))
    return text + ALPHABET[(31 - total % 31) % 31]


def firms(number: int, seed: int, *, rare: bool = True) -> list[Firm]:
    """So many firms; see `firms_endless`."""
    return list(islice(firms_endless(seed, rare=rare), number))


def firms_endless(seed: int, *, rare: bool = True) -> Iterator[Firm]:
    """Firms without end, kinship by kinship; where marks need not be rare, a third character makes more of them."""
    chance = Random(f"firms/{seed}")
    numbers = count(1)
    while True:
        for name, department, place, address in _Kinship(chance, rare).members():
            number = next(numbers)
            yield Firm(
                f"f{number:07}",
                name,
                code(department, place.division, _body(number, seed, chance.random() < _NEW_FROM)),
                place.province,
                place.city,
                address,
            )


def _body(number: int, seed: int, newer: bool) -> str:
    """An eight-character body that no other number of the seed has."""
    start = number * _BODY_STEP + seed * 7_919
    if not newer:
        return f"{start % _OLD_BODIES:08}"
    left, characters = start % _NEW_BODIES, ""
    for _ in range(6):
        left, digit = divmod(left, 31)
        characters = ALPHABET[digit] + characters
    return "MA" + characters


_Member = tuple[str, str, Place, str]


class _Kinship:
    """The firms around one mark."""

    def __init__(self, chance: Random, rare: bool) -> None:
        self._chance = chance
        known = marks()
        at = chance.randrange(len(known))
        self._marks = [known[(at + step) % len(known)] for step in range(4)]
        if not rare and chance.random() < 0.8:
            extra = chance.choice("丰达源盛和通泰隆信华美安悦友邦众展鹏翔耀升阳明月星川海湖林森柏竹荷莲茶穗禾圃坊")
            self._marks = [mark + extra for mark in self._marks]
        self._places = chance.sample(places(), 6)
        self._trades = chance.sample(words.TRADES, 6)

    def members(self) -> Iterator[_Member]:
        """Every member; which ones there are differs from kinship to kinship."""
        for share, make in (
            (1.0, self._head),
            (0.5, self._branches),
            (0.25, self._orphan_branches),
            (0.35, self._group),
            (0.9, self._siblings),
            (0.9, self._elsewhere),
            (0.8, self._other_trades),
            (0.12, self._other_form),
            (0.3, self._numbered),
            (0.25, self._directed),
            (0.6, self._shops),
            (0.4, self._cooperatives),
            (0.3, self._partnerships),
            (0.4, self._bracketed),
            (0.3, self._factory),
            (0.06, self._namesake),
            (1.0, self._strangers),
        ):
            if self._chance.random() < share:
                yield from make()

    # ---- names

    def _front(self, place: Place, *, bare: bool = False) -> str:
        """The region in front of a name."""
        draw = self._chance.random()
        if bare and draw < 0.3:
            return ""
        if draw < 0.25:
            return province_short(place.province)
        if draw < 0.30:
            return place.province
        if draw < 0.60:
            return city_short(place.city)
        if draw < 0.80:
            return place.city
        return county_short(place.county) if draw < 0.85 else place.county

    def _limited(self) -> str:
        draw = self._chance.random()
        return "有限公司" if draw < 0.83 else "有限责任公司" if draw < 0.96 else "股份有限公司"

    def _enterprise(self, name: str, place: Place) -> _Member:
        return name, ENTERPRISE, place, self._address(place)

    def _address(self, place: Place) -> str:
        chance, draw = self._chance, self._chance.random()
        region = (
            place.county
            if draw < 0.3
            else place.city + place.county
            if draw < 0.7
            else place.province + place.city + place.county
        )
        if place.province == place.city:
            region = place.city + place.county if draw > 0.3 else place.county
        text = f"{region}{chance.choice(words.STREETS)}{chance.randrange(1, 400)}号"
        room = chance.random()
        if room < 0.25:
            text += f"{chance.randrange(1, 30)}幢{chance.randrange(1, 25)}{chance.randrange(1, 20):02}室"
        return text + f"{chance.randrange(1, 12)}楼" if 0.25 <= room < 0.35 else text

    # ---- members

    def _head(self) -> Iterator[_Member]:
        place = self._places[0]
        self._head_name = self._front(place) + self._marks[0] + self._trades[0] + self._limited()
        yield self._enterprise(self._head_name, place)

    def _branches(self) -> Iterator[_Member]:
        for place in self._chance.sample(self._places, self._chance.randrange(1, 3)):
            at = county_short(place.county) if self._chance.random() < 0.5 else city_short(place.city)
            yield self._enterprise(self._head_name + at + self._branch_form(), place)

    def _branch_form(self) -> str:
        return self._chance.choice(("分公司", "分公司", "分公司", "营业部", "办事处", "第一分公司", "门市部", "加油站"))

    def _orphan_branches(self) -> Iterator[_Member]:
        """Branches whose parent is registered elsewhere."""
        home = self._places[5]
        parent = self._front(home) + self._marks[0] + self._trades[3] + "有限公司"
        for place in self._places[1:3]:
            yield self._enterprise(parent + city_short(place.city) + "分公司", place)

    def _group(self) -> Iterator[_Member]:
        place = self._places[0]
        front = self._front(place)
        yield self._enterprise(
            front + self._marks[0] + self._chance.choice(("集团有限公司", "实业集团有限公司")), place
        )
        for trade in self._chance.sample(self._trades[1:], 2):
            yield self._enterprise(front + self._marks[0] + "集团" + trade + "有限公司", place)

    def _siblings(self) -> Iterator[_Member]:
        """Marks one character apart, in the same trade and the same city."""
        for mark in self._marks[1 : self._chance.randrange(2, 5)]:
            place = self._places[0] if self._chance.random() < 0.6 else self._places[1]
            yield self._enterprise(self._front(place) + mark + self._trades[0] + self._limited(), place)

    def _elsewhere(self) -> Iterator[_Member]:
        for place in self._chance.sample(self._places[1:], self._chance.randrange(1, 4)):
            yield self._enterprise(self._front(place) + self._marks[0] + self._trades[0] + self._limited(), place)

    def _other_trades(self) -> Iterator[_Member]:
        for trade in self._chance.sample(self._trades[1:], self._chance.randrange(1, 3)):
            place = self._places[0] if self._chance.random() < 0.5 else self._places[3]
            yield self._enterprise(self._front(place) + self._marks[0] + trade + self._limited(), place)

    def _other_form(self) -> Iterator[_Member]:
        """The same words, limited and limited by shares."""
        place, front = self._places[2], self._front(self._places[2])
        yield self._enterprise(front + self._marks[1] + self._trades[2] + "有限公司", place)
        yield self._enterprise(front + self._marks[1] + self._trades[2] + "股份有限公司", place)

    def _numbered(self) -> Iterator[_Member]:
        place, trade = self._places[0], self._chance.choice(words.FACTORIES)
        front, ending = self._front(place), self._chance.choice(("厂", "厂", "总厂", "合作商店"))
        for number in self._chance.sample("一二三四五", self._chance.randrange(1, 4)):
            yield self._enterprise(f"{front}{self._marks[0]}第{number}{trade}{ending}", place)

    def _directed(self) -> Iterator[_Member]:
        place, trade = self._places[1], self._chance.choice(words.SHOP_TRADES)
        front = self._front(place)
        for side in self._chance.sample("东南西北", self._chance.randrange(1, 4)):
            yield f"{front}{self._marks[0]}城{side}{trade}店", SOLE_TRADER, place, self._address(place)

    def _shops(self) -> Iterator[_Member]:
        for place in self._chance.sample(self._places, self._chance.randrange(1, 5)):
            front = self._chance.choice((place.county, place.county, place.city + place.county, ""))
            name = front + self._chance.choice(self._marks) + self._chance.choice(words.SHOP_TRADES)
            yield name + self._chance.choice(words.SHOP_FORMS), SOLE_TRADER, place, self._address(place)

    def _cooperatives(self) -> Iterator[_Member]:
        for place in self._chance.sample(self._places, self._chance.randrange(1, 4)):
            name = place.county + self._chance.choice(self._marks[:2]) + self._chance.choice(words.PRODUCE)
            ending = self._chance.choice(("农民专业合作社", "农民专业合作社", "专业合作社", "农民专业合作社联合社"))
            yield name + ending, COOPERATIVE, place, self._address(place)

    def _partnerships(self) -> Iterator[_Member]:
        place = self._places[self._chance.randrange(2)]
        yield self._enterprise(self._front(place) + self._marks[0] + self._chance.choice(words.PARTNERSHIPS), place)

    def _bracketed(self) -> Iterator[_Member]:
        place = self._places[self._chance.randrange(4)]
        region = self._chance.choice(
            (province_short(place.province), city_short(place.city), county_short(place.county))
        )
        mark, trade = self._chance.choice(self._marks[:2]), self._trades[4]
        name = f"{mark}（{region}）{trade}" if self._chance.random() < 0.6 else f"{mark}{trade}（{region}）"
        yield self._enterprise(name + "有限公司", place)

    def _factory(self) -> Iterator[_Member]:
        place = self._places[self._chance.randrange(6)]
        name = self._front(place) + self._marks[2] + self._chance.choice(words.FACTORIES)
        yield self._enterprise(name + self._chance.choice(("厂", "厂", "加工厂", "总厂")), place)

    def _namesake(self) -> Iterator[_Member]:
        """Another firm of the head's very name."""
        yield self._enterprise(self._head_name, self._chance.choice(self._places))

    def _strangers(self) -> Iterator[_Member]:
        """Firms of marks of their own."""
        for _ in range(self._chance.randrange(4, 12)):
            place, mark = self._chance.choice(places()), self._chance.choice(marks())
            trade = self._chance.choice(words.TRADES)
            yield self._enterprise(self._front(place, bare=True) + mark + trade + self._limited(), place)


def firms_write(path: Path, rows: Sequence[Firm] | Iterator[Firm]) -> None:
    """The register as the file that matchers are given."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("id", "name", "uscc", "province", "city", "address"))
        writer.writerows((row.id, row.name, row.uscc, row.province, row.city, row.address) for row in rows)
