"""What is seen of shops in rows that lie in the lake: nothing depends on the order or the parting, and what is taken out is as if it had never been."""

import random
import tempfile
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.commerce.ratings.rules import Seen, shop_rated
from chengxin.commerce.ratings.tests.shops import method, seen_in, together, trade
from chengxin.commerce.trades.bulk.lake import lake_of

GROUNDS = ("", "", "quality", "not-as-described", "seven-days")
HIDDEN = ("", "", "forged", "withdrawn", "unlawful")
TRADES: st.SearchStrategy[list[Any]] = st.lists(
    st.builds(
        dict,
        shop=st.sampled_from(["s1", "s2", "s3"]),
        stars=st.integers(1, 5),
        returned=st.sampled_from(GROUNDS),
        hours=st.sampled_from([1, 47, 48, 49, 200]),
        lost=st.booleans(),
        hidden_for=st.sampled_from(HIDDEN),
    ),
    min_size=1,
    max_size=25,
)
QUIET = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def seen(rows: Any, excluded: Any = (), at_once: int = 10**6) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        return seen_in(lake_of(folder), rows, excluded, at_once)


def kept(each: dict[str, int]) -> dict[str, int]:
    """What is seen with the trades taken out left out."""
    return {name: value for name, value in each.items() if name.endswith((".count", ".total"))}


@QUIET
@given(TRADES, st.randoms(use_true_random=False))
def test_the_order_of_filings_does_not_matter(words: list[Any], dice: random.Random) -> None:
    rows = together([trade(n, **each) for n, each in enumerate(words)])
    mixed = {kind: dice.sample(some, len(some)) for kind, some in rows.items()}
    assert seen(rows) == seen(mixed)


@QUIET
@given(TRADES, st.integers(1, 12))
def test_nor_does_the_parting_of_the_shops(words: list[Any], at_once: int) -> None:
    rows = together([trade(n, **each) for n, each in enumerate(words)])
    assert seen(rows) == seen(rows, at_once=at_once)


@QUIET
@given(TRADES, st.data())
def test_taking_forged_trades_out_equals_computing_without_them(words: list[Any], data: st.DataObject) -> None:
    trades = [trade(n, **each) for n, each in enumerate(words)]
    forged = data.draw(st.sets(st.integers(0, len(trades) - 1)))
    with_them = seen(together(trades), [f"o{n:06d}" for n in forged])
    without = seen(together([each for n, each in enumerate(trades) if n not in forged]))
    nothing = {f"{key}.{name}": 0 for key in method().features for name in ("count", "total")}
    for shop, each in with_them.items():
        assert kept(each) == (kept(without[shop]) if shop in without else nothing)
        assert each["excluded"] == sum(words[n]["shop"] == shop for n in forged)
        found = {key: Seen(each[f"{key}.count"], each[f"{key}.total"]) for key in method().features}
        assert shop_rated(method(), found)["grade"] == "not-enough"


def test_what_counts_by_hand() -> None:
    rows = together(
        [
            trade(0, stars=5),
            trade(1, stars=1, hidden_for="forged"),
            trade(2, stars=2, hidden_for="withdrawn"),
            trade(3, stars=3, returned="quality", hours=49),
            trade(4, stars=4, returned="seven-days", hours=48, lost=True),
        ]
    )
    rows["orders"].append({**rows["orders"][0], "order": "o9", "state": "cancelled"})
    rows["returns"].append({**rows["returns"][0], "return": "b9", "order": "o000000", "state": "refused"})
    found = seen(rows)["s1"]
    said = {key: (found[f"{key}.count"], found[f"{key}.total"]) for key in method().features}
    # What its writer took back counts no more; what was hidden for any other reason counts as it was.
    assert said == {"buyers-stars": (4, 13), "returned-for-quality": (5, 1), "sent-late": (5, 1), "lost": (5, 1)}
    assert (found["orders"], found["reviews"], found["hidden"], found["withdrawn"], found["added"]) == (5, 5, 2, 1, 1)
    assert (found["returns"], found["parcels"]) == (3, 5)


def test_a_review_that_stands_in_two_days_counts_once_as_it_was_said_last() -> None:
    rows = together([trade(0, stars=5)])
    rows["reviews"].append({**rows["reviews"][0], "at": rows["reviews"][0]["at"].replace(day=9), "stars": 2})
    found = seen(rows)["s1"]
    assert (found["buyers-stars.count"], found["buyers-stars.total"], found["reviews"]) == (1, 2, 1)


def test_another_shop_s_return_or_parcel_says_nothing_of_an_order() -> None:
    rows = together([trade(0), trade(1, shop="s2")])
    rows["returns"] = [{"return": "b1", "order": "o000000", "shop": "s2", "at": rows["orders"][0]["at"], "amount": 1, "ground": "quality", "state": "refunded"}]  # fmt: skip
    rows["parcels"][0]["shop"] = "s2"
    found = seen(rows)
    assert found["s1"]["returned-for-quality.total"] == 0 and found["s1"]["sent-late.count"] == 0
