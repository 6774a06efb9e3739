"""chengxin assess: what became of a year, by agency: each figure with its whole."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.assessments.rules import year_days
from chengxin.assessments.selectors import assessment_rows, assessments
from chengxin.kernel.tables import csv_text
from chengxin.site.console import Command as Base


class Command(Base):
    """Counts a year."""

    help = "年度评估：各单位的列入、告知、任务、异议、修复、先查后办，每个数字都有分母 / a year by agency, each figure with its whole"
    words = {
        "since": "自",
        "until": "至",
        "assessments": "评估",
        "agency": "单位",
        "title": "名称",
        "figures": "数字",
        "part": "其中",
        "of": "总数",
        "not_done": "未办的理由",
        "oversights": "通报、督查和整改",
        "rows": "行数",
        "out": "结果文件",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which year, of whom, where to."""
        parser.add_argument("--year", type=int, metavar="YEAR", help="年份，默认今年 / the year, by default this one")
        parser.add_argument("--agency", metavar="ACTOR", help="只看这个单位 / this agency only")
        parser.add_argument("--out", type=Path, metavar="FILE", help="写成 CSV / write as CSV")
        parser.add_argument("--jurisdiction", default="cn", metavar="CN-NN", help="适用的地区 / the jurisdiction")
        parser.add_argument(
            "--by", default="operator", metavar="ACTOR", help="谁在看，默认 operator / who reads, by default operator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, and print or write."""
        at = timezone.now()
        since, until = year_days(options["year"], today=timezone.localdate(at))
        found = assessments(
            asker_acting(options["by"], at=at),
            since=since,
            until=until,
            known_at=at,
            jurisdiction=options["jurisdiction"],
            agency=options["agency"],
        )
        period: dict[str, Any] = {"since": since, "until": until}
        if options["out"] is None:
            self.result({**period, "assessments": [each.as_dict() for each in found]})
            return
        heads, rows = assessment_rows(found)
        options["out"].write_text(csv_text(heads, rows), encoding="utf-8", newline="")
        self.result({**period, "rows": len(rows), "out": str(options["out"])})
