"""chengxin complaints: taken in from a file, handled, counted."""

from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.commerce.complaints.selectors import (
    complaint_told,
    complaints_owing,
    filing_accessible,
    rates_known,
    rates_told,
)
from chengxin.commerce.complaints.services import charging, intake, joining, opening, stepping
from chengxin.kernel.days import day_read
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse, filing_number, rows_read, words_counted

WORDS: dict[str, tuple[str, ...]] = {
    "file": ("FILE",),
    "refused": ("FILING",),
    "owing": (),
    "show": ("NUMBER",),
    "step": ("NUMBER", "STEP"),
    "join": ("NUMBER", "NUMBER"),
    "part": ("NUMBER",),
    "clock": (),
    "charge": ("SECTOR", "DIVISION", "AGENCY"),
    "rates": ("FIRST", "LAST"),
}


class Command(Base):
    """Takes complaints in from a CSV or JSON Lines file, shows those owed and one with what was done, takes a step, runs the clock, says who is in charge, and
    counts how many were solved.
    """

    help = "消费投诉：成批收下、待办、查看、办理、并案、时限、主管机关、解决率 / complaints: take in, those owed, show, step, join, clock, who is in charge, solved rates"
    words = {
        "filing": "批次",
        "rows": "行",
        "accepted": "收下",
        "joined": "并案",
        "unchanged": "已有",
        "refused": "退回",
        "refused_by_reason": "退回理由",
        "receipts": "回执",
        "complaints": "投诉",
        "more": "还有下一页",
        "number": "编号",
        "state_title": "状态",
        "last_day": "期限",
        "moved": "因时限变动",
        "sector": "领域",
        "division": "区划",
        "agency": "机关",
        "platforms": "平台",
        "firms": "企业",
        "agencies": "机关",
        "returns": "七日无理由退货",
        "out": "写入",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is done, with which."""
        parser.add_argument("action", choices=list(WORDS), help="做什么 / what is done")
        parser.add_argument("words", nargs="*", metavar="WORD", help="文件、编号等 / a file, a number and so on")
        parser.add_argument("--say", default="", metavar="WORDS", help="办理的内容和理由 / the words of a step")
        parser.add_argument(
            "--remedy", default="", metavar="REMEDY", help="提出或者赔付的办法 / what is offered or paid"
        )
        parser.add_argument("--amount", default="", metavar="YUAN", help="金额（元） / how much, in yuan")
        parser.add_argument(
            "--ground", default="", metavar="GROUND", help="不接受退货的情形 / why goods are not taken back"
        )
        parser.add_argument("--fund", default="", metavar="KEY", help="由哪项保护金赔付 / from which fund it is paid")
        parser.add_argument("--to-agency", default="", metavar="ACTOR", help="移送给谁 / to whom it is handed over")
        parser.add_argument(
            "--code", default="", metavar="CODE", help="统一社会信用代码 / a unified social credit code"
        )
        parser.add_argument(
            "--page",
            type=int,
            default=1,
            metavar="N",
            help="待办的第几页，默认1 / which page of those owed, by default 1",
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="写入文件 / where the lines go")
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="由谁办理，默认 operator / who does it, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        action, words, at = options["action"], options["words"], timezone.now()
        words_counted("complaints", action, words, WORDS)
        if options["page"] < 1:
            raise WrongUse("页码从1起。", "Pages begin with 1.")
        asker, on = asker_acting(options["by"], at=at), timezone.localdate(at)
        if action == "file":
            self.result(intake.complaints_file(rows=rows_read(Path(words[0])), asker=asker, at=at).as_dict())
        elif action == "refused":
            lines = "".join(
                intake.refused_export(filing=filing_accessible(asker, filing_number(words[0])), by=asker.key, at=at)
            )
            if options["out"]:
                options["out"].write_text(lines, encoding="utf-8")
            self.result(
                {"refused": lines.count("\n") - 1, "out": options["out"]} if options["out"] else {"refused": lines}
            )
        elif action == "owing":
            shown, more = complaints_owing(asker, on=on, page=options["page"])
            self.result({"complaints": [complaint_told(each) for each in shown], "more": more})
        elif action == "show":
            self.result(complaint_told(opening.complaint_read(number=words[0], asker=asker, at=at)))
        elif action == "step":
            said = stepping.Said(
                options["say"],
                options["remedy"],
                _money(options["amount"]),
                options["ground"],
                options["to_agency"],
                options["fund"],
            )
            self.result(
                complaint_told(stepping.complaint_step(number=words[0], to=words[1], said=said, asker=asker, at=at))
            )
        elif action == "join":
            how = {"into": words[1], "reasons": options["say"]}
            self.result(complaint_told(joining.complaint_join(number=words[0], **how, asker=asker, at=at)))
        elif action == "part":
            self.result(
                complaint_told(joining.complaint_part(number=words[0], reasons=options["say"], asker=asker, at=at))
            )
        elif action == "clock":
            self.result({"moved": stepping.complaints_lapse(by=asker.key, at=at)})
        elif action == "charge":
            division = "" if words[1] == "-" else words[1]
            made = charging.charge_set(sector=words[0], division=division, agency=words[2], asker=asker, at=at)
            self.result({"sector": made.sector, "division": made.division, "agency": made.agency})
        else:
            first, last = (day_read(word) for word in words)
            self.result(rates_told(rates_known(first=first, last=last, on=on, known_at=at, code=options["code"])))


def _money(written: str) -> Decimal | None:
    try:
        return Decimal(written) if written else None
    except InvalidOperation:
        raise WrongUse("金额请写数字，以元为单位。", "Write the amount as a number of yuan.") from None
