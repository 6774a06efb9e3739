"""chengxin check: which lawful measures apply to one enterprise, in one matter, on one day."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.checks.services.asking import check_perform
from chengxin.site.arguments import day, instant
from chengxin.site.console import Command as Base


def arguments_asking(parser: ArgumentParser, *, case: str) -> None:
    """How a check is asked for: on which day, as known when, by whom, what for, in which case (`case` says whose), and where."""
    parser.add_argument("--on", type=day, metavar="DAY", help="哪一天，默认今天 / as of which day, by default today")
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
        help=case,
    )
    parser.add_argument("--jurisdiction", default="cn", metavar="CN-NN", help="适用的地区 / the jurisdiction")


def asked(options: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """What was asked so."""
    return {
        "asker": asker_acting(options["by"], at=at), "matter": options["matter"], "on": options["on"] or timezone.localdate(at), "at": at,
        "known_at": options["known_at"], "jurisdiction": options["jurisdiction"], "purpose": options["purpose"], "case_number": options["case"],
    }  # fmt: skip


class Command(Base):
    """Answers one check."""

    help = "核查：就某一事项、某一日，对某企业适用哪些法定措施，依据何在 / check which lawful measures apply to an enterprise, in a matter, on a day, and why"
    words = {
        "outcome": "结论",
        "code": "代码",
        "matter": "事项",
        "on": "日期",
        "known_at": "所知时点",
        "measures": "措施",
        "reason": "理由",
        "trace": "留痕编号",
        "receipt": "回执",
        "salt": "盐",
        "commitment": "承诺值",
        "entry": "留痕编号",
        "note": "签名",
        "title": "措施",
        "article": "依据",
        "authority": "认定机关",
        "document": "文书号",
        "term": "期限",
        "ends": "如何结束",
        "state": "状态",
        "effect": "内容",
        "carried_out_by": "执行机关",
        "list_title": "名单",
        "decided_on": "决定日期",
        "exit": "如何移出",
        "record": "记录",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom, in what matter, on which day, as known when, and who asks."""
        parser.add_argument("code", metavar="CODE", help="统一社会信用代码 / unified social credit code")
        parser.add_argument(
            "--matter", required=True, metavar="MATTER", help="事项，如 tender / the matter, such as tender"
        )
        arguments_asking(
            parser,
            case="所办案件的编号，法典要求的事项须写 / the number of the asker's own case, needed where the matter wants it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, and print the answer."""
        at = timezone.now()
        answer = check_perform(number=options["code"], **asked(options, at=at))
        self.result(answer.as_dict())
