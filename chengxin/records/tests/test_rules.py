"""Replay: whatever legal events come, in whatever order, a record's state is one, and never one that cannot be."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.records.rules import (
    ROW_REFUSALS,
    Effect,
    Event,
    EventNotAllowed,
    Kind,
    Standing,
    Terms,
    effect,
    event_admissible,
    replay,
    showable,
)
from tests.world import NOW, TODAY

LATER = tuple(kind for kind in Kind if kind is not Kind.FILED)
# A repair before its undoing says something else than one after it; the order of all others says nothing.
ANY_ORDER = tuple(kind for kind in LATER if kind is not Kind.UNREPAIRED)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
MAYBE_DAYS = st.one_of(st.none(), DAYS)
WISHES = st.lists(st.tuples(st.sampled_from(LATER), MAYBE_DAYS), max_size=12)
TERMS = st.builds(
    lambda start, length, shown: Terms(
        start,
        None if length is None else start + timedelta(days=length),
        None if shown is None else start + timedelta(days=shown),
    ),
    DAYS,
    st.one_of(st.none(), st.integers(0, 500)),
    st.one_of(st.none(), st.integers(0, 500)),
)


def numbered(wishes: Sequence[tuple[Kind, date | None]]) -> list[Event]:
    """The events one a minute, after the first, by which every record is filed."""
    events = [Event(0, Kind.FILED, NOW)]
    for number, (kind, on) in enumerate(wishes, 1):
        events.append(Event(number, kind, NOW + timedelta(minutes=number), on))
    return events


def legal(wishes: Sequence[tuple[Kind, date | None]]) -> list[tuple[Kind, date | None]]:
    """The wishes that the rules admit, each judged on what those before it made."""
    taken: list[tuple[Kind, date | None]] = []
    for kind, on in wishes:
        try:
            event_admissible(replay(numbered(taken), known_at=NOW + timedelta(days=1)), kind, on=on)
        except EventNotAllowed:
            continue
        taken.append((kind, on))
    return taken


def counted(taken: Sequence[tuple[Kind, date | None]]) -> Standing:
    """The state by counting alone: the oracle of replay. Of order only this counts, that no repair before its undoing does."""
    kinds = [kind for kind, _ in taken]
    undone = max((n for n, kind in enumerate(kinds) if kind is Kind.UNREPAIRED), default=-1)
    repaired = [on for kind, on in taken[undone + 1 :] if kind is Kind.REPAIRED and on is not None]
    days = {kind: [on for k, on in taken if k is kind and on is not None] for kind in Kind}
    return Standing(
        replaced=Kind.SUPERSEDED in kinds,
        withdrawn=Kind.WITHDRAWN in kinds,
        unmatched=kinds.count(Kind.UNMATCHED) > kinds.count(Kind.MATCHED),
        disputes=kinds.count(Kind.DISPUTED) - kinds.count(Kind.SETTLED),
        repaired_on=min(repaired, default=None),
        ended_on=min(days[Kind.ENDED], default=None),
        contests=kinds.count(Kind.CONTESTED) - kinds.count(Kind.CONCLUDED),
    )


@given(WISHES)
def test_legal_events_make_one_state_and_never_one_that_cannot_be(wishes: list[tuple[Kind, date | None]]) -> None:
    taken = legal(wishes)
    events = numbered(taken)
    for known in range(len(events)):
        standing = replay(events, known_at=NOW + timedelta(minutes=known))
        assert standing == counted(taken[:known])
        assert standing.disputes >= 0 and standing.contests >= 0
        assert standing.word in {"withdrawn", "unmatched", "superseded", "repaired", "disputed", "ended", "standing"}


@given(WISHES, st.randoms(use_true_random=False))
def test_replay_takes_events_in_their_order_however_they_are_handed_over(
    wishes: list[tuple[Kind, date | None]], chance: Any
) -> None:
    events = numbered(legal(wishes))
    whole = replay(events, known_at=NOW + timedelta(days=1))
    chance.shuffle(events)
    assert replay(events, known_at=NOW + timedelta(days=1)) == whole


@given(st.lists(st.tuples(st.sampled_from(ANY_ORDER), MAYBE_DAYS), max_size=5))
def test_every_legal_order_of_the_same_events_makes_the_same_state(wishes: list[tuple[Kind, date | None]]) -> None:
    taken = legal(wishes)
    whole = replay(numbered(taken), known_at=NOW + timedelta(days=1))
    for order in permutations(taken):
        if legal(order) == list(order):
            assert replay(numbered(order), known_at=NOW + timedelta(days=1)) == whole


@given(WISHES, TERMS, DAYS)
def test_what_is_gone_never_counts_again_nor_what_is_over_repaired_or_unmatched_while_it_is(
    wishes: list[tuple[Kind, date | None]], terms: Terms, on: date
) -> None:
    events = numbered(legal(wishes))
    gone = False
    for known in range(len(events)):
        standing = replay(events, known_at=NOW + timedelta(minutes=known))
        state = effect(terms, standing, on=on)
        over = any(d is not None and d <= on for d in (standing.repaired_on, standing.ended_on))
        gone = gone or standing.replaced or standing.withdrawn
        in_term = terms.effect_from <= on and (terms.effect_until is None or on < terms.effect_until)
        assert (state is Effect.NONE) == (gone or over or standing.unmatched or not in_term)
        assert state is not Effect.COUNTS or not standing.disputed
        if gone or standing.unmatched or (terms.shown_until is not None and on >= terms.shown_until):
            assert not showable(terms, standing, on=on)


@pytest.mark.parametrize("kind", LATER)
def test_what_a_withdrawn_record_admits_is_the_end_of_an_objection_or_lawsuit_alone(kind: Kind) -> None:
    standing = Standing(withdrawn=True, disputes=1, contests=1)
    if kind in (Kind.SETTLED, Kind.CONCLUDED):
        event_admissible(standing, kind, on=None)
        return
    with pytest.raises(EventNotAllowed) as error:
        event_admissible(standing, kind, on=TODAY)
    assert "withdrawn" in error.value.message and "withdrawn" in error.value.message_zh


@pytest.mark.parametrize(
    ("standing", "kind", "on"),
    [
        (Standing(), Kind.FILED, None),
        (Standing(), Kind.SETTLED, None),
        (Standing(), Kind.MATCHED, None),
        (Standing(), Kind.CONCLUDED, None),
        (Standing(unmatched=True), Kind.UNMATCHED, None),
        (Standing(replaced=True), Kind.SUPERSEDED, None),
        (Standing(), Kind.REPAIRED, None),
        (Standing(), Kind.UNREPAIRED, None),
        (Standing(), Kind.ENDED, None),
    ],
)
def test_an_event_that_the_state_does_not_admit_is_refused(standing: Standing, kind: Kind, on: date | None) -> None:
    with pytest.raises(EventNotAllowed):
        event_admissible(standing, kind, on=on)


def test_terms_are_half_open() -> None:
    terms = Terms(date(2026, 1, 1), date(2026, 7, 1), date(2026, 4, 1))
    standing = Standing()
    assert [effect(terms, standing, on=d) for d in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1))] == [
        Effect.NONE, Effect.COUNTS, Effect.COUNTS, Effect.NONE,
    ]  # fmt: skip
    assert [showable(terms, standing, on=d) for d in (date(2026, 3, 31), date(2026, 4, 1))] == [True, False]


def test_every_rule_has_words_in_both_languages_and_names_what_broke_it() -> None:
    for rule in ROW_REFUSALS:
        refusal = rule(field="罚款金额", value="甲", most=3, choices="乙", other="丙")
        assert "[" not in refusal.message + refusal.message_zh, rule
        assert any("\u4e00" <= c <= "\u9fff" for c in refusal.message_zh)
    assert len({rule.code for rule in ROW_REFUSALS}) == len(ROW_REFUSALS)
