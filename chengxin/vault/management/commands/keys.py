"""chengxin keys: the rings of keys, and their replacement while everything runs."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.kernel.sealing import SUITES
from chengxin.site.console import Command as Base
from chengxin.vault.selectors import keys_of, rings
from chengxin.vault.services import key_add, keys_retire, values_reseal


class Command(Base):
    """Shows what lies under which keys, or replaces a ring's key."""

    help = "密封与盲索引的密钥：查看，或在运行中更换 / the keys that seal and index: show them, or replace one while everything runs"
    words = {
        "rings": "密钥组",
        "ring": "密钥组",
        "versions": "版本",
        "version": "版本",
        "suite": "套件",
        "left": "尚在旧密钥之下",
        "under": "其下的内容",
        "resealed": "重新密封",
        "retired": "已退役版本",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which ring, and which step."""
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--rotate", metavar="RING", help="更换：以下三步依次完成 / replace it: the three steps below")
        what.add_argument(
            "--add", metavar="RING", help="第一步：添加新版本 / first: add a version, which seals from now on"
        )
        what.add_argument("--reseal", metavar="RING", help="第二步：全部改用新版本 / second: put everything under it")
        what.add_argument("--retire", metavar="RING", help="第三步：旧版本退役 / third: forget the older versions")
        parser.add_argument(
            "--suite",
            choices=sorted(SUITES),
            help="新版本的套件，默认按 CHENGXIN_SUITE / the new version's suite, by default that of CHENGXIN_SUITE",
        )
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="谁在更换，默认 operator / who replaces it, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Show the rings, or take the steps."""
        whole = options["rotate"]
        step = {"by": options["by"], "at": timezone.now()}
        found: dict[str, Any] = {}
        if ring := whole or options["add"]:
            found |= key_add(ring=ring, suite=options["suite"], **step).as_dict()
        if ring := whole or options["reseal"]:
            with self.progress(None, "重新密封 resealing") as advance:
                found |= values_reseal(ring=ring, advance=advance, **step).as_dict()
        if ring := whole or options["retire"]:
            found |= {**keys_retire(ring=ring, **step).as_dict(), "resealed": found.get("resealed", 0)}
        self.result(found or {"rings": [self._shown(ring) for ring in rings()]})

    def _shown(self, ring: str) -> dict[str, Any]:
        keys, stores = keys_of(ring).read(), rings()[ring]
        return {
            "ring": ring,
            "versions": [key.version for key in keys],
            "suite": keys[-1].suite.name,
            "left": sum(store.left(keys[-1]) for store in stores),
            "under": [store.label for store in stores],
        }
