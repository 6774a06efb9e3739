"""chengxin batches: what has been sent, and what became of it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.kernel.signers import signature_typed
from chengxin.records.selectors.batches import batch_accessible, batches_accessible, certificate_shown
from chengxin.records.services.certifying import batch_signature_open
from chengxin.site.console import Command as Base


class Command(Base):
    """Lists batches, newest first."""

    help = "批次列表：谁在何时报送、结果如何 / the batches: who sent what, when, and what became of it"
    words = {"batches": "批次", "batch": "批次", "source": "数据源", "actor": "报送主体", "received_at": "接收时间", "status": "状态", "file": "文件",
             "rows": "行数", "accepted": "入库", "refused": "拒绝", "unchanged": "无变化", "waiting": "待定主体",
             "certificate": "证书", "signature": "签名", "out": "写入"}  # fmt: skip

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many, for whom."""
        parser.add_argument(
            "--most", type=int, default=20, metavar="N", help="最多几个，默认 20 / at most so many, by default 20"
        )
        parser.add_argument(
            "--by", default="operator", metavar="ACTOR", help="谁在看，默认 operator / who reads, by default operator"
        )

        parser.add_argument(
            "--signature",
            type=int,
            metavar="BATCH",
            help="取出该批次的签名，供再次核验；查阅留痕 / the signature of that batch, to be verified again; written down",
        )
        parser.add_argument(
            "--out", type=Path, metavar="FILE", help="把签名写入文件 / write the signature to this file"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        if options["signature"] is not None:
            batch = batch_accessible(asker.key, asker.kind, options["signature"])
            held = batch_signature_open(batch=batch, by=asker.key, at=at)
            if options["out"]:
                options["out"].write_bytes(signature_typed(held))
            self.result({"batch": batch.pk, "signature": held, "out": options["out"]})
            return
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
                "certificate": certificate_shown(b),
            }
            for b in found
        ]
        self.result({"batches": shown})
