"""chengxin match: whose are these names, for a whole file, against the register or against a table."""

import resource
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.site.console import Command as Base
from chengxin.subjects.services import names_match, table_match


class Command(Base):
    """Matches a file of names."""

    help = "按名称查找主体：整个文件，逐对给出理由 / whose are these names: a whole file, with reasons for each pair"
    words = {
        "queries": "名称数",
        "match": "认定",
        "propose": "待人认定",
        "none": "无",
        "rows": "结果行数",
        "register": "登记户数",
        "model": "模型版本",
        "out": "结果文件",
        "seconds": "用时（秒）",
        "peak_memory_bytes": "内存峰值（字节）",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which names, against what, where to."""
        parser.add_argument(
            "file",
            metavar="FILE",
            type=Path,
            help="CSV 或 Parquet，须有 qid、name，可有 province、city、address、uscc"
            " / CSV or Parquet with qid and name, and optionally province, city, address, uscc",
        )
        parser.add_argument(
            "--out", required=True, type=Path, metavar="FILE", help="结果文件，.csv 或 .parquet / where to"
        )
        parser.add_argument(
            "--register",
            type=Path,
            metavar="TABLE",
            help="对照表，列为 id,name,uscc,province,city,address；不用数据库"
            " / a table to match against in place of the database",
        )
        parser.add_argument(
            "--top",
            type=int,
            default=5,
            metavar="N",
            help="每个名称至多列出几户，默认 5 / at most so many firms a name",
        )
        parser.add_argument(
            "--by", default="operator", metavar="ACTOR", help="谁在查，默认 operator / who asks, by default operator"
        )

    def database_needed(self, options: Mapping[str, Any]) -> bool:
        """Not where a table is given."""
        return options["register"] is None

    def handle(self, *args: Any, **options: Any) -> None:
        """Match all of them, write the answers, print the counts."""
        began = time.monotonic()
        with self.progress(None, options["file"].name) as advance:
            wanted = {"file": options["file"], "out": options["out"], "top": options["top"], "advance": advance}
            if options["register"]:
                found = table_match(register=options["register"], **wanted)
            else:
                found = names_match(by=options["by"], at=timezone.now(), **wanted)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        self.result(
            {**found, "out": options["out"], "seconds": round(time.monotonic() - began, 3), "peak_memory_bytes": peak}
        )
