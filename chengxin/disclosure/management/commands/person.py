"""chengxin person: what of a person somebody may know for a purpose, or whether a qualification stands in a name."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.disclosure.services.confirming import qualification_confirm
from chengxin.disclosure.services.reading import person_read
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse


class Command(Base):
    """Reads a person, or confirms a qualification; whom it is about comes by standard input, so that it stands in no history of commands."""

    help = (
        "依法定职责或者本人同意查询自然人，或者确认资格；号码和姓名从标准输入读取 / "
        "read a person on a statute or on consent, or confirm a qualification; whom, by standard input"
    )
    words = {
        "outcome": "结论",
        "purpose": "用途",
        "title": "名称",
        "on": "日期",
        "reason": "理由",
        "by": "依据的权利",
        "article": "条文",
        "consent": "同意编号",
        "identity": "身份",
        "records": "记录",
        "withheld": "没有告知的",
        "keep_until": "保存至",
        "confirmed": "确认",
        "trace": "留痕编号",
        "receipt": "回执",
        "record": "记录",
        "record_type": "类型",
        "state": "状态",
        "fields": "字段",
        "value": "内容",
        "how": "怎样显示",
        "term": "期限",
        "what": "什么",
        "why": "为什么",
        "statement": "本人的说明",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What for, in which case, on which consent, and who asks."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--purpose", metavar="PURPOSE", help="用途；标准输入两行：号码、姓名 / the purpose; two lines: number, name"
        )
        what.add_argument(
            "--confirm",
            action="store_true",
            help="确认资格；标准输入两行：证号、姓名 / confirm a qualification; two lines: its number, the name",
        )
        parser.add_argument(
            "--case", default="", metavar="NUMBER", help="所办案件的编号 / the number of the asker's own case"
        )
        parser.add_argument("--consent", type=int, metavar="NUMBER", help="凭哪一份同意 / on which consent")
        parser.add_argument("--by", required=True, metavar="ACTOR", help="谁在问 / who asks")
        parser.add_argument("--jurisdiction", default="cn", metavar="CN-NN", help="适用的地区 / the jurisdiction")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read two lines, ask, and print the answer."""
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        lines = [line.strip() for line in sys.stdin.read(2000).splitlines() if line.strip()]
        if len(lines) != 2:
            raise WrongUse(
                "标准输入须恰好两行：号码和姓名。", "Standard input holds exactly two lines: the number and the name."
            )
        number, name = lines
        place = options["jurisdiction"]
        if options["confirm"]:
            answer = qualification_confirm(asker=asker, name=name, certificate=number, at=at, jurisdiction=place)
            self.result(answer.as_dict())
            return
        reading = person_read(
            asker=asker, number=number, name=name, purpose=options["purpose"], case_number=options["case"], consent=options["consent"],
            jurisdiction=place, at=at,
        )  # fmt: skip
        self.result(reading.as_dict())
