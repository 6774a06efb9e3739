"""chengxin ingest: file what a department or platform sends."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.kernel.signers import signature_text
from chengxin.records.services.batches import batch_ingest
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse


class Command(Base):
    """Files one or more deliveries of a source."""

    help = (
        "报送文件入库：逐行核验，整批入库或整批不入；被拒的行原样封存，可列出、下载、更正后重报 / "
        "file deliveries: every row is judged, a batch lands whole or not at all; refused rows are kept, listed and can be sent again"
    )
    words = {
        "batch": "批次",
        "source": "数据源",
        "status": "状态",
        "rows": "行数",
        "accepted": "入库",
        "refused": "拒绝",
        "unchanged": "无变化",
        "waiting": "待定主体",
        "refused_by_reason": "拒绝原因",
        "conflicts": "冲突",
        "codes_with_several_names": "一码多名",
        "names_with_several_codes": "一名多码",
        "subjects_created": "新主体",
        "late": "迟报",
        "ignored_columns": "未用的列",
        "dry_run": "试运行",
        "repeated": "重复文件",
        "held_because": "暂扣原因",
        "seconds": "用时（秒）",
        "peak_memory_bytes": "内存峰值（字节）",
        "files": "文件",
        "file": "文件",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The source, its files, and for whom they are filed."""
        parser.add_argument(
            "source",
            metavar="SOURCE",
            help="数据源，见 chengxin law --shelf sources / the source, see chengxin law --shelf sources",
        )
        parser.add_argument(
            "files",
            metavar="FILE",
            nargs="+",
            type=Path,
            help="CSV、TSV、XLSX、JSON Lines、Parquet，可 gzip 压缩 / also gzipped",
        )
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="报送主体的账户名，默认 operator / the actor who sends, by default operator",
        )
        parser.add_argument(
            "--signature",
            type=Path,
            metavar="FILE",
            help="报送单位的证书对文件字节的分离式签名（CMS），一次一个文件 / a detached signature (CMS) of the file's bytes by the sender's certificate, of one file at a time",
        )
        parser.add_argument("--dry-run", action="store_true", help="只核验，不入库 / judge only, file nothing")
        parser.add_argument(
            "--jurisdiction",
            default="cn",
            metavar="CN-NN",
            help="适用的地区，如 cn-33 / the jurisdiction, such as cn-33",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """File each delivery in turn; the first that is refused as a whole ends the run."""
        if options["signature"] and len(options["files"]) > 1:
            raise WrongUse("一个签名只对应一个文件。", "A signature is of one file.")
        signature = signature_text(options["signature"].read_bytes()) if options["signature"] else ""
        results = []
        for path in options["files"]:
            with self.progress(None, path.name) as advance:
                done = batch_ingest(
                    source=options["source"],
                    path=path,
                    by=options["by"],
                    at=timezone.now(),
                    jurisdiction=options["jurisdiction"],
                    dry_run=options["dry_run"],
                    signature=signature,
                    advance=advance,
                )
            results.append({"file": path.name, **done.as_dict()})
            if done.status == "held":
                self.note(
                    f"{path.name} 已暂扣：{done.held_because}；放行：chengxin release {done.batch} --reason …",
                    f"{path.name} is held; let it in with: chengxin release {done.batch} --reason …",
                )
        self.result(results[0] if len(results) == 1 else _sum(results))


def _sum(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Several files as one object: the counts added up, each file's own result beside them."""
    counts = {key: sum(r[key] for r in results) for key in ("rows", "accepted", "refused", "unchanged", "waiting")}
    reasons: dict[str, int] = {}
    for result in results:
        for reason, count in result["refused_by_reason"].items():
            reasons[reason] = reasons.get(reason, 0) + count
    conflicts = {key: sum(r["conflicts"][key] for r in results) for key in results[0]["conflicts"]}
    return {
        "batch": [r["batch"] for r in results],
        **counts,
        "refused_by_reason": reasons,
        "conflicts": conflicts,
        "seconds": round(sum(r["seconds"] for r in results), 3),
        "peak_memory_bytes": max(r["peak_memory_bytes"] for r in results),
        "files": results,
    }
