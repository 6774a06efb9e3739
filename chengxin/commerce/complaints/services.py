"""Taking complaints in, one or in files, joining what is one dispute, taking steps, opening who complained, and saying who is in charge."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Model, Q

from chengxin import law as lawroom
from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker, actor_acting
from chengxin.cases import rules as cases
from chengxin.cases.rules import Course, Taken, Telling, channel_of, course_opened
from chengxin.cases.services.running import MEDIA_TYPES, MOST_BYTES, PaperIn, PaperNotTaken
from chengxin.cases.services.telling import notice_write
from chengxin.commerce.complaints import rules
from chengxin.commerce.complaints.models import (
    Charge,
    Complainant,
    Complaint,
    Exhibit,
    Filing,
    FilingKept,
    Fund,
    Joining,
    Leg,
    Opening,
    Payment,
    Recovery,
    Refused,
    Step,
    complainant_bound,
    exhibit_bound,
    words_bound,
)
from chengxin.commerce.complaints.rules import FilingResult, Told, refused_lines, rows_digest
from chengxin.commerce.complaints.selectors import (
    Shown,
    agency_for,
    complaint_accessible,
    complaint_by_key,
    complaints_headed,
    doers_of,
    funds_for,
    handler_of,
    head_of,
    joined_with,
    leg_course,
    leg_now,
    payment_of,
    shown_of,
)
from chengxin.commerce.merchants.bulk import code_holds, shops_filed
from chengxin.commerce.merchants.rules import words_public
from chengxin.commerce.merchants.selectors import code_known, law_of, platform_acts
from chengxin.kernel.days import day_of, day_read
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_within
from chengxin.kernel.wording import words_fit
from chengxin.kernel.written import day_written
from chengxin.law import Law
from chengxin.law.models import Doer
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken
from chengxin.vault.selectors import seal_of

PUBLIC = "public"
MOST_ROWS = 20_000
# How far back, and among how many about the same shop, the same person's complaint without an order is looked for.
DAYS_ALIKE, MOST_ALIKE = 90, 200


@dataclass(frozen=True)
class Receipt(rules.Receipt):
    """What whoever complained keeps; by which procedure it is looked into."""

    procedure: str = ""


# --- taking in -----------------------------------------------------------------------------------------------------------------------


def complaint_file(*, told: Told, asker: Asker, at: datetime, papers: Iterable[PaperIn] = ()) -> Receipt:
    """Take a complaint in: it is kept with who made it sealed apart, joined to the one about the same order if there is one, and handed to
    whoever is asked first. The same reference of the same sender again changes nothing.
    """
    law = law_of(day_of(at))
    if (fault := _fault(told, asker, law, at)) is not None:
        zh, en = rules.REASONS[fault]
        raise rules.ComplaintUnfit(why=f"{en}.", why_zh=f"{zh}。")
    papers = list(papers)
    with transaction.atomic():
        receipt, complaint = _taken_in(told, asker, law, at)
        for paper in papers:
            exhibit_add(about=f"complaint:{complaint.pk}", paper=paper, by=asker.key, at=at)
    return receipt


def complaints_file(*, rows: Sequence[Mapping[str, Any]], asker: Asker, at: datetime) -> FilingResult:
    """Take in a file of complaints: all of it or nothing. What cannot be taken is kept sealed as it came, with the reason; the rest is taken in."""
    if len(rows) > MOST_ROWS:
        raise rules.ComplaintUnfit(why=f"a file has at most {MOST_ROWS} rows.", why_zh=f"一次最多{MOST_ROWS}行。")
    on = day_of(at)
    law = law_of(on)

    def take(row: Mapping[str, Any]) -> str | tuple[str, rules.Receipt]:
        told = _read(row, on)
        if isinstance(told, str):
            return told
        return _fault(told, asker, law, at) or (told.reference, _taken_in(told, asker, law, at)[0])

    return rows_take(rows, take, filings=Filing, refusals=Refused, ring="intake", by=asker.key, at=at)


def rows_take(
    rows: Sequence[Mapping[str, Any]], take: Callable[[Mapping[str, Any]], str | tuple[str, rules.Receipt]], *, filings: type[FilingKept],
    refusals: type[Model], ring: str, by: str, at: datetime,
) -> FilingResult:  # fmt: skip
    """Take in the rows of a file, all of it or nothing: `take` gives a row's reference and receipt, or why it cannot be taken. Such a row is kept
    sealed as it came, with the reason.
    """
    receipts, refused = list[tuple[int, str, rules.Receipt]](), list[tuple[int, str]]()
    room, seal = filings._meta.app_label, seal_of(ring)
    with transaction.atomic():
        for line, row in enumerate(rows, 1):
            taken = take(row)
            if isinstance(taken, str):
                refused.append((line, taken))
            else:
                receipts.append((line, *taken))
        became = Counter("unchanged" if r.unchanged else "joined" if r.joined else "accepted" for _, _, r in receipts)
        counts = {name: became[name] for name in ("accepted", "joined", "unchanged")}
        told = {"rows": len(rows), **counts, "refused": len(refused)}
        by_reason = dict(Counter(reason for _, reason in refused))
        digest = rows_digest(rows)
        filing = filings._default_manager.create(digest=digest, refused_by_reason=by_reason, at=at, by=by, **told)
        refusals._default_manager.bulk_create(
            refusals(filing=filing, line=line, reason=reason, sealed=seal.seal_json(dict(rows[line - 1])))
            for line, reason in refused
        )
        trace(
            event=f"{room}.file.taken", by=by, at=at, about=f"{room}-filing:{filing.pk}", detail={**told, "digest": digest}
        )  # fmt: skip
    return FilingResult(filing.pk, **told, refused_by_reason=by_reason, receipts=receipts)


def refused_export(*, filing: Filing, by: str, at: datetime) -> Iterator[str]:
    """The refused rows as lines of a CSV file: line and reason. Persons are written out nowhere; whoever sent them has the file."""
    trace(event="complaints.refused.exported", by=by, at=at, about=f"complaints-filing:{filing.pk}")
    rows = Refused.objects.filter(filing=filing).order_by("line").values_list("line", "reason")
    return iter([refused_lines(rows, rules.REASONS)])


_TEXTS = ("source", "kind", "wants", "words", "name", "reach", "platform", "shop", "code", "order", "reference")


def _read(row: Mapping[str, Any], on: date) -> Told | str:
    """A row as a complaint; the reason where it cannot be read."""
    try:
        cells: dict[str, Any] = {name: str(row.get(name) or "").strip() for name in _TEXTS}
        amount = str(row.get("amount") or "").strip()
        days = {name: day_read(value) if (value := row.get(name)) else None for name in ("received_on", "goods_on")}
        told = Told(
            **cells, amount=Decimal(amount) if amount else None, received_on=days["received_on"] or on, goods_on=days["goods_on"],
            share=str(row.get("share") or "").lower() in ("1", "true", "yes", "是"),
        )  # fmt: skip
    except InvalidOperation:
        return "amount-wrong"
    except Refusal:
        return "day-wrong"
    except (TypeError, ValueError):
        return "unreadable"
    return told


def _fault(told: Told, asker: Asker, law: Law, at: datetime) -> str | None:
    """Why the complaint cannot be taken in; nothing where it can."""
    sources, on = law.code_lists["complaint-sources"], day_of(at)
    source = sources.current(told.source)
    texts = (told.words, told.order, told.reference, told.shop, told.platform)
    long = any(len(t) > 64 for t in (told.order, told.reference, told.shop, told.platform))
    checks = (
        ("source-unknown", source is None),
        ("sender-unfit", source is not None and not _may_send(source, asker)),
        ("kind-unknown", told.kind not in law.complaint_kinds),
        ("wants-unknown", told.wants not in law.code_lists["remedies"].choices),
        ("nobody-named", not told.platform and not told.code),
        ("too-long", long or len(told.name) > 100 or len(told.reach) > 200),
        ("words-missing", not 0 < len(told.words.strip()) <= rules.MOST_WORDS or "\0" in told.words),
        ("reach-missing", not told.name.strip() or not told.reach.strip()),
        ("person-within", any(citizen_number_within(t) for t in texts)),
        ("amount-wrong", told.amount is not None and not (told.amount.is_finite() and 0 <= told.amount < 10**11)),
        ("day-wrong", told.received_on > on or told.goods_on is not None and told.goods_on > on),
        ("code-wrong", bool(told.code) and not code_holds(told.code)),
        ("platform-unknown", bool(told.platform) and not platform_acts(told.platform, at=at)),
        ("sender-unfit", asker.kind == "platform" and told.platform != asker.key),
    )
    for reason, holds in checks:
        if holds:
            return reason
    return "shop-unknown" if told.shop and not shops_filed(told.platform, [told.shop]) else None


def _may_send(source: str, asker: Asker) -> bool:
    if asker.kind == "public":
        return source == "portal"
    return source == "platform" if asker.kind == "platform" else asker.kind in rules.HOTLINES_BY and source != "portal"


def _channel(source: str) -> str:
    return "platform" if source == "platform" else "open" if source == "portal" else "agency"


def _taken_in(told: Told, asker: Asker, law: Law, at: datetime) -> tuple[Receipt, Complaint]:
    source = law.code_lists["complaint-sources"].current(told.source) or told.source
    if told.reference:
        before = Complaint.objects.filter(filed_by=asker.key, source=source, reference=told.reference).first()
        if before is not None:
            return _receipt(before, "", unchanged=True), before
    turn_taken("complaints", f"{told.platform}:{told.order or told.shop or told.code}")
    head = _same_dispute(told, on=day_of(at))
    if head is not None:  # joined by hand meanwhile to a third: then this one stands there too
        head = head_of(Complaint.objects.select_for_update().get(pk=head.pk))
    key = secrets.token_urlsafe(9)
    key_hash = sha256(key.encode()).digest()
    complaint = Complaint.objects.create(
        source=source, written=told.source, reference=told.reference, filed_by=asker.key, kind=told.kind, platform=told.platform,
        shop=told.shop, code=told.code, order=told.order, amount=told.amount, goods_on=told.goods_on, wants=told.wants, received_on=told.received_on,
        at=at, joined=head, key_hash=key_hash,
        sealed=seal_of("complaints").seal_json({"words": told.words.strip()}, words_bound({"key_hash": key_hash})),
    )  # fmt: skip
    who = {"name": told.name.strip(), "reach": told.reach.strip()}
    Complainant.objects.create(
        complaint=complaint, share=told.share,
        sealed=seal_of("reporters").seal_json(who, complainant_bound({"complaint_id": complaint.pk})),
    )  # fmt: skip
    trace(
        event="complaints.complaint.filed", by=asker.key, at=at, about=f"complaint:{complaint.pk}",
        detail={"source": told.source, "kind": told.kind, "joined": head.pk if head else None},
    )  # fmt: skip
    _leg_begin(told, asker, law, complaint, head, at=at)
    return _receipt(complaint, key), complaint


def _same_dispute(told: Told, *, on: date) -> Complaint | None:
    """The complaint about the same order that is not settled, or where no order is named, of the same kind about the same shop by whoever is
    reached in the same way: one dispute is handled and counted once.
    """
    alike = complaints_headed(Complaint.objects.filter(platform=told.platform, order=told.order))
    found = alike.filter(Q(under__isnull=True) | Q(joined__isnull=True)).order_by("-pk")
    if not told.order:
        found = found.filter(
            shop=told.shop, code=told.code, kind=told.kind, received_on__gte=on - timedelta(days=DAYS_ALIKE)
        ).select_related("complainant")[:MOST_ALIKE]
    for each in found:
        if not told.order and _who(each.complainant)["reach"] != told.reach.strip():
            continue
        state = leg_course(leg_now(each), on=on).state
        if rules.outcome_of(state.outcome, state.final) not in ("solved", "dropped"):
            return head_of(each)
    return None


def _leg_begin(
    told: Told, asker: Asker, law: Law, complaint: Complaint, head: Complaint | None, *, at: datetime
) -> None:
    """Open the leg in which it is handled. What was joined opens one only where it came to an agency and the first was with the platform alone."""
    channel, kind = _channel(complaint.source), law.complaint_kinds[told.kind]
    within = law.parameter("no-reason-return-asked-within")
    procedure = rules.procedure_first(told, kind, channel=channel, sent_on=told.received_on, return_days=within)
    of = head or complaint
    if head is not None and (procedure != rules.AGENCY or leg_now(head).procedure == rules.AGENCY):
        return
    if procedure == rules.AGENCY:
        handler = asker.key if asker.kind == "department" else agency_for(kind.sector, _code_of(of), known_at=at)
    else:
        handler = told.platform
    _leg_open(of, procedure, handler, on=told.received_on, by=asker.key, at=at)


def _leg_open(complaint: Complaint, procedure: str, handler: str, *, on: date, by: str, at: datetime) -> Leg:
    leg = Leg.objects.create(
        complaint=complaint,
        number=complaint.legs.count(),
        procedure=procedure,
        opened_on=on,
        lawbook_digest=lawroom.load().digest,
    )
    _step_write(leg, course_opened(law_of(on), procedure, on=on, by="consumer"), by=by, at=at, handler=handler)
    return leg


def _code_of(complaint: Complaint) -> str:
    return code_known(complaint.platform, complaint.shop, complaint.code, known_at=complaint.at)


def _receipt(complaint: Complaint, key: str, *, unchanged: bool = False) -> Receipt:
    leg = leg_now(complaint)
    course = leg_course(leg, on=complaint.received_on)
    head = head_of(complaint)
    joined = head.number if head.pk != complaint.pk else ""
    return Receipt(
        complaint.number, key, complaint.received_on, handler_of(leg), course.last_day, joined, unchanged, leg.procedure
    )


# --- steps ---------------------------------------------------------------------------------------------------------------------------


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
            _leg_open(head, rules.AGENCY, agency_for(kind.sector, _code_of(head), known_at=at), on=on, by=by, at=at)
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
        who = _who(complaint.complainant)
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


# --- joining and parting by hand -------------------------------------------------------------------------------------------------------


def complaint_join(*, number: str, into: str, reasons: str, asker: Asker, at: datetime) -> Shown:
    """Handle a complaint with another about the same dispute from now on, by the agency in charge of both; it is counted once. What was joined to it
    before goes along. Refuses what is about another, was solved or taken back.
    """
    complaint, other = complaint_accessible(asker, number), complaint_accessible(asker, into)
    why = words_fit(reasons, ("The reasons", "理由"), most=rules.MOST_REASONS, needed=True)
    with transaction.atomic():
        locked = Complaint.objects.select_for_update().order_by("pk")
        list(locked.filter(pk__in=[complaint.pk, other.pk, head_of(other).pk]))
        target = head_of(other)
        _joinable(complaint, target, asker, on=day_of(at))
        along = list(joined_with([complaint]))
        rows = [Joining(complaint=complaint, into=target, reasons=why, by=asker.key, at=at)]
        rows += [Joining(complaint=c, into=target, along=complaint, reasons=why, by=asker.key, at=at) for c in along]
        trace(
            event="complaints.complaint.joined", by=asker.key, at=at, about=f"complaint:{complaint.pk}",
            detail={"into": target.pk, "along": [each.pk for each in along]},
        )  # fmt: skip
        for row in Joining.objects.bulk_create(rows):
            _tell_joining(row, "与同一件事的另一件投诉一并办理", "handled with another about the same dispute")
    return shown_of(complaint, doers=None, asker=asker, on=day_of(at))


def complaint_part(*, number: str, reasons: str, asker: Asker, at: datetime) -> Shown:
    """Handle a joined complaint apart again, by the agency in charge; what went along with it comes back with it. It stands where it stood of its own;
    where it had no leg, or its time ran out meanwhile, the agency takes it up from this day.
    """
    complaint = complaint_accessible(asker, number)
    why, on = words_fit(reasons, ("The reasons", "理由"), most=rules.MOST_REASONS, needed=True), day_of(at)
    with transaction.atomic():
        list(Complaint.objects.select_for_update().order_by("pk").filter(pk__in=[complaint.pk, head_of(complaint).pk]))
        head = head_of(complaint)
        if head.pk == complaint.pk:
            raise rules.JoiningUnfit(
                why=f"{complaint.number} was joined to none.", why_zh=f"{complaint.number}没有并入别的投诉。"
            )
        _in_charge(head, asker)
        last = (
            Joining.objects.filter(complaint__in=joined_with([head])).order_by("complaint", "-pk").distinct("complaint")
        )
        along = [each.complaint for each in last.select_related("complaint") if each.along_id == complaint.pk]
        rows = [Joining(complaint=complaint, into=None, reasons=why, by=asker.key, at=at)]
        rows += [Joining(complaint=each, into=complaint, reasons=why, by=asker.key, at=at) for each in along]
        trace(
            event="complaints.complaint.parted", by=asker.key, at=at, about=f"complaint:{complaint.pk}",
            detail={"from": head.pk, "along": [each.pk for each in along]},
        )  # fmt: skip
        own = complaint.legs.order_by("-number").first()
        stood = leg_course(own, on=on).state if own else None
        if stood is None or rules.outcome_of(stood.outcome, stood.final) == "late":
            _leg_open(complaint, rules.AGENCY, asker.key, on=on, by=asker.key, at=at)
        for row in Joining.objects.bulk_create(rows):
            _tell_joining(row, "单独办理", "handled apart again")
    return shown_of(complaint, doers=None, asker=asker, on=on)


def _joinable(complaint: Complaint, target: Complaint, asker: Asker, *, on: date) -> None:
    if head_of(complaint).pk != complaint.pk:
        raise rules.JoiningUnfit(
            why=f"{complaint.number} was joined before; part it first.",
            why_zh=f"{complaint.number}已经并案，请先拆分。",
        )
    if complaint.pk == target.pk:
        raise rules.JoiningUnfit(why="both are handled together already.", why_zh="两件本来就一并办理。")
    for each in (complaint, target):
        _in_charge(each, asker)
        state = leg_course(leg_now(each), on=on).state
        if rules.outcome_of(state.outcome, state.final) in ("solved", "dropped"):
            raise rules.JoiningUnfit(
                why=f"{each.number} was solved or taken back.", why_zh=f"{each.number}已经解决或者撤回。"
            )
    same_shop = complaint.platform == target.platform and complaint.shop == target.shop and complaint.shop
    if not same_shop and not (_code_of(complaint) and _code_of(complaint) == _code_of(target)):
        raise rules.JoiningUnfit(why="they are about different shops and firms.", why_zh="两件投诉的店铺、企业不同。")


def _in_charge(complaint: Complaint, asker: Asker) -> None:
    if "authority" not in doers_of(complaint, asker, leg_now(complaint)):
        raise rules.JoiningUnfit(
            why=f"you are not the agency in charge of {complaint.number}.",
            why_zh=f"您不是{complaint.number}的主管机关。",
        )


def _tell_joining(row: Joining, zh: str, en: str) -> None:
    """Write to whoever made the complaint that it is handled with another, or apart again, and why."""
    who, number = _who(row.complaint.complainant), row.complaint.number
    if not who["reach"] or who["reach"] == "-":
        return
    channel = channel_of(who["reach"])
    reason = "" if channel == "sms" else f"理由：{row.reasons}\n"
    body = f"{reason}您的编号和查询码照常有效。 Your number and key go on working."
    notice_write(
        subject=None, about=f"complaint:{row.complaint_id}:joining:{row.pk}", to=f"{who['name']} {who['reach']}",
        telling=Telling(f"投诉{number}{zh} / Complaint {number} {en}", body), by=row.by, at=row.at, channel=channel,
    )  # fmt: skip


# --- protection funds --------------------------------------------------------------------------------------------------------------------


def fund_declare(
    *, key: str, title: str, keeper: str, keeper_code: str, platforms: Sequence[str], amount: Decimal, fund_rules: str, document: str, digest: str,
    since: date, asker: Asker, at: datetime,
) -> Fund:  # fmt: skip
    """Declare a consumer protection fund, or a further version of it: facts about firms, by a document, for anybody to read. Whoever declared it first
    declares the next.
    """
    before = Fund.objects.filter(key=key).order_by("-version").first()
    foreign = before is not None and before.by != asker.key and asker.kind != "operator"
    if asker.kind not in rules.FUND_DECLARERS or foreign or asker.kind == "platform" and list(platforms) != [asker.key]:
        raise rules.FundNotYours(actor=asker.key)
    rules.fund_fit(
        key=key, keeper_code=keeper_code, code_holds=code_holds(keeper_code), amount=amount, digest=digest, platforms=platforms
    )  # fmt: skip
    if unknown := [each for each in platforms if not platform_acts(each, at=at)]:
        raise rules.FundUnfit(why=f"there is no platform {unknown[0][:64]}.", why_zh=f"没有平台{unknown[0][:64]}。")
    with transaction.atomic():
        turn_taken("complaints", f"fund:{key}")
        made = Fund.objects.create(
            key=key, version=Fund.objects.filter(key=key).count() + 1, title=words_public(title, ("The title", "名称")),
            keeper=words_public(keeper, ("Who keeps it", "保管人")), keeper_code=keeper_code, platforms=sorted(platforms), amount=amount,
            rules=words_public(fund_rules, ("The rules", "管理、使用和退还办法")), document=words_public(document, ("The document", "约定文件")),
            digest=digest, since=since, at=at, by=asker.key,
        )  # fmt: skip
        trace(
            event="complaints.fund.declared", by=asker.key, at=at, about=f"fund:{key}",
            detail={"version": made.version, "amount": amount, "digest": digest},
        )  # fmt: skip
    return made


def recovery_add(*, number: str, amount: Decimal, on: date, document: str, asker: Asker, at: datetime) -> Recovery:
    """Write down what the merchant paid back to the fund, by whoever paid from it; never more than was paid."""
    head = head_of(complaint_accessible(asker, number))
    with transaction.atomic():
        Complaint.objects.select_for_update().get(pk=head.pk)
        paid = payment_of(head)
        if paid is None or paid.by != asker.key:
            raise rules.FundUnfit(
                why="you paid nothing from a fund in it.", why_zh="您没有在这件投诉中用保护金赔付过。"
            )
        left = (paid.step.amount or Decimal(0)) - sum((each.amount for each in paid.recoveries.all()), Decimal(0))
        if not (amount.is_finite() and 0 < amount <= left) or not paid.step.on <= on <= day_of(at):
            raise rules.FundUnfit(
                why=f"{left} yuan are left to come back, since {paid.step.on}.", why_zh=f"尚未追回{left}元，自{paid.step.on}起。"
            )  # fmt: skip
        made = Recovery.objects.create(
            payment=paid,
            amount=amount,
            on=on,
            document=words_public(document, ("The document", "凭证")),
            at=at,
            by=asker.key,
        )
        trace(
            event="complaints.fund.recovered", by=asker.key, at=at, about=f"complaint:{head.pk}",
            detail={"fund": paid.fund.key, "amount": amount, "on": on},
        )  # fmt: skip
    return made


# --- exhibits, who complained ---------------------------------------------------------------------------------------------------


def exhibit_add(*, about: str, paper: PaperIn, by: str, at: datetime) -> Exhibit:
    """Seal what somebody hands in; the same again is one. Refuses what is too long or of a kind that nobody could open."""
    if len(paper.content) > MOST_BYTES:
        raise PaperNotTaken(title=paper.title[:80], why="it is too long", why_zh="文件过大")
    if not paper.content or paper.media_type not in MEDIA_TYPES:
        raise PaperNotTaken(
            title=paper.title[:80], why="its kind is not one of these", why_zh="文件类型不在其列或者内容为空"
        )
    digest = sha256(paper.content).hexdigest()
    before = Exhibit.objects.filter(about=about, digest=digest).first()
    if before is not None:
        return before
    made = Exhibit.objects.create(
        about=about, title=paper.title[:200], media_type=paper.media_type, size=len(paper.content), digest=digest,
        sealed=seal_of("complaints").seal(paper.content, exhibit_bound({"about": about, "digest": digest})), by=by, at=at,
    )  # fmt: skip
    trace(event="complaints.exhibit.added", by=by, at=at, about=about, detail={"exhibit": made.pk})
    return made


def exhibit_read(*, exhibit: Exhibit, by: str, at: datetime) -> bytes:
    """What was handed in, as it was; the reading is written down first."""
    trace(event="complaints.exhibit.read", by=by, at=at, about=exhibit.about, detail={"exhibit": exhibit.pk})
    bound = exhibit_bound({"about": exhibit.about, "digest": exhibit.digest})
    return seal_of("complaints").unseal(bytes(exhibit.sealed), bound)


def complaint_read(*, number: str, asker: Asker, at: datetime) -> Shown:
    """One complaint with the consumer's words; the reading is written down."""
    complaint = complaint_accessible(asker, number)
    trace(event="complaints.complaint.read", by=asker.key, at=at, about=f"complaint:{complaint.pk}")
    return shown_of(complaint, doers=None, asker=asker, on=day_of(at), words=True)


def complaint_followed(*, number: str, key: str, at: datetime) -> tuple[Shown, list[Opening]]:
    """The complaint for whoever holds its receipt, and who has opened who they are."""
    complaint = complaint_by_key(number, key)
    trace(event="complaints.complaint.followed", by=PUBLIC, at=at, about=f"complaint:{complaint.pk}")
    shown = shown_of(complaint, doers={"consumer"}, asker=None, on=day_of(at), words=True)
    return shown, list(complaint.openings.order_by("pk"))


def complainant_open(*, number: str, case_number: str, asker: Asker, at: datetime) -> dict[str, str]:
    """Who complained and how to reach them: for the agency in charge, in a case of its own that it names, or for the platform where they said so.
    Whoever complained sees that it was opened.
    """
    complaint = complaint_accessible(asker, number)
    case = words_fit(case_number, ("The case", "案号"), most=100)
    if not case:
        raise rules.CaseUnnamed
    doers = doers_of(head_of(complaint), asker, leg_now(complaint))
    with transaction.atomic():
        who = complaint.complainant
        if "authority" not in doers and not ("platform" in doers and who.share) and complaint.filed_by != asker.key:
            raise rules.IdentityClosed(actor=asker.key)
        Opening.objects.create(complaint=complaint, by=asker.key, case_number=case, at=at)
        trace(
            event="complaints.identity.opened",
            by=asker.key,
            at=at,
            about=f"complaint:{complaint.pk}",
            detail={"case": case},
        )
        return _who(who)


def _who(complainant: Complainant) -> dict[str, str]:
    bound = complainant_bound({"complaint_id": complainant.complaint_id})
    found: dict[str, str] = seal_of("reporters").unseal_json(bytes(complainant.sealed), bound)
    return found


# --- who is in charge -----------------------------------------------------------------------------------------------------------------


def charge_set(*, sector: str, division: str, agency: str, asker: Asker, at: datetime) -> Charge:
    """Say which agency is in charge of a field in a division and below it; what is being handled stays where it is."""
    if asker.kind not in ("operator", "credit-centre", "supervisor"):
        raise rules.ChargeUnfit(why="the credit centre says it.", why_zh="由信用中心指定。")
    if sector not in law_of(day_of(at)).code_lists["sectors"].choices:
        raise rules.ChargeUnfit(why=f"there is no field {sector[:60]}.", why_zh="没有这一领域。")
    if division and not (division.isascii() and division.isdigit() and len(division) in (2, 4, 6)):
        raise rules.ChargeUnfit(
            why="a division has two, four or six digits.", why_zh="行政区划代码为两位、四位或者六位数字。"
        )
    whose = actor_acting(agency, at=at)
    if whose.kind not in rules.AGENCIES:
        raise rules.ChargeUnfit(why=f"{whose.title} is no agency.", why_zh=f"{whose.title}不是机关。")
    with transaction.atomic():
        made = Charge.objects.create(sector=sector, division=division, agency=agency, at=at, by=asker.key)
        trace(
            event="complaints.charge.set", by=asker.key, at=at, about=f"sector:{sector}",
            detail={"division": division, "agency": agency},
        )  # fmt: skip
    return made
