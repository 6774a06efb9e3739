"""A consumer warning: drafted, told to the merchant and heard, published, pushed, acknowledged, taken back. Each in one transaction with its trace."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction

from chengxin import law as lawroom
from chengxin.accounts.services.confirming import act_by_two
from chengxin.actors.selectors import Asker, actor_acting, actor_titled, actors_of_kinds
from chengxin.cases.rules import Course, Taken, Telling, course_opened, step_admissible
from chengxin.cases.services.telling import notice_write
from chengxin.commerce.merchants.bulk import identity_unsealed
from chengxin.commerce.merchants.selectors import law_of, shop_filed, shop_shown
from chengxin.commerce.trails.models import Recall
from chengxin.commerce.trails.rules.identifying import goods_of
from chengxin.commerce.trails.rules.linking import uri_of
from chengxin.commerce.trails.selectors import goods_of_gtins, recall_running
from chengxin.commerce.warnings import rules
from chengxin.commerce.warnings.models import Warning, WarningKey, WarningPush, WarningReceipt, WarningStep
from chengxin.commerce.warnings.selectors import (
    held_of,
    life_of,
    push_shown,
    push_waiting,
    pushes_last_of,
    record_for,
    record_state,
    reply_to_sign,
    step_named,
    warning_accessible,
    warning_by_key,
    warning_course,
    warning_file,
    warning_numbered,
    warning_shown,
    warnings_accessible,
    warnings_filed,
    warnings_following,
)
from chengxin.kernel.days import day_due, day_of
from chengxin.law import Law
from chengxin.law.models import Doer
from chengxin.ledger.services import trace
from chengxin.lists.selectors import addressee_of
from chengxin.records.selectors.filed import fields_written
from chengxin.signatures.selectors import reply_certified
from chengxin.signatures.services import reply_keep, reply_open
from chengxin.subjects.models import Kind
from chengxin.subjects.selectors import number_of, root_of

BY_MERCHANT = "public"


@dataclass(frozen=True)
class Grounded:
    """What a draft rests on, whom it is therefore about, and what goods."""

    subject: int | None
    code: str
    name: str
    goods: str
    goods_en: str
    gtin: str
    record: int | None = None
    recall: int | None = None


@dataclass(frozen=True)
class WarningResult:
    """Where a warning stands after a step; `key` is the merchant's for its reply, shown once; `told` how many platforms were told."""

    number: str
    step: str
    state: str
    last_day: date | None
    until: date
    key: str = ""
    told: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed and returned."""
        return dict(self.__dict__)


# --- drafting --------------------------------------------------------------------------------------------------------------


def warning_draft(
    *, ground: str, said: Mapping[str, str], until: date, asker: Asker, at: datetime, record: int | None = None, recall: int | None = None,
    list_key: str = "", platform: str = "", shop: str = "", jurisdiction: str = "",
) -> WarningResult:  # fmt: skip
    """Draft a warning on one ground: a decided entry on a list that is in force, a failed sampling result, or a recall under way. It names the
    ground's unit, and a shop of the unit's where the platform filed one; of an individual seller nothing but the shop's name.
    """
    if asker.kind not in rules.AUTHORITIES:
        raise rules.WarningNotYours(
            actor=asker.key, why="departments and the supervising department do.", why_zh="由部门和主管部门办理。"
        )
    on, place, book = day_of(at), jurisdiction or settings.CHENGXIN_PLACE, lawroom.load()
    law = book.on(on, place)
    rests = _grounded(law, ground, list_key, record, recall, asker=asker, at=at)
    shop_title, persons = _shop(platform, shop, rests, ground, at=at) if shop else ("", ())
    given = {**said, "goods": said.get("goods") or rests.goods, "goods_en": said.get("goods_en") or rests.goods_en}
    texts = rules.texts_fit(given, persons)
    rules.nobody_named(shop_title, "店铺名称", "the shop’s name", ())
    rules.term_fit(until, most=law.parameter(rules.LONGEST), on=on)
    with transaction.atomic():
        made = Warning.objects.create(
            ground=ground, list=list_key if ground == rules.LIST_ENTRY else "", record_id=rests.record, recall_id=rests.recall,
            subject_id=rests.subject, code=rests.code, name=rests.name, platform=platform if shop else "", shop=shop, shop_title=shop_title or shop,
            gtin=rests.gtin, **texts, until=until, jurisdiction=place, authority=asker.key, opened_at=at, opened_on=on, opened_by=asker.key,
            account=asker.account or 0, lawbook_digest=book.digest,
        )  # fmt: skip
        opened = course_opened(law, rules.PROCEDURE, on=on, by="authority")
        _step_write(made, opened, by=asker.key, at=at, words="")
    return _result(made, at=at)


def _grounded(
    law: Law, ground: str, list_key: str, record: int | None, recall: int | None, *, asker: Asker, at: datetime
) -> Grounded:
    if ground not in law.code_lists[rules.GROUNDS].choices:
        raise rules.WarningGroundUnfit(why=f"“{ground}” is no ground.", why_zh=f"没有“{ground}”这种依据。")
    if ground == rules.RECALL:
        return _recalled(recall, asker=asker, at=at)
    found = record_for(record or 0, known_at=at)
    if found is None:
        raise rules.WarningGroundUnfit(why=f"there is no record {record}.", why_zh=f"没有编号为{record}的记录。")
    filed, fact = found
    if asker.kind == "department" and filed.batch.actor != asker.key:
        raise rules.WarningNotYours(
            actor=asker.key, why="the record is another’s decision.", why_zh="该记录是别的单位的决定。"
        )
    entry, record_type = law.lists.get(list_key), law.record_types.get(filed.record_type)
    if ground == rules.LIST_ENTRY and (entry is None or record_type is None or record_type.tone != "adverse"):
        raise rules.WarningGroundUnfit(
            why=f"“{list_key}” is no list of adverse entries.", why_zh=f"“{list_key}”不是失信名单。"
        )
    if record_type is None or record_type.of_persons or filed.subject.kind != Kind.ORGANISATION:
        raise rules.WarningGroundUnfit(why="it is about a natural person.", why_zh="它关于自然人。")
    if record_type.publication != "public" or record_state(law, ground, list_key, fact, on=day_of(at)) != "holds":
        raise rules.WarningGroundUnfit(
            why="the record is not of this kind, not public, past its term, repaired or under objection.",
            why_zh="该记录不属于此类、不公开、已过期、已修复或者正在异议中。",
        )
    subject = root_of(filed.subject_id, known_at=at)
    name = str(fields_written(filed, record_type).get(record_type.roles.name or "") or "")
    gtin, goods = str(fact.body.get("gtin") or ""), str(fact.body.get("product") or "")
    return Grounded(
        subject, number_of(subject, known_at=at), name or addressee_of(subject, known_at=at)[0], goods, "", gtin, record=filed.pk
    )  # fmt: skip


def _recalled(recall: int | None, *, asker: Asker, at: datetime) -> Grounded:
    found = Recall.objects.filter(pk=recall or 0, opened_at__lte=at).first()
    if found is None or not recall_running(found, on=day_of(at)):
        raise rules.WarningGroundUnfit(why=f"no recall {recall} is under way.", why_zh=f"没有进行中的召回{recall}。")
    if asker.kind == "department" and asker.key != found.authority:
        raise rules.WarningNotYours(
            actor=asker.key, why="another authority has the recall.", why_zh="该召回由别的机关办理。"
        )
    named = goods_of(uri_of(found.goods))
    titled = goods_of_gtins([named.gtin]).get(named.gtin)
    goods = (titled.title, titled.title_en) if titled else (named.gtin, named.gtin)
    return Grounded(None, "", actor_titled(found.maker), *goods, named.gtin, recall=found.pk)


def _shop(platform: str, shop: str, rests: Grounded, ground: str, *, at: datetime) -> tuple[str, Iterable[str]]:
    """The shop's name, and the names of whoever the platform verified behind it, which may stand nowhere in a warning."""
    shown = shop_shown(platform, shop, on=day_of(at), known_at=at)
    same = shown.code == rests.code if rests.code else shown.name == rests.name
    rules.shop_named(shop, shown.kind, shown.state == "closed", same_unit=same, ground=ground)
    identity = identity_unsealed(shop_filed(platform, shop, known_at=at))
    persons = [str(identity.get(name) or "") for name in ("name", "legal_representative", "principal")]
    return shown.title, [each for each in persons if each != rests.name]


# --- steps -----------------------------------------------------------------------------------------------------------------


def warning_step(*, number: str, to: str, words: str, asker: Asker, at: datetime) -> WarningResult:
    """A step of the authority's: tell the merchant and hear it, publish, drop, or withdraw. What is published is pushed to every platform at
    once, and so is a withdrawal.
    """
    if to not in rules.STEPS:
        raise rules.WarningNotYours(
            actor=asker.key, why=f"“{to}” is no step of an authority’s.", why_zh=f"“{to}”不是由机关办理的步骤。"
        )
    said = rules.words_fit(words, "理由", "the reasons")
    with transaction.atomic():
        found = _locked(warning_accessible(asker, number))
        if to == "published":
            _publishable(found, at=at)
        _taken(found, to, ("authority",), by=asker.key, at=at, words=said)
        key = _merchant_told(found, by=asker.key, at=at) if to == "heard" else ""
        told = _pushed(found, by=asker.key, at=at)
    return _result(found, at=at, key=key, told=told)


def warning_urgent(*, number: str, words: str, asker: Asker, at: datetime) -> WarningResult:
    """Publish at once, since there is danger to life: a second officer, with the lawbook's duty and in its hours, states why. The merchant is
    told, and replies after; its reply stands beside the warning.
    """
    entry = act_by_two(rules.BY_TWO, at=at)
    said = rules.words_fit(words, "危及生命的理由", "the reason of danger to life")
    with transaction.atomic():
        found = _locked(warning_accessible(asker, number))
        if entry is None:
            raise rules.WarningSecondWanted(why="the lawbook has no entry for it.", why_zh="法典没有这一条目。")
        second = rules.second_fit(
            first=found.account, second=asker.account, duty=entry.duty, duties=asker.duties,
            until=found.opened_at + timedelta(hours=entry.hours), at=at,
        )  # fmt: skip
        _publishable(found, at=at)
        has = {"approval"}
        _taken(found, "urgent", ("authority",), by=asker.key, at=at, words=said, has=has, two=(found.account, second))
        key = _merchant_told(found, by=asker.key, at=at)
        told = _pushed(found, by=asker.key, at=at)
    return _result(found, at=at, key=key, told=told)


def warning_reply(
    *, number: str, key: str, words: str, at: datetime, signature: str = "", signed_on: date | None = None
) -> WarningResult:  # fmt: skip
    """The merchant's reply, by the number and key that it was given: before publishing it must be answered, afterwards it stands beside the
    warning. A later one stands beside the earlier. With a detached `signature` by the unit's certificate the text of `reply_to_sign` is what was said.
    """
    said = rules.words_fit(words, "答复", "the reply")
    with transaction.atomic():
        found = _locked(warning_by_key(number, key))
        state = warning_course(found, on=day_of(at)).state_key
        to = "published" if state in rules.OUT else "replied"
        reply = reply_to_sign(found, said, signed_on=signed_on, at=at) if signature.strip() else None
        certified = reply_certified(reply, signature, at=at) if reply else None
        step = _taken(found, to, ("subject",), by=BY_MERCHANT, at=at, words=said)
        if reply:
            about = step_named(found, step)
            reply_keep(
                certified, about=about, signed_on=reply.signed_on, by=BY_MERCHANT, at=at, subject=found.subject_id
            )
    return _result(found, at=at)


def warning_signature(*, number: str, step: int, asker: Asker, at: datetime) -> dict[str, str]:
    """The text of a reply and its signature by certificate, for whoever handles the warning and verifies again; written down."""
    found = warning_accessible(asker, number)
    about = f"warning:{found.number}/step:{step}"
    return reply_open(about=about, title=f"{found.number}/{step}", by=asker.key, at=at, subject=found.subject_id)


def _locked(found: Warning) -> Warning:
    return Warning.objects.select_for_update().get(pk=found.pk)


def _publishable(found: Warning, *, at: datetime) -> None:
    """Refuses what has lost its ground since the draft, or is over."""
    law = lawroom.load().on(day_of(at), found.jurisdiction)
    rules.term_fit(found.until, most=law.parameter(rules.LONGEST), on=day_of(at))
    if found.record_id is not None:
        held = record_for(found.record_id, known_at=at)
        holds = held is not None and record_state(law, found.ground, found.list, held[1], on=day_of(at)) == "holds"
    else:
        holds = recall_running(Recall.objects.get(pk=found.recall_id or 0), on=day_of(at))
    if not holds:
        raise rules.WarningGroundUnfit(
            why="it holds no more, or is under objection.", why_zh="依据已不成立，或者正在异议中。"
        )


def _taken(
    found: Warning, to: str, doers: Iterable[Doer], *, by: str, at: datetime, words: str, has: Iterable[str] = (),
    two: tuple[int, int] | None = None,
) -> WarningStep:  # fmt: skip
    before = found.steps.count()
    course = warning_course(found, on=day_of(at))
    on = max(day_of(at), course.taken[-1].on)
    there = {*has, *({"reasons"} if words else set())}
    step = step_admissible(course, to=to, by=doers, on=on, has=there)
    for lapsed in course.since(before):
        _step_write(found, lapsed, by="clock", at=at, words="")
    after = course.after(Taken(len(course.taken), to, on, step.by))
    return _step_write(found, after, by=by, at=at, words=words, two=two)


def _step_write(
    found: Warning, course: Course, *, by: str, at: datetime, words: str, two: tuple[int, int] | None = None
) -> WarningStep:
    first, second = two or (None, None)
    made = WarningStep.objects.create(
        warning=found, by=by, at=at, words=words, first=first, second=second, **course.row
    )  # fmt: skip
    detail = {"to": made.to, "by": made.doer, "on": made.on, **({"second": second} if two else {})}
    trace(
        event="warnings.warning.stepped", by=by, at=at, subject=found.subject_id, about=f"warning:{found.number}", detail=detail
    )  # fmt: skip
    return made


def _merchant_told(found: Warning, *, by: str, at: datetime) -> str:
    """Give the merchant its key, in a letter where the register knows the unit; returned once for whoever hands it over otherwise."""
    key = secrets.token_hex(9)  # no dash, which a command line would read as an option
    WarningKey.objects.create(warning=found, key_hash=sha256(key.encode()).digest(), at=at, by=by)
    if found.subject_id is not None:
        course = warning_course(found, on=day_of(at))
        address = f"{settings.CHENGXIN_SITE_URL.rstrip('/')}/warnings/{found.number}/reply"
        last = course.last_day
        who = actor_titled(found.authority)
        zh = f"{who}拟发布或者已发布关于你单位的消费警示{found.number}：{found.title}。"
        zh += f"你单位可在{address}答复，查询码{key}，最迟{last}。答复与警示一并公示。"
        en = f"Consumer warning {found.number}: {found.title_en}. You may reply at {address} with the key {key}, by {last}. The reply is shown beside the warning."
        telling = Telling(f"消费警示{found.number} / Consumer warning {found.number}", f"{zh}\n\n{en}\n")
        to = addressee_of(found.subject_id, known_at=at)[1]
        notice_write(subject=found.subject_id, about=f"warning:{found.number}", to=to, telling=telling, by=by, at=at)
    return key


# --- telling platforms -----------------------------------------------------------------------------------------------------


def warnings_follow(*, by: str, at: datetime) -> int:
    """Tell every platform what changed of every warning that is before the public: one published, one whose ground is under objection or has
    fallen, and one that a platform admitted since does not know. Returns how many were told.
    """
    told, out = 0, warnings_following(known_at=at)
    held, last = held_of(out, known_at=at), pushes_last_of(out)
    acting = {actor.key for actor in actors_of_kinds(["platform"])}
    for found in out:
        state = rules.state_of(life_of(found, known_at=at, held=held), at=at)
        before = {push.platform: push.kind for push in last[found.pk]}
        # Looked at for all of them at once; what is to be told is looked at again under the warning's lock.
        if any(rules.push_wanted(state, before.get(platform)) is not None for platform in acting):
            with transaction.atomic():
                told += _pushed(_locked(found), by=by, at=at)
    return told


def _pushed(found: Warning, *, by: str, at: datetime) -> int:
    state = rules.state_of(life_of(found, known_at=at), at=at)
    within = law_of(day_of(at)).parameters[rules.RECEIPT_WITHIN]
    due = day_due(day_of(at), law_of(day_of(at)).parameter(rules.RECEIPT_WITHIN), within.unit)
    last = {p.platform: p for p in found.pushes.order_by("platform", "-number").distinct("platform")}
    acting = {actor.key for actor in actors_of_kinds(["platform"])}
    pushes = []
    for platform in sorted(acting):
        before = last.get(platform)
        kind = rules.push_wanted(state, before.kind if before else None)
        if kind is not None:
            number = before.number + 1 if before else 0
            pushes.append(WarningPush(warning=found, platform=platform, number=number, kind=kind, at=at, due_on=due))
    if pushes:
        WarningPush.objects.bulk_create(pushes)
        detail = {"told": [push.platform for push in pushes], "kind": state}
        trace(event="warnings.warning.pushed", by=by, at=at, about=f"warning:{found.number}", detail=detail)
    return len(pushes)


def warnings_waiting(*, asker: Asker, at: datetime) -> list[dict[str, Any]]:
    """What waits for a platform's receipt, each with the warning as it stands; what changed of a ground meanwhile is told with it."""
    if asker.kind != "platform":
        raise rules.PlatformOnly(actor=asker.key)
    warnings_follow(by=asker.key, at=at)
    found, out, title = [], warnings_following(known_at=at), actor_titled(asker.key)
    held, last = held_of(out, known_at=at), pushes_last_of(out, asker.key)
    for warning in out:
        shown = warning_shown(warning, known_at=at, held=held)
        if shown["state"] != "ended":
            waiting = [push for push in last[warning.pk] if not hasattr(push, "receipt")]
            found += [{**push_shown(push, title, known_at=at), "warning": shown} for push in waiting]
    trace(event="warnings.waiting.read", by=asker.key, at=at, detail={"waiting": len(found)})
    return sorted(found, key=lambda each: (each["due_on"], each["push"]))


def warning_receipt(
    *, number: str, found: int, url: str = "", words: str = "", asker: Asker, at: datetime
) -> dict[str, Any]:
    """A platform has what it was told last of a warning: how many offers it found, and where it tells its consumers."""
    if asker.kind != "platform":
        raise rules.PlatformOnly(actor=asker.key)
    actor_acting(asker.key, at=at)
    said = rules.words_fit(words, "说明", "the note")
    with transaction.atomic():
        warning = _locked(warning_numbered(number))
        push = push_waiting(warning, asker.key)
        if push is None:
            raise rules.ReceiptNotDue(number=number, platform=asker.key)
        WarningReceipt.objects.create(push=push, found=found, url=url.strip()[:500], words=said, at=at, by=asker.key)
        trace(
            event="warnings.warning.receipted", by=asker.key, at=at, about=f"warning:{number}", detail={"kind": push.kind, "found": found}
        )  # fmt: skip
    return push_shown(
        WarningPush.objects.select_related("receipt").get(pk=push.pk), actor_titled(push.platform), known_at=at
    )


# --- reading ---------------------------------------------------------------------------------------------------------------


def warnings_read(*, asker: Asker, at: datetime, most: int = 100) -> list[dict[str, Any]]:
    """The warnings that the asker handles, the newest first, each with its steps and what platforms have done."""
    if asker.kind in rules.AUTHORITIES:
        warnings_follow(by=asker.key, at=at)
    found = warnings_filed(warnings_accessible(asker)[:most], known_at=at)
    trace(event="warnings.list.read", by=asker.key, at=at, detail={"warnings": len(found)})
    return found


def warning_read(*, number: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """One of them."""
    found = warning_accessible(asker, number)
    with transaction.atomic():
        _pushed(_locked(found), by=asker.key, at=at)
    trace(event="warnings.warning.read", by=asker.key, at=at, subject=found.subject_id, about=f"warning:{number}")
    return warning_file(found, known_at=at)


def _result(found: Warning, *, at: datetime, key: str = "", told: int = 0) -> WarningResult:
    course = warning_course(found, on=day_of(at))
    state = rules.state_of(life_of(found, known_at=at), at=at)
    return WarningResult(found.number, course.state_key, state, course.last_day, found.until, key, told)
