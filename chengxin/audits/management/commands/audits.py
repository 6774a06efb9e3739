"""chengxin audits: look at the readings of the ledger, read what was noticed, answer, decide."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin import law as lawroom
from chengxin.actors.selectors import asker_acting
from chengxin.audits import services
from chengxin.audits.rules import DECISIONS
from chengxin.audits.selectors import findings_rows
from chengxin.kernel.tables import csv_text
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse

ACTIONS = ("show", "look", "answer", "decide")


class Command(Base):
    """Looks, shows, answers, decides."""

    help = "查询审计：查看异常查询的线索，说明情况，由人处理 / unusual use of the register: look, read, answer, decide"
    words = {
        "readings": "查询数",
        "findings": "线索",
        "finding": "线索",
        "reached": "已看到",
        "kind": "种类",
        "at": "时间",
        "out": "结果文件",
        "rows": "行数",
        "title": "说明",
        "reader": "查询单位",
        "on": "日期",
        "count": "次数",
        "due_on": "最迟说明",
        "state": "状态",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, with what."""
        parser.add_argument(
            "action", nargs="?", default="show", choices=ACTIONS, metavar="ACTION",
            help=f"做什么，默认 show / what to do: {', '.join(ACTIONS)}",
        )  # fmt: skip
        parser.add_argument("finding", nargs="?", type=int, metavar="N", help="线索的编号 / its number")
        parser.add_argument(
            "--every", type=float, metavar="SECONDS", help="每隔多久看一次，不结束 / look again so often, without end"
        )
        parser.add_argument("--undecided", action="store_true", help="只看尚未处理的 / only what waits for a decision")
        parser.add_argument("--kind", choices=DECISIONS, help="怎样处理 / what is decided")
        parser.add_argument(
            "--words", default="", metavar="WORDS", help="说明或者处理的理由 / the answer, or the reasons"
        )
        parser.add_argument("--document", default="", metavar="NUMBER", help="文书文号 / the document's number")
        parser.add_argument("--out", type=Path, metavar="FILE", help="写成 CSV / write as CSV")
        parser.add_argument("--jurisdiction", default="cn", metavar="CN-NN", help="适用的地区 / the jurisdiction")
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="谁在办理，默认 operator / who does it, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and print what came of it."""
        match options["action"]:
            case "look":
                self._look(options)
            case "show":
                self._show(options)
            case action:
                self._say(action, options)

    def _look(self, options: dict[str, Any]) -> None:
        while True:
            at = timezone.localtime()
            law = lawroom.load().on(at.date(), options["jurisdiction"])
            self.result(services.readings_look(law=law, by=options["by"], at=at).as_dict())
            if options["every"] is None:
                return
            time.sleep(options["every"])

    def _show(self, options: dict[str, Any]) -> None:
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        found = services.findings_read(asker=asker, at=at, undecided=options["undecided"])
        if options["out"] is None:
            self.result({"findings": [each.as_dict() for each in found]})
            return
        heads, rows = findings_rows(found)
        options["out"].write_text(csv_text(heads, rows), encoding="utf-8", newline="")
        self.result({"rows": len(rows), "out": str(options["out"])})

    def _say(self, action: str, options: dict[str, Any]) -> None:
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        words: dict[str, Any] = {
            "finding": options["finding"],
            "document": options["document"],
            "asker": asker,
            "at": at,
        }
        if options["finding"] is None or (action == "decide" and not options["kind"]):
            raise WrongUse(
                "请写明线索的编号；处理的还要写明 --kind。", "Give the finding's number, and --kind to decide."
            )
        if action == "answer":
            said = services.finding_answer(words=options["words"], **words)
        else:
            said = services.finding_decide(kind=options["kind"], reason=options["words"], **words)
        self.result({"finding": options["finding"], "kind": said.kind, "at": said.at})
