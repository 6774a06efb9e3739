"""chengxin third-party: a credit-service firm registers its own report, takes it back, and anybody verifies one. Nothing that a report says is read or kept."""

from argparse import ArgumentParser
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.reports.services.ordering import third_report_register, third_report_verify, third_report_withdraw
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse

ACTIONS = ("register", "withdraw", "verify")


class Command(Base):
    """Registers, takes back, verifies."""

    help = "第三方信用报告：登记、撤销、核验 / third-party reports: register, take back, verify"
    words = {
        "number": "编号", "issuer": "出具机构", "issuer_code": "出具机构代码", "code": "代码", "digest": "摘要", "issued_on": "出具日期",
        "registered_at": "登记时间", "rests_on": "所依据的报告", "state": "状态", "withdrawn_at": "撤销时间", "withdrawn_why": "撤销理由",
        "consent_ended_at": "撤回授权时间",
    }  # fmt: skip

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do with which report."""
        parser.add_argument(
            "action", choices=ACTIONS, metavar="ACTION", help=f"做什么 / what to do: {', '.join(ACTIONS)}"
        )
        parser.add_argument("number", metavar="NUMBER", help="出具机构自己的编号 / the issuer's own number")
        parser.add_argument(
            "--file", type=Path, metavar="FILE", help="报告文件，只取摘要 / the report; its digest alone is taken"
        )
        parser.add_argument("--digest", default="", metavar="SHA256", help="或者文件的摘要 / or the file's digest")
        parser.add_argument(
            "--code", default="", metavar="CODE", help="报告所说企业的代码 / the code of the firm that it is about"
        )
        parser.add_argument(
            "--issued-on", type=date.fromisoformat, metavar="DAY", help="出具日期，默认今天 / its day, by default today"
        )
        parser.add_argument(
            "--rests-on",
            nargs="+",
            default=[],
            metavar="NUMBER",
            help="所依据的本库报告 / our reports on which it rests",
        )
        parser.add_argument("--reason", default="", metavar="WORDS", help="撤销的理由 / why it is taken back")
        parser.add_argument("--by", default="", metavar="ACTOR", help="哪家信用服务机构 / which credit-service firm")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and print where the report stands."""
        at, number = timezone.now(), options["number"]
        if options["action"] != "verify" and not options["by"]:
            raise WrongUse("请用 --by 写明是哪家信用服务机构。", "Say by --by which credit-service firm.")
        if options["action"] == "withdraw":
            made = third_report_withdraw(
                number=number, reason=options["reason"], asker=asker_acting(options["by"], at=at), at=at
            )
            self.result({"number": number, "state": "withdrawn", "withdrawn_at": made.at})
            return
        digest = sha256(options["file"].read_bytes()).hexdigest() if options["file"] else options["digest"]
        if options["action"] == "register":
            third_report_register(
                number=number, digest=digest, code=options["code"], issued_on=options["issued_on"] or timezone.localdate(at),
                rests_on=options["rests_on"], asker=asker_acting(options["by"], at=at), at=at,
            )  # fmt: skip
        self.result(third_report_verify(number=number, digest=digest, at=at).as_dict())
