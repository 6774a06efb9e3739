"""chengxin match: whose are these names, for a whole file, against the register or against a table; two registers joined."""

import os
import resource
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse
from chengxin.subjects.services.matching import names_match, table_match


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
        "firms": "认定的企业数",
        "firms_of_several_rows": "有多行的企业数",
        "several_names": "一户多名",
        "several_names_list": "一户多名",
        "id": "编号",
        "uscc": "统一社会信用代码",
        "name": "登记名称",
        "firm_rows": "所中行数",
        "firm_marks": "所写字号数",
        "names": "所写名称",
        "cross_check": "交叉核对",
        "pairs": "名称对",
        "linked": "Splink 相连",
        "match_not_linked": "认定而不相连",
        "linked_not_matched": "相连而未认定",
        "several_firms": "疑似重复登记",
        "file": "文件",
        "out": "结果文件",
        "links": "对应关系文件",
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
            "--out",
            type=Path,
            metavar="FILE",
            help="结果及理由，.csv 或 .parquet；用 Spark 时也可为文件夹"
            " / answers with their reasons: where to; with Spark a folder, too",
        )
        parser.add_argument(
            "--links",
            type=Path,
            metavar="FILE",
            help="两表的对应关系，每个认定或待定一行 / what joins the two: one row for each match and proposal",
        )
        parser.add_argument(
            "--register",
            type=Path,
            metavar="TABLE",
            help="对照表，列为 id,name,uscc,province,city,address（可有 representative）；不用数据库"
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
            "--cross-check",
            type=Path,
            metavar="FILE",
            help="另用 Splink 核对同样的名称对，写出两者不一致之处；不改变结果"
            " / also look at the pairs with Splink and write where the two differ; no answer changes",
        )
        parser.add_argument(
            "--spark",
            nargs="?",
            const="local[*]",
            metavar="MASTER",
            help="在 Spark 上运行，默认 local[*]；两表须为 Parquet"
            " / on Spark, by default local[*]; both tables as Parquet",
        )
        parser.add_argument(
            "--workers",
            type=int,
            default=len(os.sched_getaffinity(0)),
            metavar="N",
            help="同时使用几个进程，默认为全部内核；结果不因此而异"
            " / on so many processes, by default all cores; the answers do not differ",
        )
        parser.add_argument(
            "--most",
            type=int,
            default=20,
            metavar="N",
            help="至多列出几户多名企业，默认 20 / list at most so many firms that several names fell on",
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
        if not (options["out"] or options["links"]):
            raise WrongUse("须给出 --out 或 --links，或两者", "one of the arguments --out and --links is required")
        if options["spark"] and (not options["register"] or options["cross_check"]):
            raise WrongUse(
                "--spark 须同时给出 --register，且不能与 --cross-check 同用",
                "--spark takes --register, and no --cross-check",
            )
        wanted = {name: options[name] for name in ("file", "out", "links", "cross_check", "top", "workers", "most")}
        with self.progress(None, options["file"].name) as advance:
            if options["register"]:
                found = table_match(register=options["register"], spark=options["spark"], advance=advance, **wanted)
            else:
                found = names_match(by=options["by"], at=timezone.now(), advance=advance, **wanted)
        written = {name: options[name] for name in ("out", "links") if options[name]}
        if options["cross_check"]:
            found["cross_check"]["file"] = options["cross_check"]
        used = {"seconds": round(time.monotonic() - began, 3), "peak_memory_bytes": _peak()}
        self.result({**found, **written, **used})


def _peak() -> int:
    """The most memory that a process of this run had; the workers share most of theirs."""
    return 1024 * max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
