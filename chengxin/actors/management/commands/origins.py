"""chengxin origins: whose pages may frame an answer."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting, origins_of
from chengxin.actors.services import origin_add, origin_remove
from chengxin.site.console import Command as Base


class Command(Base):
    """Lists an actor's origins, registers one, or removes one."""

    help = "嵌入来源：哪些网页可以嵌入给该账户的答复 / the origins whose pages may frame the answers given to an actor"
    words = {"actor": "账户", "origins": "嵌入来源"}

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and which."""
        parser.add_argument("actor", metavar="ACTOR", help="账户名 / the actor's key")
        parser.add_argument(
            "--add", metavar="ORIGIN", help="登记，如 https://approval.example.gov.cn / register this origin"
        )
        parser.add_argument("--remove", metavar="ORIGIN", help="撤销登记 / remove this origin")
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="由谁办理，默认 operator / who does it, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Register, remove, list."""
        at = timezone.now()
        by, actor = asker_acting(options["by"], at=at).key, asker_acting(options["actor"], at=at).key
        if options["add"]:
            origin_add(actor=actor, origin=options["add"], by=by, at=at)
        if options["remove"]:
            origin_remove(actor=actor, origin=options["remove"], by=by, at=at)
        self.result({"actor": actor, "origins": origins_of(actor)})
