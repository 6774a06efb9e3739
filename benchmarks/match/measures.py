"""How well queries were answered: outcomes beside truths, all together and kind by kind.

A wrong automatic match lays one firm's penalty on another, a proposal costs a person a minute: so precision counts every
automatic match, whatever the kind of the query, and a match is right only where the query has that one truth.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from benchmarks.match.fits import Hints, hints_allow
from benchmarks.match.names import form_cut, is_branch, plain
from benchmarks.match.slips import Firm, Query

MATCH, PROPOSE, NONE = "match", "propose", "none"
ALL = "all"
SHOWN = 5
MANY = 20  # of a text that more firms bear, nobody need be shown all

# What a set of answers is held to.
AIMS: Mapping[str, str] = {
    "precision": ">=0.995",
    "recall": ">=0.94",
    "false": "<=0.005",
    "false_branches": "<=0",
    "all_proposed": ">=1",
    "top1": ">=0.99",
    "recall5": ">=0.997",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a query: the outcome, the codes shown, best first, and which of them were put before a person."""

    outcome: str = NONE
    shown: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()
    crowd: int = 0  # where it says that more firms fit than it shows: how many it put before a person


@dataclass(frozen=True, slots=True)
class Quality:
    """The measures of one kind of query, or of all. A share of nothing is nothing."""

    kind: str
    queries: int
    precision: float | None  # of the automatic matches, the right ones
    recall: float | None  # of the queries with one truth, those matched to it
    false: float | None  # of the queries about nobody registered, those matched
    false_branches: int  # of those, with a branch on one side only
    all_proposed: (
        float | None
    )  # of the queries that several firms fit, those proposed with all, or truly told of a crowd
    exactly_proposed: float | None  # and with no other
    top1: float | None  # of the queries with one truth, those with it first, whatever was decided
    recall5: float | None  # and with it among the first five


@dataclass
class _Count:
    queries: int = 0
    matched: int = 0
    right: int = 0
    one: int = 0
    nobody: int = 0
    nobody_matched: int = 0
    branches: int = 0
    several: int = 0
    all_proposed: int = 0
    exactly: int = 0
    first: int = 0
    five: int = 0


def measured(queries: Iterable[Query], answers: Mapping[str, Answer], register: Mapping[str, Firm]) -> list[Quality]:
    """The measures of all queries, then of each kind, in the order in which kinds first come."""
    counts: dict[str, _Count] = {ALL: _Count()}
    for query in queries:
        answer = answers.get(query.qid, Answer())
        for kind in (ALL, query.kind):
            _counted(counts.setdefault(kind, _Count()), query, answer, register)
    return [_quality(kind, count) for kind, count in counts.items()]


def _counted(count: _Count, query: Query, answer: Answer, register: Mapping[str, Firm]) -> None:
    matched = answer.outcome == MATCH
    count.queries += 1
    count.matched += matched
    count.right += matched and answer.shown[:1] == query.truth
    if not query.truth:
        count.nobody += 1
        count.nobody_matched += matched
        count.branches += matched and _one_sided(query, register.get(answer.shown[0]))
    elif len(query.truth) == 1:
        count.one += 1
        count.first += answer.shown[:1] == query.truth
        count.five += query.truth[0] in answer.shown[:SHOWN]
    else:
        count.several += 1
        proposed = set(answer.proposed) if answer.outcome == PROPOSE else set()
        count.all_proposed += proposed >= set(query.truth) or crowd_told(query, answer, register)
        count.exactly += proposed == set(query.truth)


def crowd_told(query: Query, answer: Answer, register: Mapping[str, Firm]) -> bool:
    """Whether the answer says that more firms fit than it shows, and that is true: the text stands as it is, but for words between it
    and its form (通用厂), in the names of more than so many firms of the place that the query tells, and so many of these are shown
    and no other.
    """
    if answer.crowd < MANY:
        return False
    (text, form), hints = form_cut(plain(query.name)), Hints(query.province, query.city, query.address)

    def bears(name: str) -> bool:
        return text in name and form in name[name.index(text) + len(text) :]

    bearing = {code for code, firm in register.items() if bears(plain(firm.name)) and hints_allow(hints, firm)}
    return len(bearing) > MANY and bearing.issuperset(answer.proposed)


def _one_sided(query: Query, firm: Firm | None) -> bool:
    """Whether a branch was taken for its parent or the other way round."""
    return query.kind in ("branch", "parent") or (firm is not None and is_branch(firm.name) != is_branch(query.name))


def _quality(kind: str, count: _Count) -> Quality:
    return Quality(
        kind,
        count.queries,
        _share(count.right, count.matched),
        _share(count.right, count.one),
        _share(count.nobody_matched, count.nobody),
        count.branches,
        _share(count.all_proposed, count.several),
        _share(count.exactly, count.several),
        _share(count.first, count.one),
        _share(count.five, count.one),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def met(measure: str, value: float | None) -> bool | None:
    """Whether the measure is within its aim; nothing where there is none to hold it to."""
    if value is None or measure not in AIMS:
        return None
    bound = float(AIMS[measure][2:])
    return value >= bound if AIMS[measure].startswith(">=") else value <= bound


# ---- answers of others, who only rank


@dataclass(frozen=True, slots=True)
class Rule:
    """When a ranking is sure: the best score high enough, and far enough above the second."""

    least: float
    ahead: float


Ranked = Mapping[str, Sequence[tuple[str, float]]]


def decided(ranked: Ranked, rule: Rule) -> dict[str, Answer]:
    """The answers that a ranking gives under the rule: what is not sure is proposed, all that is shown."""
    return {qid: _decided(rows[:SHOWN], rule) for qid, rows in ranked.items()}


def _decided(rows: Sequence[tuple[str, float]], rule: Rule) -> Answer:
    shown = tuple(code for code, _ in rows)
    if not rows:
        return Answer()
    if rows[0][1] >= rule.least and _ahead(rows) >= rule.ahead:
        return Answer(MATCH, shown)
    return Answer(PROPOSE, shown, shown)


def _ahead(rows: Sequence[tuple[str, float]]) -> float:
    return rows[0][1] - rows[1][1] if len(rows) > 1 else 1.0


def tuned(queries: Sequence[Query], ranked: Ranked, precision: float = 0.995) -> Rule:
    """The rule that matches most at the precision; one that never matches where none reaches it."""
    truths = {query.qid: query.truth for query in queries}
    tops = [(rows[0][1], _ahead(rows), truths[qid] == (rows[0][0],)) for qid, rows in ranked.items() if rows]
    best, most = Rule(float("inf"), 0.0), 0
    for ahead in (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3):
        left = sorted((top for top in tops if top[1] >= ahead), reverse=True)
        right = 0
        for number, (score, _, is_right) in enumerate(left, start=1):
            right += is_right
            last_of_score = number == len(left) or left[number][0] < score
            if last_of_score and right >= precision * number and right > most:
                best, most = Rule(score, ahead), right
    return best


# ---- frozen


@dataclass(frozen=True, slots=True)
class Frozen:
    """One measured line as it is kept: of which queries, by which system."""

    queries_of: str
    system: str
    quality: Quality = field(compare=False)

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is a measurement of."""
        return self.queries_of, self.system, self.quality.kind


_MEASURES = [each.name for each in fields(Quality)]


def frozen_quality_read(path: Path) -> dict[tuple[str, str, str], Frozen]:
    """The committed lines; none where nothing is frozen."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        lines = [Frozen(row["queries_of"], row["system"], _quality_read(row)) for row in csv.DictReader(file)]
    return {line.key: line for line in lines}


def _quality_read(row: Mapping[str, str]) -> Quality:
    def number(name: str) -> float | None:
        return float(row[name]) if row[name] else None

    return Quality(
        row["kind"],
        int(row["queries"]),
        number("precision"),
        number("recall"),
        number("false"),
        int(row["false_branches"]),
        number("all_proposed"),
        number("exactly_proposed"),
        number("top1"),
        number("recall5"),
    )


def frozen_quality_write(path: Path, lines: Iterable[Frozen]) -> None:
    """Puts the lines in place of the frozen ones of the same queries and system, all kinds of them."""
    lines = list(lines)
    fresh = {(line.queries_of, line.system) for line in lines}
    kept = [line for line in frozen_quality_read(path).values() if (line.queries_of, line.system) not in fresh]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("queries_of", "system", *_MEASURES))
        for line in sorted([*kept, *lines], key=lambda line: (line.queries_of, line.system)):
            writer.writerow((line.queries_of, line.system, *(_written(line.quality, name) for name in _MEASURES)))


def _written(quality: Quality, name: str) -> object:
    value = getattr(quality, name)
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else value
