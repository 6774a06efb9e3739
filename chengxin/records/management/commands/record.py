"""chengxin record: what happens to a record after it is filed: withdrawal, objection, repair, end."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.records.services import events as services
from chengxin.site.arguments import day
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse


class Command(Base):
    """Adds one event to a record."""

    help = "为记录追加事件：撤回、异议、异议办结、修复、提前结束 / add an event to a record: withdraw, dispute, settle, repair, end"
    words = {"record": "记录", "event": "事件", "number": "序号", "at": "时间", "on": "日期"}

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which record, what happened, from which day, and why."""
        parser.add_argument("record", type=int, metavar="RECORD", help="记录编号 / the record")
        parser.add_argument(
            "event", choices=["withdraw", "dispute", "settle", "repair", "end"], help="事件 / what happened"
        )
        parser.add_argument(
            "--on", type=day, metavar="DAY", help="自哪一天起（修复、结束）/ from which day (repair, end)"
        )
        parser.add_argument(
            "--reason", required=True, help="理由、决定文号或办理结果 / why, the decision's number, or the outcome"
        )
        parser.add_argument(
            "--by", default="operator", metavar="ACTOR", help="谁作出，默认 operator / who decided, by default operator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the event down."""
        at = timezone.now()
        common: dict[str, Any] = {"record": options["record"], "by": asker_acting(options["by"], at=at).key, "at": at}
        reason, on = options["reason"], options["on"]
        if options["event"] in ("repair", "end") and on is None:
            raise WrongUse("修复和结束须给出 --on。", "repair and end need --on.")
        event = {
            "withdraw": lambda: services.record_withdraw(**common, reason=reason),
            "dispute": lambda: services.record_dispute(**common, grounds=reason),
            "settle": lambda: services.record_settle(**common, outcome=reason),
            "repair": lambda: services.record_repair(**common, on=on, decision=reason),
            "end": lambda: services.record_end(**common, on=on, reason=reason),
        }[options["event"]]()
        self.result(
            {"record": options["record"], "event": event.kind, "number": event.number, "at": event.at, "on": event.on}
        )
