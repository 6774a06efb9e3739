"""What stands around a trade, as it is at an instant: how far a platform was called to its duty, and what of it anybody sees."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from django.db.models import Q, QuerySet

from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker, actor_titled
from chengxin.cases.rules import Course, Taken, overdue
from chengxin.commerce.circles import rules
from chengxin.commerce.circles.models import Charter, Discipline, Firm, Member, Neglect, NeglectStep
from chengxin.commerce.merchants.models import Registration
from chengxin.commerce.merchants.selectors import law_of
from chengxin.kernel.days import day_of
from chengxin.law.models import Doer
from chengxin.lists.selectors import addressee_of, fact_stood
from chengxin.records.models import Record
from chengxin.records.rules import Effect, effect, showable
from chengxin.subjects.models import Identifier
from chengxin.subjects.selectors import number_of, root_of

# --- a platform's duty -----------------------------------------------------------------------------------------------------


def neglect_course(found: Neglect, steps: Sequence[NeglectStep], *, on: date) -> Course:
    """The procedure by the law of the day on which the file was opened, the steps taken, and what the clock has done by this day."""
    law = law_of(found.opened_on)
    taken = [Taken(s.number, s.to, s.on, cast(Doer, s.doer)) for s in steps]
    course = Course(law, law.procedures[rules.PROCEDURE], taken)
    while (silent := overdue(course, on=on)) is not None:
        course = course.after(silent)
    return course


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
    steps = list(found.steps.filter(at__lte=known_at).order_by("number"))
    course = neglect_course(found, steps, on=day_of(known_at))
    states = course.procedure.states
    return {
        **_head(found), "facts": found.facts, "document": found.document, "digest": found.digest, "opened_on": found.opened_on,
        "state": course.state_key, "state_title": course.state.title.zh, "state_title_en": course.state.title.en,
        "last_day": course.last_day, "shown": course.state_key in rules.SHOWN,
        "steps": [
            {
                "to": s.to, "title": states[s.to].title.zh, "title_en": states[s.to].title.en, "doer": s.doer, "on": s.on, "words": s.words,
                "document": s.document, "digest": s.digest, "mend_by": s.mend_by, "record": s.record_id,
            }
            for s in steps
        ],
        "open": [
            {"to": o.step.to, "by": o.step.by, "title": (o.step.act or states[o.step.to].title).zh,
             "title_en": (o.step.act or states[o.step.to].title).en, "last_day": o.last_day}
            for o in course.steps
        ],
    }  # fmt: skip


def _head(found: Neglect) -> dict[str, Any]:
    law = law_of(found.opened_on)
    duty = law.code_lists[rules.DUTIES].codes[found.duty]
    cited = law.cite(duty.basis[0])
    return {
        "number": found.number, "platform": found.platform, "platform_title": actor_titled(found.platform), "duty": found.duty,
        "duty_title": duty.title.zh, "duty_title_en": duty.title.en, "article": cited.zh, "article_en": cited.en,
        "authority": found.authority, "authority_title": actor_titled(found.authority),
    }  # fmt: skip


def platform_acts(platform: str, *, known_at: datetime) -> list[dict[str, Any]]:
    """What departments did about the platform's duties, as anybody sees it: only while it stands. Before the platform was told and heard, while
    it objects, once it is put right, unfounded or over, nothing; a penalty is shown as the record that it is.
    """
    shown = []
    for found in Neglect.objects.filter(platform=platform, opened_at__lte=known_at).order_by("-pk"):
        steps = list(found.steps.filter(at__lte=known_at).order_by("number"))
        course = neglect_course(found, steps, on=day_of(known_at))
        if course.state_key not in rules.SHOWN:
            continue
        states = course.procedure.states
        acts = [
            {"to": s.to, "title": states[s.to].title.zh, "title_en": states[s.to].title.en, "on": s.on, "document": s.document, "mend_by": s.mend_by}
            for s in steps
            if s.to in rules.ACTS
        ]  # fmt: skip
        answers = [{"to": s.to, "words": s.words, "on": s.on} for s in steps if s.doer == "subject"]
        shown.append({**_head(found), "facts": found.facts, "state": course.state_key, "state_title": course.state.title.zh,
                      "state_title_en": course.state.title.en, "acts": acts, "answers": answers})  # fmt: skip
    return shown


def enterprise_acts(codes: Sequence[str], *, known_at: datetime) -> list[dict[str, Any]]:
    """The same of the enterprise that runs a platform, by its unified social credit code: a fact, in no check and under no measure."""
    platforms = Actor.objects.filter(kind="platform", code__in=[code for code in codes if code]).order_by("key")
    return [each for key in platforms.values_list("key", flat=True) for each in platform_acts(key, known_at=known_at)]


# --- firms that support e-commerce -------------------------------------------------------------------------------------


def firms_filed(*, known_at: datetime, kind: str = "", code: str = "") -> list[dict[str, Any]]:
    """The archive: each firm and kind with what each department or platform says of it, by which document. What ended is not shown, nor what a
    decision said whose record is over, repaired, withdrawn or under objection.
    """
    said = Firm.objects.filter(at__lte=known_at, **({"kind": kind} if kind else {}), **({"code": code} if code else {}))
    latest = said.order_by("kind", "code", "by", "-version").distinct("kind", "code", "by")
    kinds = law_of(day_of(known_at)).code_lists[rules.KINDS].codes
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for each in latest:
        if each.state == "ended" or each.kind not in kinds or each.record_id and not _stands(each.record_id, known_at):
            continue
        title = kinds[each.kind].title
        firm = found.setdefault(
            (each.kind, each.code),
            {
                "code": each.code,
                "name": each.name,
                "kind": each.kind,
                "kind_title": title.zh,
                "kind_title_en": title.en,
                "filed": [],
            },
        )
        firm["filed"].append(
            {"state": each.state, "document": each.document, "since": each.since, "by": each.by, "by_title": actor_titled(each.by), "record": each.record_id}
        )  # fmt: skip
    return list(found.values())


def _stands(record: int, known_at: datetime) -> bool:
    """Whether the record of a decision counts and may be shown."""
    fact, on = fact_stood(record, known_at=known_at), day_of(known_at)
    return effect(fact.terms, fact.standing, on=on) is Effect.COUNTS and showable(fact.terms, fact.standing, on=on)


# --- associations --------------------------------------------------------------------------------------------------------


def charter_of(association: str, *, known_at: datetime) -> Charter | None:
    """The charter that stands."""
    return Charter.objects.filter(association=association, at__lte=known_at).order_by("-version").first()


def members_known(association: str, *, known_at: datetime) -> list[dict[str, Any]]:
    """The association's own members' file: each firm as it was last filed."""
    said = (
        Member.objects.filter(association=association, at__lte=known_at).order_by("code", "-version").distinct("code")
    )
    return [{name: getattr(each, name) for name in ("code", "name", "state", "since")} for each in said]


def discipline_shown(found: Discipline, *, known_at: datetime) -> dict[str, Any]:
    """An act as association and member see it, with its article of the charter, and each side's words."""
    on = day_of(known_at)
    steps = list(found.steps.filter(at__lte=known_at).order_by("number"))
    title = law_of(found.told_on).code_lists[rules.ACTS_OF_ASSOCIATIONS].codes[found.act].title
    state = rules.act_state([(s.kind, s.on) for s in steps], told_by=found.reply_by, until=found.until, on=on)
    kept = (
        "number",
        "association",
        "code",
        "name",
        "act",
        "article",
        "facts",
        "document",
        "decided_on",
        "until",
        "reply_by",
    )
    return {
        **{name: getattr(found, name) for name in kept}, "association_title": actor_titled(found.association), "class": rules.REFERENCE,
        "charter": found.charter.title, "charter_document": found.charter.document, "act_title": title.zh, "act_title_en": title.en,
        "state": state, "steps": [{"kind": s.kind, "words": s.words, "on": s.on} for s in steps],
    }  # fmt: skip


def disciplines_shown(*, known_at: datetime, association: str = "", code: str = "") -> list[dict[str, Any]]:
    """The acts that stand, of an association or about a firm: told, replied to or not in time, under no open appeal, and not over."""
    wanted = {k: v for k, v in {"association": association, "code": code}.items() if v}
    found = Discipline.objects.filter(at__lte=known_at, until__gt=day_of(known_at), **wanted).select_related("charter")
    shown = [discipline_shown(each, known_at=known_at) for each in found.order_by("-pk")]
    return [each for each in shown if each["state"] == "stands"]


def discipline_numbered(number: str) -> Discipline:
    """The act of the number; refuses what is none."""
    _, _, count = number.strip().partition("-")
    known = count.isascii() and count.isdigit() and len(count) < 16
    found = Discipline.objects.select_related("charter").filter(pk=int(count)).first() if known else None
    if found is None or found.number != number.strip():
        raise rules.DisciplineUnknown(number=number[:40])
    return found


def association_shown(association: str, *, known_at: datetime) -> dict[str, Any]:
    """An association as anybody sees it: its charter, how many members its file has, and the acts that stand."""
    charter = charter_of(association, known_at=known_at)
    members = [each for each in members_known(association, known_at=known_at) if each["state"] == "member"]
    return {
        "association": association, "title": actor_titled(association), "members": len(members),
        "charter": {name: getattr(charter, name) for name in ("title", "document", "digest", "adopted_on")} if charter else None,
        "acts": disciplines_shown(known_at=known_at, association=association),
    }  # fmt: skip


# --- price behaviour -------------------------------------------------------------------------------------------------------


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
    for record in found.order_by("-decided_on", "-pk").iterator(chunk_size=200):
        if len(shown) >= most:
            break
        if _stands(record.pk, known_at) and fact_stood(record.pk, known_at=known_at).record == record.pk:
            firm = root_of(record.subject_id, known_at=known_at)
            shown.append(
                {
                    "record": record.pk, "code": number_of(firm, known_at=known_at), "name": addressee_of(firm, known_at=known_at)[0],
                    "authority": record.authority, "document": record.document, "decided_on": record.decided_on,
                    "violation": str(record.body.get("violation_kind") or ""), "ground": str(record.body.get("ground") or ""),
                    "shown_until": record.shown_until,
                }
            )  # fmt: skip
    return shown
