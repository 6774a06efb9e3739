"""chengxin accounts: the counter closes an account that its person did not open, or cannot enter any more."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.accounts.services.opening import person_account_close
from chengxin.actors.selectors import asker_acting
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse


class Command(Base):
    """Closes a person's account; whose it is comes by standard input, so that it stands in no history of commands."""

    help = (
        "窗口核对身份证后注销个人账户；号码和姓名从标准输入读取 / "
        "the counter, which has seen the identity card, closes a person's account; whose, by standard input"
    )
    words = {"closed": "已注销"}

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is done, and by whom."""
        parser.add_argument(
            "--close",
            action="store_true",
            required=True,
            help="注销；标准输入两行：号码、姓名 / close it; two lines: number, name",
        )
        parser.add_argument("--by", required=True, metavar="ACTOR", help="由谁办理 / who does it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read two lines and close the account."""
        at = timezone.now()
        by = asker_acting(options["by"], at=at).key
        lines = [line.strip() for line in sys.stdin.read(2000).splitlines() if line.strip()]
        if len(lines) != 2:
            raise WrongUse(
                "标准输入须恰好两行：号码和姓名。", "Standard input holds exactly two lines: the number and the name."
            )
        person_account_close(number=lines[0], name=lines[1], by=by, at=at)
        self.result({"closed": True})
