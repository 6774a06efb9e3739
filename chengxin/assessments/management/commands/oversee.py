"""chengxin oversee: write down a circular, an inspection of an agency's work or a demand to put something right; answer it, or take it back."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.assessments import services
from chengxin.site.arguments import day
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse


class Command(Base):
    """Writes down, answers, takes back."""

    help = "对名单工作的通报、督查、限期整改：登记、答复、撤回 / circulars, inspections of work and demands: write down, answer, take back"
    words = {"oversight": "编号", "kind": "种类", "agency": "单位", "due_on": "最迟", "at": "时间"}

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, with what."""
        parser.add_argument("action", choices=["record", "answer", "withdraw"], help="做什么 / what to do")
        parser.add_argument("oversight", nargs="?", type=int, metavar="N", help="登记的编号 / its number")
        parser.add_argument(
            "--kind", metavar="KIND", help="种类，如 circular、inspection、rectification / its kind in the lawbook"
        )
        parser.add_argument("--agency", metavar="ACTOR", help="对哪个单位 / to which agency")
        parser.add_argument("--on", type=day, metavar="DAY", help="文书日期，默认今天 / of which day, by default today")
        parser.add_argument(
            "--what",
            default="",
            metavar="WORDS",
            help="内容、答复或者撤回的理由 / what it says, the answer, or why it is taken back",
        )
        parser.add_argument("--document", default="", metavar="NUMBER", help="文书文号 / the document's number")
        parser.add_argument("--due", type=day, metavar="DAY", help="答复期限 / by which day it is to be answered")
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
        words: dict[str, Any] = {"asker": asker_acting(options["by"], at=at), "at": at}
        if options["action"] == "record":
            if not options["kind"] or not options["agency"]:
                raise WrongUse(
                    "请写明种类和单位：--kind、--agency。", "Name its kind and the agency: --kind, --agency."
                )
            made = services.oversight_record(
                kind=options["kind"], agency=options["agency"], on=options["on"] or timezone.localdate(at), what=options["what"],
                document=options["document"], due_on=options["due"], jurisdiction=options["jurisdiction"], **words,
            )  # fmt: skip
            self.result(
                {"oversight": made.pk, "kind": made.kind, "agency": made.agency, "due_on": made.due_on, "at": made.at}
            )
            return
        number = options["oversight"]
        if number is None:
            raise WrongUse("请写明登记的编号。", "Give its number.")
        if options["action"] == "answer":
            done = services.oversight_answer(
                oversight=number, words=options["what"], document=options["document"], **words
            )
        else:
            done = services.oversight_withdraw(oversight=number, reason=options["what"], **words)
        self.result({"oversight": number, "at": done.at})
