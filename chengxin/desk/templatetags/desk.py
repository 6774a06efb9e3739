"""The desk's own tag: its navigation."""

from typing import Any

from django import template

from chengxin.desk.navigation import FEW, desk_groups

register = template.Library()


@register.inclusion_tag("desk/_navigation.html", takes_context=True)
def desk_navigation(context: template.RequestContext) -> dict[str, Any]:
    """Where the asker may go from here: a row of links, or folded groups where there are many."""
    groups = desk_groups(context["asker"], context.request.path)
    return {"groups": groups, "folded": sum(len(group.links) for group in groups) > FEW}
