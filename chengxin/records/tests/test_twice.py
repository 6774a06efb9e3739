"""Ingest twice equals once, in whatever order and form the rows come; what comes later and differs corrects."""

import gzip
from pathlib import Path

import polars as pl
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.records.models import Event, Record, Waiting
from demo import sheets
from demo.city import City
from demo.files import sink
from demo.sheets import write_penalties
from tests.world import NOW, TODAY, Row, code, counted, file_write, ingest, later, penalty, sent

pytestmark = pytest.mark.django_db

CITY = City(7, 400)
FORMS = (".csv", ".tsv", ".csv.gz", ".jsonl", ".jsonl.gz", ".parquet", ".parquet.gz", ".xlsx")


def state() -> dict[tuple[str, str], str]:
    """What every claim is now: by key and content, its state's events in their order."""
    found: dict[tuple[str, str], str] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select r.row_key::text, r.content::text, string_agg(e.kind, ' ' order by e.number) from records_record r"
            " join records_event e on e.record_id = r.id group by r.id"
        )
        for key, content, events in cursor.fetchall():
            found[key, content] = events
    return found


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    return write_penalties(tmp_path / "p.csv", CITY, 800, 0.2, today=TODAY, oddity=0.2).path


def test_the_same_file_again_on_the_same_day_changes_no_table_at_all(tmp_path: Path) -> None:
    path = write_penalties(tmp_path / "p.csv", CITY, 300, 0.0, today=TODAY, oddity=0.5).path
    first = ingest(path)
    before = counted()
    again = ingest(path, at=later(hours=1))
    assert counted() == before
    assert (again.accepted, again.unchanged, again.repeated, again.batch) == (0, first.rows, True, first.batch)


def test_the_same_file_again_under_another_name_or_day_files_nothing_anew(dirty: Path) -> None:
    first = ingest(dirty)
    before, then = counted(), state()
    copy = dirty.with_name("copy.csv")
    copy.write_bytes(dirty.read_bytes())
    for path, at in ((copy, later(hours=1)), (dirty, later(days=1)), (dirty, later(days=30))):
        again = ingest(path, at=at)
        assert (again.accepted, again.refused, again.waiting) == (0, first.refused, first.waiting)
        assert again.unchanged == first.accepted + first.unchanged
    after = counted()
    grown = {"records_batch", "records_report", "records_refused"}
    assert {t: n for t, n in after.items() if t not in grown} == {t: n for t, n in before.items() if t not in grown}
    assert state() == then


def test_the_same_rows_in_another_order_change_nothing(tmp_path: Path, dirty: Path) -> None:
    first = ingest(dirty)
    then = state()
    frame = pl.read_csv(dirty, infer_schema=False)
    for seed in range(3):
        path = tmp_path / f"shuffled{seed}.csv"
        frame.sample(fraction=1, shuffle=True, seed=seed).write_csv(path)
        again = ingest(path, at=later(hours=seed + 1))
        assert (again.accepted, again.refused, again.waiting) == (0, first.refused, first.waiting)
    assert state() == then


@pytest.mark.parametrize("edition", ["2018", "2018-zh", "2016", "2016-zh"])
def test_every_form_and_encoding_of_a_file_says_the_same(tmp_path: Path, edition: str) -> None:
    """Filed one after the other each changes nothing; filed alone each makes the very same claims."""
    first = write_penalties(tmp_path / "first.csv", CITY, 150, 0.1, today=TODAY, edition=edition, oddity=0.2)
    frame = pl.read_csv(first.path, infer_schema=False, empty_string_is_null=False)
    done = ingest(first.path)
    then = state()
    paths = {tmp_path / f"p{n}{form}": "utf-8" for n, form in enumerate(FORMS)}
    paths |= {tmp_path / "bom.csv": "utf-8-sig", tmp_path / "gb.csv": "gb18030", tmp_path / "gb.tsv.gz": "gb18030"}
    paths[tmp_path / "packed.xlsx"] = "utf-8"
    for n, (path, encoding) in enumerate(paths.items()):
        with sink(path, encoding) as target:
            target.write(frame)
        if n == len(paths) - 1:  # the last one, a workbook, gzipped
            path.write_bytes(gzip.compress(path.read_bytes()))
        again = ingest(path, at=later(minutes=n + 1))
        assert (again.accepted, again.refused_by_reason) == (0, done.refused_by_reason), path.name
        assert again.waiting == done.waiting, path.name
        assert state() == then, path.name


def test_each_edition_by_code_and_by_heading_says_the_same(tmp_path: Path) -> None:
    for codes, headings in (("2018", "2018-zh"), ("2016", "2016-zh")):
        first = write_penalties(tmp_path / f"{codes}.csv", CITY, 100, 0.0, today=TODAY, edition=codes, seed=len(codes))
        second = write_penalties(
            tmp_path / f"{headings}.csv", CITY, 100, 0.0, today=TODAY, edition=headings, seed=len(codes)
        )
        ingest(first.path)
        assert ingest(second.path, at=later(hours=1)).accepted == 0


# ---- corrections


def kinds_of(record: Record) -> list[str]:
    return list(Event.objects.filter(record=record).order_by("number").values_list("kind", flat=True))


def test_a_corrected_row_takes_the_place_of_the_first_and_both_stay(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1, fine="2.00"))
    sent(tmp_path, penalty(1, fine="2.50"), at=later(hours=1))
    old, new = Record.objects.order_by("pk")
    assert (old.body["fine"], new.body["fine"], old.row_key) == ("20000", "25000", new.row_key)
    assert (kinds_of(old), kinds_of(new)) == (["filed", "superseded"], ["filed"])
    superseded = Event.objects.get(record=old, number=1)
    assert (superseded.at, superseded.detail) == (later(hours=1), {"record": new.pk})


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"authority_code": ""}, {"authority_code": "11390100003900004G"}),
        ({"shown_until": ""}, {"shown_until": "2027-01-01"}),
        ({"facts": "甲"}, {"facts": "乙"}),
    ],
)
def test_whatever_a_later_row_says_otherwise_is_a_correction(tmp_path: Path, first: Row, then: Row) -> None:
    sent(tmp_path, penalty(1, **first))
    assert sent(tmp_path, penalty(1, **then), at=later(hours=1)).accepted == 1
    assert [kinds_of(r) for r in Record.objects.order_by("pk")] == [["filed", "superseded"], ["filed"]]


def test_within_one_file_the_later_row_corrects_the_earlier(tmp_path: Path) -> None:
    done = sent(tmp_path, penalty(1, fine="1"), penalty(2), penalty(1, fine="2"), penalty(1, fine="3"))
    assert done.accepted == 4
    assert [kinds_of(r) for r in Record.objects.order_by("pk")] == [
        ["filed", "superseded"], ["filed"], ["filed", "superseded"], ["filed"],
    ]  # fmt: skip


def test_rows_of_one_document_about_several_firms_or_violations_are_claims_of_their_own(tmp_path: Path) -> None:
    rows = [penalty(1), penalty(2, document=penalty(1)["document"]), penalty(1, violation="另一违法行为")]
    assert sent(tmp_path, *rows).accepted == 3
    assert all(kinds_of(r) == ["filed"] for r in Record.objects.all())


def test_a_row_twice_in_one_file_counts_as_unchanged_however_it_is_written(tmp_path: Path) -> None:
    done = sent(
        tmp_path,
        penalty(1),
        penalty(1),
        penalty(1, decided_on="2026年10月12日"),
        penalty(1, fine="2"),
        penalty(1, name="　" + penalty(1)["name"] + " "),
        penalty(2, code=""),
        penalty(2, code=""),
    )
    assert (done.accepted, done.unchanged, done.waiting) == (1, 5, 1)


def test_rows_that_wait_are_told_apart_by_document_day_and_authority(tmp_path: Path) -> None:
    """Two decisions about a firm without a number are two rows, though all else be the same."""
    done = sent(
        tmp_path,
        penalty(1, code=""),
        penalty(1, code="", document="另一号"),
        penalty(1, code="", decided_on="2026-10-13"),
        penalty(1, code="", authority="云川市交通运输局"),
    )
    assert (done.waiting, done.unchanged, Waiting.objects.count()) == (4, 0, 4)


def test_rows_that_wait_twice_across_chunks_count_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chengxin.records.bulk.reading.rows.CHUNK_ROWS", 2)
    rows = [penalty(1, code=""), penalty(2), penalty(3), penalty(1, code=""), penalty(2), penalty(4)]
    path = file_write(tmp_path / "p.jsonl", rows)
    done = ingest(path)
    assert (done.accepted, done.unchanged, done.waiting) == (3, 2, 1)


# ---- any rows at all


ROWS = st.lists(
    st.builds(
        penalty,
        st.integers(1, 3),
        fine=st.sampled_from(["1", "2.00", "20000元", "x"]),
        document=st.sampled_from(["甲1号", "甲2号"]),
        code=st.sampled_from([code(1), code(2), "", "坏"]),
        facts=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, cut=st.integers(0, 12))
def test_ingest_twice_equals_once(tmp_path: Path, rows: list[Row], cut: int) -> None:
    """Any rows, sent whole or in two files, and again and again: the claims and what became of them are the same."""
    if not rows:
        return
    whole = file_write(tmp_path / "whole.parquet", rows)
    with transaction.atomic():
        ingest(whole)
        once = state()
        kept = counted(but=("ledger_entry", "records_batch", "records_report", "records_refused"))
        again = ingest(whole, at=later(days=1))
        assert again.accepted == 0
        assert state() == once
        assert counted(but=("ledger_entry", "records_batch", "records_report", "records_refused")) == kept
        transaction.set_rollback(True)
    with transaction.atomic():
        halves = [part for part in (rows[:cut], rows[cut:]) if part]
        for n, part in enumerate(halves):
            ingest(file_write(tmp_path / f"part{n}.parquet", part), at=later(hours=n))
        assert state() == once
        transaction.set_rollback(True)


def test_the_generator_s_kinds_of_oddity_all_say_the_same_as_clean_rows(tmp_path: Path) -> None:
    """An odd row and its plain form are one claim, so the plain file after the odd one changes nothing."""
    odd = write_penalties(tmp_path / "odd.csv", CITY, 400, 0.0, today=TODAY, oddity=1.0)
    plain = write_penalties(tmp_path / "plain.csv", CITY, 400, 0.0, today=TODAY, oddity=0.0)
    assert set(odd.by_kind) >= {kind.name for kind in sheets.ODDITIES}
    ingest(odd.path, at=NOW)
    again = ingest(plain.path, at=later(hours=1))
    assert (again.accepted, again.unchanged) == (0, 400)
