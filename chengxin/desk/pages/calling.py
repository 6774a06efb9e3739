"""How often programs called on a day, against how often they may: an agency sees its own, whoever runs or supervises the register all. They read the clock."""

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chengxin import law as lawroom
from chengxin.actors.rules import counted_titled
from chengxin.actors.selectors import Asker
from chengxin.desk.pages.staffing import staff_only
from chengxin.disclosure.selectors import Used, calls_accessible
from chengxin.kernel.tables import csv_text, file_named

HEADS = ("日期 day", "客户端 client", "单位 actor", "用途 purpose", "已用 used", "上限 most")


@require_safe
@staff_only
def calls(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The calls of a day, those nearest to their limit first."""
    day, found = _found(request, asker)
    law = lawroom.load().on(day, settings.CHENGXIN_PLACE)
    shown = [(each, counted_titled(law, each.purpose)) for each in found]
    return render(request, "desk/calls.html", {"asker": asker, "day": day, "calls": shown})


@require_safe
@staff_only
def calls_csv(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The same for a spreadsheet."""
    day, found = _found(request, asker)
    rows: list[list[Any]] = [[day, each.client, each.actor, each.purpose, each.used, each.most] for each in found]
    told = HttpResponse(csv_text(HEADS, rows), content_type="text/csv; charset=utf-8")
    told["Content-Disposition"] = file_named(f"calls-{day.isoformat()}", timezone.now())
    return told


def _found(request: HttpRequest, asker: Asker) -> tuple[date, list[Used]]:
    """The day asked for, today where it is none, and its calls."""
    try:
        day = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        day = timezone.localdate()
    return day, sorted(
        calls_accessible(asker, day=day), key=lambda each: (-each.used / max(each.most, 1), each.client, each.purpose)
    )
