"""What stands around a trade, as it is at an instant: how far a platform was called to its duty, and what of it anybody sees. A list of any of it
takes a constant number of queries, however long it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker, actors_titled
from chengxin.cases.rules import Course, course_kept
from chengxin.commerce.circles import rules
from chengxin.commerce.circles.models import (
    Charter,
    Discipline,
    DisciplineStep,
    Firm,
    Member,
    Neglect,
    NeglectStep,
)
from chengxin.commerce.merchants.models import Registration
from chengxin.commerce.merchants.selectors import law_of
from chengxin.kernel.days import day_of
from chengxin.lists.selectors import Claims, claims_read
from chengxin.records.models import Record
from chengxin.records.rules import Effect, effect, showable
from chengxin.subjects.models import Identifier
from chengxin.subjects.selectors import units_told

# --- a platform's duty -----------------------------------------------------------------------------------------------------


def neglect_course(found: Neglect, steps: Sequence[NeglectStep], *, on: date) -> Course:
    """The procedure by the law of the day on which the file was opened, the steps taken, and what the clock has done by this day."""
    return course_kept(law_of(found.opened_on), rules.PROCEDURE, steps, on=on)


def neglects_accessible(asker: Asker) -> QuerySet[Neglect]:
    """The files that the asker may see: a department its own, a platform those about it, whoever supervises or runs the register all."""
    found = Neglect.objects.order_by("-pk")
    if asker.kind in rules.SEEING_ALL:
        return found
    if asker.kind == "platform":
        return found.filter(platform=asker.key)
    return found.filter(authority=asker.key) if asker.kind == "department" else found.none()


def neglect_accessible(asker: Asker, number: str) -> Neglect:
    """One of those; unknown and forbidden look alike."""
    day, _, count = number.partition("-")
    known = len(day) == 8 and 6 <= len(count) <= 15 and (day + count).isascii() and (day + count).isdigit()
    found = neglects_accessible(asker).filter(pk=int(count)).first() if known else None
    if found is None or found.number != number:
        raise rules.NeglectUnknown(number=number[:40])
    return found


def neglect_shown(found: Neglect, *, known_at: datetime) -> dict[str, Any]:
    """A file as its two sides see it: the duty with its article, what was found, every step, and what can be done until when."""
    return neglects_shown([found], known_at=known_at)[0]


def neglects_shown(files: Iterable[Neglect], *, known_at: datetime) -> list[dict[str, Any]]:
    """The same of many."""
    found = list(files)
    steps, titles = _steps_of(found, known_at), _titles_of(found)
    return [_shown(each, steps[each.pk], titles, on=day_of(known_at)) for each in found]


def neglects_owing(asker: Asker, *, known_at: datetime) -> list[dict[str, Any]]:
    """The files in which a clock runs for the asker, the first due first, as many as the room shows at once."""
    closed = NeglectStep.objects.filter(neglect=OuterRef("pk"), to__in=rules.CLOSED)
    found = neglects_accessible(asker).filter(~Exists(closed)).order_by("pk")[: rules.MOST_OWING]
    doer = "subject" if asker.kind == "platform" else "authority"
    mine = [
        each
        for each in neglects_shown(found, known_at=known_at)
        if each["owing"] == doer and (doer == "subject" or each["authority"] == asker.key)
    ]
    return sorted(mine, key=lambda each: (each["last_day"] or date.max, each["number"]))


def _steps_of(found: Sequence[Neglect], known_at: datetime) -> Mapping[int, list[NeglectStep]]:
    steps: dict[int, list[NeglectStep]] = {each.pk: [] for each in found}
    for step in NeglectStep.objects.filter(neglect__in=steps, at__lte=known_at).order_by("number"):
        steps[step.neglect_id].append(step)
    return steps


def _titles_of(found: Sequence[Neglect]) -> Mapping[str, str]:
    return actors_titled(key for each in found for key in (each.platform, each.authority))


def _shown(found: Neglect, steps: Sequence[NeglectStep], titles: Mapping[str, str], *, on: date) -> dict[str, Any]:
    course = neglect_course(found, steps, on=on)
    states, owing = course.procedure.states, course.owing()
    return {
        **_head(found, titles), "facts": found.facts, "document": found.document, "digest": found.digest, "opened_on": found.opened_on,
        "state": course.state_key, "state_title": course.state.title.zh, "state_title_en": course.state.title.en,
        "last_day": course.last_day, "shown": course.state_key in rules.SHOWN, "owing": owing[0] if owing else "",
        "steps": [
            {
                "to": s.to, "title": states[s.to].title.zh, "title_en": states[s.to].title.en, "doer": s.doer, "on": s.on, "words": s.words,
                "document": s.document, "digest": s.digest, "mend_by": s.mend_by, "record": s.record_id,
            }
            for s in steps
        ],
        "open": [{**course.told(o), "needs": list(o.step.needs)} for o in course.steps],
    }  # fmt: skip


def _head(found: Neglect, titles: Mapping[str, str]) -> dict[str, Any]:
    law = law_of(found.opened_on)
    duty = law.code_lists[rules.DUTIES].codes[found.duty]
    cited = law.cite(duty.basis[0])
    return {
        "number": found.number, "platform": found.platform, "platform_title": titles[found.platform], "duty": found.duty,
        "duty_title": duty.title.zh, "duty_title_en": duty.title.en, "article": cited.zh, "article_en": cited.en,
        "authority": found.authority, "authority_title": titles[found.authority],
    }  # fmt: skip


def platform_acts(platform: str, *, known_at: datetime) -> list[dict[str, Any]]:
    """What departments did about the platform's duties, as anybody sees it: only while it stands. Before the platform was told and heard, while
    it objects, once it is put right, unfounded or over, nothing; a penalty is shown as the record that it is.
    """
    return _acts_of([platform], known_at=known_at)


def _acts_of(platforms: Iterable[str], *, known_at: datetime) -> list[dict[str, Any]]:
    found = list(
        Neglect.objects.filter(platform__in=list(platforms), opened_at__lte=known_at).order_by("platform", "-pk")
    )
    taken, titles, shown = _steps_of(found, known_at), _titles_of(found), []
    for each in found:
        steps = taken[each.pk]
        course = neglect_course(each, steps, on=day_of(known_at))
        if course.state_key not in rules.SHOWN:
            continue
        states = course.procedure.states
        acts = [
            {"to": s.to, "title": states[s.to].title.zh, "title_en": states[s.to].title.en, "on": s.on, "document": s.document, "mend_by": s.mend_by}
            for s in steps
            if s.to in rules.ACTS
        ]  # fmt: skip
        answers = [{"to": s.to, "words": s.words, "on": s.on} for s in steps if s.doer == "subject"]
        shown.append({**_head(each, titles), "facts": each.facts, "state": course.state_key, "state_title": course.state.title.zh,
                      "state_title_en": course.state.title.en, "acts": acts, "answers": answers})  # fmt: skip
    return shown


def enterprise_acts(codes: Sequence[str], *, known_at: datetime) -> list[dict[str, Any]]:
    """The same of the enterprise that runs a platform, by its unified social credit code: a fact, in no check and under no measure."""
    platforms = Actor.objects.filter(kind="platform", code__in=[code for code in codes if code]).order_by("key")
    return _acts_of(platforms.values_list("key", flat=True), known_at=known_at)


# --- firms that support e-commerce -------------------------------------------------------------------------------------


def firms_filed(*, known_at: datetime, kind: str = "", code: str = "") -> list[dict[str, Any]]:
    """The archive: each firm and kind with what each department or platform says of it, by which document. What ended is not shown, nor what a
    decision said whose record is over, repaired, withdrawn or under objection.
    """
    said = Firm.objects.filter(at__lte=known_at, **({"kind": kind} if kind else {}), **({"code": code} if code else {}))
    latest = list(said.order_by("kind", "code", "by", "-version").distinct("kind", "code", "by"))
    kinds = law_of(day_of(known_at)).code_lists[rules.KINDS].codes
    claims = claims_read(each.record_id for each in latest if each.record_id)
    titles = actors_titled(each.by for each in latest)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for each in latest:
        gone = each.state == "ended" or each.kind not in kinds
        if gone or each.record_id and not _stands(claims, each.record_id, known_at):
            continue
        title = kinds[each.kind].title
        head = {
            "code": each.code,
            "name": each.name,
            "kind": each.kind,
            "kind_title": title.zh,
            "kind_title_en": title.en,
        }
        firm = found.setdefault((each.kind, each.code), {**head, "filed": []})
        firm["filed"].append(
            {"state": each.state, "document": each.document, "since": each.since, "by": each.by, "by_title": titles[each.by], "record": each.record_id}
        )  # fmt: skip
    return list(found.values())


def firms_accessible(asker: Asker, *, known_at: datetime, kind: str = "") -> QuerySet[Firm]:
    """What the asker itself says of firms, the latest of each, also what ended; of whoever supervises or runs the register, what anybody says."""
    said = Firm.objects.filter(at__lte=known_at, **({"kind": kind} if kind else {}))
    if asker.kind not in rules.SEEING_ALL:
        said = said.filter(by=asker.key) if asker.kind in rules.FILING_FIRMS else said.none()
    return said.order_by("kind", "code", "by", "-version").distinct("kind", "code", "by")


def firms_said(found: Iterable[Firm], *, known_at: datetime) -> list[dict[str, Any]]:
    """These as whoever filed them sees them, each with whether anybody else does."""
    said = list(found)
    kinds = law_of(day_of(known_at)).code_lists[rules.KINDS].codes
    claims = claims_read(each.record_id for each in said if each.record_id)
    titles = actors_titled(each.by for each in said)
    kept = ("code", "kind", "name", "state", "document", "digest", "since", "by")
    return [
        {
            **{name: getattr(each, name) for name in kept}, "record": each.record_id, "by_title": titles[each.by],
            "kind_title": kinds[each.kind].title.zh if each.kind in kinds else each.kind,
            "kind_title_en": kinds[each.kind].title.en if each.kind in kinds else each.kind,
            "shown": each.state != "ended" and (not each.record_id or _stands(claims, each.record_id, known_at)),
        }
        for each in said
    ]  # fmt: skip


def _stands(claims: Claims, record: int, known_at: datetime) -> bool:
    """Whether the record of a decision counts and may be shown."""
    fact, on = claims.stood(record, known_at=known_at), day_of(known_at)
    return effect(fact.terms, fact.standing, on=on) is Effect.COUNTS and showable(fact.terms, fact.standing, on=on)


# --- associations --------------------------------------------------------------------------------------------------------


def charter_of(association: str, *, known_at: datetime) -> Charter | None:
    """The charter that stands."""
    return Charter.objects.filter(association=association, at__lte=known_at).order_by("-version").first()


def members_filed(association: str, *, known_at: datetime) -> QuerySet[Member]:
    """The association's own members' file, by code: each firm as it was last filed."""
    said = Member.objects.filter(association=association, at__lte=known_at)
    return said.order_by("code", "-version").distinct("code")


def members_known(association: str, *, known_at: datetime) -> list[dict[str, Any]]:
    """The same for a program."""
    found = members_filed(association, known_at=known_at)
    return [{name: getattr(each, name) for name in ("code", "name", "state", "since")} for each in found]


def disciplines_accessible(asker: Asker, *, known_at: datetime) -> QuerySet[Discipline]:
    """What the asker did as an association, the latest first; nobody else has a list."""
    found = Discipline.objects.filter(at__lte=known_at).select_related("charter").order_by("-pk")
    return found.filter(association=asker.key) if asker.kind == "association" else found.none()


def discipline_shown(found: Discipline, *, known_at: datetime) -> dict[str, Any]:
    """An act as association and member see it, with its article of the charter, and each side's words."""
    return disciplines_told([found], known_at=known_at)[0]


def disciplines_told(acts: Iterable[Discipline], *, known_at: datetime) -> list[dict[str, Any]]:
    """The same of many."""
    found, on = list(acts), day_of(known_at)
    titles = actors_titled(each.association for each in found)
    steps: dict[int, list[DisciplineStep]] = {each.pk: [] for each in found}
    for step in DisciplineStep.objects.filter(discipline__in=steps, at__lte=known_at).order_by("number"):
        steps[step.discipline_id].append(step)
    return [_act_told(each, steps[each.pk], titles[each.association], on=on) for each in found]


def _act_told(found: Discipline, steps: Sequence[DisciplineStep], title: str, *, on: date) -> dict[str, Any]:
    act = law_of(found.told_on).code_lists[rules.ACTS_OF_ASSOCIATIONS].codes[found.act].title
    state = rules.act_state([(s.kind, s.on) for s in steps], told_by=found.reply_by, until=found.until, on=on)
    kept = (
        "number", "association", "code", "name", "act", "article", "facts", "document", "digest", "decided_on", "until", "told_on", "reply_by",
    )  # fmt: skip
    return {
        **{name: getattr(found, name) for name in kept}, "association_title": title, "class": rules.REFERENCE,
        "charter": found.charter.title, "charter_document": found.charter.document, "act_title": act.zh, "act_title_en": act.en,
        "state": state, "steps": [{"kind": s.kind, "words": s.words, "on": s.on} for s in steps],
    }  # fmt: skip


def disciplines_shown(*, known_at: datetime, association: str = "", code: str = "") -> list[dict[str, Any]]:
    """The acts that stand, of an association or about a firm: told, replied to or not in time, under no open appeal, and not over."""
    wanted = {k: v for k, v in {"association": association, "code": code}.items() if v}
    found = Discipline.objects.filter(at__lte=known_at, until__gt=day_of(known_at), **wanted).select_related("charter")
    shown = disciplines_told(found.order_by("-pk"), known_at=known_at)
    return [each for each in shown if each["state"] == "stands"]


def discipline_numbered(number: str) -> Discipline:
    """The act of the number; refuses what is none."""
    _, _, count = number.strip().partition("-")
    known = count.isascii() and count.isdigit() and len(count) < 16
    found = Discipline.objects.select_related("charter").filter(pk=int(count)).first() if known else None
    if found is None or found.number != number.strip():
        raise rules.DisciplineUnknown(number=number[:40])
    return found


def discipline_accessible(asker: Asker, number: str, *, known_at: datetime) -> Discipline:
    """One of the asker's own acts; unknown and another's look alike."""
    found = discipline_numbered(number)
    if not disciplines_accessible(asker, known_at=known_at).filter(pk=found.pk).exists():
        raise rules.DisciplineUnknown(number=number[:40])
    return found


def association_shown(association: str, *, known_at: datetime) -> dict[str, Any]:
    """An association as anybody sees it: its charter, how many members its file has, and the acts that stand."""
    return associations_shown([association], known_at=known_at)[0]


def associations_shown(associations: Iterable[str], *, known_at: datetime) -> list[dict[str, Any]]:
    """The same of many."""
    keys = list(associations)
    titles = actors_titled(keys)
    charters = Charter.objects.filter(association__in=keys, at__lte=known_at)
    charter = {each.association: each for each in charters.order_by("association", "-version").distinct("association")}
    said = Member.objects.filter(association__in=keys, at__lte=known_at)
    latest = said.order_by("association", "code", "-version").distinct("association", "code")
    counted = Member.objects.filter(pk__in=latest.values("pk"), state="member").values("association")
    members = dict(counted.annotate(many=Count("pk")).order_by("association").values_list("association", "many"))
    acts: dict[str, list[dict[str, Any]]] = {key: [] for key in keys}
    for act in disciplines_shown(known_at=known_at):
        acts.get(act["association"], []).append(act)
    kept = ("title", "document", "digest", "adopted_on")
    return [
        {
            "association": key, "title": titles[key], "members": members.get(key, 0),
            "charter": {name: getattr(charter[key], name) for name in kept} if key in charter else None, "acts": acts[key],
        }
        for key in keys
    ]  # fmt: skip


# --- price behaviour -------------------------------------------------------------------------------------------------------

_AT_ONCE = 200


def price_cases(*, known_at: datetime, most: int = 100) -> list[dict[str, Any]]:
    """The penalties under the Price Law of firms in e-commerce (those that platforms filed as shops, platforms, and firms of the archive), the
    latest decided first: a view over records, each for as long as it is shown, and not while it is under objection. No sole trader.
    """
    law = law_of(day_of(known_at))
    words = rules.instrument_words(law.instruments[rules.PRICE_LAW].title.zh)
    shops = Registration.objects.filter(kind="shops", at__lte=known_at).exclude(code="").values("code")
    platforms, filed = (
        Actor.objects.filter(kind="platform").values("code"),
        Firm.objects.filter(at__lte=known_at).values("code"),
    )
    selling = Q(value__in=shops) | Q(value__in=platforms) | Q(value__in=filed)
    firms = Identifier.objects.filter(selling, scheme="uscc", known_at__lte=known_at).exclude(value__startswith="92")
    found = Record.objects.filter(
        record_type=rules.PENALTY, subject_id__in=firms.values("subject_id"), received_at__lte=known_at, body__ground__icontains=words
    )  # fmt: skip
    shown: list[dict[str, Any]] = []
    ordered, beyond = found.order_by("-decided_on", "-pk"), 0
    while len(shown) < most and (some := list(ordered[beyond : beyond + _AT_ONCE])):
        beyond += _AT_ONCE
        claims = claims_read(each.pk for each in some)
        standing = [
            r for r in some if _stands(claims, r.pk, known_at) and claims.stood(r.pk, known_at=known_at).record == r.pk
        ]
        told = units_told((each.subject_id for each in standing), known_at=known_at)
        shown += [
            {
                "record": each.pk, "code": told[each.subject_id][0], "name": told[each.subject_id][1],
                "authority": each.authority, "document": each.document, "decided_on": each.decided_on,
                "violation": str(each.body.get("violation_kind") or ""), "ground": str(each.body.get("ground") or ""),
                "shown_until": each.shown_until,
            }
            for each in standing
        ]  # fmt: skip
    return shown[:most]
