"""Taking complaints in, one or in files, and finding what is one dispute."""

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

from chengxin.actors.selectors import Asker
from chengxin.cases.services.running import PaperIn
from chengxin.commerce.complaints import rules
from chengxin.commerce.complaints.models import (
    Complainant,
    Complaint,
    Filing,
    FilingKept,
    Refused,
    complainant_bound,
    words_bound,
)
from chengxin.commerce.complaints.rules import FilingResult, Told, refused_lines, rows_digest
from chengxin.commerce.complaints.selectors import (
    agency_for,
    code_of,
    complaints_headed,
    handler_of,
    head_of,
    leg_course,
    leg_now,
    who_complained,
)
from chengxin.commerce.complaints.services.exhibits import exhibit_add
from chengxin.commerce.complaints.services.stepping import leg_open
from chengxin.commerce.merchants.bulk import code_holds, shops_filed
from chengxin.commerce.merchants.selectors import law_of, platform_acts
from chengxin.kernel.days import day_of, day_read
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_within
from chengxin.law import Law
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken
from chengxin.vault.selectors import seal_of

MOST_ROWS = 20_000
# How far back, and among how many about the same shop, the same person's complaint without an order is looked for.
DAYS_ALIKE, MOST_ALIKE = 90, 200


@dataclass(frozen=True)
class Receipt(rules.Receipt):
    """What whoever complained keeps; by which procedure it is looked into."""

    procedure: str = ""


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
        if not told.order and who_complained(each.complainant)["reach"] != told.reach.strip():
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
        handler = asker.key if asker.kind == "department" else agency_for(kind.sector, code_of(of), known_at=at)
    else:
        handler = told.platform
    leg_open(of, procedure, handler, on=told.received_on, by=asker.key, at=at)


def _receipt(complaint: Complaint, key: str, *, unchanged: bool = False) -> Receipt:
    leg = leg_now(complaint)
    course = leg_course(leg, on=complaint.received_on)
    head = head_of(complaint)
    joined = head.number if head.pk != complaint.pk else ""
    return Receipt(
        complaint.number, key, complaint.received_on, handler_of(leg), course.last_day, joined, unchanged, leg.procedure
    )
