"""The runner works, and its worlds are what they say; nothing is timed here."""

import polars as pl
import pytest

from benchmarks.conftest import Measure
from benchmarks.trades.world import FATES, FILINGS, KINDS, Reviews, World
from chengxin.commerce.trades.bulk.schemas import polars_of
from chengxin.kernel.identifiers import uscc_valid
from chengxin.law import load
from tests.world import TODAY


@pytest.mark.parametrize("kind", KINDS)
def test_a_world_s_days_are_in_the_columns_of_the_kind_and_each_row_falls_on_its_day(kind: str) -> None:
    world = World(4000, 500, 40)
    columns = polars_of(load().on(TODAY).trade_kinds[kind])
    key = {"orders": "order", "payments": "payment", "parcels": "parcel", "reviews": "review"}[kind]
    orders = pl.concat(world.frame("orders", day) for day in range(len(world.days))).select("order", "shop")
    seen = 0
    for number, day in enumerate(world.days):
        frame = world.frame(kind, number)
        assert frame.schema.items() <= pl.Schema(columns).items()
        assert frame["at"].dt.convert_time_zone("Asia/Shanghai").dt.date().unique().to_list() == [day]
        assert frame[key].is_unique().all()
        assert frame.join(orders, on=["order", "shop"], how="anti").is_empty()
        seen += frame.height
    assert seen == 4000 if kind in ("orders", "payments") else 0 < seen < 4000


def test_the_codes_are_valid() -> None:
    assert all(map(uscc_valid, World(400, 100, 40).frame("orders", 0)["merchant"].unique().to_list()))


def test_a_review_is_filed_until_it_is_deleted_and_each_fate_befalls_some() -> None:
    world = Reviews(60_000)
    vanished = world.vanished()
    for filing in range(10, 13):
        before, after = world.frame(filing - 1), world.frame(filing)
        first, last = world.window(filing)
        day = (pl.col("at") + pl.duration(hours=8)).dt.date()
        still = before.filter(day >= first, pl.col("stars") <= 5)
        gone = set(still.join(after, on="review", how="anti")["review"].to_list())
        told = {review for review, how in vanished[filing] if how == "missing"}
        assert gone <= told and after.select(day.is_between(first, last).all()).item()
        assert (after["stars"] == 6).any() and (after["state"] == "hidden").any()
    assert len(vanished) == FILINGS and not vanished[0] and sum(map(len, vanished)) > 100 and len(FATES) == 12


def test_trades_are_filed_read_back_and_held_against_the_floor(measure: Measure) -> None:
    lines = measure("trades", "--sizes", "20000", "--only", "orders", "shop", "deleted")
    shops = {"shop", "shop-warm", "shop-large", "shop-large-warm"}
    assert lines.keys() == {"orders", "orders-plain", *shops, "deleted", "deleted-false"}
    assert lines["orders"].note.startswith("20,000 rows in 4 files")
    assert lines["deleted"].ratio == 1 and lines["deleted-false"].ratio == 0
