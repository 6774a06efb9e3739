"""Two names held against each other, part by part: how each stands to its like, in one word. Pure.

What a word is worth is the model's (`judging`): here nothing is weighed.
"""

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from chengxin.kernel.names import name_normal
from chengxin.subjects.rules.characters import (
    is_direction,
    look_alike,
    near_sound,
    numeral_of,
    ordinal_of,
    same_body,
    same_sound,
)
from chengxin.subjects.rules.namebook import namebook
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
    """One side of a comparison: a name in its normal form, and what else is said of the firm. Empty means nothing is said.

    `representative` is the legal representative's name sealed: the same on both sides where the names are, and unreadable.
    """

    normal: str
    number: str = ""
    province: str = ""
    city: str = ""
    address: str = ""
    representative: str = ""


def levels(asked: Side, held: Side) -> list[tuple[str, str, str, str]]:
    """(feature, level, asked value, held value) for every feature, in the order in which a person would look."""
    a, b = _read_alike(name_parts(asked.normal), name_parts(held.normal))
    read = _read(a, b, asked, held)
    if _unclear(read):
        read = _aligned(a, b) or read
    a, b = read.asked, read.held
    slips = _slips(read)
    return [
        ("name", "same" if asked.normal == held.normal else "other", asked.normal, held.normal),
        ("region", read.region, "".join(a.regions), "".join(b.regions)),
        ("mark", read.mark, a.mark, b.mark),
        ("trade", read.trade, a.trade, b.trade),
        ("form", read.form, a.form, b.form),
        ("group", "same" if a.group == b.group else "one-sided", _group(a), _group(b)),
        ("tail", read.tail, a.tail, b.tail),
        ("slips", ("none", "one", "two")[slips] if slips < 3 else "more", "", ""),
        ("rarity", _rarity(read), "", b.mark),
        ("length", _length(read), "", b.core),
        ("spelling", _spelling(read), a.mark, b.mark),
        ("place", _place(asked, held, b), _said(asked), _said(held)),
        ("number", _number(asked.number, held.number), asked.number, held.number),
        ("representative", _representative(asked, held), _sealed(asked), _sealed(held)),
    ]


@dataclass(frozen=True, slots=True)
class _Read:
    """Two names' parts side by side, and how those that may slip stand to each other."""

    asked: NameParts
    held: NameParts
    region: str
    mark: str
    trade: str
    form: str
    tail: str


def _read(a: NameParts, b: NameParts, asked: Side, held: Side) -> _Read:
    """Each name taken apart by itself."""
    mark, trade, slipped = _core(a, b)
    if mark != "same" and _unnumbered(a.core, b.core, bare_from=2):
        mark, trade = "unnumbered", "same"
    region = slipped or _region(a, b, asked, held)
    form, tail = _form(a, b), _tail(a.tail, b.tail)
    placed = region in _PLACED or asked.normal.endswith(held.normal)
    if mark == "markless" and not (placed and form in _FORMED):
        mark = "none"
    if tail == "none" and _is_parent(asked.normal, held.normal):
        tail = "register-only"
    return _Read(a, b, region, mark, trade, form, tail)


def _is_parent(asked: str, held: str) -> bool:
    """Whether what was asked is a whole name, and the other that name with more behind it (某合作社道真合作社)."""
    more = held[len(asked) :] if held.startswith(asked) else ""
    return bool(more) and more[0] != "(" and asked.endswith(namebook().strong_ends)


def _unnumbered(one: str, other: str, bare_from: int = 0) -> bool:
    """Whether the other is the one with a number in it (第一, 三号, 2) that nobody wrote: which of a row of siblings is meant,
    the one does not say. A numeral without 第 or 号 counts from that place on: in front it is the mark's own (三鑫).
    """
    more = len(other) - len(one)
    return more > 0 and any(
        one == other[:at] + other[at + more :] and ordinal_of(other[at : at + more], bare=at >= bare_from)
        for at in range(len(one) + 1)
    )


# Levels of the region where the asked place is the registered one, or none was asked; and of the form the same way. Two
# names without a mark that have not both in common have nothing of their own in common.
_PLACED = ("same", "none", "near", "slip", "lacks", "told")
_FORMED = ("same", "same-class", "lacks", "slip")


def _read_alike(a: NameParts, b: NameParts) -> tuple[NameParts, NameParts]:
    """Both names' parts, read the same way where a word may be a place or a mark (银海): a place in front of the other's
    whole name is a place, and a word with which the other's mark begins is a mark.
    """
    if a.normal == b.normal:
        return a, b
    if words := _places_before(a.normal, b.normal):
        regions = (*words, *b.regions)
        return replace(b, normal=a.normal, regions=regions, places=places_of(regions)), b
    if a.places and b.places and places_within(a.places, b.places):
        return a, b
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


# ---- names that differ in one or two characters


_CLEAR = {
    "region": ("same", "none", "near", "told", "lacks", "added", "in-front", "slip", "broader"),
    "mark": (
        "same",
        "begins",
        "same-sound",
        "look-alike",
        "near-sound",
        "swapped",
        "swapped-short",
        "doubled",
        "markless",
        "unnumbered",
    ),
    "trade": ("same", "slip", "shape", "extra", "shortened", "lacks"),
    "form": ("same", "same-class", "near", "lacks"),
    "tail": ("none", "same", "slip", "unnumbered"),
}


def _unclear(read: _Read) -> bool:
    """Whether some part stands badly to the other's, so that another reading is worth the trouble."""
    return any(getattr(read, part) not in clear for part, clear in _CLEAR.items())


def _aligned(a: NameParts, b: NameParts) -> _Read | None:
    """The asked name read as the registered one is cut, where one or two characters tell them apart: a slip in 中国 or in
    加工厂 keeps that word from being known for what it is. Nothing where they are further apart or name two places.
    """
    one, other = _plain(a.normal), _plain(b.normal)
    if abs(len(one) - len(other)) > 2 or (a.places and b.places and not places_within(a.places, b.places)):
        return None
    front = "".join(b.regions)
    # 某某集团文化传媒有限公司: the group's word stands behind the mark.
    borne = b.mark if other.startswith(front + b.core) else f"{b.mark}集团"
    core = borne + b.trade
    if not other.startswith(front + core) or not other.endswith(b.tail):
        return None
    swap = _swapped_at(one, other)
    operations = [("swap", swap, swap)] if swap >= 0 else _edits_between(one, other)
    if not 1 <= len(operations) <= 2:
        return None
    ends = [len(front), len(front) + len(borne), len(front) + len(core), len(other) - len(b.tail), len(other)]
    kinds: list[list[str]] = [[], [], [], [], []]
    for operation in operations:
        kind = _kind(operation, one, other)
        kinds[_part_of(operation, kind, ends)].append(kind)
    region, mark, trade, form, tail = kinds
    cuts = [0, *(_source(end, operations) for end in ends)]
    pieces = [one[start:end] for start, end in itertools.pairwise(cuts)]
    words = (pieces[0],) if pieces[0] else ()
    asked = replace(b, normal=a.normal, regions=words, mark=pieces[1], trade=pieces[2], tail=pieces[4])
    told = _Read(
        asked if form else replace(asked, form=b.form),
        b,
        _region_slipped(region, b),
        _mark_slipped(mark, b),
        _trade_slipped(trade),
        _form_slipped(form, a, b),
        _tail_slipped(tail, b),
    )
    return replace(told, mark="none") if told.mark == "markless" and told.form not in _FORMED else told


_LIGHT = frozenset(("same-sound", "look-alike", "near-sound", "shape", "swapped", "doubled"))


def _plain(normal: str) -> str:
    return normal.replace("(", "").replace(")", "")


def _swapped_at(one: str, other: str) -> int:
    """Where two neighbours changed places and nothing else differs; less than nothing elsewhere."""
    if len(one) != len(other):
        return -1
    first = next((n for n, (x, y) in enumerate(zip(one, other, strict=True)) if x != y), -1)
    return first if first >= 0 and _swapped(one, other) else -1


def _kind(operation: Edit, one: str, other: str) -> str:
    if operation[0] != "swap":
        return _edit(operation, one, other)
    pair = other[operation[2] : operation[2] + 2]
    return "numeral" if all(map(numeral_of, pair)) else "swapped"


def _part_of(operation: Edit, kind: str, ends: Sequence[int]) -> int:
    """The part in which an edit lies; a doubled character belongs to the part before, another one to the part behind."""
    place = operation[2] - (1 if operation[0] == "delete" and kind == "doubled" and operation[2] else 0)
    return next((part for part, end in enumerate(ends) if place < end), len(ends) - 1)


def _source(end: int, operations: Sequence[Edit]) -> int:
    """Where in the asked text that part ends which ends there in the registered one."""
    shift = 0
    for kind, _, target in operations:
        if target < end:
            shift += 1 if kind == "delete" else -1 if kind == "insert" else 0
    return max(end + shift, 0)


def _region_slipped(kinds: list[str], b: NameParts) -> str:
    if not kinds:
        return "same" if b.regions else "none"
    light = _LIGHT | {"missing", "extra"}
    return "slip" if len(kinds) == 1 and kinds[0] in light else "other-slip"


def _mark_slipped(kinds: list[str], b: NameParts) -> str:
    if not kinds:
        return "same" if b.mark else "markless"
    if len(kinds) == 2:
        return "two-slips" if set(kinds) <= _LIGHT and len(b.mark) >= 5 else "different"
    short = kinds[0] in ("missing", "extra", "other", "swapped") and len(b.mark) <= 2
    return f"{kinds[0]}-short" if short else kinds[0]


def _trade_slipped(kinds: list[str]) -> str:
    if not kinds:
        return "same"
    if {"numeral", "direction"} & set(kinds):
        return "numeral"
    return "near" if len(kinds) == 2 else _trade_other(kinds[0])


def _form_slipped(kinds: list[str], a: NameParts, b: NameParts) -> str:
    """A form that is one of its own right is no slip of the other."""
    if not kinds:
        return "same"
    if a.form and a.form_class != b.form_class:
        return _form(a, b)
    return "slip" if len(kinds) == 1 and kinds[0] not in ("numeral", "direction", "other") else "differs"


def _tail_slipped(kinds: list[str], b: NameParts) -> str:
    if not kinds:
        return "same" if b.tail else "none"
    return "slip" if len(kinds) == 1 and kinds[0] in _LIGHT else "differs"


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
        return _swapped_mark(b), "same", ""
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
    if not a.trade and 2 <= len(one) < len(other) and other.startswith(one):
        return _beginning(one, b)
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
            mark = target == 0 or (source < border_asked and target <= border)
            (in_mark if mark else in_trade).append((kind, source, target))
        else:
            (in_mark if target < border else in_trade).append((kind, source, target))
    return _mark(in_mark, one, other, b), _trade_edited(in_trade, one, other, a, b)


def _beginning(one: str, b: NameParts) -> tuple[str, str]:
    """Mark and trade where what was asked is the beginning of mark and trade, and what follows is left out."""
    left = len(b.core) - len(one)
    if b.trade and one.startswith(b.mark):
        lacks = len(one) == len(b.mark)
        return "same", "slip" if left == 1 and len(b.trade) > 2 else "lacks" if lacks else "shortened"
    # Where the register's mark ends, the words do not tell.
    return ("missing" if left == 1 else "begins"), ("lacks" if b.trade else "same")


def _edits_between(one: str, other: str) -> list[Edit]:
    """The fewest single-character edits that turn one text into the other: what is done, and where in either."""
    return [(edit.tag, edit.src_pos, edit.dest_pos) for edit in Levenshtein.editops(one, other)]


def _mark(edits: list[Edit], one: str, other: str, b: NameParts) -> str:
    if not edits:
        return "same"
    if (
        len(edits) == 2
        and {kind for kind, *_ in edits} != {"delete", "replace"}
        and _swapped(one[: len(b.mark)], other[: len(b.mark)])
    ):
        return _swapped_mark(b)
    if len(edits) > 2 or (len(edits) == 2 and len(b.mark) < 5):
        return "different"
    if len(edits) == 2:
        kinds = {_edit(edit, one, other) for edit in edits}
        return "two-slips" if kinds <= {"same-sound", "look-alike", "near-sound", "shape"} else "different"
    level = _edit(edits[0], one, other)
    if level in ("missing", "extra", "other") and len(b.mark) <= 2:
        return f"{level}-short"
    return level


def _swapped_mark(b: NameParts) -> str:
    """Of two characters the other order is a mark as good."""
    return "swapped-short" if len(b.mark) <= 2 else "swapped"


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
    twice = character in (text[place - 1 : place], text[place + 1 : place + 2])
    if twice and level == "extra":
        return "doubled"
    if numeral_of(character):
        return "numeral"
    if twice:
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
    operations = _edits_between(one, other)
    if len(operations) == 1:
        return _trade_slip(operations[0], one, other)
    if characters_within(one, other):
        return "shortened"
    if characters_within(other, one):
        return "longer"
    if _swapped(one, other):
        return "slip"
    return "near" if len(operations) * 2 <= max(len(one), len(other)) else "differs"


def _trade_slip(edit: Edit, one: str, other: str) -> str:
    """The trade's level where one edit tells the two apart: a character may be left out or typed twice, but one more says more."""
    kind = _edit(edit, one, other)
    if edit[0] == "insert":
        return "numeral" if kind == "numeral" else "slip"
    if edit[0] == "delete":
        return "slip" if kind == "doubled" else "numeral" if kind == "numeral" else "extra"
    return _trade_other(kind)


def _trade_other(kind: str) -> str:
    """The trade's level where one character of it is another."""
    if kind in ("numeral", "direction"):
        return "numeral"
    if kind in ("near-sound", "shape"):
        return "shape"
    return {"other": "one-other", "extra": "extra"}.get(kind, "slip")


def _trade_edited(edits: list[Edit], one: str, other: str, a: NameParts, b: NameParts) -> str:
    if not edits:
        return "same"
    kinds = {kind for kind, _, _ in edits}
    if len(edits) == 1 and (kinds == {"replace"} or len(b.trade) > (2 if kinds == {"insert"} else 1)):
        return _trade_slip(edits[0], one, other)
    if kinds == {"insert"}:
        return "lacks" if len(edits) >= len(b.trade) else "shortened"
    if kinds == {"delete"}:
        return "longer"
    if len(edits) == 2 and _swapped(one[-len(b.trade) :], other[-len(b.trade) :]):
        return "slip"
    return "near" if len(edits) * 2 <= max(len(a.trade), len(b.trade), 1) else "differs"


def characters_within(short: str, long: str) -> bool:
    """Whether the characters of `short` stand in `long` in their order."""
    rest = iter(long)
    return all(character in rest for character in short)


def words_borne(words: Sequence[str], name: str) -> bool:
    """Whether every word stands in the name, one behind the other; of a legal form the characters are enough (有限公司 in 有限责任公司)."""
    *front, form = words
    at = 0
    for word in front:
        if (found := name.find(word, at)) < 0:
            return False
        at = found + len(word)
    return bool(front) and characters_within(form, name[at:])


def _region(a: NameParts, b: NameParts, asked: Side, held: Side) -> str:
    if not a.regions and not b.regions:
        return "none"
    if a.regions == b.regions:
        return "same"
    if not a.places and not a.regions:
        if b.places and asked.province:
            said = places_told(asked.province, asked.city)
            return "told" if said and places_within(said, b.places) else "lacks"
        return "lacks"
    if not b.regions:
        where = places_told(held.province, held.city)
        if where and a.places:
            return "added" if places_within(a.places, where) or _in_address(a, held) else "against-place"
        return "added"
    if a.regions == b.regions[-len(a.regions) :]:
        return "lacks"
    if _in_front_of(a, b, held) or (b.places == {"00"} and "中国" in a.regions):
        return "in-front"
    if not a.places or not b.places:
        return "near" if a.regions[0] == b.regions[0] else "differs"
    if not places_within(a.places, b.places) or ("00" in a.places) != ("00" in b.places):
        return "differs"
    if a.places & b.places or not (_broader(a.places, b.places) or _broader(b.places, a.places)):
        # The same place, with or without the one that it lies in; a town or a zone may still stand behind it.
        return _behind(_last(a), _last(b))
    if _broader(a.places, b.places):
        return "broader"
    return "in-front" if _added_in_front(a, b, held) else "narrower"


def _in_front_of(a: NameParts, b: NameParts, held: Side) -> bool:
    """Whether before the held name's own places there stand others, which say where the register has the firm."""
    words = a.regions[: len(a.regions) - len(b.regions)]
    lies = places_told(held.province, held.city)
    return bool(words and lies) and a.regions[len(words) :] == b.regions and places_within(places_of(words), lies)


def _added_in_front(a: NameParts, b: NameParts, held: Side) -> bool:
    """Whether the asked name says the held one's place too, and beside it only where the register has the firm."""
    lies = places_told(held.province, held.city)
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
    """The town or zone behind the divisions, empty where there is none; 北镇 behind 凯里 is a town, though elsewhere a city."""
    word = parts.regions[-1]
    return "" if places_within(namebook().divisions_inner.get(word, ()), parts.places) else word


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
    order = ("company", "limited", "joint-stock")
    if a.form_class in order and b.form_class in order and order.index(a.form_class) > order.index(b.form_class):
        return "fuller"
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
    if _unnumbered(one, other):
        return "unnumbered"
    if any(numeral_of(c) for c in one + other) or len(one) != len(other):
        return "differs"
    operations = _edits_between(one, other)
    if len(operations) == 1 and _edit(operations[0], one, other) in ("same-sound", "look-alike"):
        return "slip"
    return "differs"


_SLIPPED_MARK = frozenset(
    "same-sound look-alike near-sound shape swapped swapped-short doubled missing extra other two-slips missing-short extra-short other-short".split()
)


def _slips(read: _Read) -> int:
    """How many parts were mistaken, rather than left out or put otherwise."""
    return (
        (read.mark in _SLIPPED_MARK)
        + (read.mark == "two-slips")
        + (read.trade in ("slip", "shape", "extra", "one-other", "near"))
        + (read.region in ("slip", "other-slip"))
        + (read.form == "slip")
        + (read.tail == "slip")
    )


def _rarity(read: _Read) -> str:
    """How much the mark tells on its own, where anything else is missing or slipped; most where the trade is missing."""
    whole = read.mark in ("same", "unnumbered") and read.trade == "same"
    if whole and read.region in ("same", "none", "told") and read.form in ("same", "same-class"):
        return "unneeded"
    book = namebook()
    mark = read.asked.mark if read.mark == "begins" else read.held.mark
    told = sum(book.weight(c) for c in mark)
    if read.mark in ("same", "begins", "unnumbered"):
        level = "rare" if told >= 15 else "seldom" if told >= 11 else "usual" if told >= 7.5 else "common"
        return f"{level}-alone" if read.trade == "lacks" else level
    return "slip-rare" if told >= 15 else "slip-seldom" if told >= 11 else "slip-usual"


def _length(read: _Read) -> str:
    """How long mark and trade are, where either slipped: of eight characters one may slip, of three hardly."""
    if read.mark in ("same", "begins", "markless", "unnumbered") and read.trade in ("same", "lacks", "shortened"):
        return "unneeded"
    long = len(read.held.core)
    return "long" if long >= 8 else "middling" if long >= 6 else "short" if long >= 4 else "very-short"


def _spelling(read: _Read) -> str:
    """Whether the mark as it was asked is one that firms bear: a slip mostly makes one that none does."""
    if read.mark not in _SLIPPED_MARK:
        return "unneeded"
    asked, held = _unheard(read.asked.mark), _unheard(read.held.mark)
    if asked == held:
        return "both-unheard" if asked else "both-heard"
    return "asked-unheard" if asked else "held-unheard"


def _unheard(mark: str) -> bool:
    """Whether some two neighbours of the mark stand in no name that was counted."""
    book = namebook()
    return any(book.weight(mark[n : n + 2]) >= book.rarest for n in range(len(mark) - 1))


def _representative(asked: Side, held: Side) -> str:
    if not asked.representative or not held.representative:
        return "silent"
    return "same" if asked.representative == held.representative else "differs"


def _sealed(side: Side) -> str:
    return "***" if side.representative else ""


def _place(asked: Side, held: Side, b: NameParts) -> str:
    """What the hints say: province and city against the register's columns and the regions in the name, then the address."""
    said = places_told(asked.province, asked.city, asked.address)
    if not said:
        return "address" if _addresses_agree(asked.address, held.address) else "silent"
    columns = places_told(held.province, held.city)
    lies = [places for places in (columns, b.places) if places and "00" not in places]
    if not lies:
        return "silent"
    if not any(places_within(said, places) for places in lies):
        return "contradicts"
    if columns and not places_within(said, columns):
        return "elsewhere"
    return "address" if _addresses_agree(asked.address, held.address) else "agrees"


@functools.lru_cache(maxsize=20_000)
def places_told(province: str, city: str, address: str = "") -> frozenset[str]:
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
