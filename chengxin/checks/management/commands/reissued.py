"""chengxin reissued: answers that were given anew, and the receipt for one."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.checks.services.reissuing import reissue_receive, reissues_read
from chengxin.site.console import Command as Base


class Command(Base):
    """Lists the answers given anew to an actor, or takes note of one."""

    help = "更正重发的答复：列出，或签收 / answers given anew since the first rested on a mistake: list them, or take note of one"
    words = {
        "reissued": "更正重发",
        "reissue": "编号",
        "kind": "种类",
        "actor": "收件方",
        "number": "号码",
        "asked_at": "原答复时间",
        "entry": "原留痕编号",
        "was": "原答复",
        "now": "更正后",
        "reason": "理由",
        "at": "更正时间",
        "received_at": "签收时间",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which one, whose."""
        parser.add_argument(
            "reissue", nargs="?", type=int, metavar="REISSUE", help="签收这一件 / take note of this one"
        )
        parser.add_argument("--all", action="store_true", help="连同已签收的 / those already taken note of, too")
        parser.add_argument(
            "--most",
            type=int,
            default=20,
            metavar="N",
            help="最多列出几件，默认 20 / list at most so many, by default 20",
        )
        parser.add_argument(
            "--by", default="operator", metavar="ACTOR", help="谁在看，默认 operator / who reads, by default operator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """List them, or write the receipt down."""
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        if options["reissue"] is not None:
            receipt = reissue_receive(reissue=options["reissue"], asker=asker, at=at)
            self.result({"reissue": receipt.reissue_id, "by": receipt.by, "received_at": receipt.at})
            return
        found = reissues_read(asker=asker, at=at, received=options["all"], most=options["most"])
        self.result({"reissued": [each.as_dict() for each in found]})
