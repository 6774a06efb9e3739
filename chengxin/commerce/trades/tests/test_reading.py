"""What is read back and found: a shop's year, reviews that vanished, three ways across the border, what is past keeping."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.utils import timezone

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.commerce.trades import rules
from chengxin.commerce.trades.bulk.lake import lake_of
from chengxin.commerce.trades.models import Filing, Removal, Vanished
from chengxin.commerce.trades.selectors import days_known, filing_accessible, filings_accessible
from chengxin.commerce.trades.services import (
    refused_export,
    shop_read,
    trades_reconcile,
    trades_remove,
    vanished_read,
)
from chengxin.commerce.trades.tests.goods import FIRST, PLATFORM, filed, order, parquet_write, platform_add, review
from chengxin.law import load
from chengxin.ledger.models import Entry
from chengxin.site.cli import run
from tests.world import NOW, later

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 1)
ITSELF, OPERATOR, MARKET = Asker(PLATFORM, "platform"), Asker("operator", "operator"), Asker("market", "department")
SPAN: dict[str, Any] = {"first": DAY, "last": date(2026, 10, 31)}


@pytest.fixture(autouse=True)
def lake(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("lake")
    settings.CHENGXIN_LAKE = str(folder)
    platform_add()
    yield folder


def october(*shops: str) -> rules.Whole:
    """A whole filing of the month, of all shops or of these."""
    return rules.Whole(DAY, date(2026, 10, 31), frozenset(shops))


def found(at: Any = None) -> Any:
    return vanished_read(platform=PLATFORM, asker=OPERATOR, at=at or later(days=9))


def test_a_shop_s_rows_are_read_as_known_then_and_the_reading_is_written_down(tmp_path: Path) -> None:
    filed(tmp_path, "orders", [order(n) for n in range(60)])
    filed(tmp_path, "orders", [order(4, amount=5)], at=later(hours=1))
    words: dict[str, Any] = {
        "platform": PLATFORM,
        "kind": "orders",
        "shop": "s1",
        "asker": ITSELF,
        "at": later(hours=2),
        **SPAN,
    }
    now = shop_read(known_at=later(hours=2), **words)
    assert now.count == 20 and [row["order"] for row in now.rows] == [f"o{n:06d}" for n in range(1, 60, 3)]
    assert now.rows[1]["amount"] == 5
    assert shop_read(known_at=NOW, **words).rows[1]["amount"] == 1004
    page = shop_read(known_at=NOW, most=3, after=18, **words)
    assert (page.count, [row["order"] for row in page.rows]) == (20, ["o000055", "o000058"])
    assert shop_read(known_at=NOW, **{**words, "last": DAY}).count == 5
    assert Entry.objects.filter(event="trades.shop.read", actor=PLATFORM).count() == 4
    for odd in ({"first": date(2027, 1, 1)}, {"first": date.min}, {"last": date.max}):
        with pytest.raises(rules.SpanDisordered):
            shop_read(known_at=NOW, **{**words, **odd})


def test_reviews_missing_from_a_later_whole_filing_are_found_once_and_no_other(tmp_path: Path) -> None:
    rows = [review(n) for n in range(90)]
    filed(tmp_path, "reviews", rows, whole=october())
    gone = {5, 40, 41}
    left = [row for n, row in enumerate(rows) if n not in gone]
    done = filed(tmp_path, "reviews", left, whole=october(), at=later(hours=1))
    assert (done.missing, done.emptied) == (3, 0)
    assert filed(tmp_path, "reviews", left[::-1], whole=october(), at=later(hours=2)).missing == 0
    told = found()
    assert (told.missing, [row["review"] for row in told.rows]) == (3, ["r000005", "r000040", "r000041"])
    assert told.rows[0]["characters"] == 15 and told.rows[0]["version"] == 1 and told.rows[0]["vanished"] == "missing"
    assert vanished_read(platform=PLATFORM, asker=OPERATOR, at=NOW).missing == 0


def test_what_moved_was_refused_was_late_or_lies_outside_the_whole_has_not_vanished(tmp_path: Path) -> None:
    rows = [review(n) for n in range(60)]
    filed(tmp_path, "reviews", rows)
    again = [dict(row) for row in rows]
    again[3]["at"] = FIRST + timedelta(days=2)  # told under another day
    again[7]["stars"] = 9  # refused: it stays as it was
    assert filed(tmp_path, "reviews", again, whole=october(), at=later(hours=1)).missing == 0
    assert filed(tmp_path, "reviews", rows[8:10], at=later(hours=2)).missing == 0  # no whole filing
    only = [row for row in again if row["shop"] == "s1"]
    assert filed(tmp_path, "reviews", only, whole=october("s1"), at=later(hours=3)).missing == 0
    known = days_known(PLATFORM, "reviews", known_at=later(hours=3))
    assert sum(day.rows for day in known) == 60
    # A faulty row is no way to make it vanish: once left out, it is found.
    left = [row for n, row in enumerate(again) if n not in (3, 7)]
    assert filed(tmp_path, "reviews", left, whole=october(), at=later(hours=4)).missing == 2
    assert {row["review"] for row in found().rows} == {"r000003", "r000007"}


def test_a_day_and_a_shop_left_out_altogether_are_found_too(tmp_path: Path) -> None:
    rows = [review(n) for n in range(60)]
    filed(tmp_path, "reviews", rows)
    first_day = [row for row in rows if row["at"] < FIRST + timedelta(hours=14)]
    done = filed(tmp_path, "reviews", first_day, whole=october(), at=later(hours=1))
    assert done.missing == 60 - len(first_day) and found().missing == done.missing
    assert [day.rows for day in days_known(PLATFORM, "reviews", known_at=later(hours=1))] == [len(first_day), 0, 0]
    done = filed(
        tmp_path, "reviews", [row for row in first_day if row["shop"] != "s2"], whole=october(), at=later(hours=2)
    )
    assert done.missing == sum(row["shop"] == "s2" for row in first_day)


def test_an_emptied_review_is_found_and_one_hidden_for_a_listed_reason_is_not(tmp_path: Path) -> None:
    rows = [review(n) for n in range(10)]
    filed(tmp_path, "reviews", rows)
    rows[2] |= {"characters": 0, "digest": None}
    rows[3] |= {"characters": 0, "digest": None, "state": "hidden", "hidden_for": "personal-data"}
    rows[4] |= {"added_characters": 8, "added_at": FIRST + timedelta(days=9)}
    done = filed(tmp_path, "reviews", rows, at=later(hours=1))
    assert (done.missing, done.emptied, done.accepted) == (0, 1, 3)
    (row,) = found().rows
    assert (row["review"], row["vanished"], row["characters"], row["digest"]) == (
        "r000002",
        "emptied",
        12,
        review(2)["digest"],
    )
    assert Vanished.objects.get().digest


def payment(n: int, amount: int, **more: Any) -> dict[str, Any]:
    return {
        "payment": f"p{n}-{amount}", "order": f"o{n:06d}", "shop": f"s{n % 3}", "at": FIRST + timedelta(hours=n, minutes=5),
        "amount": amount, "channel": "cross-border", "means": "bank", "state": "paid",
    } | more  # fmt: skip


def parcel(n: int, declared: int) -> dict[str, Any]:
    return {
        "parcel": f"w{n}", "order": f"o{n:06d}", "shop": f"s{n % 3}", "carrier": "c1", "at": FIRST + timedelta(hours=n + 30),
        "declared": declared, "weight": 500, "channel": "cross-border", "state": "delivered",
    }  # fmt: skip


def test_cross_border_trade_is_reconciled_three_ways(tmp_path: Path) -> None:
    filed(tmp_path, "orders", [order(n) for n in range(24)])  # every fourth across the border: 0, 4, …, 20
    pays = [payment(0, 1000), payment(4, 1004), payment(8, 900), payment(8, 108), payment(12, 1012), payment(16, 1016)]
    pays += [payment(16, 16, state="refunded"), payment(99, 77)]
    filed(tmp_path, "payments", pays)
    filed(tmp_path, "parcels", [parcel(0, 1000), parcel(8, 1008), parcel(12, 12), parcel(16, 1016), parcel(20, 1020)])
    out = tmp_path / "differences.csv"
    done = trades_reconcile(platform=PLATFORM, known_at=NOW, asker=ITSELF, at=NOW, out=out, **SPAN)
    by = {row["found"]: row for row in done.findings}
    assert {name: row["orders"] for name, row in by.items()} == {
        "no-order": 1, "no-payment": 1, "no-parcel": 1, "payment-differs": 1, "parcel-differs": 1, "agrees": 2,
    }  # fmt: skip
    assert (by["agrees"]["ordered"], by["agrees"]["paid"], by["agrees"]["declared"]) == (2008, 2008, 2008)
    assert {row["order"]: row["found"] for row in done.rows} == {
        "o000099": "no-order", "o000020": "no-payment", "o000004": "no-parcel", "o000016": "payment-differs", "o000012": "parcel-differs",
    }  # fmt: skip
    assert pl.read_csv(out).height == 5


def test_what_must_still_be_kept_is_not_removed_and_what_is_past_it_goes(tmp_path: Path, lake: Path) -> None:
    old = [order(n, at=FIRST - timedelta(days=5 * 365, hours=n)) for n in range(5)]
    filed(tmp_path, "orders", [*old, *(order(n) for n in range(10, 15))])
    with pytest.raises(rules.StillKept):
        trades_remove(platform=PLATFORM, by="operator", at=NOW, before=DAY)
    (lake / f"trades/kind=orders/platform={PLATFORM}/left.parquet").write_bytes(b"left over")
    tried = trades_remove(platform=PLATFORM, by="operator", at=NOW, dry_run=True)
    assert (tried.files, tried.swept) == (1, 1) and not Removal.objects.exists()
    done = trades_remove(platform=PLATFORM, by="operator", at=NOW)
    assert (done.days, done.files, done.swept) == (1, 1, 1)
    assert [day.rows for day in days_known(PLATFORM, "orders", known_at=NOW)] == [4, 1]
    assert len(list(lake_of().listed("trades"))) == 2
    # Filed again it begins a version of its own.
    assert filed(tmp_path, "orders", old[:2], at=later(hours=1)).accepted == 2
    assert sum(day.rows for day in days_known(PLATFORM, "orders", known_at=later(hours=1))) == 7


def test_each_sees_its_own_and_an_agency_reads_rows_in_a_case_of_its_own(tmp_path: Path) -> None:
    rows = [review(n) for n in range(3)]
    filed(tmp_path, "reviews", rows, whole=october())
    filed(tmp_path, "reviews", rows[:2], whole=october(), at=later(hours=1))
    done = filed(tmp_path, "orders", [order(1), order(2, quantity=0)])
    law = load().on(DAY)
    words: dict[str, Any] = {"platform": PLATFORM, "kind": "orders", "shop": "s1", "known_at": NOW, "at": NOW, **SPAN}
    for asker in (ITSELF, OPERATOR, MARKET):
        assert filing_accessible(asker.key, asker.kind, law, done.filing).pk == done.filing
        assert shop_read(asker=asker, case_number="沪市监案〔2026〕1号", **words).count == 1
        assert vanished_read(platform=PLATFORM, asker=asker, at=later(days=9)).missing == 1
    read = Entry.objects.filter(event="trades.shop.read", actor="market").get()
    assert read.detail["case_number"] == "沪市监案〔2026〕1号"
    with pytest.raises(rules.CaseUnnamed, match="电子商务法"):
        shop_read(asker=MARKET, case_number=" ", **words)
    assert vanished_read(platform=PLATFORM, asker=MARKET, at=later(days=9)).rows == []
    others = (("other", "platform"), ("firm", "service-firm"), ("public", "public"), ("credit", "supervisor"))
    for key, kind in others:
        with pytest.raises(rules.FilingUnknown):
            filing_accessible(key, kind, law, done.filing)
        for platform in (PLATFORM, "nowhere"):
            with pytest.raises(rules.TradesClosed):
                shop_read(asker=Asker(key, kind), case_number="1", **{**words, "platform": platform})
        with pytest.raises(rules.TradesClosed):
            vanished_read(platform=PLATFORM, asker=Asker(key, kind), at=NOW)
        with pytest.raises(rules.TradesClosed):
            trades_reconcile(platform=PLATFORM, known_at=NOW, asker=Asker(key, kind), at=NOW, **SPAN)
        assert not filings_accessible(key, kind, law).exists()
    actor_add(key="market", kind="department", title="市场监管局", by="operator", at=NOW)
    with pytest.raises(rules.RemovedForAnother):
        trades_remove(platform=PLATFORM, by="market", at=NOW)
    lines = "".join(refused_export(filing=Filing.objects.get(kind="orders"), by=PLATFORM, at=NOW))
    assert "below-least" in lines and "o000002" in lines and "小于最小值" in lines


def test_the_commands_file_and_read(tmp_path: Path, capfd: pytest.CaptureFixture[str], settings: Any) -> None:
    path = parquet_write(tmp_path / "o.parquet", "orders", [order(n) for n in range(9)] + [order(99, quantity=0)])
    bad = tmp_path / "bad.csv"
    bad.write_text("phone\n1\n", encoding="utf-8")
    other = parquet_write(tmp_path / "p.parquet", "orders", [order(10)])
    day = ["--from", "2026-10-01", "--to", "2026-10-31"]
    asked: tuple[tuple[int, list[str]], ...] = (
        (0, ["file", PLATFORM, "orders", str(path), str(other)]),
        (1, ["file", PLATFORM, "orders", str(bad)]),
        (0, ["file", PLATFORM, "orders", str(path), "--whole", *day]),
        (0, ["list"]),
        (0, ["list", "--by", PLATFORM]),
        (0, ["shop", PLATFORM, "orders", "s1", *day, "--out", str(tmp_path / "s.parquet")]),
        (0, ["reviews", PLATFORM]),
        (0, ["reconcile", PLATFORM, *day]),
        (0, ["keep", PLATFORM, "--dry-run"]),
        (1, ["keep", PLATFORM, "--before", "2026-10-01"]),
        (0, ["template", "reviews", "--out", str(tmp_path / "t.parquet")]),
    )
    for status, words in asked:
        assert run(["trades", *words, "--json"]) == status, words
    filing = Filing.objects.order_by("pk").first()
    assert (
        filing is not None
        and run(["trades", "refused", str(filing.pk), "--out", str(tmp_path / "r.csv"), "--json"]) == 0
    )
    assert "below-least" in (tmp_path / "r.csv").read_text(encoding="utf-8-sig")
    assert pl.read_parquet(tmp_path / "s.parquet").height == 3 and pl.read_parquet(tmp_path / "t.parquet").width == 14
    assert run(["trades", "reconcile", PLATFORM]) == 2 and run(["trades", "file", PLATFORM]) == 2
    actor_add(key="market", kind="department", title="市场监管局", by="operator", at=timezone.now())
    assert run(["trades", "file", PLATFORM, "orders", str(path), "--by", "market"]) == 1
    assert "Traceback" not in "".join(capfd.readouterr())
    shop = ["shop", PLATFORM, "orders", "s1", *day, "--by", "market"]
    assert run(["trades", *shop]) == 1 and run(["trades", *shop, "--case", "2026-1"]) == 0
