"""chengxin trades: what platforms file of their trades, and what comes of it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.commerce.trades import services
from chengxin.commerce.trades.bulk.answering import frame_write, template_write
from chengxin.commerce.trades.rules import whole_of
from chengxin.commerce.trades.selectors import filing_accessible, filings_accessible, kind_known
from chengxin.kernel.days import day_of
from chengxin.law import load
from chengxin.site.arguments import count, day, instant
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse, words_counted

# Action → what its words are, the last as often as wished where it ends in "…".
WORDS = {
    "file": ("PLATFORM", "KIND", "FILE…"),
    "list": (),
    "refused": ("FILING",),
    "shop": ("PLATFORM", "KIND", "SHOP"),
    "reviews": ("PLATFORM",),
    "reconcile": ("PLATFORM",),
    "keep": ("PLATFORM",),
    "template": ("KIND",),
}


class Command(Base):
    """Files trades, reads them back, and finds what vanished or does not agree."""

    help = (
        "平台报送的交易资料：报送、查询、消失的评价、跨境三单核对、保存期 / "
        "trades as platforms file them: file, read, vanished reviews, cross-border reconciliation, keeping"
    )
    words = {
        "filing": "报送",
        "filings": "报送",
        "platform": "平台",
        "kind": "种类",
        "version": "版本",
        "rows": "行数",
        "accepted": "入库",
        "refused": "拒绝",
        "unchanged": "无变化",
        "unmet": "所指尚未报送",
        "refused_by_reason": "拒绝原因",
        "days": "日期",
        "missing": "消失",
        "emptied": "清空",
        "repeated": "重复文件",
        "seconds": "用时（秒）",
        "peak_memory_bytes": "内存峰值（字节）",
        "files": "文件",
        "file": "文件",
        "shop": "店铺",
        "first": "起",
        "last": "止",
        "known_at": "所知时点",
        "count": "总行数",
        "findings": "核对结果",
        "found": "结果",
        "orders": "订单",
        "ordered": "订单金额（分）",
        "paid": "付款（分）",
        "declared": "申报（分）",
        "before": "清除此日以前",
        "swept": "清理的残留文件",
        "dry_run": "试运行",
        "at": "时间",
        "by": "报送人",
        "digest": "摘要",
        "out": "文件",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, with what, over which days."""
        parser.add_argument("action", choices=list(WORDS), help="做什么 / what to do")
        parser.add_argument(
            "words",
            nargs="*",
            metavar="WORD",
            help="平台、种类、文件等，因动作而异 / platform, kind, files: as the action needs",
        )
        parser.add_argument("--by", metavar="ACTOR", default="operator", help="由谁办理，默认 operator / by whom")
        parser.add_argument(
            "--case", metavar="NUMBER", default="", help="案号：部门查看须写明 / the case in which a department reads"
        )
        parser.add_argument("--from", dest="first", type=day, metavar="DAY", help="起始日 / the first day")
        parser.add_argument("--to", dest="last", type=day, metavar="DAY", help="截止日（含）/ the last day, included")
        parser.add_argument(
            "--whole",
            action="store_true",
            help="完整报送：文件是起止日期内的全部 / the file is all of these days; what it leaves out is gone",
        )
        parser.add_argument(
            "--shop",
            action="append",
            default=[],
            metavar="SHOP",
            help="完整报送只及于这些店铺 / whole for these shops only",
        )
        parser.add_argument(
            "--before", type=day, metavar="DAY", help="清除此日以前的 / remove the days before this one"
        )
        parser.add_argument("--dry-run", action="store_true", help="只计数，不清除 / count only, remove nothing")
        parser.add_argument("--known-at", type=instant, metavar="INSTANT", help="按当时所知 / as known at the instant")
        parser.add_argument(
            "--most", type=count, default=1000, help="最多列出多少行，默认 1000 / list at most so many rows"
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="写入文件 / write to this file")

    def database_needed(self, options: Any) -> bool:
        """A template is made of the lawbook alone."""
        return bool(options["action"] != "template")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        action, words = options["action"], options["words"]
        words_counted("trades", action, words, WORDS)
        getattr(self, f"_{action}")(*words, **options)

    def _file(self, platform: str, kind: str, *files: str, **options: Any) -> None:
        if options["whole"] and not (options["first"] and options["last"]):
            raise WrongUse("完整报送须写明 --from 和 --to。", "A whole filing needs --from and --to.")
        whole = whole_of(options["first"], options["last"], options["shop"]) if options["whole"] else None
        paths = list(map(Path, files))
        filed = services.files_file(
            platform=platform,
            kind=kind,
            paths=paths,
            by=options["by"],
            now=timezone.now,
            whole=whole,
            progress=lambda path: self.progress(None, path.name),
        )
        results = [{"file": path.name, **done.as_dict()} for path, done in zip(paths, filed, strict=True)]
        self.result(results[0] if len(results) == 1 else _sum(results))

    def _list(self, **options: Any) -> None:
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        names = ("platform", "kind", "version", "rows", "accepted", "refused", "unchanged", "unmet", "at", "by")
        found = filings_accessible(asker.key, asker.kind, load().on(day_of(at)))[: options["most"]]
        self.result({"filings": [{"filing": f.pk, **{name: getattr(f, name) for name in names}} for f in found]})

    def _refused(self, filing: str, **options: Any) -> None:
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        found = filing_accessible(asker.key, asker.kind, load().on(day_of(at)), count(filing))
        lines = services.refused_export(filing=found, by=asker.key, at=at)
        if options["out"]:
            with options["out"].open("w", encoding="utf-8", newline="") as file:
                file.writelines(lines)
            self.result({"filing": found.pk, "refused": found.refused, "out": options["out"]})
        else:
            self.result({"filing": found.pk, "refused": found.refused, "refused_by_reason": found.refused_by_reason})

    def _shop(self, platform: str, kind: str, shop: str, /, **options: Any) -> None:
        at = timezone.now()
        last = options["last"] or day_of(at)
        found = services.shop_read(
            platform=platform,
            kind=kind,
            shop=shop,
            first=options["first"] or last.replace(year=last.year - 1, day=min(last.day, 28)),
            last=last,
            known_at=options["known_at"] or at,
            asker=asker_acting(options["by"], at=at),
            at=at,
            case_number=options["case"],
            most=options["most"],
        )
        if options["out"]:
            frame_write(found.rows, options["out"])
            self.result({**found.as_dict(), "rows": len(found.rows), "out": options["out"]})
        else:
            self.result(found.as_dict())

    def _reviews(self, platform: str, **options: Any) -> None:
        at = timezone.now()
        found = services.vanished_read(
            platform=platform,
            asker=asker_acting(options["by"], at=at),
            at=at,
            case_number=options["case"],
            most=options["most"],
        )
        if options["out"]:
            frame_write(found.rows, options["out"])
        self.result(found.as_dict())

    def _reconcile(self, platform: str, **options: Any) -> None:
        if not (options["first"] and options["last"]):
            raise WrongUse("请写明 --from 和 --to。", "Say --from and --to.")
        at = timezone.now()
        found = services.trades_reconcile(
            platform=platform,
            first=options["first"],
            last=options["last"],
            known_at=options["known_at"] or at,
            asker=asker_acting(options["by"], at=at),
            at=at,
            case_number=options["case"],
            most=options["most"],
            out=options["out"],
        )
        self.result(found.as_dict())

    def _keep(self, platform: str, **options: Any) -> None:
        at = timezone.now()
        done = services.trades_remove(
            platform=platform, by=options["by"], at=at, before=options["before"], dry_run=options["dry_run"]
        )
        self.result(done.as_dict())

    def _template(self, kind: str, **options: Any) -> None:
        found = kind_known(load().on(day_of(timezone.now())), kind)
        out = options["out"] or Path(f"{found.key}.parquet")
        template_write(found, out)
        self.result({"kind": found.key, "out": out})


def _sum(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Several files as one object: the counts added up, each file's own result beside them."""
    names = ("rows", "accepted", "refused", "unchanged", "unmet", "missing", "emptied", "seconds")
    counts = {name: sum(result[name] for result in results) for name in names}
    peak = max(result["peak_memory_bytes"] for result in results)
    return {"filing": [r["filing"] for r in results], **counts, "peak_memory_bytes": peak, "files": results}
