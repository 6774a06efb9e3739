"""What staff do at the desk, each traced in the name of the actor whose staff did it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_titled
from chengxin.assessments.rules import FIRST_YEAR, MAY_OVERSEE, year_days
from chengxin.assessments.selectors import Assessment, assessments
from chengxin.cases.models import Paper
from chengxin.cases.selectors import (
    SEEING_ALL,
    CaseUnknown,
    case_accessible,
    cases_accessible,
    cases_open,
    course_of,
    tasks_of,
)
from chengxin.cases.services.running import paper_read
from chengxin.checks.rules import period_of
from chengxin.checks.selectors import Coverage, Missed, coverage, decisions_missed
from chengxin.checks.services.reissuing import match_undo
from chengxin.desk.selectors import QueueItem, ShownDecision, decisions_latest, queue_item
from chengxin.inspections.selectors import (
    ShownDraw,
    draw_shown,
    draws_accessible,
    inspection_shown,
    inspections_open,
)
from chengxin.kernel.days import CalendarRange, day_of, working_days_between
from chengxin.kernel.errors import Refusal
from chengxin.law import Law
from chengxin.law.models import KINDS_ZH, Basis, ListEntry, Oversight, RecordField
from chengxin.law.models import Words as LawWords
from chengxin.ledger.services import trace
from chengxin.lists.rules import MAY_DECIDE, consequences, entry_notice, list_decided_here, listing_permitted
from chengxin.lists.selectors import (
    Entered,
    GroundShown,
    TaskCount,
    addressee_of,
    fact_of,
    grounds_shown,
    list_entered,
    measure_titled,
    task_shown,
    tasks_counted,
    tasks_due,
    tasks_open,
)
from chengxin.mydata.selectors import ShownQuestion, questions_shown
from chengxin.records.models import Record
from chengxin.records.selectors.filed import fields_written
from chengxin.records.selectors.waiting import decision_latest, waiting_row
from chengxin.records.services.waiting import (
    waiting_assign,
    waiting_postpone,
    waiting_reject,
    waiting_release,
    waiting_reopen,
)
from chengxin.rights.rules import BY_SUBJECT, FORUMS
from chengxin.rights.selectors import CaseFile, Contestable, case_file, contact_of, record_now, records_contestable
from chengxin.rights.services import case_read
from chengxin.subjects.selectors import members_of, names_of, number_of, subject_of


class NothingChosen(Refusal):
    """Choose a firm or type a code, or say that it is nobody's, or put it off; to release a row against a decision, say why. Nothing was
    decided.
    """

    code = "nothing-chosen"
    zh = (
        "请选择一户或填写代码，或者选“不属于任何主体”“稍后再定”；放行与已有决定不同的行，须写明理由。尚未作出任何决定。"
    )


def queue_read(*, asker: Asker, at: datetime, row: tuple[int, int] | None = None) -> QueueItem | None:
    """The row to be decided next, or the one asked for; the reading is written down first, for a row may name persons."""
    with transaction.atomic():
        item = queue_item(asker, at=at, row=row)
        if item is not None:
            trace(event="desk.waiting.read", by=asker.key, at=at, about=f"waiting:{item.row}")
    return item


def decisions_read(*, asker: Asker, at: datetime) -> list[ShownDecision]:
    """The latest decisions about the rows that the asker may decide; the reading is written down."""
    trace(event="desk.decisions.read", by=asker.key, at=at)
    return decisions_latest(asker)


def row_decide(
    *, asker: Asker, row: tuple[int, int], choice: str, number: str = "", reason: str = "", at: datetime
) -> int | None:
    """What a clerk decided: `accept` under the number, `release` against a decision, `reject`, or `later`; returns the record where one
    was filed.
    """
    batch, line = row
    waiting_row(asker.key, asker.kind, batch=batch, line=line)
    if choice == "accept" and number:
        reason = reason or "与所示理由一致 as the reasons shown"
        return waiting_assign(batch=batch, line=line, number=number, by=asker.key, at=at, reason=reason)
    if choice == "release" and reason:
        return waiting_release(batch=batch, line=line, asker=asker, number=number, at=at, reason=reason)
    if choice == "reject":
        waiting_reject(batch=batch, line=line, by=asker.key, at=at, reason=reason or "不属于任何主体 about nobody here")
    elif choice == "later":
        waiting_postpone(batch=batch, line=line, by=asker.key, at=at, reason=reason)
    else:
        raise NothingChosen
    return None


@dataclass(frozen=True)
class TakenBack:
    """What taking a decision back did: the row that waits again, and how many answers were given anew."""

    row: str
    reissued: int


def decision_undo(*, asker: Asker, row: tuple[int, int], reason: str = "", at: datetime) -> TakenBack:
    """Take back the latest decision about a row; where it became a record, with every answer that rested on it."""
    batch, line = row
    waiting = waiting_row(asker.key, asker.kind, batch=batch, line=line)
    latest = decision_latest(waiting.content)
    reason = reason or "撤销 taken back"
    if latest is not None and latest.record is not None and latest.outcome != "undone":
        done = match_undo(record=latest.record, by=asker.key, at=at, reason=reason)
        return TakenBack(done.row, done.reissued)
    waiting_reopen(batch=batch, line=line, by=asker.key, at=at, reason=reason)
    return TakenBack(f"{batch}:{line}", 0)


# --- cases --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Day:
    """The cases that are due on one day, and whether it is over."""

    day: date
    late: bool
    tasks: list[tuple[CaseFile, list[LawWords]]]


def case_calendar(*, asker: Asker, at: datetime) -> list[Day]:
    """The cases in which it is the asker's turn, by the day on which the next thing is due; the reading is written down."""
    trace(event="desk.cases.read", by=asker.key, at=at)
    today, days = day_of(at), dict[date, list[tuple[CaseFile, list[LawWords]]]]()
    for task in tasks_of(asker):
        shown = case_file(task.case, task.mine, known_at=at)
        days.setdefault(task.last_day or today, []).append(
            (shown, list({c.act.zh: c.act for c in shown.choices}.values()))
        )
    return [Day(day, day < today, tasks) for day, tasks in sorted(days.items())]


@dataclass(frozen=True)
class OpenedCase:
    """A case's whole file for whoever decides: the case, what the claimant said, and the record as the register holds it."""

    case: CaseFile
    claimant: dict[str, Any]
    record: Record
    record_title: LawWords
    firm: str
    fields: list[tuple[str, LawWords, str]]
    by_staff: bool
    since: date | None
    # What is typed again where an entry was taken back as a mistake.
    again: dict[str, str]


def case_opened(*, asker: Asker, number: str, at: datetime) -> OpenedCase:
    """The case with all that is needed to decide it; refuses one that the asker plays no part in. The reading is written down."""
    case, claimant = case_read(number=number, asker=asker, at=at)
    by_staff = case.case.opened_by != BY_SUBJECT
    if by_staff and claimant:
        claimant = {**claimant, "name": actor_titled(case.case.opened_by)}
    record = Record.objects.select_related("batch").get(pk=case.record)
    law = lawroom.load().on(day_of(at), record.batch.jurisdiction)
    record_type = law.record_types[record.record_type]
    written = fields_written(record, record_type)
    fields = [
        (name, field.title, _worded(field, written.get(name) or ""))
        for name, field in record_type.fields.items()
        if field.type != "person"
    ]
    since = claimant.get("since")
    return OpenedCase(
        case, claimant, record, record_type.title, written.get(record_type.roles.name) or "", fields,
        by_staff=by_staff,
        since=date.fromisoformat(since) if since else None,
        again=_again(case, claimant, at=at) if course_of(case.case).state.outcome == "entered-wrongly" else {},
    )  # fmt: skip


def _again(case: CaseFile, claimant: dict[str, Any], *, at: datetime) -> dict[str, str]:
    """The entry that was taken back, as the form has it, to be put right and entered anew."""
    words = {name: claimant.get(name, "") for name in ("since", "organ", "grounds")}
    number, record = number_of(case.case.subject_id, known_at=at), str(record_now(case.case))
    return {**words, "code": number, "record": record, "forum": case.procedure, "document": case.told[0].document}


def _worded(field: RecordField, written: str) -> str:
    """A choice in its Chinese words, as a form has it; anything else as it is."""
    return field.choices[written].zh if field.choices and written in field.choices else written


def paper_opened(*, asker: Asker, number: str, paper: int, at: datetime) -> tuple[Paper, bytes]:
    """A paper of a case that the asker plays a part in, as it was handed in; the reading is written down."""
    case = case_accessible(asker, number)
    found = case.papers.filter(pk=paper).first()
    if found is None:
        raise CaseUnknown(number=number[:40])
    return found, paper_read(paper=found, by=asker.key, at=at)


# --- reconsideration and lawsuits --------------------------------------------------------------------------------------


class RecordUnchosen(Refusal):
    """Choose the record whose decision is under reconsideration or lawsuit."""

    code = "record-unchosen"
    zh = "请选择正在复议或者诉讼的是哪一条记录。"


@dataclass(frozen=True)
class Contested:
    """A case of reconsideration or lawsuit as the desk lists it: whose, under which number, and where it is pending."""

    case: CaseFile
    firm: str
    document: str
    organ: str


def contests_read(*, asker: Asker, at: datetime) -> list[Contested]:
    """The reconsiderations and lawsuits under way that the asker may see, those due first before the others; the reading is written down."""
    trace(event="desk.contests.read", by=asker.key, at=at)
    found = cases_open().filter(pk__in=cases_accessible(asker).filter(procedure__in=FORUMS).values("pk"))
    return [
        Contested(
            case_file(case, known_at=at), addressee_of(case.subject_id, known_at=at)[0],
            case.steps.get(number=0).document, contact_of(case).get("organ", ""),
        )
        for case in found[:MOST_TASKS]
    ]  # fmt: skip


@dataclass(frozen=True)
class Contesting:
    """A firm's records whose decisions the asker may enter as under reconsideration or lawsuit."""

    firm: str
    code: str
    records: list[Contestable]


def contest_look(*, asker: Asker, number: str, at: datetime) -> Contesting:
    """What the asker may enter for the firm of this number; nothing is entered by looking. The reading is written down."""
    root = subject_of(number, known_at=at)
    members = members_of(root, known_at=at)
    trace(event="desk.contest.looked", by=asker.key, at=at, subject=root)
    records = records_contestable(members, asker, on=day_of(at), known_at=at)
    firm = next((n.written for n in names_of(members, known_at=at)), "")
    return Contesting(firm, number_of(root, known_at=at), records)


# --- tasks of measures --------------------------------------------------------------------------------------------------

MOST_TASKS = 50


def tasks_read(*, asker: Asker, at: datetime) -> tuple[list[dict[str, Any]], list[tuple[TaskCount, LawWords]]]:
    """The tasks not yet answered, the first due first, and the statistics of all; the reading is written down."""
    trace(event="desk.tasks.read", by=asker.key, at=at)
    shown = [
        task_shown(task, at=at) | {"agency": task.agency, "firm": addressee_of(task.subject_id, known_at=at)[0]}
        for task in tasks_open(asker, at=at)[:MOST_TASKS]
    ]
    return shown, [(count, measure_titled(count.measure, at=at)) for count in tasks_counted(asker, at=at)]


# --- inspections --------------------------------------------------------------------------------------------------------


def inspections_read(*, asker: Asker, at: datetime) -> tuple[list[ShownDraw], list[dict[str, Any]]]:
    """The asker's latest draws, and the inspections not yet answered, the first due first; the reading is written down."""
    trace(event="desk.inspections.read", by=asker.key, at=at)
    draws = [draw_shown(draw, at=at) for draw in draws_accessible(asker)[:MOST_TASKS]]
    return draws, [
        inspection_shown(each) | {"agency": each.draw.agency} for each in inspections_open(asker)[:MOST_TASKS]
    ]


# --- checks before decisions ---------------------------------------------------------------------------------------------

MOST_MISSED = 100


@dataclass(frozen=True)
class ShownCoverage:
    """The counts of the decisions of a period, and those that were not checked by their day."""

    since: date
    until: date
    counts: list[Coverage]
    missed: list[Missed]


def coverage_read(*, asker: Asker, at: datetime, since: date | None = None, until: date | None = None) -> ShownCoverage:
    """How many of the asker's decisions of the days were checked; who runs or supervises the register sees everybody's. The reading
    is written down.
    """
    today = day_of(at)
    first, last = period_of(since, until, today=today)
    trace(event="desk.coverage.read", by=asker.key, at=at, detail={"since": first, "until": last})
    period: dict[str, Any] = {"since": first, "until": last, "known_at": at}
    law = lawroom.load().on(today)
    counts, missed = coverage(asker, law, **period), decisions_missed(asker, law, **period, most=MOST_MISSED)
    return ShownCoverage(first, last, counts, missed)


# --- lists -----------------------------------------------------------------------------------------------------------------

MOST_ENTERED = 50


class ListNotOpen(Refusal):
    """{actor} is a {kind}: a list's file is open to the department that decided or sent its entries, and to whoever runs or supervises the register."""

    code = "list-not-open"
    status = 403
    zh = "{actor}属于{kind_zh}：名单档案只对作出决定或者报送的部门，以及运行、主管单位开放。"


class ListMissing(Refusal):
    """There is no list {key} in the lawbook of {place} today. Choose one of those that the page names."""

    code = "list-missing"
    status = 404
    zh = "{place}今日的法典中没有名单{key}，请从页面所列的名单中选择。"


@dataclass(frozen=True)
class ShownList:
    """A list of a place: the entry of the lawbook, whether its entries are decided here, and its article."""

    place: str
    entry: ListEntry
    article: LawWords


def _lists(*, on: date) -> list[ShownList]:
    """Every list of every place: the national ones, and of each place those that it has of its own."""
    book, found = lawroom.load(), []
    for place in sorted(book.jurisdictions):
        law = book.on(on, place)
        for _, entry in sorted(law.lists.items()):
            if entry.jurisdiction == place:
                cited = law.cite(entry.basis[0])
                found.append(ShownList(place, entry, LawWords(zh=cited.zh, en=cited.en)))
    return found


def _list_of(place: str, key: str, *, on: date) -> tuple[Law, ListEntry]:
    book = lawroom.load()
    law = book.on(on, place) if place in book.jurisdictions else None
    entry = law.lists.get(key) if law else None
    if law is None or entry is None:
        raise ListMissing(key=key[:80], place=place[:20])
    return law, entry


def lists_read(*, asker: Asker, at: datetime) -> list[ShownList]:
    """Every list, with who decides, how one comes on and how one comes off; the reading is written down."""
    trace(event="desk.lists.read", by=asker.key, at=at)
    return _lists(on=day_of(at))


@dataclass(frozen=True)
class OpenedList:
    """A list's file: its rules, who stands on it by which decision and until when, and where the next page begins."""

    shown: ShownList
    entry_words: LawWords
    ends: LawWords
    measures: list[tuple[LawWords, LawWords]]
    programs: list[LawWords]
    entered: list[Entered]
    more: int | None


def list_opened(*, asker: Asker, place: str, key: str, at: datetime, before: int | None = None) -> OpenedList:
    """Who stands on the list today. Refuses whoever neither decides nor sends nor runs nor supervises; the reading is written down."""
    on = day_of(at)
    law, entry = _list_of(place, key, on=on)
    if asker.kind not in (*SEEING_ALL, "department"):
        raise ListNotOpen(actor=asker.key, kind=asker.kind, kind_zh=KINDS_ZH.get(asker.kind, asker.kind))
    trace(event="desk.list.read", by=asker.key, at=at, about=f"list:{key}", detail={"jurisdiction": place})
    entered, more = list_entered(asker, law, entry, on=on, known_at=at, before=before, most=MOST_ENTERED)
    cited = law.cite(entry.basis[0])
    return OpenedList(
        shown=ShownList(place, entry, LawWords(zh=cited.zh, en=cited.en)),
        entry_words=law.procedures[entry.entry].title if isinstance(entry.entry, str) else entry.entry,
        ends=law.record_types[entry.record_type].terms.effect.ends,
        measures=[(m.title, _cited(law, m.basis[0])) for m in consequences(law, key)],
        programs=[program.title for _, program in sorted(law.programs.items()) if key in program.lists],
        entered=entered,
        more=more,
    )


def _cited(law: Law, basis: Basis) -> LawWords:
    cited = law.cite(basis)
    return LawWords(zh=cited.zh, en=cited.en)


@dataclass(frozen=True)
class Choosing:
    """A listing about to be proposed: the list, the firm, the records on which it may rest, and the notice as it would go out."""

    place: str
    entry: ListEntry
    firm: str
    code: str
    grounds: list[GroundShown]
    notice: str


# What stands in a notice that is only looked at, in place of what the case will bring.
UNFILED = {"number": "（立案时编号 as filed）", "key": "（立案时生成 as filed）"}


def lists_proposable(*, asker: Asker, at: datetime) -> list[ShownList]:
    """The lists on which an entry can be proposed here; none for whoever may not propose. The reading is written down."""
    trace(event="desk.lists.read", by=asker.key, at=at)
    return [each for each in _lists(on=day_of(at)) if each.entry.decided_here] if asker.kind in MAY_DECIDE else []


def listing_look(
    *, asker: Asker, place: str, list_key: str, number: str, at: datetime, record: int | None = None, reasons: str = ""
) -> Choosing:
    """The firm's records on which an entry on the list may rest, and with a ground and reasons the notice as it would be served.
    Nothing is proposed by looking; the reading is written down. Refuses who may not decide, and a ground that will not do.
    """
    on = day_of(at)
    law, _ = _list_of(place, list_key, on=on)
    entry = list_decided_here(law, list_key)
    listing_permitted(law, entry, kind=asker.kind, actor=asker.key)
    root = subject_of(number, known_at=at)
    members = members_of(root, known_at=at)
    trace(event="desk.listing.looked", by=asker.key, at=at, subject=root, about=f"list:{list_key}")
    grounds = grounds_shown(law, entry, members, on=on, known_at=at)
    firm = next((n.written for n in names_of(members, known_at=at)), "")
    code, notice = number_of(root, known_at=at), ""
    chosen = next((g for g in grounds if g.record.pk == record), None)
    if chosen is not None and reasons.strip():
        if chosen.why_not is not None:
            raise chosen.why_not
        told = {
            **UNFILED,
            "firm": firm,
            "code": code,
            "reasons": reasons.strip(),
            "on": on,
            "authority": actor_titled(asker.key),
        }
        notice = entry_notice(law, entry, ground=fact_of(chosen.record, known_at=at), **told)[1]
    return Choosing(place, entry, firm, code, grounds, notice)


# --- the month ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """What is due on one day: the cases in which it is the asker's turn, and how many tasks of each measure."""

    day: date
    working: bool
    inside: bool
    cases: list[tuple[str, LawWords, LawWords]]
    tasks: list[tuple[LawWords, int]]


@dataclass(frozen=True)
class Month:
    """A month's weeks from Monday on, the months beside it, and how much is late already."""

    first: date
    before: date
    after: date
    weeks: list[list[Due]]
    late_cases: int
    late_tasks: int

    @property
    def days(self) -> list[Due]:
        """The days of the month on which anything is due."""
        return [day for week in self.weeks for day in week if day.inside and (day.cases or day.tasks)]


def month_read(*, asker: Asker, at: datetime, month: date | None = None) -> Month:
    """What is due of the asker's cases and tasks on each day of the month; the reading is written down."""
    today = day_of(at)
    first = (month or today).replace(day=1)
    trace(event="desk.month.read", by=asker.key, at=at, detail={"month": first})
    cases: dict[date, list[tuple[str, LawWords, LawWords]]] = {}
    for task in tasks_of(asker):
        titles = task.course.procedure.title, task.course.state.title
        cases.setdefault(task.last_day or today, []).append((task.case.number, *titles))
    tasks: dict[date, list[tuple[LawWords, int]]] = {}
    for each in tasks_due(asker, at=at):
        tasks.setdefault(each.due_on, []).append((each.title, each.count))
    # A month's first day, and those of the months beside it.
    before, after = (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1)
    start = first - timedelta(days=first.weekday())
    weeks = []
    while start < after:
        days = [start + timedelta(days=n) for n in range(7)]
        weeks.append([Due(d, _working(d), first <= d < after, cases.get(d, []), tasks.get(d, [])) for d in days])
        start += timedelta(days=7)
    return Month(
        first, before, after, weeks,
        late_cases=sum(len(found) for day, found in cases.items() if day < today),
        late_tasks=sum(count for day, found in tasks.items() if day < today for _, count in found),
    )  # fmt: skip


def _working(day: date) -> bool:
    """Whether it is a working day; of a day that the calendar does not cover, whether it is none of a weekend."""
    try:
        return working_days_between(day - timedelta(days=1), day) == 1
    except CalendarRange:
        return day.weekday() < 5


# --- the year ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownYear:
    """A year, the years beside it that can be assessed, and each agency's figures."""

    year: int
    before: int | None
    after: int | None
    since: date
    until: date
    found: list[Assessment]


def oversights_writable(*, asker: Asker, at: datetime) -> list[tuple[str, Oversight]]:
    """(place, kind) of what the asker may write down of an agency's work, each where its own place has it."""
    if asker.kind not in MAY_OVERSEE:
        return []
    book = lawroom.load()
    kinds = ((place, kind) for place in book.jurisdictions for kind in book.on(day_of(at), place).oversights.values())
    return [(place, kind) for place, kind in kinds if kind.jurisdiction == place]


def year_read(*, asker: Asker, at: datetime, year: int | None = None) -> ShownYear:
    """What became of the year, of the asker's agency; who runs or supervises the register sees everybody's. The reading is written
    down. Refuses a year that cannot be assessed.
    """
    today = day_of(at)
    since, until = year_days(year, today=today)
    trace(event="desk.year.read", by=asker.key, at=at, detail={"year": since.year})
    found = assessments(asker, since=since, until=until, known_at=at)
    return ShownYear(
        since.year, since.year - 1 if since.year > FIRST_YEAR else None, since.year + 1 if until < today else None, since,
        until, found,
    )  # fmt: skip


# --- questions about readings ------------------------------------------------------------------------------------------------------


def questions_read(*, asker: Asker, at: datetime) -> list[ShownQuestion]:
    """The questions that the asker is to answer or to find on, the first due first; the reading is written down."""
    trace(event="desk.questions.read", by=asker.key, at=at)
    return questions_shown(asker, on=day_of(at))
