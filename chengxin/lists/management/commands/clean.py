"""chengxin clean: whether an enterprise had no adverse record in so many years running, with what was looked at and the basis."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.lists.services.reading import clean_read
from chengxin.site.arguments import day
from chengxin.site.console import Command as Base


class Command(Base):
    """Answers for one enterprise."""

    help = (
        "无不良记录：某企业是否连续几年没有不良记录，看了什么、依据何在 / "
        "whether an enterprise had no adverse record in so many years running, what was looked at, and the basis"
    )
    words = {
        "outcome": "结论",
        "good": "有有效的守信记录",
        "years": "年数",
        "since": "自",
        "until": "至",
        "registered_on": "成立日期",
        "looked_at": "所看的记录类型",
        "against": "不良记录",
        "favourable": "守信记录",
        "article": "依据",
        "record": "记录",
        "title": "种类",
        "authority": "机关",
        "document": "文书号",
        "decided_on": "决定日期",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, how many years, as of when."""
        parser.add_argument(
            "code", metavar="CODE", help="统一社会信用代码或旧号码 / unified social credit code or an old number"
        )
        parser.add_argument(
            "--years", type=int, metavar="N", help="连续几年，默认按法典 / how many years, by default the lawbook's"
        )
        parser.add_argument(
            "--on", type=day, metavar="DAY", help="截至哪一天，默认今天 / until which day, by default today"
        )
        parser.add_argument(
            "--purpose", default="", metavar="PURPOSE", help="用途，记入留痕 / what for, for the ledger"
        )
        parser.add_argument("--jurisdiction", default="cn", metavar="CN-NN", help="适用的地区 / the jurisdiction")
        parser.add_argument(
            "--by", default="operator", metavar="ACTOR", help="谁在问，默认 operator / who asks, by default operator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, and print."""
        at = timezone.now()
        self.result(
            clean_read(
                number=options["code"], asker=asker_acting(options["by"], at=at), on=options["on"] or timezone.localdate(at),
                at=at, years=options["years"], jurisdiction=options["jurisdiction"], purpose=options["purpose"],
            )
        )  # fmt: skip
