"""Splink's second opinion: what differs is written, no decision is changed, and what it cannot do is refused."""

import json
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from chengxin.subjects.bulk import splinking
from chengxin.subjects.bulk.crosschecking import COLUMNS, cross_checked
from chengxin.subjects.bulk.matching import PAIRS, Register, table_read
from chengxin.subjects.bulk.splinking import CrossCheckUnlearnable, SplinkMissing
from chengxin.subjects.services.matching import table_match
from chengxin.subjects.tests.test_linking import REGISTER, some
from chengxin.subjects.tests.test_matching import FIRMS, answers, written
from tests.world import code


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Learn from few pairs: it is not how well Splink judges that is tested."""
    monkeypatch.setattr(splinking, "_LEARNT_FROM", 2e5)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A part of the benchmark's register, one firm of it registered twice."""
    firms = pl.read_csv(REGISTER, infer_schema=False).head(1500)
    twin = firms.row(700, named=True) | {"id": "twin", "uscc": code(9)}
    path = tmp_path_factory.mktemp("register") / "r.parquet"
    pl.concat([firms, pl.DataFrame([twin])]).write_parquet(path)
    return path


def asked_of(folder: Path, register: Path) -> Path:
    """Some queries of the benchmark, and the name of the firm that is registered twice."""
    twin = pl.read_parquet(register).row(-1, named=True)
    rows = pl.read_csv(some(folder, 400), infer_schema=False).select("qid", "name")
    return written(folder / "q.csv", [*rows.to_dicts(), {"qid": "twin", "name": twin["name"]}])


def test_what_differs_is_written_and_no_decision_changes(tmp_path: Path, register: Path) -> None:
    asked = asked_of(tmp_path, register)
    alone = table_match(file=asked, register=register, links=tmp_path / "alone.csv")
    told = table_match(file=asked, register=register, links=tmp_path / "links.csv", cross_check=tmp_path / "other.csv")
    assert (tmp_path / "alone.csv").read_bytes() == (tmp_path / "links.csv").read_bytes()
    counts = told.pop("cross_check")
    assert told == alone
    rows = answers(tmp_path / "other.csv")
    assert list(rows[0]) == list(COLUMNS)
    for kind in ("match-not-linked", "linked-not-matched", "several-firms"):
        assert counts[kind.replace("-", "_")] == sum(row["kind"] == kind for row in rows)
    matched = {row["qid"]: row["uscc"] for row in answers(tmp_path / "links.csv") if row["decision"] == "match"}
    for row in rows:
        assert float(row["score"]) == pytest.approx(sum(r["points"] for r in json.loads(row["reasons"])), abs=0.011)
        if row["kind"] == "match-not-linked":
            assert matched[row["qid"]] == row["uscc"]
        if row["kind"] == "linked-not-matched":
            assert row["qid"] not in matched and row["decision"] in ("propose", "none")
    assert ("twin", code(9)) in {(row["id"], row["uscc"]) for row in rows if row["kind"] == "several-firms"}


def test_the_same_data_yield_the_same_second_opinion(tmp_path: Path, register: Path) -> None:
    asked, firms = table_read(asked_of(tmp_path, register), ("qid", "name")), Register.of(pl.read_parquet(register))
    pairs = [
        (place, row, 0.0, "none")
        for place in range(100)
        for row in firms.index.candidates(names_of(asked, place))["row"]
    ]
    frame = pl.DataFrame(pairs, schema=PAIRS, orient="row")
    for name in ("one.parquet", "two.parquet"):
        cross_checked(frame, asked, firms.frame, tmp_path / name, None)
    assert pl.read_parquet(tmp_path / "one.parquet").equals(pl.read_parquet(tmp_path / "two.parquet"))


def names_of(asked: pl.DataFrame, place: int) -> pl.Series:
    """One name, to be searched for."""
    return asked["name"].slice(place, 1)


def test_too_little_to_learn_from_is_told_after_the_answers_were_written(tmp_path: Path) -> None:
    asked, register = written(tmp_path / "q.csv", ASKED), written(tmp_path / "r.csv", FIRMS)
    with pytest.raises(CrossCheckUnlearnable):
        table_match(file=asked, register=register, out=tmp_path / "o.csv", cross_check=tmp_path / "other.csv")
    assert (tmp_path / "o.csv").exists() and not (tmp_path / "other.csv").exists()


ASKED: list[dict[str, Any]] = [{"qid": "1", "name": "云鼎商贸"}, {"qid": "2", "name": "冠银食品有限公司"}]


def test_without_the_packages_it_is_refused_at_once_and_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "splink.backends.duckdb", None)
    with pytest.raises(SplinkMissing, match=r"pip install"):
        table_match(
            file=tmp_path / "q.csv", register=tmp_path, links=tmp_path / "l.csv", cross_check=tmp_path / "o.csv"
        )
    assert list(tmp_path.iterdir()) == []
