"""Which of the names found by their grams are worth judging: those nearest to what is asked, told cheaply. Pure.

A search by grams puts a name whose rare characters were mistyped behind many that share more of them. Here each is seen once
more: how much of what is asked it holds, a character that sounds or looks alike counting nearly as much, and whether it lies
where the firm is said to be.
"""

from collections.abc import Iterable

from chengxin.subjects.rules.characters import stood_for
from chengxin.subjects.rules.comparing import Side, places_told
from chengxin.subjects.rules.namebook import namebook
from chengxin.subjects.rules.naming import name_parts, places_of, places_within, regions_front

# The nearest that are judged; and the most, where more hold all that is asked and none is more likely meant.
NEAREST, ALL_HELD = 20, 50
# One that is less than this part as near as the nearest is never as good.
NEAR_PART = 0.65
# A character that may have been written in place of another counts this part; likeness half; the right place as much as a
# rare character.
_STAND_IN, _LIKENESS, _PLACE = 0.9, 0.5, 0.15
# What stands beside a mark without a trade counts this part of what it counts beside mark and trade.
_BESIDE_MARK = 0.5
# Where less than this part of what is asked is held, the place is not looked at.
_LEAST_HELD = 0.5


class Nearness:
    """How near registered names are to one that is asked."""

    def __init__(self, asked: Side) -> None:
        book = namebook()
        core, trade = _asked_core(asked.normal)
        # Mark and trade weigh twice: what is left out or added is mostly the place and the form. Where the mark alone was asked, four
        # times: another firm that bears it is a namesake, whatever place its name says.
        beside = 1.0 if trade else _BESIDE_MARK
        self._tells = {character: beside * book.weight(character) for character in asked.normal}
        for character in set(core):
            self._tells[character] = self._tells.get(character, 0.0) + (2.0 - beside) * book.weight(character)
        self._letters = frozenset(self._tells)
        self._total = sum(self._tells.values())
        self._said = places_told(asked.province, asked.city, asked.address)
        self._lies: dict[tuple[str, str], int | None] = {}

    def of(self, normal: str, province: str, city: str, likeness: float) -> tuple[float, bool]:
        """How near the name of a firm in that province and city is, and whether it holds all that is asked and is not elsewhere."""
        if not self._total:
            return 0.0, False
        missing, held = self._letters.difference(normal), self._total
        if missing:
            held -= sum(map(self._tells.__getitem__, missing))
            alike = stood_for(missing, set(normal) - self._letters)
            held += _STAND_IN * sum(map(self._tells.__getitem__, alike))
        part = held / self._total
        place = self._placed(normal, province, city) if self._said and part > _LEAST_HELD else 0
        return part + _LIKENESS * likeness + _PLACE * place, not missing and place >= 0

    def _placed(self, normal: str, province: str, city: str) -> int:
        """1 where it lies where it is said to, -1 where it does not, 0 where nothing tells."""
        columns = province, city
        if columns not in self._lies:
            self._lies[columns] = self._within(places_told(province, city))
        known = self._lies[columns]
        if known is None:
            known = self._within(places_of(regions_front(normal)))
        return known or 0

    def _within(self, places: frozenset[str]) -> int | None:
        if not places or "00" in places:
            return None
        return 1 if places_within(self._said, places) else -1


def _asked_core(normal: str) -> tuple[str, str]:
    parts = name_parts(normal) if normal else None
    return (parts.core, parts.trade) if parts else ("", "")


def nearest(found: Iterable[tuple[int, float, bool]]) -> list[int]:
    """Of (name, nearness, whether it holds all) the names worth judging, nearest first, of equals the first given."""
    ordered = sorted(found, key=lambda each: -each[1])
    least = NEAR_PART * ordered[0][1] if ordered else 0.0
    return [
        name
        for place, (name, near, holds_all) in enumerate(ordered)
        if near >= least and (place < NEAREST or (holds_all and place < ALL_HELD))
    ]
