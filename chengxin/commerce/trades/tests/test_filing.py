"""A file of trades from the platform to the lake: judged, merged by day, versioned, refused as a whole where it tells who somebody is."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from chengxin.actors.services import actor_add
from chengxin.commerce.trades import rules, services
from chengxin.commerce.trades.bulk import arriving
from chengxin.commerce.trades.bulk.lake import lake_of
from chengxin.commerce.trades.bulk.referring import Pairs
from chengxin.commerce.trades.bulk.schemas import polars_of, schema_of
from chengxin.commerce.trades.models import Filing, Part
from chengxin.commerce.trades.selectors import days_known
from chengxin.commerce.trades.services import trades_file
from chengxin.commerce.trades.tests.goods import (
    FIRST,
    PLATFORM,
    Row,
    csv_write,
    filed,
    frame_of,
    kind_of,
    order,
    parquet_write,
    platform_add,
    review,
)
from chengxin.ledger.models import Entry
from tests.world import NOW, PERSON_NUMBER, later

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def lake(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Path:
    folder = tmp_path_factory.mktemp("lake")
    settings.CHENGXIN_LAKE = str(folder)
    platform_add()
    return folder


def rows_known(kind: str, at: datetime, **span: date) -> pl.DataFrame:
    """Everything of the kind as it was known at the instant, in the key's order."""
    paths = [day.path for day in days_known(PLATFORM, kind, known_at=at, **span) if day.path]
    return lake_of().scan(paths, polars_of(kind_of(kind))).collect().sort(kind_of(kind).row_key)


def files(lake: Path) -> list[str]:
    return sorted(str(path.relative_to(lake)) for path in lake.rglob("*") if path.is_file())


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_what_is_filed_is_read_back_as_it_was_sent_in_files_by_day(tmp_path: Path, lake: Path, form: str) -> None:
    rows = [order(n) for n in range(60)]
    path = (
        parquet_write(tmp_path / "o.parquet", "orders", rows)
        if form == "parquet"
        else csv_write(tmp_path / "o.csv", rows)
    )
    done = trades_file(platform=PLATFORM, kind="orders", path=path, by=PLATFORM, at=NOW)
    assert (done.rows, done.accepted, done.refused, done.version) == (60, 60, 0, 1)
    assert done.days == [DAY, DAY + timedelta(days=1), DAY + timedelta(days=2)]
    assert rows_known("orders", NOW).equals(frame_of("orders", rows))
    for part in Part.objects.all():
        assert part.path.startswith(f"trades/kind=orders/platform={PLATFORM}/day={part.day}/")
        table = pq.ParquetFile(lake / part.path)
        assert table.metadata.row_group(0).column(0).compression == "ZSTD"
        found = pl.read_parquet(lake / part.path, hive_partitioning=False)
        assert found.equals(found.sort("shop", "at")) and (found.height, part.bytes) == (
            part.rows,
            (lake / part.path).stat().st_size,
        )
        assert set((found["at"] + timedelta(hours=8)).dt.date()) == {part.day}
    (entry,) = Entry.objects.filter(event="trades.filing.landed")
    assert entry.detail["accepted"] == 60 and entry.detail["files"] == {
        str(p.day): p.digest for p in Part.objects.all()
    }


def test_every_kind_has_an_arrow_schema_with_units() -> None:
    schema = schema_of(kind_of("parcels"))
    assert {f.name: f.metadata[b"unit"] for f in schema if f.metadata[b"unit"]} == {
        "at": b"us-utc", "declared": b"fen", "weight": b"grams",
    }  # fmt: skip
    assert (
        not schema.field("shop").nullable and schema.field("merchant").nullable if "merchant" in schema.names else True
    )


BAD: dict[str, Row] = {
    "missing": {"shop": None},
    "id-shape": {"order": "o 1"},
    "pseudonym-shape": {"buyer": "abc"},
    "code-wrong": {"merchant": "91390102000000010X"},
    "below-least": {"quantity": 0},
    "above-most": {"amount": 10**13},
    "in-the-future": {"at": NOW + timedelta(seconds=1)},
    "not-a-choice": {"state": "lost"},
}


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_each_refused_row_is_kept_as_it_came_with_its_reason(tmp_path: Path, lake: Path, form: str) -> None:
    rows = [order(n, **changes) for n, changes in enumerate(BAD.values())] + [order(90), order(90), order(91)]
    if form == "csv":
        rows += [order(92, amount="12.50"), order(93, at="2026-10-01 08:00"), order(94, quantity="")]
        path = csv_write(tmp_path / "o.csv", rows)
    else:
        path = parquet_write(tmp_path / "o.parquet", "orders", rows)
    done = trades_file(platform=PLATFORM, kind="orders", path=path, by=PLATFORM, at=NOW)
    wanted = [*BAD, "row-twice"] + (["not-a-number", "not-an-instant", "missing"] if form == "csv" else [])
    assert done.refused == len(wanted) and done.accepted == 2
    refused = pl.read_parquet(lake / Filing.objects.get().refused_path)
    assert refused["reason"].to_list() == wanted
    first = 2 if form == "csv" else 1
    assert refused["line"].to_list()[:3] == [str(first), str(first + 1), str(first + 2)]
    assert refused["order"][1] == "o 1" and refused["amount"][5] == str(10**13)
    assert set(rules.REASONS) >= set(wanted)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("buyer", "13800138000", "telephone"),
        ("buyer", "+86 138 0013 8000", "telephone"),
        ("buyer", PERSON_NUMBER, "citizen"),
        ("buyer", "11010319491231002X", "citizen"),
        ("buyer", "张三丰", "name"),
        ("buyer", "mei@example.com", "e-mail"),
        ("buyer", "00000000000000000000013800138000", "pseudonyms"),
        ("goods", "13800138000", "telephone"),
        ("shop", "11010319491231002X", "citizen"),
        ("merchant", "11010319491231002X", "citizen"),
        ("state", "13800138000", "telephone"),
    ],
)
def test_a_file_that_tells_who_somebody_is_is_refused_whole_and_nothing_of_it_is_kept(
    tmp_path: Path, lake: Path, column: str, value: str, told: str
) -> None:
    if value == PERSON_NUMBER:  # its bearer is born in 2098: nobody’s, and read as no number of a person
        value = "110103199812310010"
    rows = [order(n) for n in range(50)] + [order(50, **{column: value})]
    with pytest.raises(rules.PersonsInFile, match=told) as refused:
        filed(tmp_path, "orders", rows)
    assert value not in refused.value.message + refused.value.message_zh
    assert (
        files(lake) == []
        and not Filing.objects.exists()
        and not Entry.objects.filter(event__startswith="trades").exists()
    )


def test_ids_that_look_like_numbers_of_persons_by_chance_alone_are_filed(tmp_path: Path) -> None:
    rows = [order(n) for n in range(200)] + [order(201, goods="13800138000"), order(202, order="110103199812310010")]
    assert filed(tmp_path, "orders", rows).accepted == 202


def test_a_file_with_other_columns_than_the_kind_s_is_refused_unread(tmp_path: Path, lake: Path) -> None:
    frame = frame_of("orders", [order(1)])
    for wrong in (frame.with_columns(phone=pl.lit("1")), frame.drop("buyer")):
        path = tmp_path / "wrong.parquet"
        wrong.write_parquet(path)
        with pytest.raises(rules.ColumnsUnfit):
            trades_file(platform=PLATFORM, kind="orders", path=path, by=PLATFORM, at=NOW)
    frame.with_columns(pl.col("at").dt.replace_time_zone(None)).write_parquet(path)
    with pytest.raises(rules.InstantUnzoned):
        trades_file(platform=PLATFORM, kind="orders", path=path, by=PLATFORM, at=NOW)
    for content in (b"PAR1 is no Parquet", b"\xff\xfe\x00", b"", b'order,shop\n"a'):
        path.write_bytes(content)
        with pytest.raises((rules.FileUnreadable, rules.ColumnsUnfit)):
            trades_file(platform=PLATFORM, kind="orders", path=path, by=PLATFORM, at=NOW)
    assert files(lake) == []


def test_the_same_file_twice_changes_nothing_and_the_same_rows_in_other_bytes_neither(
    tmp_path: Path, lake: Path
) -> None:
    rows = [order(n) for n in range(30)]
    first = filed(tmp_path, "orders", rows)
    before = files(lake)
    path = parquet_write(tmp_path / "again.parquet", "orders", rows)
    again = trades_file(platform=PLATFORM, kind="orders", path=path, by="operator", at=later(hours=1))
    assert (again.repeated, again.filing, again.accepted, again.unchanged) == (True, first.filing, 0, 30)
    other = filed(tmp_path, "orders", rows[::-1], at=later(hours=2))
    assert (other.repeated, other.accepted, other.unchanged, other.days) == (False, 0, 30, [])
    assert files(lake) == before and Part.objects.count() == 2


def test_a_late_and_a_corrected_row_make_a_new_version_of_their_day_and_the_old_answer_stays(tmp_path: Path) -> None:
    filed(tmp_path, "orders", [order(n) for n in range(40)])
    done = filed(tmp_path, "orders", [order(3, amount=7), order(100), order(5)], at=later(hours=1))
    assert (done.accepted, done.unchanged) == (2, 1)
    assert done.days == [DAY, DAY + timedelta(days=4)]
    now, then = rows_known("orders", later(hours=1)), rows_known("orders", NOW)
    assert (now.height, then.height) == (41, 40)
    assert now.filter(order="o000003")["amount"].item() == 7 and then.filter(order="o000003")["amount"].item() == 1003
    assert rows_known("orders", later(hours=-1)).is_empty()
    assert [day.version for day in days_known(PLATFORM, "orders", known_at=later(hours=1))] == [2, 1, 1, 1]


def test_a_large_file_is_laid_out_by_day_first_with_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [order(n) for n in range(100)] + [order(7, order="", at=FIRST)]
    monkeypatch.setattr(arriving, "ROWS_AT_ONCE", 10)
    monkeypatch.setattr(arriving, "BYTES_AT_ONCE", 10)
    done = filed(tmp_path, "orders", rows)
    assert (done.rows, done.accepted, done.refused, len(done.days)) == (101, 100, 1, 5)
    assert rows_known("orders", NOW).equals(frame_of("orders", rows[:100]))
    lines = [{**row, "at": row["at"].isoformat()} for row in rows[:50]] + [
        {**rows[0], "at": "yesterday", "order": "x1"}
    ]
    path = csv_write(tmp_path / "large.csv", lines)
    again = trades_file(platform=PLATFORM, kind="orders", path=path, by=PLATFORM, at=NOW)
    assert (again.unchanged, again.refused_by_reason) == (50, {"not-an-instant": 1})


def test_a_review_s_order_is_looked_for_and_one_of_another_shop_refuses_it(tmp_path: Path) -> None:
    filed(tmp_path, "orders", [order(n) for n in range(10)])
    done = filed(tmp_path, "reviews", [review(1), review(2, shop="s0"), review(30)])
    assert (done.accepted, done.unmet, done.refused_by_reason) == (2, 1, {"shop-differs": 1})


@pytest.mark.parametrize("back", [0, 10, 50, 300])
def test_an_order_is_looked_for_in_ever_earlier_days_and_words_decide_where_hashes_differ(
    tmp_path: Path, back: int
) -> None:
    filed(tmp_path, "orders", [order(n, at=FIRST - timedelta(days=back)) for n in range(10)] + [order(20)])
    done = filed(tmp_path, "reviews", [review(1), review(2, shop="s0"), review(20), review(30)])
    assert (done.accepted, done.unmet, done.refused_by_reason) == (3, 1, {"shop-differs": 1})


def test_an_order_under_two_days_is_of_either_shop(tmp_path: Path) -> None:
    filed(tmp_path, "orders", [order(1)])
    filed(tmp_path, "orders", [order(1, shop="s2", at=FIRST - timedelta(days=1))])
    done = filed(tmp_path, "reviews", [review(1)])
    assert (done.accepted, done.unmet) == (1, 0)


@pytest.mark.parametrize("room", [0, 12, 1000])
def test_files_filed_together_become_what_each_would_alone(
    tmp_path: Path, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept of the orders between the files, and that the next is read ahead, changes no answer and no order of filing."""
    platform_add("other")
    monkeypatch.setattr(services, "Pairs", lambda: Pairs(room))
    rows = [order(n, at=FIRST - timedelta(days=n % 4)) for n in range(40)]
    said = [[review(n, stars=day, shop=f"s{n % 3}") for n in range(30, 60 + day)] for day in range(3)]
    said[2][2]["shop"] = "s0"
    paths = [parquet_write(tmp_path / f"{day}.parquet", "reviews", each) for day, each in enumerate(said)]
    for platform in (PLATFORM, "other"):
        filed(tmp_path, "orders", rows, platform=platform, by=platform)
    together = list(
        services.files_file(platform=PLATFORM, kind="reviews", paths=[*paths, paths[0]], by=PLATFORM, now=lambda: NOW)
    )
    alone = [trades_file(platform="other", kind="reviews", path=path, by="other", at=NOW) for path in paths]
    counted = [(d.version, d.accepted, d.unchanged, d.unmet, d.refused_by_reason) for d in together]
    assert counted[:3] == [(d.version, d.accepted, d.unchanged, d.unmet, d.refused_by_reason) for d in alone]
    assert counted[2][3:] == (22, {"shop-differs": 1}) and together[3].repeated


def test_a_file_that_is_refused_ends_those_filed_together_and_those_before_it_stand(tmp_path: Path) -> None:
    good = parquet_write(tmp_path / "a.parquet", "orders", [order(1)])
    bad = parquet_write(tmp_path / "b.parquet", "orders", [order(n, goods="13912345678") for n in range(50)])
    last = parquet_write(tmp_path / "c.parquet", "orders", [order(2)])
    with pytest.raises(rules.PersonsInFile):
        list(
            services.files_file(platform=PLATFORM, kind="orders", paths=[good, bad, last], by=PLATFORM, now=lambda: NOW)
        )
    assert Filing.objects.count() == 1 and Filing.objects.get().accepted == 1


def test_pairs_that_were_asked_for_last_are_kept() -> None:
    lake, kind, pairs = lake_of(), kind_of("orders"), Pairs(5)
    frame = pl.DataFrame({"key": [1, 2], "held": [3, 4]})
    for path in "ab":
        pairs.keep(lake, path, frame)
    assert pairs.of(lake, kind, "a") is frame
    pairs.keep(lake, "c", frame)
    pairs.keep(lake, "d", pl.concat([frame] * 3))
    assert [path for path in "abcd" if pairs.of(lake, kind, path) is not None] == ["a", "c"]


def test_a_hidden_review_states_a_listed_reason_or_is_refused(tmp_path: Path) -> None:
    rows = [
        review(1, state="hidden", hidden_for="decided"),
        review(2, state="hidden"),
        review(3, state="hidden", hidden_for="bad-mood"),
    ]
    done = filed(tmp_path, "reviews", rows)
    assert (done.accepted, done.refused_by_reason) == (1, {"needed": 1, "not-a-choice": 1})


def test_only_the_platform_itself_or_the_operator_files_its_trades(tmp_path: Path) -> None:
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)
    platform_add("other")
    with pytest.raises(rules.NotASender):
        filed(tmp_path, "orders", [order(1)], platform="market", by="market")
    for by in ("market", "other"):
        with pytest.raises(rules.FiledForAnother):
            filed(tmp_path, "orders", [order(1)], by=by)
    with pytest.raises(rules.KindUnknown):
        trades_file(platform=PLATFORM, kind="gossip", path=tmp_path, by=PLATFORM, at=NOW)
    assert filed(tmp_path, "orders", [order(1)], by="operator").accepted == 1


def test_a_filing_that_fails_leaves_no_file(tmp_path: Path, lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "ROWS_AT_ONCE", 10)
    rows = [order(n) for n in range(60)] + [order(61, buyer="张三")]
    with pytest.raises(rules.PersonsInFile):
        filed(tmp_path, "orders", rows)
    assert files(lake) == [] and not Filing.objects.exists()


def test_an_object_store_answers_as_a_folder_does(tmp_path: Path, settings: Any, lake: Path) -> None:
    """Its files are written and read through pyarrow’s filesystems alone."""
    from pyarrow import fs

    from chengxin.commerce.trades.bulk.lake import Lake

    (tmp_path / "store").mkdir()
    afar = Lake(fs.SubTreeFileSystem(str(tmp_path / "store"), fs.LocalFileSystem()), "bucket")
    frame = frame_of("orders", [order(n) for n in range(20)])
    put = afar.put(frame, "trades/kind=orders/platform=x/day=2026-10-01")
    schema = polars_of(kind_of("orders"))
    assert afar.folder is None and afar.scan([put.path], schema).collect().equals(frame)
    assert afar.of_shop([put.path], schema, "shop", "s1").equals(frame.filter(shop="s1"))
    assert list(afar.listed("trades")) == [put.path]
    assert afar.remove([put.path, put.path]) == 1 and not list(afar.listed("trades"))


changes = st.lists(st.tuples(st.integers(0, 8), st.integers(1, 4)), max_size=6)


@given(st.lists(changes, min_size=1, max_size=4))
@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_after_any_filings_each_order_stands_once_as_it_was_last_told(
    tmp_path_factory: pytest.TempPathFactory, filings: Any
) -> None:
    """And every earlier state can be asked for again."""
    folder = tmp_path_factory.mktemp("filings")
    Filing.objects.none()
    platform = f"p{len(list(folder.parent.iterdir()))}-{abs(hash(str(filings))) % 10**9}"
    from chengxin.actors.models import Actor

    Actor.objects.get_or_create(key=platform, defaults={"kind": "platform", "title": platform, "created_at": NOW})
    told: dict[int, int] = {}
    states = []
    for hours, rows in enumerate(filings):
        last = dict(rows)
        filed(folder, "orders", [order(n * 9, quantity=q) for n, q in last.items()] or [order(0, quantity=0)],
              at=later(hours=hours), platform=platform, by=platform)  # fmt: skip
        told |= last
        states.append(dict(told))
    for hours, state in enumerate(states):
        paths = [day.path for day in days_known(platform, "orders", known_at=later(hours=hours)) if day.path]
        found = lake_of().scan(paths, polars_of(kind_of("orders"))).collect()
        assert dict(found.select("order", "quantity").iter_rows()) == {f"o{n * 9:06d}": q for n, q in state.items()}
