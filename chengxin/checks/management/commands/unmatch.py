"""chengxin unmatch: a record was laid on the wrong firm; what rested on it is given anew."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.checks.services.reissuing import match_undo
from chengxin.site.console import Command as Base


class Command(Base):
    """Undoes the match of one record."""

    help = "撤销一次认定：记录归错了主体；凡据此作出的答复一并更正重发 / undo a match: the record was laid on the wrong firm, and every answer that rested on it is given anew"
    words = {
        "cause": "缘由",
        "row": "重新待定的行",
        "checks": "更正的核查",
        "files": "更正的档案查阅",
        "public_readings": "公示页查阅（无须通知）",
        "reissued": "更正重发",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which record, and why."""
        parser.add_argument("record", type=int, metavar="RECORD", help="记录编号 / the record's number")
        parser.add_argument("--reason", required=True, help="理由 / why")
        parser.add_argument(
            "--by", default="operator", metavar="ACTOR", help="谁决定，默认 operator / who decides, by default operator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Undo it, and say what was given anew."""
        at = timezone.now()
        by = asker_acting(options["by"], at=at).key
        self.result(match_undo(record=options["record"], by=by, at=at, reason=options["reason"]).as_dict())
