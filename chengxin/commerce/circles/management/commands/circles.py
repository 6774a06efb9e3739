"""chengxin circles: platforms called to their duty, firms that support e-commerce, associations and their members."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.commerce.circles import services
from chengxin.commerce.circles.rules import DECIDED, STATED
from chengxin.commerce.circles.selectors import (
    association_shown,
    firms_filed,
    members_known,
    platform_acts,
    price_cases,
)
from chengxin.site.arguments import count, day
from chengxin.site.console import Command as Base
from chengxin.site.console import words_counted

WORDS: dict[str, tuple[str, ...]] = {
    "open": ("PLATFORM", "DUTY"),
    "step": ("NUMBER", "STEP"),
    "neglects": (),
    "show": ("NUMBER",),
    "acts": ("PLATFORM",),
    "firm": ("KIND", "CODE", "NAME", "SINCE"),
    "firms": (),
    "prices": (),
    "charter": ("TITLE", "DAY"),
    "member": ("CODE", "NAME", "SINCE"),
    "members": (),
    "discipline": ("CODE", "ACT", "ARTICLE", "DAY", "UNTIL"),
    "disciplines": (),
    "answer": ("NUMBER", "KEY", "KIND"),
    "close": ("NUMBER", "STEP"),
    "association": ("ASSOCIATION",),
}


class Command(Base):
    """Opens files about platforms' duties and takes their steps, files firms and members, disciplines members, and shows what stands."""

    help = "平台履责督促、支持企业档案、协会：登记、办理、查看 / platforms called to their duty, supporting firms, associations: filed, steps, shown"
    words = {
        "number": "编号",
        "state_title": "状态",
        "last_day": "期限",
        "duty_title": "义务",
        "facts": "事实",
        "steps": "经过",
        "acts": "公示的督促",
        "neglects": "督促",
        "shown": "公示",
        "authority_title": "部门",
        "firms": "企业",
        "prices": "价格案件",
        "members": "会员",
        "disciplines": "协会惩戒",
        "key": "查询码",
        "kind_title": "类别",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is done, with which."""
        parser.add_argument("action", choices=list(WORDS), help="做什么 / what is done")
        parser.add_argument(
            "words", nargs="*", metavar="WORD", help="平台、义务、编号等，因动作而异 / platform, duty, number: as the action needs"
        )  # fmt: skip
        parser.add_argument(
            "--say", default="", metavar="TEXT", help="事实、理由或者答复 / facts, reasons or the answer"
        )
        parser.add_argument("--document", default="", metavar="NUMBER", help="文书编号 / the document's number")
        parser.add_argument("--digest", default="", metavar="SHA256", help="文书全文的摘要 / its SHA-256")
        parser.add_argument("--mend-by", type=day, default=None, metavar="DAY", help="改正期限 / to be put right by")
        parser.add_argument(
            "--state", default="registered", choices=(*STATED, *DECIDED), help="企业的状态 / what is said of the firm"
        )
        parser.add_argument("--left", action="store_true", help="会员已退出 / the member left")
        parser.add_argument("--kind", default="", metavar="KIND", help="哪一类企业 / firms of which kind")
        parser.add_argument(
            "--record", type=count, default=None, metavar="ID", help="处罚记录的编号 / the penalty's record"
        )
        parser.add_argument("--by", default="operator", metavar="ACTOR", help="由谁办理，默认 operator / who does it, by default operator")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        action, words, at = options["action"], options["words"], timezone.now()
        words_counted("circles", action, words, WORDS)
        asker = asker_acting(options["by"], at=at)
        paper = {"document": options["document"], "digest": options["digest"]}
        mend_by: date | None = options["mend_by"]
        match action:
            case "open":
                self.result(services.neglect_open(platform=words[0], duty=words[1], facts=options["say"], **paper, asker=asker, at=at))  # fmt: skip
            case "step":
                self.result(
                    services.neglect_step(
                        number=words[0],
                        to=words[1],
                        words=options["say"],
                        **paper,
                        mend_by=mend_by,
                        record=options["record"],
                        asker=asker,
                        at=at,
                    )  # fmt: skip
                )
            case "neglects":
                self.result({"neglects": services.neglects_read(asker=asker, at=at)})
            case "show":
                self.result(services.neglect_read(number=words[0], asker=asker, at=at))
            case "firm":
                kind, code, name, since = words
                firm = {
                    "kind": kind,
                    "code": code,
                    "name": name,
                    "since": day(since),
                    "state": options["state"],
                    "record": options["record"],
                }
                services.firm_file(**firm, **paper, asker=asker, at=at)
                self.result({"firms": firms_filed(known_at=at, code=code)})
            case "firms":
                self.result({"firms": firms_filed(known_at=at, kind=options["kind"])})
            case "charter":
                self.result(
                    services.charter_file(title=words[0], adopted_on=day(words[1]), **paper, asker=asker, at=at)
                )
            case "member":
                state = "left" if options["left"] else "member"
                found = services.member_file(
                    code=words[0], name=words[1], since=day(words[2]), state=state, asker=asker, at=at
                )
                self.result({"members": found})
            case "members":
                self.result({"members": members_known(asker.key, known_at=at)})
            case "discipline":
                code, act, article, decided, until = words
                given = {"code": code, "act": act, "article": article, "decided_on": day(decided), "until": day(until)}
                made, key = services.discipline_open(**given, facts=options["say"], **paper, asker=asker, at=at)
                self.result({**made, "key": key})
            case "disciplines":
                self.result({"disciplines": services.disciplines_read(asker=asker, at=at)})
            case "answer":
                self.result(
                    services.discipline_answer(
                        number=words[0], key=words[1], kind=words[2], words=options["say"], at=at
                    )
                )
            case "close":
                self.result(
                    services.discipline_close(number=words[0], to=words[1], words=options["say"], asker=asker, at=at)
                )
            case "association":
                self.result(association_shown(words[0], known_at=at))
            case "prices":
                self.result({"prices": price_cases(known_at=at)})
            case "acts":
                self.result({"acts": platform_acts(words[0], known_at=at)})
