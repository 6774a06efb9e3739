"""chengxin subject: the whole file of one enterprise, as of a day and as known at an instant."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin import law as lawroom
from chengxin.actors.selectors import asker_acting
from chengxin.lists.selectors import file_shown
from chengxin.lists.services.reading import subject_read
from chengxin.site.arguments import day, instant
from chengxin.site.console import Command as Base


class Command(Base):
    """Prints a subject's file."""

    help = (
        "企业档案：某日、按某时所知的全部记录 / the whole file of an enterprise, as of a day and as known at an instant"
    )
    words = {
        "subject": "主体",
        "on": "日期",
        "known_at": "所知时点",
        "identifiers": "号码",
        "names": "名称",
        "records": "记录",
        "scheme": "种类",
        "value": "号码",
        "name": "名称",
        "title": "记录类型",
        "state": "状态",
        "authority": "机关",
        "document": "文书号",
        "decided_on": "决定日期",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose file, as of when."""
        parser.add_argument(
            "code", metavar="CODE", help="统一社会信用代码或旧号码 / unified social credit code or an old number"
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
            "--by", default="operator", metavar="ACTOR", help="谁在看，默认 operator / who reads, by default operator"
        )
        parser.add_argument("--jurisdiction", default="cn", metavar="CN-NN", help="适用的地区 / the jurisdiction")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, and print."""
        at = timezone.now()
        on = options["on"] or timezone.localdate(at)
        file = subject_read(
            number=options["code"],
            asker=asker_acting(options["by"], at=at),
            on=on,
            at=at,
            known_at=options["known_at"],
            jurisdiction=options["jurisdiction"],
        )
        self.result(file_shown(file, lawroom.load().on(on, options["jurisdiction"])))
