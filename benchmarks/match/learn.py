"""Learn the model's points from slips made of real registers, and choose the thresholds that reach the aims there.

    python -m benchmarks.match.learn jiangsu.tsv.gz guangxi.tsv.gz > model.yaml

One logistic regression over the levels of all pairs that the search finds, drawn towards the points that the shipped model has,
so that a level seldom seen keeps a sober value; then the lowest thresholds at which precision and false matches hold on these
registers. What it reaches elsewhere is for `benchmarks.match` to say: never look at the registers reported on from here.
"""

import itertools
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import yaml
from numpy.typing import NDArray
from rich.console import Console
from scipy import sparse
from scipy.optimize import minimize

from benchmarks.match.sets import register_of
from benchmarks.match.slips import Firm, Query, queries_make
from chengxin.subjects.bulk.matching import Register, asked_prepared, candidates_of, side_of
from chengxin.subjects.rules.comparing import levels
from chengxin.subjects.rules.judging import Judgement, Model, Reason, decide, model
from chengxin.subjects.rules.namebook import book_data

SEED, MOST, LEFT_OUT = 11, 6_000, 0.1
PRECISION, FALSE = 0.998, 0.003  # stricter than the aims: a register not learned from yields a little less
_DRAWN = 2.0  # the variance of a point about where it started
_BIAS = 6.0  # so that a score of about six is even odds
_BATCH = 1_024

Found = list[tuple[str, str, tuple[tuple[str, str], ...]]]  # a candidate's firm and code, and its levels


@dataclass(frozen=True)
class Evidence:
    """Queries with what the search found for each, every pair already compared."""

    queries: Sequence[Query]
    found: Sequence[Found]


def evidence(register: Sequence[Firm], queries: Sequence[Query]) -> Evidence:
    """Compare each query with every candidate that the search finds for it."""
    frame = pl.DataFrame([{name: getattr(firm, name) for name in Firm.__slots__} for firm in register])
    held = Register.of(frame)
    asked = asked_prepared(pl.DataFrame([{name: getattr(query, name) for name in _ASKED} for query in queries]))
    found: list[Found] = []
    for start in range(0, len(asked), _BATCH):
        batch = asked[start : start + _BATCH]
        for row, rows in zip(batch.iter_rows(named=True), candidates_of(batch, held), strict=True):
            firms = (held.frame.row(each, named=True) for each in rows)
            side = side_of(row)
            found.append(
                [(f["firm"], f["uscc"], tuple((a, b) for a, b, *_ in levels(side, side_of(f)))) for f in firms]
            )
    return Evidence(queries, found)


_ASKED = ("qid", "name", "province", "city", "address", "uscc")


def points_learned(all_evidence: Iterable[Evidence], start: Model) -> Model:
    """The model with the points of the regression, rounded to a tenth."""
    keys = [
        (feature, level)
        for feature, known in start.points.items()
        if feature not in ("rival", "crowd")
        for level in known
    ]
    place = {key: number for number, key in enumerate(keys)}
    pairs = [
        (lv, code in query.truth)
        for each in all_evidence
        for query, found in zip(each.queries, each.found, strict=True)
        for _, code, lv in found
    ]
    rows = np.repeat(np.arange(len(pairs)), [len(lv) for lv, _ in pairs])
    columns = [place[key] for lv, _ in pairs for key in lv]
    seen = sparse.csr_matrix((np.ones(len(columns)), (rows, columns)), shape=(len(pairs), len(keys)))
    right = np.array([truth for _, truth in pairs], dtype=float)
    drawn = np.array([start.points[feature][level] for feature, level in keys])

    def loss(points: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = seen @ points - _BIAS
        apart = points - drawn
        whole = float((np.logaddexp(0, score) - right * score).sum() + (apart @ apart) / (2 * _DRAWN))
        return whole, seen.T @ (1 / (1 + np.exp(-score)) - right) + apart / _DRAWN

    learned = minimize(loss, drawn, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    points = {feature: dict(known) for feature, known in start.points.items()}
    for (feature, level), value in zip(keys, learned, strict=True):
        points[feature][level] = round(float(value), 1) + 0.0
    return replace(start, points=points)


@dataclass(frozen=True)
class Reached:
    """What a model matches: of all matches how many are right, of the queries with one truth how many, of strangers how many."""

    precision: float
    recall: float
    false: float


def reached(each: Evidence, by: Model) -> Reached:
    """Decide every query by the model and count."""
    matched = right = one = strangers = false = 0
    for query, found in zip(each.queries, each.found, strict=True):
        best: dict[str, tuple[Judgement, str]] = {}
        for firm, code, lv in found:
            judgement = _judged(lv, by)
            if firm not in best or judgement.score > best[firm][0].score:
                best[firm] = (judgement, code)
        order = sorted(best.values(), key=lambda pair: -pair[0].score)
        _, decisions = decide([judgement for judgement, _ in order], by)
        match = bool(decisions) and decisions[0] == "match"
        matched += match
        right += match and (order[0][1],) == query.truth
        one += len(query.truth) == 1
        strangers += not query.truth
        false += match and not query.truth
    return Reached(right / max(matched, 1), right / max(one, 1), false / max(strangers, 1))


def _judged(lv: Iterable[tuple[str, str]], by: Model) -> Judgement:
    reasons = tuple(Reason(feature, level, "", "", by.points[feature].get(level, 0.0)) for feature, level in lv)
    never = any((reason.feature, reason.level) in by.never for reason in reasons)
    return Judgement(round(sum(reason.points for reason in reasons), 2), reasons, never)


def thresholds_chosen(all_evidence: Sequence[Evidence], by: Model) -> Model:
    """The thresholds of the highest recall at which precision and false matches hold on all the evidence together."""
    whole = Evidence(
        [query for each in all_evidence for query in each.queries], [f for each in all_evidence for f in each.found]
    )
    tried = (
        replace(by, match_from=float(match_from), margin=margin)
        for match_from, margin in itertools.product(np.arange(5.5, 10.5, 0.5), (3.0, 4.0, 5.0, 6.0))
    )
    told = [(reached(whole, each), each) for each in tried]
    kept = [(r.recall, each) for r, each in told if r.precision >= PRECISION and r.false <= FALSE]
    return max(kept, key=lambda pair: pair[0])[1] if kept else by


def main(words: Sequence[str]) -> int:
    """Print a model as YAML; how it stands on each register on standard error."""
    console = Console(stderr=True)
    known: list[Evidence] = []
    paths = [Path(word) for word in words]
    for path in paths:
        with console.status(path.name):
            register, queries = queries_make(register_of(path), seed=SEED, most=MOST, left_out=LEFT_OUT)
            known.append(evidence(register, queries))
    found = thresholds_chosen(known, points_learned(known, model()))
    for path, each in zip(paths, known, strict=True):
        console.print(path.name, reached(each, found))
    data = book_data("model.yaml")
    decided = {**data["decide"], "match_from": found.match_from, "margin": found.margin}
    yaml.safe_dump({**data, "points": found.points, "decide": decided}, sys.stdout, sort_keys=False, width=118)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
