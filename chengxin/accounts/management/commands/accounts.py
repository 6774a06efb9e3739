"""chengxin accounts: the counter closes an account that its person did not open, or cannot enter any more, or takes identities of providers off it."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.accounts.models import Identity
from chengxin.accounts.services.identities import identities_release, person_identities_release
from chengxin.accounts.services.opening import person_account_close
from chengxin.actors.selectors import asker_acting
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse


class Command(Base):
    """Closes a person's account or releases its identities; whose it is comes by standard input, so that it stands in no history of commands."""

    help = (
        "窗口核对身份证后注销个人账户或解除身份绑定；号码和姓名从标准输入读取 / "
        "the counter, which has seen the identity card, closes a person's account or releases its identities; whose, by standard input"
    )
    words = {"closed": "已注销", "released": "已解除绑定"}

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is done, and by whom."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--close",
            action="store_true",
            help="注销；标准输入两行：号码、姓名 / close it; two lines: number, name",
        )
        what.add_argument(
            "--release",
            action="store_true",
            help="解除身份绑定，输入同上 / release its identities of providers; the same two lines",
        )
        what.add_argument(
            "--release-account",
            type=int,
            metavar="ACCOUNT",
            help="解除单位或工作人员账户的身份绑定 / release those of a firm's or staff's account, by its number",
        )
        parser.add_argument("--by", required=True, metavar="ACTOR", help="由谁办理 / who does it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read two lines and close the account, or release its identities."""
        at = timezone.now()
        by = asker_acting(options["by"], at=at).key
        if options["release_account"] is not None:
            found = list(Identity.objects.filter(account=options["release_account"]))
            self.result({"released": identities_release(identities=found, by=by, at=at)})
            return
        lines = [line.strip() for line in sys.stdin.read(2000).splitlines() if line.strip()]
        if len(lines) != 2:
            raise WrongUse(
                "标准输入须恰好两行：号码和姓名。", "Standard input holds exactly two lines: the number and the name."
            )
        if options["release"]:
            self.result({"released": person_identities_release(number=lines[0], name=lines[1], by=by, at=at)})
            return
        person_account_close(number=lines[0], name=lines[1], by=by, at=at)
        self.result({"closed": True})
