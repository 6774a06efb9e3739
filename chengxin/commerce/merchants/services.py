"""Filing merchants, and the tickets that come of what is found."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from chengxin.actors.selectors import Asker, actor_acting
from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.bulk import (
    frame_read,
    refused_keep,
    registrations_lay,
    row_part,
    rows_judge,
    rows_read,
    shops_filed,
)
from chengxin.commerce.merchants.models import Filing, Refused, Ticket, TicketStep
from chengxin.commerce.merchants.selectors import findings_known, law_of, ticket_accessible, tickets_open
from chengxin.kernel.days import day_due, day_of
from chengxin.kernel.tables import csv_lines
from chengxin.kernel.wording import words_fit
from chengxin.ledger.services import trace
from chengxin.records.bulk.reading import file_digest

Advance = Callable[[int], None]
SHELF = "goods"


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


def _platform_for(platform: str, by: str, *, at: datetime) -> None:
    """Refuse whoever may not act for the platform: itself does, and the operator with what it handed over."""
    whose, actor = actor_acting(platform, at=at), actor_acting(by, at=at)
    if whose.kind != "platform":
        raise rules.NotAPlatform(actor=whose.title, kind=whose.kind)
    if actor.key != platform and actor.kind != "operator":
        raise rules.FiledForAnother(by=actor.title, platform=whose.title)


def merchants_file(
    *, platform: str, kind: str, by: str, at: datetime, path: Path | None = None, rows: Sequence[Mapping[str, Any]] = (),
    advance: Advance = lambda rows: None,
) -> FilingResult:  # fmt: skip
    """File what a platform says of its shops, their licences or suppliers, from a file or from rows: each row is accepted, refused with its
    reason, or unchanged; all of it or none. The same twice changes nothing. Tickets are opened for what is found, and closed for what is mended.
    """
    _platform_for(platform, by, at=at)
    on = day_of(at)
    law = law_of(on)
    frame = frame_read(path, kind) if path else rows_read(rows, kind)
    digest = (
        file_digest(path) if path else sha256(json.dumps(list(rows), sort_keys=True, default=str).encode()).hexdigest()
    )
    with transaction.atomic():
        _alone(platform)
        codes = {name: list(law.code_lists[name].choices) for name in ("registration-exemptions", "merchant-licences")}
        judged = rows_judge(
            frame,
            kind,
            codes={**codes, SHELF: list(law.goods)},
            shops=lambda named: shops_filed(platform, named),
            on=on,
        )
        same = (
            Filing.objects.filter(platform=platform, kind=kind, digest=digest, lawbook_digest=law.book.digest)
            .order_by("-pk")
            .first()
        )
        by_reason: dict[str, int] = {}
        for _, reason, _ in judged.refused:
            by_reason[reason] = by_reason.get(reason, 0) + 1
        with connection.cursor() as cursor:
            cursor.execute("select nextval(pg_get_serial_sequence('merchants_filing', 'id'))")
            number = cursor.fetchone()[0]
        parted = [row_part(kind, row) for row in judged.good]
        changed = registrations_lay(platform, kind, parted, filing=number, at=at)
        if same is not None and not changed and same.refused == len(judged.refused):
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
            refused=len(judged.refused), unchanged=len(parted) - changed, refused_by_reason=by_reason, at=at, by=by,
        )  # fmt: skip
        refused_keep(filing.pk, judged.refused)
        detail = {"kind": kind, "digest": digest, "accepted": changed, "refused": filing.refused}
        trace(event="merchants.filing.filed", by=by, at=at, about=f"merchants-filing:{filing.pk}", detail=detail)
        opened, mended = _tickets_renew(platform, by=by, at=at, shops={row.shop for row in parted})
        advance(frame.height)
    return FilingResult(
        filing.pk, platform, kind, filing.rows, changed, filing.refused, filing.unchanged, by_reason, opened, mended
    )


def _alone(platform: str) -> None:
    """One at a time files for a platform, or opens and closes its tickets."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('chengxin.merchants'), hashtext(%s))", [platform])


def merchants_review(*, platform: str, by: str, at: datetime) -> dict[str, int]:
    """Look at every shop of the platform as of the day: open a ticket for each thing found that has none, close those whose thing is mended."""
    _platform_for(platform, by, at=at)
    with transaction.atomic():
        _alone(platform)
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
        tickets = tickets.filter(shop__in=some)
    stand = {(t.shop, t.finding, t.item): t for t in tickets_open(tickets, known_at=at)}
    before: dict[tuple[str, str, str], int] = {}
    for shop, finding, item, number in tickets.values_list("shop", "finding", "item", "number"):
        before[shop, finding, item] = max(number, before.get((shop, finding, item), 0))
    law = law_of(on)
    due_on = day_due(on, law.parameter("merchant-ticket-within"), law.parameters["merchant-ticket-within"].unit)
    opened = [
        Ticket(
            platform=platform, shop=f.shop, finding=f.finding, item=f.item, words=f.words, number=before.get(key, 0) + 1, due_on=due_on, at=at, by=by,
        )
        for key, f in sorted(found.items())
        if key not in stand and not _dismissed(before, key, platform)
    ]  # fmt: skip
    Ticket.objects.bulk_create(opened, batch_size=5000)
    mended = [ticket for key, ticket in sorted(stand.items()) if key not in found]
    numbers = _last_steps(mended)
    TicketStep.objects.bulk_create(
        [TicketStep(ticket=t, number=numbers.get(t.pk, 0) + 1, kind="mended", at=at, by=by) for t in mended],
        batch_size=5000,
    )
    return len(opened), len(mended)


def _dismissed(before: Mapping[tuple[str, str, str], int], key: tuple[str, str, str], platform: str) -> bool:
    """Whether the last ticket about the very same thing was dismissed: it is not opened again."""
    if key not in before:
        return False
    last = TicketStep.objects.filter(
        ticket__platform=platform, ticket__shop=key[0], ticket__finding=key[1], ticket__item=key[2], ticket__number=before[key], kind="dismissed",
    )  # fmt: skip
    return last.exists()


def _last_steps(tickets: Sequence[Ticket]) -> dict[int, int]:
    numbers: dict[int, int] = {}
    for ticket, number in TicketStep.objects.filter(ticket__in=tickets).values_list("ticket_id", "number"):
        numbers[ticket] = max(number, numbers.get(ticket, 0))
    return numbers


def ticket_answer(*, ticket: int, words: str, asker: Asker, at: datetime) -> Ticket:
    """The platform's reply to a ticket; it stays open until what was found is mended, or a regulator dismisses it."""
    found = ticket_accessible(asker, ticket)
    _platform_for(found.platform, asker.key, at=at)
    return _step(found, "reply", words, by=asker.key, at=at)


def ticket_dismiss(*, ticket: int, words: str, asker: Asker, at: datetime) -> Ticket:
    """A regulator's word that nothing is wrong, with its reasons: the ticket closes, and is not opened again for the same thing."""
    if asker.kind not in ("department", "operator"):
        raise rules.NotTheRegulator(actor=asker.key)
    return _step(ticket_accessible(asker, ticket), "dismissed", words, by=asker.key, at=at)


def _step(ticket: Ticket, kind: str, words: str, *, by: str, at: datetime) -> Ticket:
    said = words_fit(words, ("The answer", "答复"), most=1000, needed=True)
    with transaction.atomic():
        _alone(ticket.platform)
        steps = list(ticket.steps.order_by("number"))
        if any(step.kind != "reply" for step in steps):
            raise rules.TicketClosed(ticket=ticket.pk)
        TicketStep.objects.create(ticket=ticket, number=len(steps) + 1, kind=kind, words=said, at=at, by=by)
        trace(
            event="merchants.ticket.answered",
            by=by,
            at=at,
            about=f"merchants-ticket:{ticket.pk}",
            detail={"kind": kind},
        )
    return ticket


def refused_export(*, filing: Filing, by: str, at: datetime) -> Iterator[str]:
    """The refused rows as lines of a CSV file: line, shop and reason. Persons are written out nowhere; whoever sent them has the file."""
    trace(event="merchants.refused.exported", by=by, at=at, about=f"merchants-filing:{filing.pk}")
    rows = Refused.objects.filter(filing=filing).order_by("line").values_list("line", "shop", "reason")
    head: list[Sequence[Any]] = [("line", "shop", "reason", "zh", "en")]
    return iter([csv_lines([*head, *((line, shop, reason, *rules.REASONS[reason]) for line, shop, reason in rows)])])
