"""Answering back: each verb changes the case and the record that it is about in one transaction, with its trace."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from chengxin.accounts.models import Proposal
from chengxin.accounts.services.confirming import deed_propose
from chengxin.actors.selectors import Asker, actor_titled, asker_acting, centre_acting
from chengxin.cases.models import Case, Deed, Step
from chengxin.cases.rules import Taken
from chengxin.cases.selectors import CaseUnknown, case_accessible, case_by_key, cases_open, course_of, doers_of
from chengxin.cases.services.running import PaperIn, Words, case_lapse, case_open, case_step, deed_add, paper_add
from chengxin.checks.services.reissuing import record_recall
from chengxin.kernel.days import day_of
from chengxin.law.models import Doer
from chengxin.ledger.services import trace
from chengxin.lists.selectors import addressee_of, fact_next, fact_stood, ground_of, task_accessible
from chengxin.lists.services import listing
from chengxin.lists.services.listing import grounds_backfill, listing_follow, listings_groundless_end
from chengxin.lists.services.remedies import remedies_raise
from chengxin.records.models import Record, Statement
from chengxin.records.rules import Kind, Standing, Terms, cases_holding, replay
from chengxin.records.selectors.filed import EVER, events_of
from chengxin.records.services.correcting import record_correct
from chengxin.records.services.events import (
    record_conclude,
    record_contest,
    record_dispute,
    record_end,
    record_repair,
    record_settle,
    record_unrepair,
    record_withdraw,
)
from chengxin.records.services.promising import promise_break, promise_publish
from chengxin.rights import rules
from chengxin.rights.rules import BY_SUBJECT, COMPLAINT, DOUBT, OBJECTION, REMOVAL, REPAIR, Change
from chengxin.rights.selectors import (
    Answerable,
    CaseFile,
    Choice,
    case_about,
    case_file,
    choices_of,
    contact_of,
    contests_pending,
    found_right,
    record_answerable,
    record_now,
    record_of,
    record_theirs,
    step_named,
)
from chengxin.signatures.rules import Reply, ReplyUncertified, reply_fit
from chengxin.signatures.selectors import reply_certified
from chengxin.signatures.services import reply_keep, reply_open
from chengxin.subjects.selectors import number_of

SUBJECT: tuple[Doer, ...] = ("subject",)


@dataclass(frozen=True)
class Claimant:
    """Who answers, and how to reach them; kept sealed, and shown to nobody but who decides."""

    name: str
    reach: str
    acting_for: str = ""


@dataclass(frozen=True)
class Receipt:
    """What whoever asked takes home: a number and a key, the day, where it stands, and who must do what until when."""

    number: str
    key: str
    record: int
    procedure: str
    on: date
    state: str
    suspended: bool
    next: Sequence[Choice]

    def as_dict(self) -> dict[str, Any]:
        """The receipt as the API gives it."""
        return {
            "number": self.number,
            "key": self.key,
            "record": self.record,
            "procedure": self.procedure,
            "on": self.on,
            "state": self.state,
            "suspended": self.suspended,
            "next": [
                {"to": c.to, "title": c.title.zh, "title_en": c.title.en, "by": c.by, "last_day": c.last_day, "article": c.article}
                for c in self.next
            ],
        }  # fmt: skip


@dataclass(frozen=True)
class Done:
    """What a step did: where the case stands now, the record that took the place of a wrong one, and how many answers were
    given anew because they had rested on it.
    """

    number: str
    state: str
    final: bool
    suspended: bool
    last_day: date | None
    record: int | None
    reissued: int

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed and returned."""
        return dict(self.__dict__)


# --- asked for by the subject -------------------------------------------------------------------------------------------


def objection_file(
    *, record: int, number: str = "", claimant: Claimant, grounds: str, at: datetime, papers: Iterable[PaperIn] = (),
    by: str = BY_SUBJECT, subject: int | None = None,
) -> Receipt:  # fmt: skip
    """Object to a record about the subject of this number, or about whoever is signed in as `subject`; returns the receipt, whose key is shown
    once.

    Where the law of the place says so the record has no effect from this instant; otherwise from acceptance on.
    """
    with transaction.atomic():
        found = _locked(record, number, at=at, subject=subject)
        rules.objection_admissible(record=record, standing=found.standing)
        return _case_file(OBJECTION, found, claimant, grounds, papers, by=by, at=at)


def repair_request(
    *, record: int, number: str, claimant: Claimant, performed: bool, promised: bool, grounds: str, at: datetime,
    papers: Iterable[PaperIn] = (), order: str = "", by: str = BY_SUBJECT,
) -> Receipt:  # fmt: skip
    """Ask whoever decided to repair an adverse record; refuses with the day from which it may be asked, or what is lacking. `order` is
    the number of a court's order that stands for performance, itself among the papers.
    """
    papers, order = list(papers), order.strip()
    with transaction.atomic():
        found = _locked(record, number, at=at)
        filed, on = found.record, day_of(at)
        rules.repair_admissible(
            found.law, found.record_type, record=record, standing=found.standing, decided_on=filed.decided_on, on=on,
            severity=filed.severity, performed=performed, promised=promised, order=order, evidence=bool(papers),  # type: ignore[arg-type]
        )  # fmt: skip
        if not rules.repairable(Terms(filed.effect_from, filed.effect_until, filed.shown_until), found.standing, on=on):
            raise rules.RecordGone(record=record, state="past its term", state_zh="期限已届满")
        return _case_file(REPAIR, found, claimant, grounds, papers, by=by, at=at, document=order)


def removal_request(
    *, record: int, number: str, claimant: Claimant, grounds: str, at: datetime, papers: Iterable[PaperIn] = (),
    by: str = BY_SUBJECT,
) -> Receipt:  # fmt: skip
    """Ask to come off a list before its term, since the duty is performed or the conditions of exit are met."""
    with transaction.atomic():
        found = _locked(record, number, at=at)
        rules.objection_admissible(record=record, standing=found.standing)
        if not any(
            entry.record_type == found.record.record_type and entry.decided_here for entry in found.law.lists.values()
        ):
            raise rules.NotOnAList(record=record, title=found.record_type.title.zh)
        return _case_file(REMOVAL, found, claimant, grounds, papers, by=by, at=at)


def honour_apply(
    *, list_key: str, number: str, authority: str, claimant: Claimant, grounds: str, at: datetime,
    papers: Iterable[PaperIn] = (), jurisdiction: str = "cn", by: str = BY_SUBJECT,
) -> Receipt:  # fmt: skip
    """Ask a department to be entered on a favourable list; the receipt's key follows the case and takes the application back."""
    words = rules.words_fit(grounds)
    applied = listing.honour_apply(
        list_key=list_key, number=number, authority=authority, contact={**claimant.__dict__, "grounds": words},
        papers=papers, jurisdiction=jurisdiction, by=by, at=at,
    )  # fmt: skip
    course = course_of(applied.case)
    return Receipt(
        number=applied.case.number, key=applied.key, record=applied.record, procedure=applied.case.procedure,
        on=applied.case.opened_on, state=course.state_key, suspended=False, next=choices_of(course),
    )  # fmt: skip


def honour_object(*, number: str, claimant: Claimant, grounds: str, at: datetime, by: str = BY_SUBJECT) -> str:
    """An objection by anybody, with reasons, to an entry on a favourable list that is being published; who objects is sealed with their
    words. Returns the number of the case, whose decision must answer it.
    """
    words = rules.words_fit(grounds)
    said = f"{claimant.name}\n{claimant.reach}\n{claimant.acting_for}\n\n{words}\n"
    paper = PaperIn("对拟认定的异议", "text/plain", said.encode())
    return listing.honour_object(number=number, paper=paper, by=by, at=at).number


def contest_file(
    *, record: int, number: str, forum: str, document: str, since: date, claimant: Claimant, grounds: str, at: datetime,
    papers: Iterable[PaperIn] = (), by: str = BY_SUBJECT,
) -> Receipt:  # fmt: skip
    """Say that the decision behind a record is under reconsideration or lawsuit, with its case number, day and evidence; the record
    is marked when somebody has looked at it. By itself that stays nothing; what the organ or the court stays has no effect from when
    it is entered, and what it decides is entered as the outcome.
    """
    papers = list(papers)
    with transaction.atomic():
        found = _contestable(record, number, forum, document, since, bool(papers), at=at)
        said = {"since": since.isoformat()}
        return _case_file(forum, found, claimant, grounds, papers, by=by, at=at, document=document.strip(), said=said)


def contest_enter(
    *, record: int, number: str, forum: str, document: str, since: date, grounds: str, asker: Asker, at: datetime,
    organ: str = "", stayed: str = "", papers: Iterable[PaperIn] = (),
) -> Done:  # fmt: skip
    """The same by whoever decided, or by who runs the register, with the reason in place of papers: marked at once. `organ` is where it
    is pending; `stayed` the number of the decision that stays what was decided, from which the record has no effect.
    """
    with transaction.atomic():
        found = _contestable(record, number, forum, document, since, True, at=at)
        if not rules.contest_may_enter(asker.kind, asker.key, sender=found.record.batch.actor):
            raise rules.ContestNotYours(actor=asker.key, record=record)
        claimant, said = Claimant(asker.key, ""), {"since": since.isoformat(), "organ": organ.strip()[:200]}
        receipt = _case_file(
            forum, found, claimant, grounds, papers, by=asker.key, at=at, document=document.strip(), said=said,
            doer="authority" if asker.key == found.record.batch.actor else "credit-centre",
        )  # fmt: skip
        words: dict[str, Any] = {"number": receipt.number, "asker": asker, "at": at}
        done = case_decide(to="marked", words=Words(document=document.strip()), **words)
        if stayed.strip():
            done = case_decide(to="stayed", words=Words(reasons=grounds.strip(), document=stayed.strip()), **words)
        return done


def doubt_raise(*, task: int, grounds: str, asker: Asker, at: datetime) -> Receipt:
    """An agency that is to carry a measure out doubts the record on which it rests, and tells the record's provider, who verifies it
    within a time; meanwhile the record has no effect. Refuses a task that is not the agency's own, and where the lawbook says so a record
    that was found right when the agency doubted it before, until it changes.
    """
    with transaction.atomic():
        found = task_accessible(asker, task)
        number = number_of(found.subject_id, known_at=at)
        # A record of which only the wording was put right since is doubted as it reads now.
        record = fact_stood(found.record_id, known_at=at).record
        answerable = _locked(record, number, at=at)
        rules.objection_admissible(record=record, standing=answerable.standing)
        if (before := found_right(record, DOUBT, asker.key)) is not None:
            rules.again_admissible(
                answerable.law, answerable.law.procedures[DOUBT], record=record, number=before.number,
                answered_on=before.on, changed=before.changed,
            )  # fmt: skip
        return _case_file(DOUBT, answerable, Claimant(asker.key, ""), grounds, (), by=asker.key, at=at)


def complaint_file(*, number: str, key: str, what: str, against: str, grounds: str, at: datetime) -> Receipt:
    """Complain about how a case is handled, by whoever holds its key: too late, refused without reason, improperly; against which of those
    who act in it. The supervising department answers by a day. Neither the case nor its record changes by this.
    """
    about, words = case_by_key(number, key), rules.words_fit(grounds)
    course = course_of(about)
    rules.complaint_fit(course, what=what, against=against)
    whom = {"authority": about.authority, "provider": about.provider}.get(against) or centre_acting(at=at)
    with transaction.atomic():
        # The row of the case is the lock: two complaints at once are taken one after the other.
        Case.objects.select_for_update().get(pk=about.pk)
        named = f"case:{about.pk}/record:{record_of(about)}"
        if (running := cases_open(about=named).filter(procedure=COMPLAINT).first()) is not None:
            raise rules.ComplaintOpen(case=about.number, day=running.opened_on)
        contact = {name: contact_of(about).get(name, "") for name in ("name", "reach", "acting_for")}
        opened = case_open(
            procedure=COMPLAINT, jurisdiction=about.jurisdiction, subject=about.subject_id, about=named, authority=whom,
            provider=whom, by=BY_SUBJECT, at=at, reasons=f"{about.number} {rules.COMPLAINED[what].zh}",
            contact={**contact, "grounds": words, "what": what, "case": about.number},
        )  # fmt: skip
    begun = course_of(opened.case)
    return Receipt(
        number=opened.case.number, key=opened.key, record=record_of(about), procedure=COMPLAINT, on=opened.case.opened_on,
        state=begun.state_key, suspended=False, next=choices_of(begun),
    )  # fmt: skip


def _contestable(
    record: int, number: str, forum: str, document: str, since: date, evidence: bool, *, at: datetime
) -> Answerable:
    found = _locked(record, number, at=at)
    rules.objection_admissible(record=record, standing=found.standing)
    rules.contest_fit(forum=forum, document=document, since=since, evidence=evidence, on=day_of(at))
    # The one excludes the other while it lasts (Administrative Reconsideration Law, art. 29).
    for each in rules.FORUMS:
        if (running := case_about(record, each)) is not None:
            raise rules.CaseOpen(record=record, day=running.opened_on)
    return found


def _locked(record: int, number: str, *, at: datetime, subject: int | None = None) -> Answerable:
    """The record, its row locked: two who answer it at once are taken one after the other."""
    Record.objects.select_for_update().filter(pk=record).first()
    return record_answerable(record, number, on=day_of(at), known_at=at, subject=subject)


def _case_file(
    procedure: str,
    found: Answerable,
    claimant: Claimant,
    grounds: str,
    papers: Iterable[PaperIn],
    *,
    by: str,
    at: datetime,
    document: str = "",
    said: Mapping[str, str] | None = None,
    doer: Doer = "subject",
) -> Receipt:
    record, words = found.record, rules.words_fit(grounds)
    if (running := case_about(record.pk, procedure)) is not None:
        raise rules.CaseOpen(record=record.pk, day=running.opened_on)
    opened = case_open(
        procedure=procedure, jurisdiction=record.batch.jurisdiction, subject=record.subject_id, about=f"record:{record.pk}",
        authority=record.batch.actor, provider=record.batch.actor, by=by, at=at,
        contact={**claimant.__dict__, "grounds": words, **(said or {})}, papers=papers, document=document, doer=doer,
    )  # fmt: skip
    course = course_of(opened.case)
    _record_follow(opened.case, None, [Taken(0, course.state_key, opened.case.opened_on, doer)], by=by, at=at)
    return Receipt(
        number=opened.case.number, key=opened.key, record=record.pk, procedure=procedure, on=opened.case.opened_on,
        state=course.state_key, suspended=course.state.suspends, next=choices_of(course),
    )  # fmt: skip


def case_followed(*, number: str, key: str, at: datetime) -> CaseFile:
    """The case as whoever holds its key may see it; the reading is written down."""
    case = case_by_key(number, key)
    trace(event="rights.case.read", by=BY_SUBJECT, at=at, subject=case.subject_id, about=f"case:{case.pk}")
    return case_file(case, SUBJECT, known_at=at)


def case_answer(
    *, number: str, key: str, to: str, at: datetime, words: Words | None = None, papers: Iterable[PaperIn] = (),
    signature: str = "", signed_on: date | None = None,
) -> Done:  # fmt: skip
    """A step by whoever holds the case's key: its reply, taking an objection back, asking for a review. With a detached `signature` by the firm's
    certificate the text of `answer_text` is what was said.
    """
    said: dict[str, Any] = {
        "to": to,
        "words": words or Words(),
        "papers": list(papers),
        "signature": signature,
        "signed_on": signed_on,
    }
    return _answered(case_by_key(number, key), by=BY_SUBJECT, at=at, **said)


def answer_enter(
    *, number: str, asker: Asker, to: str, at: datetime, words: Words, signature: str, papers: Iterable[PaperIn] = (),
    signed_on: date | None = None,
) -> Done:  # fmt: skip
    """The same by whoever plays a part in the case and was handed the reply: only one that the firm signed by certificate, which says whose it is."""
    case = _case_acted(number, asker)
    if not signature.strip():
        raise ReplyUncertified(about=number)
    said: dict[str, Any] = {
        "to": to,
        "words": words,
        "papers": list(papers),
        "signature": signature,
        "signed_on": signed_on,
    }
    return _answered(case, by=asker.key, at=at, **said)


def answer_text(*, number: str, key: str = "", asker: Asker | None = None, at: datetime, **said: Any) -> Reply:
    """What a step by the case's subject would have signed by certificate: for whoever holds its key, or plays a part in it."""
    return _reply(_case_acted(number, asker) if asker else case_by_key(number, key), at=at, **said)


def answer_signature(*, number: str, step: int, asker: Asker, at: datetime) -> dict[str, str]:
    """The text of a step and the signature by certificate, for whoever may see the case and must verify it again; written down."""
    case = case_accessible(asker, number)
    return reply_open(
        about=step_named(case, step), title=f"{case.number}/{step}", by=asker.key, at=at, subject=case.subject_id
    )


def _case_acted(number: str, asker: Asker) -> Case:
    case = case_accessible(asker, number)
    if not doers_of(case, asker):
        raise CaseUnknown(number=number[:40])
    return case


def _reply(
    case: Case, *, to: str, words: Words, papers: Iterable[PaperIn], signed_on: date | None, at: datetime
) -> Reply:
    return reply_fit(
        about=f"case:{case.number}", act=to, code=number_of(case.subject_id, known_at=at), signed_on=signed_on, since=case.opened_on,
        today=day_of(at), words=words.reasons, papers=[each.content for each in papers],
    )  # fmt: skip


def _answered(case: Case, *, by: str, at: datetime, signature: str, signed_on: date | None, **said: Any) -> Done:
    reply = _reply(case, signed_on=signed_on, at=at, **said) if signature.strip() else None
    certified = reply_certified(reply, signature, at=at) if reply else None
    with transaction.atomic():
        done = _step(case, doers=SUBJECT, by=by, at=at, **said)
        if reply:
            step = Step.objects.filter(case=case, to=said["to"], doer="subject").latest("number").number
            reply_keep(
                certified, about=step_named(case, step), signed_on=reply.signed_on, by=by, at=at, subject=case.subject_id
            )  # fmt: skip
    return done


def statement_answer(*, number: str, key: str, words: str, at: datetime) -> Statement:
    """The words of whoever holds the key of a case beside the record that it is about; refuses them until somebody has
    seen who they are, as acceptance does.
    """
    case = case_by_key(number, key)
    course = course_of(case)
    # Neither what they did themselves nor what the clock let happen says who they are.
    seen = any(step.by not in ("subject", "clock") for step in course.taken[1:])
    # Nor does the key of an agency that doubts a record, or that decided it, make it the subject.
    if case.procedure in (DOUBT, COMPLAINT):
        title = course.procedure.title
        raise rules.KeyNotSubjects(number=number, title=title.en, title_zh=title.zh)
    if course.state.outcome == "not-accepted":
        raise rules.NotAccepted(number=number)
    if not seen:
        raise rules.NotYetAccepted(number=number)
    with transaction.atomic():
        if (record := record_theirs(case, known_at=at)) is None:
            raise rules.RecordElsewhere(record=record_now(case), number=number)
        return _statement_make(record, case.subject_id, words, by=BY_SUBJECT, at=at)


def statement_make(
    *, record: int, number: str = "", words: str, by: str, at: datetime, subject: int | None = None
) -> Statement:
    """The same by a clerk to whom the subject has shown who they are, or by whoever is signed in as `subject`."""
    with transaction.atomic():
        found = _locked(record, number, at=at, subject=subject)
        return _statement_make(record, found.record.subject_id, words, by=by, at=at)


def _statement_make(record: int, subject: int, words: str, *, by: str, at: datetime) -> Statement:
    Record.objects.select_for_update().get(pk=record)
    kept = rules.statement_fit(words)
    latest = Statement.objects.filter(record_id=record).order_by("-number").first()
    made = Statement.objects.create(
        record_id=record, number=latest.number + 1 if latest else 0, words=kept, by=by, at=at
    )
    trace(event="rights.statement.made", by=by, at=at, subject=subject, about=f"record:{record}")
    return made


# --- decided by staff ---------------------------------------------------------------------------------------------------


def case_read(*, number: str, asker: Asker, at: datetime) -> tuple[CaseFile, dict[str, Any]]:
    """A case of those that the asker may see, and what the claimant said; the reading is written down first."""
    case = case_accessible(asker, number)
    trace(event="rights.case.read", by=asker.key, at=at, subject=case.subject_id, about=f"case:{case.pk}")
    return case_file(case, doers_of(case, asker), known_at=at), contact_of(case)


def case_decide(
    *, number: str, asker: Asker, to: str, at: datetime, words: Words, changes: Mapping[str, str] | None = None,
    papers: Iterable[PaperIn] = (),
) -> Done:  # fmt: skip
    """A step by whoever plays a part in the case. What it means for the record happens in the same transaction: suspended,
    corrected, taken out, repaired; and whoever had an answer that rested on a wrong record is answered anew.
    """
    case = case_accessible(asker, number)
    return _step(
        case, to, doers_of(case, asker), by=asker.key, at=at, words=words, papers=papers, changes=changes or {}
    )


CASE_STEP = "case-step"


def case_propose(
    *,
    number: str,
    to: str,
    words: Words,
    changes: Mapping[str, str],
    asker: Asker,
    at: datetime,
    programs: bool = False,
) -> Proposal:
    """A step of a case put before another; tried and undone first, so that whoever proposes it is told what is wrong with it."""
    what = {"number": number, "to": to, "words": dict(words.__dict__), "changes": dict(changes)}
    with transaction.atomic():
        case_proposed(what, asker.key, at)
        transaction.set_rollback(True)
    return deed_propose(kind=CASE_STEP, about=f"case:{number}", what=what, asker=asker, at=at, programs=programs)


def case_proposed(what: Mapping[str, Any], by: str, at: datetime) -> Done:
    """Take the step that was proposed, in the actor's name."""
    return case_decide(
        number=what["number"], asker=asker_acting(by, at=at), to=what["to"], words=Words(**what["words"]),
        changes=what["changes"], at=at,
    )  # fmt: skip


def cases_lapse(*, by: str, at: datetime) -> list[Done]:
    """In every case in which everybody's time is over, let happen what the law lets happen; each in a transaction of its own."""
    done = []
    for case in cases_open(before=day_of(at)):
        with transaction.atomic():
            before = course_of(Case.objects.select_for_update().get(pk=case.pk)).state_key
            taken = case_lapse(case=case.pk, at=at)
            if taken:
                done.append(_done(case, _follow(case, before, taken, by=by, at=at)))
    with transaction.atomic():
        grounds_backfill(by=by, at=at)
        _entries_follow(by=by, at=at)
    return done


def _step(
    case: Case, to: str, doers: Iterable[Doer], *, by: str, at: datetime, words: Words, papers: Iterable[PaperIn] = (),
    changes: Mapping[str, str] | None = None,
) -> Done:  # fmt: skip
    with transaction.atomic():
        # The row of the case is the lock, so that what stood before is what the step is taken from.
        course = course_of(Case.objects.select_for_update().get(pk=case.pk))
        before, state = course.state_key, course.procedure.states.get(to)
        if state is not None and state.outcome == "moved" and not contests_pending(record_now(case)):
            raise rules.NothingPending(record=record_of(case))
        if state is not None and state.outcome == "entered-wrongly" and case.opened_by == BY_SUBJECT:
            raise rules.NotTheirEntry(number=case.number)
        taken = case_step(case=case.pk, to=to, doers=doers, by=by, at=at, words=words, papers=papers)
        followed = _follow(case, before, taken, by=by, at=at, words=words, changes=changes)
    return _done(case, followed)


@dataclass
class _Followed:
    record: int | None = None
    reissued: int = 0


def _done(case: Case, followed: _Followed) -> Done:
    course = course_of(case)
    return Done(
        case.number, course.state_key, course.state.final, course.state.suspends, course.last_day, followed.record,
        followed.reissued,
    )  # fmt: skip


def _follow(case: Case, before: str | None, taken: Sequence[Taken], *, by: str, at: datetime, **more: Any) -> _Followed:
    """Let what the case is about follow it: a record, or an entry on a list; a case complained about goes its own way."""
    if case.procedure == COMPLAINT:
        return _Followed()
    if case.about.startswith("list:"):
        record = listing_follow(case, before, taken, by=by, at=at)
        _repair_notified(case, taken, by=by, at=at)
        undone = record is not None and _standing(record).withdrawn
        return _Followed(record, _made_good(record, by=by, at=at) if record is not None and undone else 0)
    return _record_follow(case, before, taken, by=by, at=at, **more)


def _repair_notified(case: Case, taken: Sequence[Taken], *, by: str, at: datetime) -> None:
    """Lay the notice of repair beside the decision on an adverse entry, to be served together."""
    course, list_key = course_of(case), ground_of(case)[0]
    entry = course.law.lists[list_key]
    record_type = course.law.record_types[entry.record_type]
    decisions = Step.objects.filter(case=case, number__in=[step.number for step in taken]).exclude(document="")
    for step in decisions if record_type.tone == "adverse" else ():
        words = rules.repair_notice(
            course.law, record_type, firm=addressee_of(case.subject_id, known_at=at)[0], document=step.document,
            authority=actor_titled(case.authority), exit_=entry.exit,
            first=rules.repair_from(course.law, record_type, severity=None, decided_on=step.on),
            on=step.on,
        )  # fmt: skip
        paper_add(case=case, paper=PaperIn("信用修复告知书", "text/plain", words.encode()), by=by, at=at)


def repair_notice(*, record: int, number: str, asker: Asker, at: datetime) -> str:
    """The notice of repair to be served with the decision behind a record, for whoever sent it or runs the register; the reading is
    written down.
    """
    found = record_answerable(record, number, on=day_of(at), known_at=at)
    if asker.kind not in ("operator", "credit-centre") and asker.key != found.record.batch.actor:
        raise rules.RecordNotTheirs(record=record, number=number)
    if found.record_type.tone != "adverse":
        raise rules.NothingToRepair(record=record)
    filed = found.record
    trace(event="rights.repair.notified", by=asker.key, at=at, subject=filed.subject_id, about=f"record:{record}")
    return rules.repair_notice(
        found.law, found.record_type, firm=addressee_of(filed.subject_id, known_at=at)[0], document=filed.document,
        authority=filed.authority, exit_=None,
        first=rules.repair_from(found.law, found.record_type, severity=filed.severity, decided_on=filed.decided_on),  # type: ignore[arg-type]
        on=day_of(at),
    )  # fmt: skip


def deed_record(*, number: str, kind: str, day: date, note: str, asker: Asker, at: datetime) -> Deed:
    """Write training, an interview or the like down in a case, by whoever plays a part in it."""
    case = _case_acted(number, asker)
    made = deed_add(case=case, kind=kind, day=day, note=note, by=asker.key, at=at)
    trace(event="rights.deed.recorded", by=asker.key, at=at, subject=case.subject_id, about=f"case:{case.pk}")
    return made


def _record_follow(
    case: Case, before: str | None, taken: Sequence[Taken], *, by: str, at: datetime, words: Words | None = None,
    changes: Mapping[str, str] | None = None,
) -> _Followed:  # fmt: skip
    """Let the record follow its case through the steps just taken."""
    states = course_of(case).procedure.states
    record, followed = _record_now_locked(case), _Followed()
    words = words or Words()
    for step in taken:
        after = states[step.to]
        for change in rules.record_changes(states[before] if before else None, after):
            why = words.reasons or after.title.zh
            match change:
                case Change.SUSPEND if not _standing(record).gone:
                    record_dispute(record=record, by=by, at=at, grounds=case.number, case=case.pk)
                case Change.RESUME if _holds(record, case, Kind.DISPUTED):
                    record_settle(record=record, by=by, at=at, outcome=step.to, case=case.pk)
                case Change.CORRECT:
                    if not changes:
                        raise rules.CorrectionMissing
                    followed.record = record_correct(
                        record=record, changes=changes, by=by, at=at, reason=why, case=case.pk
                    )
                case Change.TAKE_OUT if not _standing(record).gone:
                    record_withdraw(record=record, by=by, at=at, reason=f"{case.number} {why}", case=case.pk)
                case Change.REPAIR:
                    decision = (
                        Step.objects.filter(case=case, number__gt=0).exclude(document="").order_by("-number").first()
                    )
                    document = decision.document if decision else case.number
                    record_repair(record=record, by=by, at=at, on=step.on, decision=document, case=case.pk)
                    promise_publish(case=case, by=by, at=at)
                case Change.END if not _standing(record).gone:
                    record_end(record=record, by=by, at=at, on=step.on, reason=f"{case.number} {why}", case=case.pk)
                case Change.MARK if not _standing(record).gone:
                    record_contest(record=record, by=by, at=at, forum=case.procedure, case=case.pk)
                case Change.UNMARK if _holds(record, case, Kind.CONTESTED):
                    record_conclude(record=record, by=by, at=at, outcome=step.to, case=case.pk)
                case Change.UNREPAIR:
                    record_unrepair(record=record, by=by, at=at, reason=why)
                    promise_break(case=case, document=words.document, on=step.on, by=by, at=at, reason=why)
                case _:
                    pass  # the record is gone already: there is nothing to suspend, resume or take out
            if change in (Change.CORRECT, Change.TAKE_OUT):
                followed.reissued += _made_good(record, by=by, at=at, reason=why)
            if change in (Change.CORRECT, Change.TAKE_OUT, Change.REPAIR):
                followed.reissued += _entries_follow(by=by, at=at)
            # What took the wrong record's place is what the case, and every other about it, holds from now on.
            record = followed.record or record
        before = step.to
    return followed


def _made_good(record: int, *, by: str, at: datetime, reason: str = "所依据的记录有误") -> int:
    """What follows when a record turned out to be wrong: whoever had an answer that rested on it is answered anew, and whoever carried
    a measure out on it makes that good. Returns how many answers were given anew.
    """
    remedies_raise(record=record, by=by, at=at)
    return record_recall(record=record, by=by, at=at, reason=reason).reissued


def _entries_follow(*, by: str, at: datetime) -> int:
    """Let entries on lists follow what they rest on; returns how many answers were given anew since an entry was wrong."""
    return sum(_made_good(record, by=by, at=at) for record in listings_groundless_end(by=by, at=at))


def _record_now_locked(case: Case) -> int:
    """What stands where the case's record stood, locked from the first on: a correction by another case is waited for."""
    record, latest = record_of(case), 0
    while record != latest:
        latest = record
        Record.objects.select_for_update().get(pk=record)
        record = fact_next(record)
    return record


def _holds(record: int, case: Case, kind: Kind) -> bool:
    """Whether this very case disputes or marks the record: none settles what another holds."""
    return case.pk in cases_holding(events_of([record], known_at=EVER)[record], kind)


def _standing(record: int) -> Standing:
    """What all its events make of the record: one written a moment ahead of this clock counts too."""
    return replay(events_of([record], known_at=EVER)[record], known_at=EVER)
