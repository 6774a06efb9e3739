"""A recall: opened for goods, told to every firm that they reached, receipted, reported, closed by its procedure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_acting
from chengxin.cases.rules import Course, Taken, step_admissible
from chengxin.commerce.trails.bulk.reading import StoredLinks, actors_reached
from chengxin.commerce.trails.models import Recall, RecallNotice, RecallReceipt, RecallStep
from chengxin.commerce.trails.rules import identifying, linking
from chengxin.commerce.trails.rules.recalling import (
    AUTHORITIES,
    PROCEDURE,
    RecallReasonless,
    RecallReceipted,
    RecallRunning,
    maker_of,
)
from chengxin.commerce.trails.rules.tracing import traced
from chengxin.commerce.trails.selectors import (
    goods_of_gtins,
    notice_accessible,
    recall_accessible,
    recall_course,
    recall_open_for,
    recalls_accessible,
    serials_and_lots,
)
from chengxin.kernel.days import day_due, day_of
from chengxin.kernel.identifiers import citizen_number_within
from chengxin.law.models import Doer
from chengxin.ledger.services import trace


@dataclass(frozen=True)
class RecallResult:
    """Where a recall stands: whom the goods reached, who has receipted, what is due."""

    recall: int
    goods: str
    state: str
    last_day: date | None
    told: int
    receipted: int
    late: int
    held: int
    new: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed."""
        return dict(self.__dict__)


def recall_open(
    *,
    goods: str,
    reason: str,
    asker: Asker,
    at: datetime,
    maker: str = "",
    document: str = "",
    jurisdiction: str = "cn",
) -> RecallResult:
    """Call goods back (a class, a lot or a piece): every firm that they reached is told at once, and owes a receipt by its day."""
    named = identifying.goods_of(goods)
    reason = reason.strip()
    if not 0 < len(reason) <= 500 or citizen_number_within(reason):
        raise RecallReasonless
    owner = goods_of_gtins([named.gtin]).get(named.gtin)
    whose = maker_of(asker.key, asker.kind, maker, owner.actor if owner else None)
    actor_acting(whose, at=at)
    on, book = day_of(at), lawroom.load()
    law = book.on(on, jurisdiction)
    with transaction.atomic():
        running = recall_open_for(named.path[1:], on=on)
        if running is not None:
            raise RecallRunning(recall=running)
        recall = Recall.objects.create(
            goods=named.path[1:], maker=whose, authority=asker.key, reason=reason, document=document,
            jurisdiction=jurisdiction, opened_at=at, opened_on=on, opened_by=asker.key, lawbook_digest=book.digest,
        )  # fmt: skip
        run = law.procedures[PROCEDURE]
        doer: Doer = "authority" if asker.kind in AUTHORITIES else "provider"
        taken = Taken(0, run.opens, on, doer)
        _step_write(recall, Course(law, run, [taken]), taken, by=asker.key, at=at, reasons=reason)
        detail = {"goods": recall.goods, "maker": whose, "document": document}
        trace(event="trails.recall.opened", by=asker.key, at=at, about=f"recall:{recall.pk}", detail=detail)
        new = _told(recall, by=asker.key, at=at)
    return _result(recall, on=on, new=new)


def recall_renew(*, recall: int, asker: Asker, at: datetime) -> RecallResult:
    """Trace the goods again and tell the firms that they have reached since; whoever was told is not told twice."""
    with transaction.atomic():
        found = Recall.objects.select_for_update().get(pk=recall_accessible(asker, recall).pk)
        new = _told(found, by=asker.key, at=at)
        trace(event="trails.recall.renewed", by=asker.key, at=at, about=f"recall:{recall}", detail={"told": new})
    return _result(found, on=day_of(at), new=new)


def _told(recall: Recall, *, by: str, at: datetime) -> int:
    """Tell every firm that said an event of the goods, or of what was made of them or carried them, and was not told yet."""
    start = serials_and_lots(identifying.goods_of(linking.uri_of(recall.goods)))
    found = traced(start, "forward", StoredLinks())
    reached = actors_reached(found.events, found.things | found.carriers)
    law = lawroom.load().on(day_of(at), recall.jurisdiction)
    within = law.parameters["recall-receipt-within"]
    due = day_due(day_of(at), law.parameter("recall-receipt-within"), within.unit)
    before = {*RecallNotice.objects.filter(recall=recall).values_list("actor", flat=True)}
    notices = [
        RecallNotice(
            recall=recall, actor=actor, things=sorted(map(linking.uri_of, things))[:1000], events=count, at=at,
            due_on=due,
        )
        for actor, count, things in reached
        if actor not in before and actor != recall.opened_by
    ]  # fmt: skip
    RecallNotice.objects.bulk_create(notices)
    told = [notice.actor for notice in notices]
    trace(
        event="trails.recall.told", by=by, at=at, about=f"recall:{recall.pk}", detail={"told": told, "more": found.more}
    )
    return len(notices)


def recall_receipt(*, recall: int, held: int, note: str, asker: Asker, at: datetime) -> RecallReceipt:
    """A firm's receipt: it knows of the recall, so many were still held and are off sale, and this was done."""
    found = notice_accessible(asker, recall)
    with transaction.atomic():
        Recall.objects.select_for_update().get(pk=found.recall_id)
        if RecallReceipt.objects.filter(notice=found).exists():
            raise RecallReceipted(actor=asker.key, recall=found.recall_id)
        receipt = RecallReceipt.objects.create(notice=found, held=held, note=note.strip()[:500], at=at, by=asker.key)
        detail = {"held": held}
        trace(event="trails.recall.receipted", by=asker.key, at=at, about=f"recall:{found.recall_id}", detail=detail)
    return receipt


def recall_step(*, recall: int, to: str, reasons: str, asker: Asker, at: datetime) -> RecallResult:
    """A step of the recall's procedure: reported by the maker, looked into and closed by the authority, or withdrawn by it."""
    with transaction.atomic():
        found = Recall.objects.select_for_update().get(pk=recall_accessible(asker, recall).pk)
        before = found.steps.count()
        course = recall_course(found, on=day_of(at))
        on = max(day_of(at), course.taken[-1].on)
        has = {"reasons"} if reasons.strip() else set()
        step = step_admissible(course, to=to, by=_doers(found, asker), on=on, has=has)
        for n in range(before, len(course.taken)):
            lapsed = Course(course.law, course.procedure, course.taken[: n + 1])
            _step_write(found, lapsed, course.taken[n], by="clock", at=at, reasons="")
        taken = Taken(len(course.taken), to, on, step.by)
        _step_write(found, course.after(taken), taken, by=asker.key, at=at, reasons=reasons.strip())
        trace(event="trails.recall.stepped", by=asker.key, at=at, about=f"recall:{recall}", detail={"to": to})
    return _result(found, on=day_of(at))


def recalls_read(*, asker: Asker, at: datetime) -> list[RecallResult]:
    """The recalls that the asker may see, each with its receipts."""
    trace(event="trails.recalls.read", by=asker.key, at=at)
    return [_result(recall, on=day_of(at)) for recall in recalls_accessible(asker)]


def _doers(recall: Recall, asker: Asker) -> Iterable[Doer]:
    """The parts that the asker plays. A firm's own recall is closed by whoever supervises, never by itself."""
    doers: list[Doer] = []
    if asker.key == recall.maker:
        doers.append("provider")
    if asker.kind in AUTHORITIES and (recall.authority == asker.key or recall.authority == recall.maker):
        doers.append("authority")
    return doers


def _step_write(recall: Recall, course: Course, taken: Taken, *, by: str, at: datetime, reasons: str) -> None:
    RecallStep.objects.create(
        recall=recall, number=taken.number, to=taken.to, doer=taken.by, by=by, at=at, on=taken.on,
        last_day=course.last_day, reasons=reasons,
    )  # fmt: skip


def _result(recall: Recall, *, on: date, new: int = 0) -> RecallResult:
    course = recall_course(recall, on=on)
    notices = list(recall.notices.select_related("receipt"))
    receipts = [notice.receipt for notice in notices if hasattr(notice, "receipt")]
    late = sum(1 for notice in notices if not hasattr(notice, "receipt") and notice.due_on < on)
    return RecallResult(
        recall.pk, linking.uri_of(recall.goods), course.state_key, course.last_day, len(notices), len(receipts), late,
        sum(receipt.held for receipt in receipts), new,
    )  # fmt: skip
