"""Days and letters as Chinese authorities write them."""

from collections.abc import Sequence
from datetime import date

_PLACES = "一二三四五六七八九十"
_INDENT = "　　"


def day_written(day: date) -> str:
    """The day as a Chinese document writes it: 2026年11月22日."""
    return f"{day.year}年{day.month}月{day.day}日"


def letter_written(
    title: str, *, to: str, opening: str, clauses: Sequence[str], sign: str, on: date, mark: str = ""
) -> list[str]:
    """The lines of a letter: its title and number, whom it is to, what it is about, its clauses by number, who signs, and the day."""
    numbered = [f"{_INDENT}{_PLACES[n]}、{clause}" for n, clause in enumerate(clauses)]
    head = [title, *([mark] if mark else []), "", f"{to}：", f"{_INDENT}{opening}"]
    return [*head, *numbered, "", f"{_INDENT}{sign}", f"{_INDENT}{day_written(on)}"]


def sentence(words: str) -> str:
    """The words with one full stop at their end, whoever wrote them."""
    return words.strip().rstrip("。.；;") + "。"
