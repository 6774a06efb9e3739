"""What the matcher makes of rows that wait: all of them at once against every name that the register holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from psycopg import Cursor

from chengxin.subjects.bulk.matching import Register, answers_of
from chengxin.subjects.rules.judging import Judgement, Side, model

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
    if not asked:
        return [], model().version
    register = Register.of_subjects(cursor)
    found: list[Proposed] = []
    for start in range(0, len(asked), _BATCH):
        batch = asked[start : start + _BATCH]
        for firms, judged, decisions in answers_of(_frame(batch), register):
            shown = [n for n, decision in enumerate(decisions) if n < most or decision == "propose"]
            candidates = [_candidate(firms[n], judged[n], decisions[n]) for n in shown]
            found.append(Proposed(decisions[0] if decisions else "none", candidates))
        advance(len(batch))
    return found, model().version


def _frame(asked: Sequence[Side]) -> pl.DataFrame:
    names = ("normal", "number", "province", "city", "address")
    return pl.DataFrame(
        {n: [getattr(side, n) for side in asked] for n in names}, schema=dict.fromkeys(names, pl.String)
    )


def _candidate(firm: dict[str, Any], judgement: Judgement, decision: str) -> dict[str, Any]:
    return {
        "subject": int(firm["id"]),
        "name": firm["name"],
        "score": judgement.score,
        "decision": decision,
        "reasons": [
            {**{n: getattr(r, n) for n in ("feature", "level", "asked", "held", "points")}} for r in judgement.reasons
        ],
    }
