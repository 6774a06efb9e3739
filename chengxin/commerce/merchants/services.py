"""Filing merchants, and the tickets that come of what is found."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from chengxin.actors.selectors import Asker, actors_of_kinds
from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.bulk import (
    Parted,
    among,
    code_holds,
    frame_read,
    identity_unsealed,
    persons_met,
    refused_keep,
    refused_unsealed,
    registrations_lay,
    row_part,
    rows_judge,
    rows_of_file,
    rows_read,
    shops_filed,
)
from chengxin.commerce.merchants.models import (
    Breach,
    Commitment,
    CommitmentStep,
    Disclosure,
    Duty,
    Filing,
    LinkCheck,
    Payer,
    Refused,
    Signature,
    Statement,
    StatementStep,
    Ticket,
    TicketStep,
)
from chengxin.commerce.merchants.selectors import (
    LinkDue,
    OwnShop,
    commitment_own,
    commitment_state,
    commitment_text,
    findings_known,
    form_fitting,
    form_known,
    law_of,
    links_due,
    own_text,
    platform_for,
    platforms_linking,
    registrations_known,
    shop_filed,
    shops_coded_alike,
    subjects_coded,
    ticket_accessible,
    ticket_standing,
    tickets_open,
)
from chengxin.kernel.days import day_due, day_of
from chengxin.kernel.errors import Refusal
from chengxin.kernel.official import PageUnreachable, Resolve, address_public, page_read
from chengxin.kernel.tables import csv_lines
from chengxin.kernel.wording import words_fit
from chengxin.law.models import CommitmentForm
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken
from chengxin.records.bulk.reading import file_digest
from chengxin.records.models import Record
from chengxin.signatures.selectors import Certified, certified_of
from chengxin.signatures.services import signature_keep, signature_open
from chengxin.subjects.selectors import members_of, subject_of

Advance = Callable[[int], None]
SHELF, PROMISES = "goods", "service-promises"


@dataclass(frozen=True)
class FilingResult:
    """What became of a file of merchants: the contract that the command, the API and the tests share."""

    filing: int
    platform: str
    kind: str
    rows: int
    accepted: int
    refused: int
    unchanged: int
    refused_by_reason: dict[str, int]
    opened: int = 0
    mended: int = 0
    repeated: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed and returned."""
        return dict(self.__dict__)


def merchants_file(
    *, platform: str, kind: str, by: str, at: datetime, path: Path | None = None, rows: Sequence[Mapping[str, Any]] = (),
    advance: Advance = lambda rows: None, not_after: int | None = None,
) -> FilingResult:  # fmt: skip
    """File what a platform says of its shops, their licences, suppliers, products and promises, from a file or from rows: each row is accepted, refused with its
    reason, or unchanged; all of it or none. The same twice changes nothing. Tickets are opened for what is found, and closed for what is mended.
    Rows that came with filing `not_after` never stand over what was filed since.
    """
    platform_for(platform, by, at=at)
    on = day_of(at)
    law = law_of(on)
    frame = frame_read(path, kind) if path else rows_read(rows, kind)
    digest = (
        file_digest(path) if path else sha256(json.dumps(list(rows), sort_keys=True, default=str).encode()).hexdigest()
    )
    with transaction.atomic():
        turn_taken("merchants", platform)
        codes = {
            name: list(law.code_lists[name].choices)
            for name in ("registration-exemptions", "merchant-licences", PROMISES)
        }
        judged = rows_judge(
            frame,
            kind,
            codes={**codes, SHELF: list(law.goods)},
            shops=lambda named: shops_filed(platform, named),
            on=on,
            hosts={key: code.hosts for key, code in law.code_lists["merchant-licences"].codes.items()},
        )
        same = (
            Filing.objects.filter(platform=platform, kind=kind, digest=digest, lawbook_digest=law.book.digest)
            .order_by("-pk")
            .first()
        )
        persons, unlike = persons_met(judged.good, at)
        refused = sorted(
            [*judged.refused, *((line, "seller-name-disagrees", row) for line, row in judged.good if line in unlike)],
            key=lambda each: each[0],
        )
        by_reason: dict[str, int] = {}
        for _, reason, _ in refused:
            by_reason[reason] = by_reason.get(reason, 0) + 1
        with connection.cursor() as cursor:
            cursor.execute("select nextval(pg_get_serial_sequence('merchants_filing', 'id'))")
            number = cursor.fetchone()[0]
        parted = [row_part(kind, row, persons.get(line)) for line, row in judged.good if line not in unlike]
        laid = registrations_lay(platform, kind, parted, filing=number, at=at, not_after=not_after)
        changed = len(laid)
        if same is not None and not changed and same.refused == len(refused):
            trace(
                event="merchants.filing.repeated",
                by=by,
                at=at,
                about=f"merchants-filing:{same.pk}",
                detail={"digest": digest},
            )
            return FilingResult(
                same.pk, platform, kind, same.rows, 0, same.refused, len(parted), same.refused_by_reason, repeated=True
            )
        filing = Filing.objects.create(
            pk=number, platform=platform, kind=kind, digest=digest, lawbook_digest=law.book.digest, rows=frame.height, accepted=changed,
            refused=len(refused), unchanged=len(parted) - changed, refused_by_reason=by_reason, at=at, by=by,
        )  # fmt: skip
        refused_keep(filing.pk, refused)
        detail = {"kind": kind, "digest": digest, "accepted": changed, "refused": filing.refused}
        trace(event="merchants.filing.filed", by=by, at=at, about=f"merchants-filing:{filing.pk}", detail=detail)
        _shops_told(platform, laid if kind == "shops" else (), filing=filing.pk, by=by, at=at)
        touched = {row.shop for row in parted}
        if kind == "shops":
            touched |= shops_coded_alike(platform, touched, known_at=at)
        opened, mended = _tickets_renew(platform, by=by, at=at, shops=touched)
        advance(frame.height)
    return FilingResult(
        filing.pk, platform, kind, filing.rows, changed, filing.refused, filing.unchanged, by_reason, opened, mended
    )


def _shops_told(platform: str, laid: Sequence[tuple[Parted, int]], *, filing: int, by: str, at: datetime) -> None:
    """Write down of whoever a shop was filed for that it was: the seller, the unit that the register holds under the code, and whom it names by
    number. They see it among what was done about them, and ask the platform about it there.
    """
    held = subjects_coded({row.code for row, _ in laid if row.code}, known_at=at)
    for row, version in laid:
        about = [row.subject or held.get(row.code), *row.representing.values()]
        for subject in dict.fromkeys(each for each in about if each is not None):
            trace(
                event=rules.FILED, by=by, at=at, purpose="merchant-filing", subject=subject, about=f"merchants-filing:{filing}",
                detail={"platform": platform, "shop": row.shop, "version": version},
            )  # fmt: skip


def identity_open(*, platform: str, shop: str, case_number: str, asker: Asker, at: datetime) -> dict[str, str]:
    """Who is behind a shop, as its platform filed it last: an individual seller's name and number, a unit's representative and principal. For an
    agency in a case of its own, which it names; written down before it is given, and seen by whoever it is about. No other door opens it.
    """
    law = law_of(day_of(at))
    purpose = law.purposes[rules.IDENTITY]
    told = {"actor": asker.key, "basis": law.cite(purpose.basis[0]).zh}
    if asker.kind not in purpose.askers:
        raise rules.IdentityClosed(readers=", ".join(purpose.askers), **told)
    if not (case := case_number.strip()):
        raise rules.IdentityCaseUnnamed(**told)
    with transaction.atomic():
        found = shop_filed(platform, shop, known_at=at)
        first = found.subject_id or subjects_coded({found.code}, known_at=at).get(found.code)
        named = found.representing.order_by("role").values_list("subject_id", flat=True)
        # Where nobody is held whom it could be about, it is written down under the shop alone.
        about = dict.fromkeys(each for each in (first, *named) if each is not None)
        for subject in (*about,) or (None,):
            trace(
                event="merchants.identity.read", by=asker.key, at=at, purpose=rules.IDENTITY, subject=subject,
                about=f"merchants-shop:{platform}/{shop}", detail={"platform": platform, "shop": shop, "case_number": case},
            )  # fmt: skip
        return identity_unsealed(found)


def merchants_review(*, platform: str, by: str, at: datetime) -> dict[str, int]:
    """Look at every shop of the platform as of the day: open a ticket for each thing found that has none, close those whose thing is mended."""
    platform_for(platform, by, at=at)
    with transaction.atomic():
        turn_taken("merchants", platform)
        opened, mended = _tickets_renew(platform, by=by, at=at)
        detail = {"opened": opened, "mended": mended}
        trace(event="merchants.platform.reviewed", by=by, at=at, about=f"platform:{platform}", detail=detail)
    return detail


def _tickets_renew(platform: str, *, by: str, at: datetime, shops: Iterable[str] | None = None) -> tuple[int, int]:
    on = day_of(at)
    some = None if shops is None else sorted(set(shops))
    found = {(f.shop, f.finding, f.item): f for f in findings_known(platform, on=on, known_at=at, shops=some)}
    tickets = Ticket.objects.filter(platform=platform)
    if some is not None:
        tickets = tickets.filter(shop__in=among(some))
    open_ = tickets_open(tickets, known_at=at)
    stand = {(t.shop, t.finding, t.item): t for t in open_}
    taken: dict[int, list[tuple[int, str]]] = {}
    for ticket, number, kind in TicketStep.objects.filter(ticket__in=open_.values("pk")).values_list(
        "ticket_id", "number", "kind"
    ):
        taken.setdefault(ticket, []).append((number, kind))
    before: dict[tuple[str, str, str], int] = {}
    for shop, finding, item, number in tickets.values_list("shop", "finding", "item", "number"):
        before[shop, finding, item] = max(number, before.get((shop, finding, item), 0))
    decided = _decided(tickets)
    law = law_of(on)
    due_on = day_due(on, law.parameter(rules.TICKET_WITHIN), law.parameters[rules.TICKET_WITHIN].unit)
    opened = [
        Ticket(
            platform=platform, shop=f.shop, finding=f.finding, item=f.item, words=f.words, number=before.get(key, 0) + 1, due_on=due_on, at=at, by=by,
        )
        for key, f in sorted(found.items())
        if key not in stand and (*key, before.get(key, 0)) not in decided
    ]  # fmt: skip
    Ticket.objects.bulk_create(opened, batch_size=5000)
    # What a regulator opened, or opened again, it closes itself.
    mended = [
        t
        for key, t in sorted(stand.items())
        if key not in found
        and key[1] not in rules.SEEN_BY_PEOPLE
        and rules.REOPENED not in {kind for _, kind in taken.get(t.pk, [])}
    ]
    TicketStep.objects.bulk_create(
        [TicketStep(ticket=t, number=len(taken.get(t.pk, [])) + 1, kind=rules.MENDED, at=at, by=by) for t in mended],
        batch_size=5000,
    )
    return len(opened), len(mended)


def _decided(tickets: QuerySet[Ticket]) -> set[tuple[str, str, str, int]]:
    """The tickets that a regulator dismissed or settled: the last of its kind closed so is not opened again for the very same thing."""
    steps = TicketStep.objects.filter(ticket__in=tickets.values("pk"), kind__in=(rules.DISMISSED, rules.SETTLED))
    names = ("ticket__shop", "ticket__finding", "ticket__item", "ticket__number")
    return {(shop, finding, item, number) for shop, finding, item, number in steps.values_list(*names)}


def links_check(
    *, by: str, at: datetime, platform: str = "", most: int = 500, resolve: Resolve = address_public
) -> dict[str, int]:
    """Look at the official pages of licences that are due, of one platform or of all: keep what was seen with its day, and open or close the tickets
    that come of it. A page is read outside of any transaction.
    """
    if platform:
        platform_for(platform, by, at=at)
    seen = dict.fromkeys(("found", "gone", "differs", "unreachable"), 0)
    opened = mended = left = 0
    for each in [platform] if platform else platforms_linking(known_at=at):
        looks = []
        for due in links_due(each, at=at, most=most - left):
            state = _link_state(due, resolve)
            looks.append(LinkCheck(platform=each, shop=due.shop, item=due.item, link=due.link, state=state, at=at))
            seen[state] += 1
        left += len(looks)
        if not looks:
            continue
        with transaction.atomic():
            turn_taken("merchants", each)
            LinkCheck.objects.bulk_create(looks, batch_size=5000)
            done = _tickets_renew(each, by=by, at=at, shops={look.shop for look in looks})
            opened, mended = opened + done[0], mended + done[1]
            detail = {"looked": len(looks), "opened": done[0], "mended": done[1]}
            trace(event="merchants.links.checked", by=by, at=at, about=f"platform:{each}", detail=detail)
    return {"looked": left, **seen, "opened": opened, "mended": mended}


def _link_state(due: LinkDue, resolve: Resolve) -> str:
    try:
        page = page_read(due.link, roots=settings.CHENGXIN_LINKS_ROOTS, resolve=resolve)
    except PageUnreachable:
        return "unreachable"
    return rules.page_state(page.status, page.text, due.number)


def ticket_answer(*, ticket: int, words: str, asker: Asker, at: datetime, evidence: Sequence[str] = ()) -> Ticket:
    """The platform's reply to a ticket, with the digests of what proves it; it stays open until what was found is mended, or a regulator closes
    it, who owes a look at the reply by its day.
    """
    found = ticket_accessible(asker, ticket)
    platform_for(found.platform, asker.key, at=at)
    return _ticket_step(found, rules.REPLY, words, by=asker.key, at=at, evidence=rules.evidence_fit(evidence))


def ticket_open(*, platform: str, shop: str, finding: str, item: str, words: str, asker: Asker, at: datetime) -> Ticket:
    """A ticket for what an officer saw: a regulator opens it, and closes it. One that is open for the same thing stands, and none is opened."""
    if asker.kind not in ("department", "operator"):
        raise rules.NotTheRegulator(actor=asker.key)
    assert finding in rules.SEEN_BY_PEOPLE, finding  # what a program finds is opened by the review
    kept = words_fit(words, ("What was seen", "所见"), most=1000, needed=True)
    shop_filed(platform, shop, known_at=at)
    law = law_of(day_of(at))
    with transaction.atomic():
        turn_taken("merchants", platform)
        alike = Ticket.objects.filter(platform=platform, shop=shop, finding=finding, item=item)
        standing = tickets_open(alike, known_at=at).first()
        if standing is not None:
            return standing
        due_on = day_due(day_of(at), law.parameter(rules.TICKET_WITHIN), law.parameters[rules.TICKET_WITHIN].unit)
        made = Ticket.objects.create(
            platform=platform, shop=shop, finding=finding, item=item, words=kept, number=alike.count() + 1, due_on=due_on, at=at, by=asker.key
        )  # fmt: skip
        trace(
            event="merchants.ticket.opened", by=asker.key, at=at, about=f"merchants-ticket:{made.pk}", detail={"finding": finding, "item": item}
        )  # fmt: skip
    return made


def ticket_dismiss(*, ticket: int, words: str, asker: Asker, at: datetime) -> Ticket:
    """A regulator's word that nothing is wrong, with its reasons: the ticket closes, and is not opened again for the same thing."""
    return ticket_decide(ticket=ticket, kind=rules.DISMISSED, words=words, asker=asker, at=at)


def ticket_decide(*, ticket: int, kind: str, words: str, asker: Asker, at: datetime, to: str = "") -> Ticket:
    """What a regulator decides of a ticket, with its reasons: `dismissed`, nothing is wrong; `settled`, the reply suffices; `reopened`, a closed one
    is asked anew; `escalated`, another agency goes on with it, to which the platform owes an answer by a further day.
    """
    if asker.kind not in ("department", "operator"):
        raise rules.NotTheRegulator(actor=asker.key)
    found = ticket_accessible(asker, ticket)
    if kind == rules.ESCALATED:
        held = actors_of_kinds(("department", "supervisor")).filter(key=to).exists()
        if not held or ticket_standing(found).holder == to:
            raise rules.TicketHeld(to=to[:64] or "-")
    elif kind not in rules.DECIDING or to:
        raise rules.TicketHeld(to=to[:64] or kind[:20])
    return _ticket_step(found, kind, words, by=asker.key, at=at, to=to)


def _ticket_step(
    ticket: Ticket, kind: str, words: str, *, by: str, at: datetime, to: str = "", evidence: Sequence[str] = ()
) -> Ticket:
    said = words_fit(words, ("The answer", "答复"), most=1000, needed=True)
    law = law_of(day_of(at))
    within = {
        rules.REPLY: rules.LOOK_WITHIN,
        rules.REOPENED: rules.TICKET_WITHIN,
        rules.ESCALATED: rules.TICKET_WITHIN,
    }.get(kind)
    due_on = day_due(day_of(at), law.parameter(within), law.parameters[within].unit) if within else None
    with transaction.atomic():
        turn_taken("merchants", ticket.platform)
        steps = ticket.steps.count()
        open_ = ticket_standing(ticket).state == "open"
        if kind == rules.REOPENED and open_:
            raise rules.TicketStillOpen(ticket=ticket.pk)
        if kind != rules.REOPENED and not open_:
            raise rules.TicketClosed(ticket=ticket.pk)
        TicketStep.objects.create(
            ticket=ticket, number=steps + 1, kind=kind, words=said, evidence=list(evidence), to=to, due_on=due_on, at=at, by=by
        )  # fmt: skip
        detail = {"kind": kind} | ({"to": to} if to else {}) | ({"evidence": list(evidence)} if evidence else {})
        trace(event="merchants.ticket.answered", by=by, at=at, about=f"merchants-ticket:{ticket.pk}", detail=detail)
    return ticket


def refused_export(*, filing: Filing, by: str, at: datetime) -> Iterator[str]:
    """The refused rows as lines of a CSV file: line, shop and reason. Persons are written out nowhere; whoever sent them has the file."""
    trace(event="merchants.refused.exported", by=by, at=at, about=f"merchants-filing:{filing.pk}")
    rows = Refused.objects.filter(filing=filing).order_by("line").values_list("line", "shop", "reason")
    head: list[Sequence[Any]] = [("line", "shop", "reason", "zh", "en")]
    return iter([csv_lines([*head, *((line, shop, reason, *rules.REASONS[reason]) for line, shop, reason in rows)])])


def refused_resend(
    *, filing: Filing, changes: Mapping[int, Mapping[str, str | None]], by: str, at: datetime
) -> FilingResult:
    """File refused rows again as they came, with what is changed in each, by its line. The rest of a row is taken from where it lies sealed, so
    that nobody who mends a column reads who it names; judged anew, by the law of the day. Refused where something else was filed of the same since.
    """
    platform_for(filing.platform, by, at=at)
    with transaction.atomic():
        kept = refused_unsealed(filing.pk, sorted(changes))
        if missing := sorted(set(changes) - set(kept)):
            raise rules.RefusedUnknown(filing=filing.pk, lines=", ".join(map(str, missing[:20])))
        for line in kept:
            rules.columns_known(filing.kind, changes[line])
        rows = [{**row, **changes[line]} for line, row in kept.items()]
        about = f"merchants-filing:{filing.pk}"
        trace(event="merchants.refused.resent", by=by, at=at, about=about, detail={"rows": len(rows)})
        return merchants_file(platform=filing.platform, kind=filing.kind, rows=rows, by=by, at=at, not_after=filing.pk)


# --- statements of reasons -------------------------------------------------------------------------------------------------------


def statement_file(
    *, platform: str, number: str, shop: str, measure: str, ground: str, reference: str, facts: str, contest: str, decided_on: date, from_on: date,
    until: date | None, detected_by_machine: bool, decided_by_machine: bool, by: str, at: datetime,
) -> Statement:  # fmt: skip
    """Publish why a platform took a measure against a shop of its own; the same again changes nothing, other words are refused."""
    platform_for(platform, by, at=at)
    on = day_of(at)
    law = law_of(on)
    said = {
        "shop": shop, "measure": measure, "ground": ground, "reference": reference, "facts": facts, "contest": contest, "decided_on": decided_on,
        "from_on": from_on, "until": until, "detected_by_machine": detected_by_machine, "decided_by_machine": decided_by_machine,
    }  # fmt: skip
    said |= rules.statement_fit(said, law.code_lists["platform-measures"].choices, on)
    if rules.person_told(number):
        raise rules.StatementUnfit(why="its number names a person.", why_zh="编号指明自然人。")
    within = law.parameters["platform-measure-publish-within"]
    with transaction.atomic():
        turn_taken("merchants", platform)
        if not shops_filed(platform, [shop]):
            raise rules.ShopUnknown(platform=platform, shop=shop)
        before = Statement.objects.filter(platform=platform, number=number).first()
        if before is not None:
            if any(getattr(before, name) != value for name, value in said.items()):
                raise rules.StatementFiled(platform=platform, number=number)
            return before
        publish_by = day_due(decided_on, law.parameter(within.key), within.unit)
        made = Statement.objects.create(platform=platform, number=number, publish_by=publish_by, at=at, by=by, **said)
        trace(
            event="merchants.statement.published",
            by=by,
            at=at,
            about=f"statement:{made.pk}",
            detail={"measure": measure},
        )
    return made


def statement_step(
    *, statement: Statement, kind: str, words: str, asker: Asker, at: datetime, changes: Mapping[str, Any] | None = None
) -> Statement:  # fmt: skip
    """A correction, a contest, its answer or a withdrawal, added beside what was published. A contest comes of the platform, which the shop asked,
    or of a regulator, and of the shop by its own account (`statement_contest`); the rest of the platform alone.
    """
    if kind != "contested" or asker.kind not in ("department", "operator"):
        platform_for(statement.platform, asker.key, at=at)
    return _statement_step(statement, kind, words, by=asker.key, at=at, changes=changes)


def statement_contest(*, statement: Statement, own: OwnShop, words: str, at: datetime) -> Statement:
    """What the shop says against a measure of its platform, by its own account: public beside the statement, and answered by the lawbook's day."""
    if not own.run or (own.platform, own.shop) != (statement.platform, statement.shop):
        raise rules.StatementUnknown(platform=statement.platform, number=statement.number)
    return _statement_step(statement, "contested", words, by=rules.OWN_ACCOUNT, at=at)


def _statement_step(
    statement: Statement, kind: str, words: str, *, by: str, at: datetime, changes: Mapping[str, Any] | None = None
) -> Statement:  # fmt: skip
    said = rules.words_public(words, ("The words", "内容"))
    changed = {name: value for name, value in (changes or {}).items() if value is not None}
    if (kind == "corrected") != bool(changed):
        raise rules.StatementUnfit(
            why="a correction, and nothing else, says what changes.", why_zh="更正须写明更正的内容，其他不写。"
        )
    for name, what in rules.PUBLIC_WORDS.items():
        if name in changed:
            changed[name] = rules.words_public(changed[name], what)
    if "until" in changed:
        if changed["until"] < statement.from_on:
            raise rules.StatementUnfit(why="its days are out of order.", why_zh="日期前后不符。")
        changed["until"] = changed["until"].isoformat()
    with transaction.atomic():
        turn_taken("merchants", statement.platform)
        steps = list(statement.steps.order_by("number"))
        if any(step.kind == "withdrawn" for step in steps):
            raise rules.StatementWithdrawn(number=statement.number)
        due_on = None
        if kind == "contested":
            told = rules.contests_of([(s.number, s.kind, day_of(s.at), s.due_on) for s in steps])
            if told and told[-1].answered_on is None and told[-1].due_on is not None:
                raise rules.StatementContested(number=statement.number, due=told[-1].due_on)
            due_on = _contest_due(at)
        StatementStep.objects.create(
            statement=statement, number=len(steps) + 1, kind=kind, words=said, changes=changed, due_on=due_on, at=at, by=by
        )  # fmt: skip
        trace(
            event="merchants.statement.stepped",
            by=by,
            at=at,
            about=f"statement:{statement.pk}",
            detail={"kind": kind},
        )
    return statement


def _contest_due(at: datetime) -> date:
    """The day by which the lawbook has a platform answer a contest."""
    law = law_of(day_of(at))
    run = law.procedures[rules.CONTEST]
    within = next(step.within for step in run.steps_from(run.opens) if step.within)
    return day_due(day_of(at), law.parameter(within), law.parameters[within].unit)


# --- commitments -----------------------------------------------------------------------------------------------------------------


def commitment_sign(
    *, platform: str, form: str, digest: str, signed_on: date, by: str, at: datetime, shop: str = "", signature: str = ""
) -> Commitment:  # fmt: skip
    """Keep a signed commitment: the platform's own, or a shop's that the platform hands over on its behalf, with the digest of the signed
    paper. The same version signed again changes nothing. With a detached `signature` by the signer's certificate the text of `commitment_text` is
    what was signed, and its digest is kept where no paper's is; what was signed on paper before may be signed so once.
    """
    platform_for(platform, by, at=at)
    entry = form_fitting(platform, form, shop=shop, signed_on=signed_on, at=at)
    certified = _certified(platform, form, shop=shop, signature=signature, signed_on=signed_on, at=at)
    digest = digest or (sha256(certified.text.encode()).hexdigest() if certified else "")
    if not rules.digest_holds(digest):
        raise rules.DigestUnfit
    with transaction.atomic():
        turn_taken("merchants", platform)
        made, _ = _commitment_made(
            platform, form, entry, shop=shop, on_behalf=bool(shop), digest=digest, signed_on=signed_on, by=by, at=at
        )
        _signature_kept(made, certified, signed_on=signed_on, by=by, at=at)
    return made


def commitment_sign_own(
    *, own: OwnShop, form: str, form_from: date, at: datetime, signature: str = ""
) -> Commitment:  # fmt: skip
    """A shop's commitment, signed by its own account, and by its certificate where that came: the version that was shown, of which the whole text's
    digest is kept. What its platform filed for it before, or what it had withdrawn, it signs beside that.
    """
    if not own.run:
        raise rules.ShopUnknown(platform=own.platform, shop=own.shop)
    by, on = rules.OWN_ACCOUNT, day_of(at)
    entry, text = own_text(own, form, signed_on=on, at=at)
    if entry.in_force.from_ != form_from:
        raise rules.CommitmentTextChanged(form=entry.title.zh, now=entry.in_force.from_, shown=form_from)
    digest = sha256(text.encode()).hexdigest()
    certified = _certified(own.platform, form, shop=own.shop, signature=signature, signed_on=on, at=at)
    with transaction.atomic():
        turn_taken("merchants", own.platform)
        made, fresh = _commitment_made(
            own.platform, form, entry, shop=own.shop, on_behalf=False, digest=digest, signed_on=on, by=by, at=at
        )
        steps = list(made.steps.order_by("number"))
        if not fresh and not commitment_own(made, steps):
            _commitment_step(made, steps, "signed", digest=digest, at=at)
        _signature_kept(made, certified, signed_on=on, by=by, at=at)
    return made


def commitment_step(*, own: OwnShop, commitment: int, kind: str, words: str, at: datetime) -> Commitment:
    """What a shop says later of what it signed, as far as the form allows: words that set it right, or that it stands by it no more. It stays readable
    as it was, with the breaches linked to it; what the law asks of the shop is not withdrawn with it.
    """
    made = Commitment.objects.filter(pk=commitment, platform=own.platform, shop=own.shop).first()
    if made is None or not own.run:
        raise rules.CommitmentUnknown(commitment=commitment)
    said = rules.words_public(words, ("The words", "内容"))
    with transaction.atomic():
        turn_taken("merchants", made.platform)
        steps = list(made.steps.order_by("number"))
        why = None
        if kind not in form_known(made).later:
            why = ("its form does not allow it.", "承诺书没有这样规定。")
        elif commitment_state(steps) == "withdrawn":
            why = ("it was withdrawn.", "已经撤回。")
        if why is not None:
            zh = {"corrected": "更正", "withdrawn": "撤回"}.get(kind, "这样办理")
            raise rules.CommitmentStepUnfit(kind=kind[:20], why=why[0], why_zh=why[1], kind_zh=zh)
        _commitment_step(made, steps, kind, words=said, at=at)
    return made


def _commitment_step(
    made: Commitment, steps: Sequence[CommitmentStep], kind: str, *, at: datetime, words: str = "", digest: str = ""
) -> None:
    by = rules.OWN_ACCOUNT
    CommitmentStep.objects.create(
        commitment=made, number=len(steps) + 1, kind=kind, words=words, digest=digest, at=at, by=by
    )
    trace(event="merchants.commitment.stepped", by=by, at=at, about=f"commitment:{made.pk}", detail={"kind": kind})


def _certified(
    platform: str, form: str, *, shop: str, signature: str, signed_on: date, at: datetime
) -> Certified | None:
    """The detached signature of the commitment's text by its signer's certificate, verified; nothing where none came."""
    if not signature:
        return None
    code, text = commitment_text(platform, form, shop=shop, signed_on=signed_on, at=at)
    return certified_of(text, signature, code=code, signed_on=signed_on, at=at)


def _commitment_made(
    platform: str, form: str, entry: CommitmentForm, *, shop: str, on_behalf: bool, digest: str, signed_on: date, by: str, at: datetime
) -> tuple[Commitment, bool]:  # fmt: skip
    made, fresh = Commitment.objects.get_or_create(
        platform=platform, shop=shop, form=form, form_from=entry.in_force.from_,
        defaults={
            "text_digest": sha256(rules.form_text(entry).encode()).hexdigest(), "on_behalf": on_behalf, "digest": digest, "signed_on": signed_on,
            "at": at, "by": by,
        },
    )  # fmt: skip
    if fresh:
        detail = {"form": form, "digest": digest}
        trace(event="merchants.commitment.signed", by=by, at=at, about=f"commitment:{made.pk}", detail=detail)
    return made, fresh


def _signature_kept(made: Commitment, certified: Certified | None, *, signed_on: date, by: str, at: datetime) -> None:
    words: dict[str, Any] = {"event": "merchants.commitment.certified", "about": f"commitment:{made.pk}", "by": by}
    signature_keep(Signature, certified, beside={"commitment_id": made.pk}, at=at, signed_on=signed_on, **words)


def commitment_signature_open(*, commitment: int, by: str, at: datetime) -> dict[str, str]:
    """The text that was signed by certificate and the signature, for whoever must verify it again: written down before it is given, since the
    certificate may name persons.
    """
    words: dict[str, Any] = {"event": "merchants.signature.opened", "about": f"commitment:{commitment}", "by": by}
    held = signature_open(Signature, beside={"commitment_id": commitment}, at=at, **words)
    if held is None:
        raise rules.SignatureUnknown(commitment=commitment)
    return held


def breach_link(
    *, commitment: int, promise: str, source: str, reference: str, digest: str, asker: Asker, at: datetime, record: int | None = None
) -> Breach:  # fmt: skip
    """Link a breach that a complaint, an inspection or a case found to the promise that it breaks, with its evidence. Only a decision makes it a
    record: `record` names the one that is filed, and it must be about the signer.
    """
    made = Commitment.objects.filter(pk=commitment).first()
    if made is None:
        raise rules.CommitmentUnknown(commitment=commitment)
    if asker.kind not in ("department", "operator"):
        raise rules.NotTheRegulator(actor=asker.key)
    form = form_known(made)
    if (
        promise not in form.promises
        or source not in ("complaint", "inspection", "case")
        or not rules.digest_holds(digest)
    ):
        raise rules.BreachUnfit(
            why="its promise, source or evidence is missing.", why_zh="缺少承诺事项、来源或者证据摘要。"
        )
    kept = rules.words_public(reference, ("The reference", "编号"))
    if record is not None and not _record_about(made, record, at):
        raise rules.BreachUnfit(why="that record is not about whoever signed.", why_zh="该记录与承诺人无关。")
    with transaction.atomic():
        turn_taken("merchants", made.platform)
        linked, fresh = Breach.objects.get_or_create(
            commitment=made,
            promise=promise,
            source=source,
            reference=kept,
            record=record,
            defaults={"digest": digest, "at": at, "by": asker.key},
        )
        if fresh:
            detail = {"promise": promise, "source": source, "decided": record is not None}
            trace(event="merchants.breach.linked", by=asker.key, at=at, about=f"commitment:{made.pk}", detail=detail)
    return linked


def _record_about(made: Commitment, record: int, at: datetime) -> bool:
    """Whether the record is about the firm that signed. What an individual seller did is no record here."""
    latest = registrations_known(made.platform, "shops", known_at=at, shops=[made.shop]).first()
    found = Record.objects.filter(pk=record).values_list("subject_id", flat=True).first()
    if latest is None or not latest.code or found is None:
        return False
    try:
        root = subject_of(latest.code, known_at=at)
    except Refusal:
        return False
    return found in members_of(root, known_at=at)


# --- a platform's duties and disclosures; payment firms ----------------------------------------------------------------------------


def duty_state(*, platform: str, duty: str, state: str, words: str, digest: str, asker: Asker, at: datetime) -> Duty:
    """Say how far a platform does a duty: the platform with its evidence, or a regulator with what it found."""
    if asker.kind != "department":
        platform_for(platform, asker.key, at=at)
    law = law_of(day_of(at))
    if duty not in law.code_lists["platform-duties"].choices or state not in ("done", "under-way", "not-done"):
        raise rules.DutyUnfit(
            why=f"there is no duty {duty[:60]}, or no state {state[:20]}.", why_zh="没有该项义务或者状态。"
        )
    if digest and not rules.digest_holds(digest) or state == "done" and not digest:
        raise rules.DutyUnfit(
            why="a duty done has the digest of its evidence.", why_zh="已履行的须有证据材料的摘要（SHA-256）。"
        )
    said = words_fit(words, ("The words", "说明"), most=1000)
    with transaction.atomic():
        turn_taken("merchants", platform)
        version = Duty.objects.filter(platform=platform, duty=duty).count() + 1
        made = Duty.objects.create(
            platform=platform, duty=duty, version=version, state=state, words=said, digest=digest, at=at, by=asker.key
        )
        trace(
            event="merchants.duty.stated",
            by=asker.key,
            at=at,
            about=f"platform:{platform}",
            detail={"duty": duty, "state": state},
        )
    return made


def disclosure_publish(
    *, platform: str, kind: str, title: str, words: str, url: str, since: date, by: str, at: datetime
) -> Disclosure:
    """Publish what a platform discloses of itself: base data, rules, a major event. A later version stands beside the earlier."""
    platform_for(platform, by, at=at)
    if (
        kind not in law_of(day_of(at)).code_lists["platform-disclosures"].choices
        or url
        and not url.startswith(("http://", "https://"))
    ):
        raise rules.DutyUnfit(
            why=f"there is no disclosure {kind[:60]}, or its address is none.", why_zh="没有该公开事项，或者网址有误。"
        )
    heading, said = rules.words_public(title, ("The title", "标题")), rules.words_public(words, ("The words", "内容"))
    with transaction.atomic():
        turn_taken("merchants", platform)
        version = Disclosure.objects.filter(platform=platform, kind=kind, title=heading).count() + 1
        made = Disclosure.objects.create(
            platform=platform, kind=kind, title=heading, version=version, words=said, url=url, since=since, at=at, by=by
        )
        trace(event="merchants.disclosure.published", by=by, at=at, about=f"platform:{platform}", detail={"kind": kind})
    return made


def payer_state(
    *, code: str, name: str, state: str, document: str, decided_on: date, asker: Asker, at: datetime
) -> Payer:
    """Keep what a regulator decided of a payment firm by a document: licensed, ended, or found without a licence."""
    if asker.kind not in ("department", "operator"):
        raise rules.NotTheRegulator(actor=asker.key)
    if not code_holds(code) or state not in ("licensed", "ended", "unlicensed"):
        raise rules.DutyUnfit(why="the code or the state is none.", why_zh="代码或者状态有误。")
    said, paper = rules.words_public(name, ("The name", "名称")), rules.words_public(document, ("The document", "文书"))
    with transaction.atomic():
        turn_taken("merchants", f"payer:{code}")
        version = Payer.objects.filter(code=code).count() + 1
        made = Payer.objects.create(
            code=code,
            name=said,
            version=version,
            state=state,
            document=paper,
            decided_on=decided_on,
            at=at,
            by=asker.key,
        )
        trace(event="merchants.payer.stated", by=asker.key, at=at, about=f"payer:{code}", detail={"state": state})
    return made


# --- files of rows that are filed one by one ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RowsResult:
    """What became of a file whose rows are filed one by one: how many were, and each that was refused, with its line and why."""

    kind: str
    rows: int
    accepted: int
    refused: int
    refused_rows: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed."""
        return dict(self.__dict__)


def rows_file(
    *, kind: str, path: Path, by: Asker, at: datetime, platform: str = "", advance: Advance = lambda rows: None
) -> RowsResult:
    """File statements of reasons, breaches, disclosures or payment firms from a file, each row as a call of the API would: what is refused says why,
    the rest is filed. The same file again changes nothing of statements and breaches; a disclosure or a status that stands is not filed again.
    """
    rows = rows_of_file(path, kind)
    refused = []
    for line, row in rows:
        try:
            _row_file(kind, rules.row_typed(kind, row), platform=platform, by=by, at=at)
        except Refusal as refusal:
            refused.append({"line": line, **refusal.as_dict()})
        advance(1)
    return RowsResult(kind, len(rows), len(rows) - len(refused), len(refused), refused)


def _row_file(kind: str, said: dict[str, Any], *, platform: str, by: Asker, at: datetime) -> None:
    if kind == "statements":
        statement_file(platform=platform, by=by.key, at=at, **said)
    elif kind == "breaches":
        breach_link(asker=by, at=at, **said)
    elif kind == "disclosures":
        platform_for(platform, by.key, at=at)
        stands = Disclosure.objects.filter(platform=platform, kind=said["kind"], title=said["title"]).order_by("-version").first()  # fmt: skip
        if stands is None or any(getattr(stands, name) != value for name, value in said.items()):
            disclosure_publish(platform=platform, by=by.key, at=at, **said)
    else:
        if by.kind not in ("department", "operator"):
            raise rules.NotTheRegulator(actor=by.key)
        held = Payer.objects.filter(code=said["code"]).order_by("-version").first()
        if held is None or any(getattr(held, name) != value for name, value in said.items()):
            payer_state(asker=by, at=at, **said)
