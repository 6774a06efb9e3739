"""chengxin index-names: bring the index of names up to date."""

import resource
import time
from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.site.console import Command as Base
from chengxin.subjects.services.matching import names_index


class Command(Base):
    """Indexes names."""

    help = "更新名称索引，供逐个名称检索 / bring the index of names up to date, by which one name is found"
    words = {
        "segments": "分段",
        "names": "索引内名称",
        "written": "本次写入",
        "version": "权重版本",
        "seconds": "用时（秒）",
        "peak_memory_bytes": "内存峰值（字节）",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether all of it, and who."""
        parser.add_argument("--rebuild", action="store_true", help="全部重建 / make all of it anew")
        parser.add_argument(
            "--by", default="operator", metavar="ACTOR", help="谁执行，默认 operator / who, by default operator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Index them, print the counts."""
        began, at = time.monotonic(), timezone.now()
        told = names_index(rebuild=options["rebuild"], by=asker_acting(options["by"], at=at).key, at=at)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        self.result({**told, "seconds": round(time.monotonic() - began, 3), "peak_memory_bytes": peak})
