"""chengxin changes: the changes of a place's lists since a number, as a file, so that a centre elsewhere holds the same lists."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.lists.services.following import changes_export
from chengxin.site.arguments import count
from chengxin.site.console import Command as Base


class Command(Base):
    """Writes what has changed."""

    help = "名单的变动：自上次的编号之后列入、更正、暂不产生效力、移出的，写成文件 / the changes of lists since a number, as a file"
    words = {"changes": "变动数", "cursor": "下次从此编号之后", "out": "结果文件"}

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Of which place, since when, where to."""
        parser.add_argument("--jurisdiction", default="cn", metavar="CN-NN", help="哪里的名单 / of which place")
        parser.add_argument(
            "--after",
            type=count,
            default=0,
            metavar="N",
            help="上次所得的编号，默认从头 / the number that came last, by default from the beginning",
        )
        parser.add_argument(
            "--out",
            required=True,
            type=Path,
            metavar="FILE",
            help="结果文件，.csv、.jsonl 或 .parquet / where to, .csv, .jsonl or .parquet",
        )
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="谁在取，默认 operator / who takes them, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write them, print how many and where to go on."""
        at = timezone.now()
        done = changes_export(
            jurisdiction=options["jurisdiction"],
            after=options["after"],
            out=options["out"],
            asker=asker_acting(options["by"], at=at),
            at=at,
        )
        self.result(done.as_dict())
