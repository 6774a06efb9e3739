"""Reading what was captured: whose captures and events may be seen by whom, and the events that a question asks for."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from django.db.models import F, Max, Prefetch, Q, QuerySet

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actors_titled
from chengxin.cases.rules import Course, course_kept
from chengxin.commerce.trails.bulk.finding import holds
from chengxin.commerce.trails.models import (
    Capture,
    Declared,
    Event,
    Goods,
    Link,
    NamedQuery,
    Place,
    Recall,
    RecallNotice,
    RecallStep,
)
from chengxin.commerce.trails.rules.asking import (
    After,
    Asked,
    AskedTooLarge,
    CaptureUnknown,
    EventUnknown,
    Matching,
    TracingClosed,
    token_of,
)
from chengxin.commerce.trails.rules.binding import EXTENSION
from chengxin.commerce.trails.rules.identifying import ROOT, goods_of
from chengxin.commerce.trails.rules.identifying import Goods as Goods_
from chengxin.commerce.trails.rules.linking import LOT, PARENT, RUN, SEEN, destinations_of, uri_of
from chengxin.commerce.trails.rules.naming import QueryUnknown, name_token, named_paging
from chengxin.commerce.trails.rules.recalling import ENDED, PROCEDURE, SHOWN, Figures, RecallUnknown, Told, figures_of
from chengxin.commerce.trails.rules.shaping import document_of
from chengxin.commerce.trails.rules.tracing import SHIPPED, Fact, Met, Row, Traced
from chengxin.law.models import Doer

# The kinds of actor that read everybody's events in their work; a firm reads its own, nobody else reads any.
READING_ALL = ("operator", "department", "supervisor")


def tracing_allowed(actor: str, kind: str) -> None:
    """Refuses whoever does not trace goods through everybody's events in their work."""
    if kind not in READING_ALL:
        raise TracingClosed(actor=actor)


def captures_accessible(actor: str, kind: str) -> QuerySet[Capture]:
    """The captures that the actor may see: a firm its own, whoever supervises all of them, nobody else any."""
    found = Capture.objects.order_by("-pk")
    if kind in READING_ALL:
        return found
    return found.filter(actor=actor) if kind in ("platform", "service-firm") else found.none()


def capture_accessible(actor: str, kind: str, capture: int) -> Capture:
    """One capture that the actor may see; unknown and forbidden look alike."""
    found = captures_accessible(actor, kind).filter(pk=capture).first()
    if found is None:
        raise CaptureUnknown(capture=capture, actor=actor)
    return found


def events_accessible(actor: str, kind: str) -> QuerySet[Event]:
    """The events that the actor may see: a firm its own, whoever supervises all of them, nobody else any."""
    if kind in READING_ALL:
        return Event.objects.all()
    return Event.objects.filter(actor=actor) if kind in ("platform", "service-firm") else Event.objects.none()


def queries_accessible(actor: str) -> QuerySet[NamedQuery]:
    """The queries that the actor keeps, by name; nobody sees another's."""
    return NamedQuery.objects.filter(actor=actor).order_by("name")


def queries_page(actor: str, asked: Mapping[str, Sequence[str]]) -> tuple[list[NamedQuery], str]:
    """One page of them and the token of the next; its parameters are the events address's for pages, and no other."""
    most, after = named_paging(asked)
    found = queries_accessible(actor)
    rows = list((found.filter(name__gt=after) if after else found)[: most + 1])
    return rows[:most], name_token(rows[most - 1].name) if len(rows) > most else ""


def query_accessible(actor: str, name: str) -> NamedQuery:
    """One query that the actor keeps; unknown and another's look alike."""
    # No text has a NUL, and the database takes none.
    found = None if "\0" in name else queries_accessible(actor).filter(name=name).first()
    if found is None:
        raise QueryUnknown(name=name[:64], actor=actor)
    return found


def document_captured(capture: Capture) -> dict[str, Any]:
    """The document as it was captured."""
    bodies = Event.objects.filter(capture=capture).order_by("position").values_list("body", flat=True)
    return document_of(json.loads(capture.envelope), [json.loads(body) for body in bodies])


@dataclass(frozen=True)
class Page:
    """So many events as they came, what the register adds of each, and the token of the next page where there is one."""

    events: list[Event]
    next_token: str


def events_asked(events: QuerySet[Event], asked: Asked) -> Page:
    """The events that the question asks for, in its order, one page of them."""
    found = events
    for column, values in asked.columns.items():
        found = found.filter(**{f"{column}__in": values})
    for column, places in asked.below.items():
        found = found.filter(_at_or_below(column, places))
    found = found.filter(**asked.times)
    for each in asked.matching:
        found = found.filter(pk__in=_named(each))
    if asked.declares:
        found = found.filter(declares=True)
    for condition in asked.conditions:
        found = found.filter(holds(condition))
    after = asked.after
    # What is recorded while somebody turns the pages stands on none of them.
    newest = after.newest if after else Event.objects.aggregate(most=Max("pk"))["most"] or 0
    found = found.filter(pk__lte=newest)
    if asked.at_most is not None and found.order_by()[: asked.at_most + 1].count() > asked.at_most:
        raise AskedTooLarge(most=asked.at_most)
    column = "at" if asked.by_time else "recorded_at"
    way = "lt" if asked.descending else "gt"
    if after:
        found = found.filter(
            Q(**{f"{column}__{way}": after.value}) | Q(**{column: after.value, f"pk__{way}": after.number})
        )
    order = [F(column).desc(), F("pk").desc()] if asked.descending else [F(column).asc(), F("pk").asc()]
    given = after.given if after else 0
    most = asked.most if asked.limit is None else max(min(asked.most, asked.limit - given), 0)
    rows = list(found.select_related("capture").order_by(*order)[: most + 1])
    more, rows = len(rows) > most, rows[:most]
    given += len(rows)
    if not more or not rows or given == asked.limit:
        return Page(rows, "")
    return Page(rows, token_of(After(getattr(rows[-1], column), rows[-1].pk, given, newest)))


def _at_or_below(column: str, places: Iterable[str]) -> Q:
    which = Q(pk__in=[])
    for place in places:
        which |= Q(**{column: place}) | Q(**{f"{column}__startswith": f"{place}/"})
    return which


def _named(each: Matching) -> QuerySet[Link, int]:
    which = Q(thing__in=each.exact)
    for start in each.below:
        which |= Q(thing__startswith=start)
    return Link.objects.filter(which, role__in=each.roles).values_list("event_id", flat=True)


def events_of_id(events: QuerySet[Event], event_id: str, actor: str) -> list[Event]:
    """Every event that calls itself so, a declaration of an error among them; refuses where there is none to see."""
    found = list(events.filter(event_id=event_id).select_related("capture").order_by("pk"))
    if not found:
        raise EventUnknown(actor=actor)
    return found


def places_of(glns: Iterable[str]) -> dict[str, str]:
    """Whose each of these places is, of those that are somebody's."""
    latest = Place.objects.filter(gln__in=set(glns)).order_by("gln", "-number").distinct("gln")
    return {place.gln: place.actor for place in latest if place.actor}


def goods_of_gtins(gtins: Iterable[str]) -> dict[str, Goods]:
    """What is said of each of these GTINs, of those that are registered."""
    latest = Goods.objects.filter(gtin__in=set(gtins)).order_by("gtin", "-number").distinct("gtin")
    return {goods.gtin: goods for goods in latest}


def place_titles(glns: Iterable[str]) -> dict[str, Place]:
    """What each of these places is called, of those that are registered."""
    latest = Place.objects.filter(gln__in=set(glns)).order_by("gln", "-number").distinct("gln")
    return {place.gln: place for place in latest}


def facts_of(found: Traced) -> tuple[list[Fact], dict[int, Event]]:
    """What a custody trace found, as facts about the goods, and the events themselves by number."""
    events = {event.pk: event for event in Event.objects.filter(pk__in=found.events)}
    facts: dict[int, Fact] = {}
    # The same event said in two documents is one event.
    first: dict[str, int] = {}
    for number in sorted(events):
        first.setdefault(events[number].hash, number)
    once = set(first.values())
    for met, row in sorted(found.rows, key=lambda each: each[0].carries):
        if (
            row.event in once
            and row.event not in facts
            and row.role not in (RUN, LOT)
            and not (met.carries and row.role == PARENT)
        ):
            facts[row.event] = _fact(events[row.event], met, row)
    return list(facts.values()), events


def _fact(event: Event, met: Met, row: Row) -> Fact:
    return Fact(
        event=event.pk,
        at=event.at,
        kind=event.kind,
        action=event.action,
        step=event.biz_step,
        place=event.read_point or event.biz_location,
        role=row.role,
        carrier=met.thing if met.carries else "",
        parents=row.parents,
        destinations=destinations_of(json.loads(event.body)) if event.biz_step in SHIPPED else (),
    )


def serials_and_lots(goods: Goods_) -> list[str]:
    """Under which keys the goods stand: of a class, every lot and piece of it that was ever named."""
    if goods.level != "class":
        return [goods.path[1:]]
    below = Link.objects.filter(thing__startswith=f"{goods.path[1:]}/").values_list("thing", flat=True)
    return [goods.path[1:], *below.distinct().order_by("thing")]


def declared_among(things: Iterable[str]) -> list[Declared]:
    """The events on these things that were declared wrong, with what declared them."""
    named = Link.objects.filter(thing__in=list(things)).values("event_id")
    found = Declared.objects.filter(event__in=named).exclude(event=F("declaration"))
    return list(found.select_related("event", "declaration").order_by("pk"))


def told_about(event_ids: Iterable[str]) -> list[Event]:
    """The events of people's own, such as reviews and complaints, that point to these ids."""
    links = Link.objects.filter(thing__in=list(event_ids), role=SEEN).values("event_id")
    return list(Event.objects.filter(pk__in=links).order_by("at", "pk"))


def contexts_of(events: Sequence[Event]) -> list[Any]:
    """The contexts under which these events came, each once, the first one first."""
    seen: list[Any] = []
    for event in events:
        context = json.loads(event.capture.context)
        for each in context if isinstance(context, list) else [context]:
            if each not in seen:
                seen.append(each)
    return seen


def query_document(page: Page, *, at: datetime, name: str = "SimpleEventQuery") -> dict[str, Any]:
    """The events as they came, under the name of what asked for them, and beside them what the register adds of each: its id, when it was recorded,
    who said it, in which capture.
    """
    recorded = [
        {
            "eventID": event.event_id,
            "hash": event.hash,
            "recordTime": event.recorded_at.isoformat(),
            "captureID": str(event.capture_id),
            "saidBy": event.actor,
        }
        for event in page.events
    ]
    context = [*contexts_of(page.events), {"chengxin": EXTENSION}]
    return {
        "@context": context,
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": at.isoformat(),
        "epcisBody": {
            "queryResults": {
                "queryName": name,
                "resultsBody": {
                    "eventList": [json.loads(event.body) for event in page.events],
                    "chengxin:recorded": recorded,
                },
            }
        },
    }


# ---- recalls


def recall_course(recall: Recall, *, on: date) -> Course:
    """The recall's procedure by the law of the day on which it opened, the steps taken, and what the clock has done by this day."""
    law = lawroom.load().on(recall.opened_on, recall.jurisdiction)
    steps = sorted(recall.steps.all(), key=lambda step: step.number)
    return course_kept(law, PROCEDURE, steps, on=on)


def recall_running(recall: Recall, *, on: date) -> bool:
    """Whether the goods are still being called back: until it was closed or withdrawn, whoever was late meanwhile."""
    return recall_course(recall, on=on).state.outcome not in ENDED


def recalls_accessible(asker: Asker) -> QuerySet[Recall]:
    """The recalls that the asker may see: whoever supervises all of them, a firm its own and those of which it was told."""
    found = Recall.objects.order_by("-pk")
    if asker.kind in READING_ALL:
        return found
    if asker.kind not in ("platform", "service-firm"):
        return found.none()
    return found.filter(Q(maker=asker.key) | Q(notices__actor=asker.key)).distinct()


def recall_accessible(asker: Asker, recall: int) -> Recall:
    """One recall that the asker may see; unknown and forbidden look alike."""
    found = recalls_accessible(asker).filter(pk=recall).first()
    if found is None:
        raise RecallUnknown(recall=recall, actor=asker.key)
    return found


def notice_accessible(asker: Asker, recall: int) -> RecallNotice:
    """What the asker itself was told of a recall; refuses where it was told nothing."""
    found = RecallNotice.objects.filter(recall=recall, actor=asker.key).first()
    if found is None:
        raise RecallUnknown(recall=recall, actor=asker.key)
    return found


def recall_open_for(key: str, *, on: date) -> int | None:
    """The recall of these very goods that is under way."""
    same = Recall.objects.filter(goods=key).prefetch_related("steps")
    return next((recall.pk for recall in same if recall_running(recall, on=on)), None)


def recalls_reaching(goods: Goods_, beside: Iterable[str], *, on: date) -> list[Recall]:
    """The recalls under way of these goods: of themselves, of their class, or of what they were made of."""
    keys = {goods.path[1:], f"01/{goods.gtin}", *beside}
    found = Recall.objects.filter(goods__in=keys).order_by("pk").prefetch_related("steps")
    return [recall for recall in found if recall_running(recall, on=on)]


def recalls_whole(found: QuerySet[Recall]) -> QuerySet[Recall]:
    """These recalls with their steps and with whom they told, what each receipted and answered: so many statements, however many recalls."""
    notices = RecallNotice.objects.order_by("pk").select_related("receipt").prefetch_related("answers")
    return found.prefetch_related("steps", Prefetch("notices", notices))


def notice_told(notice: RecallNotice) -> Told:
    """What a firm that was told has said so far."""
    receipt = getattr(notice, "receipt", None)
    answer = max(notice.answers.all(), key=lambda each: each.number, default=None)
    if answer is None:
        return Told(notice.due_on, notice.answer_due_on, receipt.held if receipt else None)
    return Told(notice.due_on, notice.answer_due_on, answer.held, True, answer.taken_back, answer.destroyed)


def recall_figures(recall: Recall, *, on: date) -> Figures:
    """A recall in numbers, by the day."""
    return figures_of(map(notice_told, recall.notices.all()), on=on)


def _day_over(recall: Recall, course: Course) -> date | None:
    """On which day a recall was closed or withdrawn."""
    return course.taken[-1].on if course.state.outcome in ENDED else None


def recalls_shown(found: Iterable[Recall], *, on: date) -> list[dict[str, Any]]:
    """Recalls as a list shows them: the goods, whose they are, where each stands, and its figures. Which firms were told stands in none."""
    recalls = list(found)
    named = {recall.pk: goods_of(uri_of(recall.goods)) for recall in recalls}
    titles = goods_of_gtins(goods.gtin for goods in named.values())
    actors = actors_titled({key for recall in recalls for key in (recall.maker, recall.authority)})
    shown = []
    for recall in recalls:
        course, goods = recall_course(recall, on=on), named[recall.pk]
        held = titles.get(goods.gtin)
        ended_on = _day_over(recall, course)
        shown.append({
            "recall": recall.pk, "goods": goods.uri, "path": goods.path, "gtin": goods.gtin, "lot": unquote(goods.lot), "serial": unquote(goods.serial),
            "title": held.title if held else "", "title_en": (held.title_en or held.title) if held else "", "maker": recall.maker,
            "maker_title": actors[recall.maker], "authority": recall.authority, "authority_title": actors[recall.authority], "reason": recall.reason,
            "reason_en": recall.reason_en, "advice": recall.advice, "advice_en": recall.advice_en, "document": recall.document,
            "state": course.state_key, "state_title": course.state.title.zh, "state_title_en": course.state.title.en, "running": ended_on is None,
            "withdrawn": course.state.outcome == "dropped", "opened_at": recall.opened_at, "opened_on": recall.opened_on, "ended_on": ended_on,
            "last_day": course.last_day, **asdict(recall_figures(recall, on=on)),
        })  # fmt: skip
    return shown


def recall_file(recall: Recall, *, asker: Asker, doers: Iterable[Doer], on: date) -> dict[str, Any]:
    """A recall as the asker may see it: its steps, what the asker can do until when, and whom it told: whoever supervises sees each firm, a
    firm itself alone.
    """
    course, whole = recall_course(recall, on=on), asker.kind in READING_ALL
    notices = [each for each in recall.notices.all() if whole or each.actor == asker.key]
    actors = actors_titled({notice.actor for notice in notices})
    states, may = course.procedure.states, set(doers)
    steps = sorted(recall.steps.all(), key=lambda step: step.number)
    return {
        **recalls_shown([recall], on=on)[0],
        "notices": [_notice_shown(notice, actors[notice.actor], on=on) for notice in notices],
        "steps": [
            {"number": s.number, "to": s.to, "title": states[s.to].title.zh, "title_en": states[s.to].title.en, "by": s.doer, "at": s.at, "on": s.on,
             "reasons": s.reasons}
            for s in steps
        ],
        "open": [
            {"to": o.step.to, "by": o.step.by, "title": (o.step.act or states[o.step.to].title).zh,
             "title_en": (o.step.act or states[o.step.to].title).en, "last_day": o.last_day}
            for o in course.steps
            if o.step.by in may
        ],
    }  # fmt: skip


def _notice_shown(notice: RecallNotice, title: str, *, on: date) -> dict[str, Any]:
    told, receipt = notice_told(notice), getattr(notice, "receipt", None)
    answers = sorted(notice.answers.all(), key=lambda each: each.number)
    return {
        "actor": notice.actor, "title": title, "things": notice.things, "events": notice.events, "at": notice.at, "due_on": notice.due_on,
        "answer_due_on": notice.answer_due_on, "receipted_at": receipt.at if receipt else None, "receipt_held": receipt.held if receipt else None,
        "receipt_note": receipt.note if receipt else "", "late": told.late(on), "answer_late": told.answer_late(on), "answered": told.answered,
        "answers": [
            {name: getattr(each, name) for name in ("number", "held", "taken_back", "destroyed", "digest", "note", "at")} for each in answers
        ],
    }  # fmt: skip


MOST_LOTS = 200


def recalls_public(*, on: date, most: int = 100) -> list[dict[str, Any]]:
    """The recalls that anybody sees: those under way first, then those over since the days that the lawbook lets them stay."""
    since = on - timedelta(days=lawroom.load().on(on).parameter(SHOWN))
    over = RecallStep.objects.filter(to__in=["closed", "withdrawn"], on__lte=since).values("recall_id")
    shown = recalls_shown(recalls_whole(Recall.objects.exclude(pk__in=over).order_by("-pk")), on=on)
    found = [each for each in shown if _public(each, on)]
    return sorted(found, key=lambda each: (not each["running"], -each["recall"]))[:most]


def recall_public(recall: int, *, on: date) -> dict[str, Any]:
    """One of those, with the lots that it reached, of what was made of the goods too. Which firms had them is told nobody here."""
    found = recalls_whole(Recall.objects.filter(pk=recall)).first()
    shown = recalls_shown([found], on=on)[0] if found else None
    if found is None or shown is None or not _public(shown, on):
        raise RecallUnknown(recall=recall, actor="public")
    things = {thing for notice in found.notices.all() for thing in notice.things if thing.startswith(f"{ROOT}/01/")}
    goods = [goods_of(thing) for thing in sorted(things)]
    titles = goods_of_gtins(each.gtin for each in goods)
    lots = [each for each in goods if each.level != "class" and each.uri != shown["goods"]]
    return {
        **shown,
        "lots": [
            {"path": each.path, "title": titles[each.gtin].title if each.gtin in titles else each.gtin, "shown": unquote(each.lot or each.serial),
             "lot": each.level == "lot"}
            for each in lots[:MOST_LOTS]
        ],
        "lots_more": len(lots) > MOST_LOTS,
    }  # fmt: skip


def _public(shown: dict[str, Any], on: date) -> bool:
    days = lawroom.load().on(on).parameter(SHOWN)
    return shown["ended_on"] is None or on < shown["ended_on"] + timedelta(days=days)
