"""chengxin refused: the rows that a batch's rules refused, to read, to mend and to send again."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.records.selectors.batches import batch_accessible
from chengxin.records.services.batches import refused_export, refused_read
from chengxin.site.console import Command as Base


class Command(Base):
    """Lists a batch's refused rows, or writes them to a file."""

    help = "列出或导出某批次被拒的行，更正后可重新报送 / list or export the refused rows of a batch, to mend and send again"
    words = {"batch": "批次", "refused": "被拒", "line": "行", "reason": "原因", "message": "说明", "out": "文件"}

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which batch, and where to."""
        parser.add_argument("batch", type=int, metavar="BATCH", help="批次号 / the batch")
        parser.add_argument("--out", type=Path, metavar="FILE", help="导出为 CSV / write a CSV file")
        parser.add_argument(
            "--most",
            type=int,
            default=20,
            metavar="N",
            help="最多列出几行，默认 20 / list at most so many, by default 20",
        )
        parser.add_argument(
            "--by", default="operator", metavar="ACTOR", help="谁在看，默认 operator / who reads, by default operator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Show them, or write them."""
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        batch = batch_accessible(asker.key, asker.kind, options["batch"])
        if options["out"]:
            with options["out"].open("w", encoding="utf-8", newline="") as file:
                file.writelines(refused_export(batch=batch, by=asker.key, at=at))
            self.result({"batch": batch.pk, "refused": batch.report.refused, "out": options["out"]})
            return
        rows: list[dict[str, Any]] = []
        for row in refused_read(batch=batch, by=asker.key, at=at):
            if len(rows) == options["most"]:
                break
            rows.append(
                {"line": row.line, "reason": row.reason, "message": f"{row.message_zh}\n{row.message}", "row": row.row}
            )
        self.result({"batch": batch.pk, "refused": batch.report.refused, "rows": rows})
