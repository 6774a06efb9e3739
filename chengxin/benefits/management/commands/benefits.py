"""chengxin benefits: what is offered, offer and end; and erase what those who left have left in the ledger."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.benefits import services
from chengxin.benefits.selectors import offers_open
from chengxin.site.arguments import day
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse


class Command(Base):
    """Lists, offers, ends, erases."""

    help = "惠民项目：查看、提供、停止；清除已退出者的留痕 / benefits: list, offer, end; erase what those who left have left in the ledger"
    words = {
        "offer": "编号", "scene": "场景", "title": "名称", "points": "积分", "provider": "提供单位", "ends_on": "截止", "erased": "已清除",
    }  # fmt: skip

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, with what."""
        parser.add_argument("action", choices=["list", "offer", "end", "erase"], help="做什么 / what to do")
        parser.add_argument("offer", nargs="?", type=int, metavar="N", help="项目编号 / the benefit's number")
        parser.add_argument("--scene", metavar="SCENE", help="场景，如 transport、elder-care / a scene of the lawbook")
        parser.add_argument("--title", default="", metavar="WORDS", help="名称 / its title")
        parser.add_argument("--words", default="", metavar="WORDS", help="内容 / what it is")
        parser.add_argument(
            "--otherwise", default="", metavar="WORDS", help="不参加的人照常享有什么 / what everybody else has"
        )
        parser.add_argument("--points", type=int, metavar="N", help="需要多少分 / how many points it takes")
        parser.add_argument("--times", type=int, metavar="N", help="每年可享受几次 / how often a year")
        parser.add_argument(
            "--from", type=day, dest="starts_on", metavar="DAY", help="开始日期，默认今天 / from when, by default today"
        )
        parser.add_argument("--until", type=day, metavar="DAY", help="截止日期 / until when")
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
        if options["action"] == "list":
            found = [_told(each) for each in offers_open(on=timezone.localdate(at))]
            self.result({"offers": found})
            return
        asker = asker_acting(options["by"], at=at)
        if options["action"] == "erase":
            self.result({"erased": services.owed_erase(by=asker.key, at=at)})
            return
        if options["action"] == "end":
            if options["offer"] is None:
                raise WrongUse("请写明项目编号。", "Give the benefit's number.")
            self.result(_told(services.offer_end(offer=options["offer"], asker=asker, at=at)))
            return
        if not options["scene"] or options["points"] is None:
            raise WrongUse("请写明场景和积分：--scene、--points。", "Name its scene and its points: --scene, --points.")
        made = services.offer_add(
            scene=options["scene"], title=options["title"], words=options["words"], otherwise=options["otherwise"],
            points=options["points"], times_a_year=options["times"], starts_on=options["starts_on"] or timezone.localdate(at),
            ends_on=options["until"], jurisdiction=options["jurisdiction"], asker=asker, at=at,
        )  # fmt: skip
        self.result(_told(made))


def _told(made: Any) -> dict[str, Any]:
    return {
        "offer": made.pk, "scene": made.scene, "title": made.title, "points": made.points, "provider": made.provider, "ends_on": made.ends_on,
    }  # fmt: skip
