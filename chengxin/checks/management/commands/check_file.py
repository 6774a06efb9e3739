"""chengxin check-file: the same question for every code of a file, set-wise."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.checks.management.commands.check import arguments_asking, asked
from chengxin.checks.services.asking import file_check
from chengxin.site.console import Command as Base


class Command(Base):
    """Answers a file of numbers."""

    help = "批量核查：文件中每个代码一次核查，每次都留痕 / check every code of a file at once; each is traced"
    words = {
        "rows": "行数",
        "lines": "结果行数",
        "outcomes": "各结论个数",
        "matter": "事项",
        "on": "日期",
        "out": "结果文件",
        "receipts": "各行回执",
        "seconds": "用时（秒）",
        "peak_memory_bytes": "内存峰值（字节）",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file, in what matter, where to."""
        parser.add_argument(
            "file",
            metavar="FILE",
            type=Path,
            help="CSV 或 Parquet，须有 code 列（或 统一社会信用代码），可有 case_number 列（案件编号）/ "
            "CSV or Parquet with a column code, and where each line has its own case a column case_number",
        )
        parser.add_argument(
            "--matter", required=True, metavar="MATTER", help="事项，如 tender / the matter, such as tender"
        )
        parser.add_argument(
            "--out",
            required=True,
            type=Path,
            metavar="FILE",
            help="结果文件，.csv 或 .parquet / where to, .csv or .parquet",
        )
        parser.add_argument(
            "--receipts",
            type=Path,
            metavar="FILE",
            help="各行的回执写到哪个文件，默认放在结果旁边 / the file for the receipts of the lines, by default beside the answers",
        )
        arguments_asking(
            parser, case="案件编号，用于没有自己编号的行 / the case number of the lines that have none of their own"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask about all of them, write the answers, print the counts."""
        at = timezone.now()
        with self.progress(None, options["file"].name) as advance:
            answered = file_check(
                path=options["file"], out=options["out"], receipts=options["receipts"], advance=advance, **asked(options, at=at)
            )  # fmt: skip
        self.result(answered.as_dict())
