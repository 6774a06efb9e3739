"""chengxin monitoring: shops patrolled, risks followed as one file, other regions asked for help."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.commerce.monitoring import services
from chengxin.commerce.monitoring.rules import Seen
from chengxin.commerce.monitoring.selectors import monitoring_counted, plans_public
from chengxin.commerce.monitoring.services import Chosen
from chengxin.site.arguments import count, day
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse

WORDS: dict[str, tuple[str, ...]] = {
    "draw": ("TITLE", "CHECKLIST", "COUNT"),
    "stated": ("FILE",),
    "reveal": ("PLAN", "SEED"),
    "abandon": ("PLAN",),
    "plans": (),
    "plan": ("PLAN",),
    "patrols": (),
    "patrol": ("PATROL",),
    "look": ("PATROL", "FILE"),
    "follow": ("PATROL", "ITEMS"),
    "end": ("PATROL", "STEP"),
    "open": ("FILE",),
    "loops": (),
    "loop": ("LOOP",),
    "link": ("LOOP", "DEED", "KIND", "NUMBER"),
    "search": ("LOOP", "GOODS"),
    "step": ("LOOP", "STEP"),
    "ask": ("LOOP", "DEPARTMENT", "ROLE"),
    "requests": (),
    "request": ("REQUEST",),
    "answer": ("REQUEST", "STEP"),
    "counts": ("SINCE", "UNTIL"),
    "public": (),
}


class Command(Base):
    """Plans, draws and writes down patrols, takes the stages of a loop, asks other regions and answers them, and shows what stands."""

    help = "店铺巡查和闭环监管：计划、抽取、所见、环节、跨区域协助、统计 / patrols of shops and the loop of supervision"
    words = {
        "number": "编号",
        "seed": "种子（只显示一次）",
        "seed_hash": "种子散列值",
        "salt": "盐",
        "size": "范围内店铺数",
        "population_digest": "范围摘要",
        "title": "标题",
        "state_title": "状态",
        "last_day": "期限",
        "plans": "计划",
        "patrols": "巡查",
        "loops": "案卷",
        "requests": "协助请求",
        "shops": "店铺",
        "findings": "所见",
        "timeline": "经过",
        "unmet": "不符合项",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is done, with which."""
        parser.add_argument("action", choices=list(WORDS), help="做什么 / what is done")
        parser.add_argument(
            "words", nargs="*", metavar="WORD", help="编号、文件、步骤等，因动作而异 / number, file, step: as the action needs"
        )  # fmt: skip
        parser.add_argument("--say", default="", metavar="TEXT", help="理由、请求事项或者说明 / reasons, what is asked, a note")  # fmt: skip
        parser.add_argument("--document", default="", metavar="NUMBER", help="文书编号 / the document's number")
        parser.add_argument("--digest", default="", metavar="SHA256", help="文书全文的摘要 / its SHA-256")
        parser.add_argument("--platform", default="", metavar="ACTOR", help="只在这个平台抽取 / draw among this platform's shops")  # fmt: skip
        parser.add_argument("--category", default="", metavar="KEY", help="只在这类商品抽取 / draw among this category of goods")  # fmt: skip
        parser.add_argument("--seed-hash", default="", metavar="SHA256", help="本部门种子的散列值 / the hash of a seed of one's own")  # fmt: skip
        parser.add_argument("--by", default="operator", metavar="ACTOR", help="由谁办理，默认 operator / who does it, by default operator")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        action, words, at = options["action"], options["words"], timezone.now()
        if len(words) != len(WORDS[action]):
            wanted = " ".join((action, *WORDS[action]))
            raise WrongUse(f"请这样写：chengxin monitoring {wanted}。", f"Write: chengxin monitoring {wanted}.")
        who: dict[str, Any] = {"asker": asker_acting(options["by"], at=at), "at": at}
        paper, said = {"document": options["document"], "digest": options["digest"]}, options["say"]
        match action:
            case "draw":
                scope = {name: options[name] for name in ("platform", "category", "seed_hash")}
                self.result(services.plan_draw_from(title=words[0], checklist=words[1], count=count(words[2]), **scope, **paper, **who).as_dict())  # fmt: skip
            case "stated":
                given = _read(words[0])
                shops = [Chosen(**each) for each in given.pop("shops")]
                self.result(services.plan_state_reasons(**given, shops=shops, **who))
            case "reveal":
                self.result(services.plan_reveal(number=words[0], seed=words[1], **who))
            case "abandon":
                self.result(services.plan_abandon(number=words[0], reason=said, **who))
            case "plans":
                self.result({"plans": services.plans_read(**who)})
            case "plan":
                self.result(services.plan_read(number=words[0], **who))
            case "patrols":
                self.result({"patrols": services.patrols_read(**who)})
            case "patrol":
                self.result(services.patrol_read(number=words[0], **who))
            case "look":
                given = _read(words[1])
                seen = [Seen(**each) for each in given.pop("seen")]
                seen_on = day(given.pop("seen_on"))
                self.result(services.patrol_look(number=words[0], seen_on=seen_on, seen=seen, **given, **who))
            case "follow":
                leads = dict(each.split("=", 1) for each in words[1].split(",") if "=" in each)
                items = [each for each in words[1].split(",") if each and "=" not in each]
                self.result(services.patrol_follow(number=words[0], items=items, leads=leads, words=said, **who))
            case "end":
                self.result(services.patrol_step(number=words[0], to=words[1], words=said, **who))
            case "open":
                self.result(services.loop_open(**_read(words[0]), **who))
            case "loops":
                self.result({"loops": services.loops_read(**who)})
            case "loop":
                self.result(services.loop_read(number=words[0], **who))
            case "link":
                number, deed, kind, reference = words
                self.result(services.loop_fact(number=number, deed=deed, kind=kind, reference=reference, words=said, **who))  # fmt: skip
            case "search":
                self.result(services.loop_search(number=words[0], goods=words[1], **who))
            case "step":
                self.result(services.loop_step(number=words[0], to=words[1], words=said, **paper, **who))
            case "ask":
                self.result(services.referral_make(loop=words[0], department=words[1], role=words[2], words=said, **paper, **who))  # fmt: skip
            case "requests":
                self.result({"requests": services.referrals_read(**who)})
            case "request":
                self.result(services.referral_read(number=words[0], **who))
            case "answer":
                self.result(services.referral_step(number=words[0], to=words[1], words=said, **paper, **who))
            case "counts":
                self.result(monitoring_counted(day(words[0]), day(words[1]), known_at=at))
            case "public":
                self.result({"plans": plans_public(known_at=at)})


def _read(path: str) -> dict[str, Any]:
    """The object that a JSON file holds; refuses what is none."""
    try:
        given = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as wrong:
        raise WrongUse(f"文件{path}不能读取。", f"{path} cannot be read.") from wrong
    if not isinstance(given, dict):
        raise WrongUse(f"文件{path}须是一个 JSON 对象。", f"{path} holds no JSON object.")
    return given
