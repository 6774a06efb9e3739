"""The namebook: the words that names are made of, kept as data with their sources."""

import csv
import functools
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, NamedTuple

import yaml
from stdnum import numdb

from chengxin.law.models import Words

_SUFFIX = re.compile(
    r"(?:特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|省|地区|林区|特区|盟|自治州|自治县|自治旗|新区|市|县|区|旗|州)$"
)
_PEOPLES = re.compile(
    r"(?:蒙古|哈萨克|柯尔克孜|塔吉克|锡伯|达斡尔|鄂温克|鄂伦春|俄罗斯|朝鲜|满|回|藏|维吾尔|苗|彝|壮|布依|侗|瑶|白|土家|哈尼|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|土|仫佬|羌|布朗|撒拉|毛南|仡佬|阿昌|普米|怒|德昂|保安|裕固|独龙|门巴|珞巴|基诺|各)族"
)


@dataclass(frozen=True)
class Namebook:
    """Everything that is looked up when a name is taken apart, searched or compared."""

    version: str
    divisions: dict[str, frozenset[str]]
    divisions_inner: dict[str, frozenset[str]]
    provinces_short: frozenset[str]
    place_names: dict[str, str]
    forms: dict[str, str]
    near: frozenset[frozenset[str]]
    notes: frozenset[str]
    groups: tuple[str, ...]
    branches: tuple[str, ...]
    remarks: tuple[str, ...]
    labels: frozenset[str]
    label_ends: tuple[str, ...]
    trades: frozenset[str]
    rarity: dict[str, float]
    rarest: float

    @functools.cached_property
    def division_longest(self) -> int:
        """Characters of the longest division's name."""
        return max(map(len, self.divisions))

    @functools.cached_property
    def form_longest(self) -> int:
        """Characters of the longest form."""
        return max(map(len, self.forms))

    @functools.cached_property
    def trade_longest(self) -> int:
        """Characters of the longest trade word."""
        return max(map(len, self.trades), default=0)

    @functools.cached_property
    def strong_ends(self) -> tuple[str, ...]:
        """The forms behind which nothing more belongs to the name."""
        return tuple(w for w, c in self.forms.items() if c in ("limited", "joint-stock", "company", "cooperative"))

    def form_class(self, form: str) -> str:
        """The class of a form, empty where there is none."""
        return self.forms.get(form, "group" if form in self.groups else "noted" if form in self.notes else "")

    def form_only(self, text: str) -> bool:
        """Whether nothing but a form stands there."""
        return text in self.forms

    def weight(self, gram: str) -> float:
        """How much a character, or a pair of neighbours, tells: the logarithm of how seldom names have it."""
        return self.rarity.get(gram, self.rarest)


@functools.cache
def namebook() -> Namebook:
    """The namebook that is shipped."""
    forms, inner = book_data("forms.yaml"), _divisions()
    divisions = {word: _widest(codes) for word, codes in inner.items()}
    grams = _divisions_common(dict(_grams()), divisions)
    return Namebook(
        version=str(forms["version"]),
        divisions=divisions,
        divisions_inner=inner,
        provinces_short=frozenset(_short(row.name) for row in _division_rows() if row.name.endswith(("省", "自治区"))),
        place_names={row.code: _short(row.name) for row in _division_rows()},
        forms={word: kind for kind, words in forms["forms"].items() for word in words},
        near=frozenset(frozenset(pair) for pair in forms["near"]),
        notes=frozenset(forms["notes"]),
        groups=tuple(sorted(forms["group"], key=len, reverse=True)),
        branches=tuple(forms["branches"]),
        remarks=tuple(forms["remarks"]),
        labels=frozenset(forms["labels"]),
        label_ends=tuple(forms["label_ends"]),
        trades=frozenset(_lines("trades.txt")),
        rarity=grams,
        rarest=max(grams.values(), default=12.0),
    )


@functools.cache
def place_words() -> dict[str, str]:
    """The name of each province and city by its code, as it is today."""
    return {row.code: row.name for row in _division_rows() if len(row.code) in (2, 4)}


@dataclass(frozen=True)
class ReasonWords:
    """What the features of a judgement and their levels are called, in both languages."""

    features: dict[str, Words]
    levels: dict[str, dict[str, Words]]

    def feature(self, key: str) -> Words:
        """The feature's name; its key where an older judgement knows one that the model has no more."""
        return self.features.get(key, Words(zh=key, en=key))

    def level(self, feature: str, key: str) -> Words:
        """The level's name; its key where an older judgement knows one that the model has no more."""
        return self.levels.get(feature, {}).get(key, Words(zh=key, en=key))


@functools.cache
def reason_words() -> ReasonWords:
    """The words that are shipped; a test holds that every level of the model has them."""
    found = book_data("words.yaml")
    return ReasonWords(
        features={key: Words(**words) for key, words in found["features"].items()},
        levels={f: {key: Words(**words) for key, words in levels.items()} for f, levels in found["levels"].items()},
    )


def book_data(name: str) -> dict[str, Any]:
    """One file of the namebook as it stands."""
    found: dict[str, Any] = yaml.safe_load(_text(name))
    return found


@functools.cache
def glyphs_alike() -> dict[frozenset[str], float]:
    """How alike two characters are drawn, from 0.5 up to 1; pairs that are less alike are left out."""
    rows = csv.reader(io.StringIO("\n".join(_lines("glyphs.csv")[1:])))
    return {frozenset((one, other)): float(alike) for one, other, alike in rows}


def _text(name: str) -> str:
    return files("chengxin.subjects").joinpath("namebook", name).read_text(encoding="utf-8")


def _lines(name: str) -> list[str]:
    return [line for line in _text(name).splitlines() if line and not line.startswith("#")]


def _grams() -> Iterator[tuple[str, float]]:
    rows = csv.reader(io.StringIO("\n".join(_lines("grams.csv"))))
    (_, names) = next(rows)
    for gram, count in rows:
        yield gram, math.log((int(names) + 1) / (int(count) + 1))


# However seldom the counted provinces name another place, its own names are full of it: a place tells no more than this.
_PLACE_TELLS = {2: 2.0, 4: 3.5, 6: 5.5}


def _divisions_common(grams: dict[str, float], divisions: dict[str, frozenset[str]]) -> dict[str, float]:
    rarest = max(grams.values(), default=12.0)
    for word, codes in divisions.items():
        most = _PLACE_TELLS[min(map(len, codes))]
        for pair in (word[n : n + 2] for n in range(len(word) - 1)):
            grams[pair] = min(grams.get(pair, rarest), most)
    return grams


class _Division(NamedTuple):
    code: str
    name: str
    today: bool


def _division_rows() -> Iterator[_Division]:
    """Every division that GB/T 2260 has or had, from python-stdnum's table; of a code's names the newest last."""
    for _, low, _, properties, cities in numdb.get("cn/loc").prefixes:
        yield _Division(low, properties["province"], True)
        for _, place, _, known, _ in cities:
            # A place that changed its name has them all, one after the other: "[-1980]兴义地区,[1981-]黔西南…".
            for years, name in re.findall(r"(\[[^\]]*\])?([^,\[]+)", known["county"]):
                if name not in _NO_PLACE:
                    code = low + (place[:2] if place.endswith("00") else place)
                    yield _Division(code, name, not years or years.endswith("-]"))


_NO_PLACE = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")


def _short(name: str) -> str:
    without = _PEOPLES.sub("", _SUFFIX.sub("", name))
    return without if len(without) >= 2 else name


def _divisions() -> dict[str, frozenset[str]]:
    """The codes that each word may mean: those of today where it has any (无锡 is no county of 苏州 as it was in 1982)."""
    found: dict[bool, dict[str, set[str]]] = {True: {"中国": {"00"}, "中华": {"00"}, "全国": {"00"}}, False: {}}
    for code, name, today in _division_rows():
        if code.endswith("00") and len(code) == 4:
            continue
        short = _short(name)
        ends = ("县",) if name.endswith("自治县") else ("州",) if name.endswith("自治州") else ()
        for word in {name, short, _SUFFIX.sub("", name), _PEOPLES.sub("", name), *(short + end for end in ends)}:
            if len(word) >= 2:
                found[today].setdefault(word, set()).add(code)
    return {word: frozenset(codes) for word, codes in (found[False] | found[True]).items()}


def _widest(codes: frozenset[str]) -> frozenset[str]:
    """Of a word that a province or a city bears, that one and what lies in it: 河北 is no district of 天津, though in a name
    that begins with 天津 it may be.
    """
    shortest = min(map(len, codes))
    wide = tuple(code for code in codes if len(code) == shortest)
    return frozenset(code for code in codes if shortest == 6 or code.startswith(wide))
