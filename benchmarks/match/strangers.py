"""Firms that nobody registered, made of one that somebody did: its branch, its parent, its sibling, its namesake elsewhere."""

import re
from collections.abc import Mapping

from benchmarks.match.characters import sound_same
from benchmarks.match.mistakes import Maker, Slip, replaced
from benchmarks.match.names import (
    CITY,
    PROVINCES,
    Firm,
    Parts,
    Region,
    city_full,
    city_short,
    counties,
    county_short,
)

_NUMBERS = "一二三四五六七八九十"
_DIRECTIONS = "东南西北"


def _branch(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    """A branch of a registered firm."""
    if parts.tail or not parts.form.endswith("公司"):
        return None
    nearby = [county_short(each) for each in counties(firm)]
    places = nearby if nearby and maker.chance.random() < 0.5 else [city_short(maker.chance.choice(maker.places)[1])]
    ends = ("分公司", "分公司", "分公司", "第二分公司", "营业部", "办事处", "门市部", "分店")
    return parts.but(tail=maker.chance.choice(places) + maker.chance.choice(ends))


def _parent(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    """The parent of a registered branch."""
    return parts.but(tail="") if parts.tail else None


def _sibling(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    """One character of the mark is another; neither by ear nor by eye, but as chance among marks has it."""
    if parts.tail:
        return None
    place = maker.chance.randrange(len(parts.mark))
    other = maker.chance.choice(maker.marks)
    if other == parts.mark[place] or (sound_same(other, parts.mark[place]) and maker.chance.random() < 0.8):
        return None
    return parts.but(mark=replaced(parts.mark, place, other))


def _group(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    """The group of a registered firm, or a member of a registered group."""
    if parts.tail or not parts.form.endswith("有限公司"):
        return None
    if parts.form.startswith("集团"):
        return parts.but(form="有限公司", trade=parts.trade or maker.chance.choice(("置业", "商贸", "物流")))
    if "集团" in parts.core:
        return None
    return parts.but(form=maker.chance.choice(("集团有限公司", "集团", "集团公司")), trade="")


def _numeral(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    """The second where the first is registered."""
    text = parts.mark + "/" + parts.trade + "/" + parts.form + "/" + parts.tail
    if not (found := list(re.finditer(rf"(?<=第)[{_NUMBERS}]|[{_NUMBERS}](?=[厂店部分站队号矿社]|/[厂店站])", text))):
        return None
    place = maker.chance.choice(found).start()
    return _rejoined(parts, replaced(text, place, maker.chance.choice(_NUMBERS.replace(text[place], ""))))


def _direction(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    """The eastern where the western is registered."""
    text = parts.mark + "/" + parts.trade + "/" + parts.form + "/" + parts.tail
    regions = {*PROVINCES, *(city_short(city) for _, city in maker.places)}
    found = [
        place
        for place, each in enumerate(text)
        if each in _DIRECTIONS and not regions & {text[max(0, place - 1) : place + 1], text[place : place + 2]}
    ]
    if not found:
        return None
    place = maker.chance.choice(found)
    return _rejoined(parts, replaced(text, place, maker.chance.choice(_DIRECTIONS.replace(text[place], ""))))


def _rejoined(parts: Parts, text: str) -> Parts:
    mark, trade, form, tail = text.split("/")
    return parts.but(mark=mark, trade=trade, form=form, tail=tail)


def _other_region(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    """The same mark and trade in another city."""
    if parts.tail or not parts.places:
        return None
    province, city = maker.chance.choice(maker.places)
    if city_short(city) == city_short(firm.city) or any(city_short(city) in each.text for each in parts.places):
        return None
    text = maker.chance.choice((city_short, city_full))(city)
    return parts.but(regions=(Region(CITY, text),), bracket=None)


def _renamed(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    """The name that a registered firm bore before; the register does not say so."""
    if parts.tail:
        return None
    mark = "".join(maker.chance.choice(maker.marks) for _ in range(2))
    return None if mark == parts.mark else parts.but(mark=mark)


STRANGERS: Mapping[str, Slip] = {
    "branch": _branch,
    "parent": _parent,
    "sibling": _sibling,
    "group": _group,
    "numeral": _numeral,
    "direction": _direction,
    "other-region": _other_region,
    "renamed": _renamed,
}
