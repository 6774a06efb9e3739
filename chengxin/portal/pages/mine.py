"""My data: what whoever is signed in sees of themselves, asks about it, takes away and has erased. Nobody's number stands in an address here."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin import law as lawroom
from chengxin.accounts.pages import account_here, session_end
from chengxin.accounts.services.opening import account_erase
from chengxin.actors.selectors import asker_acting
from chengxin.benefits.rules import WalletMissing
from chengxin.benefits.selectors import holding_of, takes_part
from chengxin.benefits.services import owed_erase, wallet_leave
from chengxin.disclosure.selectors import consents_of, consents_shown
from chengxin.kernel.errors import Refusal
from chengxin.law import Law
from chengxin.law.models import Basis
from chengxin.mydata.rules import ERASURE, MOST_WORDS
from chengxin.mydata.selectors import incidents_of, questions_of
from chengxin.mydata.services import export_make, file_look, question_ask, questions_erase, readings_look, shops_look
from chengxin.portal.pages.answering import AnswerForm, claimant_of, papers_of
from chengxin.portal.pages.reading import owed
from chengxin.portal.pages.signing import person_here, persons_only, signed_in_only
from chengxin.portal.pages.typed import number_typed, page_asked
from chengxin.records.rules import Effect
from chengxin.reports.rules import canonical
from chengxin.reports.selectors.issued import code_of_report, number_of_report
from chengxin.reports.selectors.persons import person_drawn, person_kinds, person_reports
from chengxin.reports.selectors.showing import record_as_shown
from chengxin.reports.services.issuing import PUBLIC, person_report_draw
from chengxin.reports.services.reading import person_report_have
from chengxin.rights.rules import MOST_STATEMENT
from chengxin.rights.services import objection_file, statement_make
from chengxin.subjects.services.persons import person_forget

MOST_PAPERS = 5
ROLES = {
    "seller": gettext_noop("个人卖家"),
    "unit": gettext_noop("经营店铺的单位"),
    "legal_representative": gettext_noop("法定代表人"),
    "principal": gettext_noop("主要负责人"),
}
PIPL = "personal-information-protection-law"


def _law() -> Law:
    return lawroom.load().on(timezone.localdate(), settings.CHENGXIN_PLACE)


def _firm(request: HttpRequest) -> bool:
    """Whether whoever is signed in acts for a firm, whose pages are fewer: its file is public or asked for by its code."""
    return person_here(request) is None


@require_safe
@signed_in_only
def home(request: HttpRequest, subject: int) -> HttpResponse:
    """Where whoever is signed in begins."""
    incidents = incidents_of(subject, known_at=timezone.now())
    return render(request, "portal/my.html", {"person": not _firm(request), "incidents": incidents})


# --- who read what ----------------------------------------------------------------------------------------------------------


@require_safe
@signed_in_only
def readings(request: HttpRequest, subject: int) -> HttpResponse:
    """Every entry of the ledger about whoever is signed in, a page at a time, with what they asked about it."""
    at, before = timezone.now(), request.GET.get("before", "")
    shown, more = readings_look(
        subject=subject,
        at=at,
        before=number_typed(before),
    )
    context = {
        "readings": shown,
        "more": more,
        "questions": questions_of(subject, on=timezone.localdate(at)),
        "firm": _firm(request),
        "incidents": incidents_of(subject, known_at=at),
    }
    return render(request, "portal/my_readings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_only
def question(request: HttpRequest, subject: int, entry: int) -> HttpResponse:
    """To ask about a reading: the form, and then the list, where the question stands with the day of its answer."""
    context: dict[str, Any] = {"entry": entry, "most": MOST_WORDS, "firm": _firm(request)}
    if request.method != "POST":
        return render(request, "portal/my_question.html", context)
    words = request.POST.get("words", "")
    try:
        question_ask(subject=subject, entry=entry, words=words, jurisdiction=settings.CHENGXIN_PLACE, at=timezone.now())
    except Refusal as refusal:
        return render(
            request, "portal/my_question.html", context | {"refusal": refusal, "words": words}, status=refusal.status
        )
    return redirect("portal:my-readings")


# --- what is recorded ---------------------------------------------------------------------------------------------------------


@require_safe
@persons_only
def records(request: HttpRequest, subject: int) -> HttpResponse:
    """What is recorded of the person, what of it counts, and how to answer it."""
    return render(request, "portal/my_records.html", _records(subject))


def _records(subject: int) -> dict[str, Any]:
    at, law = timezone.now(), _law()
    file = file_look(subject=subject, jurisdiction=settings.CHENGXIN_PLACE, at=at)
    known = [filed for filed in file.records if filed.record.record_type in law.record_types]
    return {
        "records": [(record_as_shown(f, law, file.on), f.effect is not Effect.NONE, f.standing.word) for f in known],
        "most": MOST_STATEMENT,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@persons_only
def objection(request: HttpRequest, subject: int, record: int) -> HttpResponse:
    """To say that a record is wrong (PIPL 46): the form, and after it the receipt."""
    context: dict[str, Any] = {"record": record, "most": MOST_WORDS, "papers": MOST_PAPERS}
    if request.method != "POST":
        return render(request, "portal/my_objection.html", context)
    form = AnswerForm(request.POST)
    if form.errors:
        lacking = {"typed": request.POST, "lacking": list(form.errors)}
        return render(request, "portal/my_objection.html", context | lacking, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        receipt = objection_file(
            record=record, subject=subject, claimant=claimant_of(form), grounds=form.cleaned_data["grounds"], papers=papers_of(request),
            at=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        refused = {"typed": request.POST, "refusal": refusal}
        return render(request, "portal/my_objection.html", context | refused, status=refusal.status)
    steps = owed(choice for choice in receipt.next if choice.by != "subject")
    return render(request, "portal/my_receipt.html", {"receipt": receipt, "next": steps})


@require_POST
@persons_only
def statement(request: HttpRequest, subject: int, record: int) -> HttpResponse:
    """One's own words beside a record, shown wherever it is shown."""
    try:
        statement_make(
            record=record, subject=subject, words=request.POST.get("words", ""), by=PUBLIC, at=timezone.now()
        )
    except Refusal as refusal:
        return render(
            request, "portal/my_records.html", _records(subject) | {"refusal": refusal}, status=refusal.status
        )
    return redirect("portal:my-records")


# --- shops ------------------------------------------------------------------------------------------------------------------------


@require_safe
@signed_in_only
def shops(request: HttpRequest, subject: int) -> HttpResponse:
    """The shops that platforms filed for whoever is signed in, and how to ask the platform about one."""
    law = _law()
    found = shops_look(subject=subject, at=timezone.now())
    exemptions = law.code_lists["registration-exemptions"].choices
    licences = law.code_lists["merchant-licences"].codes
    shown = [
        (
            each,
            exemptions.get(each.shop.exemption),
            [law.goods[key].title for key in each.shop.categories if key in law.goods],
            [ROLES[role] for role in each.shop.roles],
            [(licences[own["licence"]].title, own) for own in each.shop.licences if own["licence"] in licences],
        )
        for each in found
    ]
    verified = law.cite(Basis(instrument="e-commerce-law", article="27"))
    return render(request, "portal/my_shops.html", {"shops": shown, "firm": _firm(request), "verified": verified})


# --- reports ----------------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@persons_only
def reports(request: HttpRequest, subject: int) -> HttpResponse:
    """The person's own reports: draw one, or have one again as page, PDF or JSON."""
    at, typed = timezone.now(), request.POST
    asker = asker_acting(PUBLIC, at=at)
    if request.method != "POST":
        return _reports(request, subject)
    try:
        if typed.get("act") == "draw":
            made = person_report_draw(
                kind=typed.get("kind", ""), subject=subject, asker=asker, jurisdiction=settings.CHENGXIN_PLACE, at=at
            )
            return _report(request, made.number, made.envelope)
        had = person_report_have(subject=subject, number=typed.get("number", ""), asker=asker, at=at)
    except Refusal as refusal:
        return _reports(request, subject, refusal)
    form = typed.get("form", "")
    if form not in ("pdf", "json"):
        return _report(request, had.number, had.envelope)
    content = had.pdf if form == "pdf" else canonical(had.envelope)
    answer = HttpResponse(
        content, content_type="application/pdf" if form == "pdf" else "application/json; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{had.number}.{form}"'
    return answer


def _reports(request: HttpRequest, subject: int, refusal: Refusal | None = None) -> HttpResponse:
    law = _law()
    kinds = [
        (
            kind,
            law.parameter(kind.free) - len(person_drawn(subject, kind.key, year=law.day.year)) if kind.free else None,
        )
        for kind in person_kinds(law)
    ]
    page = page_asked(request)
    drawn = list(person_reports(subject)[(page - 1) * 50 : page * 50 + 1])
    issued = [(number_of_report(r), code_of_report(r), r, law.reports.get(r.kind)) for r in drawn[:50]]
    context = {
        "kinds": kinds,
        "issued": issued,
        "refusal": refusal,
        "page": page,
        "next": page + 1 if len(drawn) > 50 else None,
    }
    return render(request, "portal/my_reports.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _report(request: HttpRequest, number: str, envelope: dict[str, Any]) -> HttpResponse:
    context = {"report": envelope["report"], "digest": envelope["digest"], "number": number}
    return render(request, "portal/my_report.html", context)


# --- taking away, and having erased -------------------------------------------------------------------------------------------------


@require_safe
@persons_only
def data(request: HttpRequest, subject: int) -> HttpResponse:
    """What may be taken away (PIPL 45), and what is erased when one asks and what is not, by which article (PIPL 47)."""
    return _data(request)


def _data(request: HttpRequest, *, unsure: bool = False, refusal: Refusal | None = None) -> HttpResponse:
    law = _law()
    copied, corrected = (law.cite(Basis(instrument=PIPL, article=article)) for article in ("45", "46"))
    context = {"plan": ERASURE, "copied": copied, "corrected": corrected, "unsure": unsure, "refusal": refusal}
    status = refusal.status if refusal else HTTPStatus.UNPROCESSABLE_ENTITY if unsure else HTTPStatus.OK
    return render(request, "portal/my_data.html", context, status=status)


@require_POST
@persons_only
def export(request: HttpRequest, subject: int) -> HttpResponse:
    """All that is held about the person, as one ZIP of JSON and tables."""
    at = timezone.now()
    try:
        content = export_make(
            subject=subject, jurisdiction=settings.CHENGXIN_PLACE, at=at, more=_chosen(request, subject)
        )
    except Refusal as refusal:
        return _data(request, refusal=refusal)
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="chengxin-my-data-{timezone.localdate(at).isoformat()}.zip"'
    return answer


def _chosen(request: HttpRequest, subject: int) -> dict[str, list[dict[str, Any]]]:
    """What is held by the person's own choice: the account, consents, and benefits."""
    account, at = account_here(request), timezone.now()
    found: dict[str, list[dict[str, Any]]] = {
        "account": [{"login": account.login, "opened_at": account.opened_at, "last_login": account.last_login}]
        if account
        else []
    }
    consents = consents_shown(consents_of(subject), _law(), on=timezone.localdate(at))
    found["consents"] = [each.as_dict() for each in consents]
    if takes_part(subject):
        holding = holding_of(subject, on=timezone.localdate(at), known_at=at)
        found["benefits"] = [
            {
                "fact": f.fact, "title": f.title.zh, "units": f.units, "on": f.on, "issuer": f.issuer, "evidence": f.evidence, "record": f.record,
                "state": f.state, "counts": f.counts,
            }
            for f in holding.facts
        ]  # fmt: skip
    return found


@require_POST
@persons_only
def erase(request: HttpRequest, subject: int) -> HttpResponse:
    """Erase what may be: questions, benefits, the account; and say what stays, and why."""
    account, at = account_here(request), timezone.now()
    if account is None or "sure" not in request.POST:
        return _data(request, unsure=True)
    try:
        wallet_leave(subject=subject, at=at)
        owed_erase(by=PUBLIC, at=at)
    except WalletMissing:
        pass  # who takes no part has nothing there
    questions_erase(subject=subject, at=at)
    session_end(request)
    account_erase(account=account, at=at)
    forgotten = person_forget(subject=subject, by=PUBLIC, at=at)
    return render(request, "portal/my_erased.html", {"plan": ERASURE, "forgotten": forgotten})
