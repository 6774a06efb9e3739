"""Warnings as they stand at an instant: whether the ground holds, what the public sees, what waits for a platform. No job has to run."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actors_titled
from chengxin.cases.rules import Course, course_kept
from chengxin.commerce.merchants.selectors import law_of
from chengxin.commerce.trails.models import Recall
from chengxin.commerce.trails.selectors import recall_running
from chengxin.commerce.warnings import rules
from chengxin.commerce.warnings.models import Warning, WarningPush, WarningStep
from chengxin.commerce.warnings.rules import Ground, Life
from chengxin.kernel.days import day_of
from chengxin.law import Law
from chengxin.lists.rules import Fact, listed
from chengxin.lists.selectors import Claims, claims_read, fact_of
from chengxin.records.models import Record
from chengxin.records.rules import Effect, effect, showable
from chengxin.records.selectors.filed import EVER
from chengxin.signatures.rules import Reply, reply_fit
from chengxin.signatures.selectors import replies_certified


def warning_law(found: Warning, on: date) -> Law:
    """The law of the day in the warning's place."""
    return lawroom.load().on(on, found.jurisdiction)


def warning_course(found: Warning, *, on: date, steps: Iterable[WarningStep] | None = None) -> Course:
    """The warning's procedure by the law of the day on which it was drafted, the steps taken, and what the clock has done by this day."""
    steps = found.steps.order_by("number") if steps is None else steps
    return course_kept(warning_law(found, found.opened_on), rules.PROCEDURE, steps, on=on)


# --- grounds -------------------------------------------------------------------------------------------------------------


def record_state(law: Law, ground: str, list_key: str, fact: Fact, *, on: date) -> str:
    """Whether a record carries a warning on the day: `holds`, `suspended` or `fallen`."""
    entry = law.lists.get(list_key)
    is_one = fact.record_type == rules.SAMPLED and fact.body.get("result") == "fail"
    if ground == rules.LIST_ENTRY:
        is_one = entry is not None and listed(entry, fact)
    state = effect(fact.terms, fact.standing, on=on)
    if not is_one or state is Effect.NONE or not showable(fact.terms, fact.standing, on=on):
        return "fallen"
    return "suspended" if state is Effect.SUSPENDED else "holds"


@dataclass(frozen=True)
class Held:
    """What warnings rest on and what became of them, read at once for many: a constant number of queries, however many they are."""

    claims: Claims
    recalls: Mapping[int, Recall]
    steps: Mapping[int, list[WarningStep]]
    titles: Mapping[str, str]
    certificates: Mapping[str, dict[str, Any]]

    def titled(self, actor: str) -> str:
        """The actor's title, its key where there is none."""
        return self.titles.get(actor, actor)


def held_of(warnings: Sequence[Warning], *, known_at: datetime) -> Held:
    """All that is read to show these warnings as they stood at the instant."""
    steps: dict[int, list[WarningStep]] = {each.pk: [] for each in warnings}
    for step in WarningStep.objects.filter(warning_id__in=steps, at__lte=known_at).order_by("number"):
        steps[step.warning_id].append(step)
    signed = [step_named(each, step) for each in warnings for step in steps[each.pk] if step.doer == "subject"]
    recalls = Recall.objects.filter(pk__in={each.recall_id for each in warnings}).prefetch_related("steps")
    recalled = {each.pk: each for each in recalls}
    actors = {each.authority for each in recalled.values()}
    actors |= {name for each in warnings for name in (each.authority, each.platform)}
    claims = claims_read(each.record_id for each in warnings if each.record_id is not None)
    return Held(claims, recalled, steps, actors_titled(actors), replies_certified(signed, known_at=known_at))


def step_named(found: Warning, step: WarningStep) -> str:
    """A step of a warning as its signature names it."""
    return f"warning:{found.number}/step:{step.number}"


def ground_of(found: Warning, held: Held, *, known_at: datetime) -> Ground:
    """What became of the warning's ground by the instant, and from when it has fallen."""
    if found.recall_id is not None:
        recall = held.recalls[found.recall_id]
        if recall_running(recall, on=day_of(known_at)):
            return Ground("holds")
        ended = [s for s in recall.steps.all() if s.to in ("closed", "withdrawn") and s.at <= known_at]
        return Ground("fallen", max(ended, key=lambda s: s.number).at) if ended else Ground("holds")
    state = _record_at(found, held, known_at)
    if state != "fallen":
        return Ground(state)
    record = int(found.record_id or 0)
    instants = sorted({each for each in _instants(record, held.claims) if found.opened_at < each <= known_at})
    since = rules.fallen_since([(each, _record_at(found, held, each)) for each in instants])
    return Ground("fallen", since or known_at)


def _record_at(found: Warning, held: Held, at: datetime) -> str:
    law, fact = warning_law(found, day_of(at)), held.claims.stood(int(found.record_id or 0), known_at=at)
    return record_state(law, found.ground, found.list, fact, on=day_of(at))


def _instants(record: int, claims: Claims) -> Iterable[datetime]:
    """Every instant at which the record, or the one in its place, may have come to carry nothing."""
    last = claims.stood(record, known_at=EVER)
    for each in {record, last.record}:
        for event in claims.events[each]:
            yield event.at
            if event.on is not None:
                yield max(event.at, rules.day_start(event.on))
    for day in (last.terms.effect_until, last.terms.shown_until):
        if day is not None:
            yield rules.day_start(day)


def record_for(record: int, *, known_at: datetime) -> tuple[Record, Fact] | None:
    """The record that a draft would rest on, with what stands of it at the instant."""
    found = Record.objects.select_related("batch", "subject").filter(pk=record, received_at__lte=known_at).first()
    return (found, fact_of(found, known_at=known_at)) if found else None


# --- how one stands --------------------------------------------------------------------------------------------------------


def life_of(found: Warning, *, known_at: datetime, held: Held | None = None) -> Life:
    """When it was published and taken back, and what became of its ground."""
    held = held or held_of([found], known_at=known_at)
    steps = held.steps[found.pk]
    published = next((step.at for step in steps if step.to in rules.OUT and step.doer == "authority"), None)
    withdrawn = next((step.at for step in steps if step.to == "withdrawn"), None)
    ground = ground_of(found, held, known_at=known_at) if published else Ground("holds")
    if ground.since is not None and published is not None and ground.since < published:
        ground = Ground(ground.state, published)
    return Life(published, withdrawn, ground, found.until)


def warning_state(found: Warning, *, known_at: datetime) -> str:
    """How it stands before the public at the instant."""
    return rules.state_of(life_of(found, known_at=known_at), at=known_at)


def warning_numbered(number: str) -> Warning:
    """The warning of the number, published or not; refuses what is none."""
    parts = rules.number_parts(number)
    found = Warning.objects.filter(pk=parts[1]).first() if parts else None
    if found is None or found.number != number:
        raise rules.WarningUnknown(number=number[:40])
    return found


def warning_public(number: str, *, known_at: datetime) -> dict[str, Any]:
    """A warning as anybody sees it; one that was never published looks like none, and one that is over says so and no more."""
    found = warning_numbered(number)
    shown = warning_shown(found, known_at=known_at)
    if shown["state"] == "unpublished":
        raise rules.WarningUnknown(number=number)
    if shown["state"] == "ended":
        raise rules.WarningEnded(number=number)
    return shown


def warning_shown(found: Warning, *, known_at: datetime, held: Held | None = None) -> dict[str, Any]:
    """What is shown of a warning: its words while it holds; when it holds no more that, as plainly, in their place. The replies always."""
    held = held or held_of([found], known_at=known_at)
    life, steps = life_of(found, known_at=known_at, held=held), held.steps[found.pk]
    state = rules.state_of(life, at=known_at)
    holds = state in ("published", "unpublished")
    kept = ("title", "title_en", "goods", "goods_en", "gtin", "code", "name", "platform", "shop", "shop_title", "until")
    said = {name: getattr(found, name) for name in kept}
    words = {name: getattr(found, name) if holds else "" for name in ("facts", "facts_en", "advice", "advice_en")}
    ground = ground_shown(found, held) | ({} if holds else dict.fromkeys(("ground_key", "document", "decided_by"), ""))
    taken_back = next((step for step in steps if step.to == "withdrawn"), None)
    danger = next((step.words for step in steps if step.to == "urgent"), "")
    return {
        "number": found.number, "state": state, **said, **words, **ground, "platform_title": held.titled(found.platform),
        "authority": found.authority, "authority_title": held.titled(found.authority),
        "published_at": life.published_at, "off_at": life.off_at if state in ("withdrawn", "fallen") else None,
        "shown_until": life.shown_off_until if state in ("withdrawn", "fallen") else None,
        "danger": danger if holds else "", "reasons": taken_back.words if taken_back else "",
        "replies": [
            {"words": step.words, "at": step.at, "certificate": held.certificates.get(step_named(found, step))} for step in steps if step.doer == "subject"
        ],
        "page": f"{settings.CHENGXIN_SITE_URL.rstrip('/')}/warnings/{found.number}",
    }  # fmt: skip


def ground_shown(found: Warning, held: Held) -> dict[str, Any]:
    """The ground by its key, with its title, article, authority and document."""
    law = law_of(found.opened_on)
    code = law.code_lists[rules.GROUNDS].codes[found.ground]
    entry = law.lists.get(found.list)
    title = entry.title if entry else code.title
    key, document, authority = f"recall:{found.recall_id}", "", ""
    if found.record_id is not None:
        record = held.claims.records[found.record_id]
        key, document, authority = f"record:{record.pk}", record.document, record.authority
    else:
        recall = held.recalls[found.recall_id or 0]
        document, authority = recall.document, held.titled(recall.authority)
    return {
        "ground": found.ground, "ground_key": key, "list_key": found.list, "ground_title": title.zh, "ground_title_en": title.en,
        "article": law.cite((entry.basis if entry else code.basis)[0]).zh, "decided_by": authority, "document": document,
    }  # fmt: skip


# --- lists -----------------------------------------------------------------------------------------------------------------


def _out(*, known_at: datetime) -> QuerySet[Warning]:
    """Those that were published by the instant and may still be shown, in no order: whoever shows them sorts them."""
    longest = law_of(day_of(known_at)).parameter(rules.LONGEST)
    since = day_of(known_at) - timedelta(days=longest + 1)
    published = WarningStep.objects.filter(to__in=rules.OUT, doer="authority", at__lte=known_at)
    return Warning.objects.filter(pk__in=published.values("warning_id"), until__gt=since)


def warnings_public(*, known_at: datetime, words: str = "", platform: str = "") -> list[dict[str, Any]]:
    """The warnings shown at the instant, the latest published first, each in its place also when it holds no more; of this platform, and
    with these words in the goods, the shop, the unit or the title. A constant number of queries.
    """
    out = list(_out(known_at=known_at))
    held = held_of(out, known_at=known_at)
    shown = [warning_shown(each, known_at=known_at, held=held) for each in out]
    found = [each for each in shown if each["state"] not in ("unpublished", "ended")]
    wanted, where = words.strip().casefold(), platform.strip().casefold()
    names = ("title", "title_en", "goods", "goods_en", "gtin", "name", "code", "shop_title", "platform_title")
    found = [each for each in found if not wanted or any(wanted in str(each[name]).casefold() for name in names)]
    found = [
        each for each in found if not where or where == each["platform"] or where in each["platform_title"].casefold()
    ]
    return sorted(found, key=lambda each: (each["published_at"], each["number"]), reverse=True)


def warnings_of_shop(platform: str, shop: str, *, known_at: datetime) -> list[dict[str, Any]]:
    """The warnings shown at the instant that name the shop."""
    out = list(_out(known_at=known_at).filter(platform=platform, shop=shop))
    held = held_of(out, known_at=known_at)
    shown = [warning_shown(each, known_at=known_at, held=held) for each in out]
    found = [each for each in shown if each["state"] not in ("unpublished", "ended")]
    return sorted(found, key=lambda each: (each["published_at"], each["number"]), reverse=True)


def warnings_accessible(asker: Asker) -> QuerySet[Warning]:
    """The warnings that the asker may see from their draft on: a department its own, whoever supervises or runs the register all."""
    found = Warning.objects.order_by("-pk")
    if asker.kind in rules.SEEING_ALL:
        return found
    return found.filter(authority=asker.key) if asker.kind == "department" else found.none()


def warning_accessible(asker: Asker, number: str) -> Warning:
    """One of those; unknown and forbidden look alike."""
    found = warning_numbered(number)
    if not warnings_accessible(asker).filter(pk=found.pk).exists():
        raise rules.WarningUnknown(number=number[:40])
    return found


def warning_file(found: Warning, *, known_at: datetime) -> dict[str, Any]:
    """A warning as whoever handles it sees it: all its words, every step, what can be done until when, and what each platform has done."""
    return warnings_filed([found], known_at=known_at)[0]


def warnings_filed(warnings: Iterable[Warning], *, known_at: datetime) -> list[dict[str, Any]]:
    """The same of many, in a constant number of queries."""
    found = list(warnings)
    held, pushes = held_of(found, known_at=known_at), pushes_last_of(found)
    titles = actors_titled(push.platform for each in pushes.values() for push in each)
    return [
        _filed(
            each,
            held,
            [push_shown(p, titles[p.platform], known_at=known_at) for p in pushes[each.pk]],
            known_at=known_at,
        )
        for each in found
    ]


def _filed(found: Warning, held: Held, pushes: list[dict[str, Any]], *, known_at: datetime) -> dict[str, Any]:
    course = warning_course(found, on=day_of(known_at), steps=held.steps[found.pk])
    titles = course.procedure.states
    steps = [
        {
            "number": s.number, "to": s.to, "title": titles[s.to].title.zh, "title_en": titles[s.to].title.en, "doer": s.doer, "by": s.by, "at": s.at,
            "words": s.words, "certificate": held.certificates.get(step_named(found, s)),
        }
        for s in held.steps[found.pk]
    ]  # fmt: skip
    words = {name: getattr(found, name) for name in ("facts", "facts_en", "advice", "advice_en")}
    shown = warning_shown(found, known_at=known_at, held=held)
    open_ = [course.told(each) for each in course.steps]
    return {
        **shown, **words, **ground_shown(found, held), "step": course.state_key, "step_title": course.state.title.zh, "step_title_en": course.state.title.en,
        "last_day": course.last_day, "opened_at": found.opened_at, "opened_by": found.opened_by, "steps": steps, "open": open_, "pushes": pushes,
        "waiting": sum(1 for each in pushes if each["receipted_at"] is None), "late": sum(1 for each in pushes if each["late"]),
    }  # fmt: skip


# --- pushes ----------------------------------------------------------------------------------------------------------------


def pushes_last_of(warnings: Iterable[Warning], platform: str = "") -> Mapping[int, list[WarningPush]]:
    """What each platform, or this one, was told last of each of these warnings, by platform: one query."""
    last: dict[int, list[WarningPush]] = {each.pk: [] for each in warnings}
    told = WarningPush.objects.filter(warning_id__in=last, **({"platform": platform} if platform else {}))
    latest = told.order_by("warning_id", "platform", "-number").distinct("warning_id", "platform")
    for push in latest.select_related("receipt", "warning"):
        last[push.warning_id].append(push)
    return last


def push_shown(push: WarningPush, title: str, *, known_at: datetime) -> dict[str, Any]:
    """What a platform of this title was told, and whether it has acknowledged it."""
    receipt = getattr(push, "receipt", None)
    return {
        "push": push.pk, "platform": push.platform, "platform_title": title, "kind": push.kind, "at": push.at, "due_on": push.due_on,
        "receipted_at": receipt.at if receipt else None, "found": receipt.found if receipt else None, "url": receipt.url if receipt else "",
        "words": receipt.words if receipt else "", "late": receipt is None and rules.late(push.due_on, at=known_at),
    }  # fmt: skip


def push_waiting(found: Warning, platform: str) -> WarningPush | None:
    """What the platform was told last of the warning, where it has not acknowledged that."""
    last = found.pushes.filter(platform=platform).order_by("-number").select_related("receipt").first()
    return last if last is not None and not hasattr(last, "receipt") else None


def warnings_following(*, known_at: datetime) -> Sequence[Warning]:
    """The warnings of which platforms may have to be told something."""
    return list(_out(known_at=known_at).order_by("pk"))


# --- the merchant ----------------------------------------------------------------------------------------------------------


def warning_by_key(number: str, key: str) -> Warning:
    """The warning whose number and key the merchant was given; a wrong number and a wrong key look alike."""
    parts = rules.number_parts(number.strip())
    found = Warning.objects.filter(pk=parts[1]).first() if parts else None
    mark = sha256(key.strip().encode()).digest()
    given = found.keys.values_list("key_hash", flat=True) if found else ()
    if found is None or found.number != number.strip() or not any(hmac.compare_digest(bytes(g), mark) for g in given):
        raise rules.WarningKeyWrong
    return found


def reply_to_sign(found: Warning, words: str, *, signed_on: date | None, at: datetime) -> Reply:
    """The merchant's reply as its certificate signs it: the same before and after the warning is published."""
    return reply_fit(
        about=f"warning:{found.number}", act="reply", code=found.code, signed_on=signed_on, since=found.opened_on, today=day_of(at), words=words
    )  # fmt: skip
