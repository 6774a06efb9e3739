"""What the matcher makes of rows that wait: few of them one by one from the index in the database, many of them all at once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

import polars as pl
from psycopg import Cursor

from chengxin.subjects.bulk.finding import firms_alike
from chengxin.subjects.bulk.matching import Register, subjects_judged
from chengxin.subjects.rules.answering import Candidate, candidates_judged, candidates_shown, outcome_of
from chengxin.subjects.rules.comparing import Side
from chengxin.subjects.rules.judging import model

_FEW = 200  # rows for which reading the whole register takes longer than asking for each
_BATCH = 1024


@dataclass(frozen=True)
class Proposed:
    """One row's outcome, and the firms that may be meant, best first, each as a proposal keeps it."""

    outcome: str
    candidates: list[dict[str, Any]]


def rows_propose(
    cursor: Cursor, asked: Sequence[Side], *, advance: Callable[[int], None], most: int = 5
) -> tuple[list[Proposed], str]:
    """What the matcher finds for each row, and the model's version; every firm that fits as well as the best, else at most five."""
    answers = _one_by_one(cursor, asked) if len(asked) <= _FEW else _all_at_once(cursor, asked)
    found = []
    for judged in answers:
        found.append(Proposed(outcome_of(judged), [_kept(each) for each in candidates_shown(judged, most)]))
        advance(1)
    return found, model().version


def _one_by_one(cursor: Cursor, asked: Sequence[Side]) -> Iterator[list[Candidate]]:
    for side in asked:
        yield candidates_judged(side, firms_alike(cursor, side))


def _all_at_once(cursor: Cursor, asked: Sequence[Side]) -> Iterator[list[Candidate]]:
    register = Register.of_subjects(cursor)
    for start in range(0, len(asked), _BATCH):
        yield from subjects_judged(_frame(asked[start : start + _BATCH]), register)


def _frame(asked: Sequence[Side]) -> pl.DataFrame:
    names = ("qid", *(field.name for field in fields(Side)))
    rows = [(str(number), *astuple(side)) for number, side in enumerate(asked)]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _kept(candidate: Candidate) -> dict[str, Any]:
    reasons = [reason.as_dict() for reason in candidate.judgement.reasons]
    firm, judgement = candidate.firm, candidate.judgement
    return {
        "subject": firm.subject,
        "name": firm.name,
        "score": judgement.score,
        "decision": candidate.decision,
        "reasons": reasons,
    }
