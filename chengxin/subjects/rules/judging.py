"""Two names held against each other, feature by feature: each with the two values it compared, its level and its points. Pure.

The score is the sum of the points and nothing else. Points and thresholds are data (`namebook/model.yaml`, with its model
card); levels marked `never` there keep a pair from ever being matched without a person.
"""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz.distance import Levenshtein

from chengxin.kernel.names import name_normal
from chengxin.subjects.rules.characters import is_direction, look_alike, near_sound, numeral_of, same_body, same_sound
from chengxin.subjects.rules.namebook import book_data, namebook
from chengxin.subjects.rules.naming import (
    NameParts,
    core_split,
    divisions_read,
    name_parts,
    places_of,
    places_within,
    regions_front,
)

Edit = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: a name in its normal form, and what else is said of the firm. Empty means nothing is said."""

    normal: str
    number: str = ""
    province: str = ""
    city: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature's part of a score: what it compared, how the two stand to each other, and the points for that."""

    feature: str
    level: str
    asked: str
    held: str
    points: float

    def as_dict(self) -> dict[str, str | float]:
        """The reason as it is shown, in files and answers alike."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Judgement:
    """How well a registered firm fits what was asked, and why; `never` says that only a person may match the two."""

    score: float
    reasons: tuple[Reason, ...]
    never: bool


@dataclass(frozen=True)
class Model:
    """Points a level, and where a score decides."""

    version: str
    points: dict[str, dict[str, float]]
    never: frozenset[tuple[str, str]]
    match_from: float
    propose_from: float
    margin: float
    close: float


@functools.cache
def model() -> Model:
    """The model that is shipped."""
    return model_read(book_data("model.yaml"))


def model_read(data: dict[str, Any]) -> Model:
    """A model from its data; a level that the data lack has no points, which a test forbids."""
    decide = data["decide"]
    return Model(
        version=str(data["version"]),
        points={feature: dict(levels) for feature, levels in data["points"].items()},
        never=frozenset((feature, level) for feature, levels in data["never"].items() for level in levels),
        match_from=float(decide["match_from"]),
        propose_from=float(decide["propose_from"]),
        margin=float(decide["margin"]),
        close=float(decide["close"]),
    )


# ---- comparing


def levels(asked: Side, held: Side) -> list[tuple[str, str, str, str]]:
    """(feature, level, asked value, held value) for every feature, in the order in which a person would look."""
    a, b = _read_alike(name_parts(asked.normal), name_parts(held.normal))
    found = [("name", "same" if asked.normal == held.normal else "other", asked.normal, held.normal)]
    mark, trade, slipped = _core(a, b)
    region = slipped or _region(a, b, asked, held)
    form = _form(a, b)
    found += [
        ("region", region, "".join(a.regions), "".join(b.regions)),
        ("mark", mark, a.mark, b.mark),
        ("trade", trade, a.trade, b.trade),
        ("form", form, a.form, b.form),
        ("group", "same" if a.group == b.group else "one-sided", _group(a), _group(b)),
        ("tail", _tail(a.tail, b.tail), a.tail, b.tail),
        ("rarity", _rarity(b, mark, trade, region, form), "", b.mark),
        ("length", _length(b, mark, trade), "", b.core),
        ("place", _place(asked, held, b), _said(asked), _said(held)),
        ("number", _number(asked.number, held.number), asked.number, held.number),
    ]
    return found


def _read_alike(a: NameParts, b: NameParts) -> tuple[NameParts, NameParts]:
    """Both names' parts, read the same way where a word may be a place or a mark (银海): a place in front of the other's
    whole name is a place, and a word with which the other's mark begins is a mark.
    """
    if a.normal == b.normal or (a.places and b.places and places_within(a.places, b.places)):
        return a, b
    if words := _places_before(a.normal, b.normal):
        regions = (*words, *b.regions)
        return replace(b, normal=a.normal, regions=regions, places=places_of(regions)), b
    if _places_before(b.normal, a.normal):
        return replace(b, normal=a.normal, regions=(), places=frozenset()), b
    return _mark_kept(a, b), _mark_kept(b, a)


def _places_before(long: str, short: str) -> tuple[str, ...]:
    return divisions_read(long[: -len(short)]) if short and long != short and long.endswith(short) else ()


def _mark_kept(parts: NameParts, other: NameParts) -> NameParts:
    word = parts.regions[0] if parts.regions else ""
    if (
        not word
        or len(word) > 3
        or not other.core.startswith(word)
        or not parts.normal.startswith(word + parts.core[:1])
    ):
        return parts
    mark, trade = core_split(word + parts.core)
    regions = parts.regions[1:]
    return replace(parts, regions=regions, places=places_of(regions), mark=mark, trade=trade)


def judge(asked: Side, held: Side, by: Model | None = None) -> Judgement:
    """Judge one pair on its own: the score without what other firms may add to doubt (`decide` adds that)."""
    by = by or model()
    found, score, never = [], 0.0, False
    for feature, level, one, other in levels(asked, held):
        points = by.points[feature].get(level, 0.0)
        score += points
        never = never or (feature, level) in by.never
        found.append(Reason(feature, level, one, other, points))
    return Judgement(round(score, 2), tuple(found), never)


def decide(judged: Sequence[Judgement], by: Model | None = None) -> tuple[list[Judgement], list[str]]:
    """Judgements with the rival's part added, and the outcome of each: at most one `match`, else `propose` for all that fit
    as well as the best, else `none`. Takes the judgements best first.
    """
    by = by or model()
    if not judged:
        return [], []
    best = judged[0].score
    second = judged[1].score if len(judged) > 1 else None
    rival = (
        "alone" if second is None or best - second >= by.margin else "close" if best - second >= by.close else "equal"
    )
    final = [
        _with_rival(
            j, rival if n == 0 else "behind" if best - j.score >= by.close else "equal", second if n == 0 else best, by
        )
        for n, j in enumerate(judged)
    ]
    if rival == "alone" and final[0].score >= by.match_from and not final[0].never:
        return final, ["match", *["none"] * (len(judged) - 1)]
    outcomes = ["propose" if j.score >= by.propose_from and best - j.score < by.margin else "none" for j in judged]
    return final, outcomes


def _with_rival(judgement: Judgement, level: str, other: float | None, by: Model) -> Judgement:
    points = by.points["rival"].get(level, 0.0)
    reason = Reason("rival", level, f"{judgement.score:g}", "" if other is None else f"{other:g}", points)
    return replace(judgement, score=round(judgement.score + points, 2), reasons=(*judgement.reasons, reason))


# ---- the features


def _core(a: NameParts, b: NameParts) -> tuple[str, str, str]:
    """How the marks and the trades stand to each other; and the region's level where one slip in a place explains it all."""
    if a.core == b.core:
        return ("same" if a.mark else "markless"), "same", ""
    if not a.mark and not b.mark:
        return "none", _trade(a.trade, b.trade), ""
    if a.mark == b.mark:
        return "same", _trade(a.trade, b.trade), ""
    if _swapped(a.core, b.core):
        return "swapped", "same", ""
    mark, trade = _edits(a, b)
    if mark in ("other", "other-short", "different", "numeral", "direction") and a.regions != b.regions:
        unread = not a.places or not b.places or places_within(a.places, b.places)
        if unread and (slip := _place_slip(a, b)):
            return ("same" if b.mark else "markless"), "same", slip
    return mark, trade, ""


def _place_slip(a: NameParts, b: NameParts) -> str:
    """`slip` or `other-slip` where the two differ by one character of a place in front."""
    one, other = _headed(a), _headed(b)
    if len(one) != len(other) or not (one.endswith(b.core) or other.endswith(a.core)):
        return ""
    operations = _edits_between(one, other)
    if len(operations) != 1:
        return ""
    return (
        "slip"
        if _edit(operations[0], one, other) in ("same-sound", "look-alike", "near-sound", "shape")
        else "other-slip"
    )


def _headed(parts: NameParts) -> str:
    return "".join(parts.regions) + parts.core


def _edits(a: NameParts, b: NameParts) -> tuple[str, str]:
    """Mark and trade by the edits that turn the asked core into the held one, each where it stands."""
    one, other = a.core, b.core
    operations = _edits_between(one, other)
    border, border_asked = len(b.mark), len(a.mark)
    if not b.trade and a.trade:
        border = len(other) if not other.startswith(a.mark) else min(border, len(a.mark))
    if not a.trade and b.trade:
        border_asked = border
    in_mark: list[Edit] = []
    in_trade: list[Edit] = []
    for kind, source, target in operations:
        if kind == "delete":
            (in_mark if source < border_asked and target <= border else in_trade).append((kind, source, target))
        else:
            (in_mark if target < border else in_trade).append((kind, source, target))
    return _mark(in_mark, one, other, b), _trade_edited(in_trade, one, other, a, b)


def _edits_between(one: str, other: str) -> list[Edit]:
    """The fewest single-character edits that turn one text into the other: what is done, and where in either."""
    return [(edit.tag, edit.src_pos, edit.dest_pos) for edit in Levenshtein.editops(one, other)]


def _mark(edits: list[Edit], one: str, other: str, b: NameParts) -> str:
    if not edits:
        return "same"
    if len(edits) == 2 and _swapped(one[: len(b.mark)], other[: len(b.mark)]):
        return "swapped"
    if len(edits) > 2 or (len(edits) == 2 and len(b.mark) < 5):
        return "different"
    if len(edits) == 2:
        kinds = {_edit(edit, one, other) for edit in edits}
        return "two-slips" if kinds <= {"same-sound", "look-alike", "near-sound", "shape"} else "different"
    level = _edit(edits[0], one, other)
    if level in ("missing", "extra", "other") and len(b.mark) <= 2:
        return f"{level}-short"
    return level


def _swapped(one: str, other: str) -> bool:
    if len(one) != len(other):
        return False
    apart = [n for n, (x, y) in enumerate(zip(one, other, strict=True)) if x != y]
    return (
        len(apart) == 2
        and apart[1] == apart[0] + 1
        and one[apart[0]] == other[apart[1]]
        and one[apart[1]] == other[apart[0]]
    )


def _edit(edit: Edit, one: str, other: str) -> str:
    """What one edit is: a numeral or a direction exchanged tells siblings apart, a sound or a look is a slip."""
    kind, source, target = edit
    if kind == "insert":
        return _added(other, target, "missing")
    if kind == "delete":
        return _added(one, source, "extra")
    x, y = one[source], other[target]
    if numeral_of(x) and numeral_of(x) == numeral_of(y):
        return "same-sound"
    if numeral_of(x) and numeral_of(y):
        return "numeral"
    if is_direction(x) and is_direction(y):
        return "direction"
    if same_sound(x, y):
        return "same-sound"
    if look_alike(x, y):
        return "look-alike"
    if near_sound(x, y):
        return "near-sound"
    return "shape" if same_body(x, y) else "other"


def _added(text: str, place: int, level: str) -> str:
    character = text[place]
    if numeral_of(character):
        return "numeral"
    if character in (text[place - 1 : place], text[place + 1 : place + 2]):
        return "doubled"
    if is_direction(character):
        return "direction"
    return level


def _trade(one: str, other: str) -> str:
    if one == other:
        return "same"
    if not one:
        return "lacks"
    if not other:
        return "longer"
    if abs(len(one) - len(other)) == 1 and (_within(one, other) or _within(other, one)):
        return "numeral" if numeral_of("".join(set(one) ^ set(other))[:1]) else "slip"
    if _within(one, other):
        return "shortened"
    if _within(other, one):
        return "longer"
    if _swapped(one, other):
        return "slip"
    operations = _edits_between(one, other)
    if len(operations) == 1:
        kind = _edit(operations[0], one, other)
        return "numeral" if kind in ("numeral", "direction") else "slip" if kind != "other" else "one-other"
    return "near" if len(operations) * 2 <= max(len(one), len(other)) else "differs"


def _trade_edited(edits: list[Edit], one: str, other: str, a: NameParts, b: NameParts) -> str:
    if not edits:
        return "same"
    kinds = {kind for kind, _, _ in edits}
    if kinds == {"insert"}:
        if len(edits) == 1 and len(b.trade) > 2:
            return "numeral" if numeral_of(other[edits[0][2]]) else "slip"
        return "lacks" if len(edits) >= len(b.trade) else "shortened"
    if kinds == {"delete"}:
        if len(edits) == 1 and len(b.trade) >= 2:
            return "numeral" if numeral_of(one[edits[0][1]]) else "slip"
        return "longer"
    if len(edits) == 1:
        kind = _edit(edits[0], one, other)
        return "numeral" if kind in ("numeral", "direction") else "slip" if kind != "other" else "one-other"
    if len(edits) == 2 and _swapped(one[-len(b.trade) :], other[-len(b.trade) :]):
        return "slip"
    return "near" if len(edits) * 2 <= max(len(a.trade), len(b.trade), 1) else "differs"


def _within(short: str, long: str) -> bool:
    """Whether the characters of `short` stand in `long` in their order."""
    rest = iter(long)
    return all(character in rest for character in short)


def _region(a: NameParts, b: NameParts, asked: Side, held: Side) -> str:
    if not a.regions and not b.regions:
        return "none"
    if a.regions == b.regions:
        return "same"
    if not a.places and not a.regions:
        if b.places and asked.province:
            said = _places_told(asked.province, asked.city)
            return "told" if said and places_within(said, b.places) else "lacks"
        return "lacks"
    if not b.regions:
        where = _places_told(held.province, held.city)
        if where and a.places:
            return "added" if places_within(a.places, where) or _in_address(a, held) else "against-place"
        return "added"
    if not a.places or not b.places:
        return "near" if a.regions[0] == b.regions[0] else "differs"
    if not places_within(a.places, b.places):
        return "differs"
    if a.places & b.places or not (_broader(a.places, b.places) or _broader(b.places, a.places)):
        # The same place, with or without the one that it lies in; a town or a zone may still stand behind it.
        return _behind(_last(a), _last(b))
    if _broader(a.places, b.places):
        return "broader"
    return "in-front" if _added_in_front(a, b, held) else "narrower"


def _added_in_front(a: NameParts, b: NameParts, held: Side) -> bool:
    """Whether the asked name says the held one's place too, and beside it only where the register has the firm."""
    if b.places == {"00"}:
        return "中国" in a.regions
    lies = _places_told(held.province, held.city)
    said = {place for word in a.regions for place in namebook().divisions.get(word, ())}
    return bool(lies) and bool(said & b.places) and places_within(a.places, lies)


def _broader(one: frozenset[str], other: frozenset[str]) -> bool:
    return min(map(len, one)) < min(map(len, other))


def _behind(one: str, other: str) -> str:
    """Two towns or zones of one county are two places, but for a slip."""
    if one == other:
        return "same"
    if not one or not other:
        return "near"
    operations = _edits_between(one, other)
    slipped = len(operations) == 1 and _edit(operations[0], one, other) in ("same-sound", "look-alike")
    return "slip" if slipped else "differs"


def _last(parts: NameParts) -> str:
    """The town or zone behind the divisions, empty where there is none."""
    return "" if parts.regions[-1] in namebook().divisions else parts.regions[-1]


def _in_address(a: NameParts, held: Side) -> bool:
    return bool(a.regions) and a.regions[-1] in held.address


def _form(a: NameParts, b: NameParts) -> str:
    if a.form == b.form:
        return "same"
    if not a.form:
        return "lacks"
    if not b.form:
        return "added"
    if a.form_class == b.form_class:
        return "same-class"
    return "near" if frozenset((a.form_class, b.form_class)) in namebook().near else "differs"


def _group(parts: NameParts) -> str:
    return "集团" if parts.group else ""


def _tail(one: str, other: str) -> str:
    if one == other:
        return "same" if one else "none"
    if not one:
        return "register-only"
    if not other:
        return "asked-only"
    if any(numeral_of(c) for c in one + other) or len(one) != len(other):
        return "differs"
    operations = _edits_between(one, other)
    if len(operations) == 1 and _edit(operations[0], one, other) in ("same-sound", "look-alike"):
        return "slip"
    return "differs"


def _rarity(b: NameParts, mark: str, trade: str, region: str, form: str) -> str:
    """How much the mark tells on its own, where anything else is missing or slipped."""
    if mark == "same" and trade == "same" and region in ("same", "none", "told") and form in ("same", "same-class"):
        return "unneeded"
    book = namebook()
    told = sum(book.weight(c) for c in b.mark)
    if mark == "same":
        return "rare" if told >= 15 else "seldom" if told >= 11 else "usual" if told >= 7.5 else "common"
    return "slip-rare" if told >= 15 else "slip-seldom" if told >= 11 else "slip-usual"


def _length(b: NameParts, mark: str, trade: str) -> str:
    """How long mark and trade are, where either slipped: of eight characters one may slip, of three hardly."""
    if mark == "same" and trade == "same":
        return "unneeded"
    long = len(b.core)
    return "long" if long >= 8 else "middling" if long >= 6 else "short" if long >= 4 else "very-short"


def _place(asked: Side, held: Side, b: NameParts) -> str:
    """What the hints say: province and city against the register's columns and the regions in the name, then the address."""
    said = _places_told(asked.province, asked.city, asked.address)
    if not said:
        return "address" if _addresses_agree(asked.address, held.address) else "silent"
    columns = _places_told(held.province, held.city)
    lies = [places for places in (columns, b.places) if places and "00" not in places]
    if not lies:
        return "silent"
    if not any(places_within(said, places) for places in lies):
        return "contradicts"
    if columns and not places_within(said, columns):
        return "silent"
    return "address" if _addresses_agree(asked.address, held.address) else "agrees"


@functools.lru_cache(maxsize=20_000)
def _places_told(province: str, city: str, address: str = "") -> frozenset[str]:
    """The narrowest place that the hints name; an address may name a narrower one than the city beside it."""
    words = [name_normal(text) for text in (province, city) if text]
    return places_of((*words, *regions_front(name_normal(address)))) if address else places_of(words)


def _addresses_agree(one: str, other: str) -> bool:
    if len(one) < 5 or len(other) < 5:
        return False
    one, other = _address_plain(one), _address_plain(other)
    short, long = sorted((one, other), key=len)
    return short in long or long.endswith(short[-8:])


@functools.lru_cache(maxsize=20_000)
def _address_plain(address: str) -> str:
    return name_normal(address)


def _number(one: str, other: str) -> str:
    if not one or not other:
        return "silent"
    if one == other:
        return "same"
    if len(one) == 18 and len(other) == 9:
        return "same" if one[8:17] == other else "differs"
    if len(one) == 9 and len(other) == 18:
        return "same" if other[8:17] == one else "differs"
    return "differs" if len(one) == len(other) else "silent"


def _said(side: Side) -> str:
    return " ".join(filter(None, (side.province, side.city, side.address)))


def ordered(judged: Iterable[tuple[Judgement, int]]) -> list[tuple[Judgement, int]]:
    """Best first; of equals the one that stands first in the register."""
    return sorted(judged, key=lambda pair: (-pair[0].score, pair[1]))
