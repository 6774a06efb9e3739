"""What the tests of several rooms share: invented numbers, rows and files, and a count of everything that is kept."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from django.apps import apps
from django.db import connection

from chengxin.actors.selectors import Asker
from chengxin.kernel.days import CHINA_TIME
from chengxin.kernel.identifiers import organisation_code_check, registration_number_check, uscc_check
from chengxin.records.models import Batch
from chengxin.records.services.batches import BatchResult, batch_ingest
from demo.files import sink
from demo.templates import TEMPLATES

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=CHINA_TIME)
OPERATOR = Asker("operator", "operator")
DEPARTMENT = Asker("finance", "department")
# What a department says with a check in most matters: what for, and the number of its own case.
CASE: dict[str, Any] = {"purpose": "供应商资格审查", "case_number": "云川采购〔2026〕17号"}

# A citizen number that nobody has: it says that its bearer is born in 2098. Its place and check digit hold.
PERSON_NUMBER = "110103209812310010"

Row = dict[str, str]


def organisation_code(n: int) -> str:
    """The n-th invented organisation code."""
    return f"{n:08d}" + organisation_code_check(f"{n:08d}")


def code(n: int) -> str:
    """The n-th invented unified social credit code; its division (39) is assigned to no province."""
    body = "91390102" + organisation_code(n)
    return body + uscc_check(body)


def old_number(n: int) -> str:
    """The n-th invented 15-digit registration number."""
    body = f"390102{n:08d}"
    return body + registration_number_check(body)


def penalty(n: int = 1, **changes: str) -> Row:
    """A clean penalty row in the demo's own column names, about the n-th invented firm."""
    return {
        "name": f"云川市甲{n}号商贸有限公司",
        "category": "法人及非法人组织",
        "code": code(n),
        "document": f"云川市监处罚〔2026〕{n:05d}号",
        "violation": "未按规定查验进货凭证",
        "facts": "采购原料时未查验许可证",
        "basis": "《中华人民共和国食品安全法》第一百二十六条第一款",
        "kind": "罚款",
        "content": "罚款金额20000元。",
        "fine": "2.00",
        "decided_on": "2026-10-12",
        "authority": "云川市市场监督管理局",
        "authority_code": "11390100003900004G",
    } | changes


def listing(n: int = 1, **changes: str) -> Row:
    """A clean entry on a list (abnormal operations, serious dishonesty) about the n-th invented firm."""
    return {
        "name": f"云川市甲{n}号商贸有限公司",
        "code": code(n),
        "document": f"云川市监列入〔2026〕{n:05d}号",
        "reason": "未依照规定公示年度报告",
        "decided_on": "2026-07-03",
        "authority": "云川市市场监督管理局",
    } | changes


def file_write(
    path: Path, rows: Iterable[Mapping[str, str]], *, source: str = "penalty-publicity", edition: str = "2018-zh"
) -> Path:
    """Write rows in the demo's own column names under the template's headings; other names are headings themselves."""
    rows = list(rows)
    template = TEMPLATES[source][edition]
    columns = list(dict.fromkeys(column for row in rows for column in row)) or list(template)
    frame = pl.DataFrame(
        {template.get(c, c): [row.get(c, "") for row in rows] for c in columns},
        schema={template.get(c, c): pl.String for c in columns},
    )
    encoding = "utf-8"
    with sink(path, encoding) as target:
        target.write(frame)
    return path


def ingest(path: Path, source: str = "penalty-publicity", **options: Any) -> BatchResult:
    """File it for the operator at the tests' own instant; every row stands in exactly one count."""
    words: dict[str, Any] = {"source": source, "path": path, "by": "operator", "at": NOW} | options
    done = batch_ingest(**words)
    assert done.accepted + done.refused + done.unchanged + done.waiting == done.rows
    return done


def sent(folder: Path, *rows: Row, source: str = "penalty-publicity", **options: Any) -> BatchResult:
    """Write the rows to a file and file it."""
    edition = "2018-zh" if source.endswith("-publicity") else "zh"
    name = f"{source}-{len(list(folder.iterdir()))}.csv"
    return ingest(file_write(folder / name, rows, source=source, edition=edition), source, **options)


def batch_of(done: BatchResult) -> Batch:
    """The batch that came of a delivery."""
    assert done.batch is not None
    return Batch.objects.get(pk=done.batch)


def counted(*, but: Iterable[str] = ("ledger_entry",)) -> dict[str, int]:
    """How many rows every table of ours holds, but for those named."""
    tables = sorted(m._meta.db_table for m in apps.get_models() if m.__module__.startswith("chengxin."))
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            if table not in but:
                cursor.execute(f"select count(*) from {table}")
                found[table] = int(cursor.fetchone()[0])
    return found


def everything() -> str:
    """Every row of every table of ours, bytes as text where they are text: what somebody who steals the database reads."""
    tables = sorted(m._meta.db_table for m in apps.get_models() if m.__module__.startswith("chengxin."))
    with connection.cursor() as cursor:
        parts = []
        for table in tables:
            cursor.execute(f"select t::text from {table} t")
            parts += [row[0] for row in cursor.fetchall()]
    text = "\n".join(parts)
    return text + bytes.fromhex("".join(_hex(text))).decode("latin-1")


def _hex(text: str) -> list[str]:
    return [piece.split('"')[0].split(",")[0].split(")")[0] for piece in text.split("\\x")[1:]]


def csv_rows(path: Path) -> list[Row]:
    """The rows of a CSV file, with or without its mark."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def later(**by: float) -> datetime:
    """An instant after the tests' own."""
    return NOW + timedelta(**by)


def classed(n: int = 1, sort: str = "C类", **changes: str) -> Row:
    """A clean supervision class about the n-th invented firm, under the headings of its source."""
    return {
        "企业名称": f"云川市甲{n}号商贸有限公司",
        "统一社会信用代码": code(n),
        "监管领域": "食品经营",
        "类别": sort,
        "是否公开": "公开",
        "认定理由": "上年度抽查三次不合格",
        "认定依据": "云川市食品经营分类监管办法第六条",
        "认定文号": f"云川市监分类〔2026〕{n:05d}号",
        "认定日期": "2026-10-08",
        "认定机关": "云川市市场监督管理局",
    } | changes


def classes_sent(folder: Path, *rows: Row, **options: Any) -> BatchResult:
    """Write the classes to a file and file it."""
    path = folder / f"classes-{len(list(folder.iterdir()))}.csv"
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return ingest(path, "supervision-classes", **options)
