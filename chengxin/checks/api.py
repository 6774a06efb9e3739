"""The door of checks."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from chengxin import law as lawroom
from chengxin.actors.api import ClientKey, Instant, Most, PerClient, Text, at_most
from chengxin.checks.rules import Decided, period_of
from chengxin.checks.selectors import coverage, decisions_missed
from chengxin.checks.services.asking import answer_use, check_count, check_perform
from chengxin.checks.services.deciding import decisions_file
from chengxin.checks.services.framing import ticket_issue
from chengxin.checks.services.reissuing import reissue_receive, reissues_read
from chengxin.ledger.api import LogReceiptOut

router = Router(auth=ClientKey("checks"), throttle=PerClient(), tags=["checks 核查"])


class CheckIn(Schema):
    """What is asked: about whom, in what matter, as of which day, and what for."""

    code: str
    matter: str
    on: date | None = None
    known_at: Instant | None = None
    purpose: Text = ""
    case_number: Text = ""
    jurisdiction: Text = "cn"


class BasisOut(Schema):
    """One article relied on."""

    instrument: str
    article: str
    zh: str
    en: str


class MeasureOut(Schema):
    """One measure, the record it follows from, its article, its term and how it ends."""

    measure: str
    title: str
    title_en: str
    state: str
    kind: str
    mandatory: bool
    effect: str
    effect_en: str
    carried_out_by: str
    list: str
    list_title: str
    list_title_en: str
    record: int
    record_type: str
    severity: str | None
    authority: str
    document: str
    decided_on: date
    statement: str
    contested: bool
    article: str
    article_en: str
    basis: Sequence[BasisOut]
    term: dict[str, date | None]
    ends: str
    ends_en: str
    exit: str
    exit_en: str


class ReasonOut(Schema):
    """Why there is no plain answer."""

    code: str
    zh: str
    en: str
    basis: str


class CheckOut(Schema):
    """The answer: one of five outcomes, the measures, the number under which the reading is traced, and its receipt."""

    outcome: str
    code: str
    matter: str
    on: date
    known_at: datetime
    measures: list[MeasureOut]
    reason: ReasonOut | None
    trace: int
    receipt: LogReceiptOut


@router.post("", response=CheckOut, summary="核查 / check", operation_id="check_run")
def check_run(request: HttpRequest, asked: CheckIn) -> Any:
    """就某一事项、某一日，对某企业适用哪些法定措施。 / Which lawful measures apply to an enterprise, in a matter, on a day."""
    at = timezone.now()
    check_count(asker=request.auth, matter=asked.matter, at=at)  # type: ignore[attr-defined]
    answer = check_perform(
        asker=request.auth,  # type: ignore[attr-defined]
        matter=asked.matter,
        number=asked.code,
        on=asked.on or timezone.localdate(at),
        at=at,
        known_at=asked.known_at,
        jurisdiction=asked.jurisdiction,
        purpose=asked.purpose,
        case_number=asked.case_number,
    )
    # Written as it is: the schema is for the document, and a second pass through it would cost more than the check.
    text = json.dumps(
        answer.as_dict(), ensure_ascii=False, separators=(",", ":"), default=lambda value: value.isoformat()
    )
    return HttpResponse(text, content_type="application/json; charset=utf-8")


class TicketIn(Schema):
    """What the check will ask: about whom, in what matter, for which case."""

    code: str
    matter: Text
    purpose: Text = ""
    case_number: Text = ""
    jurisdiction: Text = "cn"


class TicketOut(Schema):
    """A token for the browser, where its form goes, until when, and whose pages may frame the answer."""

    token: str
    address: str
    expires_at: datetime
    origins: list[str]


@router.post("/tickets", response=TicketOut, summary="嵌入凭证 / a ticket for a frame", operation_id="ticket_issue")
def ticket(request: HttpRequest, asked: TicketIn) -> Any:
    """一次性凭证：两分钟内在已登记来源的网页里打开一次核查。 / Opens one check, once, within two minutes, in a page of a registered origin."""
    made = ticket_issue(
        asker=request.auth, number=asked.code, matter=asked.matter, purpose=asked.purpose, case_number=asked.case_number,  # type: ignore[attr-defined]
        jurisdiction=asked.jurisdiction, at=timezone.now(),
    )  # fmt: skip
    return {**made.__dict__, "address": request.build_absolute_uri("/embed/check")}


class UseIn(Schema):
    """`followed`, or `set-aside` or `not-relevant` with the reason."""

    outcome: Text
    reason: Text = ""


class UseOut(Schema):
    """What was written down."""

    trace: int
    outcome: str
    reason: str
    at: datetime


@router.post(
    "/{int:trace}/use", response=UseOut, summary="如何使用答复 / what was done with it", operation_id="answer_use"
)
def use(request: HttpRequest, trace: int, asked: UseIn) -> Any:
    """答复只供参考，由人决定；采纳与否、为什么，记在这里。 / An answer is advice: whether it was followed, and why not."""
    made = answer_use(
        trace_number=trace, outcome=asked.outcome, reason=asked.reason, asker=request.auth, at=timezone.now()  # type: ignore[attr-defined]
    )  # fmt: skip
    return {"trace": made.entry, "outcome": made.outcome, "reason": made.reason, "at": made.at}


class DecidedIn(Schema):
    """One case decided, and when; `taken_back` says that it is none after all."""

    case_number: Text
    decided_on: date
    taken_back: bool = False


class DecisionsIn(Schema):
    """The cases that the caller's agency decided in a matter."""

    matter: Text
    jurisdiction: Text = "cn"
    decisions: list[DecidedIn] = Field(max_length=10_000)


class DecisionsOut(Schema):
    """How many were given, written down, and known already."""

    matter: str
    agency: str
    given: int
    filed: int
    unchanged: int


class CoverageOut(Schema):
    """Of one agency's decisions in one matter: how many were checked by their day, and what was done with the answers."""

    matter: str
    title: str
    title_en: str
    must: bool
    article: str
    article_en: str
    agency: str
    decisions: int
    checked: int
    before: int
    same_day: int
    after: int
    never: int
    answers: int
    followed: int
    set_aside: int
    not_relevant: int


class MissedOut(Schema):
    """A decision without a check by its day; `first` is the day of one that came later."""

    matter: str
    title: str
    title_en: str
    agency: str
    case_number: str
    decided_on: date
    first: date | None


@router.post(
    "/decisions", response=DecisionsOut, summary="报送已作出的决定 / what was decided", operation_id="decisions_file"
)
def decided(request: HttpRequest, asked: DecisionsIn) -> Any:
    """本单位在某一事项办结的案件和日期，据以统计是否先查后办；整份接收或者整份退回。 / The caller's decisions, against which its checks are counted."""
    given = [Decided(n, d.case_number.strip(), d.decided_on, d.taken_back) for n, d in enumerate(asked.decisions, 1)]
    filed = decisions_file(
        matter=asked.matter, decisions=given, jurisdiction=asked.jurisdiction, asker=request.auth, at=timezone.now()  # type: ignore[attr-defined]
    )  # fmt: skip
    return filed.as_dict()


@router.get(
    "/coverage",
    response=list[CoverageOut],
    summary="先查后办统计 / were decisions checked",
    operation_id="check_coverage",
)
def covered(
    request: HttpRequest, since: date | None = None, until: date | None = None, matter: Text | None = None,
    agency: Text | None = None, jurisdiction: Text = "cn",
) -> Any:  # fmt: skip
    """按事项和单位：决定数，其中决定之日（含）前已核查的、之后才查的、没有查的，以及答复的使用。 / By matter and agency, with denominators."""
    at = timezone.now()
    first, last = period_of(since, until, today=timezone.localdate(at))
    law = lawroom.load().on(timezone.localdate(at), jurisdiction)
    asker = request.auth  # type: ignore[attr-defined]
    found = coverage(asker, law, since=first, until=last, known_at=at, matter=matter, agency=agency)
    return [each.as_dict() for each in found]


@router.get(
    "/coverage/missed",
    response=list[MissedOut],
    summary="未先查的决定 / decisions not checked",
    operation_id="decisions_missed",
)
def missed(
    request: HttpRequest, since: date | None = None, until: date | None = None, matter: Text | None = None,
    agency: Text | None = None, most: Annotated[int, at_most(1000)] = 200, jurisdiction: Text = "cn",
) -> Any:  # fmt: skip
    """决定之日没有查过的，供本单位自查。 / Those without a check by their day, for the agency to look into."""
    at = timezone.now()
    first, last = period_of(since, until, today=timezone.localdate(at))
    law = lawroom.load().on(timezone.localdate(at), jurisdiction)
    found = decisions_missed(
        request.auth, law, since=first, until=last, known_at=at, matter=matter, agency=agency, most=most  # type: ignore[attr-defined]
    )  # fmt: skip
    return [each.as_dict() for each in found]


class ReissueOut(Schema):
    """An answer given anew, beside the one that rested on a wrong match or merge."""

    reissue: int
    kind: str
    actor: str
    number: str
    purpose: str
    asked_at: datetime
    entry: int
    cause: str
    was: dict[str, Any]
    now: dict[str, Any]
    reason: str
    at: datetime
    received_at: datetime | None


class ReceiptOut(Schema):
    """That the new answer has been taken note of."""

    reissue: int
    received_at: datetime


@router.get(
    "/reissued", response=list[ReissueOut], summary="更正重发的答复 / answers given anew", operation_id="reissued"
)
def reissued(request: HttpRequest, received: bool = False, most: Most = 50) -> Any:
    """原答复依据的认定或合并已被撤销；默认只列未签收的。 / The first answer rested on a match or merge since undone; by default
    those not yet taken note of.
    """
    asker = request.auth  # type: ignore[attr-defined]
    found = reissues_read(asker=asker, at=timezone.now(), received=received, most=most)
    return [each.as_dict() for each in found]


@router.post(
    "/reissued/{int:reissue}/receipt", response=ReceiptOut, summary="签收 / take note", operation_id="reissue_receipt"
)
def reissued_receive(request: HttpRequest, reissue: int) -> Any:
    """签收一件更正答复。 / Take note of one new answer."""
    receipt = reissue_receive(reissue=reissue, asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    return {"reissue": receipt.reissue_id, "received_at": receipt.at}
