"""chengxin check-file: the same question for every code of a file, set-wise."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.checks.services.asking import file_check
from chengxin.site.arguments import day, instant
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
        parser.add_argument(
            "--on", type=day, metavar="DAY", help="哪一天，默认今天 / as of which day, by default today"
        )
        parser.add_argument(
            "--known-at",
            type=instant,
            metavar="INSTANT",
            help="按当时所知，默认此刻 / as known at which instant, by default now",
        )
        parser.add_argument(
            "--by", default="operator", metavar="ACTOR", help="谁在问，默认 operator / who asks, by default operator"
        )
        parser.add_argument(
            "--purpose", default="", help="用途，法典要求的事项须写 / what for, needed where the matter wants it"
        )
        parser.add_argument(
            "--case",
            default="",
            metavar="NUMBER",
            help="案件编号，用于没有自己编号的行 / the case number of the lines that have none of their own",
        )
        parser.add_argument("--jurisdiction", default="cn", metavar="CN-NN", help="适用的地区 / the jurisdiction")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask about all of them, write the answers, print the counts."""
        at = timezone.now()
        with self.progress(None, options["file"].name) as advance:
            answered = file_check(
                asker=asker_acting(options["by"], at=at),
                matter=options["matter"],
                path=options["file"],
                out=options["out"],
                on=options["on"] or timezone.localdate(at),
                at=at,
                known_at=options["known_at"],
                jurisdiction=options["jurisdiction"],
                purpose=options["purpose"],
                case_number=options["case"],
                receipts=options["receipts"],
                advance=advance,
            )
        self.result(answered.as_dict())
