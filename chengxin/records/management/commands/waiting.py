"""chengxin waiting: rows whose subject is not decided; a person says whose they are."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.records.selectors import waiting_rows
from chengxin.records.services import waiting_assign, waiting_reject
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse


class Command(Base):
    """Lists the waiting rows, or decides one."""

    help = "待定主体的行：列出，或由人认定归属 / rows that wait for their subject: list them, or decide one"
    words = {
        "waiting": "待定",
        "rows": "行",
        "batch": "批次",
        "line": "行",
        "name": "名称",
        "number": "旧编号",
        "source": "数据源",
        "record": "记录",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which row, whose it is, and why."""
        parser.add_argument("row", nargs="?", metavar="BATCH:LINE", help="要处理的行 / the row to decide")
        parser.add_argument(
            "--code", metavar="CODE", help="认定属于该代码的主体 / it is about the subject of this code"
        )
        parser.add_argument("--reject", action="store_true", help="认定不属于本库任何主体 / it is about nobody here")
        parser.add_argument("--reason", default="", help="理由 / why")
        parser.add_argument(
            "--most",
            type=int,
            default=20,
            metavar="N",
            help="最多列出几行，默认 20 / list at most so many, by default 20",
        )
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="谁在处理，默认 operator / who decides, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Show what waits, or write the decision down."""
        at = timezone.now()
        by = asker_acting(options["by"], at=at).key
        if not options["row"]:
            rows = waiting_rows()
            shown = [
                {"batch": w.batch_id, "line": w.line, "source": w.source, "name": w.name, "number": w.number}
                for w in rows[: options["most"]]
            ]
            self.result({"waiting": rows.count(), "rows": shown})
            return
        batch, _, line = options["row"].partition(":")
        if (
            not (batch.isdigit() and line.isdigit())
            or bool(options["code"]) == options["reject"]
            or not options["reason"]
        ):
            raise WrongUse(
                "请写 BATCH:LINE，并给出 --reason，以及 --code 或 --reject 之一。",
                "Write BATCH:LINE with --reason and one of --code or --reject.",
            )
        decided = {"batch": int(batch), "line": int(line), "by": by, "at": at, "reason": options["reason"]}
        if options["reject"]:
            waiting_reject(**decided)
            self.result({**decided, "record": None})
        else:
            self.result({**decided, "record": waiting_assign(number=options["code"], **decided)})
