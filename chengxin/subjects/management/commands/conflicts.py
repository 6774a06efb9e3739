"""chengxin conflicts: numbers and names that do not fit together, for a person to decide."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse
from chengxin.subjects.selectors import conflicts_waiting
from chengxin.subjects.services.conflicts import conflict_decide


class Command(Base):
    """Lists the open conflicts, or decides one."""

    help = "名称与号码的冲突：列出，或由人作出处理 / conflicts of names and numbers: list them, or decide one"
    words = {
        "open": "待处理",
        "conflicts": "冲突",
        "conflict": "冲突",
        "kind": "种类",
        "about": "关于",
        "detail": "详情",
        "opened_at": "发现时间",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which one, what was decided and why."""
        parser.add_argument(
            "conflict", nargs="?", type=int, metavar="CONFLICT", help="要处理的冲突 / the conflict to decide"
        )
        parser.add_argument("--outcome", default="", help="处理结果 / what was decided")
        parser.add_argument("--reason", default="", help="理由 / why")
        parser.add_argument(
            "--most",
            type=int,
            default=20,
            metavar="N",
            help="最多列出几个，默认 20 / list at most so many, by default 20",
        )
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="谁在处理，默认 operator / who decides, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the decision down, or list what waits."""
        at = timezone.now()
        by = asker_acting(options["by"], at=at).key
        if options["conflict"]:
            if not options["outcome"] or not options["reason"]:
                raise WrongUse("请给出 --outcome 和 --reason。", "Give --outcome and --reason.")
            conflict_decide(
                conflict=options["conflict"], outcome=options["outcome"], reason=options["reason"], by=by, at=at
            )
        found = conflicts_waiting()
        shown = [
            {"conflict": c.pk, "kind": c.kind, "about": c.about, "detail": c.detail, "opened_at": c.opened_at}
            for c in found[: options["most"]]
        ]
        self.result({"open": found.count(), "conflicts": shown})
