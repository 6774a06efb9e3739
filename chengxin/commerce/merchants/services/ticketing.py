"""What is found at shops: tickets opened, answered, decided, and closed when it is mended."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from chengxin.actors.selectors import Asker, actors_of_kinds
from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.bulk import among
from chengxin.commerce.merchants.models import Ticket, TicketStep
from chengxin.commerce.merchants.selectors import (
    findings_known,
    law_of,
    platform_for,
    shop_filed,
    ticket_accessible,
    ticket_standing,
    tickets_open,
)
from chengxin.kernel.days import day_due, day_of
from chengxin.kernel.wording import words_fit
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken


def merchants_review(*, platform: str, by: str, at: datetime) -> dict[str, int]:
    """Look at every shop of the platform as of the day: open a ticket for each thing found that has none, close those whose thing is mended."""
    platform_for(platform, by, at=at)
    with transaction.atomic():
        turn_taken("merchants", platform)
        opened, mended = tickets_renew(platform, by=by, at=at)
        detail = {"opened": opened, "mended": mended}
        trace(event="merchants.platform.reviewed", by=by, at=at, about=f"platform:{platform}", detail=detail)
    return detail


def tickets_renew(platform: str, *, by: str, at: datetime, shops: Iterable[str] | None = None) -> tuple[int, int]:
    """Open a ticket for each finding that has none, and close those that the platform has mended: how many of each. Call it in the platform's turn, in
    the transaction whose entry tells of it.
    """
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
