"""chengxin population: the population register that answers yes or no."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.site.console import Command as Base
from chengxin.subjects.services.persons import population_load


class Command(Base):
    """Seals a file as the population register."""

    help = "把号码和姓名的文件密封为人口库，只用于核验是否一致 / seal a file of numbers and names as the population register, which says yes or no"
    words = {"lines": "行数"}

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file."""
        parser.add_argument(
            "file", metavar="FILE", type=Path, help="CSV：号码,姓名，无表头 / CSV: number, name, no heading"
        )
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="谁在载入，默认 operator / who loads it, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal it."""
        at = timezone.now()
        by = asker_acting(options["by"], at=at).key
        self.result({"lines": population_load(path=options["file"], by=by, at=at)})
