"""Kinds of bad input as data: rows and lines from `bad_input.yaml`, whole files from the makers below."""

import gzip
import io
import json
import os
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
import yaml

from demo.cast import CAST, cast_rows
from demo.templates import TEMPLATES
from tests.world import TODAY, Row, code, file_write, listing, penalty

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "bad-input.md"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@dataclass(frozen=True)
class Bad:
    """One kind of bad input: what it is, how to make a file that holds it, and the reason code that it must get."""

    zh: str
    en: str
    reason: str
    make: Callable[[Path], Path] = field(repr=False)
    source: str = "penalty-publicity"
    options: tuple[str, ...] = ()
    good_rows: int = 0  # how many rows of the file are good and must be accepted

    @property
    def name(self) -> str:
        """What the test is called."""
        return f"{self.reason}: {self.en}"


def good(source: str, n: int) -> Row:
    """A good row of the source."""
    if source == "penalty-publicity":
        return penalty(n)
    if source in ("abnormal-operations", "serious-dishonesty"):
        return listing(n)
    row = dict(cast_rows(TODAY)[source][0])
    return row | {"code": code(n), "document": f"云川市〔2026〕{n:05d}号", "name": f"{CAST['grocer'].name}{n}号店"}


def _edition(source: str) -> str:
    return "2018-zh" if source.endswith("-publicity") else "zh"


def _row(entry: Mapping[str, Any]) -> Bad:
    source = entry.get("source", "penalty-publicity")
    changes = {k: "字" * int(str(v)[1:]) if str(v).startswith("*") else str(v) for k, v in entry["row"].items()}

    def make(folder: Path) -> Path:
        rows = [good(source, 1), good(source, 3) | changes, good(source, 2)]
        if "code" in changes or "组织机构代码" in changes:
            rows[1] = good(source, 1) | {"document": "云川市监处罚〔2026〕00003号"} | changes
        return file_write(folder / "rows.csv", rows, source=source, edition=_edition(source))

    return Bad(entry["what"]["zh"], entry["what"]["en"], entry["reason"], make, source, good_rows=2)


def _line(entry: Mapping[str, Any]) -> Bad:
    ending = ".jsonl" if "json" in entry else ".csv"
    text = str(entry.get("json") or entry["line"])
    data = text.encode() if ending == ".jsonl" else _escaped(text)

    def make(folder: Path) -> Path:
        path = file_write(folder / f"lines{ending}", [penalty(1), penalty(2)])
        lines = path.read_bytes().splitlines()
        path.write_bytes(b"\n".join([*lines[:-1], data, lines[-1]]) + b"\n")
        return path

    return Bad(entry["what"]["zh"], entry["what"]["en"], entry["reason"], make, good_rows=2)


def _escaped(text: str) -> bytes:
    first, *rest = text.split("\\x")
    return first.encode() + b"".join(bytes.fromhex(piece[:2]) + piece[2:].encode() for piece in rest)


# ---- whole files


def _holding(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return make


def _spoilt(name: str, spoil: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    """A good file of fifty rows in the form that the name asks for, and what became of its bytes."""

    def make(folder: Path) -> Path:
        path = file_write(folder / name, [penalty(n) for n in range(1, 51)])
        path.write_bytes(spoil(path.read_bytes()))
        return path

    return make


def _missing(folder: Path) -> Path:
    return folder / "nowhere.csv"


def _a_folder(folder: Path) -> Path:
    (folder / "files.csv").mkdir()
    return folder / "files.csv"


def _pipe(folder: Path) -> Path:
    path = folder / "pipe.csv"
    os.mkfifo(path)
    return path


def _as_it_is(folder: Path) -> Path:
    return file_write(folder / "penalties.csv", [penalty(1)])


def _zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return out.getvalue()


def _unfolding() -> bytes:
    """A small workbook that says of itself that it unfolds to three gigabytes."""
    data = bytearray(_zipped("xl/workbook.xml"))
    place = data.rindex(b"PK\x01\x02") + 24
    data[place : place + 4] = (3 << 30).to_bytes(4, "little")
    return bytes(data)


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("penalties.csv"))
    return out.getvalue()


def _parquet(columns: Mapping[str, Any]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), out)
    return out.getvalue()


def _book(rows: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for line, cells in enumerate(rows):
            sheet.write_row(line, 0, cells)
    return out.getvalue()


def _digits_lost(folder: Path) -> Path:
    template, rows = TEMPLATES["penalty-publicity"]["2018-zh"], [penalty(1), penalty(3), penalty(2)]
    cells: list[list[Any]] = [[row[column] for column in rows[0]] for row in rows]
    cells[1][list(rows[0]).index("code")] = 913901020000000300
    path = folder / "book.xlsx"
    path.write_bytes(_book([[template[column] for column in rows[0]], *cells]))
    return path


def _without(*columns: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        return file_write(folder / "penalties.csv", [{k: v for k, v in penalty(1).items() if k not in columns}])

    return make


def _heading_twice(data: bytes) -> bytes:
    return data.replace("处罚依据".encode(), "处罚类别".encode(), 1)


FILES = [
    Bad("文件不存在", "No such file", "file-missing", _missing),
    Bad("给的是文件夹", "A folder for a file", "file-is-folder", _a_folder),
    Bad("给的是管道", "A pipe for a file", "file-unreadable", _pipe),
    Bad("空文件", "An empty file", "file-empty", _holding("empty.csv", b"")),
    Bad("只有空行的文件", "A file of blank lines", "file-empty", _holding("blank.csv", b"\r\n \n\t\n" * 9)),
    Bad("空的工作簿", "A workbook with nothing in it", "file-empty", _holding("book.xlsx", _book([]))),
    Bad("PDF 文件", "A PDF document", "file-kind", _holding("penalties.csv", b"%PDF-1.7\n" + bytes(99))),
    Bad("截图", "A picture of a table", "file-kind", _holding("penalties.png", b"\x89PNG\r\n" + bytes(99))),
    Bad("Word 文档", "A Word document", "file-kind", _holding("table.docx", _zipped("word/document.xml"))),
    Bad("扩展名为 xls 的网页", "A web page named .xls", "file-kind", _holding("table.xls", b"<html><table>")),
    Bad("XML 文件", "An XML file", "file-kind", _holding("table.xml", b"<?xml version='1.0'?><rows/>")),
    Bad("数据库文件", "A database file", "file-kind", _holding("table.db", b"SQLite format 3\0" + bytes(99))),
    Bad("二进制乱码", "Bytes that are no text", "file-kind", _holding("table.csv", bytes(range(256)) + bytes(256))),
    Bad("zip 压缩包", "A zip archive", "compression-unsupported", _holding("all.zip", _zipped("penalties.csv"))),
    Bad("rar 压缩包", "A rar archive", "compression-unsupported", _holding("all.rar", b"Rar!\x1a\x07" + bytes(99))),
    Bad("7z 压缩包", "A 7z archive", "compression-unsupported", _holding("all.7z", b"7z\xbc\xaf\x27\x1c" + bytes(99))),
    Bad("xz 压缩", "An xz file", "compression-unsupported", _holding("all.csv.xz", b"\xfd7zXZ\0" + bytes(99))),
    Bad("tar 归档", "A tar archive", "compression-unsupported", _holding("all.tar", _tar())),
    Bad("gzip 里还有 gzip", "A gzip in a gzip", "compression-unsupported", _spoilt("p.csv.gz", gzip.compress)),
    Bad("传输中断的 gzip", "A cut-off gzip file", "gzip-damaged", _spoilt("p.csv.gz", lambda b: b[:-40])),
    Bad(
        "损坏的 gzip", "A damaged gzip file", "gzip-damaged", _spoilt("p.csv.gz", lambda b: b[:60] + b"?" * 9 + b[69:])
    ),
    Bad(
        "无法辨认的文字编码",
        "An encoding that is neither UTF-8 nor GB18030",
        "encoding-unknown",
        _spoilt("p.csv", lambda b: b.decode().encode("big5", "replace").replace(b"?", b"\xff\x80")),
    ),
    Bad(
        "没有认识的表头",
        "No heading that the source knows",
        "header-unknown",
        _holding("t.csv", "甲,乙\n1,2\n".encode()),
    ),
    Bad(
        "没有表头，只有数据",
        "Data without headings",
        "header-unknown",
        _spoilt("p.csv", lambda b: b.split(b"\n", 1)[1]),
    ),
    Bad(
        "表头在第十行之后",
        "Headings below the tenth row",
        "header-unknown",
        _spoilt("p.csv", lambda b: b"x,y\n" * 12 + b),
    ),
    Bad("同一表头出现两次", "A heading twice", "header-twice", _spoilt("p.csv", _heading_twice)),
    Bad("报成别的数据源", "Another source's file", "columns-missing", _as_it_is, "abnormal-operations"),
    Bad("缺少文书号一列", "No column of document numbers", "columns-missing", _without("document")),
    Bad(
        "缺少日期和机关两列",
        "No columns of days and authorities",
        "columns-missing",
        _without("decided_on", "authority"),
    ),
    Bad("损坏的工作簿", "A damaged workbook", "spreadsheet-damaged", _spoilt("p.xlsx", lambda b: b[:-300])),
    Bad("全零字节的工作簿", "A workbook of noughts", "spreadsheet-damaged", _holding("p.xlsx", bytes(5000))),
    Bad(
        "设有密码的工作簿",
        "A workbook locked with a password",
        "spreadsheet-encrypted",
        _holding("p.xlsx", OLE + "EncryptedPackage".encode("utf-16-le")),
    ),
    Bad(
        "展开后过大的工作簿",
        "A workbook that unfolds without end",
        "spreadsheet-too-large",
        _holding("p.xlsx", _unfolding()),
    ),
    Bad(
        "工作簿把代码存成了数字", "A workbook that keeps codes as numbers", "row-digits-lost", _digits_lost, good_rows=2
    ),
    Bad("传输中断的 Parquet", "A cut-off Parquet file", "parquet-damaged", _spoilt("p.parquet", lambda b: b[:-20])),
    Bad(
        "Parquet 列里是列表",
        "Lists in a Parquet column",
        "parquet-column",
        _holding("p.parquet", _parquet({"行政相对人名称": [["甲", "乙"]], "处罚类别": ["罚款"]})),
    ),
    Bad(
        "单个 JSON 值",
        "One JSON value",
        "json-not-lines",
        _holding("p.json", b'{"rows": [{"a": 1}]}'.replace(b":", b":\n")),
    ),
    Bad(
        "中断的 JSON 数组",
        "A cut-off JSON list",
        "json-list-broken",
        _holding("p.json", json.dumps([{"行政相对人名称": "甲"}] * 3).encode()[:-9]),
    ),
    Bad("没有这个数据源", "No such source", "source-unknown", _as_it_is, "gossip"),
    Bad("没有这个主体账户", "No such actor", "actor-unknown", _as_it_is, options=("--by", "nobody")),
    Bad("没有这个地区", "No such jurisdiction", "jurisdiction-unknown", _as_it_is, options=("--jurisdiction", "mars")),
]

_TABLE = yaml.load((ROOT / "tests" / "bad_input.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)  # all is text
ROWS = [_row(entry) for entry in _TABLE["rows"]]
LINES = [_line(entry) for entry in _TABLE["lines"]]
KINDS = [*FILES, *LINES, *ROWS]
