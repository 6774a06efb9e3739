"""Who acts, by title: a key is for programs."""

from django import template

from chengxin.actors.selectors import actor_titled

register = template.Library()


@register.filter
def titled(key: str) -> str:
    """The actor's title as people know it."""
    return actor_titled(key)
