"""The files of the city are the same bytes each time, say what they contain, and stand in templates that are read."""

import csv
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from chengxin import law
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import identifier_read, uscc_valid
from demo import sheets
from demo.__main__ import DELIVERIES
from demo.cast import CAST, MARKET_CODE, ROADS_CODE, cast_rows
from demo.city import City
from demo.sheets import NATURAL_PERSON, Order, cast_written, penalty_rows, sheet_written, write_penalties
from demo.templates import TEMPLATES

TODAY = date(2026, 11, 22)
CITY = City(11, 1_000)
SHEETS = (sheets.REGISTER, sheets.PENALTIES, sheets.LICENCES, sheets.ABNORMAL, sheets.DISHONESTY, sheets.HONOURS)


def _rows(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def penalties() -> pl.DataFrame:
    """Twelve thousand penalty rows, a fifth of them dirty."""
    return pl.concat(penalty_rows(CITY, 12_000, today=TODAY, dirt=0.2))


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".csv.gz", ".jsonl", ".parquet", ".xlsx"])
def test_the_same_seed_makes_the_same_bytes(tmp_path: Path, ending: str) -> None:
    first, second = (tmp_path / f"{name}{ending}" for name in ("first", "second"))
    for path in (first, second):
        write_penalties(path, CITY, 300, today=TODAY, seed=4)
    assert first.read_bytes() == second.read_bytes()
    write_penalties(second, CITY, 300, today=TODAY, seed=5)
    assert first.read_bytes() != second.read_bytes()


def test_chunks_leave_no_mark_in_the_rows(penalties: pl.DataFrame) -> None:
    assert pl.concat(penalty_rows(CITY, 12_000, today=TODAY, dirt=0.2, chunk=999)).equals(penalties)


def test_the_truth_counts_every_row_once(tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    written = write_penalties(tmp_path / "p.csv", CITY, 5_000, today=TODAY, truth=truth)
    assert written.rows == 5_000 == sum(written.by_kind.values()) == sum(written.by_verdict.values())
    marks = Counter(row["kind"] for row in _rows(truth))
    assert marks == {kind: count for kind, count in written.by_kind.items() if kind != sheets.CLEAN}
    dirty = sum(written.by_kind.get(kind.name, 0) for kind in sheets.DIRT) + written.by_kind[sheets.DUPLICATED]
    assert dirty == pytest.approx(250, abs=50)


def test_each_kind_of_dirt_occurs_and_is_what_its_name_says(penalties: pl.DataFrame) -> None:
    by_kind = {str(kind): frame for (kind,), frame in penalties.group_by("dirt_kind")}
    assert set(by_kind) == {sheets.CLEAN, sheets.DUPLICATED, *(kind.name for kind in (*sheets.DIRT, *sheets.ODDITIES))}
    for kind in ("code-check-wrong", "code-too-long", "code-masked"):
        for code in by_kind[kind]["code"]:
            with pytest.raises(Refusal):
                identifier_read(code)
    for kind in ("code-full-width", "code-spaced"):
        assert all(identifier_read(code).scheme == "uscc" for code in by_kind[kind]["code"])
    assert set(by_kind["code-missing"]["code"]) == {""}
    assert set(by_kind["document-missing"]["document"]) == {""}
    assert set(by_kind["authority-missing"]["authority"]) == {""}
    assert by_kind["day-in-future"]["decided_on"].min() > "2029"  # type: ignore[operator]
    assert by_kind["day-impossible"]["decided_on"].str.ends_with("-02-30").all()
    assert by_kind["fine-negative"]["fine"].str.starts_with("-").all()


def test_clean_rows_are_clean(penalties: pl.DataFrame) -> None:
    clean = penalties.filter(pl.col("dirt_kind") == sheets.CLEAN)
    assert all(map(uscc_valid, clean["code"]))
    assert clean["document"].n_unique() == len(clean)
    days = clean["decided_on"].str.to_date()
    assert date(2021, 11, 22) < min(days) and max(days) < TODAY
    assert clean.filter(pl.any_horizontal(pl.col("name", "document", "authority", "kind") == "")).is_empty()


def test_a_repeated_row_is_the_row_before_it(penalties: pl.DataFrame) -> None:
    columns = list(TEMPLATES["penalty-publicity"]["2018"])
    repeats = penalties.filter(pl.col("dirt_kind") == sheets.DUPLICATED)["row"].to_list()
    assert repeats
    for row in repeats:
        assert penalties[row].select(columns).equals(penalties[row - 1].select(columns))
        assert penalties["dirt_kind"][row - 1] == sheets.CLEAN


def test_rows_about_natural_persons_name_nobody(penalties: pl.DataFrame) -> None:
    persons = penalties.filter(pl.col("category") == NATURAL_PERSON)
    assert set(persons["name"]) == {"某自然人"}
    assert set(persons["code"]) == {""}
    headings = {
        heading for editions in TEMPLATES.values() for template in editions.values() for heading in template.values()
    }
    assert not [heading for heading in headings if "法定代表人" in heading or "证件" in heading or "FRDB" in heading]


def test_a_file_that_follows_on_shares_no_document(tmp_path: Path) -> None:
    documents = [
        {
            row["CF_WSH"]
            for row in _rows(write_penalties(tmp_path / "p.csv", CITY, 500, 0, today=TODAY, first=first).path)
        }
        for first in (0, 500)
    ]
    assert not documents[0] & documents[1]


def test_every_form_holds_the_same_rows(tmp_path: Path) -> None:
    order = {"dirt": 0.0, "oddity": 0.0, "today": TODAY, "edition": "2018-zh"}
    paths = {end: write_penalties(tmp_path / f"p{end}", CITY, 50, **order).path for end in _FORMS}  # type: ignore[arg-type]
    expected = _rows(paths[".csv"])
    assert [row["行政处罚决定书文号"] for row in expected] == [
        row["行政处罚决定书文号"] for row in _jsonl(paths[".jsonl"])
    ]
    assert pl.read_parquet(paths[".parquet"]).rows() == [tuple(row.values()) for row in expected]
    assert gzip.decompress(paths[".csv.gz"].read_bytes()) == paths[".csv"].read_bytes()
    sheet = CalamineWorkbook.from_path(paths[".xlsx"]).get_sheet_by_index(0).to_python()
    assert sheet[0] == list(expected[0])
    day = sheet[0].index("处罚决定日期")
    assert [str(row[day]) for row in sheet[1:]] == [row["处罚决定日期"] for row in expected]


_FORMS = (".csv", ".csv.gz", ".jsonl", ".parquet", ".xlsx")


def _jsonl(path: Path) -> Iterator[dict[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_file_in_another_encoding_says_the_same(tmp_path: Path, encoding: str) -> None:
    plain = write_penalties(tmp_path / "plain.csv", CITY, 50, today=TODAY)
    other = write_penalties(tmp_path / "other.csv", CITY, 50, today=TODAY, encoding=encoding)
    assert plain.path.read_bytes() != other.path.read_bytes()
    assert _rows(plain.path) == _rows(other.path, encoding)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.source)
def test_every_template_of_a_sheet_can_be_written(tmp_path: Path, sheet: sheets.Sheet) -> None:
    for edition, template in TEMPLATES[sheet.source].items():
        order = Order(edition, TODAY, seed=3, dirt=0.1, oddity=0.1)
        written = sheet_written(tmp_path / f"{edition}.csv", sheet, CITY, 700, order)
        rows = _rows(written.path)
        assert len(rows) == 700 and list(rows[0]) == list(template.values())
        assert written.by_verdict[sheets.REFUSED] > 0


@pytest.mark.parametrize("source", TEMPLATES)
def test_the_lawbook_reads_every_heading_of_every_template(source: str) -> None:
    editions = law.load().on(TODAY).sources[source].editions
    known = [{heading for headings in edition.columns.values() for heading in headings} for edition in editions]
    for name, template in TEMPLATES[source].items():
        assert any(set(template.values()) <= headings for headings in known), name


@pytest.mark.parametrize("source", TEMPLATES)
def test_the_cast_s_rows_use_columns_of_the_template_only(tmp_path: Path, source: str) -> None:
    columns = {column for template in TEMPLATES[source].values() for column in template}
    rows = cast_rows(TODAY)[source]
    assert {column for row in rows for column in row} - {"authority_code", "exit_authority"} <= columns
    for edition in TEMPLATES[source]:
        written = cast_written(tmp_path / f"{edition}.csv", source, edition, TODAY)
        assert len(_rows(written.path)) == len(rows)


def test_the_cast_s_decisions_are_of_the_city_s_own_authorities() -> None:
    offices = City(1, 1).authorities
    codes = dict(zip(offices["authority"], offices["authority_code"], strict=True))
    assert codes["云川市市场监督管理局"] == MARKET_CODE
    assert codes["云川市交通运输局"] == ROADS_CODE


def test_the_cast_has_one_trait_each() -> None:
    traits = [(firm.trait_zh, firm.trait_en) for firm in CAST.values()]
    assert len(set(traits)) == len(traits)
    assert all(key == firm.key for key, firm in CAST.items())


def test_no_two_deliveries_of_the_demo_hold_the_same_row() -> None:
    taken: dict[str, int] = {}
    for delivery in DELIVERIES:
        if delivery.sheet is not None:
            assert delivery.first == taken.get(delivery.source, 0), delivery.name
            taken[delivery.source] = delivery.first + delivery.rows
