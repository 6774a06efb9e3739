"""chengxin clients: the programs that may call the API."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.models import Client
from chengxin.actors.selectors import asker_acting
from chengxin.actors.services import SCOPES, client_add, client_revoke
from chengxin.site.console import Command as Base


class Command(Base):
    """Lists the API clients, gives a key to one, or revokes one."""

    help = "接口客户端：列出、发放密钥（只显示一次）、吊销 / API clients: list, give a key (shown once), revoke"
    words = {
        "clients": "客户端",
        "client": "客户端",
        "key": "密钥",
        "actor": "账户",
        "title": "名称",
        "scopes": "权限",
        "expires_at": "到期",
        "revoked_at": "吊销",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """For which actor, with which scopes, for how long."""
        parser.add_argument("actor", nargs="?", metavar="ACTOR", help="为该账户发放密钥 / give this actor a key")
        parser.add_argument("--title", default="", help="程序名称 / what the program is called")
        parser.add_argument(
            "--scopes",
            nargs="+",
            choices=SCOPES,
            default=["checks"],
            help="权限，默认 checks / scopes, by default checks",
        )
        parser.add_argument("--days", type=int, default=365, help="有效天数，默认 365 / days in force, by default 365")
        parser.add_argument(
            "--per-minute", type=int, default=600, help="每分钟调用上限，默认 600 / calls a minute, by default 600"
        )
        parser.add_argument(
            "--revoke", type=int, metavar="CLIENT", help="吊销该客户端 / take this client's key out of force"
        )
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="由谁办理，默认 operator / who does it, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Give, revoke or list."""
        at = timezone.now()
        by = asker_acting(options["by"], at=at).key
        if options["revoke"]:
            client_revoke(client=options["revoke"], by=by, at=at)
        if options["actor"]:
            title = options["title"] or options["actor"]
            client, key = client_add(
                actor=options["actor"],
                title=title,
                scopes=options["scopes"],
                by=by,
                at=at,
                days=options["days"],
                per_minute=options["per_minute"],
            )
            self.result(
                {
                    "client": client.pk,
                    "actor": options["actor"],
                    "key": key,
                    "scopes": client.scopes,
                    "expires_at": client.expires_at,
                }
            )
            return
        shown = [
            {
                "client": c.pk,
                "actor": c.actor.key,
                "title": c.title,
                "scopes": c.scopes,
                "expires_at": c.expires_at,
                "revoked_at": c.revoked_at,
            }
            for c in Client.objects.select_related("actor").order_by("pk")
        ]
        self.result({"clients": shown})
