"""A platform is called to its duty, a firm filed, a member disciplined by its association. Each step in one transaction with its trace."""

import secrets
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_acting, actor_coded, actor_titled
from chengxin.cases.rules import Course, Taken, Telling, step_admissible
from chengxin.cases.selectors import key_holds
from chengxin.cases.services.telling import notice_write
from chengxin.commerce.circles import rules
from chengxin.commerce.circles.models import Charter, Discipline, DisciplineStep, Firm, Member, Neglect, NeglectStep
from chengxin.commerce.circles.selectors import (
    association_shown,
    charter_of,
    discipline_accessible,
    discipline_numbered,
    discipline_shown,
    disciplines_accessible,
    disciplines_shown,
    disciplines_told,
    members_known,
    neglect_accessible,
    neglect_course,
    neglect_shown,
    neglects_accessible,
    neglects_owing,
    neglects_shown,
)
from chengxin.commerce.merchants.rules import NotAPlatform
from chengxin.commerce.merchants.selectors import law_of
from chengxin.kernel.days import day_due, day_of
from chengxin.kernel.errors import Refusal
from chengxin.law.models import Doer
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken
from chengxin.lists.selectors import addressee_of
from chengxin.records.models import Record
from chengxin.subjects.selectors import members_of, subject_of

# --- a platform's duty -----------------------------------------------------------------------------------------------------


def neglect_open(
    *, platform: str, duty: str, facts: str, document: str, digest: str, asker: Asker, at: datetime
) -> dict[str, Any]:
    """A department writes down that a platform neglects one duty of the checklist, and tells it: the platform answers before anything is shown."""
    if asker.kind != "department":
        raise rules.NotInCharge(
            actor=asker.key, why="the department in charge writes it down.", why_zh="由主管部门登记。"
        )
    whose = actor_acting(platform, at=at)
    if whose.kind != "platform":
        raise NotAPlatform(actor=whose.title, kind=whose.kind, field="platform")
    on = day_of(at)
    law = law_of(on)
    if duty not in law.code_lists[rules.DUTIES].choices:
        raise rules.NeglectUnfit(
            why=f"there is no duty {duty[:60]}.", why_zh=f"没有“{duty[:60]}”这项义务。", field="duty"
        )
    found = rules.said(facts, "The facts", "查明的事实", field="facts")
    named, kept = rules.paper(document, digest)
    with transaction.atomic():
        made = Neglect.objects.create(
            platform=platform, duty=duty, facts=found, document=named, digest=kept, authority=asker.key, opened_at=at, opened_on=on,
            lawbook_digest=lawroom.load().digest,
        )  # fmt: skip
        taken = Taken(0, law.procedures[rules.PROCEDURE].opens, on, "authority")
        _write(made, taken, by=asker.key, at=at)
        _told(made, neglect_course(made, list(made.steps.order_by("number")), on=on), by=asker.key, at=at)
    return neglect_shown(made, known_at=at)


def neglect_step(
    *, number: str, to: str, words: str, asker: Asker, at: datetime, document: str = "", digest: str = "", mend_by: date | None = None,
    record: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A step of the department's or of the platform's own. A penalty is a decision filed the ordinary way: it is named by its record."""
    platform = asker.kind == "platform"
    if to not in (rules.OF_PLATFORM if platform else rules.OF_DEPARTMENT):
        raise rules.NotInCharge(actor=asker.key, why=f"“{to[:30]}” is no step of its own.", why_zh=f"“{to[:30]}”不是由其办理的步骤。")  # fmt: skip
    reasons = rules.said(words, "The reasons", "理由")
    named, kept = rules.paper(document, digest) if document or digest else ("", "")
    on = day_of(at)
    with transaction.atomic():
        found = Neglect.objects.select_for_update().get(pk=neglect_accessible(asker, number).pk)
        if not platform and asker.key != found.authority:
            raise rules.NotInCharge(actor=asker.key, why="another department opened it.", why_zh="由别的部门登记。")
        steps = list(found.steps.order_by("number"))
        course = neglect_course(found, steps, on=on)
        if to == "contested":
            rules.contest_fit(any(step.to == "contested" for step in steps))
        penalty = _penalty(found, record, at) if to == "penalised" else None
        there = {"reasons", *(["document"] if named else []), *(["evidence"] if named or penalty else [])}
        doer: Doer = "subject" if platform else "authority"
        day = max(on, course.taken[-1].on)
        step = step_admissible(course, to=to, by=(doer,), on=day, has=there)
        for lapsed in course.taken[len(steps) :]:
            _write(found, lapsed, by="clock", at=at)
        taken = Taken(len(course.taken), to, day, step.by)
        after = course.after(taken)
        mend = rules.mend_by_fit(to, mend_by, last=after.last_day, on=day)
        _write(
            found,
            taken,
            by=asker.key,
            at=at,
            words=reasons,
            document=named,
            digest=kept,
            mend_by=mend,
            record_id=penalty,
        )
        if not platform:
            _told(found, after, by=asker.key, at=at, reasons=reasons, document=named, mend_by=mend)
    return neglect_shown(found, known_at=at)


def neglects_read(*, asker: Asker, at: datetime, most: int = 100) -> list[dict[str, Any]]:
    """The files that the asker may see, the latest first; the reading is written down."""
    found = neglects_shown(neglects_accessible(asker)[:most], known_at=at)
    trace(event="circles.neglects.read", by=asker.key, at=at, detail={"files": len(found)})
    return found


def neglects_looked(
    *, asker: Asker, at: datetime, page: int = 1, most: int = 50
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], bool]:
    """Those in which it is the asker's turn, the first due first; a page of all, the latest first; and whether there are more. It is written down."""
    owing = neglects_owing(asker, known_at=at)
    found = list(neglects_accessible(asker)[(page - 1) * most : page * most + 1])
    trace(event="circles.neglects.read", by=asker.key, at=at, detail={"files": len(found[:most])})
    return owing, neglects_shown(found[:most], known_at=at), len(found) > most


def neglect_read(*, number: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """One of them; the reading is written down."""
    found = neglect_accessible(asker, number)
    trace(event="circles.neglect.read", by=asker.key, at=at, about=f"neglect:{found.number}")
    return neglect_shown(found, known_at=at)


def _penalty(found: Neglect, record: int | None, at: datetime) -> int:
    """The record of a penalty that this department filed about the platform's own firm since the file was opened; refuses any other."""
    code = actor_coded(found.platform)
    kept = Record.objects.filter(
        pk=record or 0, record_type=rules.PENALTY, batch__actor=found.authority, received_at__gte=found.opened_at
    ).first()
    try:
        firm = members_of(subject_of(code, known_at=at), known_at=at) if code else []
    except Refusal:
        firm = []
    if kept is None or kept.subject_id not in firm:
        raise rules.NeglectUnfit(
            why="there is no such penalty that this department filed about the platform’s firm since.",
            why_zh="没有由本部门其后报送的、关于该平台企业的这一行政处罚记录。",
            field="record",
        )
    return kept.pk


def _write(found: Neglect, taken: Taken, *, by: str, at: datetime, **kept: Any) -> None:
    NeglectStep.objects.create(
        neglect=found, number=taken.number, to=taken.to, doer=taken.by, by=by, at=at, on=taken.on, **kept
    )
    detail = {"to": taken.to, "by": taken.by, "platform": found.platform, "duty": found.duty}
    trace(event="circles.neglect.stepped", by=by, at=at, about=f"neglect:{found.number}", detail=detail)


def _told(
    found: Neglect, course: Course, *, by: str, at: datetime, reasons: str = "", document: str = "", mend_by: date | None = None
) -> None:  # fmt: skip
    """Write the platform's firm a letter, where the register knows it; in any case the platform reads the file through its own program."""
    code = actor_coded(found.platform)
    try:
        subject = subject_of(code, known_at=at) if code else None
    except Refusal:
        subject = None
    if subject is None:
        return
    who, state = actor_titled(found.authority), course.state.title
    duty = course.law.code_lists[rules.DUTIES].codes[found.duty].title
    zh = f"{who}就你单位履行“{duty.zh}”义务登记了督促{found.number}：{state.zh}。{reasons or found.facts}"
    zh += f" 文书：{document or found.document}。" + (f"改正期限：{mend_by}。" if mend_by else "")
    zh += f"可以通过平台接口答复{settings.CHENGXIN_SITE_URL.rstrip('/')}/api/v1/circles/neglects/{found.number}" + (
        f"，最迟{course.last_day}。" if course.last_day else "。"
    )
    en = f"{who} on the duty “{duty.en}”, file {found.number}: {state.en}." + (f" Put it right by {mend_by}." if mend_by else "")  # fmt: skip
    en += f" You may answer through the platform’s API by {course.last_day}." if course.last_day else ""
    telling = Telling(f"平台履责督促{found.number} / A platform’s duty {found.number}", f"{zh}\n\n{en}\n")
    notice_write(
        subject=subject, about=f"neglect:{found.number}:{len(course.taken)}", to=addressee_of(subject, known_at=at)[1], telling=telling, by=by, at=at
    )  # fmt: skip


# --- firms that support e-commerce -------------------------------------------------------------------------------------


def firm_file(
    *, code: str, kind: str, name: str, state: str, document: str, digest: str, since: date, asker: Asker, at: datetime, record: int | None = None
) -> Firm:  # fmt: skip
    """A department, or a platform that works with it, says by a document that a firm is registered or filed as supporting e-commerce, or that
    this ended. That a licence was revoked, or that it works without one, a department says by the record of the decision.
    """
    if asker.kind not in rules.FILING_FIRMS:
        raise rules.NotInCharge(actor=asker.key, why="departments and platforms file firms.", why_zh="由部门和平台登记。")  # fmt: skip
    on = day_of(at)
    kinds = law_of(on).code_lists[rules.KINDS].choices
    rules.firm_fit(code, kind, kinds, state, department=asker.kind == "department", since=since, on=on)
    named = rules.said(name, "The name", "名称", most=200, field="name")
    paper, kept = rules.paper(document, digest)
    decided = None
    if state in rules.DECIDED:
        filed = Record.objects.filter(pk=record or 0, batch__actor=asker.key, received_at__lte=at).first()
        try:
            firm = members_of(subject_of(code, known_at=at), known_at=at)
        except Refusal:
            firm = []
        if filed is None or filed.subject_id not in firm:
            raise rules.FirmUnfit(why="no record of that decision about it was filed by you.", why_zh="没有由你单位报送的关于它的该项决定。", field="record")  # fmt: skip
        decided = filed.pk
    with transaction.atomic():
        turn_taken("circles", f"firm:{code}")
        before = Firm.objects.filter(code=code, kind=kind, by=asker.key).order_by("-version").first()
        same = (named, state, paper, kept, since, decided)
        if before is not None and same == (
            before.name,
            before.state,
            before.document,
            before.digest,
            before.since,
            before.record_id,
        ):
            return before
        made = Firm.objects.create(
            code=code, kind=kind, name=named, state=state, document=paper, digest=kept, since=since, record_id=decided,
            version=before.version + 1 if before else 1, at=at, by=asker.key,
        )  # fmt: skip
        trace(
            event="circles.firm.filed", by=asker.key, at=at, about=f"firm:{code}", detail={"kind": kind, "state": state}
        )
    return made


# --- associations --------------------------------------------------------------------------------------------------------


def _association(asker: Asker, at: datetime) -> Charter:
    """The charter under which the calling association acts; refuses whoever is none, and one without a charter."""
    if asker.kind != "association":
        raise rules.AssociationOnly(actor=asker.key)
    charter = charter_of(asker.key, known_at=at)
    if charter is None:
        raise rules.DisciplineUnfit(why="it has filed no charter.", why_zh="协会没有报送章程。")
    return charter


def charter_file(
    *, title: str, document: str, digest: str, adopted_on: date, asker: Asker, at: datetime
) -> dict[str, Any]:
    """An association files its charter, by document and digest; a later one stands in its place for what is done from then on."""
    if asker.kind != "association":
        raise rules.AssociationOnly(actor=asker.key)
    actor_acting(asker.key, at=at)
    named = rules.said(title, "The title", "名称", most=200, field="title")
    paper, kept = rules.paper(document, digest)
    if adopted_on > day_of(at):
        raise rules.DisciplineUnfit(why="the charter is not adopted yet.", why_zh="章程尚未通过。", field="adopted_on")
    with transaction.atomic():
        turn_taken("circles", f"association:{asker.key}")
        version = Charter.objects.filter(association=asker.key).count() + 1
        Charter.objects.create(
            association=asker.key, version=version, title=named, document=paper, digest=kept, adopted_on=adopted_on, at=at, by=asker.key
        )  # fmt: skip
        trace(
            event="circles.charter.filed",
            by=asker.key,
            at=at,
            about=f"association:{asker.key}",
            detail={"digest": kept},
        )
    return association_shown(asker.key, known_at=at)


def member_file(*, code: str, name: str, state: str, since: date, asker: Asker, at: datetime) -> list[dict[str, Any]]:
    """An association says that a firm is its member, or left. Organisations only."""
    charter = _association(asker, at)
    if not rules.is_firm(code) or state not in ("member", "left") or since > day_of(at):
        raise rules.DisciplineUnfit(
            why="members are firms, by their code and a day.",
            why_zh="会员须是企业，写明代码和日期。",
            field="code",
        )
    named = rules.said(name, "The name", "名称", most=200, field="name")
    with transaction.atomic():
        turn_taken("circles", f"association:{asker.key}")
        before = Member.objects.filter(association=asker.key, code=code).order_by("-version").first()
        if before is None or (before.name, before.state, before.since) != (named, state, since):
            Member.objects.create(
                association=asker.key, code=code, name=named, state=state, since=since, charter=charter, version=before.version + 1 if before else 1,
                at=at, by=asker.key,
            )  # fmt: skip
            trace(event="circles.member.filed", by=asker.key, at=at, about=f"association:{asker.key}", detail={"state": state})  # fmt: skip
    return members_known(asker.key, known_at=at)


def discipline_open(
    *, code: str, act: str, article: str, facts: str, document: str, digest: str, decided_on: date, until: date, asker: Asker, at: datetime
) -> tuple[dict[str, Any], str]:  # fmt: skip
    """An association disciplines a member under an article of its charter, and tells it; with the member's key for its answers, shown once.
    Nothing is shown before the member has replied or its time for that is over.
    """
    charter, on = _association(asker, at), day_of(at)
    law = law_of(on)
    if act not in law.code_lists[rules.ACTS_OF_ASSOCIATIONS].choices:
        raise rules.DisciplineUnfit(
            why=f"there is no act {act[:40]}.", why_zh=f"没有“{act[:40]}”这种惩戒。", field="act"
        )
    if charter.adopted_on > decided_on:
        raise rules.DisciplineUnfit(
            why="it was decided before the charter was adopted.", why_zh="决定早于章程通过。", field="decided_on"
        )
    member = Member.objects.filter(association=asker.key, code=code, at__lte=at).order_by("-version").first()
    if member is None or member.state != "member" or member.since > decided_on:
        raise rules.DisciplineUnfit(
            why="the firm was no member on that day.", why_zh="该企业当日不是会员。", field="code"
        )
    rules.term_fit(decided_on, until, months=law.parameter(rules.SHOWN_MONTHS), on=on)
    said = {
        "article": rules.said(article, "The article", "章程条款", most=200, field="article"),
        "facts": rules.said(facts, "The facts", "事实", field="facts"),
    }  # fmt: skip
    paper, kept = rules.paper(document, digest)
    reply_by = day_due(on, law.parameter(rules.REPLY_WITHIN), law.parameters[rules.REPLY_WITHIN].unit)
    key = secrets.token_hex(9)
    with transaction.atomic():
        made = Discipline.objects.create(
            association=asker.key, charter=charter, code=code, name=member.name, act=act, **said, document=paper, digest=kept,
            decided_on=decided_on, until=until, told_on=on, reply_by=reply_by, key_hash=sha256(key.encode()).digest(), at=at, by=asker.key,
        )  # fmt: skip
        trace(
            event="circles.discipline.opened",
            by=asker.key,
            at=at,
            about=f"discipline:{made.number}",
            detail={"act": act},
        )
        _member_told(made, key, by=asker.key, at=at)
    return discipline_shown(made, known_at=at), key


def _member_told(made: Discipline, key: str, *, by: str, at: datetime) -> None:
    try:
        subject = subject_of(made.code, known_at=at)
    except Refusal:
        return
    title, who = (
        law_of(made.told_on).code_lists[rules.ACTS_OF_ASSOCIATIONS].codes[made.act].title,
        actor_titled(made.association),
    )
    address = f"{settings.CHENGXIN_SITE_URL.rstrip('/')}/associations/acts/{made.number}/answer"
    zh = f"{who}依章程（{made.charter.title}，{made.article}）对你单位{title.zh}，文书{made.document}，至{made.until}。可在{address}答复或者申诉，查询码{key}；"
    zh += f"{made.reply_by}之后公示，申诉期间不公示。这是协会自己的行为，不产生任何措施。"
    en = f"{who}, under its charter ({made.article}): {title.en}, until {made.until}. Reply or appeal at {address} with the key {key}; shown after "
    en += f"{made.reply_by}, not while an appeal is open. It is the association’s own act and no measure follows."
    telling = Telling(f"协会惩戒{made.number} / An association’s act {made.number}", f"{zh}\n\n{en}\n")
    to = addressee_of(subject, known_at=at)[1]
    notice_write(subject=subject, about=f"discipline:{made.number}", to=to, telling=telling, by=by, at=at)


def discipline_answer(*, number: str, key: str, kind: str, words: str, at: datetime) -> dict[str, Any]:
    """The member's reply, or its appeal to the association, by the number and key that it was given. From an appeal on the act is not shown."""
    found = discipline_numbered(number)
    if not key_holds(found.key_hash, key.strip()):
        raise rules.DisciplineUnknown(number=number[:40])
    return _step(found, kind, rules.said(words, "The answer", "答复"), by="public", at=at)


def discipline_close(*, number: str, to: str, words: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """The association decides an appeal against its act, or withdraws the act."""
    if asker.kind != "association":
        raise rules.AssociationOnly(actor=asker.key)
    found = discipline_numbered(number)
    if found.association != asker.key:
        raise rules.DisciplineUnknown(number=number[:40])
    return _step(found, to, rules.said(words, "The reasons", "理由"), by=asker.key, at=at)


def _step(found: Discipline, kind: str, words: str, *, by: str, at: datetime) -> dict[str, Any]:
    with transaction.atomic():
        Discipline.objects.select_for_update().get(pk=found.pk)
        shown = discipline_shown(found, known_at=at)
        if by == "public":
            rules.answer_fit(kind, (step["kind"] for step in shown["steps"]), shown["state"])
        else:
            rules.close_fit(kind, shown["state"])
        DisciplineStep.objects.create(
            discipline=found, number=found.steps.count(), kind=kind, words=words, at=at, on=day_of(at), by=by
        )
        trace(
            event="circles.discipline.stepped", by=by, at=at, about=f"discipline:{found.number}", detail={"kind": kind}
        )
    return discipline_shown(found, known_at=at)


def disciplines_read(*, asker: Asker, at: datetime) -> list[dict[str, Any]]:
    """What the calling association did, the latest first, shown to the public or not."""
    if asker.kind != "association":
        raise rules.AssociationOnly(actor=asker.key)
    trace(event="circles.disciplines.read", by=asker.key, at=at)
    return disciplines_told(disciplines_accessible(asker, known_at=at), known_at=at)


def disciplines_looked(
    *, asker: Asker, at: datetime, page: int = 1, most: int = 50
) -> tuple[list[dict[str, Any]], bool]:
    """A page of them, and whether there are more."""
    if asker.kind != "association":
        raise rules.AssociationOnly(actor=asker.key)
    found = list(disciplines_accessible(asker, known_at=at)[(page - 1) * most : page * most + 1])
    trace(event="circles.disciplines.read", by=asker.key, at=at)
    return disciplines_told(found[:most], known_at=at), len(found) > most


def discipline_read(*, number: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """One of them; the reading is written down."""
    found = discipline_accessible(asker, number, known_at=at)
    trace(event="circles.discipline.read", by=asker.key, at=at, about=f"discipline:{found.number}")
    return discipline_shown(found, known_at=at)


def reference_read(*, code: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """What associations did to a firm, for reference (CX-15): an authority reads it beside its own work, the firm sees who read it, and nothing
    can be decided, listed, checked or measured by it here.
    """
    if asker.kind not in rules.REFERRING:
        raise rules.NotInCharge(actor=asker.key, why="authorities read it for reference.", why_zh="供机关参考。")
    if not rules.is_firm(code):
        raise rules.FirmUnfit(why="it is no code of a firm.", why_zh="不是企业的代码。", field="code")
    try:
        subject = subject_of(code, known_at=at)
    except Refusal:
        subject = None
    found = disciplines_shown(known_at=at, code=code)
    trace(event="circles.reference.read", by=asker.key, at=at, subject=subject, detail={"acts": len(found)})
    return {"code": code, "class": rules.REFERENCE, "acts": found}
