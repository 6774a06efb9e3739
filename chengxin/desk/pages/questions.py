"""The questions that whoever is recorded asked about readings: an agency answers for its own, the centre finds. They read the clock."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.actors.selectors import Asker
from chengxin.desk.pages.staffing import staff_only
from chengxin.desk.services import questions_read
from chengxin.kernel.errors import Refusal
from chengxin.mydata.rules import DECIDING, MOST_WORDS
from chengxin.mydata.services import question_answer, question_find


@require_safe
@staff_only
def questions(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Those that the asker may see, the first due first."""
    return _questions(request, asker)


@require_safe
@staff_only
def audited(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The same for an auditor, who sees and does nothing."""
    return _questions(request, asker, acting=False)


@require_POST
@staff_only
def answer(request: HttpRequest, asker: Asker, question: int) -> HttpResponse:
    """The reader's answer, or the centre's finding."""
    words, act, at = request.POST.get("words", ""), request.POST.get("act", ""), timezone.now()
    try:
        if act == "answer":
            question_answer(question=question, words=words, asker=asker, at=at)
        else:
            question_find(question=question, lawful=act == "lawful", words=words, asker=asker, at=at)
    except Refusal as refusal:
        return _questions(request, asker, refusal, of=question)
    return redirect("desk:questions")


def _questions(
    request: HttpRequest, asker: Asker, refusal: Refusal | None = None, of: int = 0, *, acting: bool = True
) -> HttpResponse:
    context = {
        "questions": questions_read(asker=asker, at=timezone.now()), "asker": asker, "deciding": asker.kind in DECIDING, "most": MOST_WORDS,
        "refusal": refusal, "of": of, "acting": acting,
    }  # fmt: skip
    return render(request, "desk/questions.html", context, status=refusal.status if refusal else HTTPStatus.OK)
