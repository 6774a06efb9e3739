"""Answering a check: always traced, never more than two reads and one write."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.checks import bulk, rules
from chengxin.checks.rules import Outcome, Reason
from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import trace
from chengxin.lists.rules import Following, measures_following, record_types_deciding
from chengxin.lists.selectors import facts_in_term
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

    def as_dict(self) -> dict[str, Any]:
        """The answer as it is printed and returned."""
        return {**self.__dict__, "outcome": str(self.outcome), "reason": self.reason.as_dict() if self.reason else None}


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
) -> Answer:
    """Which lawful measures apply to the subject of this number, in this matter, on this day, and why.

    Refuses a number that its check character forbids and a matter that the lawbook lacks; every answer, also the one
    that the asker may not have, is traced.
    """
    scheme, value = number_read(number)
    known_at = known_at or at
    law = lawroom.load().on(on, jurisdiction)
    decided = rules.matter_of(law, matter)
    subject: int | None = None
    following: list[Following] = []
    reason = rules.asker_may(law, decided, asker.kind)
    outcome = Outcome.NOT_PERMITTED
    if reason is None and not rules.day_came(on, at.astimezone().date()):
        outcome, reason = Outcome.CANNOT_SAY, rules.FUTURE
    elif reason is None:
        types = record_types_deciding(law, matter)
        found = facts_in_term(scheme=scheme, value=value, record_types=types, on=on, known_at=known_at)
        if found is None:
            outcome, reason = Outcome.CANNOT_SAY, rules.UNKNOWN
        else:
            subject = found.subject
            following = measures_following(law, matter, found.facts, on=on)
            outcome = rules.outcome(following)
    entry = trace(
        event="checks.check.answered",
        by=asker.key,
        at=at,
        purpose=purpose or matter,
        subject=subject,
        about=f"number:{value}",
        detail={"matter": matter, "on": on, "outcome": outcome, "measures": sorted({f.measure.key for f in following})},
    )
    return Answer(outcome, value, matter, on, known_at, [rules.disclose(law, f) for f in following], reason, entry)


@dataclass(frozen=True)
class FileAnswer:
    """What a file of numbers was answered: the contract of `chengxin check-file`."""

    rows: int
    lines: int
    outcomes: dict[str, int]
    matter: str
    on: date
    out: str
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
    advance: Callable[[int], None] = lambda rows: None,
) -> FileAnswer:
    """Answer every number of a file as `check_perform` would, set-wise, each reading traced; whole or not at all."""
    started = time.monotonic()
    known_at = known_at or at
    law = lawroom.load().on(on, jurisdiction)
    reason = rules.asker_may(law, rules.matter_of(law, matter), asker.kind)
    if reason is None and not rules.day_came(on, at.astimezone().date()):
        reason = rules.FUTURE
    if reason is not None:
        raise AskerNotPermitted(why=reason.en, why_zh=reason.zh)
    bulk.output_known(out)
    with transaction.atomic(), connection.cursor() as cursor:
        rows = bulk.codes_stage(cursor.cursor, path, advance=advance)
        bulk.answers_make(cursor.cursor, law, matter, on=on, known_at=known_at)
        bulk.traces_write(cursor.cursor, by=asker.key, at=at, purpose=purpose, matter=matter, on=on)
        outcomes = bulk.outcomes_count(cursor.cursor)
        lines = bulk.answers_write(cursor.cursor, out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return FileAnswer(rows, lines, outcomes, matter, on, str(out), round(time.monotonic() - started, 3), peak)
