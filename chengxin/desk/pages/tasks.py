"""The staff's tasks of measures: what is to be carried out or lifted, by when, and the answer to each. They read the clock."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.actors.selectors import Asker
from chengxin.desk.pages.staffing import staff_only
from chengxin.desk.services import tasks_read
from chengxin.kernel.errors import Refusal
from chengxin.lists.rules import TaskUnknown
from chengxin.lists.services.informing import task_served
from chengxin.lists.services.measures import task_answer
from chengxin.rights.services import doubt_raise


@require_safe
@staff_only
def tasks(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The tasks not yet answered, the first due first, and what came of the others."""
    return _tasks(request, asker)


@require_POST
@staff_only
def answer(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Answer one, prove that its subject was told, or doubt the record behind it, and see the rest; what is refused says why, with what was typed."""
    task, reason = request.POST.get("task", ""), request.POST.get("reason", "")
    at = timezone.now()
    done: object
    number: int | None = None
    try:
        if not (task.isdecimal() and len(task) < 19):
            raise TaskUnknown(task=task[:40])
        number = int(task)
        if "proof" in request.POST:
            done = task_served(task=number, proof=request.POST["proof"], asker=asker, at=at)
        elif request.POST.get("outcome") == "doubt":
            done = doubt_raise(task=number, grounds=reason, asker=asker, at=at)
        else:
            done = task_answer(
                task=number, outcome=request.POST.get("outcome", ""), reason=reason,
                document=request.POST.get("document", ""), asker=asker, at=at,
            )  # fmt: skip
    except Refusal as refusal:
        # Beside the task whose answer was refused; at the top where it is none of those on the page.
        typed = {"known": number, "reason": reason, "document": request.POST.get("document", "")}
        return _tasks(request, asker, refusal=refusal, typed=typed)
    return _tasks(request, asker, done=done)


def _tasks(request: HttpRequest, asker: Asker, *, refusal: Refusal | None = None, **more: object) -> HttpResponse:
    at = timezone.now()
    open_, counts = tasks_read(asker=asker, at=at)
    context = {
        "tasks": open_,
        "counts": counts,
        "asker": asker,
        "today": timezone.localdate(at),
        "refusal": refusal,
        **more,
    }
    typed = more.get("typed")
    if isinstance(typed, dict) and typed["known"] not in {task["task"] for task in open_}:
        context["typed"] = {}
    return render(request, "desk/tasks.html", context, status=refusal.status if refusal else 200)
