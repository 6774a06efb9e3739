"""Which lists a record puts its subject on, and which measures follow in a matter. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chengxin.law import Law
from chengxin.law.models import ListEntry, Measure
from chengxin.records.rules import Effect, Standing, Terms, effect


@dataclass(frozen=True)
class Fact:
    """One record as a rule sees it: what it is, by which document of which authority, its term, and its standing."""

    record: int
    record_type: str
    authority: str
    document: str
    decided_on: date
    terms: Terms
    severity: str | None
    body: Mapping[str, Any]
    standing: Standing
    statement: str = ""


@dataclass(frozen=True)
class Following:
    """A measure that follows from a fact through a list; suspended while an objection to the fact is open."""

    measure: Measure
    listing: ListEntry
    fact: Fact
    suspended: bool


def record_types_deciding(law: Law, matter: str) -> list[str]:
    """The record types through which any measure in the matter can follow: nothing else need be read."""
    lists = {key for measure in measures_in(law, matter) for key in measure.lists}
    return sorted({law.lists[key].record_type for key in lists if key in law.lists})


def measures_in(law: Law, matter: str) -> list[Measure]:
    """The measures on organisations in the matter that are in force on the law's day, by key."""
    found = [m for m in law.measures.values() if matter in m.matters and "organisation" in m.subject_kinds]
    return sorted(found, key=lambda m: m.key)


def listed(entry: ListEntry, fact: Fact) -> bool:
    """Whether the fact is one that puts its subject on the list."""
    if entry.record_type != fact.record_type:
        return False
    values = {**fact.body, "severity": fact.severity}
    return all(values.get(name) in allowed for name, allowed in entry.where.items())


def measures_following(law: Law, matter: str, facts: Iterable[Fact], *, on: date) -> list[Following]:
    """Every measure in the matter that follows on the day from a fact in effect, and those that an objection suspends."""
    following: list[Following] = []
    facts = list(facts)
    for measure in measures_in(law, matter):
        for entry in _lists_of(law, measure):
            for fact in facts:
                state = effect(fact.terms, fact.standing, on=on) if listed(entry, fact) else Effect.NONE
                if state is not Effect.NONE:
                    following.append(Following(measure, entry, fact, state is Effect.SUSPENDED))
    return following


def _lists_of(law: Law, measure: Measure) -> Sequence[ListEntry]:
    return [law.lists[key] for key in measure.lists if key in law.lists]
