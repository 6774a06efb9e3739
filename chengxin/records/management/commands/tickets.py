"""chengxin tickets: rows about natural persons that go back to their source."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.records.selectors.persons import tickets_accessible
from chengxin.records.services.tickets import ticket_answer
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse
from chengxin.subjects.rules.persons import PersonNameDisagrees


class Command(Base):
    """Lists the tickets, or answers one."""

    help = "退回来源核对的行（自然人的姓名与号码不一致）：列出，或者答复 / rows that go back to their source, a person’s name and number disagreeing: list them, or answer one"
    words = {
        "open": "待核对",
        "tickets": "退回核对",
        "batch": "批次",
        "line": "行",
        "source": "数据源",
        "reason": "原因",
        "since": "自",
        "answered": "已答复",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which, and what became of it."""
        parser.add_argument("row", nargs="?", metavar="BATCH:LINE", help="要答复的行 / the row to answer")
        parser.add_argument(
            "--answer",
            metavar="WORDS",
            help="处理结果，不要写姓名和号码 / what became of it, without names and numbers",
        )
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
            help="谁在处理，默认 operator / who answers, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them, or write the answer down."""
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        if options["row"]:
            batch, _, line = options["row"].partition(":")
            if not (batch.isdecimal() and line.isdecimal() and options["answer"]):
                raise WrongUse("请写 BATCH:LINE 和 --answer。", "Write BATCH:LINE and --answer.")
            ticket_answer(batch=int(batch), line=int(line), reason=options["answer"], asker=asker, at=at)
            self.result({"answered": options["row"]})
            return
        found = tickets_accessible(asker.key, asker.kind)
        rows = [
            {"batch": t.batch_id, "line": t.line, "source": t.source, "reason": t.reason, "since": t.batch.received_at}
            for t in found[: options["most"]]
        ]
        self.result({"open": found.count(), "tickets": rows, "message": PersonNameDisagrees().message if rows else ""})
