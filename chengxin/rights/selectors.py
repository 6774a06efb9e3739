"""Reading what may be answered, and where an answer stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.cases.models import Case, Paper, Step
from chengxin.cases.rules import Course
from chengxin.cases.selectors import case_seal, cases_open, course_of
from chengxin.kernel.days import day_of
from chengxin.kernel.identifiers import uscc_valid
from chengxin.law import Law
from chengxin.law.models import RecordType, Words
from chengxin.lists.selectors import TaskTold, fact_last, listing_record, records_filed, tasks_about
from chengxin.records.models import Record
from chengxin.records.rules import Standing, replay
from chengxin.records.selectors.filed import EVER, events_of, records_before, statements_of
from chengxin.rights import rules
from chengxin.signatures.selectors import replies_certified
from chengxin.subjects.selectors import SubjectUnknown, members_of, number_of, root_of, subject_of


@dataclass(frozen=True)
class Answerable:
    """A record as one who would answer it needs it: what it is, by whose law, and where it stands."""

    record: Record
    record_type: RecordType
    law: Law
    standing: Standing


def record_answerable(
    record: int, number: str, *, on: date, known_at: datetime, subject: int | None = None
) -> Answerable:
    """The record, if it is about the subject of this number, or about whoever is signed in as `subject`; one of somebody else's looks like none at
    all.
    """
    found = Record.objects.select_related("batch").filter(pk=record).first()
    try:
        whose = subject_of(number, known_at=known_at) if subject is None else root_of(subject, known_at=known_at)
        members = members_of(whose, known_at=known_at)
    except SubjectUnknown:
        members = []
    if found is None or found.subject_id not in members:
        raise (
            rules.RecordNotTheirs(record=record, number=number)
            if subject is None
            else rules.RecordNotYours(record=record)
        )
    law = lawroom.load().on(on, found.batch.jurisdiction)
    standing = replay(events_of([record], known_at=known_at)[record], known_at=known_at)
    return Answerable(found, law.record_types[found.record_type], law, standing)


def case_about(record: int, procedure: str) -> Case | None:
    """The open case of this kind about the record, or about one in whose place it stands, whomever that was about."""
    about = [f"record:{each}" for each in records_before(record)]
    return cases_open().filter(procedure=procedure, about__in=about).first()


@dataclass(frozen=True)
class Answered:
    """A case in which the record was found right: its number, the day of the answer, and whether the record has changed since."""

    number: str
    on: date
    changed: bool


def found_right(record: int, procedure: str, opened_by: str) -> Answered | None:
    """The latest case of this kind by this actor in which the record, or one in whose place it stands, was found right."""
    subject = Record.objects.values_list("subject_id", flat=True).get(pk=record)
    cases = Case.objects.filter(procedure=procedure, subject=subject, opened_by=opened_by, about__startswith="record:")
    for case in cases.order_by("-pk"):
        if course_of(case).state.outcome == "upheld" and record_now(case) == record:
            answer = Step.objects.filter(case=case).latest("number")
            then = fact_last(record_of(case), known_at=answer.at).record
            return Answered(case.number, answer.on, changed=then != record)
    return None


@dataclass(frozen=True)
class Contestable:
    """A record whose decision may be entered as under reconsideration or lawsuit; `running` is the case where it is already."""

    record: Record
    title: Words
    running: str
    chosen: bool = False

    @property
    def key(self) -> str:
        """Its number, as a form has it."""
        return str(self.record.pk)


def records_contestable(members: list[int], asker: Asker, *, on: date, known_at: datetime) -> list[Contestable]:
    """Of these subjects' records those that stand and that the asker may enter, the newest decision first."""
    law, found = lawroom.load().on(on), []
    for filed in records_filed(members, law, on=on, known_at=known_at):
        record = filed.record
        stands = not filed.standing.gone and filed.standing.repaired_on is None
        if stands and rules.contest_may_enter(asker.kind, asker.key, sender=record.batch.actor):
            running = next((case.number for each in rules.FORUMS if (case := case_about(record.pk, each))), "")
            place = lawroom.load().on(on, record.batch.jurisdiction)
            found.append(Contestable(record, place.record_types[record.record_type].title, running))
    free = [each for each in found if not each.running]
    return [replace(each, chosen=True) if free == [each] else each for each in found]


def contests_pending(record: int) -> bool:
    """Whether the record is marked as under reconsideration or lawsuit."""
    return any((case := case_about(record, each)) and course_of(case).state.marks for each in rules.FORUMS)


def record_of(case: Case) -> int:
    """The record that the case is about; for an entry on a list, the one on which it rests."""
    return int(case.about.rpartition("record:")[2])


def record_theirs(case: Case, *, known_at: datetime) -> int | None:
    """The record that stands where the case's own stood, if it is about the case's subject still; nothing where a correction laid it on another."""
    record = record_now(case)
    subject = Record.objects.values_list("subject_id", flat=True).get(pk=record)
    theirs = root_of(subject, known_at=known_at) == root_of(case.subject_id, known_at=known_at)
    return record if theirs else None


def record_now(case: Case) -> int:
    """The record that stands where the one stood that the case is about, through its corrections."""
    return fact_last(record_of(case), known_at=EVER).record


@dataclass(frozen=True)
class Choice:
    """One thing that may be done in a case: the state that it leads to, by whom, until when, needing what, by which article."""

    to: str
    title: Words
    act: Words
    by: str
    last_day: date | None
    wait: date | None
    needs: Sequence[str]
    article: str
    article_en: str


@dataclass(frozen=True)
class Told:
    """One step as it is told to whoever may see the case."""

    to: str
    title: Words
    on: date
    at: datetime
    by: str
    reasons: str
    document: str
    number: int
    certificate: dict[str, Any] | None


@dataclass(frozen=True)
class DeedTold:
    """Training, an interview or the like, as it is told to whoever may see the case."""

    kind: str
    title: Words
    on: date
    note: str


@dataclass(frozen=True)
class CaseFile:
    """A case as it is shown: what it is about, what was done, and what may be done next, by whom and until when."""

    case: Case
    number: str
    procedure: str
    title: Words
    record: int
    state: str
    state_title: Words
    final: bool
    suspended: bool
    last_day: date | None
    told: list[Told]
    choices: list[Choice]
    others: list[Choice]
    statement: str
    papers: list[Paper]
    measures: list[TaskTold]
    deeds: list[DeedTold]
    deeds_known: list[tuple[str, Words]]

    def as_dict(self) -> dict[str, Any]:
        """The case as the API and the command give it."""
        return {
            "number": self.number,
            "procedure": self.procedure,
            "record": self.record,
            "jurisdiction": self.case.jurisdiction,
            "opened_on": self.case.opened_on,
            "state": self.state,
            "state_title": self.state_title.zh,
            "state_title_en": self.state_title.en,
            "final": self.final,
            "suspended": self.suspended,
            "last_day": self.last_day,
            "steps": [
                {
                    "to": t.to, "title": t.title.zh, "title_en": t.title.en, "on": t.on, "at": t.at, "by": t.by,
                    "reasons": t.reasons, "document": t.document, "number": t.number, "certificate": t.certificate,
                }
                for t in self.told
            ],
            "choices": [
                {
                    "to": c.to, "title": c.title.zh, "title_en": c.title.en, "by": c.by, "last_day": c.last_day,
                    "not_before": c.wait, "needs": list(c.needs), "article": c.article, "article_en": c.article_en,
                }
                for c in self.choices
            ],
            "statement": self.statement,
            "papers": [{"paper": p.pk, "title": p.title, "size": p.size, "sha256": p.digest} for p in self.papers],
            "measures": [told.as_dict() for told in self.measures],
            "deeds": [
                {"kind": d.kind, "title": d.title.zh, "title_en": d.title.en, "on": d.on, "note": d.note} for d in self.deeds
            ],
        }  # fmt: skip


def case_file(case: Case, doers: Iterable[str] | None = None, *, known_at: datetime) -> CaseFile:
    """The case with its steps and choices; of the choices, only those of these doers where they are named."""
    course = course_of(case)
    mine = None if doers is None else set(doers)
    choices, now = _choices_offered(case, course), record_now(case)
    theirs = record_theirs(case, known_at=known_at) or 0
    steps = list(Step.objects.filter(case=case).order_by("number"))
    certified = replies_certified((step_named(case, step.number) for step in steps), known_at=known_at)
    return CaseFile(
        case=case,
        number=case.number,
        procedure=case.procedure,
        title=course.procedure.title,
        record=record_of(case),
        state=course.state_key,
        state_title=course.state.title,
        final=course.state.final,
        suspended=course.state.suspends,
        last_day=course.last_day,
        told=[_told(course, step, certified.get(step_named(case, step.number))) for step in steps],
        choices=[choice for choice in choices if mine is None or choice.by in mine],
        others=[choice for choice in choices if mine is not None and choice.by not in mine],
        statement=statements_of([theirs], known_at=known_at).get(theirs, ""),
        papers=list(case.papers.defer("sealed").order_by("pk")),
        measures=tasks_about(
            _records_told(case, now, known_at=known_at), case.subject_id, on=day_of(known_at), known_at=known_at
        ),
        deeds=[
            DeedTold(d.kind, course.procedure.deeds[d.kind].title, d.on, d.note)
            for d in case.deeds.order_by("on", "pk")
        ],
        deeds_known=[(key, deed.title) for key, deed in course.procedure.deeds.items()],
    )


def _records_told(case: Case, now: int, *, known_at: datetime) -> set[int]:
    """What the case is about, and its entry, each with what it took the place of: what was carried out before a correction is told of
    after it.
    """
    listed = listing_record(case)
    entry = fact_last(listed, known_at=known_at).record if listed else now
    return {*records_before(now), *records_before(entry)}


def _choices_offered(case: Case, course: Course) -> list[Choice]:
    """What may be done in this case: what its subject asked for, staff cannot take back as a mistake of theirs."""
    states, theirs = course.procedure.states, case.opened_by == rules.BY_SUBJECT
    return [c for c in choices_of(course) if not (theirs and states[c.to].outcome == "entered-wrongly")]


def choices_of(course: Course) -> list[Choice]:
    """Everything that may be done in the case as it stands, whoever does it."""
    found = []
    for o in course.steps:
        cited = course.law.cite(o.step.basis[0])
        title = course.procedure.states[o.step.to].title
        found.append(
            Choice(
                o.step.to, title, o.step.act or title, o.step.by, o.last_day, o.wait, o.step.needs, cited.zh, cited.en
            )
        )
    return found


def _told(course: Course, step: Step, certificate: dict[str, Any] | None) -> Told:
    title = course.procedure.states[step.to].title
    return Told(step.to, title, step.on, step.at, step.doer, step.reasons, step.document, step.number, certificate)


def step_named(case: Case, step: int) -> str:
    """A step of a case as its signature names it."""
    return f"case:{case.pk}/step:{step}"


def signable(case: Case, *, known_at: datetime) -> bool:
    """Whether the case's subject is a unit whose certificate could be told by its code."""
    return uscc_valid(number_of(case.subject_id, known_at=known_at))


def contact_of(case: Case) -> dict[str, Any]:
    """How to reach whoever opened the case, and their words, unsealed. Whoever shows it writes the reading down first."""
    if case.sealed is None:
        return {}
    found: dict[str, Any] = case_seal().unseal_json(bytes(case.sealed), bytes(case.key_hash or b""))
    return found
