"""Chinese first, English beside it: what every page is written with.

The Chinese words are the msgid; the English ones come from locale/en. Both stand on the page whatever the reader's
browser asks for, so that two people who look at one page see the same page.
"""

import re
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone, translation
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from chengxin.kernel.places import place_named
from chengxin.kernel.written import day_written

register = template.Library()
# An English word by the number before it: `{n} [link|links]`.
_NUMBERED = re.compile(r"\{(\w+)\}([^{}\[\]]*)\[([^|\[\]]*)\|([^|\[\]]*)\]")


def english(words: str) -> str:
    """The English for the Chinese words, by the catalogue; a test holds that every msgid has its English."""
    with translation.override("en"):
        return translation.gettext(words)


@register.simple_tag
def both(words: str, **data: Any) -> SafeString:
    """The words in Chinese, and muted beside them in English; `{name}` in either stands for the datum of that name, a day as each
    language writes it, and `{n} [link|links]` in English for the word that fits the number.
    """
    days = {name: _china_day(value) for name, value in data.items() if isinstance(value, date)}
    in_chinese = {**data, **{name: day_written(value) for name, value in days.items()}}
    zh, en = (
        format_html(text, **values) if data else escape(text)
        for text, values in ((words, in_chinese), (_numbered(english(words), data), {**data, **days}))
    )  # fmt: skip
    return _beside(zh, en)


@register.simple_tag
def pair(zh: str, en: str) -> SafeString:
    """The same for words that the lawbook or a refusal brings in both languages."""
    return _beside(zh, en)


def _numbered(words: str, data: dict[str, Any]) -> str:
    """The English words, each that has two forms in the one that fits the number before it."""
    return _NUMBERED.sub(lambda m: f"{{{m[1]}}}{m[2]}{m[3] if str(data.get(m[1])) == '1' else m[4]}", words)


def _beside(zh: str, en: str) -> SafeString:
    """A sentence has its English on a line of its own where the style says so, a word beside it always."""
    kind = "en sentence" if zh.endswith("。") else "en"
    return format_html('{} <span class="{}" lang="en">{}</span>', zh, kind, en)


@register.simple_tag
def place_plain(key: str) -> str:
    """The name of the place whose law has this key, in both languages as plain text."""
    zh, en = place_named(key)
    return zh if zh == en else f"{zh} / {en}"


@register.simple_tag
def day(value: date) -> SafeString:
    """A day alone, as a Chinese document writes it, and for programs as ISO 8601 does."""
    on = _china_day(value)
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), day_written(on))


@register.simple_tag
def moment(value: datetime) -> SafeString:
    """The same for an instant, to the minute, in China's time."""
    local = timezone.localtime(value)
    words = f"{day_written(local.date())} {local:%H:%M}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), words)


def _china_day(value: date) -> date:
    return timezone.localdate(value) if isinstance(value, datetime) else value


@register.simple_tag
def both_plain(words: str) -> str:
    """Both languages as plain text, for a title or an attribute."""
    return f"{words} / {english(words)}"
