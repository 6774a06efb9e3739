"""chengxin warnings: consumer warnings, drafted, handled, replied to, pushed and acknowledged."""

import json
from argparse import ArgumentParser
from base64 import b64decode
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.commerce.warnings import services
from chengxin.commerce.warnings.rules import STEPS
from chengxin.commerce.warnings.selectors import reply_to_sign, warning_by_key, warning_public, warnings_public
from chengxin.kernel.signers import signature_text
from chengxin.site.arguments import count, day
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse, words_counted

WORDS: dict[str, tuple[str, ...]] = {
    "draft": ("FILE",),
    "step": ("NUMBER", "STEP"),
    "text": ("NUMBER", "KEY"),
    "reply": ("NUMBER", "KEY"),
    "signature": ("NUMBER", "STEP"),
    "waiting": (),
    "receipt": ("NUMBER", "FOUND"),
    "show": ("NUMBER",),
    "file": ("NUMBER",),
    "list": (),
    "handled": (),
    "follow": (),
}


class Command(Base):
    """Drafts a warning from a file, takes its steps, gives the merchant's reply and a platform's receipt, and shows what stands."""

    help = (
        "消费警示：起草、办理、答复、推送、回执、查看 / "
        "consumer warnings: draft, steps, the merchant's reply, pushes, receipts, what stands"
    )
    words = {
        "number": "编号",
        "step": "步骤",
        "state": "状态",
        "last_day": "期限",
        "until": "到期",
        "key": "商家查询码",
        "told": "已通知平台",
        "warnings": "警示",
        "waiting": "待回执",
        "title": "标题",
        "name": "单位",
        "late": "逾期未回执",
        "kind": "推送内容",
        "found": "涉及商品",
        "code": "代码",
        "text": "文本",
        "signature": "签名",
        "out": "写入",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is done, with which."""
        parser.add_argument("action", choices=list(WORDS), help="做什么 / what is done")
        parser.add_argument(
            "words", nargs="*", metavar="WORD", help="文件、编号等，因动作而异 / a file, a number: as the action needs"
        )
        parser.add_argument(
            "--say", default="", metavar="TEXT", help="理由、答复或者说明 / reasons, the reply, or a note"
        )
        parser.add_argument(
            "--url", default="", metavar="URL", help="平台提示消费者的网址 / where the platform tells consumers"
        )
        parser.add_argument("--platform", default="", metavar="WORDS", help="平台 / of which platform")
        parser.add_argument("--goods", default="", metavar="WORDS", help="商品、店铺、单位 / goods, shop or unit")
        parser.add_argument(
            "--signature",
            type=Path,
            metavar="FILE",
            help="单位证书对答复全文的分离式签名（CMS）/ the detached signature of the reply's text by the unit's certificate (CMS)",
        )
        parser.add_argument(
            "--signed-on", type=day, metavar="DAY", help="签名日期，默认当天 / signed on, today if not said"
        )
        parser.add_argument(
            "--out",
            type=Path,
            metavar="FILE",
            help="把全文或者签名写入文件 / write the text or the signature to this file",
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
        words_counted("warnings", action, words, WORDS)
        asker = asker_acting(options["by"], at=at)
        match action:
            case "draft":
                self.result(services.warning_draft(**_draft(Path(words[0])), asker=asker, at=at).as_dict())
            case "step":
                if words[1] not in STEPS:
                    known = ", ".join(STEPS)
                    raise WrongUse(f"步骤是{known}之一。", f"The step is one of {known}.")
                done = services.warning_step(number=words[0], to=words[1], words=options["say"], asker=asker, at=at)
                self.result(done.as_dict())
            case "text":
                found = warning_by_key(words[0], words[1])
                reply = reply_to_sign(found, options["say"], signed_on=options["signed_on"], at=at)
                self._written(reply.text.encode(), {"code": reply.code, "text": reply.text}, **options)
            case "signature":
                held = services.warning_signature(number=words[0], step=count(words[1]), asker=asker, at=at)
                self._written(b64decode(held["signature"]), held, **options)
            case "reply":
                signature = signature_text(options["signature"].read_bytes()) if options["signature"] else ""
                done = services.warning_reply(
                    number=words[0], key=words[1], words=options["say"], signature=signature, signed_on=options["signed_on"], at=at
                )  # fmt: skip
                self.result(done.as_dict())
            case "waiting":
                self.result({"waiting": services.warnings_waiting(asker=asker, at=at)})
            case "receipt":
                said = {"url": options["url"], "words": options["say"]}
                self.result(
                    services.warning_receipt(number=words[0], found=count(words[1]), **said, asker=asker, at=at)
                )
            case "show":
                self.result(warning_public(words[0], known_at=at))
            case "file":
                self.result(services.warning_read(number=words[0], asker=asker, at=at))
            case "list":
                shown = warnings_public(known_at=at, words=options["goods"], platform=options["platform"])
                self.result({"warnings": shown})
            case "handled":
                self.result({"warnings": services.warnings_read(asker=asker, at=at)})
            case "follow":
                self.result({"told": services.warnings_follow(by=asker.key, at=at)})

    def _written(self, content: bytes, told: dict[str, str], **options: Any) -> None:
        if options["out"]:
            options["out"].write_bytes(content)
        self.result({**told, "out": options["out"]})


def _draft(path: Path) -> dict[str, Any]:
    """A draft as it stands in a JSON file, by the names of the API."""
    try:
        said = dict(json.loads(path.read_text(encoding="utf-8")))
        rests = {name: said.pop(name, "") for name in ("ground", "list_key", "platform", "shop")}
        numbers = {name: said.pop(name, None) for name in ("record", "recall")}
        return {**rests, **numbers, "until": date.fromisoformat(said.pop("until")), "said": said}
    except (OSError, ValueError, TypeError, KeyError) as wrong:
        raise WrongUse(f"读不出草稿：{path}（{wrong}）。", f"This is no draft: {path} ({wrong}).") from wrong
