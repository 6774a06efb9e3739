"""Who acts, by title: a key is for programs."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from chengxin.actors.rules import SCOPE_TITLES
from chengxin.actors.selectors import actor_titled

register = template.Library()


@register.filter
def titled(key: str) -> str:
    """The actor's title as people know it."""
    return actor_titled(key)


@register.filter
def scoped(scope: str) -> SafeString:
    """What a program may do, in both languages."""
    zh, en = SCOPE_TITLES.get(scope, (scope, scope))
    return format_html('{} <span class="en" lang="en">{}</span>', zh, en)
