"""chengxin leads: taken in from a file, listed, shown, handled, counted."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.commerce.leads import services
from chengxin.commerce.leads.selectors import (
    filing_accessible,
    lead_told,
    leads_accessible,
    leads_listed,
    leads_owing,
    rates_known,
    rates_told,
)
from chengxin.kernel.days import day_read
from chengxin.site.console import Command as Base
from chengxin.site.console import filing_number, rows_read, words_counted

WORDS: dict[str, list[str]] = {
    "file": ["FILE"], "refused": ["FILING"], "list": [], "owing": [], "show": ["NUMBER"], "step": ["NUMBER", "STEP"], "clock": [], "rates": ["FIRST", "LAST"],
}  # fmt: skip
MOST = 200


class Command(Base):
    """Takes leads in from a CSV or JSON Lines file, lists them, those owed, shows one, takes a step, runs the clock, and counts what became of them."""

    help = "线索和举报：成批收下、列出、待办、查看、办理、时限、办理情况 / leads and reports: take in, list, those owed, show, step, clock, how many"
    words = {
        "filing": "批次",
        "rows": "行",
        "accepted": "收下",
        "joined": "并案",
        "unchanged": "已有",
        "refused": "退回",
        "refused_by_reason": "退回理由",
        "receipts": "回执",
        "leads": "线索",
        "number": "编号",
        "state_title": "状态",
        "last_day": "期限",
        "moved": "因时限变动",
        "kinds": "种类",
        "agencies": "机关",
        "out": "写入",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is done, with which."""
        parser.add_argument("action", choices=list(WORDS), help="做什么 / what is done")
        parser.add_argument("words", nargs="*", metavar="WORD", help="文件、编号等 / a file, a number and so on")
        parser.add_argument("--say", default="", metavar="WORDS", help="办理的内容和理由 / the words of a step")
        parser.add_argument("--document", default="", metavar="NUMBER", help="决定文书的文号 / the decision’s number")
        parser.add_argument("--approved-by", default="", metavar="NAME", help="批准延长的人 / who gave leave")
        parser.add_argument("--to-agency", default="", metavar="ACTOR", help="移送给谁 / to whom it is handed over")
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
        words_counted("leads", action, words, WORDS)
        asker, on = asker_acting(options["by"], at=at), timezone.localdate(at)
        if action == "file":
            self.result(services.leads_file(rows=rows_read(Path(words[0])), asker=asker, at=at).as_dict())
        elif action == "refused":
            filing = filing_accessible(asker, filing_number(words[0]))
            lines = "".join(services.refused_export(filing=filing, by=asker.key, at=at))
            if options["out"]:
                options["out"].write_text(lines, encoding="utf-8")
                self.result({"refused": lines.count("\n") - 1, "out": options["out"]})
            else:
                self.result({"refused": lines})
        elif action == "list":
            found = leads_listed(leads_accessible(asker)[:MOST], asker, on=on)
            self.result({"leads": [lead_told(each, on=on) for each in found]})
        elif action == "owing":
            self.result({"leads": [lead_told(each, on=on) for each in leads_owing(asker, on=on)[0]]})
        elif action == "show":
            self.result(lead_told(services.lead_read(number=words[0], asker=asker, at=at), on=on))
        elif action == "step":
            said = services.Said(options["say"], options["document"], options["approved_by"], options["to_agency"])
            done = services.lead_step(number=words[0], to=words[1], said=said, asker=asker, at=at)
            self.result(lead_told(done, on=on))
        elif action == "clock":
            self.result({"moved": services.leads_lapse(by=asker.key, at=at)})
        else:
            first, last = (day_read(word) for word in words)
            self.result(rates_told(rates_known(first=first, last=last, on=on, known_at=at)))
