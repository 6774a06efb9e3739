"""chengxin staff: who of an actor's staff has an account."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.accounts.rules import StaffUnknown
from chengxin.accounts.selectors import staff_of
from chengxin.accounts.services.factors import factors_reset
from chengxin.accounts.services.inviting import staff_close, staff_invite
from chengxin.actors.selectors import asker_acting
from chengxin.site.console import Command as Base


class Command(Base):
    """Lists the accounts of an actor's staff, invites somebody, closes an account, or takes off the factors of whoever lost them."""

    help = "工作人员账户：列出、邀请、注销、重置第二要素 / staff accounts: list, invite, close, reset the second factor"
    words = {
        "actor": "主体",
        "staff": "账户",
        "account": "编号",
        "login": "账户名",
        "role": "角色",
        "opened_at": "开立",
        "invitation": "邀请码",
        "until": "有效至",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and what is to be done."""
        parser.add_argument("actor", metavar="ACTOR", help="主体账户名 / the actor's key")
        parser.add_argument(
            "--invite",
            metavar="ROLE",
            help="邀请一人担任该角色，邀请码只显示一次 / invite somebody into this role; the code is shown once",
        )
        parser.add_argument("--close", type=int, metavar="ACCOUNT", help="注销该账户 / close this account")
        parser.add_argument(
            "--reset", type=int, metavar="ACCOUNT", help="移除其全部第二要素 / take all its second factors off"
        )
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="由谁办理，默认 operator / who does it, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Invite, close, reset, list."""
        at = timezone.now()
        by, actor = asker_acting(options["by"], at=at).key, asker_acting(options["actor"], at=at).key
        if options["invite"]:
            made, code = staff_invite(actor=actor, role=options["invite"], by=by, at=at)
            self.result({"actor": actor, "role": made.role, "invitation": code, "until": made.until})
            return
        if options["close"]:
            staff_close(account=options["close"], actor=actor, by=by, at=at)
        if options["reset"]:
            found = next((each for each in staff_of(actor) if each.pk == options["reset"]), None)
            if found is None:
                raise StaffUnknown(account=options["reset"])
            factors_reset(account=found, by=by, at=at)
        shown = [{"account": a.pk, "login": a.login, "role": a.role, "opened_at": a.opened_at} for a in staff_of(actor)]
        self.result({"actor": actor, "staff": shown})
