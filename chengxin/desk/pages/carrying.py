"""A logistics firm's quarter at the desk: a department answers, the centre or the operator publishes. They read the clock."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.actors.selectors import Asker
from chengxin.commerce.logistics.rules.evaluating import PUBLISHERS
from chengxin.commerce.logistics.rules.judging import firm_read, quarter_of, quarter_read
from chengxin.commerce.logistics.selectors import answered_between, method_of, publications_of, quarters_open
from chengxin.commerce.logistics.services import quarter_publish, regulator_answer
from chengxin.desk.pages.staffing import staff_only
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.carrying import answers_typed, asked


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def logistics(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The firm and the quarter; the questions of the regulators' side; what was published of it. What is refused stands above."""
    at, typed = timezone.now(), request.POST if request.method == "POST" else request.GET
    code, quarter = typed.get("code", "").strip()[:64], typed.get("quarter", "").strip()[:10]
    open_now = quarters_open(timezone.localdate(at))
    context: dict[str, Any] = {
        "asker": asker, "code": code, "quarter": quarter or str(quarter_of(timezone.localdate(at))), "open": open_now,
        "done": request.GET.get("done", ""), "publishes": asker.kind in PUBLISHERS,
    }  # fmt: skip
    try:
        if code:
            context |= _shown(asker, code, context["quarter"], at)
        if request.method == "POST":
            act = request.POST.get("act", "")
            if act == "answer":
                side = method_of(quarter_read(quarter)).sides["regulator"]
                regulator_answer(asker=asker, code=code, quarter=quarter, answers=answers_typed(request, side), at=at)
            elif act == "publish":
                quarter_publish(code=code, quarter=quarter, reason=request.POST.get("reason", ""), asker=asker, at=at)
            return redirect(f"{reverse('desk:logistics')}?code={context.get('firm', '')}&quarter={quarter}&done={act}")
    except Refusal as refusal:
        context["refusal"] = refusal
        return render(request, "desk/logistics.html", context, status=refusal.status)
    return render(request, "desk/logistics.html", context)


def _shown(asker: Asker, code: str, quarter: str, at: Any) -> dict[str, Any]:
    firm, period = firm_read(code), quarter_read(quarter)
    method = method_of(period)
    first, last = answered_between(period)
    return {
        "firm": firm, "method": method, "first": first, "last": last, "versions": [p for p in publications_of(firm, known_at=at) if p.quarter == str(period)],
        "questions": asked(method.sides["regulator"]) if asker.kind in method.regulators and first <= timezone.localdate(at) <= last else [],
        "over": timezone.localdate(at) > last,
    }  # fmt: skip
