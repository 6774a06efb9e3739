"""chengxin occupations: how many persons of each occupational group have a file."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.records.selectors.persons import occupations
from chengxin.site.console import Command as Base


class Command(Base):
    """Counts, and names nobody."""

    help = "重点职业人群：各文件点名的人群、建档人数和记录数 / the occupational groups that the papers name: persons and records on file"
    words = {"covered": "已有档案的人群", "open": "可以建档的人群", "under_18_refused": "因未满十八周岁拒收", "groups": "人群", "group": "人群",
             "title": "名称", "papers": "文件", "closed": "不建档的理由", "persons": "人数", "records": "记录数"}  # fmt: skip

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who asks."""
        parser.add_argument(
            "--by", default="operator", metavar="ACTOR", help="谁在查，默认 operator / who asks, by default operator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        self.result(occupations(asker, known_at=at).as_dict())
