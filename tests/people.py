"""Rows about the demo's invented persons, for the tests of several rooms."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from chengxin.records.services.batches import BatchResult
from demo.people import INVENTED, person_name, person_number
from tests.world import Row, ingest

DIVISION, number, name = INVENTED, person_number, person_name


def licence(n: int = 1, **changes: str) -> Row:
    """A clean licence of the n-th person."""
    return {
        "姓名": name(n),
        "公民身份号码": number(n),
        "职业人群": "导游",
        "许可名称": "导游证",
        "许可证号": f"D-3901-{n:06d}",
        "许可决定文号": f"云川文旅许〔2026〕{n:05d}号",
        "许可日期": "2026-03-02",
        "有效期至": "2029-03-01",
        "许可机关": "云川市文化广电和旅游局",
    } | changes


def decision(n: int = 1, **changes: str) -> Row:
    """A decision of the licensing authority about the n-th person."""
    return {
        "姓名": name(n),
        "公民身份号码": number(n),
        "职业人群": "导游",
        "决定": "暂扣许可证件",
        "证号": f"D-3901-{n:06d}",
        "依据": "《中华人民共和国行政处罚法》第九条第三项",
        "决定文号": f"云川文旅罚〔2026〕{n:05d}号",
        "决定日期": "2026-09-01",
        "期限至": "2026-12-01",
        "决定机关": "云川市文化广电和旅游局",
    } | changes


def bar(n: int = 1, **changes: str) -> Row:
    """A decision that bars the n-th person, whom it names, from office."""
    return {
        "姓名": name(n),
        "公民身份号码": number(n),
        "任职限制": "食品许可证被吊销",
        "单位名称": "云川市雁归桥食品有限公司",
        "职务": "直接负责的主管人员",
        "依据": "《中华人民共和国食品安全法》第一百三十五条第一款",
        "决定文号": f"云川市监限〔2026〕{n:05d}号",
        "决定日期": "2026-09-01",
        "期限至": "2031-08-31",
        "决定机关": "云川市市场监督管理局",
    } | changes


def people_file(path: Path, rows: Iterable[Row]) -> Path:
    """The rows as a CSV file."""
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def people_sent(folder: Path, *rows: Row, source: str = "practice-licences", **options: Any) -> BatchResult:
    """Write the rows to a file and file it."""
    return ingest(people_file(folder / f"{source}-{len(list(folder.iterdir()))}.csv", rows), source, **options)
