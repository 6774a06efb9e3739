"""chengxin checks: file the decisions that an agency took, and see how many of them were checked before."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin import law as lawroom
from chengxin.actors.selectors import asker_acting
from chengxin.checks.bulk import decisions_read
from chengxin.checks.rules import period_of
from chengxin.checks.selectors import Coverage, Missed, coverage, decisions_missed
from chengxin.checks.services.deciding import decisions_file
from chengxin.kernel.tables import csv_text
from chengxin.site.arguments import day
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse


class Command(Base):
    """Files decisions, counts them, lists those that were not checked."""

    help = "先查后办：报送决定清单，统计决定前是否核查，列出未查的 / were decisions checked: file them, count them, list those that were not"
    words = {
        "matter": "事项",
        "agency": "单位",
        "given": "清单行数",
        "filed": "新记下",
        "unchanged": "已有",
        "since": "自",
        "until": "至",
        "coverage": "统计",
        "title": "名称",
        "must": "依法须查",
        "article": "依据",
        "decisions": "决定数",
        "checked": "当日前已查",
        "before": "此前已查",
        "same_day": "当日查",
        "after": "之后才查",
        "never": "没有查",
        "answers": "答复数",
        "followed": "采纳",
        "set_aside": "未采纳",
        "not_relevant": "无关",
        "missed": "未先查的决定",
        "case_number": "案件编号",
        "decided_on": "决定日期",
        "first": "首次核查",
        "out": "结果文件",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, over which days."""
        parser.add_argument("action", choices=["decisions", "coverage", "missed"], help="做什么 / what to do")
        parser.add_argument(
            "file",
            nargs="?",
            type=Path,
            metavar="FILE",
            help="决定清单，须有 case_number 列（案件编号）和 decided_on 列（决定日期），可有 taken_back 列（撤回）/ "
            "the decisions: columns case_number and decided_on, and taken_back where one is none after all",
        )
        parser.add_argument("--matter", metavar="MATTER", help="事项，如 tender / the matter, such as tender")
        parser.add_argument("--agency", metavar="ACTOR", help="只看这个单位 / this agency only")
        parser.add_argument(
            "--since", type=day, metavar="DAY", help="自哪一天，默认年初 / from which day, by default the year's first"
        )
        parser.add_argument(
            "--until", type=day, metavar="DAY", help="至哪一天，默认今天 / to which day, by default today"
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="写成 CSV / write as CSV")
        parser.add_argument(
            "--most", type=int, default=200, metavar="N", help="最多列出几件，默认 200 / list at most so many"
        )
        parser.add_argument("--jurisdiction", default="cn", metavar="CN-NN", help="适用的地区 / the jurisdiction")
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="谁在办理，默认 operator / who does it, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and print what came of it."""
        at = timezone.now()
        asker, matter, today = asker_acting(options["by"], at=at), options["matter"], timezone.localdate(at)
        if options["action"] == "decisions":
            if options["file"] is None or matter is None:
                raise WrongUse(
                    "请写明清单文件和事项：chengxin checks decisions FILE --matter MATTER。",
                    "Name the file and the matter: chengxin checks decisions FILE --matter MATTER.",
                )
            given = decisions_read(options["file"])
            words = {"jurisdiction": options["jurisdiction"], "asker": asker, "at": at}
            self.result(decisions_file(matter=matter, decisions=given, **words).as_dict())
            return
        since, until = period_of(options["since"], options["until"], today=today)
        period: dict[str, Any] = {"since": since, "until": until}
        asked: dict[str, Any] = {**period, "matter": matter, "agency": options["agency"], "known_at": at}
        law = lawroom.load().on(today, options["jurisdiction"])
        if options["action"] == "coverage":
            found = [each.as_dict() for each in coverage(asker, law, **asked)]
        else:
            found = [each.as_dict() for each in decisions_missed(asker, law, **asked, most=options["most"])]
        if options["out"] is None:
            self.result({**period, options["action"]: found})
            return
        fields = (
            [*Coverage.__dataclass_fields__, "checked"]
            if options["action"] == "coverage"
            else Missed.__dataclass_fields__
        )
        heads = [f"{self.words.get(name, name)} {name}" for name in fields]
        options["out"].write_text(
            csv_text(heads, [list(each.values()) for each in found]), encoding="utf-8", newline=""
        )
        self.result({**period, "rows": len(found), "out": str(options["out"])})
