"""chengxin batches: what has been sent, and what became of it."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.records.selectors.batches import batches_accessible
from chengxin.site.console import Command as Base


class Command(Base):
    """Lists batches, newest first."""

    help = "批次列表：谁在何时报送、结果如何 / the batches: who sent what, when, and what became of it"
    words = {"batches": "批次", "batch": "批次", "source": "数据源", "actor": "报送主体", "received_at": "接收时间", "status": "状态", "file": "文件",
             "rows": "行数", "accepted": "入库", "refused": "拒绝", "unchanged": "无变化", "waiting": "待定主体"}  # fmt: skip

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many, for whom."""
        parser.add_argument(
            "--most", type=int, default=20, metavar="N", help="最多几个，默认 20 / at most so many, by default 20"
        )
        parser.add_argument(
            "--by", default="operator", metavar="ACTOR", help="谁在看，默认 operator / who reads, by default operator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        asker = asker_acting(options["by"], at=timezone.now())
        found = batches_accessible(asker.key, asker.kind)[: options["most"]]
        shown = [
            {
                "batch": b.pk,
                "source": b.source,
                "actor": b.actor,
                "received_at": b.received_at,
                "status": b.status,
                "file": b.file_name,
                **{key: getattr(b.report, key) for key in ("rows", "accepted", "refused", "unchanged", "waiting")},
            }
            for b in found
        ]
        self.result({"batches": shown})
