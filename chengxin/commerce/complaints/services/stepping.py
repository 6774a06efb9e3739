"""Taking steps in a complaint, by whoever's turn it is and by the clock, and telling whoever complained."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker
from chengxin.cases import rules as cases
from chengxin.cases.rules import Course, Taken, Telling, channel_of, course_opened
from chengxin.cases.services.running import PaperIn
from chengxin.cases.services.telling import notice_write
from chengxin.commerce.complaints import rules
from chengxin.commerce.complaints.models import Complaint, Fund, Leg, Payment, Step
from chengxin.commerce.complaints.selectors import (
    Shown,
    agency_for,
    code_of,
    complaint_accessible,
    complaint_by_key,
    doers_of,
    funds_for,
    handler_of,
    head_of,
    joined_with,
    leg_course,
    leg_now,
    shown_of,
    who_complained,
)
from chengxin.commerce.complaints.services.exhibits import exhibit_add
from chengxin.commerce.merchants.selectors import law_of
from chengxin.kernel.days import day_of
from chengxin.kernel.wording import words_fit
from chengxin.kernel.written import day_written
from chengxin.law.models import Doer
from chengxin.ledger.services import trace

PUBLIC = "public"


def leg_open(complaint: Complaint, procedure: str, handler: str, *, on: date, by: str, at: datetime) -> Leg:
    leg = Leg.objects.create(
        complaint=complaint,
        number=complaint.legs.count(),
        procedure=procedure,
        opened_on=on,
        lawbook_digest=lawroom.load().digest,
    )
    _step_write(leg, course_opened(law_of(on), procedure, on=on, by="consumer"), by=by, at=at, handler=handler)
    return leg


@dataclass(frozen=True)
class Said:
    """What comes with a step: reasons, what is offered or was paid, the listed ground on which goods are not taken back, to whom it is handed, from
    which fund it is paid.
    """

    reasons: str = ""
    remedy: str = ""
    amount: Decimal | None = None
    ground: str = ""
    to_agency: str = ""
    fund: str = ""


def complaint_step(
    *, number: str, to: str, said: Said, asker: Asker, at: datetime, papers: Iterable[PaperIn] = ()
) -> Shown:
    """A step by the platform or the agency in charge."""
    complaint = complaint_accessible(asker, number)
    head = head_of(complaint)
    _stepped(head, to, said, doers=doers_of(head, asker, leg_now(head)), by=asker.key, at=at, papers=papers)
    return shown_of(complaint, doers=None, asker=asker, on=day_of(at))


def complaint_answer(
    *, number: str, key: str, to: str, said: Said, at: datetime, papers: Iterable[PaperIn] = ()
) -> None:
    """A step by whoever complained, who holds the receipt."""
    complaint = complaint_by_key(number, key)
    _stepped(head_of(complaint), to, said, doers={"consumer"}, by=PUBLIC, at=at, papers=papers)


def merchant_answer(
    *, complaint: Complaint, to: str, said: Said, by: str, at: datetime, papers: Iterable[PaperIn] = ()
) -> None:
    """A step by the shop complained of, which is signed in."""
    _stepped(complaint, to, said, doers={"merchant"}, by=by, at=at, papers=papers)


def _stepped(
    head: Complaint, to: str, said: Said, *, doers: set[Doer], by: str, at: datetime, papers: Iterable[PaperIn]
) -> None:
    """One step, after what the clock has done meanwhile. The complaint's row is the lock."""
    papers = list(papers)
    reasons = words_fit(said.reasons, ("The words", "内容"), most=rules.MOST_REASONS)
    with transaction.atomic():
        if head_of(Complaint.objects.select_for_update().get(pk=head.pk)).pk != head.pk:
            raise rules.StepUnfit(
                why="it was joined to another meanwhile; look again.", why_zh="刚刚与另一件并案，请重新查看。"
            )
        leg = leg_now(head)
        written = leg.steps.count()
        course = leg_course(leg, on=day_of(at))
        on = max(day_of(at), course.taken[-1].on)
        has = {"reasons"} if reasons else set()
        step = cases.step_admissible(course, to=to, by=doers, on=on, has=has)
        law = course.law
        rules.step_fit(
            leg.procedure, to, remedy=said.remedy, amount=said.amount, ground=said.ground, remedies=law.code_lists["remedies"].choices,
            grounds=law.code_lists["return-exceptions"].choices, doer=step.by,
        )  # fmt: skip
        handler, fund = _handler_after(leg, to, said, at=at), _fund_of(head, to, said, at=at)
        before = handler_of(leg)
        for lapsed in course.since(written):
            _step_write(leg, lapsed, by="clock", at=at, handler=before)
        after = course.after(Taken(len(course.taken), to, on, step.by))
        row = _step_write(leg, after, by=by, at=at, handler=handler or before, said=said, reasons=reasons)
        if fund is not None:
            Payment.objects.create(step=row, fund=fund, at=at, by=by)
            trace(
                event="complaints.fund.paid", by=by, at=at, about=f"complaint:{head.pk}",
                detail={"fund": fund.key, "version": fund.version, "amount": said.amount},
            )  # fmt: skip
        for paper in papers:
            exhibit_add(about=f"complaint:{head.pk}", paper=paper, by=by, at=at)
        if to == "escalated":
            kind = law.complaint_kinds[head.kind]
            leg_open(head, rules.AGENCY, agency_for(kind.sector, code_of(head), known_at=at), on=on, by=by, at=at)
        if "consumer" not in doers:
            _tell(head, after, row, at=at)


def _fund_of(head: Complaint, to: str, said: Said, *, at: datetime) -> Fund | None:
    """The fund from which a step is paid; nothing for another step."""
    if to != rules.FUND_PAID:
        if said.fund:
            raise rules.FundUnfit(why="only paying from a fund names one.", why_zh="只有由保护金赔付才写明保护金。")
        return None
    known = funds_for(head, known_at=at)
    found = next((each for each in known if each.key == said.fund and each.since <= day_of(at)), None)
    if found is None:
        raise rules.FundUnfit(
            why=f"name one of these, by its key: {', '.join(each.key for each in known) or 'none was declared'}.",
            why_zh=f"请写明适用的保护金：{'、'.join(each.title for each in known) or '没有申报过'}。",
        )
    return found


def _handler_after(leg: Leg, to: str, said: Said, *, at: datetime) -> str:
    """To whom a step hands the complaint; nothing where it stays."""
    if to != "transferred":
        if said.to_agency:
            raise rules.StepUnfit(why="only handing over names an agency.", why_zh="只有移送才写明机关。")
        return ""
    found = Actor.objects.filter(key=said.to_agency, kind__in=rules.AGENCIES, closed_at__isnull=True).first()
    if found is None or found.key == handler_of(leg):
        raise rules.StepUnfit(
            why="name another agency that acts here, by its key.",
            why_zh="请写明移送给哪一个机关（主体代码），不能移送给自己。",
        )
    return found.key


def _step_write(
    leg: Leg, course: Course, *, by: str, at: datetime, handler: str, said: Said = Said(), reasons: str = ""
) -> Step:
    made = Step.objects.create(
        leg=leg, by=by, at=at, handler=handler, reasons=reasons, remedy=said.remedy, amount=said.amount, ground=said.ground, **course.row
    )  # fmt: skip
    detail = {"procedure": leg.procedure, "to": made.to, "on": made.on, "by": made.doer, "handler": handler}
    trace(event="complaints.step.taken", by=by, at=at, about=f"complaint:{leg.complaint_id}", detail=detail)
    return made


def _tell(head: Complaint, course: Course, step: Step, *, at: datetime) -> None:
    """Write to everybody who made the complaint what somebody else did in it."""
    for complaint in [head, *joined_with([head])]:
        who = who_complained(complaint.complainant)
        if not who["reach"] or who["reach"] == "-":
            continue
        channel, number = channel_of(who["reach"]), complaint.number
        taken = course.taken[-1]
        title, state = course.procedure.title, course.procedure.states[taken.to].title
        heading = f"{title.zh}{number}：{state.zh} / {title.en} {number}: {state.en}"
        if channel == "sms":
            body = f"{title.zh}{number}：{state.zh}。凭编号和查询码可在网上查看。 {state.en}. See on line with number and key."
        else:
            zh = [f"日期：{day_written(taken.on)}"] + ([f"内容：{step.reasons}"] if step.reasons else [])
            due = f"最迟{day_written(course.last_day)}" if course.last_day else ""
            body = "\n".join(
                [*zh, due, "凭编号和查询码可在网上查看、答复。 See and answer on line with number and key."]
            )
        notice_write(
            subject=None, about=f"complaint:{complaint.pk}:{step.leg.number}:{step.number}", to=f"{who['name']} {who['reach']}",
            telling=Telling(heading, body), by=step.by, at=at, channel=channel,
        )  # fmt: skip


def complaints_lapse(*, by: str, at: datetime) -> int:
    """Write down what the clock has done by itself wherever everybody's time is over, so that lists show it; returns how many complaints moved."""
    on, moved = day_of(at), 0
    latest = Step.objects.order_by("leg__complaint", "-leg__number", "-number").distinct("leg__complaint")
    due = [
        step.leg.complaint_id
        for step in latest.select_related("leg")
        if step.last_day is not None and step.last_day < on
    ]
    for pk in due:
        with transaction.atomic():
            head = Complaint.objects.select_for_update().get(pk=pk)
            if head_of(head).pk != pk:  # it waits for nothing of its own while it is handled with another
                continue
            leg = leg_now(head)
            written = leg.steps.count()
            course, handler = leg_course(leg, on=on), handler_of(leg)
            for lapsed in course.since(written):
                row = _step_write(leg, lapsed, by="clock", at=at, handler=handler)
                _tell(head, lapsed, row, at=at)
            moved += written < len(course.taken)
    trace(event="complaints.clock.run", by=by, at=at, detail={"moved": moved})
    return moved
