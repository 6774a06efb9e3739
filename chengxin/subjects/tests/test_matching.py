"""Files matched to a register: searched, judged, written; refused files leave nothing behind."""

import csv
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.utils import timezone

from chengxin.ledger.models import Entry
from chengxin.subjects.bulk.linking import file_match
from chengxin.subjects.bulk.matching import (
    Register,
    TableColumnsMissing,
    TableUnreadable,
    asked_prepared,
    candidates_of,
    table_read,
)
from chengxin.subjects.bulk.searching import BEST, LEAST_LIKE, PART, NameIndex, grams_matrix
from chengxin.subjects.rules.nearing import ALL_HELD
from chengxin.subjects.services.matching import names_match, table_match
from tests.world import code, penalty, sent

FIRMS = [
    {"id": "1", "name": "贵州云鼎商贸有限公司", "uscc": code(1), "province": "贵州", "city": "贵阳", "address": ""},
    {"id": "2", "name": "贵州云鼎商贸有限公司遵义分公司", "uscc": code(2), "province": "贵州", "city": "遵义", "address": ""},
    {"id": "3", "name": "遵义冠银食品有限公司", "uscc": code(3), "province": "贵州", "city": "遵义", "address": "遵义市红花岗区海尔大道1号"},
    {"id": "4", "name": "贵阳冠银食品有限公司", "uscc": code(4), "province": "贵州", "city": "贵阳", "address": ""},
    {"id": "5", "name": "安顺鹭洲（茶叶）合作社", "uscc": "", "province": "贵州", "city": "安顺", "address": ""},
    {"id": "6", "name": "贵州旧称实业有限公司", "uscc": code(5), "province": "贵州", "city": "", "address": ""},
    {"id": "7", "name": "贵州新称实业有限公司", "uscc": code(5), "province": "贵州", "city": "", "address": ""},
]  # fmt: skip


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows as a CSV or Parquet file."""
    frame = pl.DataFrame(rows)
    if path.suffix == ".parquet":
        frame.write_parquet(path)
    else:
        frame.write_csv(path)
    return path


def answers(path: Path) -> list[dict[str, Any]]:
    """The rows that a match wrote."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path).to_dicts()
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_representative_refuses_and_is_shown_to_nobody(tmp_path: Path) -> None:
    person = "欧阳试"
    firms = [{**firm, "representative": person if firm["id"] == "1" else ""} for firm in FIRMS]
    asked = [
        {"qid": "same", "name": "贵州云鼎商贸有限公司", "representative": "欧阳 试"},
        {"qid": "other", "name": "贵州云鼎商贸有限公司", "representative": "诸葛试"},
        {"qid": "alone", "name": "", "representative": person},
    ]
    out = tmp_path / "out.csv"
    table_match(file=written(tmp_path / "q.csv", asked), register=written(tmp_path / "r.csv", firms), out=out, top=1)
    assert [row["decision"] for row in answers(out)] == ["match", "propose", "none"]
    text = out.read_text(encoding="utf-8")
    assert not any(each in text for each in (person, "欧阳 试", "诸葛试"))
    read = table_read(tmp_path / "q.csv", ("qid", "name"))["representative"]
    assert read[0] == read[2] != read[1] and not any(each in "".join(read) for each in ("欧阳", "诸葛"))
    assert '""representative"",""level"":""differs"",""asked"":""***"",""held"":""***""' in text


ASKED: list[dict[str, Any]] = [
    {"qid": "exact", "name": "贵州云鼎商贸有限公司", "city": None},
    {"qid": "branch", "name": "贵州云鼎商贸有限公司安顺分公司", "city": None},
    {"qid": "twins", "name": "冠银食品有限公司", "city": None},
    {"qid": "told", "name": "冠银食品有限公司", "city": "贵阳市"},
    {"qid": "no code", "name": "安顺鹭洲茶叶合作社", "city": None},
    {"qid": "old name", "name": "贵州旧称实业有限公司", "city": None},
    {"qid": "stranger", "name": "广州白鹭轮船公司", "city": None},
    {"qid": "empty", "name": None, "city": None},
]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_is_answered_row_by_row_with_reasons(tmp_path: Path, ending: str) -> None:
    asked, register = written(tmp_path / f"q.{ending}", ASKED), written(tmp_path / f"r.{ending}", FIRMS)
    out = tmp_path / f"out.{ending}"
    told = table_match(file=asked, register=register, out=out, top=5)
    assert (told["queries"], told["match"], told["propose"]) == (8, 4, 1)
    rows = answers(out)
    first = {row["qid"]: row for row in reversed(rows)}
    assert {q: row["decision"] for q, row in first.items()} == {
        "exact": "match", "branch": "none", "twins": "propose", "told": "match", "no code": "match", "old name": "match",
        "stranger": "none", "empty": "none",
    }  # fmt: skip
    assert (first["exact"]["uscc"], first["told"]["uscc"], first["old name"]["uscc"]) == (code(1), code(4), code(5))
    assert {row["uscc"] for row in rows if row["qid"] == "twins" and row["decision"] == "propose"} == {code(3), code(4)}
    assert [int(row["rank"]) for row in rows if row["qid"] == "twins"] == list(
        range(1, 1 + sum(r["qid"] == "twins" for r in rows))
    )
    for row in rows:
        reasons = json.loads(row["reasons"])
        if row["uscc"]:
            assert float(row["score"]) == pytest.approx(sum(r["points"] for r in reasons), abs=0.011)
    assert not first["empty"]["uscc"] and first["empty"]["reasons"] == "[]"


def test_a_number_finds_the_firm_whose_name_was_lost(tmp_path: Path) -> None:
    asked = written(
        tmp_path / "q.csv",
        [{"qid": "1", "name": "冠银食品", "uscc": code(3)}, {"qid": "2", "name": "云鼎商贸", "uscc": code(3)}],
    )
    table_match(file=asked, register=written(tmp_path / "r.csv", FIRMS), out=tmp_path / "o.csv", top=1)
    rows = {row["qid"]: row for row in answers(tmp_path / "o.csv")}
    assert (rows["1"]["uscc"], rows["1"]["decision"]) == (code(3), "match")
    assert rows["2"]["decision"] != "match"  # the number says one firm, the name another


@pytest.mark.parametrize(
    ("content", "refusal", "says"),
    [
        (b"qid,title\n1,a\n", TableColumnsMissing, "name"),
        (b"", TableColumnsMissing, "qid"),
        (b'qid,name\n1,"a\n', TableUnreadable, "q.csv"),
        (b"\xff\xfe\x00qid", TableUnreadable, "q.csv"),
    ],
)
def test_a_file_that_cannot_be_matched_is_refused_and_leaves_nothing(
    tmp_path: Path, content: bytes, refusal: type, says: str
) -> None:
    asked, out = tmp_path / "q.csv", tmp_path / "o.csv"
    asked.write_bytes(content)
    with pytest.raises(refusal, match=says):
        table_match(file=asked, register=written(tmp_path / "r.csv", FIRMS), out=out, top=5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["q.csv", "r.csv"]


def test_gb18030_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_bytes("qid,name\n1,云鼎商贸\n".encode("gb18030"))
    assert table_read(path, ("name",))["name"].to_list() == ["云鼎商贸"]


def test_a_folder_of_parquet_files_is_one_table_and_a_star_in_a_name_no_pattern(tmp_path: Path) -> None:
    asked = written(tmp_path / "q[1]*.csv", ASKED)
    folder = tmp_path / "r[1]"
    folder.mkdir()
    with pytest.raises(TableUnreadable):
        table_read(folder, ("name",))
    for number, part in enumerate((FIRMS[:3], FIRMS[3:])):
        written(folder / f"{number}.parquet", [{**firm, "row": "kept apart"} for firm in part])
    told = table_match(file=asked, register=folder, out=tmp_path / "o.csv", top=5)
    assert (told["queries"], told["match"], told["register"]) == (8, 4, 7)


def test_blocks_of_a_large_register_are_searched_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    names = pl.Series([f"贵州{a}{b}商贸有限公司" for a in "云鼎冠银鹭洲禾丰" for b in "云鼎冠银鹭洲禾丰"])
    asked = pl.Series(["贵州云鼎商贸有限公司", "冠银", ""])
    whole = NameIndex.of(names).candidates(asked)
    monkeypatch.setattr("chengxin.subjects.bulk.searching._BLOCK", 7)
    parts = NameIndex.of(names).candidates(asked)
    assert len(NameIndex.of(names).blocks) == 10
    assert parts.equals(whole)


def test_the_candidates_are_the_best_of_the_whole_product() -> None:
    names = pl.Series([f"贵州{a}{b}商贸有限公司" for a in "云鼎冠银鹭洲禾丰" for b in "云鼎冠银鹭洲禾丰"])
    asked, index = pl.Series(["云鼎商贸", "冠银贵州", "无关"]), NameIndex.of(names)
    likes = (grams_matrix(asked, index.weights, cores=True) @ grams_matrix(names, index.weights, turned=True)).toarray()
    found = index.candidates(asked)
    for query in (0, 1):
        best = sorted(range(len(names)), key=lambda row: (-likes[query, row], row))[:BEST]
        far = [row for row in best if likes[query, row] < max(PART * likes[query].max(), LEAST_LIKE)]
        assert found.filter(pl.col("query") == query)["row"].to_list() == [row for row in best if row not in far]
    assert not len(found.filter(pl.col("query") == 2))


@pytest.mark.parametrize("block", [250_000, 70])
def test_who_bears_all_that_is_asked_where_the_firm_is_said_to_be_is_found_behind_whatever_is_more_alike(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    """As 印染 in one city of a province: the most alike are the shortest names of all cities."""
    monkeypatch.setattr("chengxin.subjects.bulk.searching._BLOCK", block)
    marks = [a + b for a in "云鼎冠银鹭洲苜舟禾丰" for b in "云鼎冠银鹭洲苜舟禾丰"]
    elsewhere = [{"name": f"遵义{mark}印染公司", "province": "贵州", "city": "遵义"} for mark in marks[:90]]
    elsewhere += [{"name": f"遵义{mark}染织公司", "province": "贵州", "city": "遵义"} for mark in marks]
    here = [
        {"name": f"贵阳市白云区{mark}印染机械物资供应服务有限责任公司", "province": "贵州", "city": "贵阳"}
        for mark in marks[:70]
    ]
    register = Register.of(pl.DataFrame([{"id": str(n), "uscc": "", **row} for n, row in enumerate(elsewhere + here)]))
    first = len(elsewhere)
    best, whole = register.index.candidates_and_whole(pl.Series(["印染"]))
    assert len(best) == BEST and sum(best["row"] >= first) < ALL_HELD
    assert sorted(whole["row"]) == [*range(90), *range(first, first + 70)]
    asked = asked_prepared(pl.DataFrame({"qid": ["1"], "name": ["印染"], "province": ["贵州省"], "city": ["贵阳市"]}))
    (rows,) = candidates_of(asked, register)
    assert len(rows) == len(set(rows)) == sum(row >= first for row in rows) == ALL_HELD
    (rows,) = candidates_of(asked.with_columns(city=pl.lit("遵义市")), register)
    assert max(rows) < 90 and len(rows) == ALL_HELD


@pytest.mark.django_db
def test_the_register_itself_is_matched_to_and_the_reading_written_down(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1), penalty(2), at=timezone.now())
    asked = written(tmp_path / "q.csv", [{"qid": "1", "name": penalty(1)["name"]}])
    told = names_match(file=asked, out=tmp_path / "o.csv", top=5, by="operator", at=timezone.now())
    assert (told["queries"], told["match"], told["register"]) == (1, 1, 2)
    assert answers(tmp_path / "o.csv")[0]["uscc"] == code(1)
    assert Entry.objects.filter(event="subjects.names.matched", actor="operator").count() == 1


def test_what_fails_on_the_way_leaves_no_half_answer(tmp_path: Path) -> None:
    asked = written(tmp_path / "q.csv", ASKED)

    def fail(done: int, *, total: int | None = None) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        file_match(asked, lambda: Register.of(pl.DataFrame(FIRMS)), out=tmp_path / "o.csv", advance=fail)
    assert [path.name for path in tmp_path.iterdir()] == ["q.csv"]
