"""chengxin agreements: who exchanges what under which agreement."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import agreements_known, asker_acting
from chengxin.actors.services import SCOPES, agreement_end, agreement_file
from chengxin.site.arguments import day
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse


class Command(Base):
    """Lists agreements, files one, or ends one; the channel ends with it."""

    help = "共享协议：谁依哪份协议共享什么 / agreements: who exchanges what, under which"
    words = {
        "agreements": "协议",
        "actor": "账户",
        "number": "编号",
        "scopes": "权限",
        "in_force": "有效",
        "to_on": "终止日",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and which."""
        parser.add_argument("actor", nargs="?", default="", metavar="ACTOR", help="账户名 / the actor's key")
        parser.add_argument("--add", metavar="NUMBER", help="登记该编号的协议 / file the agreement of this number")
        parser.add_argument("--end", metavar="NUMBER", help="终止该编号的协议 / end the agreement of this number")
        parser.add_argument("--scope", action="append", default=[], choices=SCOPES, help="共享的内容，可重复 / what is exchanged, repeatable")  # fmt: skip
        parser.add_argument("--document", default="", metavar="NAME", help="文书名称 / the document")
        parser.add_argument("--digest", default="", metavar="SHA256", help="文书全文的摘要 / its SHA-256")
        parser.add_argument("--from", dest="from_on", type=day, metavar="DAY", help="自何日 / from when")
        parser.add_argument(
            "--to", dest="to_on", type=day, metavar="DAY", help="至何日，当日起无效 / until when, the first day without"
        )
        parser.add_argument("--by", default="operator", metavar="ACTOR", help="由谁办理，默认 operator / who does it, by default operator")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """File, end, list."""
        at, actor = timezone.now(), options["actor"]
        by = asker_acting(options["by"], at=at).key
        if options["add"] or options["end"]:
            asker_acting(actor, at=at)
        if options["add"]:
            if options["from_on"] is None or options["to_on"] is None:
                raise WrongUse("请写明 --from 和 --to。", "Give --from and --to.")
            agreement_file(
                actor=actor, number=options["add"], scopes=options["scope"], document=options["document"], digest=options["digest"],
                from_on=options["from_on"], to_on=options["to_on"], by=by, at=at,
            )  # fmt: skip
        if options["end"]:
            agreement_end(actor=actor, number=options["end"], by=by, at=at)
        self.result({"agreements": [asdict(each) for each in agreements_known(at=at, actor=actor)]})
