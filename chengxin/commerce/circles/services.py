"""A platform is called to its duty: told, heard, interviewed, put in a circular, told to put right, penalised. Each step in one transaction."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_acting, actor_coded, actor_titled
from chengxin.cases.rules import Course, Taken, Telling, step_admissible
from chengxin.cases.services.telling import notice_write
from chengxin.commerce.circles import rules
from chengxin.commerce.circles.models import Firm, Neglect, NeglectStep
from chengxin.commerce.circles.selectors import neglect_accessible, neglect_course, neglect_shown, neglects_accessible
from chengxin.commerce.merchants.rules import NotAPlatform
from chengxin.commerce.merchants.selectors import law_of
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.law.models import Doer
from chengxin.ledger.services import trace
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
        raise NotAPlatform(actor=whose.title, kind=whose.kind)
    on = day_of(at)
    law = law_of(on)
    if duty not in law.code_lists[rules.DUTIES].choices:
        raise rules.NeglectUnfit(why=f"there is no duty {duty[:60]}.", why_zh=f"没有“{duty[:60]}”这项义务。")
    found = rules.said(facts, "The facts", "查明的事实")
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
    found = [neglect_shown(each, known_at=at) for each in neglects_accessible(asker)[:most]]
    trace(event="circles.neglects.read", by=asker.key, at=at, detail={"files": len(found)})
    return found


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
    if asker.kind not in ("department", "platform"):
        raise rules.NotInCharge(actor=asker.key, why="departments and platforms file firms.", why_zh="由部门和平台登记。")  # fmt: skip
    on = day_of(at)
    kinds = law_of(on).code_lists[rules.KINDS].choices
    rules.firm_fit(code, kind, kinds, state, department=asker.kind == "department", since=since, on=on)
    named = rules.said(name, "The name", "名称", most=200)
    paper, kept = rules.paper(document, digest)
    decided = None
    if state in rules.DECIDED:
        filed = Record.objects.filter(pk=record or 0, batch__actor=asker.key, received_at__lte=at).first()
        try:
            firm = members_of(subject_of(code, known_at=at), known_at=at)
        except Refusal:
            firm = []
        if filed is None or filed.subject_id not in firm:
            raise rules.FirmUnfit(why="no record of that decision about it was filed by you.", why_zh="没有由你单位报送的关于它的该项决定。")  # fmt: skip
        decided = filed.pk
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"circles:firm:{code}"])
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
