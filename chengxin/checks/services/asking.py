"""Answering a check: always traced, never more than two reads and one write."""

import hashlib
import json
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.actors.services import call_count
from chengxin.checks import bulk, rules
from chengxin.checks.models import Use
from chengxin.checks.rules import Outcome, Reason, asked_otherwise
from chengxin.checks.selectors import CHECKED, Finding, finding
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.ledger.models import Entry
from chengxin.ledger.services import file_signed, trace, trace_receipted
from chengxin.ledger.turns import turn_taken
from chengxin.subjects.selectors import number_read


@dataclass(frozen=True)
class Answer:
    """What a check found, as every door gives it."""

    outcome: Outcome
    code: str
    matter: str
    on: date
    known_at: datetime
    measures: list[dict[str, Any]]
    reason: Reason | None
    trace: int
    receipt: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The answer as it is printed and returned."""
        return {**self.__dict__, "outcome": str(self.outcome), "reason": self.reason.as_dict() if self.reason else None}

    @property
    def receipt_written(self) -> str:
        """The receipt as a page gives it to be kept, and `chengxin-verify receipt` reads it."""
        return json.dumps(self.receipt, ensure_ascii=False)


def check_count(*, asker: Asker, matter: str, at: datetime) -> None:
    """Count a check that the asker's program is about to make; refuses what is beyond its calls of the day."""
    call_count(
        asker=asker, kind="checks", purpose=matter, law=lawroom.load().on(day_of(at), settings.CHENGXIN_PLACE), at=at
    )


def check_perform(
    *,
    asker: Asker,
    matter: str,
    number: str,
    on: date,
    at: datetime,
    known_at: datetime | None = None,
    jurisdiction: str = "cn",
    purpose: str = "",
    case_number: str = "",
) -> Answer:
    """Which lawful measures apply to the subject of this number, in this matter, on this day, and why.

    Refuses a number that its check character forbids, a matter that the lawbook lacks, and a check without the purpose and the
    case's number where the matter wants them; every answer, also the one that the asker may not have, is traced.
    """
    scheme, value = number_read(number)
    known_at = known_at or at
    law = lawroom.load().on(on, jurisdiction)
    reason = rules.asker_may(law, rules.matter_of(law, matter), asker.kind)
    if reason is None:
        today = lawroom.load().on(day_of(at), jurisdiction)
        rules.case_number_given(today, matter, asker.kind, purpose=purpose, case_number=case_number)
    found = Finding(Outcome.NOT_PERMITTED, reason)
    if reason is None and not rules.day_came(on, at.astimezone().date()):
        found = Finding(Outcome.CANNOT_SAY, rules.FUTURE)
    elif reason is None and rules.persons_only(law, matter):
        found = Finding(Outcome.CANNOT_SAY, rules.PERSONS)
    elif reason is None:
        found = finding(law, matter, scheme=scheme, value=value, on=on, known_at=known_at)
    receipt = trace_receipted(
        event="checks.check.answered",
        by=asker.key,
        at=at,
        purpose=purpose or matter,
        subject=found.subject,
        about=f"number:{value}",
        detail={
            "matter": matter,
            "on": on,
            "outcome": found.outcome,
            "measures": sorted({f.measure.key for f in found.following}),
            **({"case_number": case_number.strip()} if case_number.strip() else {}),
            **asked_otherwise(jurisdiction=jurisdiction, known_at=known_at, at=at),
        },
    )
    measures = [rules.disclose(law, f) for f in found.following]
    return Answer(found.outcome, value, matter, on, known_at, measures, found.reason, receipt.entry, receipt.as_dict())


@dataclass(frozen=True)
class FileAnswer:
    """What a file of numbers was answered: the contract of `chengxin check-file`."""

    rows: int
    lines: int
    outcomes: dict[str, int]
    matter: str
    on: date
    out: str
    receipt: dict[str, Any]
    receipts: str
    seconds: float
    peak_memory_bytes: int

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed."""
        return dict(self.__dict__)


class AskerNotPermitted(Refusal):
    """{why}"""

    code = "asker-not-permitted"
    status = 403
    zh = "{why_zh}"


def file_check(
    *,
    asker: Asker,
    matter: str,
    path: Path,
    out: Path,
    on: date,
    at: datetime,
    known_at: datetime | None = None,
    jurisdiction: str = "cn",
    purpose: str = "",
    case_number: str = "",
    receipts: Path | None = None,
    advance: Callable[[int], None] = lambda rows: None,
) -> FileAnswer:
    """Answer every number of a file as `check_perform` would, set-wise, each reading traced; whole or not at all. A line's case
    number stands in the file's column, or is `case_number`, that of them all. Into `receipts`, beside the answers where none is named, go the receipts of all lines: one
    signed note, under which that of each holds alone.
    """
    started = time.monotonic()
    known_at = known_at or at
    law = lawroom.load().on(on, jurisdiction)
    reason = rules.asker_may(law, rules.matter_of(law, matter), asker.kind)
    if reason is None and not rules.day_came(on, at.astimezone().date()):
        reason = rules.FUTURE
    if reason is None and rules.persons_only(law, matter):
        reason = rules.PERSONS
    if reason is not None:
        raise AskerNotPermitted(why=reason.en, why_zh=reason.zh)
    bulk.writer_known(out)
    receipts = receipts or out.with_name(f"{out.stem}.receipts.jsonl")
    today = lawroom.load().on(day_of(at), jurisdiction)
    required = rules.case_number_required(today, matter, asker.kind)
    if required is not None and not purpose.strip():
        raise rules.case_number_missing(today, matter, required, [rules.PURPOSE])
    with transaction.atomic(), connection.cursor() as cursor:
        rows = bulk.codes_stage(cursor.cursor, path, case_number=case_number.strip(), advance=advance)
        if required is not None and (bare := bulk.lines_without_case(cursor.cursor)):
            raise rules.case_number_missing(today, matter, required, [rules.CASE_NUMBER], lines=bare)
        bulk.answers_make(cursor.cursor, law, matter, on=on, known_at=known_at)
        otherwise = asked_otherwise(jurisdiction=jurisdiction, known_at=known_at, at=at)
        bulk.traces_write(
            cursor.cursor,
            by=asker.key,
            at=at,
            purpose=purpose or matter,
            told={"matter": matter, "on": on, **otherwise},
        )
        outcomes = bulk.outcomes_count(cursor.cursor)
        lines = bulk.answers_write(cursor.cursor, out)
        root = bulk.receipts_write(cursor.cursor, receipts, file_signed).hex()
        with out.open("rb") as file:
            written = hashlib.file_digest(file, "sha256").hexdigest()
        # One entry for the file as it was answered, whose receipt the asker keeps; what it read of each has its own.
        receipt = trace_receipted(
            event="checks.file.answered", by=asker.key, at=at, purpose=purpose or matter, about=f"sha256:{written}",
            detail={"matter": matter, "on": on, "rows": rows, "lines": lines, "outcomes": outcomes, "receipts": root},
        )  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return FileAnswer(
        rows,
        lines,
        outcomes,
        matter,
        on,
        str(out),
        receipt.as_dict(),
        str(receipts),
        round(time.monotonic() - started, 3),
        peak,
    )


def answer_use(*, trace_number: int, outcome: str, reason: str, asker: Asker, at: datetime) -> Use:
    """Write down what the asker did with an answer that it had: a person decided, and may have set it aside, with the reason.

    Refuses an answer that somebody else had.
    """
    with transaction.atomic():
        entry = Entry.objects.filter(pk=trace_number, event=CHECKED, actor=asker.key).first()
        if entry is None:
            raise rules.AnswerUnknown(trace=trace_number)
        rules.use_fit(outcome, Use.Outcome.values, reason)
        turn_taken("checks.use", str(trace_number))  # the entry is append-only and locks nothing
        latest = Use.objects.filter(entry=trace_number).order_by("-number").first()
        made = Use.objects.create(
            entry=trace_number,
            number=latest.number + 1 if latest else 0,
            outcome=outcome,
            reason=reason.strip(),
            by=asker.key,
            at=at,
        )
        trace(
            event="checks.answer.used", by=asker.key, at=at, subject=entry.subject, about=f"entry:{trace_number}",
            detail={"outcome": outcome},
        )  # fmt: skip
    return made
