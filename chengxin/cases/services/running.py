"""Opening cases and taking steps in them. The room that a case belongs to calls these, and gives the steps their meaning."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from chengxin import law as lawroom
from chengxin.cases import rules
from chengxin.cases.models import Case, Deed, Paper, Step, paper_bound
from chengxin.cases.rules import Course, Taken
from chengxin.cases.selectors import case_seal, course_of
from chengxin.cases.services.telling import notices_write
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.law.models import Doer
from chengxin.ledger.services import trace

MOST_BYTES = 10 * 1024 * 1024
MEDIA_TYPES = ("application/pdf", "image/jpeg", "image/png", "text/plain")


class PaperNotTaken(Refusal):
    """The paper "{title}" cannot be taken: {why}. Files may be PDF, JPEG, PNG or plain text of at most 10 MiB."""

    code = "case-paper-not-taken"
    zh = "材料“{title}”不能接收：{why_zh}。可以提交不超过10 MiB的 PDF、JPEG、PNG 或者纯文本文件。"


@dataclass(frozen=True)
class PaperIn:
    """A paper as it is handed in."""

    title: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Words:
    """What comes with a step: reasons, a document's number, how it was served, who approved it."""

    reasons: str = ""
    document: str = ""
    served: str = ""
    approved_by: str = ""

    def has(self, papers: Iterable[PaperIn] = ()) -> set[str]:
        """Which of the things that a step may need are there."""
        there = {
            "reasons": self.reasons,
            "document": self.document,
            "proof-of-service": self.served,
            "approval": self.approved_by,
            "evidence": any(True for _ in papers),
        }
        return {need for need, given in there.items() if given}


@dataclass(frozen=True)
class Opened:
    """A case just opened, and the key for whoever opened it from outside; it is shown once."""

    case: Case
    key: str


def case_open(
    *,
    procedure: str,
    jurisdiction: str,
    subject: int,
    about: str,
    authority: str,
    provider: str,
    by: str,
    at: datetime,
    doer: Doer = "subject",
    contact: dict[str, Any] | None = None,
    reasons: str = "",
    document: str = "",
    papers: Iterable[PaperIn] = (),
) -> Opened:
    """Open a case by the law of the day, in the state where its procedure opens; call it in the transaction of what it belongs to."""
    on, book, key = day_of(at), lawroom.load(), secrets.token_urlsafe(9)
    key_hash = sha256(key.encode()).digest()
    course = rules.course_opened(book.on(on, jurisdiction), procedure, on=on, by=doer)
    with transaction.atomic():
        case = Case.objects.create(
            procedure=procedure, jurisdiction=jurisdiction, subject_id=subject, about=about, authority=authority,
            provider=provider, opened_at=at, opened_on=on, opened_by=by, lawbook_digest=book.digest,
            key_hash=key_hash,
            sealed=None if contact is None else case_seal().seal_json(contact, key_hash),
        )  # fmt: skip
        _step_write(case, course, by=by, at=at, words=Words(reasons=reasons, document=document))
        for paper in papers:
            paper_add(case=case, paper=paper, by=by, at=at)
    return Opened(case, key)


def case_step(
    *, case: int, to: str, doers: Iterable[Doer], by: str, at: datetime, words: Words, papers: Iterable[PaperIn] = ()
) -> list[Taken]:
    """Take one step, after whatever the clock has done by itself meanwhile; returns all that was taken, in order.

    The case's row is the lock: two steps of one case are taken one after the other, and the second is judged by where the
    first has brought it.
    """
    papers = list(papers)
    with transaction.atomic():
        found = Case.objects.select_for_update().get(pk=case)
        course, done = _caught_up(found, at=at)
        on = max(day_of(at), course.taken[-1].on)
        deeds = {f"deed:{kind}" for kind in found.deeds.values_list("kind", flat=True)}
        step = rules.step_admissible(course, to=to, by=doers, on=on, has=words.has(papers) | deeds)
        after = course.after(Taken(len(course.taken), to, on, step.by))
        _step_write(found, after, by=by, at=at, words=words)
        for paper in papers:
            paper_add(case=found, paper=paper, by=by, at=at)
        done = [*done, after.taken[-1], *_carried_out(found, after, by=by, at=at)]
        notices_write(case=found, taken=done, at=at)
        return done


def _carried_out(case: Case, course: Course, *, by: str, at: datetime) -> list[Taken]:
    """The steps that only carry out what was decided, taken at once."""
    done: list[Taken] = []
    while (step := next((o.step for o in course.steps if o.step.automatic), None)) is not None:
        taken = Taken(len(course.taken), step.to, course.taken[-1].on, step.by)
        course = course.after(taken)
        _step_write(case, course, by=by, at=at, words=Words())
        done.append(taken)
    return done


def case_lapse(*, case: int, at: datetime) -> list[Taken]:
    """Let the clock do what it does by itself, where everybody's time is over; returns the steps that it took."""
    with transaction.atomic():
        found = Case.objects.select_for_update().get(pk=case)
        done = _caught_up(found, at=at)[1]
        notices_write(case=found, taken=done, at=at)
        return done


def _caught_up(case: Case, *, at: datetime) -> tuple[Course, list[Taken]]:
    course, done = course_of(case), list[Taken]()
    while (silent := rules.overdue(course, on=day_of(at))) is not None:
        course = course.after(silent)
        _step_write(case, course, by="clock", at=at, words=Words())
        done.append(silent)
    return course, done


def _step_write(case: Case, course: Course, *, by: str, at: datetime, words: Words) -> None:
    made = Step.objects.create(case=case, by=by, at=at, **course.row, **words.__dict__)
    trace(
        event="cases.step.taken", by=by, at=at, subject=case.subject_id, about=f"case:{case.pk}",
        detail={"procedure": case.procedure, "about": case.about, "to": made.to, "on": made.on, "by": made.doer},
    )  # fmt: skip


def deed_add(*, case: Case, kind: str, day: date, note: str, by: str, at: datetime) -> Deed:
    """Write down that something was done beside the case's steps; refuses what its procedure does not know. The same kind on the same day is one."""
    rules.deed_fit(course_of(case), kind, day=day, on=day_of(at))
    with transaction.atomic():
        made, new = Deed.objects.get_or_create(
            case=case, kind=kind, on=day, defaults={"note": note.strip()[:500], "by": by, "at": at}
        )
        if new:
            trace(
                event="cases.deed.recorded", by=by, at=at, subject=case.subject_id, about=f"case:{case.pk}",
                detail={"kind": kind, "on": day},
            )  # fmt: skip
    return made


def paper_add(*, case: Case, paper: PaperIn, by: str, at: datetime) -> Paper:
    """Seal a paper into the case's file; refuses what is too long or of a kind that nobody could open."""
    if len(paper.content) > MOST_BYTES:
        raise PaperNotTaken(title=paper.title[:80], why="it is too long", why_zh="文件过大")
    if not paper.content or paper.media_type not in MEDIA_TYPES:
        raise PaperNotTaken(
            title=paper.title[:80], why="its kind is not one of these", why_zh="文件类型不在其列或者内容为空"
        )
    made = Paper.objects.create(
        case=case, title=paper.title[:200], media_type=paper.media_type, size=len(paper.content),
        digest=sha256(paper.content).hexdigest(), sealed=case_seal().seal(paper.content, paper_bound({"case_id": case.pk})), by=by, at=at,
    )  # fmt: skip
    trace(
        event="cases.paper.added",
        by=by,
        at=at,
        subject=case.subject_id,
        about=f"case:{case.pk}",
        detail={"paper": made.pk},
    )
    return made


def paper_read(*, paper: Paper, by: str, at: datetime) -> bytes:
    """The paper as it was handed in; the reading is written down first."""
    trace(
        event="cases.paper.read",
        by=by,
        at=at,
        subject=paper.case.subject_id,
        about=f"case:{paper.case_id}",
        detail={"paper": paper.pk},
    )
    return case_seal().unseal(bytes(paper.sealed), paper_bound({"case_id": paper.case_id}))
