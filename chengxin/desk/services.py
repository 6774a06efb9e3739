"""What staff do at the desk, each traced in the name of the actor whose key opened it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, asker_by_key
from chengxin.cases.models import Paper
from chengxin.cases.selectors import CaseUnknown, case_accessible, tasks_of
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
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.law.models import RecordField
from chengxin.law.models import Words as LawWords
from chengxin.ledger.services import trace
from chengxin.lists.selectors import TaskCount, task_shown, tasks_counted, tasks_open
from chengxin.records.models import Record
from chengxin.records.selectors.filed import fields_written
from chengxin.records.selectors.waiting import decision_latest, waiting_row
from chengxin.records.services.waiting import (
    waiting_assign,
    waiting_postpone,
    waiting_reject,
    waiting_reopen,
)
from chengxin.rights.selectors import CaseFile, case_file
from chengxin.rights.services import case_read

SCOPE = "desk"


class KeyNotGood(Refusal):
    """That key does not open the desk: it is unknown, expired or revoked, or it lacks the scope "desk". Ask the operator for one: `chengxin clients ACTOR --scopes desk`."""

    code = "key-not-good"
    status = 403
    zh = "这个密钥不能登录工作台：不存在、已到期、已吊销，或没有“desk”权限。请向运行单位申请：chengxin clients ACTOR --scopes desk。"


class NothingChosen(Refusal):
    """Choose a firm or type a code, or say that it is nobody's, or put it off; nothing was decided."""

    code = "nothing-chosen"
    zh = "请选择一户或填写代码，或者选“不属于任何主体”“稍后再定”；尚未作出任何决定。"


def desk_open(*, key: str, at: datetime) -> Asker:
    """Whose desk this key opens; traced. Refuses a key that is not in force or lacks the scope."""
    asker = asker_by_key(key, at=at)
    if asker is None or SCOPE not in asker.scopes:
        raise KeyNotGood
    trace(event="desk.session.opened", by=asker.key, at=at, about=f"client:{asker.client}")
    return asker


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
    """What a clerk decided: `accept` under the number, `reject`, or `later`; returns the record where one was filed."""
    batch, line = row
    waiting_row(asker.key, asker.kind, batch=batch, line=line)
    if choice == "accept" and number:
        reason = reason or "与所示理由一致 as the reasons shown"
        return waiting_assign(batch=batch, line=line, number=number, by=asker.key, at=at, reason=reason)
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
    tasks: list[tuple[CaseFile, list[str]]]


def case_calendar(*, asker: Asker, at: datetime) -> list[Day]:
    """The cases in which it is the asker's turn, by the day on which the next thing is due; the reading is written down."""
    trace(event="desk.cases.read", by=asker.key, at=at)
    today, days = day_of(at), dict[date, list[tuple[CaseFile, list[str]]]]()
    for task in tasks_of(asker):
        shown = case_file(task.case, task.mine, known_at=at)
        days.setdefault(task.last_day or today, []).append((shown, sorted({c.title.zh for c in shown.choices})))
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


def case_opened(*, asker: Asker, number: str, at: datetime) -> OpenedCase:
    """The case with all that is needed to decide it; refuses one that the asker plays no part in. The reading is written down."""
    case, claimant = case_read(number=number, asker=asker, at=at)
    record = Record.objects.select_related("batch").get(pk=case.record)
    law = lawroom.load().on(day_of(at), record.batch.jurisdiction)
    record_type = law.record_types[record.record_type]
    written = fields_written(record, record_type)
    fields = [
        (name, field.title, _worded(field, written.get(name) or ""))
        for name, field in record_type.fields.items()
        if field.type != "person"
    ]
    return OpenedCase(case, claimant, record, record_type.title, written.get(record_type.roles.name) or "", fields)


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


# --- tasks of measures --------------------------------------------------------------------------------------------------

MOST_TASKS = 50


def tasks_read(*, asker: Asker, at: datetime) -> tuple[list[dict[str, Any]], list[TaskCount]]:
    """The tasks not yet answered, the first due first, and the statistics of all; the reading is written down."""
    trace(event="desk.tasks.read", by=asker.key, at=at)
    shown = [task_shown(task, at=at) | {"agency": task.agency} for task in tasks_open(asker)[:MOST_TASKS]]
    return shown, tasks_counted(asker, at=at)


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
