"""chengxin merge: hold two numbers to be one firm, or take that back."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.checks.services.reissuing import merge_undo
from chengxin.site.console import Command as Base
from chengxin.subjects.selectors import subject_named
from chengxin.subjects.services.merging import subjects_merge


class Command(Base):
    """Merges or unmerges two subjects."""

    help = "合并两个号码为同一主体，或以 --undo 撤销 / hold two numbers to be one firm, or take it back with --undo"
    words = {
        "absorbed": "并入方",
        "into": "主体",
        "kind": "事件",
        "at": "时间",
        "reason": "理由",
        "reissued": "更正重发的答复",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which two, and why."""
        parser.add_argument("absorbed", metavar="NUMBER", help="并入方的号码 / the number that is absorbed")
        parser.add_argument("into", metavar="INTO", help="保留方的号码 / the number that stands for both")
        parser.add_argument("--undo", action="store_true", help="撤销合并 / take the merge back")
        parser.add_argument("--reason", required=True, help="理由 / why")
        parser.add_argument(
            "--by", default="operator", metavar="ACTOR", help="谁决定，默认 operator / who decides, by default operator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the event down."""
        at = timezone.now()
        by = asker_acting(options["by"], at=at).key
        absorbed, into = subject_named(options["absorbed"], known_at=at), subject_named(options["into"], known_at=at)
        told = {"absorbed": absorbed, "into": into, "by": by, "at": at, "reason": options["reason"]}
        reissued = 0
        if options["undo"]:
            reissued = merge_undo(**told).reissued
        else:
            subjects_merge(**told)
        shown = {name: told[name] for name in ("absorbed", "into", "at", "reason")}
        self.result({"kind": "unmerge" if options["undo"] else "merge", **shown, "reissued": reissued})
