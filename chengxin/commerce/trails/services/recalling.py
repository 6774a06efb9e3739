"""A recall: opened for goods, told to every firm that they reached, receipted, reported, closed by its procedure."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_acting
from chengxin.cases.rules import Course, Taken, course_opened, step_admissible
from chengxin.commerce.merchants.rules import person_told
from chengxin.commerce.trails.bulk.reading import StoredLinks, actors_reached
from chengxin.commerce.trails.models import Recall, RecallAnswer, RecallNotice, RecallReceipt, RecallStep
from chengxin.commerce.trails.rules import identifying, linking
from chengxin.commerce.trails.rules.recalling import (
    ANSWER,
    AUTHORITIES,
    MOST_WORDS,
    PROCEDURE,
    RECEIPT,
    RecallAnswerUnfit,
    RecallOver,
    RecallReasonless,
    RecallReceipted,
    RecallRunning,
    RecallUnfit,
    RecallUnreceipted,
    answer_fit,
    maker_of,
)
from chengxin.commerce.trails.rules.tracing import traced
from chengxin.commerce.trails.selectors import (
    goods_of_gtins,
    notice_accessible,
    recall_accessible,
    recall_course,
    recall_figures,
    recall_file,
    recall_open_for,
    recall_running,
    recalls_accessible,
    recalls_shown,
    recalls_whole,
    serials_and_lots,
)
from chengxin.kernel.days import day_due, day_of
from chengxin.kernel.wording import words_fit
from chengxin.law.models import Doer
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken


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
    answered: int = 0
    answers_late: int = 0
    taken_back: int = 0
    destroyed: int = 0

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
    reason_en: str = "",
    advice: str = "",
    advice_en: str = "",
    jurisdiction: str = "cn",
) -> RecallResult:
    """Call goods back (a class, a lot or a piece): every firm that they reached is told at once, and owes a receipt and an answer by its days.
    `advice` is what a consumer who has the goods is to do.
    """
    named = identifying.goods_of(goods)
    said = {
        "reason": reason.strip(),
        "reason_en": reason_en.strip(),
        "advice": advice.strip(),
        "advice_en": advice_en.strip(),
    }
    if not said["reason"] or any(len(each) > MOST_WORDS or person_told(each) for each in said.values()):
        raise RecallReasonless
    owner = goods_of_gtins([named.gtin]).get(named.gtin)
    whose = maker_of(asker.key, asker.kind, maker, owner.actor if owner else None)
    actor_acting(whose, at=at)
    on, book = day_of(at), lawroom.load()
    law = book.on(on, jurisdiction)
    with transaction.atomic():
        turn_taken("trails.recall", named.path)
        running = recall_open_for(named.path[1:], on=on)
        if running is not None:
            raise RecallRunning(recall=running)
        recall = Recall.objects.create(
            goods=named.path[1:], maker=whose, authority=asker.key, document=document.strip()[:200], **said,
            jurisdiction=jurisdiction, opened_at=at, opened_on=on, opened_by=asker.key, lawbook_digest=book.digest,
        )  # fmt: skip
        doer: Doer = "authority" if asker.kind in AUTHORITIES else "provider"
        course = course_opened(law, PROCEDURE, on=on, by=doer)
        _step_write(recall, course, by=asker.key, at=at, reasons=said["reason"])
        detail = {"goods": recall.goods, "maker": whose, "document": document}
        trace(event="trails.recall.opened", by=asker.key, at=at, about=f"recall:{recall.pk}", detail=detail)
        new = _told(recall, by=asker.key, at=at)
    return _result(recall, on=on, new=new)


def recall_renew(*, recall: int, asker: Asker, at: datetime) -> RecallResult:
    """Trace the goods again and tell the firms that they have reached since; whoever was told is not told twice."""
    with transaction.atomic():
        found = _running(recall_accessible(asker, recall).pk, on=day_of(at))
        if not _doers(found, asker):
            raise RecallUnfit(actor=asker.key, why="the recall is another's", why_zh="这是别人的召回")
        new = _told(found, by=asker.key, at=at)
        trace(event="trails.recall.renewed", by=asker.key, at=at, about=f"recall:{recall}", detail={"told": new})
    return _result(found, on=day_of(at), new=new)


def _told(recall: Recall, *, by: str, at: datetime) -> int:
    """Tell every firm that said an event of the goods, or of what was made of them or carried them, and was not told yet."""
    start = serials_and_lots(identifying.goods_of(linking.uri_of(recall.goods)))
    found = traced(start, "forward", StoredLinks())
    reached = actors_reached(found.events, found.things | found.carriers)
    law = lawroom.load().on(day_of(at), recall.jurisdiction)
    due, answer_due = (day_due(day_of(at), law.parameter(key), law.parameters[key].unit) for key in (RECEIPT, ANSWER))
    before = {*RecallNotice.objects.filter(recall=recall).values_list("actor", flat=True)}
    notices = [
        RecallNotice(
            recall=recall, actor=actor, things=sorted(map(linking.uri_of, things))[:1000], events=count, at=at,
            due_on=due, answer_due_on=answer_due,
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
    said = words_fit(note, ("The note", "说明"), most=MOST_WORDS)
    if not 0 <= held <= 10**9:
        raise RecallAnswerUnfit(why="a number is out of range.", why_zh="数量超出范围。")
    with transaction.atomic():
        _running(found.recall_id, on=day_of(at))
        if RecallReceipt.objects.filter(notice=found).exists():
            raise RecallReceipted(actor=asker.key, recall=found.recall_id)
        receipt = RecallReceipt.objects.create(notice=found, held=held, note=said, at=at, by=asker.key)
        detail = {"held": held}
        trace(event="trails.recall.receipted", by=asker.key, at=at, about=f"recall:{found.recall_id}", detail=detail)
    return receipt


def recall_answer(
    *, recall: int, held: int, taken_back: int, destroyed: int, digest: str, note: str, asker: Asker, at: datetime
) -> RecallAnswer:
    """What became of the goods at a firm that has given its receipt: how many were held, came back, were destroyed, by which evidence. It may
    say so anew while the recall runs, and the latest stands.
    """
    found = notice_accessible(asker, recall)
    answer_fit(held=held, taken_back=taken_back, destroyed=destroyed, digest=digest)
    said = words_fit(note, ("The note", "说明"), most=MOST_WORDS)
    with transaction.atomic():
        _running(found.recall_id, on=day_of(at))
        if not RecallReceipt.objects.filter(notice=found).exists():
            raise RecallUnreceipted(actor=asker.key, recall=found.recall_id)
        answer = RecallAnswer.objects.create(
            notice=found, number=found.answers.count() + 1, held=held, taken_back=taken_back, destroyed=destroyed, digest=digest, note=said, at=at,
            by=asker.key,
        )  # fmt: skip
        detail = {"held": held, "taken_back": taken_back, "destroyed": destroyed, "digest": digest}
        trace(event="trails.recall.answered", by=asker.key, at=at, about=f"recall:{found.recall_id}", detail=detail)
    return answer


def _running(recall: int, *, on: date) -> Recall:
    """The recall, locked; refuses one that is over, whose figures stand."""
    found = Recall.objects.select_for_update().get(pk=recall)
    if not recall_running(found, on=on):
        raise RecallOver(recall=recall)
    return found


def recall_step(*, recall: int, to: str, reasons: str, asker: Asker, at: datetime) -> RecallResult:
    """A step of the recall's procedure: reported by the maker, looked into and closed by the authority, or withdrawn by it."""
    with transaction.atomic():
        found = Recall.objects.select_for_update().get(pk=recall_accessible(asker, recall).pk)
        before = found.steps.count()
        course = recall_course(found, on=day_of(at))
        on = max(day_of(at), course.taken[-1].on)
        has = {"reasons"} if reasons.strip() else set()
        step = step_admissible(course, to=to, by=_doers(found, asker), on=on, has=has)
        for lapsed in course.since(before):
            _step_write(found, lapsed, by="clock", at=at)
        after = course.after(Taken(len(course.taken), to, on, step.by))
        _step_write(found, after, by=asker.key, at=at, reasons=reasons.strip())
        detail: dict[str, Any] = {"to": to}
        if step.to in ("closed", "withdrawn"):
            detail["figures"] = asdict(recall_figures(found, on=day_of(at)))
        trace(event="trails.recall.stepped", by=asker.key, at=at, about=f"recall:{recall}", detail=detail)
    return _result(found, on=day_of(at))


def recalls_read(*, asker: Asker, at: datetime) -> list[RecallResult]:
    """The recalls that the asker may see, each with its receipts."""
    trace(event="trails.recalls.read", by=asker.key, at=at)
    return [_result(recall, on=day_of(at)) for recall in recalls_whole(recalls_accessible(asker))]


def recalls_look(*, asker: Asker, at: datetime, before: int | None = None, most: int = 100) -> list[dict[str, Any]]:
    """The same as a page of a list shows them, newest first."""
    trace(event="trails.recalls.read", by=asker.key, at=at)
    found = recalls_whole(recalls_accessible(asker))
    return recalls_shown((found if before is None else found.filter(pk__lt=before))[:most], on=day_of(at))


def recall_look(*, recall: int, asker: Asker, at: datetime) -> dict[str, Any]:
    """One recall as the asker may see it, with what it can do now."""
    found = recall_accessible(asker, recall)
    trace(event="trails.recall.read", by=asker.key, at=at, about=f"recall:{found.pk}")
    whole = recalls_whole(Recall.objects.filter(pk=found.pk)).get()
    return recall_file(whole, asker=asker, doers=_doers(whole, asker), on=day_of(at))


def _doers(recall: Recall, asker: Asker) -> list[Doer]:
    """The parts that the asker plays. A firm's own recall is closed by whoever supervises, never by itself."""
    doers: list[Doer] = []
    if asker.key == recall.maker:
        doers.append("provider")
    if asker.kind in AUTHORITIES and (recall.authority == asker.key or recall.authority == recall.maker):
        doers.append("authority")
    return doers


def _step_write(recall: Recall, course: Course, *, by: str, at: datetime, reasons: str = "") -> None:
    RecallStep.objects.create(recall=recall, by=by, at=at, reasons=reasons, **course.row)


def _result(recall: Recall, *, on: date, new: int = 0) -> RecallResult:
    course, figures = recall_course(recall, on=on), recall_figures(recall, on=on)
    return RecallResult(
        recall.pk, linking.uri_of(recall.goods), course.state_key, course.last_day, figures.told, figures.receipted, figures.late, figures.held, new,
        figures.answered, figures.answers_late, figures.taken_back, figures.destroyed,
    )  # fmt: skip
