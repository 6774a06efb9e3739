"""The pages on which whoever is recorded answers back: objection, repair, and where their case stands.

Without a token, and so without a cookie: nobody is signed in here. A case is opened for anybody who names a record and its
subject, and has no effect before somebody has looked who it is; it is followed by the number and key of its receipt, by POST only.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from chengxin.accounts.services.counting import lookup_count
from chengxin.actors.api import address_of
from chengxin.cases.rules import DOERS
from chengxin.cases.selectors import course_of
from chengxin.cases.services.running import MOST_BYTES, PaperIn, Words
from chengxin.kernel.errors import Refusal
from chengxin.kernel.signers import MOST as SIGNATURE_MOST
from chengxin.kernel.signers import signature_text
from chengxin.portal.pages.reading import in_both_languages, owed, passing, waiting
from chengxin.portal.rules import number_query
from chengxin.portal.selectors import record_shown
from chengxin.rights import services
from chengxin.rights.rules import COMPLAINED, COMPLAINT, DOUBT, FORUMS, MOST_STATEMENT, MOST_WORDS, complained_of
from chengxin.rights.selectors import signable
from chengxin.rights.services import Claimant, Receipt
from chengxin.signatures.rules import Reply
from chengxin.subjects.selectors import SubjectUnknown

MOST_PAPERS = 5


class AnswerForm(forms.Form):
    """Who asks, how to reach them, and why."""

    name = forms.CharField(max_length=100)
    reach = forms.CharField(max_length=200)
    acting_for = forms.CharField(max_length=200, required=False)
    grounds = forms.CharField(max_length=MOST_WORDS)


def answering(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What every page here has in common."""
    return csrf_exempt(in_both_languages(passing(require_http_methods(["GET", "HEAD", "POST"])(page))))


@answering
def objection(request: HttpRequest, number: str, record: int) -> HttpResponse:
    """To say that it is wrong: the form, and after it the receipt."""

    def file(form: AnswerForm, papers: list[PaperIn]) -> Receipt:
        return services.objection_file(
            record=record, number=number, claimant=claimant_of(form), grounds=form.cleaned_data["grounds"],
            papers=papers, at=timezone.now(),
        )  # fmt: skip

    return _answer(request, number, record, "objection", file)


@answering
def repair(request: HttpRequest, number: str, record: int) -> HttpResponse:
    """To say that it is put right: the form, and after it the receipt."""

    def ask(form: AnswerForm, papers: list[PaperIn]) -> Receipt:
        return services.repair_request(
            record=record, number=number, claimant=claimant_of(form), grounds=form.cleaned_data["grounds"],
            performed="performed" in request.POST, promised="promised" in request.POST, order=request.POST.get("order", "")[:200], papers=papers, at=timezone.now(),
        )  # fmt: skip

    return _answer(request, number, record, "repair", ask)


class ContestForm(forms.Form):
    """Which of the two, its number and its day."""

    forum = forms.ChoiceField(choices=[(forum, forum) for forum in FORUMS])
    document = forms.CharField(max_length=200)
    since = forms.DateField()


@answering
def contest(request: HttpRequest, number: str, record: int) -> HttpResponse:
    """To say that the decision is under reconsideration or lawsuit: the form, and after it the receipt."""

    def file(form: AnswerForm, papers: list[PaperIn]) -> Receipt:
        more = ContestForm(request.POST)
        more.full_clean()
        return services.contest_file(
            record=record, number=number, claimant=claimant_of(form), grounds=form.cleaned_data["grounds"],
            papers=papers, at=timezone.now(), **more.cleaned_data,
        )  # fmt: skip

    return _answer(request, number, record, "contest", file, ContestForm)


def _answer(
    request: HttpRequest,
    number: str,
    record: int,
    kind: str,
    file: Callable[[AnswerForm, list[PaperIn]], Receipt],
    besides: type[forms.Form] = forms.Form,
) -> HttpResponse:
    at = timezone.now()
    try:
        found = record_shown(number_query(number).value, record, on=timezone.localdate(at), known_at=at)
    except (Refusal, SubjectUnknown):
        found = None
    if found is None:
        return render(request, "portal/results.html", {"unknown": True}, status=HTTPStatus.NOT_FOUND)
    context: dict[str, Any] = {
        "enterprise": found[0],
        "record": found[1],
        "kind": kind,
        "most": MOST_WORDS,
        "papers": MOST_PAPERS,
    }
    if request.method != "POST":
        return render(request, "portal/answer.html", context)
    form = AnswerForm(request.POST)
    context |= {"typed": request.POST, "lacking": [*form.errors, *besides(request.POST).errors]}
    if context["lacking"]:
        return render(request, "portal/answer.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        receipt = file(form, papers_of(request))
    except Refusal as refusal:
        return render(request, "portal/answer.html", {**context, "refusal": refusal}, status=refusal.status)
    next_steps = owed(choice for choice in receipt.next if choice.by != "subject")
    return render(request, "portal/receipt.html", {**context, "receipt": receipt, "next": next_steps})


def signature_of(request: HttpRequest) -> str:
    """The signature by certificate that came with a form, or nothing; no more is read of it than tells that it is too long."""
    file = request.FILES.get("signature")
    return signature_text(file.read(SIGNATURE_MOST + 1)) if file else ""


def text_given(reply: Reply) -> HttpResponse:
    """The text of a reply as a file, whose bytes are to be signed."""
    headers = {"Content-Disposition": 'attachment; filename="reply.txt"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(reply.text.encode(), content_type="text/plain; charset=utf-8", headers=headers)


def claimant_of(form: AnswerForm) -> Claimant:
    """Who asks, as the form says it."""
    words = form.cleaned_data
    return Claimant(words["name"], words["reach"], words["acting_for"])


def papers_of(request: HttpRequest) -> list[PaperIn]:
    """The papers handed in; no more is read of each than a byte over what is taken, by which it is refused."""
    files = request.FILES.getlist("papers")[:MOST_PAPERS]
    return [PaperIn(file.name or "", file.content_type or "", bytes(file.read(MOST_BYTES + 1))) for file in files]


# --- where it stands ----------------------------------------------------------------------------------------------------


@answering
def case(request: HttpRequest) -> HttpResponse:
    """Two boxes for the receipt's number and key, and then the case: what was done, what comes next, until when."""
    if request.method != "POST":
        return render(request, "portal/case_ask.html")
    return _case(request)


@csrf_exempt
@in_both_languages
@passing
@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """A step by whoever holds the receipt, or their words beside the record; then the case again."""
    number, key, reasons = (request.POST.get(name, "") for name in ("number", "key", "reasons"))
    at = timezone.now()
    said: dict[str, Any]
    try:
        if "words" in request.POST:
            services.statement_answer(number=number, key=key, words=request.POST["words"], at=at)
        else:
            said = {"number": number, "key": key, "to": request.POST.get("to", ""), "at": at}
            said |= {"words": Words(reasons=reasons.strip()), "papers": papers_of(request)}
            if "text" in request.POST:
                lookup_count(page="case", address=address_of(request), at=at)
                return text_given(services.answer_text(**said, signed_on=None))
            services.case_answer(**said, signature=signature_of(request))
    except Refusal as refusal:
        return _case(request, refusal)
    return _case(request)


@csrf_exempt
@in_both_languages
@passing
@require_POST
def complaint(request: HttpRequest) -> HttpResponse:
    """A complaint about how the case is handled, by whoever holds its receipt; then a receipt of its own."""
    number, key, what, against, grounds = (
        request.POST.get(name, "").strip() for name in ("number", "key", "what", "against", "grounds")
    )
    words: dict[str, Any] = {"what": what, "against": against, "grounds": grounds}
    try:
        receipt = services.complaint_file(number=number, key=key, **words, at=timezone.now())
    except Refusal as refusal:
        return _case(request, refusal)
    next_steps = owed(choice for choice in receipt.next if choice.by != "subject")
    return render(request, "portal/receipt.html", {"receipt": receipt, "next": next_steps})


def _case(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    number, key = request.POST.get("number", "").strip(), request.POST.get("key", "").strip()
    at = timezone.now()
    try:
        lookup_count(page="case", address=address_of(request), at=at)
        shown = services.case_followed(number=number, key=key, at=at)
    except Refusal as unknown:
        told = render(
            request, "portal/case_ask.html", {"refusal": unknown, "number": number[:40]}, status=unknown.status
        )
        return waiting(told, unknown)
    steps = [{"step": step, "by": DOERS[step.by]} for step in shown.told]
    owing = owed(shown.others)
    context = {
        "case": shown,
        "told": steps,
        "owing": owing,
        "key": key,
        "refusal": refusal,
        "most": MOST_STATEMENT,
        "papers": MOST_PAPERS,
    }
    context["signable"] = signable(shown.case, known_at=at)
    if shown.procedure not in (DOUBT, COMPLAINT):
        whom = [(doer, DOERS[doer]) for doer in complained_of(course_of(shown.case))]
        context |= {"whom": whom, "complained": COMPLAINED.items(), "most_words": MOST_WORDS, "typed": request.POST}
    return render(request, "portal/case.html", context, status=refusal.status if refusal else HTTPStatus.OK)
