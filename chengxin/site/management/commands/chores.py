"""`chengxin chores`: what comes round by itself, beside the service: the look at the use, telling platforms of warnings, official pages, and erasing what is owed."""

import os
import time
from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from chengxin import law as lawroom
from chengxin.audits.services import readings_look
from chengxin.benefits.services import owed_erase
from chengxin.commerce.merchants.services.linking import links_check
from chengxin.commerce.warnings.services import warnings_follow
from chengxin.kernel.days import day_of
from chengxin.site.console import Command as Base

LINKS = 3  # official pages of licences looked at in a round: none may keep the others waiting for long
LOOKS = 1.0  # seconds after which it looks again whether the process that started it is still there


class Command(Base):
    """Looks at the use, tells platforms what changed of warnings and looks at official pages every minute, and erases what is owed to those who left benefits once a day."""

    help = (
        "定时事项：每分钟查看查询使用、向平台推送消费警示的变化、查看到期的证照官方页面，每天清除退出惠民服务者的留痕 / "
        "what comes round: the look at the use, what changed of warnings and the official pages due every minute, erasing what is owed once a day"
    )
    words = {
        "looked": "已查看",
        "erased": "已清除",
        "told": "已通知平台",
        "links": "已查看证照页面",
        "readings": "查询数",
        "findings": "线索",
        "reached": "已看到",
        "busy": "他处在办",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How often, and beside whom."""
        parser.add_argument(
            "--every",
            type=float,
            default=60,
            metavar="SECONDS",
            help="隔多久查看一次（60） / how often the use is looked at (60)",
        )
        parser.add_argument("--once", action="store_true", help="各办一次即结束 / each once, and end")
        parser.add_argument(
            "--beside",
            type=int,
            metavar="PID",
            help="随该进程结束而结束 / end when this process, which started it, ends",
        )
        parser.add_argument(
            "--by", default="operator", metavar="ACTOR", help="谁在办，默认 operator / who does it, by default operator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Once, or until interrupted; a database that is away is waited for."""
        if options["once"]:
            at = timezone.now()
            by = options["by"]
            told = warnings_follow(by=by, at=at)
            links = links_check(by=by, at=at)["looked"]
            self.result(
                {"looked": self._look(by, at), "told": told, "links": links, "erased": owed_erase(by=by, at=at)}
            )
            return
        self.note("定时事项，按 Ctrl-C 结束", "what comes round; Ctrl-C ends it")
        parent, erased, due = options["beside"], None, time.monotonic()
        while parent is None or os.getppid() == parent:
            if time.monotonic() >= due:
                due = time.monotonic() + options["every"]
                erased = self._round(options["by"], erased)
            time.sleep(min(LOOKS, max(0.0, due - time.monotonic())))

    def _round(self, by: str, erased: date | None) -> date | None:
        """One look, and what is owed where today it was not erased yet; the day on which it was."""
        at = timezone.now()
        try:
            self._look(by, at)
            warnings_follow(by=by, at=at)
            links_check(by=by, at=at, most=LINKS)
            if erased != day_of(at):
                owed_erase(by=by, at=at)
            return day_of(at)
        except OperationalError:
            connection.close()
            return erased

    def _look(self, by: str, at: datetime) -> dict[str, Any]:
        law = lawroom.load().on(day_of(at), settings.CHENGXIN_PLACE)
        return readings_look(law=law, by=by, at=at).as_dict()
