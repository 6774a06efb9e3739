"""A random draw that anybody can repeat: the same seed, the same draw; the shares kept; nobody from outside; no order that counts."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.inspections import rules
from chengxin.inspections.rules import Drawn, document_verify, draw, drawn_of, groups_drawn

SEEDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16, max_size=40)
CODES = st.text("ABCDEFGHJKLMNPQRTUWXY0123456789", min_size=9, max_size=18)
GROUPS = ("a", "b", "c", "d", "other")
POPULATIONS = st.dictionaries(CODES, st.sampled_from(GROUPS), max_size=120)
SHARES = st.fixed_dictionaries({group: st.integers(0, 100) for group in GROUPS})
STAFF = st.sets(st.integers(0, 9999).map(lambda n: f"ZF{n:04d}"), min_size=2, max_size=6)


def drawn(population: dict[str, str], shares: dict[str, int], seed: str, staff: Any = ()) -> list[Drawn]:
    return draw(population, shares, seed=seed, salt="0f" * 16, inspectors=sorted(staff), each=2)


@given(POPULATIONS, SHARES, SEEDS, STAFF, st.randoms())
def test_the_same_seed_gives_the_same_draw_whatever_the_order(
    population: dict[str, str], shares: dict[str, int], seed: str, staff: set[str], chance: Any
) -> None:
    shuffled = list(population.items())
    chance.shuffle(shuffled)
    others = list(staff)
    chance.shuffle(others)
    again = draw(dict(shuffled), shares, seed=seed, salt="0f" * 16, inspectors=others, each=2)
    assert again == drawn(population, shares, seed, staff)


@given(POPULATIONS, SHARES, SEEDS)
def test_the_shares_are_kept_and_nobody_is_drawn_from_outside_or_twice(
    population: dict[str, str], shares: dict[str, int], seed: str
) -> None:
    found = drawn(population, shares, seed)
    codes = [d.code for d in found]
    assert len(codes) == len(set(codes)) and set(codes) <= population.keys()
    assert all(population[d.code] == d.group for d in found)
    for group, made in groups_drawn(population, shares, found).items():
        size = sum(1 for g in population.values() if g == group)
        assert (made.size, made.drawn) == (size, drawn_of(size, shares[group]))
        assert size * shares[group] <= made.drawn * 100 < size * shares[group] + 100
        # With its group's threshold anybody can tell of a subject whether it was drawn.
        for code in (c for c, g in population.items() if g == group):
            assert (rules.rank(seed, "0f" * 16, code) <= made.threshold) == (code in codes)


@given(POPULATIONS, SHARES, SEEDS, STAFF)
def test_each_inspection_has_as_many_different_inspectors_as_it_needs(
    population: dict[str, str], shares: dict[str, int], seed: str, staff: set[str]
) -> None:
    for each in drawn(population, shares, seed, staff):
        assert len(set(each.inspectors)) == 2 and set(each.inspectors) <= staff


def test_inspectors_take_turns_and_no_pair_of_all_of_them_is_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed, plain = list[str](), rules._sha256

    def counted(text: str) -> str:
        hashed.append(text)
        return plain(text)

    monkeypatch.setattr(rules, "_sha256", counted)
    population, staff = {f"{n:09d}": "c" for n in range(1000)}, {f"ZF{n:05d}" for n in range(301)}
    found = drawn(population, {"c": 90}, "a-seed-of-our-own-1", staff)
    # 1,000 ranks, and six turns of 301 for 900 inspections of two each; each with all would be 270,900.
    assert len(hashed) == 1000 + 6 * 301
    counts = Counter(number for each in found for number in each.inspectors)
    assert max(counts.values()) == 6 and min(counts.values()) >= 4
    # Turns differ, so that nobody always goes with the same.
    pairs = Counter(frozenset(each.inspectors) for each in found)
    assert max(pairs.values()) <= 2


@given(SEEDS, SEEDS)
def test_another_seed_or_another_salt_draws_others(seed: str, other: str) -> None:
    population = {f"{n:09d}": "c" for n in range(400)}
    one = {d.code for d in drawn(population, {"c": 10}, seed)}
    salted = draw(population, {"c": 10}, seed=seed, salt="another", inspectors=(), each=2)
    assert one != {d.code for d in salted}
    assert seed == other or one != {d.code for d in drawn(population, {"c": 10}, other)}


def test_chance_meets_everybody_alike() -> None:
    population = {f"{n:09d}": "c" for n in range(50)}
    met = dict.fromkeys(population, 0)
    for n in range(1000):
        for each in drawn(population, {"c": 10}, f"seed-of-the-{n:05d}"):
            met[each.code] += 1
    # 1,000 draws of 5 in 50: 100 each on average, 9.5 the standard deviation.
    assert sum(met.values()) == 5000 and all(60 < count < 140 for count in met.values())


def document() -> dict[str, Any]:
    """An exported draw as it is published."""
    population = {f"{n:09d}": "cd"[n % 2] for n in range(60)}
    shares, seed, salt, staff = (
        {"c": 10, "d": 30, "other": 3},
        "a-seed-of-our-own-1",
        "ab" * 16,
        ["ZF001", "ZF002", "ZF003"],
    )
    found = draw(population, shares, seed=seed, salt=salt, inspectors=staff, each=2)
    made: dict[str, Any] = {
        "draw": 7, "seed": seed, "seed_hash": rules.seed_hash(seed), "salt": salt, "shares": shares,
        "population": sorted(population.items()), "population_digest": rules.population_digest(population, shares, salt),
        "inspectors": staff, "inspectors_each": 2, "inspectors_digest": rules.inspectors_digest(staff, 2),
        "committed_at": "2026-11-01T10:00:00+08:00", "frozen_at": "2026-11-02T10:00:00+08:00",
        "revealed_at": "2026-11-03T10:00:00+08:00", "fallen": [], "result": [d.__dict__ for d in found],
    }  # fmt: skip
    return json.loads(json.dumps(made))  # type: ignore[no-any-return]


def test_a_published_draw_is_repeated_from_its_file_alone_also_without_staff_numbers() -> None:
    whole = document()
    done = document_verify(whole)
    assert (done.draw, done.population, done.drawn, done.faults) == (7, 60, 3 + 9, [])
    without = {key: value for key, value in whole.items() if key != "inspectors"}
    without["result"] = [{k: v for k, v in row.items() if k != "inspectors"} for row in whole["result"]]
    assert document_verify(without).faults == []


def drawn_not(made: dict[str, Any]) -> str:
    """One of the population that was not drawn."""
    drawn = {row["code"] for row in made["result"]}
    return next(str(code) for code, _ in made["population"] if code not in drawn)


@given(POPULATIONS, SHARES, SEEDS, st.data())
def test_who_has_fallen_has_the_chance_of_those_without_a_class_and_nobody_else_is_moved(
    population: dict[str, str], shares: dict[str, int], seed: str, data: Any
) -> None:
    shares = shares | {rules.OTHER: 3}
    found = drawn(population, shares, seed)
    likelier = rules.raised(found, shares)
    assert all(shares[d.group] > 3 for d in found if d.code in likelier)
    fallen = data.draw(st.sets(st.sampled_from(likelier))) if likelier else set()
    kept = rules.fallen_released(found, fallen, shares)
    assert [d for d in kept if d.code not in fallen] == [d for d in found if d.code not in fallen]
    assert all(d.group == rules.OTHER and int(d.rank, 16) / 2**256 < 0.03 for d in kept if d.code in fallen)
    assert {d.code for d in found} - {d.code for d in kept} == {
        d.code for d in found if d.code in fallen and int(d.rank, 16) / 2**256 >= 0.03
    }


def test_a_rank_lies_within_a_share_as_often_as_the_share_says() -> None:
    ranks = [rules.rank("a-seed-of-our-own-1", "ab" * 16, f"{n:09d}") for n in range(10_000)]
    # 300 on average, 17 the standard deviation.
    assert 230 < sum(rules.within(each, 3) for each in ranks) < 370
    assert not any(rules.within(each, 0) for each in ranks) and all(rules.within(each, 100) for each in ranks)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda d: d.update(seed="another-seed-of-ours"), "seed"),
        (lambda d: d["population"].pop(), "population"),
        (lambda d: d["shares"].update(c=50), "population"),
        (lambda d: d.update(salt="cd" * 16), "population"),
        (lambda d: d["inspectors"].pop(), "inspectors"),
        (lambda d: d["result"].pop(), "result"),
        (lambda d: d["result"][0].update(inspectors=["ZF001", "ZF001"]), "result"),
        (lambda d: d["fallen"].append(d["result"][-1]["code"]), "result"),
        (lambda d: d["fallen"].append(drawn_not(d)), "fallen"),
        (lambda d: d.update(committed_at="2026-11-02T11:00:00+08:00"), "order"),
    ],
)
def test_whatever_is_changed_in_a_published_draw_is_found(change: Any, fault: str) -> None:
    changed = document()
    change(changed)
    assert fault in document_verify(changed).faults


@pytest.mark.parametrize("broken", [{}, [], "x", {"draw": 1}, None])
def test_what_is_no_draw_is_refused_and_not_a_crash(broken: Any) -> None:
    with pytest.raises(rules.DocumentUnreadable):
        document_verify(broken)


@pytest.mark.parametrize("seed", ["", "short", "with a space in it", "种子种子种子种子种子种子种子种子", "x" * 201])
def test_a_seed_that_could_be_guessed_is_refused(seed: str) -> None:
    with pytest.raises(rules.SeedUnfit):
        rules.seed_hash(seed)


def test_inspectors_are_numbers_of_the_agency_and_never_persons() -> None:
    assert rules.inspectors_fit([" ZF002", "ZF001", "ZF001", ""], 2) == ["ZF001", "ZF002"]
    assert rules.inspectors_fit([], 2) == []
    for bad in ("张三", "110103209812310010", "a b", "x" * 17):
        with pytest.raises(rules.InspectorUnfit):
            rules.inspectors_fit([bad, "ZF001"], 2)
    with pytest.raises(rules.InspectorsTooFew):
        rules.inspectors_fit(["ZF001"], 2)
