"""Reading what stands against a subject, as of a day and an instant, in one round trip."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Count,
    DateField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models import Case as CaseWhen
from django.db.models.functions import Coalesce

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_titled
from chengxin.cases.models import Case, Delivery, Step
from chengxin.cases.selectors import SEEING_ALL, CaseUnknown, case_numbered, course_of
from chengxin.kernel.days import day_due, day_of
from chengxin.law import Law
from chengxin.law.models import ListEntry, Measure, Words
from chengxin.ledger.models import Entry
from chengxin.lists.bulk import STOOD
from chengxin.lists.models import Activation, Task, TaskAnswer
from chengxin.lists.rules import (
    CLEAN_YEARS,
    CleanRecord,
    Fact,
    GroundUnfit,
    Objectable,
    TaskState,
    TaskUnknown,
    clean_record,
    ground_admissible,
    listed,
    objectable,
    task_state,
)
from chengxin.records.bulk.replaying import LATER
from chengxin.records.models import Batch, Event, Record
from chengxin.records.rules import Effect, Kind, Standing, Terms, effect, ground_doubted, replay, showable
from chengxin.records.rules import Event as Happened
from chengxin.records.selectors.filed import EVER, events_of, fields_written, records_before, records_of, statements_of
from chengxin.subjects.models import Identifier, Link, Name
from chengxin.subjects.selectors import identifiers_of, members_of, names_of, number_of, root_of, subject_of

_FACTS = """
with bearing as (
    select i.subject_id from subjects_identifier i where i.value = %(value)s and i.scheme = %(scheme)s and i.known_at <= %(known_at)s
), asked as (
    select subject_id from bearing
    union all
    -- The 9-character code stands inside the new one (GB 32100-2015, 4.2); where two new codes hold it, nobody can say.
    select min(i.subject_id) from subjects_identifier i where %(scheme)s = 'organisation-code' and i.scheme = 'uscc'
        and substr(i.value, 9, 9) = %(value)s and i.known_at <= %(known_at)s and not exists (select from bearing)
    having count(*) = 1
), rooted as (
    select coalesce((select l.root_id from subjects_link l where l.subject_id = a.subject_id and l.known_from <= %(known_at)s
                     and (l.known_to is null or l.known_to > %(known_at)s)), a.subject_id) as root from asked a
), member as (
    select root, root as subject from rooted
    union all
    select o.root, l.subject_id from rooted o join subjects_link l on l.root_id = o.root and l.known_from <= %(known_at)s
        and (l.known_to is null or l.known_to > %(known_at)s)
)
select m.root, r.id, r.record_type, r.authority, r.document, r.decided_on, r.effect_from, r.effect_until, r.shown_until, r.severity, r.body,
    (select json_agg(json_build_array(e.number, e.kind, e.at, e."on") order by e.number) from records_event e
     where e.record_id = r.id and e.number > 0 and e.at <= %(known_at)s),
    (select s.words from records_statement s where s.record_id = r.id and s.at <= %(known_at)s order by s.number desc limit 1)
from member m left join records_record r on r.subject_id = m.subject and r.record_type = any(%(types)s)
    and r.effect_from <= %(on)s and (r.effect_until is null or r.effect_until > %(on)s) and r.received_at <= %(known_at)s
"""


@dataclass(frozen=True)
class SubjectFacts:
    """The subject that a number named, and its records in term on the day."""

    subject: int
    facts: list[Fact]


def facts_in_term(
    *, scheme: str, value: str, record_types: list[str], on: date, known_at: datetime
) -> SubjectFacts | None:
    """The facts of these types in term on the day, as known at the instant; nothing where the number names no subject.

    Raw SQL on purpose: a check may make two reads and one write, and this is the second read.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _FACTS, {"value": value, "scheme": scheme, "types": record_types, "on": on, "known_at": known_at}
        )
        rows = cursor.fetchall()
    if not rows:
        return None
    return SubjectFacts(rows[0][0], [_fact(row, known_at) for row in rows if row[1] is not None])


def _fact(row: tuple[Any, ...], known_at: datetime) -> Fact:
    (
        _,
        record,
        record_type,
        authority,
        document,
        decided_on,
        effect_from,
        effect_until,
        shown_until,
        severity,
        body,
        events,
        statement,
    ) = row
    return Fact(
        record=record,
        record_type=record_type,
        authority=authority,
        document=document,
        decided_on=decided_on,
        terms=Terms(effect_from, effect_until, shown_until),
        severity=severity,
        body=json.loads(body) if isinstance(body, str) else body,
        standing=replay(events_read(events), known_at=known_at),
        statement=statement or "",
    )


def events_read(rows: list[list[Any]] | str | None) -> list[Happened]:
    """Events as the database aggregates them, [number, kind, at, on], in their order."""
    listed = json.loads(rows) if isinstance(rows, str) else rows or []
    return [
        Happened(number, Kind(kind), datetime.fromisoformat(at), date.fromisoformat(on) if on else None)
        for number, kind, at, on in listed
    ]


@dataclass(frozen=True)
class FiledRecord:
    """A record of a subject's file: the claim, its events, and what they make of it on the day."""

    record: Record
    events: list[Happened]
    standing: Standing
    effect: Effect
    shown: bool
    lists: list[str]
    statement: str = ""

    @property
    def fact(self) -> Fact:
        """The record as a rule sees it."""
        return _fact_of(self.record, self.standing)

    @property
    def contest(self) -> Happened | None:
        """By which event it came under reconsideration or lawsuit, where it is."""
        return (
            next((e for e in reversed(self.events) if e.kind is Kind.CONTESTED), None)
            if self.standing.contested
            else None
        )

    @property
    def rests_on(self) -> int | None:
        """The record on which this one rests, while that is being verified or has fallen, so that this one has no effect either."""
        doubted = ground_doubted(self.events)
        return None if doubted is None else int(doubted.detail["ground"])


@dataclass(frozen=True)
class SubjectFile:
    """The whole file of one subject as of a day and an instant."""

    subject: int
    on: date
    known_at: datetime
    identifiers: list[Identifier]
    names: list[Name]
    records: list[FiledRecord]


def subject_file(number: str, *, on: date, known_at: datetime, jurisdiction: str = "cn") -> SubjectFile:
    """Everything that the register held at the instant about the subject of the number, judged as of the day."""
    law = lawroom.load().on(on, jurisdiction)
    root = subject_of(number, known_at=known_at)
    members = members_of(root, known_at=known_at)
    return SubjectFile(
        subject=root,
        on=on,
        known_at=known_at,
        identifiers=list(identifiers_of(members, known_at=known_at)),
        names=list(names_of(members, known_at=known_at)),
        records=records_filed(members, law, on=on, known_at=known_at),
    )


def records_filed(subjects: list[int], law: Law, *, on: date, known_at: datetime) -> list[FiledRecord]:
    """Every claim about these subjects that the register held at the instant, judged as of the day, newest decision first."""
    records = list(records_of(subjects, known_at=known_at))
    events = events_of([r.pk for r in records], known_at=known_at)
    said = statements_of([r.pk for r in records], known_at=known_at)
    return [_filed(law, r, events[r.pk], said.get(r.pk, ""), on=on, known_at=known_at) for r in records]


def fact_of(record: Record, *, known_at: datetime) -> Fact:
    """The record as a rule sees it at the instant."""
    return _fact_of(record, replay(events_of([record.pk], known_at=known_at)[record.pk], known_at=known_at))


def fact_last(record: int, *, known_at: datetime) -> Fact:
    """The claim that stands where this one stood, through its corrections; itself where it was never corrected."""
    fact = fact_of(Record.objects.get(pk=record), known_at=known_at)
    while fact.standing.replaced and (new := fact_next(fact.record)) != fact.record:
        fact = fact_of(Record.objects.get(pk=new), known_at=known_at)
    return fact


def fact_stood(record: int, *, known_at: datetime) -> Fact:
    """The claim on which a task raised for this record stands: the one in its place where only its wording was put right since."""
    return claims_read([record]).stood(record, known_at=known_at)


@dataclass(frozen=True)
class Claims:
    """Records and whatever took their place, each with all its events: read at once, asked as of any instant."""

    records: dict[int, Record]
    events: dict[int, list[Happened]]

    def fact(self, record: int, *, known_at: datetime) -> Fact:
        """The record as a rule sees it at the instant."""
        return _fact_of(self.records[record], replay(self.events[record], known_at=known_at))

    def next(self, record: int) -> int:
        """The record that took this one's place; itself where none did."""
        placed = [each.detail for each in self.events[record] if each.kind is Kind.SUPERSEDED]
        return int(placed[-1].get("record", record)) if placed else record

    def stood(self, record: int, *, known_at: datetime) -> Fact:
        """As `fact_stood`."""
        own = last = self.fact(record, known_at=known_at)
        while last.standing.replaced and (new := self.next(last.record)) != last.record:
            last = self.fact(new, known_at=known_at)
        same = (own.terms.effect_from, own.terms.effect_until) == (last.terms.effect_from, last.terms.effect_until)
        return last if same else own


def claims_read(records: Iterable[int]) -> Claims:
    """These records and whatever took their place: two queries, and two more for each correction of a correction."""
    found = Claims({}, {})
    wanted = set(records)
    while wanted:
        found.records.update(Record.objects.in_bulk(wanted))
        found.events.update(events_of(sorted(wanted), known_at=EVER))
        wanted = {found.next(each) for each in wanted} - set(found.records)
    return found


def fact_next(record: int) -> int:
    """The record that took this one's place; itself where none did."""
    new = Event.objects.filter(record_id=record, kind="superseded").order_by("-number").first()
    return record if new is None or new.detail is None else int(new.detail["record"])


def _fact_of(record: Record, standing: Standing) -> Fact:
    return Fact(
        record.pk, record.record_type, record.authority, record.document, record.decided_on,
        Terms(record.effect_from, record.effect_until, record.shown_until), record.severity, record.body, standing,
    )  # fmt: skip


def _filed(law: Law, record: Record, events: list[Happened], said: str, *, on: date, known_at: datetime) -> FiledRecord:
    standing = replay(events, known_at=known_at)
    fact = _fact_of(record, standing)
    terms = fact.terms
    record_type = law.record_types.get(record.record_type)
    public = record_type is not None and record_type.publication == "public"
    state = effect(terms, standing, on=on)
    on_lists = [key for key, entry in sorted(law.lists.items()) if state is not Effect.NONE and listed(entry, fact)]
    return FiledRecord(record, events, standing, state, public and showable(terms, standing, on=on), on_lists, said)


def file_shown(file: SubjectFile, law: Law) -> dict[str, Any]:
    """The file as the command and the API give it: every record with its authority, document, terms, state and events."""
    return {
        "subject": file.subject,
        "on": file.on,
        "known_at": file.known_at,
        "identifiers": [{"scheme": i.scheme, "value": i.value, "known_at": i.known_at} for i in file.identifiers],
        "names": [{"name": n.written, "source": n.source, "known_at": n.known_at} for n in file.names],
        "records": [_record_shown(filed, law) for filed in file.records],
    }


def _record_shown(filed: FiledRecord, law: Law) -> dict[str, Any]:
    record, record_type = filed.record, law.record_types.get(filed.record.record_type)
    return {
        "record": record.pk,
        "record_type": record.record_type,
        "title": record_type.title.zh if record_type else record.record_type,
        "title_en": record_type.title.en if record_type else record.record_type,
        "state": filed.standing.word,
        "effect": filed.effect.value,
        "shown": filed.shown,
        "statement": filed.statement,
        "contested": {"forum": filed.contest.detail.get("forum"), "since": day_of(filed.contest.at)}
        if filed.contest
        else None,
        "ground_doubted": filed.rests_on,
        "lists": filed.lists,
        "authority": record.authority,
        "authority_code": record.authority_code,
        "document": record.document,
        "decided_on": record.decided_on,
        "received_at": record.received_at,
        "published_on": record.published_on,
        "late_days": record.late_days,
        "severity": record.severity,
        "effect_from": record.effect_from,
        "effect_until": record.effect_until,
        "shown_until": record.shown_until,
        "kept_until": record.kept_until,
        "source": record.batch.source,
        "provider": record.batch.actor,
        "batch": record.batch_id,
        "body": record.body,
        "events": [
            {"kind": e.kind.value, "at": e.at, "on": e.on, "by": e.by, "detail": e.detail} for e in filed.events
        ],
    }


# --- measures set going -----------------------------------------------------------------------------------------------------

_CHANGES = r"^(records\.(batch\.(landed|released)|record\.)|subjects\.(subject|merge)\.)"
_FALLEN = ("superseded", "withdrawn", "unmatched")
TURN = ("measure", "agency", "record_id", "subject_id", "turn")  # what a task has in common with those that undo it
RESPOND, NOTICE, REMEDY = "measure-respond-within", "measure-notice-within", "measure-remedy-within"


def data_latest() -> int:
    """The ledger's entry of the latest change to what the register holds: a later one makes every earlier count old."""
    found = Entry.objects.filter(event__regex=_CHANGES).order_by("-pk").values_list("pk", flat=True).first()
    return found or 0


def activations_latest() -> QuerySet[Activation]:
    """Of each measure and agency whether it is asked to carry it out now, or was once and is no more."""
    latest = Activation.objects.filter(
        measure=OuterRef("measure"), jurisdiction=OuterRef("jurisdiction"), agency=OuterRef("agency")
    ).order_by("-number")
    return Activation.objects.filter(pk=Subquery(latest.values("pk")[:1])).order_by("measure", "agency")


def tasks_perhaps_wrong(record: int | None = None, subjects: Iterable[int] | None = None) -> QuerySet[Task]:
    """What was carried out on a record that was since taken out, corrected or found to be somebody else's, or on a firm that was
    wrongly held to be the record's, and is not being made good yet; of one record and what it took the place of, of some subjects, or of all.
    """
    latest = TaskAnswer.objects.filter(task=OuterRef("pk")).order_by("-number").values("outcome")[:1]
    fallen = Event.objects.filter(record_id=OuterRef("record_id"), number__gt=0, kind__in=_FALLEN)
    begun = Task.objects.filter(**{name: OuterRef(name) for name in TURN}, kind=Task.Kind.REMEDY)
    done = Task.objects.filter(kind=Task.Kind.CARRY_OUT).annotate(
        outcome=Subquery(latest), met=_root("subject_id"), own=_root("record__subject_id")
    )
    wrong = Exists(fallen) | ~Q(met=F("own"))
    tasks = done.filter(wrong, ~Exists(begun), outcome=TaskAnswer.Outcome.DONE).order_by("pk")
    tasks = tasks if subjects is None else tasks.filter(subject__in=list(subjects))
    return tasks if record is None else tasks.filter(record__in=records_before(record))


def _root(subject: str) -> Coalesce:
    """Which subject stands for that of this column now."""
    held = Link.objects.filter(subject=OuterRef(subject), known_to__isnull=True).values("root")[:1]
    return Coalesce(Subquery(held), F(subject), output_field=BigIntegerField())


def task_misplaced(task: Task, *, known_at: datetime) -> bool:
    """Whether the record on which the task rests is about somebody else than the task's subject: it was matched to that one by mistake, or
    both were held to be one, and are not.
    """
    last = fact_last(task.record_id, known_at=known_at)
    about = Record.objects.values_list("subject_id", flat=True).get(pk=last.record)
    apart = root_of(about, known_at=known_at) != root_of(task.subject_id, known_at=known_at)
    return last.standing.unmatched or apart


def tasks_accessible(asker: Asker) -> QuerySet[Task]:
    """The tasks that the asker may see and answer: an agency its own; who runs or supervises the register sees all."""
    tasks = Task.objects.order_by("due_on", "pk")
    return tasks if asker.kind in SEEING_ALL else tasks.filter(agency=asker.key)


def task_accessible(asker: Asker, task: int) -> Task:
    """One task of those; unknown and forbidden look alike."""
    found = tasks_accessible(asker).filter(pk=task, agency=asker.key).first()
    if found is None:
        raise TaskUnknown(task=task)
    return found


# Whether a task's ground is gone: nobody is asked to carry anything out on a record that does not count today (boundary 5), or is
# about somebody else. `effect` of records/rules in SQL, for the one record on which task `t` stands.
_GROUND = f"""
cross join {STOOD} left join lateral (
    select r.effect_from > %(on)s or coalesce(r.effect_until <= %(on)s, false) or coalesce(e.over or e.disputed, false)
        or coalesce(m.root_id, t.subject_id) <> coalesce(o.root_id, r.subject_id) as fallen
    from records_record r left join lateral (select * from ({LATER}) x where x.record_id = r.id) e on true
    left join subjects_link m on m.subject_id = t.subject_id and m.known_to is null
    left join subjects_link o on o.subject_id = r.subject_id and o.known_to is null
    where r.id = s.record and t.kind = 'carry-out'
) g on true
"""


def _due_anew(at: datetime) -> dict[int, date]:
    """Task → the day by which it is due, where an outcome that came after it left its record as it is, or the one that stands in its place
    since the wording was put right: nobody could do anything while the objection was open, so that the time that the lawbook gives begins
    with the outcome.
    """
    with connection.cursor() as cursor:
        # Only where the record that a task was raised for was settled or corrected is there anything to follow: few of all tasks.
        cursor.execute(
            f"""
            with followed as materialized (
                select * from lists_task a where a.kind = 'carry-out' and a.record_id in (
                    select record_id from records_event where kind in ('settled', 'superseded') and number > 0
                )
            )
            select t.id, t.jurisdiction, max((e.at at time zone 'Asia/Shanghai')::date) from followed t cross join {STOOD}
            join records_event e on e.record_id in (t.record_id, s.record)
            where e.kind = 'settled' and e.number > 0 and e.at > t.at and e.at <= %(known_at)s group by 1, 2
            """,
            {"known_at": at},
        )
        found = cursor.fetchall()
    book = lawroom.load()
    laws = {(place, day): book.on(day, place) for _, place, day in found}
    dues = {key: day_due(key[1], law.parameter(RESPOND), law.parameters[RESPOND].unit) for key, law in laws.items()}
    return {task: dues[place, day] for task, place, day in found}


def tasks_due_from(tasks: QuerySet[Task], *, at: datetime) -> QuerySet[Any]:
    """The tasks with the day by which each is due, `due`, the first due first."""
    begun: dict[date, list[int]] = defaultdict(list)
    for task, due in _due_anew(at).items():
        begun[due].append(task)
    anew = [When(pk__in=found, then=Value(due)) for due, found in begun.items()]
    known = CaseWhen(*anew, default=F("due_on"), output_field=DateField())
    return tasks.annotate(due=known).order_by("due", "pk")


def tasks_open(asker: Asker, *, at: datetime) -> QuerySet[Task]:
    """The tasks in which the agency still owes something, the first due first: an answer, again where its subject was not
    told in time, or the proof that it was, unless the measure is to be lifted already. Those whose record has no effect today are left out:
    they come back only if it has effect again.
    """
    latest = TaskAnswer.objects.filter(task=OuterRef("pk")).order_by("-number")
    served = Delivery.objects.filter(notice=OuterRef("notice"), outcome="served", at__date__lte=OuterRef("tell_by"))
    tasks = tasks_accessible(asker).annotate(
        answered=Subquery(latest.values("outcome")[:1]),
        notice=Subquery(latest.values("notice")[:1]),
        tell_by=Subquery(latest.values("tell_by")[:1]),
    )
    lifted = Task.objects.filter(**{name: OuterRef(name) for name in TURN}, kind=Task.Kind.LIFT)
    owed = tasks.filter(Q(answered__isnull=True) | Q(tell_by__isnull=False) & ~Exists(served) & ~Exists(lifted))
    words: dict[str, Any] = {"ids": list(owed.values_list("pk", flat=True)), "on": day_of(at), "known_at": at}
    with connection.cursor() as cursor:
        cursor.execute(f"select t.id from lists_task t {_GROUND} where t.id = any(%(ids)s) and g.fallen", words)
        fallen = [number for (number,) in cursor.fetchall()]
    return tasks_due_from(owed.exclude(pk__in=fallen), at=at)


@dataclass(frozen=True)
class TasksDue:
    """How many tasks of one measure are due on one day."""

    due_on: date
    title: Words
    count: int


def tasks_due(asker: Asker, *, at: datetime) -> list[TasksDue]:
    """The asker's open tasks by day and measure, the first due first."""
    tasks: QuerySet[Any] = tasks_open(asker, at=at)  # each with its `due`
    found = tasks.order_by("due", "measure").values("due", "measure", "jurisdiction")
    return [
        TasksDue(each["due"], _measure_title(each["measure"], each["jurisdiction"], each["first"]), each["count"])
        for each in found.annotate(count=Count("pk"), first=Min("at"))
    ]


def measure_titled(key: str, *, at: datetime) -> Words:
    """What the measure is called today, in whichever place has it; its key where none has it any more."""
    book = lawroom.load()
    titles = (_measure_title(key, place, at) for place in sorted(book.jurisdictions))
    return next((title for title in titles if title.zh != key), Words(zh=key, en=key))


def _measure_title(key: str, jurisdiction: str, at: datetime) -> Words:
    measure = lawroom.load().on(day_of(at), jurisdiction).measures.get(key)
    return measure.title if measure else Words(zh=key, en=key)


def task_state_of(task: Task, *, on: date) -> TaskState:
    """Where the task stands on the day."""
    answer = task.answers.order_by("-number").first()
    if answer is None:
        return TaskState.OPEN
    served = Delivery.objects.filter(notice=answer.notice_id, outcome="served", at__date__lte=answer.tell_by or on)
    return task_state(answer.outcome, answer.tell_by, told=answer.notice_id is not None and served.exists(), on=on)


def measure_of_task(task: Task) -> tuple[Law, Measure]:
    """The measure of the task and the law of the day on which it was raised; where it is published no more, of the day on which it
    was to be carried out.
    """
    law = lawroom.load().on(day_of(task.at), task.jurisdiction)
    if task.measure not in law.measures:
        first = Task.objects.get(**{name: getattr(task, name) for name in TURN}, kind=Task.Kind.CARRY_OUT)
        law = lawroom.load().on(day_of(first.at), task.jurisdiction)
    return law, law.measures[task.measure]


@dataclass(frozen=True)
class TaskTold:
    """A task as the subject sees it: what is done to it or made good, by whom, until when, and what came of it."""

    task: int
    kind: str
    title: Words
    agency: str
    due_on: date
    state: TaskState
    reason: str
    answered_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """The task as the API gives it."""
        shown = {**self.__dict__, "title": self.title.zh, "title_en": self.title.en}
        return {key: shown[key] for key in sorted(shown)}


def tasks_about(records: Iterable[int], subject: int, *, on: date, known_at: datetime) -> list[TaskTold]:
    """What was done to this subject because of these records, and what is to be lifted or made good, in the order in which it was asked
    for. What nobody has done yet, need do, or told its subject of in time has no effect and is left out; so is what was done to a firm
    that was wrongly held to be this one.
    """
    found = []
    root = root_of(subject, known_at=known_at)
    for task in Task.objects.filter(record__in=list(records)).order_by("pk"):
        if root_of(task.subject_id, known_at=known_at) != root:
            continue
        answer = task.answers.order_by("-number").first()
        state = task_state_of(task, on=on)
        if task.kind == Task.Kind.CARRY_OUT and state not in (TaskState.DONE, TaskState.TELLING):
            continue
        found.append(
            TaskTold(
                task.pk, task.kind, measure_of_task(task)[1].title, actor_titled(task.agency), task.due_on,
                state, answer.reason if answer else "", answer.at if answer else None,
            )
        )  # fmt: skip
    return found


def addressee_of(subject: int, *, known_at: datetime) -> tuple[str, str]:
    """The subject's name, and how a letter reaches it: its name, its code and the address that it last registered, where it did."""
    members = members_of(subject, known_at=known_at)
    name = next((n.written for n in names_of(members, known_at=known_at)), "")
    law = lawroom.load().on(day_of(known_at))
    address = ""
    for record in records_of(members, known_at=known_at):
        record_type = law.record_types.get(record.record_type)
        if record_type and record_type.roles.address and not address:
            address = str(record.body.get(record_type.roles.address) or "")
    return name, " ".join(filter(None, (name, number_of(subject, known_at=known_at), address)))


def task_shown(task: Task, *, at: datetime) -> dict[str, Any]:
    """The task with the measure's own words and the record on which it rests, as its agency needs them."""
    law, measure = measure_of_task(task)
    asked = task.kind == Task.Kind.CARRY_OUT
    fact = (
        fact_stood(task.record_id, known_at=at)
        if asked
        else fact_of(Record.objects.get(pk=task.record_id), known_at=at)
    )
    answer = task.answers.order_by("-number").first()
    return {
        "task": task.pk,
        "kind": task.kind,
        "measure": task.measure,
        "title": measure.title.zh,
        "title_en": measure.title.en,
        "effect": measure.effect.zh,
        "mandatory": measure.mandatory,
        "article": law.cite((law.parameters[REMEDY] if task.kind == Task.Kind.REMEDY else measure).basis[0]).zh,
        "record": fact.record,
        "document": fact.document,
        "code": number_of(task.subject_id, known_at=at),
        "due_on": tasks_due_from(Task.objects.filter(pk=task.pk), at=at).values_list("due", flat=True).get(),
        "state": task_state_of(task, on=day_of(at)).value,
        "tell_by": answer.tell_by if answer else None,
        "notice": answer.notice_id if answer else None,
    }


@dataclass(frozen=True)
class TaskCount:
    """What came of one measure with one agency: tasks raised, done (and its subject told), carried out while its subject is being told,
    not done with a reason, open (again, where nobody was told in time), fallen (its record has no effect, so that nobody need do anything),
    and of all these late.
    """

    measure: str
    agency: str
    kind: str
    raised: int
    done: int
    telling: int
    not_done: int
    open: int
    fallen: int
    late: int


_COUNTS = f"""
with stood as (
    select t.measure, t.agency, t.kind, coalesce(n.due, t.due_on) as due_on, a.first, case
        when g.fallen and (a.outcome is null or a.tell_by is not null and not a.told) then 'fallen'
        when a.outcome is null or (a.tell_by < %(on)s and not a.told) then 'open'
        when a.tell_by is not null and not a.told then 'telling' else a.outcome end as state
    from lists_task t left join lateral (
        select x.outcome, x.tell_by, exists (
            select from cases_delivery d where d.notice_id = x.notice_id and d.outcome = 'served'
                and (d.at at time zone 'Asia/Shanghai')::date <= x.tell_by
        ) as told, (select min(y.at) from lists_taskanswer y where y.task_id = t.id) as first
        from lists_taskanswer x where x.task_id = t.id order by x.number desc limit 1
    ) a on true
    {_GROUND}
    left join unnest(%(tasks)s::bigint[], %(dues)s::date[]) n(task, due) on n.task = t.id
    where t.at <= %(at)s and (%(agency)s::text is null or t.agency = %(agency)s)
        and (%(since)s::date is null or t.due_on between %(since)s and %(until)s)
)
select measure, agency, kind, count(*), count(*) filter (where state = 'done'), count(*) filter (where state = 'telling'),
    count(*) filter (where state = 'not-done'), count(*) filter (where state = 'open'), count(*) filter (where state = 'fallen'),
    count(*) filter (where state <> 'fallen' and (case when state = 'open' then %(at)s else first end at time zone 'Asia/Shanghai')::date > due_on)
from stood group by 1, 2, 3 order by 1, 2, 3
"""


def tasks_counted(asker: Asker, *, at: datetime, due: tuple[date, date] | None = None) -> list[TaskCount]:
    """The statistics of the tasks that the asker may see; only of those due in the days, both included, where they are given."""
    since, until = due or (None, None)
    anew = _due_anew(at)
    words: dict[str, Any] = {"at": at, "known_at": at, "on": day_of(at), "since": since, "until": until}
    words |= {"tasks": list(anew), "dues": list(anew.values())}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {**words, "agency": None if asker.kind in SEEING_ALL else asker.key})
        return [TaskCount(*row) for row in cursor.fetchall()]


# --- entries decided here -----------------------------------------------------------------------------------------------------

LISTED = "listing"  # the channel of a batch that is one entry decided here


def listing_record(case: Case) -> int | None:
    """The record that the case's entry became."""
    batch = Batch.objects.filter(channel=LISTED, reason=f"case:{case.pk}").first()
    return None if batch is None else Record.objects.filter(batch_id=batch.pk).values_list("pk", flat=True).first()


def about_of(list_key: str, ground: int) -> str:
    """What the case of an entry on the list is about: the list, and the record on which the entry rests."""
    return f"list:{list_key}/record:{ground}"


def ground_of(case: Case) -> tuple[str, int]:
    """The list and the ground of a listing's case."""
    list_part, _, record = case.about.rpartition("/record:")
    return list_part.removeprefix("list:"), int(record)


def lists_counting(subjects: list[int], law: Law, *, on: date, known_at: datetime) -> set[str]:
    """The lists on which these subjects stand by a record that counts on the day: none by one under objection."""
    filed = records_filed(subjects, law, on=on, known_at=known_at)
    return {key for each in filed if each.effect is Effect.COUNTS for key in each.lists}


# --- favourable entries under way ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Published:
    """A favourable entry that is being published: who, on which list, decided by whom, why, and until when anybody may object."""

    number: str
    firm: str
    code: str
    title: Words
    authority: str
    reasons: str
    since: date
    until: date | None
    state: Words
    article: str


def cases_published(*, at: datetime, after: int | None = None, most: int) -> tuple[list[Published], int | None]:
    """The favourable entries to which anybody may object today, the first filed first, and after which case the next page begins.

    The database finds them: who may object in which state is the law's, and what stands in such a state since when, the steps'.
    """
    on = day_of(at)
    later_step = Step.objects.filter(case=OuterRef("case"), number__gt=OuterRef("number"))
    standing = Step.objects.filter(~Exists(later_step), last_day__gte=on, case__about__startswith="list:")
    found = standing.filter(_objectable(standing, on=on)).order_by("case")
    if after is not None:
        found = found.filter(case__gt=after)
    page = [step.case for step in found.select_related("case")[: most + 1]]
    shown = [published_of(case, at=at) for case in page[:most]]
    return [each for each in shown if each is not None], page[most - 1].pk if len(page) > most else None


def _objectable(standing: QuerySet[Step], *, on: date) -> Q:
    """Which of the steps brought a case to where anybody may object on the day, by the law of the day on which each case opened."""
    days: dict[tuple[str, str, Objectable], list[date]] = {}
    book = lawroom.load()
    for key, place, opened_on in standing.values_list(
        "case__procedure", "case__jurisdiction", "case__opened_on"
    ).distinct():
        law = book.on(opened_on, place)
        for each in objectable(law, law.procedures[key], on=on):
            days.setdefault((key, place, each), []).append(opened_on)
    found = Q(pk__in=[])
    for (key, place, each), opened in days.items():
        here = Q(case__procedure=key, case__jurisdiction=place, case__opened_on__in=opened, to=each.state)
        if each.since is not None:
            begun = Step.objects.filter(case=OuterRef("case"), to=each.counts_from, on__gte=each.since)
            here &= Q(Exists(begun))
        found |= here
    return found


def published_of(case: Case, *, at: datetime) -> Published | None:
    """The entry as it is published; nothing where nobody may object to it today."""
    course = course_of(case)
    step = next((o for o in course.steps if o.step.by == "anybody"), None)
    if step is None or (step.last_day is not None and step.last_day < day_of(at)):
        return None
    entry = course.law.lists[ground_of(case)[0]]
    # The step that brought the entry to where anybody may object says why.
    shown = Step.objects.filter(case=case, to=step.step.counts_from).order_by("-number").first()
    names = names_of(members_of(case.subject_id, known_at=at), known_at=at)
    return Published(
        case.number, next((n.written for n in names), ""), number_of(case.subject_id, known_at=at), entry.title,
        actor_titled(case.authority), shown.reasons if shown else "", shown.on if shown else case.opened_on, step.last_day,
        course.state.title, course.law.cite(entry.basis[0]).zh,
    )  # fmt: skip


def case_published(number: str) -> Case:
    """The case of that number, if it is a favourable entry that was published so that anybody could object; anything else looks like
    none: who has applied is told to nobody before.
    """
    case = case_numbered(Case.objects.filter(about__startswith="list:"), number)
    course = course_of(case)
    been = {taken.to for taken in course.taken}
    asked = any(step.by == "anybody" and step.counts_from in been for step in course.procedure.steps)
    if course.state.final or not asked:
        raise CaseUnknown(number=number[:40])
    return case


# --- a clean record -----------------------------------------------------------------------------------------------------------


REGISTRATION = "enterprise-registration"


def clean_of(file: SubjectFile, law: Law, *, years: int | None = None) -> CleanRecord:
    """Whether the subject of the file had no adverse record in so many years running, by the law given."""
    facts = [filed.fact for filed in file.records]
    days = [
        filed.record.decided_on
        for filed in file.records
        if filed.record.record_type == REGISTRATION and filed.effect is not Effect.NONE
    ]
    return clean_record(law, facts, registered_on=min(days, default=None), on=file.on, years=years)


def clean_shown(found: CleanRecord, law: Law) -> dict[str, Any]:
    """The answer as the command and the API give it, with its basis and each record that counts against it."""
    parameter = law.parameters[CLEAN_YEARS]
    return {
        "outcome": found.outcome.value,
        "good": found.good,
        "years": found.years,
        "since": found.since,
        "until": found.until,
        "registered_on": found.registered_on,
        "looked_at": [
            {"record_type": key, "title": law.record_types[key].title.zh, "title_en": law.record_types[key].title.en}
            for key in found.record_types
        ],
        "against": [_bearing(fact) for fact in found.against],
        "favourable": [_bearing(fact) for fact in found.favourable],
        "article": law.cite(parameter.basis[0]).zh,
        "article_en": law.cite(parameter.basis[0]).en,
        "verified": parameter.verified,
    }


def _bearing(fact: Fact) -> dict[str, Any]:
    return {
        "record": fact.record, "record_type": fact.record_type, "authority": fact.authority, "document": fact.document,
        "decided_on": fact.decided_on,
    }  # fmt: skip


# --- a list's own file ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GroundShown:
    """A record of the subject that is of a kind which the list names; `why_not` where an entry cannot rest on it today."""

    record: Record
    title: Words
    why_not: GroundUnfit | None


def grounds_shown(
    law: Law, entry: ListEntry, subjects: list[int], *, on: date, known_at: datetime
) -> list[GroundShown]:
    """The records about these subjects on which an entry might rest, the newest first, each with what stands in its way."""
    kinds = {ground.record_type for ground in entry.grounds}
    found = []
    for filed in records_filed(subjects, law, on=on, known_at=known_at):
        if filed.record.record_type in kinds:
            why_not = None
            try:
                ground_admissible(law, entry, filed.fact, on=on)
            except GroundUnfit as unfit:
                why_not = unfit
            found.append(GroundShown(filed.record, law.record_types[filed.record.record_type].title, why_not))
    return found


@dataclass(frozen=True)
class Entered:
    """One who stands on a list: by which record, since when and until when, and whether it is suspended: by an objection, or since the record
    `rests_on` on which it rests is being verified or has fallen.
    """

    record: Record
    number: str
    name: str
    suspended: bool
    rests_on: int | None


def list_entered(
    asker: Asker, law: Law, entry: ListEntry, *, on: date, known_at: datetime, before: int | None = None, most: int
) -> tuple[list[Entered], int | None]:
    """Who stands on the list on the day, the latest filed first, and where the next page begins; of a province's list, those filed by
    its law. Who runs or supervises the register
    sees all; a department what it sent or decided itself; nobody else anything.
    """
    record_type = law.record_types[entry.record_type]
    records = Record.objects.filter(
        record_type=entry.record_type, effect_from__lte=on, received_at__lte=known_at
    ).filter(Q(effect_until__isnull=True) | Q(effect_until__gt=on))
    for name, values in entry.where.items():
        records = records.filter(**{f"{name if name == 'severity' else f'body__{name}'}__in": values})
    if law.jurisdiction != "cn":
        records = records.filter(batch__jurisdiction=law.jurisdiction)
    if asker.kind not in SEEING_ALL:
        records = records.filter(batch__actor=asker.key) if asker.kind == "department" else records.none()
    if before is not None:
        records = records.filter(pk__lt=before)
    page = list(records.select_related("batch").order_by("-pk")[: most + 1])
    more = page[most - 1].pk if len(page) > most else None
    events = events_of([r.pk for r in page[:most]], known_at=known_at)
    found = []
    for record in page[:most]:
        fact = _fact_of(record, replay(events[record.pk], known_at=known_at))
        state = effect(fact.terms, fact.standing, on=on)
        if state is not Effect.NONE:
            filed_as = fields_written(record, record_type).get(record_type.roles.name)
            written = filed_as or next((n.written for n in names_of([record.subject_id], known_at=known_at)), "")
            number = number_of(root_of(record.subject_id, known_at=known_at), known_at=known_at)
            doubted = ground_doubted(events[record.pk])
            rests_on = int(doubted.detail["ground"]) if doubted else None
            found.append(Entered(record, number, written, state is Effect.SUSPENDED, rests_on))
    return found, more
