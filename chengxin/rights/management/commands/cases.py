"""chengxin cases: the cases in which it is an actor's turn, one case, a reply that came signed, or what the clock does by itself."""

from argparse import ArgumentParser
from base64 import b64decode
from datetime import datetime
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import Asker, asker_acting
from chengxin.cases.selectors import tasks_of
from chengxin.cases.services.running import PaperIn, Words
from chengxin.kernel.signers import signature_text
from chengxin.rights.selectors import case_file
from chengxin.rights.services import answer_enter, answer_signature, answer_text, case_read, cases_lapse
from chengxin.site.arguments import count, day
from chengxin.site.console import Command as Base


class Command(Base):
    """Lists an actor's cases, shows one, or lets the clock run."""

    help = (
        "案件：轮到某单位办理的、某一案件，或者处理逾期 / "
        "cases: those in which it is an actor's turn, one of them, or what happens when time has run out"
    )
    words = {
        "cases": "案件",
        "number": "编号",
        "procedure": "程序",
        "record": "记录",
        "state": "状态",
        "state_title": "状态",
        "last_day": "最迟",
        "choices": "可以",
        "lapsed": "逾期处理",
        "final": "已办结",
        "suspended": "中止效力",
        "reissued": "更正重发",
        "opened_on": "收到",
        "jurisdiction": "辖区",
        "steps": "已办理",
        "papers": "材料",
        "code": "代码",
        "text": "文本",
        "signature": "签名",
        "out": "写入",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which one, whose turn, or `--lapse`."""
        parser.add_argument("number", nargs="?", metavar="NUMBER", help="只看这一件 / show this one")
        parser.add_argument(
            "--lapse",
            action="store_true",
            help="各方都已逾期的案件，按规定处理；每天运行一次 / let happen what the law lets happen where all are late; run daily",
        )
        parser.add_argument(
            "--reply",
            metavar="STATE",
            help="当事人的答复走到的状态：附签名的记入，不附的只给出供签名的全文 / the state to which the subject's reply leads: entered with its "
            "signature, or without one only the text to be signed",
        )
        parser.add_argument("--words", type=Path, metavar="FILE", help="答复的文字 / the reply's words")
        parser.add_argument(
            "--paper",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="答复附的材料，可以多次 / a paper of it; may be repeated",
        )
        parser.add_argument(
            "--signature",
            type=Path,
            metavar="FILE",
            help="单位证书对全文的分离式签名（CMS）/ the detached signature of the text by the unit's certificate (CMS)",
        )
        parser.add_argument(
            "--signed-on", type=day, metavar="DAY", help="签名日期，默认当天 / signed on, today if not said"
        )
        parser.add_argument(
            "--signed",
            type=count,
            metavar="STEP",
            help="取出这一步的全文和签名，供再次核验；查阅留痕 / the text and signature of this step, to be verified again; written down",
        )
        parser.add_argument(
            "--out",
            type=Path,
            metavar="FILE",
            help="把全文或者签名写入文件 / write the text or the signature to this file",
        )
        parser.add_argument(
            "--by", default="operator", metavar="ACTOR", help="轮到谁，默认 operator / whose turn, by default operator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Let the clock run, show a case, or list the tasks."""
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        if options["lapse"]:
            done = cases_lapse(by=asker.key, at=at)
            self.result({"lapsed": len(done), "cases": [each.as_dict() for each in done]})
        elif options["signed"] is not None:
            number = options["number"] or ""
            held = answer_signature(number=number, step=options["signed"], asker=asker, at=at)
            if options["out"]:
                options["out"].write_bytes(b64decode(held["signature"]))
            self.result({"number": number, **held, "out": options["out"]})
        elif options["reply"]:
            self._reply(asker, at, **options)
        elif options["number"]:
            self.result(case_read(number=options["number"], asker=asker, at=at)[0].as_dict())
        else:
            shown = (case_file(task.case, task.mine, known_at=at) for task in tasks_of(asker))
            self.result({"cases": [_row(case.as_dict()) for case in shown]})

    def _reply(self, asker: Asker, at: datetime, **options: Any) -> None:
        words = Words(reasons=options["words"].read_text("utf-8").strip() if options["words"] else "")
        papers = [PaperIn(each.name, guess_type(each.name)[0] or "", each.read_bytes()) for each in options["paper"]]
        said: dict[str, Any] = {
            "number": options["number"] or "",
            "asker": asker,
            "to": options["reply"],
            "words": words,
            "papers": papers,
            "signed_on": options["signed_on"],
        }
        if options["signature"]:
            signature = signature_text(options["signature"].read_bytes())
            self.result(answer_enter(**said, signature=signature, at=at).as_dict())
            return
        reply = answer_text(**said, at=at)
        if options["out"]:
            options["out"].write_bytes(reply.text.encode())
        self.result({"code": reply.code, "text": reply.text, "out": options["out"]})


def _row(case: dict[str, Any]) -> dict[str, Any]:
    """One line of the list."""
    kept = ("number", "procedure", "record", "state", "last_day")
    return {**{key: case[key] for key in kept}, "choices": sorted({choice["to"] for choice in case["choices"]})}
