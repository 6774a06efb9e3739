"""chengxin badges: shops' badges, signed, checked and taken back."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.commerce.badges.selectors import badge_of, badge_shown, badges_revoked, revoked_signed
from chengxin.commerce.badges.services import badge_issue, badge_restore, badge_revoke
from chengxin.site.console import Command as Base
from chengxin.site.console import words_counted

WORDS: dict[str, tuple[str, ...]] = {
    "issue": ("PLATFORM", "SHOP"),
    "show": ("NUMBER",),
    "revoke": ("NUMBER",),
    "restore": ("NUMBER",),
    "revoked": (),
}


class Command(Base):
    """Issues a shop's badge, shows one, takes one back with reasons or gives it back, and writes the signed list of those revoked."""

    help = "店铺标识：签发、查看、撤销、恢复、撤销清单 / shops' badges: issue, show, revoke, restore, the list of those revoked"
    words = {
        "number": "编号",
        "state": "状态",
        "title": "店铺",
        "address": "网址",
        "expires_at": "到期",
        "page": "查验页面",
        "revoked": "已撤销",
        "out": "写入",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is done, with which."""
        parser.add_argument("action", choices=sorted(WORDS), help="做什么 / what is done")
        parser.add_argument(
            "words",
            nargs="*",
            metavar="WORD",
            help="平台和店铺，或者标识的编号 / platform and shop, or a badge's number",
        )
        parser.add_argument(
            "--say", default="", metavar="WORDS", help="撤销或者恢复的理由，公开 / the reasons, which anybody reads"
        )
        parser.add_argument(
            "--out", type=Path, metavar="FILE", help="标识或者清单的全文写入文件 / where the signed text goes"
        )
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="由谁办理，默认 operator / who does it, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        action, words, at = options["action"], options["words"], timezone.now()
        words_counted("badges", action, words, WORDS)
        asker = asker_acting(options["by"], at=at)
        if action == "revoked":
            self._written(options["out"], revoked_signed(at=at))
            self.result({"revoked": badges_revoked(known_at=at), "out": options["out"]})
            return
        badge = (
            badge_issue(platform=words[0], shop=words[1], by=asker.key, at=at)
            if action == "issue"
            else badge_of(words[0])
        )
        if action in ("revoke", "restore"):
            done = badge_revoke if action == "revoke" else badge_restore
            done(badge=badge, words=options["say"], asker=asker, at=timezone.now())
        self._written(options["out"], badge.note)
        self.result({**badge_shown(badge, known_at=timezone.now()), "out": options["out"]})

    @staticmethod
    def _written(out: Path | None, text: str) -> None:
        if out:
            out.write_text(text, encoding="utf-8", newline="")
