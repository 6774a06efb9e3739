"""Taking leads in, one or in files, joining and parting them, taking steps, opening who reported, and asking platforms for material."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker, actor_titled
from chengxin.cases import rules as cases
from chengxin.cases.rules import Course, Taken, Telling, channel_of, course_opened
from chengxin.cases.services.running import PaperIn
from chengxin.cases.services.telling import notice_write
from chengxin.commerce.complaints.rules import FilingResult, Receipt, refused_lines
from chengxin.commerce.complaints.selectors import agency_for
from chengxin.commerce.complaints.services.exhibits import exhibit_add
from chengxin.commerce.complaints.services.intake import rows_take
from chengxin.commerce.leads import rules
from chengxin.commerce.leads.models import (
    Filing,
    Lead,
    Opening,
    Parting,
    Refused,
    Reply,
    Reporter,
    Request,
    Step,
    reply_bound,
    reporter_bound,
    words_bound,
)
from chengxin.commerce.leads.rules import Told
from chengxin.commerce.leads.selectors import (
    Shown,
    course_of,
    handled_with,
    handler_of,
    in_charge,
    lead_accessible,
    lead_by_key,
    lead_shown,
    leads_open,
    leads_whole,
    reporter_of,
    request_numbered,
    request_told,
    requests_to,
    words_of,
)
from chengxin.commerce.merchants.bulk import code_holds, shops_filed
from chengxin.commerce.merchants.rules import digest_holds, mobile_within
from chengxin.commerce.merchants.selectors import code_known, law_of, platform_acts
from chengxin.kernel.days import day_due, day_of, day_read
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_within
from chengxin.kernel.wording import words_fit
from chengxin.kernel.written import day_written
from chengxin.law import Law
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken
from chengxin.vault.selectors import seal_of

PUBLIC = "public"
MOST_ROWS = 20_000
OLDEST = timedelta(days=366)
# Of these a reporter who gave a name is told.
RESULTS = ("transferred", "filed", "not-filed", "decided", "closed")


# --- taking in -----------------------------------------------------------------------------------------------------------------------


def lead_file(*, told: Told, asker: Asker, at: datetime, papers: Iterable[PaperIn] = ()) -> Receipt:
    """Take a lead in: kept with who told it sealed apart, joined to the open one about the same shop and kind if there is one, and handed to the agency
    in charge. The same reference of the same sender again changes nothing.
    """
    law = law_of(day_of(at))
    if (fault := _fault(told, asker, law, at)) is not None:
        zh, en = rules.REASONS[fault]
        raise rules.LeadUnfit(why=f"{en}.", why_zh=f"{zh}。")
    papers = list(papers)
    with transaction.atomic():
        receipt, lead = _taken_in(told, asker, law, at)
        for paper in papers:
            exhibit_add(about=f"lead:{lead.pk}", paper=paper, by=asker.key, at=at)
    return receipt


def leads_file(*, rows: Sequence[Mapping[str, Any]], asker: Asker, at: datetime) -> FilingResult:
    """Take in a file of leads: all of it or nothing. What cannot be taken is kept sealed as it came, with the reason; the rest is taken in."""
    if len(rows) > MOST_ROWS:
        raise rules.LeadUnfit(why=f"a file has at most {MOST_ROWS} rows.", why_zh=f"一次最多{MOST_ROWS}行。")
    on = day_of(at)
    law = law_of(on)

    def take(row: Mapping[str, Any]) -> str | tuple[str, Receipt]:
        told = _read(row, on)
        if isinstance(told, str):
            return told
        return _fault(told, asker, law, at) or (told.reference, _taken_in(told, asker, law, at)[0])

    return rows_take(rows, take, filings=Filing, refusals=Refused, ring="reporters", by=asker.key, at=at)


def refused_export(*, filing: Filing, by: str, at: datetime) -> Iterator[str]:
    """The refused rows as lines of a CSV file: line and reason. Persons are written out nowhere; whoever sent them has the file."""
    trace(event="leads.refused.exported", by=by, at=at, about=f"leads-filing:{filing.pk}")
    rows = Refused.objects.filter(filing=filing).order_by("line").values_list("line", "reason")
    return iter([refused_lines(rows, rules.REASONS)])


_TEXTS = ("source", "kind", "words", "platform", "shop", "code", "about", "name", "reach", "reference")


def _read(row: Mapping[str, Any], on: date) -> Told | str:
    """A row as a lead; the reason where it cannot be read. Digests of evidence stand in one cell, with blanks between them, or in a list."""
    try:
        cells: dict[str, Any] = {name: str(row.get(name) or "").strip() for name in _TEXTS}
        written = row.get("digests") or ""
        digests = tuple(written.split() if isinstance(written, str) else (str(each) for each in written))
        received = day_read(row["received_on"]) if row.get("received_on") else on
    except Refusal:
        return "day-wrong"
    except (TypeError, ValueError):
        return "unreadable"
    return Told(**cells, digests=digests, received_on=received)


def _fault(told: Told, asker: Asker, law: Law, at: datetime) -> str | None:
    """Why the lead cannot be taken in; nothing where it can."""
    on = day_of(at)
    texts = (told.words, told.about, told.reference, told.shop, told.platform)
    long = any(len(t) > 64 for t in (told.reference, told.shop, told.platform))
    checks = (
        ("source-unknown", told.source not in law.code_lists["lead-sources"].choices),
        ("sender-unfit", asker.kind not in rules.SENT_BY.get(told.source, ())),
        ("kind-unknown", told.kind not in law.code_lists["misconduct"].choices),
        ("nobody-named", not told.platform and not told.code and not told.about.strip()),
        ("shop-alone", bool(told.shop) and not told.platform),
        ("too-long", long or len(told.name) > 100 or len(told.reach) > 200 or len(told.about) > 500),
        ("words-missing", not 0 < len(told.words.strip()) <= rules.MOST_WORDS or "\0" in told.words + told.about),
        ("reach-missing", bool(told.name.strip()) != bool(told.reach.strip())),
        ("person-within", any(citizen_number_within(t) for t in texts) or mobile_within(told.about)),
        ("day-wrong", not on - OLDEST <= told.received_on <= on),
        ("code-wrong", bool(told.code) and not code_holds(told.code)),
        ("digest-wrong", len(told.digests) > rules.MOST_DIGESTS or not all(digest_holds(d) for d in told.digests)),
        ("platform-unknown", bool(told.platform) and not platform_acts(told.platform, at=at)),
        ("sender-unfit", asker.kind == "platform" and told.platform != asker.key),
    )
    for reason, holds in checks:
        if holds:
            return reason
    return "shop-unknown" if told.shop and not shops_filed(told.platform, [told.shop]) else None


def _taken_in(told: Told, asker: Asker, law: Law, at: datetime) -> tuple[Receipt, Lead]:
    about = f"{told.platform}:{told.shop}:{told.code}"
    turn_taken("leads", f"{asker.key}:{told.source}:{told.reference}" if told.reference else about)
    if told.reference:
        before = leads_whole().filter(filed_by=asker.key, source=told.source, reference=told.reference).first()
        if before is not None:
            return _receipt(before, "", unchanged=True), before
        turn_taken("leads", about)
    head = _same_matter(told)
    key = secrets.token_urlsafe(9)
    key_hash = sha256(key.encode()).digest()
    lead = Lead.objects.create(
        source=told.source, reference=told.reference, filed_by=asker.key, kind=told.kind, platform=told.platform, shop=told.shop, code=told.code,
        digests=list(dict.fromkeys(told.digests)), received_on=told.received_on, at=at, joined=head, lawbook_digest=lawroom.load().digest, key_hash=key_hash,
        sealed=seal_of("complaints").seal_json(
            {"words": told.words.strip(), "about": told.about.strip()}, words_bound({"key_hash": key_hash})
        ),
    )  # fmt: skip
    if told.name.strip():
        who = {"name": told.name.strip(), "reach": told.reach.strip()}
        sealed = seal_of("reporters").seal_json(who, reporter_bound({"lead_id": lead.pk}))
        Reporter.objects.create(lead=lead, sealed=sealed)
    detail = {"source": told.source, "kind": told.kind, "named": bool(told.name), "joined": head.pk if head else None}
    trace(event="leads.lead.filed", by=asker.key, at=at, about=f"lead:{lead.pk}", detail=detail)
    if head is None:
        _opened(lead, law, by=asker.key, at=at)
    return _receipt(lead, key), lead


def _same_matter(told: Told) -> Lead | None:
    """The lead about the same shop or firm, of the same kind, that is not over."""
    alike = rules.joinable(told)
    if alike is None:
        return None
    for each in leads_open().filter(**alike):
        # Where a description says whom it is about, the program cannot tell whether it is the same.
        if alike["shop"] or alike.get("code") or not words_of(each)["about"]:
            return each
    return None


def _opened(lead: Lead, law: Law, *, by: str, at: datetime) -> None:
    """The first step: it lies with the agency in charge of its kind where the firm is registered."""
    sector = law.code_lists["misconduct"].codes[lead.kind].sector or ""
    _step_write(lead, _begun(lead), by=by, at=at, handler=agency_for(sector, _code_of(lead), known_at=at))


def _begun(lead: Lead) -> Course:
    """Where it stands when it is handled by itself, by the clock of its own receipt."""
    return course_opened(law_of(lead.received_on), rules.PROCEDURE, on=lead.received_on, by="anybody")


def _code_of(lead: Lead) -> str:
    return code_known(lead.platform, lead.shop, lead.code, known_at=lead.at)


def _receipt(lead: Lead, key: str, *, unchanged: bool = False) -> Receipt:
    head = lead.head
    course = course_of(head, on=lead.received_on)
    joined = head.number if head.pk != lead.pk else ""
    return Receipt(lead.number, key, lead.received_on, handler_of(lead), course.last_day, joined, unchanged)


# --- steps ---------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What comes with a step: reasons, the number of the decision, who gave leave, to which agency it is handed."""

    reasons: str = ""
    document: str = ""
    approved_by: str = ""
    to_agency: str = ""


def lead_step(*, number: str, to: str, said: Said, asker: Asker, at: datetime) -> Shown:
    """A step by the agency in charge, after what the clock has done meanwhile; a reporter who gave a name is told of a result."""
    lead = lead_accessible(asker, number)
    head = lead.head
    reasons = words_fit(said.reasons, ("The words", "内容"), most=rules.MOST_REASONS)
    document = words_fit(said.document, ("The number of the decision", "决定文书文号"), most=100)
    approved = words_fit(said.approved_by, ("Who gave leave", "批准人"), most=100)
    with transaction.atomic():
        Lead.objects.select_for_update().get(pk=head.pk)
        written = list(head.steps.order_by("number"))
        course, before = course_of(head, on=day_of(at), steps=written), written[-1].handler
        on = max(day_of(at), course.taken[-1].on)
        has = {
            name
            for name, given in (("reasons", reasons), ("document", document), ("approval", approved))
            if given
        }  # fmt: skip
        cases.step_admissible(course, to=to, by={"authority"} if in_charge(head, asker) else set(), on=on, has=has)
        if document and to != "decided":
            raise rules.LeadStepUnfit(why="only a decision has a document.", why_zh="只有作出决定才写明文书文号。")
        together = handled_with(head)
        rules.reporter_hidden(reasons, reporters=_reporters(together))
        handler = _handler_after(before, to, said)
        for lapsed in course.since(len(written)):
            _step_write(head, lapsed, by="clock", at=at, handler=before)
        after = course.after(Taken(len(course.taken), to, on, "authority"))
        row = _step_write(
            head, after, by=asker.key, at=at, handler=handler or before, reasons=reasons, document=document, approved_by=approved
        )  # fmt: skip
        if to in RESULTS:
            for each in together:
                _tell(each, after, row, at=at)
    return lead_shown(lead, on=day_of(at), asker=asker)


def _handler_after(before: str, to: str, said: Said) -> str:
    """To whom a step hands the lead; nothing where it stays."""
    if to != "transferred":
        if said.to_agency:
            raise rules.LeadStepUnfit(why="only handing over names an agency.", why_zh="只有移送才写明机关。")
        return ""
    found = Actor.objects.filter(key=said.to_agency, kind__in=rules.AGENCIES, closed_at__isnull=True).first()
    if found is None or found.key == before:
        raise rules.LeadStepUnfit(
            why="name another agency that acts here, by its key.",
            why_zh="请写明移送给哪一个机关（主体代码），不能移送给自己。",
        )
    return found.key


def _step_write(lead: Lead, course: Course, *, by: str, at: datetime, handler: str, **said: str) -> Step:
    made = Step.objects.create(lead=lead, by=by, at=at, handler=handler, **course.row, **said)
    detail = {"to": made.to, "on": made.on, "by": made.doer, "handler": handler}
    trace(event="leads.step.taken", by=by, at=at, about=f"lead:{lead.pk}", detail=detail)
    return made


def _reporters(leads: Iterable[Lead]) -> list[dict[str, str]]:
    return [who for lead in leads if (who := reporter_of(lead)) is not None]


def _tell(lead: Lead, course: Course, step: Step, *, at: datetime) -> None:
    """Write to whoever reported by name what became of it: Anti-unfair Competition Law, article 16."""
    who = reporter_of(lead)
    if who is None:
        return
    channel, number, state = channel_of(who["reach"]), lead.number, course.state.title
    heading = f"举报{number}：{state.zh} / Report {number}: {state.en}"
    hint = "凭编号和查询码可在网上查看。 See on line with number and key."
    if channel == "sms":
        body = f"举报{number}：{state.zh}。{hint}"
    else:
        said = [f"日期：{day_written(step.on)}", f"机关：{actor_titled(step.handler)}", f"内容：{step.reasons}"]
        body = "\n".join([*said, *([f"文号：{step.document}"] if step.document else []), hint])
    notice_write(
        subject=None, about=f"lead:{lead.pk}:{step.number}", to=f"{who['name']} {who['reach']}", telling=Telling(heading, body), by=step.by, at=at,
        channel=channel,
    )  # fmt: skip


def leads_lapse(*, by: str, at: datetime) -> int:
    """Write down what the clock has done by itself wherever the agency's time is over; returns how many leads moved. What is shown waits for it nowhere."""
    on, moved = day_of(at), 0
    latest = Step.objects.order_by("lead", "-number").distinct("lead")
    due = [step.lead_id for step in latest if step.last_day is not None and step.last_day < on]
    for pk in due:
        with transaction.atomic():
            lead = Lead.objects.select_for_update().get(pk=pk)
            written = list(lead.steps.order_by("number"))
            course = course_of(lead, on=on, steps=written)
            for lapsed in course.since(len(written)):
                _step_write(lead, lapsed, by="clock", at=at, handler=written[-1].handler)
            moved += len(written) < len(course.taken)
    trace(event="leads.clock.run", by=by, at=at, detail={"moved": moved})
    return moved


def lead_part(*, number: str, reasons: str, asker: Asker, at: datetime) -> Shown:
    """Part a lead from the one to which it was joined: since then it is handled by itself, by the clock of its own receipt."""
    lead = lead_accessible(asker, number)
    why = words_fit(reasons, ("The reason", "理由"), most=rules.MOST_REASONS, needed=True)
    with transaction.atomic():
        Lead.objects.select_for_update().get(pk=lead.pk)
        if lead.joined is None or Parting.objects.filter(lead=lead).exists():
            raise rules.LeadNotJoined(number=lead.number)
        if not in_charge(lead, asker):
            raise rules.LeadStepUnfit(
                why="only the agency in charge parts leads.", why_zh="只有正在办理的机关可以分开。"
            )
        Parting.objects.create(lead=lead, reasons=why, by=asker.key, at=at)
        trace(event="leads.lead.parted", by=asker.key, at=at, about=f"lead:{lead.pk}", detail={"of": lead.joined_id})
        _step_write(lead, _begun(lead), by=asker.key, at=at, handler=asker.key)
    return lead_shown(lead_accessible(asker, number), on=day_of(at), asker=asker)


# --- reading, who reported -----------------------------------------------------------------------------------------------------------


def lead_read(*, number: str, asker: Asker, at: datetime) -> Shown:
    """One lead with the words of the reports that the asker may read; the reading is written down."""
    lead = lead_accessible(asker, number)
    trace(event="leads.lead.read", by=asker.key, at=at, about=f"lead:{lead.pk}")
    return lead_shown(lead, on=day_of(at), asker=asker)


def lead_followed(*, number: str, key: str, at: datetime) -> tuple[Shown, list[Opening]]:
    """The lead for whoever holds its receipt, and who has opened who they are."""
    lead = lead_by_key(number, key)
    trace(event="leads.lead.followed", by=PUBLIC, at=at, about=f"lead:{lead.pk}")
    return lead_shown(lead, on=day_of(at), asker=None), list(lead.openings.order_by("pk"))


def reporter_open(*, number: str, case_number: str, reason: str, asker: Asker, at: datetime) -> dict[str, str]:
    """Who reported and how to reach them: for the agency in charge alone, in a case of its own that it names and with its reason. The reporter sees
    that it was opened.
    """
    lead = lead_accessible(asker, number)
    case = words_fit(case_number, ("The case", "案号"), most=100)
    why = words_fit(reason, ("The reason", "理由"), most=rules.MOST_REASONS)
    if asker.kind not in rules.OPENING or not in_charge(lead, asker):
        raise rules.ReporterClosed(actor=actor_titled(asker.key))
    if not case or not why:
        raise rules.ReporterWithoutCase
    with transaction.atomic():
        who = reporter_of(lead)
        if who is None:
            raise rules.ReporterUnnamed
        Opening.objects.create(lead=lead, by=asker.key, account=asker.account, case_number=case, reason=why, at=at)
        trace(event="leads.reporter.opened", by=asker.key, at=at, about=f"lead:{lead.pk}", detail={"case": case})
    return who


# --- material from platforms ----------------------------------------------------------------------------------------------------------


def material_ask(*, number: str, what: str, due_on: date | None, asker: Asker, at: datetime) -> dict[str, Any]:
    """Ask the platform of the shop for material by a day, as the agency in charge. Nothing of the report goes with it: words that name a reporter or quote
    a report are refused.
    """
    lead = lead_accessible(asker, number)
    head, on = lead.head, day_of(at)
    words = words_fit(what, ("What is asked for", "要求提供的材料"), most=rules.MOST_REASONS, needed=True)
    if not in_charge(lead, asker):
        raise rules.MaterialUnfit(why="only the agency in charge asks.", why_zh="只有正在办理的机关可以要求。")
    if not head.platform or course_of(head, on=on).state_key in rules.OVER:
        raise rules.MaterialUnfit(
            why="the lead is about no platform, or is over.", why_zh="线索不涉及平台，或者已经办结。"
        )
    due = due_on or day_due(on, law_of(on).parameter("lead-material-within"), "working-days")
    if due < on:
        raise rules.MaterialUnfit(why="the day lies in the past.", why_zh="期限早于今天。")
    together = handled_with(head)
    told = [text for each in together for text in words_of(each).values()]
    rules.reporter_hidden(words, reporters=_reporters(together), reports=told)
    with transaction.atomic():
        made = Request.objects.create(
            lead=head, platform=head.platform, shop=head.shop, what=words, due_on=due, by=asker.key, on=on, at=at
        )
        detail = {"platform": head.platform, "due_on": due}
        trace(event="leads.material.asked", by=asker.key, at=at, about=f"lead:{head.pk}", detail=detail)
    return request_told(made, on=on)


def material_give(*, number: str, words: str, digests: Sequence[str], asker: Asker, at: datetime) -> dict[str, Any]:
    """Answer a request for material, as the platform that was asked; what it is told back is its receipt. The same answer again changes nothing."""
    request = request_numbered(requests_to(asker), number)
    said = words.strip()
    if not 0 < len(said) <= rules.MOST_WORDS or "\0" in said:
        raise rules.MaterialUnfit(why="an answer has 1 to 4000 characters.", why_zh="答复须为1至4000字。")
    if len(digests) > rules.MOST_DIGESTS or not all(digest_holds(each) for each in digests):
        raise rules.MaterialUnfit(
            why="a digest is none (SHA-256), or there are too many.", why_zh="摘要须为SHA-256，最多20个。"
        )
    digest = sha256("\n".join([said, *digests]).encode()).hexdigest()
    with transaction.atomic():
        Request.objects.select_for_update().get(pk=request.pk)
        before = Reply.objects.filter(request=request).first()
        if before is not None and before.digest != digest:
            raise rules.MaterialUnfit(why="it was answered; an answer stands.", why_zh="已经答复，答复不再更改。")
        if before is None:
            Reply.objects.create(
                request=request, digests=list(digests), digest=digest, by=asker.key, at=at,
                sealed=seal_of("complaints").seal_json({"words": said}, reply_bound({"request_id": request.pk})),
            )  # fmt: skip
            trace(
                event="leads.material.given",
                by=asker.key,
                at=at,
                about=f"lead-request:{request.pk}",
                detail={"digest": digest},
            )
    return request_told(request_numbered(requests_to(asker), number), on=day_of(at))
