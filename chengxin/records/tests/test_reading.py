"""Reading: every kind of file and encoding, a table of broken files and rows, and both ways through delimited text alike."""

import codecs
import csv
import gzip
import hashlib
import io
import itertools
import json
import lzma
import os
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chengxin.kernel.errors import Refusal
from chengxin.records.bulk.reading import delimited, file_digest, heading_normal, json_lines, mending, rows_read
from chengxin.records.bulk.reading.delimited import _Reader
from chengxin.records.bulk.reading.mending import Shape

WANTED = {"企业名称": "name", "统一社会信用代码": "code", "处罚日期": "day"}
HEADINGS = "企业名称,统一社会信用代码,处罚日期\n"
ONE, TWO, THREE = "青禾,91330106MA0000015K,2023-11-13", "红果,913201000000000192,2023/11/14", "白杨,,20231115"
Row = tuple[str | None, ...]


def rows_of(path: Path, wanted: dict[str, str] | None = None) -> tuple[list[Row], list[int], list[tuple[int, str]]]:
    """All good rows, their lines, and the broken rows as (line, code); checks that each broken row says why, twice."""
    rows: list[Row] = []
    lines: list[int] = []
    broken: list[tuple[int, str]] = []
    stream = rows_read(path, wanted=wanted or WANTED)
    for chunk in stream:
        assert chunk.columns.columns == list(stream.headers)
        assert set(chunk.columns.dtypes) <= {pl.String}
        assert chunk.lines.dtype == pl.Int64
        assert len(chunk.lines) == chunk.columns.height
        rows += chunk.columns.rows()
        lines += chunk.lines.to_list()
        for row in chunk.broken:
            assert says_why(row.reason)
            assert "\0" not in row.raw
            row.raw.encode()
            broken.append((row.line, row.reason.code))
    assert lines == sorted(lines)
    return rows, lines, broken


def says_why(refusal: Refusal) -> bool:
    shown = refusal.as_dict()
    assert "[" not in refusal.message, "a datum is missing"
    return bool(str(refusal) and shown["detail"] and shown["detail_en"] and shown["code"])


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def spreadsheet(*sheets: Sequence[Sequence[Any]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd", "strings_to_numbers": False}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for n, row in enumerate(rows):
                for m, cell in enumerate(row):
                    sheet.write(n, m, cell)
    return out.getvalue()


def parquet(columns: dict[str, Any] | pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), out)
    return out.getvalue()


TABLE = [list(WANTED), *(row.split(",") for row in (ONE, TWO, THREE))]
EXPECTED: list[Row] = [tuple(cell or None for cell in row) for row in TABLE[1:]]
TEXT = HEADINGS + "\n".join((ONE, TWO, THREE)) + "\n"
OBJECTS = [dict(zip(TABLE[0], row, strict=True)) for row in TABLE[1:]]
LINES = "".join(json.dumps(o, ensure_ascii=False) + "\n" for o in OBJECTS)
COLUMNS = {h: [row[n] for row in TABLE[1:]] for n, h in enumerate(TABLE[0])}

GOOD_FILES: dict[str, str | bytes] = {
    "plain.csv": TEXT,
    "no-extension": TEXT,
    "not-really.xlsx": TEXT,
    "mark.csv": codecs.BOM_UTF8 + TEXT.encode(),
    "windows.csv": TEXT.replace("\n", "\r\n"),
    "macintosh.csv": TEXT.replace("\n", "\r"),
    "no-last-line-end.csv": TEXT.rstrip("\n"),
    "gb.csv": TEXT.encode("gb18030"),
    "gb-mark.csv": ("\ufeff" + TEXT).encode("gb18030"),
    "utf-16-le.csv": codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
    "utf-16-be.txt": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    "tabs.tsv": TEXT.replace(",", "\t"),
    "tabs-in.csv": TEXT.replace(",", "\t"),
    "semicolons.csv": TEXT.replace(",", ";"),
    "bars.txt": TEXT.replace(",", "|"),
    "gb-bars.txt": TEXT.replace(",", "|").encode("gb18030"),
    "quoted.csv": "".join(",".join(f'"{f}"' for f in line.split(",")) + "\r\n" for line in TEXT.splitlines()),
    "sep.csv": "sep=,\n" + TEXT,
    "title.csv": "虚构市行政处罚公示表,,\n填报单位：虚构局,,\n" + TEXT,
    "blank-lines.csv": "\n\n" + TEXT.replace("\n", "\n\n"),
    "blank-below.csv": TEXT + ",,\n,,\n",
    "cells-beyond.csv": TEXT.replace("14\n", "14,,,\n"),
    "starred.csv": TEXT.replace("企业名称", "* 企业 名称＊").replace("处罚日期", "\ufeff处罚日期*"),
    "broken-heading.csv": TEXT.replace("企业名称", '"企业\n名称"'),
    "lines.jsonl": LINES,
    "lines-without-a-name": LINES,
    "lines-in.csv": LINES,
    "lines-windows.jsonl": LINES.replace("\n", "\r\n"),
    "lines-mark.jsonl": codecs.BOM_UTF8 + LINES.encode(),
    "lines-gb.jsonl": LINES.encode("gb18030"),
    "lines-escaped.jsonl": "".join(json.dumps(o) + "\n" for o in OBJECTS),
    "list.json": json.dumps(OBJECTS, ensure_ascii=False),
    "list-indented.json": json.dumps(OBJECTS, ensure_ascii=False, indent=2) + "\n",
    "book.xlsx": spreadsheet(TABLE),
    "book-as.csv": spreadsheet(TABLE),
    "book-title.xlsx": spreadsheet([["虚构市行政处罚公示表"], [], ["填报单位：虚构局"], *TABLE]),
    "book-second-sheet.xlsx": spreadsheet([["填表说明"], ["请如实填写"]], [], TABLE),
    "book-blank-rows.xlsx": spreadsheet([TABLE[0], [], *TABLE[1:], [], ["", "  ", ""]]),
    "book-wide.xlsx": spreadsheet([[*TABLE[0], "", ""], *TABLE[1:]]),
    "columns.parquet": parquet(COLUMNS),
    "columns-as.csv": parquet(COLUMNS),
    "categories.parquet": parquet({h: pa.array(c).dictionary_encode() for h, c in COLUMNS.items()}),
    "bytes.parquet": parquet({h: [v.encode() for v in c] for h, c in COLUMNS.items()}),
}


@pytest.mark.parametrize("gzipped", [False, True], ids=["plain", "gzipped"])
@pytest.mark.parametrize("name", GOOD_FILES)
def test_the_same_rows_come_out_of_every_kind_of_file(tmp_path: Path, name: str, gzipped: bool) -> None:
    content = GOOD_FILES[name]
    raw = content.encode() if isinstance(content, str) else content
    path = written(tmp_path, name + (".gz" if gzipped else ""), gzip.compress(raw) if gzipped else raw)
    stream = rows_read(path, wanted=WANTED)
    assert stream.headers[:3] == tuple(WANTED)
    rows, _, broken = rows_of(path)
    assert [row[:3] for row in rows] == EXPECTED
    assert broken == []
    assert [tuple(r) for chunk in stream for r in chunk.columns.rows()] == rows, (
        "a stream reads from the start each time"
    )


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("plain.csv", [2, 3, 4]),
        ("title.csv", [4, 5, 6]),
        ("blank-lines.csv", [5, 7, 9]),
        ("broken-heading.csv", [3, 4, 5]),
        ("macintosh.csv", [2, 3, 4]),
        ("lines.jsonl", [1, 2, 3]),
        ("list-indented.json", [1, 2, 3]),
        ("book.xlsx", [2, 3, 4]),
        ("book-title.xlsx", [5, 6, 7]),
        ("book-blank-rows.xlsx", [3, 4, 5]),
        ("columns.parquet", [1, 2, 3]),
    ],
)
def test_lines_are_counted_as_a_person_counts_them(tmp_path: Path, name: str, lines: list[int]) -> None:
    assert rows_of(written(tmp_path, name, GOOD_FILES[name]))[1] == lines


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_file_with_headings_only_has_no_rows(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name, HEADINGS if name == "a.csv" else spreadsheet(TABLE[:1]))
    assert rows_of(path) == ([], [], [])
    assert rows_read(path, wanted=WANTED).headers == tuple(WANTED)


# --- files that cannot be read at all ----------------------------------------------------------------------------


def cut_gzip() -> bytes:
    return gzip.compress(os.urandom(5000).hex().encode().join([HEADINGS.encode(), b"\n"]))[:-3000]


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, TEXT)
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)
NESTED = pa.table({"企业名称": [["青禾"]], "统一社会信用代码": [{"a": 1}]})

BROKEN_FILES: dict[str, tuple[str, bytes | str | Callable[[], bytes], str]] = {
    "no bytes": ("a.csv", b"", "file-empty"),
    "blanks only": ("a.csv", " \r\n\r\n ", "file-empty"),
    "a byte order mark only": ("a.csv", codecs.BOM_UTF8, "file-empty"),
    "an empty UTF-16 file": ("a.csv", codecs.BOM_UTF16_LE, "file-empty"),
    "gzip of nothing": ("a.csv.gz", gzip.compress(b""), "file-empty"),
    "an empty workbook": ("a.xlsx", spreadsheet([]), "file-empty"),
    "no known heading": ("a.csv", "甲,乙\n1,2\n", "header-unknown"),
    "data without headings": ("a.csv", ONE + "\n" + TWO + "\n", "header-unknown"),
    "headings below the tenth row": ("a.csv", "说明\n" * 10 + TEXT, "header-unknown"),
    "no known heading in a workbook": ("a.xlsx", spreadsheet([["甲", "乙"], [1, 2]]), "header-unknown"),
    "no known heading in JSON": ("a.jsonl", '{"甲":1}\n', "header-unknown"),
    "no known heading in Parquet": ("a.parquet", parquet({"甲": [1]}), "header-unknown"),
    "an empty JSON list": ("a.json", "[]", "header-unknown"),
    "headings in Big5": ("a.csv", "企業名稱,統一社會信用代碼\n".encode("big5"), "header-unknown"),
    "a heading twice": ("a.csv", "企业名称,企业名称,处罚日期\n1,2,3\n", "header-twice"),
    "a heading twice, written differently": ("a.csv", "企业名称,企业 名称*,处罚日期\n1,2,3\n", "header-twice"),
    "a heading twice in a workbook": ("a.xlsx", spreadsheet([["企业名称", "企业名称"]]), "header-twice"),
    "a gzip file cut off": ("a.csv.gz", cut_gzip, "gzip-damaged"),
    "a gzip file with a wrong sum": ("a.gz", gzip.compress(TEXT.encode())[:-8] + bytes(8), "gzip-damaged"),
    "a gzip file with rubbish inside": ("a.csv.gz", b"\x1f\x8b\x08" + bytes(range(200)), "gzip-damaged"),
    "a gzip file with rubbish behind": ("a.csv.gz", gzip.compress(TEXT.encode()) + b"rubbish", "gzip-damaged"),
    "gzip in gzip": ("a.csv.gz", gzip.compress(gzip.compress(TEXT.encode())), "compression-unsupported"),
    "bzip2": ("a.csv.bz2", b"BZh91AY&SY" + bytes(50), "compression-unsupported"),
    "xz": ("a.csv.xz", lzma.compress(TEXT.encode()), "compression-unsupported"),
    "zstandard": ("a.csv.zst", b"\x28\xb5\x2f\xfd" + bytes(50), "compression-unsupported"),
    "7z": ("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(50), "compression-unsupported"),
    "rar": ("a.rar", b"Rar!\x1a\x07\x00" + bytes(50), "compression-unsupported"),
    "a tar": ("a.tar.gz", gzip.compress(b"a.csv".ljust(257, b"\0") + b"ustar\0" + bytes(250)), "compression-unsupported"),
    "a zip of a table": ("a.zip", zipped("a.csv"), "compression-unsupported"),
    "a Word document": ("a.docx", zipped("word/document.xml"), "file-kind"),
    "a Word document called a workbook": ("a.xlsx", zipped("word/document.xml"), "file-kind"),
    "an old Word document": ("a.doc", OLE + "WordDocument".encode("utf-16-le"), "file-kind"),
    "a PDF": ("a.pdf", b"%PDF-1.7\n...", "file-kind"),
    "a PDF called a table": ("a.csv", b"%PDF-1.7\n...", "file-kind"),
    "a web page called a workbook": ("a.xls", "<html><table><tr><td>企业名称</td></tr></table>", "file-kind"),
    "a web page with a mark": ("a.csv", "\ufeff\n<!DOCTYPE html><html></html>", "file-kind"),
    "XML": ("a.csv", '<?xml version="1.0"?><rows/>', "file-kind"),
    "a picture": ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(100), "file-kind"),
    "bytes that are no text": ("a.csv", bytes(range(256)) * 8 + bytes(900), "file-kind"),
    "UTF-16 without its mark": ("a.csv", HEADINGS.encode("utf-16-le") + b"a\0,\0b\0" * 50, "file-kind"),
    "UTF-32": ("a.csv", codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "encoding-unknown"),
    "neither UTF-8 nor GB18030": ("a.csv", HEADINGS.encode() + b"\xff\xfe\xff,\xff\n" * 9, "encoding-unknown"),
    "a cut-off workbook": ("a.xlsx", spreadsheet(TABLE)[:900], "spreadsheet-damaged"),
    "a workbook without its sheets": ("a.xlsx", zipped("xl/rubbish.xml"), "spreadsheet-damaged"),
    "a workbook of rubbish": ("a.xlsx", bytes(2000), "spreadsheet-damaged"),
    "a damaged old workbook": ("a.xls", OLE, "spreadsheet-damaged"),
    "a locked workbook": ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "spreadsheet-encrypted"),
    "a cut-off Parquet file": ("a.parquet", parquet(COLUMNS)[:-20], "parquet-damaged"),
    "a Parquet file without its mark": ("a.parquet", bytes(2000), "parquet-damaged"),
    "a Parquet file with lists": ("a.parquet", parquet(NESTED), "parquet-column"),
    "one JSON object over many lines": ("a.json", json.dumps({"data": OBJECTS}, indent=2), "json-not-lines"),
    "a JSON list cut off": ("a.json", json.dumps(OBJECTS)[:-30], "json-list-broken"),
    "a JSON list with rubbish behind": ("a.json", json.dumps(OBJECTS) + " x", "json-list-broken"),
    "a JSON list without a comma": ("a.json", json.dumps(OBJECTS).replace("}, {", "} {"), "json-list-broken"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN_FILES)
def test_a_file_that_cannot_be_read_is_refused_with_its_reason(tmp_path: Path, kind: str) -> None:
    name, content, code = BROKEN_FILES[kind]
    with pytest.raises(Refusal) as caught:
        rows_of(written(tmp_path, name, content() if callable(content) else content))
    assert caught.value.code == code
    assert says_why(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_a_missing_file_a_folder_and_an_unreadable_one_are_refused(tmp_path: Path) -> None:
    loop, pipe = tmp_path / "loop.csv", tmp_path / "pipe.csv"
    loop.symlink_to(loop)
    os.mkfifo(pipe)
    for path, code in (
        (tmp_path / "no.csv", "file-missing"),
        (written(tmp_path, "a.csv", TEXT) / "b.csv", "file-missing"),
        (tmp_path, "file-is-folder"),
        (loop, "file-unreadable"),
        (tmp_path / ("x" * 300), "file-unreadable"),
        (pipe, "file-unreadable"),
    ):
        for act in (lambda p: rows_read(p, wanted=WANTED), file_digest):
            with pytest.raises(Refusal) as caught:
                act(path)
            assert caught.value.code == code
            assert says_why(caught.value)


def test_the_refusal_of_an_unknown_header_says_what_stands_there_and_what_should(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="Found: 甲, 乙. Expected, among others: 企业名称, 统一社会信用代码"):
        rows_read(written(tmp_path, "a.csv", "甲,乙\n1,2\n"), wanted=WANTED)


def test_a_list_too_large_to_read_at_once_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "WHOLE", 100)
    with pytest.raises(Refusal) as caught:
        rows_read(written(tmp_path, "a.json", json.dumps(OBJECTS)), wanted=WANTED)
    assert caught.value.code == "json-too-large"


# --- rows that cannot be read, among rows that can ------------------------------------------------------------------

BROKEN_ROWS: dict[str, tuple[bytes, str]] = {
    "too few fields": ("青禾,91330106MA0000015K".encode(), "row-too-short"),
    "one field": ("青禾".encode(), "row-too-short"),
    "too many fields": ((ONE + ",多").encode(), "row-too-long"),
    "a delimiter in an unquoted value": ("青禾,虚构,91330106MA0000015K,2023-11-13".encode(), "row-too-long"),
    "too many quoted fields": (b'"a","b","c","d"', "row-too-long"),
    "too few quoted fields": (b'"a","b"', "row-too-short"),
    "an open quotation mark": ('"青禾,91330106MA0000015K,2023-11-13'.encode(), "row-quote-unclosed"),
    "an open mark in the middle": ('青禾,"91330106MA0000015K,2023-11-13'.encode(), "row-quote-unclosed"),
    "an open mark in the last field": ('青禾,91330106MA0000015K,"2023-11-13'.encode(), "row-quote-unclosed"),
    "a lone quotation mark": (b'a,b,"', "row-quote-unclosed"),
    "text behind a closing mark": ('"青禾"公司,91330106MA0000015K,2023-11-13'.encode(), "row-quote-stray"),
    "a blank behind a closing mark": ('"青禾" ,91330106MA0000015K,2023-11-13'.encode(), "row-quote-stray"),
    "a mark not doubled": ('"青"禾",91330106MA0000015K,2023-11-13'.encode(), "row-quote-stray"),
    "a byte that is no character": ("青禾".encode() + b"\xff,a,b", "row-bytes"),
    "half a character": ("青禾".encode()[:-1] + b",a,b", "row-bytes"),
    "another encoding": ("青禾,丙,丁".encode("gb18030"), "row-bytes"),
    "a bad byte in quotes": (b'"a\xff","b","c"', "row-bytes"),
    "a surrogate": (b"\xed\xa0\x80,a,b", "row-bytes"),
    "an overlong form": (b"\xc0\xaf,a,b", "row-bytes"),
    "NUL": (b"a\0,b,c", "row-nul"),
    "NUL in quotes": (b'"a\0","b","c"', "row-nul"),
    "nothing but NUL": (b"\0\0\0", "row-too-short"),
    "NUL and too few fields": (b"a\0", "row-nul"),
}


def surrounded(bad: bytes, copies: int, times: int) -> bytes:
    good = [ONE.encode(), TWO.encode(), THREE.encode()] * copies
    return HEADINGS.encode() + b"\n".join([*good, *([bad, *good] * times)]) + b"\n"


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("kind", BROKEN_ROWS)
def test_a_broken_row_is_kept_with_its_reason_and_costs_no_other(tmp_path: Path, kind: str, ending: bytes) -> None:
    bad, code = BROKEN_ROWS[kind]
    path = written(tmp_path, "a.csv", surrounded(bad, 40, 3).replace(b"\n", ending))
    rows, lines, broken = rows_of(path)
    expected = code if kind != "nothing but NUL" else "row-nul"
    assert broken == [(122, expected), (243, expected), (364, expected)]
    assert rows == EXPECTED * 160
    assert sorted([*lines, *(line for line, _ in broken)]) == list(range(2, 485))


@pytest.mark.parametrize("block", [700, 1000, 4096])
@pytest.mark.parametrize("kind", BROKEN_ROWS)
def test_where_a_block_ends_makes_no_difference(
    tmp_path: Path, kind: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "a.csv", surrounded(BROKEN_ROWS[kind][0], 50, 5))
    whole = rows_of(path)
    monkeypatch.setattr(delimited, "BLOCK", block)
    assert rows_of(path) == whole


def test_the_raw_form_of_a_broken_row_shows_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", HEADINGS.encode() + b"a\xff\0,b,c\r\nx,y\r\n" + TWO.encode())
    (chunk,) = rows_read(path, wanted=WANTED)
    assert [b.raw for b in chunk.broken] == ["a\\xff\\x00,b,c", "x,y"]


def test_bad_bytes_of_gb18030_and_utf_16_cost_their_row_only(tmp_path: Path) -> None:
    bad = TEXT.encode("gb18030").replace("红果".encode("gb18030"), b"\xff\xba")
    rows, _, broken = rows_of(written(tmp_path, "gb.csv", bad))
    assert (len(rows), broken) == (2, [(3, "row-bytes")])
    raw = codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le").replace("红".encode("utf-16-le"), b"\x00\xd8")
    rows, _, broken = rows_of(written(tmp_path, "utf-16.csv", raw))
    assert (len(rows), broken) == (2, [(3, "row-bytes")])
    rows, _, broken = rows_of(written(tmp_path, "cut.csv", codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")[:-3]))
    assert (len(rows), broken) == (2, [(4, "row-bytes")])


def test_a_file_that_is_ascii_for_long_is_judged_where_it_stops_being_so(tmp_path: Path) -> None:
    ascii_rows = "name,code\n" + "a,1\n" * 600_000
    for encoding in ("utf-8", "gb18030"):
        path = written(tmp_path, f"{encoding}.csv", (ascii_rows + "青禾,2\n").encode(encoding))
        rows, _, broken = rows_of(path, {"name": "name"})
        assert (len(rows), rows[-1], broken) == (600_001, ("青禾", "2"), [])


def test_an_open_quotation_mark_swallows_no_other_row(tmp_path: Path) -> None:
    good = [f"企{n},9,2023-11-13" for n in range(500)]
    path = written(tmp_path, "a.csv", HEADINGS + "\n".join([*good[:250], '"开口,9,2023-11-13', *good[250:]]))
    rows, _, broken = rows_of(path)
    assert [r[0] for r in rows] == [f"企{n}" for n in range(500)]
    assert broken == [(252, "row-quote-unclosed")]


def test_a_quoted_value_may_span_lines_but_not_a_hundred(tmp_path: Path) -> None:
    short, long = "行\n" * 60, "行\n" * 150
    rows, lines, broken = rows_of(written(tmp_path, "a.csv", f'{HEADINGS}"{short}",b,c\n{TWO}\n'))
    assert (rows[0][0], lines, broken) == (short, [2, 63], [])
    rows, _, broken = rows_of(written(tmp_path, "b.csv", f'{HEADINGS}"{long}",b,c\n{TWO}\n'))
    assert rows == [EXPECTED[1]]
    assert broken[0] == (2, "row-quote-unclosed")
    assert len(broken) == 151


def test_marks_inside_an_unquoted_value_are_read_as_they_stand(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", HEADINGS + '青禾"老字号"公司,9,2023-11-13\n5" 管,9,2023-11-13\n' + TWO)
    rows, _, broken = rows_of(path)
    assert [r[0] for r in rows] == ['青禾"老字号"公司', '5" 管', "红果"]
    assert broken == []


@pytest.mark.parametrize(
    ("field", "read"),
    [
        ('"青禾"', "青禾"),
        ('"青""禾"', '青"禾'),
        ('青"禾', '青"禾'),
        ('"青禾', '"青禾'),
        ('"青禾"公司', '"青禾"公司'),
        ('青禾"', '青禾"'),
        ('"', '"'),
        ('""', None),
        ('"两\n行"', "两\n行"),
        ('"制\t表"', "制\t表"),
    ],
)
def test_in_tab_separated_text_marks_count_only_around_a_whole_value(tmp_path: Path, field: str, read: str) -> None:
    for place in range(3):
        fields = ["甲", "乙", "丙"]
        fields[place] = field
        text = "\t".join(WANTED) + "\n1\t2\t3\n" + "\t".join(fields) + "\n4\t5\t6\n"
        rows, _, broken = rows_of(written(tmp_path, "a.tsv", text))
        assert broken == []
        assert [r[0] for r in rows][::2] == ["1", "4"]
        assert rows[1][place] == read


def test_a_broken_row_of_tab_separated_text_is_kept(tmp_path: Path) -> None:
    text = "\t".join(WANTED) + '\na\tb\tc\nd\te\nf\tg\th\ti\n"j\tk\tl\nm\tn\t"o\np\tq\tr\n'
    rows, lines, broken = rows_of(written(tmp_path, "a.tsv", text))
    assert broken == [(3, "row-too-short"), (4, "row-too-long")]
    assert lines == [2, 5, 6, 7]
    assert rows[1:3] == [('"j', "k", "l"), ("m", "n", '"o')]


def test_lone_carriage_returns_in_a_line_end_rows_or_belong_to_a_value(tmp_path: Path) -> None:
    text = HEADINGS + 'a,b,c\rd,e,f\ng\rh,i,j\n"k\rl",m,n\n' + TWO + "\n"
    rows, lines, broken = rows_of(written(tmp_path, "a.csv", text))
    assert [r[0] for r in rows] == ["a", "d", "g\rh", "k\rl", "红果"]
    assert (lines, broken) == ([2, 2, 3, 4, 5], [])


def test_a_line_without_end_is_broken_and_reading_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (delimited, mending, json_lines):
        monkeypatch.setattr(module, "ROW_BYTES", 50_000)
    monkeypatch.setattr(delimited, "BLOCK", 10_000)
    monkeypatch.setattr(json_lines, "HEAD", 10_000)
    endless = "x" * 200_000
    rows, lines, broken = rows_of(written(tmp_path, "a.csv", f"{HEADINGS}{ONE}\n{endless}\n{TWO}\n{THREE}\n"))
    assert (rows, lines, broken) == (EXPECTED, [2, 4, 5], [(3, "row-too-big")])
    first, *others = LINES.splitlines()
    rows, lines, broken = rows_of(written(tmp_path, "a.jsonl", "\n".join([first, endless, *others])))
    assert (rows, lines, broken) == (EXPECTED, [1, 3, 4], [(2, "row-too-big")])


BROKEN_JSON: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"nonsense", "json-broken"),
    "an object cut off": (b'{"a": "b"', "json-broken"),
    "a comma at the end": (b'{"a": "b",}', "json-broken"),
    "single quotes": (b"{'a': 'b'}", "json-broken"),
    "two objects": (b'{"a":1}{"a":2}', "json-broken"),
    "no number": (b'{"a": NaN}', "json-broken"),
    "infinity": (b'{"a": -Infinity}', "json-broken"),
    "a raw control character": (b'{"a": "\x01"}', "json-broken"),
    "nested beyond measure": (b"[" * 100_000, "json-broken"),
    "a list": (b"[1, 2]", "json-not-object"),
    "a string": (b'"a"', "json-not-object"),
    "a number": (b"12", "json-not-object"),
    "null": (b"null", "json-not-object"),
    "true": (b"true", "json-not-object"),
    "a list as a value": ('{"企业名称": ["a"]}'.encode(), "json-nested"),
    "an object as a value": ('{"企业名称": {"a": 1}}'.encode(), "json-nested"),
    "a key twice": ('{"企业名称": "a", "企业名称": "b"}'.encode(), "json-key-twice"),
    "bytes that are no text": (b'{"a": "\xff"}', "row-bytes"),
    "half a surrogate pair": (b'{"a": "\\ud800"}', "row-bytes"),
    "an escaped NUL": (b'{"a": "\\u0000"}', "row-nul"),
    "a raw NUL": (b'{"a": "\0"}', "row-nul"),
}


@pytest.mark.parametrize("kind", BROKEN_JSON)
def test_a_broken_json_line_is_kept_with_its_reason_and_costs_no_other(tmp_path: Path, kind: str) -> None:
    bad, code = BROKEN_JSON[kind]
    for place in (0, 1, 3):
        texts = LINES.encode().splitlines()
        texts.insert(place, bad)
        rows, _, broken = rows_of(written(tmp_path, "a.jsonl", b"\n".join(texts)))
        assert broken == [(place + 1, code)]
        assert [r[:3] for r in rows] == EXPECTED


def test_elements_of_a_json_list_may_be_broken(tmp_path: Path) -> None:
    text = json.dumps([OBJECTS[0], 1, {"企业名称": []}, OBJECTS[1], None, OBJECTS[2]], ensure_ascii=False)
    rows, lines, broken = rows_of(written(tmp_path, "a.json", text))
    assert (rows, lines) == (EXPECTED, [1, 4, 6])
    assert broken == [(2, "json-not-object"), (3, "json-nested"), (5, "json-not-object")]


def test_json_values_become_text_as_they_are_written(tmp_path: Path) -> None:
    text = '{"a": 914510292008006940, "b": 1.50, "c": true, "d": null, "e": "", "f": 1E5, "g": " x "}\n{"h": 1}\n'
    rows, _, _ = rows_of(written(tmp_path, "a.jsonl", text), {"a": "a"})
    assert rows[0] == ("914510292008006940", "1.50", "true", None, None, "1E5", " x ", None)
    assert rows[1] == (None,) * 7 + ("1",)


def test_a_known_key_that_comes_after_the_columns_are_settled_breaks_its_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_lines, "SETTLED_BY", 2)
    rows, _, broken = rows_of(
        written(tmp_path, "a.jsonl", '{"企业名称":"a"}\n' * 2 + '{"处罚日期":"b"}\n{"别的":"c"}\n')
    )
    assert rows == [("a",), ("a",), (None,)]
    assert broken == [(3, "json-key-late")]


# --- spreadsheets and Parquet ----------------------------------------------------------------------------------------


def test_cells_become_the_text_that_a_person_would_type(tmp_path: Path) -> None:
    cells: list[tuple[Any, str | None]] = [
        ("青禾", "青禾"),
        (" 青禾 ", " 青禾 "),
        (1, "1"),
        (0.5, "0.5"),
        (1178.3792, "1178.3792"),
        (-3, "-3"),
        (320400400000122, "320400400000122"),
        (0.0000001, "0.0000001"),
        (date(2023, 11, 13), "2023-11-13"),
        (datetime(2023, 11, 13), "2023-11-13"),  # noqa: DTZ001
        (True, "true"),
        ("007", "007"),
        ("91330106MA0000015K", "91330106MA0000015K"),
        (None, None),
    ]
    book = spreadsheet([["企业名称", *(f"c{n}" for n in range(len(cells)))], ["x", *(cell for cell, _ in cells)]])
    (row,), _, _ = rows_of(written(tmp_path, "a.xlsx", book))
    assert row[1:] == tuple(text for _, text in cells)


def test_a_code_that_a_spreadsheet_kept_as_a_number_is_a_broken_row(tmp_path: Path) -> None:
    rows: list[list[Any]] = [*TABLE[:2], ["红果", 9.14510292008e17, "2023"], ["甲", "乙", "丙", "丁"], *TABLE[2:]]
    found, lines, broken = rows_of(written(tmp_path, "a.xlsx", spreadsheet(rows)))
    assert (found, lines) == (EXPECTED, [2, 5, 6])
    assert broken == [(3, "row-digits-lost"), (4, "row-too-long")]


def test_a_merged_title_above_the_headings_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("B2:D3", "虚构市行政处罚公示表")
        for n, row in enumerate(TABLE, 4):
            sheet.write_row(n, 1, row)
    rows, lines, _ = rows_of(path)
    assert rows == EXPECTED
    assert lines == [6, 7, 8]


def test_parquet_columns_become_text(tmp_path: Path) -> None:
    table = pa.table(
        {
            "企业名称": ["a", "", None],
            "int": pa.array([1, None, 914510292008006940], pa.int64()),
            "float": [1.0, 0.5, None],
            "decimal": pa.array([Decimal("1.50"), None, None], pa.decimal128(20, 2)),
            "day": pa.array([date(2023, 11, 13), None, None]),
            "midnight": pa.array([datetime(2023, 11, 13), datetime(2023, 11, 13, 8, 30), None]),  # noqa: DTZ001
            "zoned": pa.array([datetime(2023, 11, 12, 16), None, None], pa.timestamp("ms", "UTC")),  # noqa: DTZ001
            "bool": [True, False, None],
            "none": pa.nulls(3),
        }
    )
    rows, _, broken = rows_of(written(tmp_path, "a.parquet", parquet(table)))
    assert broken == []
    assert rows == [
        ("a", "1", "1", "1.50", "2023-11-13", "2023-11-13", "2023-11-13", "true", None),
        (None, None, "0.5", None, None, "2023-11-13 08:30:00", None, "false", None),
        (None, "914510292008006940", None, None, None, None, None, None, None),
    ]


def test_parquet_rows_with_values_that_are_no_text_are_broken(tmp_path: Path) -> None:
    table = pa.table(
        {
            "企业名称": pa.array([b"a", b"\xff", b"c\0", b"d", b"e"], pa.binary()),
            "n": [1.0, 2.0, 3.0, 9.14510292008e17, 5.0],
        }
    )
    rows, lines, broken = rows_of(written(tmp_path, "a.parquet", parquet(table)))
    assert (rows, lines) == ([("a", "1"), ("e", "5")], [1, 5])
    assert broken == [(2, "row-bytes"), (3, "row-nul"), (4, "row-digits-lost")]


# --- headings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "normal"),
    [
        ("企业名称", "企业名称"),
        (" 企业 名称 ", "企业名称"),
        ("企业\n名称*", "企业名称"),
        ("＊企业名称", "企业名称"),
        ("行政相对人代码＿１（统一社会信用代码）", "行政相对人代码_1(统一社会信用代码)"),
        ("Company  Name *", "Company Name"),
        ("\ufeffCF_WSH", "CF_WSH"),
        ("*", ""),
        ("", ""),
    ],
)
def test_a_heading_has_one_normal_form(heading: str, normal: str) -> None:
    assert heading_normal(heading) == normal


def test_a_heading_is_found_however_it_is_written_and_spelled_as_wanted(tmp_path: Path) -> None:
    wanted = {"行政相对人代码_1（统一社会信用代码）": "code", "CF_WSH": "document"}
    path = written(tmp_path, "a.csv", "行政相对人代码＿1 (统一社会信用代码)*,cf_wsh,备注,备注,\n1,2,3,4,5\n")
    stream = rows_read(path, wanted=wanted)
    assert stream.headers == ("行政相对人代码_1（统一社会信用代码）", "CF_WSH", "备注", "备注 (2)", "#5")
    assert rows_of(path, wanted)[0] == [("1", "2", "3", "4", "5")]


# --- both ways through delimited text --------------------------------------------------------------------------------

VALUE = st.text(
    st.sampled_from("青禾,;|\"\n\r\t ab1'\\#=\u3000𬭊") | st.characters(exclude_categories=["C"]), max_size=8
)


@st.composite
def tables(draw: st.DrawFn, delimiter: str) -> list[list[str]]:
    width = draw(st.integers(1, 5))
    value = VALUE if delimiter != "\t" else VALUE.map(lambda v: v.replace("\t", " "))
    rows = draw(st.lists(st.lists(value, min_size=width, max_size=width), max_size=12))
    return [row for row in rows if any(row)]


def ways(data: bytes, delimiter: str, width: int, block: int) -> list[list[tuple[int, Row]]]:
    """The rows of well-formed text by the usual way and by the tolerant way alone."""
    headers = tuple(f"h{n}" for n in range(width))
    found = []
    for tolerant in (False, True):
        reader = _Reader(headers, Shape(delimiter, width))
        if tolerant:
            reader._fast = lambda scan, line: None  # type: ignore[method-assign]
        pieces = (data[n : n + block] for n in range(0, len(data), block))
        chunks = list(reader.chunks(pieces, 1))
        assert [b for c in chunks for b in c.broken] == []
        found.append([pair for c in chunks for pair in zip(c.lines.to_list(), c.columns.rows(), strict=True)])
    return found


@settings(max_examples=150, deadline=None)
@given(
    st.data(),
    st.sampled_from([",", ";", "|", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from([7, 64, 100_000]),
)
def test_what_a_csv_writer_wrote_is_read_back_both_ways(
    data: st.DataObject, delimiter: str, ending: str, quoting: Any, block: int
) -> None:
    rows = data.draw(tables(delimiter))
    if ending == "\n" and quoting == csv.QUOTE_MINIMAL:  # the writer leaves a lone carriage return unquoted here
        rows = [row for row in rows if "\r" not in "".join(row)]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows(rows)
    fast, tolerant = ways(out.getvalue().encode(), delimiter, len(rows[0]) if rows else 1, block)
    assert fast == tolerant
    assert [row for _, row in fast] == [tuple(v or None for v in row) for row in rows]
    starts = itertools.accumulate((sum(v.count("\n") for v in row) + 1 for row in rows), initial=1)
    assert [line for line, _ in fast] == list(starts)[:-1]


def test_a_row_that_begins_like_a_packed_stream_is_read_as_it_stands() -> None:
    for start in ("xڮ", "x\x01", "x^", "xڀ"):
        fast, tolerant = ways(f"{start},甲\n乙,丙\n".encode(), ",", 2, 100_000)
        assert fast == tolerant == [(1, (start, "甲")), (2, ("乙", "丙"))]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b",", b"\t"]), st.integers(1, 3), st.sampled_from([5, 1000]))
@example(b"(\xb5/\xfd", b",", 1, 1000)  # as zstd and gzip begin
@example(b"\x1f\x8b\x10\x10", b",", 1, 1000)
def test_no_line_of_any_bytes_is_lost_and_nothing_crashes(data: bytes, mark: bytes, width: int, block: int) -> None:
    soup = data.translate(bytes.maketrans(b"\x01\x02\x03\x04\x05\x06\x07\x08", b',"\n\r\t";a'))
    reader = _Reader(tuple(f"h{n}" for n in range(width)), Shape(mark.decode(), width))
    chunks = list(reader.chunks((soup[n : n + block] for n in range(0, len(soup), block)), 1))
    lines = {n for c in chunks for n in c.lines.to_list()} | {b.line for c in chunks for b in c.broken}
    for chunk in chunks:
        for broken in chunk.broken:
            assert says_why(broken.reason)
    texts = soup.split(b"\n")
    if b'"' not in soup:  # where values may span lines, the lines of a value are not rows
        filled = [n for n, text in enumerate(texts, 1) if text.replace(mark, b"").strip()]
        blank = [n for n, text in enumerate(texts, 1) if not text.replace(mark, b"").strip(b"\r")]
        assert set(filled) <= lines
        assert all(n not in lines for n in blank if width > 1 and texts[n - 1].count(mark) < width)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([ONE, TWO, THREE, "a,b", "a,b,c,d", '"x', '"x"y,b,c', "a\0,b,c"]), max_size=60))
def test_good_and_broken_rows_add_up_to_the_rows_written(rows: list[str]) -> None:
    reader = _Reader(tuple(WANTED), Shape(",", 3))
    chunks = list(reader.chunks(iter(["\n".join(rows).encode()] if rows else []), 2))
    good = [r for c in chunks for r in c.columns.rows()]
    broken = [b for c in chunks for b in c.broken]
    assert len(good) + len(broken) == len(rows)
    assert good == [tuple(v or None for v in r.split(",")) for r in rows if r in (ONE, TWO, THREE)]


def test_many_rows_come_in_chunks_that_lose_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    total = 150_000
    text = HEADINGS + "".join(f"企{n},9,2023-11-13\n" if n % 1000 else f"企{n},9\n" for n in range(total))
    path = written(tmp_path, "a.csv", text)
    for block in (8 << 20, 1 << 20):
        monkeypatch.setattr(delimited, "BLOCK", block)
        sizes = [len(c.lines) + len(c.broken) for c in rows_read(path, wanted=WANTED)]
        assert sum(sizes) == total
        assert max(sizes) < 140_000
        rows, _, broken = rows_of(path)
        assert [r[0] for r in rows] == [f"企{n}" for n in range(total) if n % 1000]
        assert [line for line, _ in broken] == [n + 2 for n in range(0, total, 1000)]


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", TEXT)
    assert file_digest(path) == hashlib.sha256(TEXT.encode()).hexdigest()
