"""What staff do at the desk, each traced in the name of the actor whose key opened it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from chengxin.actors.selectors import Asker, asker_by_key
from chengxin.checks.services.reissuing import match_undo
from chengxin.desk.selectors import QueueItem, ShownDecision, decisions_latest, queue_item
from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import trace
from chengxin.records.selectors.waiting import decision_latest, waiting_row
from chengxin.records.services.waiting import (
    waiting_assign,
    waiting_postpone,
    waiting_reject,
    waiting_reopen,
)

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
