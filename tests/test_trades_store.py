"""Trades on a real object store: filed there, read back as known then, killed on the way, and refused while the store is down."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from chengxin.actors.selectors import Asker
from chengxin.commerce.trades import rules
from chengxin.commerce.trades.bulk.lake import LakeUnreached, lake_of
from chengxin.commerce.trades.bulk.schemas import polars_of
from chengxin.commerce.trades.models import Filing, Part, Vanished
from chengxin.commerce.trades.services import refused_export, shop_read, trades_file, trades_remove, vanished_read
from chengxin.commerce.trades.tests.goods import PLATFORM, filed, kind_of, order, platform_add, review
from chengxin.ledger.models import Entry
from chengxin.site.testing_live import address_of
from tests.store import Store, store_running
from tests.test_kill_trades import frame_made
from tests.world import NOW, OPERATOR, later

# All in one process of a run: the store is started once.
pytestmark = pytest.mark.xdist_group("store")
ITSELF = Asker(PLATFORM, "platform")
SPAN: dict[str, Any] = {"first": date(2026, 10, 1), "last": date(2026, 10, 31)}
# How often a filing may end before the kill meets it.
TRIES = 5


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with store_running() as found:
        yield found


@pytest.fixture
def place(store: Store, settings: Any) -> str:
    """A place of the store that nothing was laid in yet: this test's lake."""
    name = uuid4().hex
    settings.CHENGXIN_LAKE = store.lake(name)
    return name


def listed() -> set[str]:
    """Every file that the manifest lists."""
    paths = (Part.objects.values_list("path"), Filing.objects.values_list("refused_path"), Vanished.objects.values_list("path"))  # fmt: skip
    return {path for each in paths for (path,) in each} - {""}


def told() -> tuple[int, ...]:
    """How many filings and files of days the manifest lists, and how many entries the ledger has."""
    return tuple(each.objects.count() for each in (Filing, Part, Entry))


def late(way: Callable[[], Any]) -> None:
    """Go this way half a second from now."""
    time.sleep(0.5)
    way()


def shop(kind: str, known_at: datetime | None = None) -> list[dict[str, Any]]:
    """What one shop's rows were at the instant, or are at last."""
    at = later(days=9)
    words: dict[str, Any] = {"platform": PLATFORM, "kind": kind, "shop": "s1", "asker": ITSELF, "at": at, **SPAN}
    return shop_read(known_at=known_at or at, **words).rows


@pytest.mark.django_db
def test_what_is_filed_on_a_store_is_read_back_now_and_as_it_was_known_then(
    store: Store, place: str, tmp_path: Path
) -> None:
    platform_add()
    orders, reviews = [order(n) for n in range(60)], [review(n) for n in range(60)]
    done = filed(tmp_path, "orders", [*orders, order(60, quantity=0)])
    assert (done.accepted, done.refused, len(done.days)) == (60, 1, 3)
    done = filed(tmp_path, "reviews", reviews)
    assert (done.accepted, done.unmet) == (60, 0)
    assert filed(tmp_path, "orders", [order(4, amount=5)], at=later(hours=1)).days == [date(2026, 10, 1)]
    left = [row for row in reviews if row["review"] not in ("r000004", "r000040")]
    assert (
        filed(tmp_path, "reviews", left, whole=rules.Whole(SPAN["first"], SPAN["last"]), at=later(hours=1)).missing == 2
    )

    assert [row["order"] for row in shop("orders")] == [f"o{n:06d}" for n in range(1, 60, 3)]
    assert [shop("orders", at)[1]["amount"] for at in (NOW, later(hours=1))] == [1004, 5]
    assert [len(shop("reviews", at)) for at in (NOW, later(hours=1))] == [20, 18]
    vanished = vanished_read(platform=PLATFORM, asker=OPERATOR, at=later(hours=2))
    assert [row["review"] for row in vanished.rows] == ["r000004", "r000040"]
    assert any(
        "below-least" in line for line in refused_export(filing=Filing.objects.earliest("pk"), by=PLATFORM, at=NOW)
    )
    assert store.files(place) == listed() and len(listed()) == 3 + 1 + 3 + 1 + 2 + 1


def test_a_filing_killed_on_its_way_to_a_store_is_there_whole_or_not_at_all(
    store: Store, place: str, tmp_path: Path, database_apart: str
) -> None:
    kind, own = kind_of("orders"), {"DATABASE_URL": address_of(database_apart), "CHENGXIN_LAKE": store.lake(place)}
    platform_add()
    left_over = 0
    for number in range(TRIES):
        path = tmp_path / f"{number}.parquet"
        frame = frame_made(kind, number).gather_every(10)
        frame.write_parquet(path)
        before, lying = told(), store.files(place)
        words = [sys.executable, "-m", "chengxin.site.cli", "trades", "file", PLATFORM, kind.key, str(path)]
        with subprocess.Popen(words, env=os.environ | own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            until = time.monotonic() + 60
            # The first of its files lies there, and more are to come.
            while store.files(place) == lying and process.poll() is None and time.monotonic() < until:
                time.sleep(0.01)
            process.kill()
            printed, _ = process.communicate()
        assert process.returncode in (0, -signal.SIGKILL), printed
        new = store.files(place) - lying
        there = told()[0] - before[0]
        assert new and there in (0, 1), printed
        assert new == listed() - lying if there else told() == before
        again = trades_file(platform=PLATFORM, kind=kind.key, path=path, by=PLATFORM, at=timezone.now())
        assert (again.accepted + again.unchanged, again.refused) == (frame.height - 1, 1)
        if not there:
            left_over = len(new)
            break
    assert left_over, f"{TRIES} filings ended before the kill met them"
    assert store.files(place) > listed()
    assert trades_remove(platform=PLATFORM, by=PLATFORM, at=timezone.now()).swept == left_over
    assert store.files(place) == listed()


@pytest.mark.django_db
def test_while_the_store_is_down_nothing_is_filed_or_read_and_once_it_is_up_again_all_is(
    store: Store, place: str, tmp_path: Path
) -> None:
    platform_add()
    filed(tmp_path, "orders", [order(n) for n in range(30)])
    before, lying = told(), store.files(place)
    lake, path, schema = lake_of(), min(lying), polars_of(kind_of("orders"))
    # Each tries for seconds before it gives up: all at once, the filing a little ahead, since no client is made while others wait.
    ways: list[Callable[[], Any]] = [
        lambda: lake.of_shop([path], schema, "shop", "s1"),
        lambda: lake.scan([path], schema).collect(),
        lambda: list(lake.listed("trades")),
        lambda: lake.remove([path]),
    ]
    store.kill()
    try:
        with ThreadPoolExecutor(len(ways)) as threads:
            tried = [threads.submit(late, each) for each in ways]
            with pytest.raises(LakeUnreached, match="CHENGXIN_LAKE"), transaction.atomic():
                filed(tmp_path, "orders", [order(n) for n in range(30, 60)], at=later(hours=1))
        assert [type(each.exception()) for each in tried] == [LakeUnreached] * len(ways)
        assert LakeUnreached.code == "lake-unreached"
    finally:
        store.start()
    assert told() == before
    assert store.files(place) == lying == listed()
    done = filed(tmp_path, "orders", [order(n) for n in range(30, 60)], at=later(hours=1))
    assert (done.accepted, done.repeated) == (30, False)
    assert len(shop("orders")) == 20 and store.files(place) == listed()
