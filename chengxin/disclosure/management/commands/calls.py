"""chengxin calls: what the programs have used of their calls of a day, and one program's own limit."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone

from chengxin import law as lawroom
from chengxin.actors.rules import day_over
from chengxin.actors.selectors import asker_acting
from chengxin.actors.services import allowance_set
from chengxin.disclosure.selectors import calls_used
from chengxin.kernel.days import day_of
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse


class Command(Base):
    """Shows the calls used of a day, or lets one client call more or less often."""

    help = "接口客户端每天的调用次数：按用途列出已用和上限，或者为个别客户端另定 / the calls of a day of API clients: used and limit by purpose, or one client's own limit"
    words = {
        "day": "日期",
        "opens_at": "重新开放",
        "calls": "调用",
        "client": "客户端",
        "actor": "账户",
        "purpose": "用途",
        "used": "已用",
        "most": "上限",
        "calls_a_day": "每日次数",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, of which day, and what is set."""
        parser.add_argument("--client", type=int, metavar="CLIENT", help="只看或者设定该客户端 / this client alone")
        parser.add_argument(
            "--on", type=date.fromisoformat, metavar="DAY", help="哪一天，默认今天 / which day, by default today"
        )
        parser.add_argument(
            "--purpose",
            metavar="PURPOSE",
            help="设定哪一种类或者用途，如 checks 或 checks.tender / the kind or purpose to set",
        )
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--a-day", type=int, metavar="N", help="另定每日次数 / so many calls a day")
        what.add_argument("--as-the-lawbook", action="store_true", help="恢复法典的次数 / as often as the lawbook says")
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="由谁办理，默认 operator / who does it, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Set, or show."""
        at = timezone.now()
        by = asker_acting(options["by"], at=at).key
        if options["a_day"] is not None or options["as_the_lawbook"]:
            if options["client"] is None or not options["purpose"] or (options["a_day"] or 0) < 0:
                raise WrongUse(
                    "请写明 --client 和 --purpose，次数不小于0。",
                    "Give --client and --purpose, and a number that is not negative.",
                )
            law = lawroom.load().on(day_of(at), settings.CHENGXIN_PLACE)
            words: dict[str, Any] = {
                "client": options["client"],
                "purpose": options["purpose"],
                "calls_a_day": options["a_day"],
            }
            allowance_set(**words, law=law, by=by, at=at)
            self.result(words)
            return
        day = options["on"] or day_of(at)
        found = calls_used(day=day, client=options["client"])
        self.result({"day": day, "opens_at": day_over(at), "calls": [each.as_dict() for each in found]})
