"""Statute texts: read from a folder of Markdown, cut into articles, kept under CHENGXIN_HOME for display.

The texts are not part of the project. A statute is cut at 第…条, a policy paper at its headings: section 三, item (二)
is `三(二)`; in a paper of several parts, `2/三(二)` is that of the second.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

Texts: TypeAlias = Mapping[str, Mapping[str, str]]

STORE = "law-texts.json"
_NUMERALS = "零一二三四五六七八九"
_DIGITS = {character: value for value, character in enumerate(_NUMERALS)} | {"〇": 0, "两": 2}
_ARTICLE = re.compile(
    r"^[#*\s　]*第([零〇一二三四五六七八九十百\d]+)条(?:之([一二三四五六七八九十]+))?[\s　:：]*", re.MULTILINE
)
_CHAPTER = re.compile(r"^#+ .*$", re.MULTILINE)
_SECTION = re.compile(r"^[\s　]*([一二三四五六七八九十]+)、", re.MULTILINE)
_ITEM = re.compile(r"^[\s　]*[(（]([一二三四五六七八九十]+)[)）]", re.MULTILINE)
_PART = re.compile(r"第([零〇一二三四五六七八九十百\d]+)(款|项)")
_NUMBERED = re.compile(r"^\d+$")
_SECTIONED = re.compile(r"^(?:([1-9])/)?([一二三四五六七八九十]+)(?:\(([一二三四五六七八九十]+)\))?$")


def number_read(written: str) -> int:
    """The number that the numerals stand for: 四十八 → 48, 一百一十三 → 113, 48 → 48."""
    if written.isdigit():
        return int(written)
    total, digit = 0, 0
    for character in written:
        if character in "十百":
            total += (digit or 1) * (100 if character == "百" else 10)
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


def articles_cut(text: str) -> dict[str, str]:
    """label → the article's own words; a policy paper, which has no articles, by its sections and items."""
    body = text.split("<!-- INFO END -->", 1)[-1]
    heads = list(_ARTICLE.finditer(body))
    if not heads:
        return _sections_cut(body)
    found: dict[str, str] = {}
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        label = str(number_read(head[1])) + (f"之{number_read(head[2])}" if head[2] else "")
        words = body[head.end() : following.start() if following else len(body)]
        found.setdefault(label, _CHAPTER.sub("", words).strip())
    return found


def _sections_cut(body: str) -> dict[str, str]:
    """Sections 一、二、… begin a new part whenever they begin again; one part alone goes without its number."""
    parts: list[list[tuple[str, str]]] = []
    heads = list(_SECTION.finditer(body))
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        if head[1] == "一" or not parts:
            parts.append([])
        parts[-1].append((head[1], body[head.start() : following.start() if following else len(body)]))
    found: dict[str, str] = {}
    for at, sections in enumerate(parts, start=1):
        prefix = f"{at}/" if len(parts) > 1 else ""
        for number, words in sections:
            found[f"{prefix}{number}"] = words.strip()
            found.update({f"{prefix}{number}({item})": text for item, text in _items_cut(words)})
    return found


def _items_cut(words: str) -> list[tuple[str, str]]:
    heads = list(_ITEM.finditer(words))
    ends = [*(head.start() for head in heads[1:]), len(words)][: len(heads)]
    return [(head[1], words[head.start() : end].strip()) for head, end in zip(heads, ends, strict=True)]


def article_shown(article: str, language: str) -> str:
    """The article's label as it is cited: 第48条, art. 48; of a policy paper 第二篇第三部分（一）, part 2, section 3 (1); a heading without a number stands as
    it is.
    """
    number, _, after = article.partition("之")
    if _NUMBERED.match(number):
        return (
            f"第{number}条{'之' + after if after else ''}" if language == "zh" else f"art. {article.replace('之', '-')}"
        )
    found = _SECTIONED.match(article)
    if found is None:
        return f"“{article}”" if language == "zh" else f"section {article}"
    part, section, item = found.groups()
    if language == "zh":
        return (f"第{_NUMERALS[int(part)]}篇" if part else "") + f"第{section}部分" + (f"（{item}）" if item else "")
    return (f"part {part}, " if part else "") + f"section {number_read(section)}" + (f" ({number_read(item)})" if item else "")  # fmt: skip


def part_shown(part: str | None) -> str:
    """The paragraph and item within an article in English: 第二款第一项 is `, para. 2, item 1`; empty for none."""
    found = _PART.findall(part or "")
    return "".join(f", {'para.' if kind == '款' else 'item'} {number_read(number)}" for number, kind in found)


def texts_read(folder: Path, files: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """instrument key → article → words, for every file (instrument key → file name) that lies in or below the folder."""
    lying = {path.name: path for path in sorted(folder.rglob("*.md"))}
    found: dict[str, dict[str, str]] = {}
    for instrument, name in files.items():
        path = folder / name if (folder / name).is_file() else lying.get(Path(name).name)
        if path is not None:
            found[instrument] = articles_cut(path.read_text(encoding="utf-8-sig"))
    return found


def texts_store(texts: Texts, home: Path) -> Path:
    """Keeps the texts for display under the home folder; returns the file."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / STORE
    path.write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")
    return path


def texts_load(home: Path) -> dict[str, dict[str, str]]:
    """The texts kept under the home folder; empty where none were loaded."""
    path = home / STORE
    if not path.is_file():
        return {}
    read: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return read
