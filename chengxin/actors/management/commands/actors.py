"""chengxin actors: who may send and ask."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.models import Actor, Kind
from chengxin.actors.selectors import Reached, asker_acting, contacts_published
from chengxin.actors.services import actor_add, actor_identify, contact_publish
from chengxin.site.console import Command as Base


class Command(Base):
    """Lists the actors, admits one, or publishes how one is reached."""

    help = "主体账户：部门、法院、信用中心、平台等，可列出或添加 / the actors: departments, courts, centres, platforms; list or add"
    words = {
        "actors": "账户",
        "key": "账户名",
        "kind": "类别",
        "title": "名称",
        "title_en": "英文名称",
        "code": "统一社会信用代码",
        "telephone": "电话",
        "address": "地址",
        "hours": "办公时间",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The new actor's key, kind and title; nothing to list."""
        parser.add_argument(
            "add", nargs="?", metavar="KEY", help="要添加的账户名（小写字母、数字、连字符）/ the key to add"
        )
        parser.add_argument(
            "--kind",
            choices=Kind.values,
            default="department",
            help="类别，默认 department / kind, by default department",
        )
        parser.add_argument("--title", default="", help="中文名称 / title in Chinese")
        parser.add_argument("--title-en", default="", help="英文名称 / title in English")
        parser.add_argument(
            "--coded", metavar="KEY", help="写明该主体的统一社会信用代码 / say this actor's unified social credit code"
        )
        parser.add_argument("--code", default="", help="统一社会信用代码 / the unified social credit code")
        parser.add_argument(
            "--contact",
            metavar="KEY",
            help="公布该主体的办公电话、地址、时间 / publish this actor's office telephone, address and hours",
        )
        parser.add_argument(
            "--telephone", default="", help="办公电话，不得是个人手机 / the office's telephone, not a person's"
        )
        parser.add_argument("--address", default="", help="办公地址 / the office's address")
        parser.add_argument("--hours", default="", help="办公时间 / office hours")
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="由谁添加，默认 operator / who admits it, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Admit it, publish its contact, and list them."""
        at = timezone.now()
        if options["add"]:
            by = asker_acting(options["by"], at=at).key
            title = options["title"] or options["add"]
            actor_add(key=options["add"], kind=options["kind"], title=title, title_en=options["title_en"], by=by, at=at)
        if options["coded"]:
            by = asker_acting(options["by"], at=at).key
            actor_identify(actor=options["coded"], code=options["code"], by=by, at=at)
        if options["contact"]:
            by = asker_acting(options["by"], at=at).key
            words = {name: options[name] for name in ("telephone", "address", "hours")}
            contact_publish(actor=options["contact"], **words, by=by, at=at)
        contacts = {each.key: each for each in contacts_published()}
        found = Actor.objects.filter(closed_at__isnull=True).order_by("key")
        self.result(
            {
                "actors": [
                    {
                        "key": a.key,
                        "kind": a.kind,
                        "title": a.title,
                        "title_en": a.title_en,
                        "code": a.code,
                        **_contact(contacts.get(a.key)),
                    }
                    for a in found
                ]
            }
        )


def _contact(found: Reached | None) -> dict[str, str]:
    """How the actor is reached, as it is printed."""
    words = ("telephone", "address", "hours")
    return {name: getattr(found, name) if found else "" for name in words}
