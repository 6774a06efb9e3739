"""A Chinese organisation's name taken apart: region, the firm's own mark, trade, legal form, branch tail. Pure.

The order of the parts is the law's: region, mark, trade, form (Regulations on the Administration of Enterprise Name
Registration, Order 734, art. 6); a branch adds a tail to its parent's name (art. 12); a region may also stand in brackets.
The words come from the namebook, each file of which names its source.
"""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from chengxin.kernel.names import name_normal
from chengxin.subjects.rules.namebook import Namebook, namebook

_BRACKETS = re.compile(r"\(([^()]*)\)")
_TOWN = re.compile(r"^([^省市县区镇乡]{1,4}?(?:街道|镇|乡))(?=.{2})")
_ZONE = re.compile(
    r"^(.{0,4}?(?:工业园区|保税港区|综合保税区|保税区|高新技术产业开发区|高新技术开发区|经济技术开发区|高新区|经济开发区|开发区|新区))(?=.{2})"
)
_STRONG = re.compile(r"(?:有限责任公司|有限公司|股份有限公司|股份公司|总公司|集团公司|合作社|联社|公司)(?=[^)])")


@dataclass(frozen=True, slots=True)
class NameParts:
    """A name's parts, each as it stands in the normal form; empty where the name has none.

    `places` are the codes (GB/T 2260) of every division that the region words may mean, the narrowest last word only:
    two digits for a province, four for a city, six for a county.
    """

    normal: str
    regions: tuple[str, ...]
    places: frozenset[str]
    mark: str
    trade: str
    form: str
    form_class: str
    group: bool
    tail: str

    @property
    def core(self) -> str:
        """Mark and trade together: what tells the firm from others of its place and form."""
        return self.mark + self.trade


@functools.lru_cache(maxsize=200_000)
def name_parts(normal: str) -> NameParts:
    """Take a name in its normal form apart. Whatever fits no part stays in the mark, so that nothing is lost."""
    book = namebook()
    bare, noted, bracketed = _brackets_read(normal, book)
    bare = _remark_off(bare, book)
    head, tail = _tail_off(bare, book)
    rest, regions = _regions_off(head, book, places_of(bracketed, book))
    words = (*regions, *bracketed)
    core, form = _form_off(rest, book)
    core, group = _group_off(core, book)
    mark, trade = core_split(core, book)
    if trade and len(mark) > 3 and mark.endswith("集团"):
        mark, group = mark[:-2], True  # 某某集团文化传媒有限公司: a member of the group that bears the mark
    return NameParts(
        normal=normal,
        regions=words,
        places=places_of(words, book),
        mark=mark,
        trade=trade,
        form=form or noted,
        form_class=book.form_class(form or noted),
        group=group or "集团" in noted,
        tail=tail,
    )


def words_of(normal: str) -> tuple[str, ...]:
    """A name's words in the order in which they stand: places, mark and trade; last the form, with a tail behind it."""
    parts = name_parts(normal)
    front = filter(None, (*parts.regions, parts.mark, parts.trade))
    return (*sorted(front, key=normal.find), parts.form + parts.tail)


_NUMBERED = re.compile(r"^\s*[(（]?\d{1,3}[)）.．、]\s*(?=\S{4})")
_LABEL = re.compile(r"^\s*([\u4e00-\u9fff]{2,6})\s*([:：\-－—–])\s*(?=\S{4})")
_BEHIND = re.compile(r"\s*[,，;；、|/\-－—–]\s*([^,，;；、|/\-－—–]*)$")
_HYPHEN = re.compile(r"(?<=[\u4e00-\u9fff])[-‐－—–](?=[\u4e00-\u9fff])")
_DOT = re.compile(r"(?<=[\u4e00-\u9fff])[·•・](?=[\u4e00-\u9fff])")


def asked_normal(written: str) -> str:
    """The normal form of a name that somebody typed: without a label or a number in front of it, a remark behind it, or a
    hyphen or a dot where a line was broken. A registered name is never cut so.
    """
    book = namebook()
    text = _NUMBERED.sub("", written)
    text = _LABEL.sub(lambda found: "" if _is_label(found[1], found[2], book) else found[0], text)
    if (remark := _BEHIND.search(text)) and not _tail_like(name_normal(remark[1]), book):
        before = text[: remark.start()]
        text = before if name_normal(before).endswith((*book.strong_ends, *book.branches)) else text
    normal = name_normal(_DOT.sub("", _HYPHEN.sub("", text)))
    # The whole name in quotes: 《…》 and 「…」 have become brackets.
    return normal[1:-1] if normal[:1] == "(" and normal.find(")") == len(normal) - 1 else normal


def _is_label(word: str, mark: str, book: Namebook) -> bool:
    """Whether the word is one that stands before names; before a colon, any that ends like one (送货单位)."""
    return word in book.labels or (mark in ":：" and word.endswith(book.label_ends))


def written_parts(written: str) -> NameParts:
    """Take a name apart as it is written."""
    return name_parts(name_normal(written))


def _brackets_read(normal: str, book: Namebook) -> tuple[str, str, tuple[str, ...]]:
    """The name without its brackets, the form that one of them stated, and the regions that others named."""
    if "(" not in normal and ")" not in normal:
        return normal, "", ()
    noted, regions = "", []

    def read(found: re.Match[str]) -> str:
        nonlocal noted
        inside = found[1]
        if inside in book.divisions:
            regions.append(inside)
            return ""
        if inside in book.notes or inside in book.groups:
            noted = noted or inside
            return ""
        if inside in book.remarks:
            return ""
        if found.end() == len(normal) and found.start() > 5:
            return inside if _tail_like(inside, book) else ""
        return inside

    bare = _BRACKETS.sub(read, normal)
    return bare.replace("(", "").replace(")", ""), noted, tuple(regions)


def _tail_like(text: str, book: Namebook) -> bool:
    """Whether words behind a company's name tell one branch from another, and so are no mere remark."""
    if text in book.remarks:
        return False
    return text.endswith(book.branches) or text in book.divisions or any(c.isdigit() for c in text)


def _remark_off(bare: str, book: Namebook) -> str:
    if not bare.endswith(book.remarks):
        return bare
    for remark in book.remarks:
        before = bare[: -len(remark)]
        if (
            bare.endswith(remark)
            and len(before) > 5
            and before.endswith((*book.strong_ends, *book.branches, "场", "院"))
        ):
            return before
    return bare


def _tail_off(bare: str, book: Namebook) -> tuple[str, str]:
    """Parent's name and branch tail: whatever follows a whole company's name, and is no mere remark, tells one branch of it."""
    for found in _STRONG.finditer(bare):
        tail = bare[found.end() :]
        if tail in book.remarks:
            return bare[: found.end()], ""
        if not tail.endswith(book.strong_ends) or tail.endswith(book.branches):
            return bare[: found.end()], tail
    return bare, ""


def _regions_off(head: str, book: Namebook, bracketed: frozenset[str] = frozenset()) -> tuple[str, tuple[str, ...]]:
    """What follows the region words in front, and these: up to three levels, then a zone or a town."""
    words: list[str] = []
    places: frozenset[str] = frozenset()
    rest = head
    while len(words) < 4:
        word = _division_in_front(rest, book, places)
        if not word or (not words and _rather_mark(word, bracketed, book)):
            break
        words.append(word)
        places = places_of(tuple(words), book)
        rest = rest[len(word) :]
    for further in (_ZONE, _TOWN):
        if words and (found := further.match(rest)):
            words.append(found[1])
            rest = rest[len(found[1]) :]
    return rest, tuple(words)


def _rather_mark(word: str, bracketed: frozenset[str], book: Namebook) -> bool:
    """A county's short name in front of a name whose brackets name another place is the firm's mark: 瑞昌…(贵州)."""
    codes = book.divisions[word]
    return bool(bracketed) and len(word) == 2 and min(map(len, codes)) == 6 and not places_within(codes, bracketed)


def regions_front(text: str) -> tuple[str, ...]:
    """The divisions that a text, such as an address, begins with."""
    return tuple(w for w in _regions_off(text, namebook())[1] if w in namebook().divisions)


def divisions_read(text: str) -> tuple[str, ...]:
    """The divisions that a text consists of, each in the one before it; none where there is anything else."""
    book, words = namebook(), list[str]()
    places: frozenset[str] = frozenset()
    rest = text
    while rest:
        for length in range(min(book.division_longest, len(rest)), 1, -1):
            codes = (book.divisions_inner if places else book.divisions).get(rest[:length])
            if codes and (not places or any(c.startswith(p) for c in codes for p in places)):
                break
        else:
            return ()
        words.append(rest[:length])
        places = places_of(words, book)
        rest = rest[length:]
    return tuple(words)


def _division_in_front(rest: str, book: Namebook, within: frozenset[str]) -> str:
    """The longest division's name in front; a short one (海门) only where enough of a name remains behind it, and below
    another division only where it lies in that one.
    """
    for length in range(min(book.division_longest, len(rest) - 2), 1, -1):
        word = rest[:length]
        codes = (book.divisions_inner if within else book.divisions).get(word)
        if not codes:
            continue
        if within and not any(c.startswith(w) or w == "00" for c in codes for w in within):
            continue
        behind = rest[length:]
        if behind[0] in "省市县区州盟旗" and word not in book.provinces_short:
            continue
        if length < 3 and book.form_only(behind):
            continue
        return word
    return ""


def places_of(words: Iterable[str], book: Namebook | None = None) -> frozenset[str]:
    """The codes that the words may mean together: each word narrows the one before where it lies in it."""
    book = book or namebook()
    held: frozenset[str] = frozenset()
    for word in words:
        codes = (book.divisions_inner if held else book.divisions).get(word)
        if not codes:
            continue
        narrowed = frozenset(c for c in codes if any(c.startswith(h) or h == "00" for h in held))
        if narrowed:
            held = narrowed
        elif not held or not any(h.startswith(c) for h in held for c in codes):
            held = codes if not held else held
    return held


def _form_off(rest: str, book: Namebook) -> tuple[str, str]:
    for length in range(min(book.form_longest, len(rest)), 0, -1):
        if rest[-length:] in book.forms:
            return rest[:-length], rest[-length:]
    return rest, ""


def _group_off(core: str, book: Namebook) -> tuple[str, bool]:
    for word in book.groups:
        if core.endswith(word):
            return core[: -len(word)], True
    return core, False


def core_split(core: str, book: Namebook | None = None) -> tuple[str, str]:
    """Mark and trade: the longest run of trade words at the end that leaves the mark two characters, or one, or none."""
    book = book or namebook()
    cut = len(core)
    while cut:
        for length in range(min(book.trade_longest, cut), 1, -1):
            if core[cut - length : cut] in book.trades and (cut - length >= 2 or cut - length == 0):
                cut -= length
                break
        else:
            break
    return core[:cut], core[cut:]


def places_within(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether some place of one lies in, or holds, or is, some place of the other. The whole country holds them all."""
    book = namebook()
    for x in one:
        for y in other:
            if x.startswith(y) or y.startswith(x) or "00" in (x, y):
                return True
            if x[:2] == y[:2] and book.place_names.get(x, x) == book.place_names.get(y, y):
                return True  # the same place before and after its code changed
    return False
