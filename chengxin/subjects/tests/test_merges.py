"""Who stands for whom: merges replayed, taken back, judged in their order, and never against the rules."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from chengxin.ledger.models import Entry
from chengxin.subjects.models import Link, Merge, Subject
from chengxin.subjects.rules.merging import (
    MergeEvent,
    MergeNotStanding,
    MergeSelf,
    branch_of,
    links,
    merge_admissible,
    unmerge_admissible,
)
from chengxin.subjects.selectors import members_of, root_of
from chengxin.subjects.services.merging import subjects_merge, subjects_unmerge
from tests.world import NOW, later

WISHES = st.lists(
    st.tuples(st.sampled_from(["merge", "unmerge"]), st.integers(1, 5), st.integers(1, 5)).filter(
        lambda w: w[1] != w[2]
    ),
    max_size=14,
)
Wish = tuple[str, int, int]


def legal(wishes: list[Wish]) -> list[MergeEvent]:
    """The wishes that the rules admit, one a minute."""
    events: list[MergeEvent] = []
    for minute, (kind, absorbed, into) in enumerate(wishes):
        admit = merge_admissible if kind == "merge" else unmerge_admissible
        try:
            admit(events, absorbed=absorbed, into=into)
        except (MergeSelf, MergeNotStanding):
            continue
        events.append(MergeEvent(kind, absorbed, into, NOW + timedelta(minutes=minute)))
    return events


def together(events: list[MergeEvent], minute: int) -> set[frozenset[int]]:
    """The groups of firms by the merges that stand in the minute: an oracle that knows no roots."""
    pairs: list[set[int]] = []
    for event in events:
        if event.at > NOW + timedelta(minutes=minute):
            break
        pair = {event.absorbed, event.into}
        if event.kind == "merge":
            pairs.append(pair)
        else:
            pairs.remove(pair)
    groups = [{n} for n in range(1, 6)]
    for pair in pairs:
        joined = set().union(*(g for g in groups if g & pair))
        groups = [g for g in groups if not g & pair] + [joined]
    return {frozenset(g) for g in groups}


@given(WISHES)
def test_links_hold_exactly_those_together_whom_standing_merges_hold_together(wishes: list[Wish]) -> None:
    events = legal(wishes)
    periods = links(events)
    for minute in range(len(wishes)):
        at = NOW + timedelta(minutes=minute)
        held = {p.subject: p.root for p in periods if p.known_from <= at and (p.known_to is None or at < p.known_to)}
        roots = {n: held.get(n, n) for n in range(1, 6)}
        groups = {frozenset(n for n in roots if roots[n] == root) for root in roots.values()}
        assert groups == together(events, minute)
        assert all(roots[root] == root for root in roots.values())


@given(WISHES)
def test_a_subject_has_one_stand_in_at_a_time_over_periods_that_never_run_backwards(wishes: list[Wish]) -> None:
    periods = links(legal(wishes))
    for subject in range(1, 6):
        mine = sorted((p for p in periods if p.subject == subject), key=lambda p: p.known_from)
        assert all(p.root != subject for p in mine)
        for earlier, after in zip(mine, mine[1:], strict=False):
            assert earlier.known_to is not None and earlier.known_from < earlier.known_to <= after.known_from


@given(WISHES)
def test_the_past_is_never_rewritten_by_what_comes_later(wishes: list[Wish]) -> None:
    events = legal(wishes)
    for count in range(len(events)):
        at = events[count].at
        then = {(p.subject, p.root) for p in links(events[: count + 1]) if p.known_from <= at and p.known_to is None}
        now = {
            (p.subject, p.root) for p in links(events) if p.known_from <= at and (p.known_to is None or at < p.known_to)
        }
        assert then == now


@pytest.mark.parametrize(
    ("name", "other", "branch"),
    [
        ("云川市七层楼百货股份有限公司", "云川市七层楼百货股份有限公司鹭洲分公司", True),
        ("云川市七层楼百货股份有限公司鹭洲分公司", "云川市七层楼百货股份有限公司", True),
        ("云川市甲商行", "云川市甲商行第三门市部", True),
        ("云川市甲商行", "云川市甲商行有限公司", False),
        ("云川市甲商行", "云川市乙商行分公司", False),
        ("云川市甲商行", "云川市甲商行", False),
    ],
)
def test_a_branch_is_known_by_its_tail(name: str, other: str, branch: bool) -> None:
    assert branch_of(name, other) is branch


# ---- services


def subjects(count: int) -> list[int]:
    return [Subject.objects.create(created_at=NOW).pk for _ in range(count)]


BY: dict[str, Any] = {"by": "operator", "reason": "同一企业"}


@pytest.mark.django_db
def test_a_merge_holds_from_its_instant_and_is_traced() -> None:
    one, other = subjects(2)
    subjects_merge(absorbed=one, into=other, at=later(hours=1), **BY)
    assert root_of(one, known_at=later(minutes=59)) == one
    assert (root_of(one, known_at=later(hours=1)), root_of(other, known_at=later(hours=1))) == (other, other)
    assert members_of(other, known_at=later(hours=1)) == [other, one]
    subjects_unmerge(absorbed=one, into=other, at=later(hours=2), **BY)
    assert root_of(one, known_at=later(hours=2)) == one
    assert root_of(one, known_at=later(minutes=90)) == other
    traced = Entry.objects.order_by("pk").values_list("event", "subject", "object", "detail")
    assert list(traced) == [
        ("subjects.subject.merged", one, f"subject:{other}", {"reason": "同一企业"}),
        ("subjects.subject.unmerged", one, f"subject:{other}", {"reason": "同一企业"}),
    ]


@pytest.mark.django_db
def test_merges_of_the_merged_are_one_group_and_what_was_asked_can_be_taken_back_as_asked() -> None:
    a, b, c = subjects(3)
    subjects_merge(absorbed=b, into=c, at=later(hours=1), **BY)
    subjects_merge(absorbed=a, into=b, at=later(hours=2), **BY)
    assert members_of(c, known_at=later(hours=2)) == [c, a, b]
    with pytest.raises(MergeSelf):
        subjects_merge(absorbed=a, into=c, at=later(hours=3), **BY)
    with pytest.raises(MergeNotStanding):
        subjects_unmerge(absorbed=a, into=c, at=later(hours=3), **BY)
    subjects_unmerge(absorbed=b, into=c, at=later(hours=4), **BY)
    assert (root_of(a, known_at=later(hours=4)), root_of(c, known_at=later(hours=4))) == (b, c)
    subjects_unmerge(absorbed=a, into=b, at=later(hours=5), **BY)
    assert [root_of(n, known_at=later(hours=5)) for n in (a, b, c)] == [a, b, c]
    assert Merge.objects.count() == 4


@pytest.mark.django_db
def test_a_merge_whose_clock_was_overtaken_is_judged_on_what_was_done_meanwhile() -> None:
    a, b, c = subjects(3)
    subjects_merge(absorbed=a, into=b, at=later(hours=2), **BY)
    with pytest.raises(MergeSelf):
        subjects_merge(absorbed=a, into=b, at=later(hours=1), **BY)
    assert subjects_merge(absorbed=a, into=c, at=later(hours=1), **BY).at == later(hours=2)
    assert len({root_of(n, known_at=later(hours=2)) for n in (a, b, c)}) == 1


@pytest.mark.django_db
def test_a_refused_merge_leaves_no_mark() -> None:
    (one,) = subjects(1)
    with pytest.raises(MergeSelf):
        subjects_merge(absorbed=one, into=one, at=NOW, **BY)
    assert (Merge.objects.count(), Link.objects.count(), Entry.objects.count()) == (0, 0, 0)


@pytest.mark.django_db
def test_a_merge_without_a_reason_is_refused_by_the_database() -> None:
    one, other = subjects(2)
    with pytest.raises(IntegrityError), transaction.atomic():
        subjects_merge(absorbed=one, into=other, by="operator", at=NOW, reason="")
