"""What people make of a firm's name: parts left out, put in, written otherwise, and characters mistaken for others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.match.characters import LOOK_ALIKE, Keyboard
from benchmarks.match.names import (
    CITY,
    COUNTY,
    LIMITED,
    PROVINCE,
    Firm,
    Parts,
    Region,
    city_full,
    city_short,
    counties,
    county_short,
    province_full,
    province_short,
)


@dataclass(frozen=True)
class Maker:
    """What every slip may draw on."""

    chance: Random
    keyboard: Keyboard
    marks: Sequence[str]  # characters that marks use, as often as they do
    places: Sequence[tuple[str, str]]  # province and city of the firms


Slip = Callable[[Parts, Firm, Maker], Parts | None]


def as_is(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    return parts


def _form_swapped(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    if parts.form not in LIMITED:
        return None
    return parts.but(form=LIMITED[1 - LIMITED.index(parts.form)])


def _form_dropped(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    if parts.tail or not parts.form.endswith(("公司", "合作社")):
        return None
    shorter = ("合作社", "专业合作社") if parts.form.endswith("合作社") else ("公司", "")
    return parts.but(form=maker.chance.choice([form for form in shorter if form != parts.form]))


def _region_dropped(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    if not parts.places:
        return None
    return parts.but(regions=parts.regions[:-1]) if parts.regions and maker.chance.random() < 0.2 else parts.but(
        regions=(), bracket=None
    )  # fmt: skip


def _region_added(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    told = {region.level for region in parts.places}
    if parts.bracket or not firm.province or not firm.city:
        return None
    put: list[Region] = []
    if PROVINCE not in told and province_short(firm.province) != city_short(firm.city):
        put.append(Region(PROVINCE, maker.chance.choice((province_full, province_short))(firm.province)))
    if CITY not in told and COUNTY in told | {CITY if maker.chance.random() < 0.5 else COUNTY}:
        put.append(Region(CITY, maker.chance.choice((city_full, city_short))(firm.city)))
    if not put:
        return None
    order = {PROVINCE: 0, CITY: 1, COUNTY: 2}
    return parts.but(regions=tuple(sorted((*put, *parts.regions), key=lambda region: order[region.level])))


def _region_short(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    """Full for short or short for full."""
    if not parts.regions:
        return None
    other = tuple(Region(region.level, _otherwise(region, firm)) for region in parts.regions)
    return parts.but(regions=other) if other != parts.regions else None


def _otherwise(region: Region, firm: Firm) -> str:
    if region.level == PROVINCE:
        short, full = province_short(firm.province), province_full(firm.province)
    elif region.level == CITY:
        short, full = city_short(firm.city), city_full(firm.city)
    else:
        full = next((each for each in counties(firm) if each.startswith(region.text)), region.text)
        short = county_short(full)
    return full if region.text == short else short


def _region_bracketed(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    """Into brackets, or out of them."""
    if parts.bracket:
        return parts.but(regions=(*parts.regions, parts.bracket), bracket=None)
    if len(parts.regions) != 1 or not parts.trade or not parts.form.endswith("公司") or parts.tail:
        return None
    region = Region(parts.regions[0].level, county_short(city_short(province_short(parts.regions[0].text))))
    return parts.but(regions=(), bracket=region, bracket_late=maker.chance.random() < 0.5)


def replaced(text: str, place: int, character: str) -> str:
    return text[:place] + character + text[place + 1 :]


def _mistaken(text: str, maker: Maker, offers: Callable[[str], Sequence[str]]) -> str | None:
    """One character of the text taken for one of its offers, the commoner the likelier."""
    place = maker.chance.randrange(len(text))
    if not (found := offers(text[place])[:12]):
        return None
    return replaced(text, place, found[min(maker.chance.randrange(len(found)), maker.chance.randrange(len(found)))])


def _sound(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    mark = _mistaken(parts.mark, maker, maker.keyboard.same)
    return parts.but(mark=mark) if mark else None


def _sound_near(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    mark = _mistaken(parts.mark, maker, maker.keyboard.near)
    return parts.but(mark=mark) if mark else None


def _look(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    mark = _mistaken(parts.mark, maker, lambda character: LOOK_ALIKE.get(character, ""))
    return parts.but(mark=mark) if mark else None


def _split(core: str, parts: Parts) -> Parts:
    """The parts with another core, cut where the mark ended."""
    end = len(parts.mark) + (len(core) - len(parts.core) if core[: len(parts.mark)] != parts.mark else 0)
    return parts.but(mark=core[:end], trade=core[end:])


def _swapped(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    core = parts.core
    place = maker.chance.randrange(len(core) - 1)
    if core[place] == core[place + 1]:
        return None
    return _split(core[:place] + core[place + 1] + core[place] + core[place + 2 :], parts)


def _missing(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    core = parts.core
    if len(core) < 5:
        return None
    place = maker.chance.randrange(len(core))
    return _split(core[:place] + core[place + 1 :], parts)


def _doubled(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    core = parts.core
    place = maker.chance.randrange(len(core))
    extra = core[place] if maker.chance.random() < 0.7 else maker.chance.choice(maker.marks)
    return _split(core[: place + 1] + extra + core[place + 1 :], parts)


def _trade_slip(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    if not parts.trade:
        return None
    ear = maker.chance.random() < 0.7
    trade = _mistaken(parts.trade, maker, maker.keyboard.same if ear else lambda each: LOOK_ALIKE.get(each, ""))
    return parts.but(trade=trade) if trade else None


def _trade_short(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    if "集团" in parts.core or len(parts.trade) < 4 or parts.tail:
        return None
    trade = parts.trade[:2] if maker.chance.random() < 0.7 else parts.trade[-2:]
    return parts.but(trade=trade)


def _trade_dropped(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    if "集团" in parts.core or not parts.trade or parts.tail or not parts.form.endswith("有限公司"):
        return None
    return parts.but(trade="")


def _abbreviation(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    """Region, mark and two characters of the trade, as people say it."""
    if "集团" in parts.core or not parts.trade or parts.tail or not parts.form.endswith("公司"):
        return None
    regions = tuple(
        Region(each.level, county_short(city_short(province_short(each.text)))) for each in parts.regions[:1]
    )
    return parts.but(regions=regions, bracket=None, trade=parts.trade[:2], form="")


def _bare(parts: Parts, firm: Firm, maker: Maker) -> Parts | None:
    if "集团" in parts.core or parts.tail or not parts.form.endswith(("公司", "厂", "合作社")):
        return None
    return Parts(mark=parts.mark) if parts.form.endswith("公司") else Parts(mark=parts.mark, form=parts.form)


UNCHANGED = frozenset({"exact", "style", "traditional", "noise", "coded"})  # the name itself stays

SLIPS: Mapping[str, Slip] = {
    "exact": as_is,
    "style": as_is,
    "traditional": as_is,
    "noise": as_is,
    "form-swapped": _form_swapped,
    "form-dropped": _form_dropped,
    "region-dropped": _region_dropped,
    "region-added": _region_added,
    "region-short": _region_short,
    "region-bracketed": _region_bracketed,
    "sound": _sound,
    "sound-near": _sound_near,
    "look": _look,
    "swapped": _swapped,
    "missing": _missing,
    "doubled": _doubled,
    "trade-slip": _trade_slip,
    "trade-short": _trade_short,
    "trade-dropped": _trade_dropped,
    "abbreviation": _abbreviation,
    "bare": _bare,
}
_AROUND = ("form-swapped", "form-dropped", "region-dropped", "region-added", "region-short", "trade-short")
_WITHIN = ("sound", "look", "swapped", "missing", "doubled", "trade-slip")
COMBINED = tuple((one, other) for one in _WITHIN for other in _AROUND) + (
    ("region-dropped", "form-swapped"),
    ("region-dropped", "form-dropped"),
    ("region-added", "form-swapped"),
    ("region-short", "form-dropped"),
    ("sound", "trade-slip"),
    ("look", "trade-slip"),
)
