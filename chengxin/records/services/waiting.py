"""Rows whose subject is not decided: matched where the matcher is sure, put before a person where it is not, and taken back."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import trace
from chengxin.records import rules
from chengxin.records.bulk.judging import Judge
from chengxin.records.bulk.proposing import Proposed, rows_propose
from chengxin.records.bulk.storing import Landing
from chengxin.records.models import LINES_PER_BATCH, Batch, Proposal, Record, Report, Waiting, WaitingDecision
from chengxin.records.selectors.batches import SEEING_ALL, row_refusal
from chengxin.records.selectors.filed import events_of
from chengxin.records.selectors.waiting import (
    DECIDED,
    decision_against,
    decision_latest,
    proposal_latest,
    row_unsealed,
    waiting_asked,
    waiting_unproposed,
)
from chengxin.records.services.events import record_match, record_unmatch, records_carry
from chengxin.subjects.bulk.resolving import name_latest
from chengxin.subjects.selectors import number_of
from chengxin.subjects.services.conflicts import conflicts_open
from chengxin.subjects.services.matching import names_index_due

Advance = Callable[[int], None]
Outcome = WaitingDecision.Outcome


class WaitingUnknown(Refusal):
    """No row waits at line {line} of batch {batch}: it was never there, or somebody has decided it."""

    code = "waiting-unknown"
    status = 404
    zh = "批次{batch}第{line}行没有待定的记录：不存在，或已有人处理。"


class WaitingNotFiled(Refusal):
    """The row cannot be filed under that number: {why}"""

    code = "waiting-not-filed"
    zh = "该行不能归入该号码：{why}"


class WaitingNotDecided(Refusal):
    """Nothing was decided about line {line} of batch {batch}, so there is nothing to take back."""

    code = "waiting-not-decided"
    status = 409
    zh = "批次{batch}第{line}行没有作出过决定，无可撤销。"


class WaitingFiled(Refusal):
    """Line {line} of batch {batch} has become record {record}. Undo that with `chengxin unmatch {record}`, which also gives anew every answer that rested on it."""

    code = "waiting-filed"
    status = 409
    zh = (
        "批次{batch}第{line}行已入库为记录{record}。请用 chengxin unmatch {record} 撤销，据此作出的答复会一并更正重发。"
    )


# --- decided by a person ----------------------------------------------------------------------------------------------


def waiting_assign(*, batch: int, line: int, number: str, by: str, at: datetime, reason: str) -> int:
    """File a waiting row as being about the subject of this number, on a person's word; returns the record.

    The row is judged again as if it had borne the number, so nothing enters that could not have entered then. Refuses one that says
    otherwise than a decision about the subject: that is released (`waiting_release`) or rejected.
    """
    with transaction.atomic():
        waiting = _waiting_locked(batch, line)
        if waiting.against is not None:
            raise _against(waiting, waiting.against)
        return _assign(waiting, number, Outcome.ASSIGNED, by=by, at=at, reason=reason)


def waiting_release(*, batch: int, line: int, asker: Asker, at: datetime, reason: str, number: str = "") -> int:
    """File a waiting row although a case decided otherwise, on the word of somebody who runs the register and not of its sender; returns
    the record. A row that bears no number of its own needs one.
    """
    if asker.kind not in SEEING_ALL:
        raise rules.ReleaseNotYours(actor=asker.key, kind=asker.kind)
    with transaction.atomic():
        waiting = _waiting_locked(batch, line)
        if waiting.against is None and not number:
            raise WaitingNotFiled(
                why="该行没有号码，请写明属于哪个代码 / the row bears no number: say of which code it is"
            )
        own = None if waiting.against is not None else number
        return _assign(waiting, own, Outcome.RELEASED, by=asker.key, at=at, reason=reason)


def waiting_reject(*, batch: int, line: int, by: str, at: datetime, reason: str) -> None:
    """Decide that a waiting row is about nobody in this register; it stays as it came, and unseen."""
    with transaction.atomic():
        _decide(_waiting_locked(batch, line), Outcome.REJECTED, by=by, at=at, reason=reason)


def waiting_postpone(*, batch: int, line: int, by: str, at: datetime, reason: str = "") -> None:
    """Put a waiting row at the end of the queue; nothing is decided."""
    with transaction.atomic():
        _decide(_waiting_locked(batch, line), Outcome.POSTPONED, by=by, at=at, reason=reason)


def waiting_reopen(*, batch: int, line: int, by: str, at: datetime, reason: str) -> None:
    """Take back that a row is about nobody here, or that it comes later; refuses one that became a record, since answers
    may rest on that.
    """
    with transaction.atomic():
        waiting = Waiting.objects.filter(batch_id=batch, line=line).first()
        latest = decision_latest(waiting.content) if waiting else None
        if latest is not None and latest.outcome in (Outcome.MATCHED, Outcome.ASSIGNED, Outcome.RELEASED):
            raise WaitingFiled(batch=batch, line=line, record=latest.record)
        waiting_undo(batch=batch, line=line, by=by, at=at, reason=reason)


def waiting_undo(*, batch: int, line: int, by: str, at: datetime, reason: str) -> int | None:
    """Take back what was decided about a row, whoever decided it: it waits again, and the record that it had become, which
    is returned, neither counts nor shows from this instant. Answers that rested on it are `checks.services.match_undo`'s.
    """
    with transaction.atomic():
        waiting = Waiting.objects.select_for_update().filter(batch_id=batch, line=line).first()
        latest = decision_latest(waiting.content) if waiting else None
        if waiting is None or latest is None or latest.outcome == Outcome.UNDONE:
            raise WaitingNotDecided(batch=batch, line=line)
        if latest.record is not None:
            record_unmatch(record=latest.record, by=by, at=at, reason=reason)
        _decide(waiting, Outcome.UNDONE, by=by, at=at, reason=reason, record=latest.record)
        return latest.record


def _waiting_locked(batch: int, line: int) -> Waiting:
    waiting = Waiting.objects.select_for_update().filter(batch_id=batch, line=line).first()
    latest = decision_latest(waiting.content) if waiting else None
    if waiting is None or (latest is not None and latest.outcome in DECIDED):
        raise WaitingUnknown(batch=batch, line=line)
    return waiting


def _decide(
    waiting: Waiting, outcome: Outcome, *, by: str, at: datetime, reason: str, record: int | None = None
) -> None:
    latest, proposal = decision_latest(waiting.content), proposal_latest(waiting.content)
    WaitingDecision.objects.create(
        content=waiting.content,
        number=latest.number + 1 if latest else 0,
        # Whoever read the clock first may have waited here for another: a decision never comes before the one it follows.
        at=max(at, latest.at) if latest else at,
        outcome=outcome,
        record=record,
        proposal=proposal.pk if proposal else None,
        reason=reason,
        by=by,
    )
    about = f"waiting:{waiting.batch_id}:{waiting.line}" if record is None else f"record:{record}"
    trace(event=f"records.waiting.{outcome}", by=by, at=at, about=about, detail={"reason": reason})


# --- filing a row under a number ----------------------------------------------------------------------------------------


def _assign(waiting: Waiting, number: str | None, outcome: Outcome, *, by: str, at: datetime, reason: str) -> int:
    record = _row_file(waiting, number, released=outcome is Outcome.RELEASED, by=by, at=at)
    # A match that was undone and is made again: the very claim is held, and stands again.
    if rules.replay(events_of([record], known_at=at)[record], known_at=at).unmatched:
        record_match(record=record, by=by, at=at, reason=reason)
    _decide(waiting, outcome, by=by, at=at, reason=reason, record=record)
    return record


def _against(waiting: Waiting, record: int) -> rules.RowAgainst:
    found = decision_against(record)
    return rules.RowAgainst(
        batch=waiting.batch_id,
        line=waiting.line,
        record=record,
        word=found.word,
        word_zh=found.word_zh,
        case=found.case or "—",
    )


def _row_file(waiting: Waiting, number: str | None, *, released: bool, by: str, at: datetime) -> int:
    """Judge the row as if it had borne the number, or as it came, and file it; where the very same claim was held already, it is that
    record. Refuses one that says otherwise than a decision, unless it is released.
    """
    came = waiting.batch
    law = lawroom.load().on(at.astimezone().date(), came.jurisdiction)
    source = law.sources[waiting.source]
    record_type = law.record_types[source.record_type]
    row = row_unsealed(waiting)
    judge = Judge(law, source, record_type, at.astimezone().date(), rules.columns_map(source, list(row)))
    judged = judge.row_judge(waiting.line, row, number)
    if len(judged.refused):
        rule, name = judged.refused["reason"][0], judged.refused["field"][0]
        value = number if number and name == record_type.roles.code else None
        why, why_en = row_refusal(rule, name, value, record_type, source)
        raise WaitingNotFiled(why=f"{why} / {why_en}")
    if not len(judged.claims):
        why = "该号码没有校验位，不能确定主体 / that number has no check character, so it names nobody"
        raise WaitingNotFiled(why=why)
    with connection.cursor() as cursor:
        names_from = name_latest(cursor.cursor)
        batch = _batch_for(waiting, by=by, at=at)
        landing = Landing(
            cursor.cursor, batch, source.key, source.record_type, by, at, names_sure=number is None, decisions_stand=not released,
        )  # fmt: skip
        against = landing.claims_store(judged.claims)
        if len(against):
            raise _against(waiting, against["against"][0])
        records_carry(replaced=landing.replaced, by=by, at=at)
        conflicts_open(cursor.cursor, since=names_from, batch=batch, at=at)
        names_index_due(cursor.cursor)
    claim = {key: judged.claims[key][0] for key in ("row_key", "content")}
    return Record.objects.values_list("pk", flat=True).get(**claim)


def _batch_for(waiting: Waiting, *, by: str, at: datetime) -> int:
    """The batch under which the row is filed: its own, or where it was filed from there once already, one made for it."""
    came = waiting.batch
    if not Record.objects.filter(pk=came.pk * LINES_PER_BATCH + waiting.line).exists():
        return came.pk
    again = Batch.objects.create(
        source=came.source,
        jurisdiction=came.jurisdiction,
        actor=came.actor,
        channel="matching",
        received_at=at,
        file_name=came.file_name,
        file_digest=hashlib.sha256(waiting.content.bytes).hexdigest(),
        lawbook_digest=lawroom.load().digest,
        status=Batch.Status.LANDED,
        reason=f"{came.pk}:{waiting.line}",
    )
    detail = {"refused_by_reason": {}, "ignored_columns": [], "subjects_created": 0, "late": 0, "held_because": ""}
    conflicts = {"codes_with_several_names": 0, "names_with_several_codes": 0}
    Report.objects.create(
        batch=again, rows=1, accepted=1, refused=0, unchanged=0, waiting=0, detail={**detail, "conflicts": conflicts}
    )
    return again.pk


# --- matched by the matcher -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MatchedResult:
    """What became of the rows that waited: the contract of `chengxin waiting --match`."""

    rows: int
    matched: int
    proposed: int
    none: int
    model: str

    def as_dict(self) -> dict[str, object]:
        """The result as it is printed."""
        return dict(self.__dict__)


def waiting_match(*, by: str, at: datetime, advance: Advance = lambda rows: None) -> MatchedResult:
    """Ask the matcher about every row that waits and that this model has not seen since the register last grew.

    Where it is sure the row is filed, each in a transaction of its own; whatever else it finds is kept as a proposal for
    a person. A row that cannot be filed under the firm found stays a proposal.
    """
    rows = list(waiting_unproposed())
    with transaction.atomic(), connection.cursor() as cursor:
        proposed, model = rows_propose(cursor.cursor, waiting_asked(rows), advance=advance)
        trace(event="records.waiting.read", by=by, at=at, detail={"rows": len(rows), "model": model})
    matched = sum(_proposal_keep(row, found, model, by=by, at=at) for row, found in zip(rows, proposed, strict=True))
    none = sum(found.outcome == "none" for found in proposed)
    return MatchedResult(len(rows), matched, len(rows) - matched - none, none, model)


def _proposal_keep(waiting: Waiting, found: Proposed, model: str, *, by: str, at: datetime) -> bool:
    """Keep what the matcher found, and file the row where it was sure; says whether it was filed."""
    with transaction.atomic():
        if (latest := decision_latest(waiting.content)) is not None and latest.outcome in DECIDED:
            return False  # somebody decided it meanwhile
        Proposal.objects.create(
            content=waiting.content, outcome=found.outcome, candidates=found.candidates, model=model, at=at, by=by
        )
        # What a person has taken back is a person's from then on.
        if found.outcome != "match" or latest is not None:
            return False
        best = found.candidates[0]
        number = number_of(best["subject"], known_at=at)
        reason = f"匹配模型{model}，得分{best['score']} / model {model}, score {best['score']}"
        try:
            with transaction.atomic():
                _assign(waiting, number, Outcome.MATCHED, by=by, at=at, reason=reason)
        except (WaitingNotFiled, rules.RowAgainst, rules.EventNotAllowed):
            return False
        return True
