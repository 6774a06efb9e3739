"""chengxin ratings: shops rated over a period by a published method, shown, written as a table; trades that were taken out."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.commerce.ratings.selectors import (
    exclusions_shown,
    method_known,
    method_said,
    publication_of,
    publication_shown,
    publications_known,
    rating_shown,
    table_of,
)
from chengxin.commerce.ratings.services import ratings_publish
from chengxin.kernel.days import day_of
from chengxin.kernel.tables import csv_lines, output_known
from chengxin.site.arguments import count, instant
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse, words_counted

WORDS = {
    "compute": ("PLATFORM", "PERIOD"),
    "list": ("PLATFORM",),
    "show": ("PLATFORM", "SHOP"),
    "export": ("PLATFORM", "PERIOD"),
    "exclusions": ("PLATFORM",),
    "method": ("METHOD",),
}


class Command(Base):
    """Rates a platform's shops, and answers what was published."""

    help = (
        "店铺评价：按公布的方法计算、查看、导出，移出的交易 / "
        "how shops of firms are rated by a published method: compute, show, export, trades taken out"
    )
    words = {
        "publication": "公布",
        "publications": "公布",
        "platform": "平台",
        "shop": "店铺",
        "title": "名称",
        "period": "评价期",
        "first": "起",
        "last": "止",
        "version": "版本",
        "method": "方法",
        "method_from": "方法自何日施行",
        "shops": "店铺数",
        "rated": "有总评的",
        "rows": "行数",
        "excluded": "移出的订单",
        "repeated": "无变化",
        "seconds": "用时（秒）",
        "peak_memory_bytes": "内存峰值（字节）",
        "kind": "谁的店铺",
        "counts": "计数",
        "grade": "等级",
        "grade_zh": "等级",
        "total": "总评",
        "low": "下限",
        "high": "上限",
        "features": "指标",
        "exclusions": "移出决定",
        "without": "未移出时",
        "out": "文件",
        "at": "时间",
        "by": "由谁",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, with what."""
        parser.add_argument("action", choices=list(WORDS), help="做什么 / what to do")
        parser.add_argument(
            "words",
            nargs="*",
            metavar="WORD",
            help="平台和评价期（2026、2026-Q3、2026-10），平台和店铺，或者方法 / platform and period, platform and shop, or a method",
        )
        parser.add_argument("--period", default="", metavar="PERIOD", help="哪一评价期，默认最近的 / which period")
        parser.add_argument(
            "--edition",
            type=count,
            metavar="N",
            dest="number",
            help="哪一版，默认最新 / which version, by default the latest",
        )
        parser.add_argument("--known-at", type=instant, metavar="INSTANT", help="按当时所知 / as known at the instant")
        parser.add_argument("--out", type=Path, metavar="FILE", help="写入 CSV 文件 / write this CSV file")
        parser.add_argument("--by", metavar="ACTOR", default="operator", help="由谁公布，默认 operator / who publishes")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        action, words = options["action"], options["words"]
        words_counted("ratings", action, words, WORDS)
        getattr(self, f"_{action}")(*words, **options)

    def _compute(self, platform: str, period: str, /, **options: Any) -> None:
        self.result(ratings_publish(platform=platform, period=period, by=options["by"], at=timezone.now()).as_dict())

    def _list(self, platform: str, /, **options: Any) -> None:
        found = publications_known(platform, known_at=options["known_at"] or timezone.now())
        self.result({"publications": [publication_shown(each) for each in found]})

    def _show(self, platform: str, shop: str, /, **options: Any) -> None:
        at = options["known_at"] or timezone.now()
        self.result(rating_shown(platform, shop, options["period"], options["number"], known_at=at).as_dict())

    def _export(self, platform: str, period: str, /, **options: Any) -> None:
        if options["out"] is None:
            raise WrongUse("请写明 --out。", "Say --out.")
        output_known(options["out"], (".csv",))
        at = options["known_at"] or timezone.now()
        made = publication_of(platform, period, options["number"], known_at=at)
        heads, rows = table_of(made, known_at=at)
        shops = 0
        with options["out"].open("w", encoding="utf-8-sig", newline="") as file:
            file.write(csv_lines([heads]))
            for row in rows:
                file.write(csv_lines([row]))
                shops += 1
        self.result({"publication": made.pk, "version": made.version, "shops": shops, "out": options["out"]})

    def _exclusions(self, platform: str, /, **options: Any) -> None:
        at = options["known_at"] or timezone.now()
        self.result({"exclusions": exclusions_shown(platform, known_at=at)})

    def _method(self, method: str, /, **options: Any) -> None:
        on = day_of(options["known_at"] or timezone.now())
        self.result(method_said(method_known(method, on=on), on=on))
