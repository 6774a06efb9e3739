"""chengxin inspections: draw whom to inspect so that anybody can repeat it, answer what came of it, and verify a published draw."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.inspections import services
from chengxin.inspections.rules import DocumentUnreadable, document_verify
from chengxin.inspections.selectors import draw_shown, draws_accessible, inspection_shown, inspections_open
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse, as_json

OF_A_DRAW = ("freeze", "draw", "abandon", "export")


class Command(Base):
    """Commits, freezes, draws, answers, verifies."""

    help = (
        "抽查：承诺种子、冻结检查对象、揭晓并抽取、办理，或者验证一次已公布的抽取 / "
        "inspections: commit to a seed, freeze the population, reveal and draw, answer, or verify a published draw"
    )
    words = {
        "draw": "抽取",
        "draws": "抽取",
        "seed_hash": "种子的 SHA-256",
        "seed": "种子（只显示一次）",
        "population": "检查对象数",
        "population_digest": "名单摘要",
        "salt": "系统另加的随机数",
        "drawn": "抽中",
        "fallen": "已不属于该类",
        "groups": "各组",
        "due_on": "最迟",
        "domain": "领域",
        "state": "状态",
        "agency": "单位",
        "reason": "理由",
        "inspections": "待检查",
        "inspection": "编号",
        "code": "代码",
        "group": "组",
        "inspectors": "执法人员编号",
        "outcome": "结果",
        "at": "时间",
        "file": "文件",
        "verified": "相符",
        "faults": "不符之处",
        "committed_at": "承诺",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, with which draw, inspection or file."""
        parser.add_argument(
            "action",
            choices=["commit", "freeze", "draw", "abandon", "list", "export", "tasks", "answer", "verify"],
            help="做什么 / what to do",
        )
        parser.add_argument(
            "what",
            nargs="?",
            metavar="DRAW|INSPECTION|FILE",
            help="抽取或者检查的编号，或者要验证的文件 / a draw's or an inspection's number, or the file to verify",
        )
        parser.add_argument("--domain", metavar="DOMAIN", help="监管领域 / the domain of supervision")
        parser.add_argument("--jurisdiction", default="cn", metavar="CN-NN", help="辖区 / the jurisdiction")
        parser.add_argument(
            "--seed-hash",
            default="",
            metavar="SHA256",
            help="自备种子的散列值；不给则由系统生成种子，只显示一次 / the hash of a seed of your own; without it one is made and shown once",
        )
        parser.add_argument("--seed", metavar="SEED", help="揭晓的种子 / the seed that is revealed")
        parser.add_argument(
            "--inspectors", nargs="+", default=[], metavar="NUMBER", help="执法人员编号 / the inspectors' staff numbers"
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="写到哪个文件 / the file to write")
        parser.add_argument("--outcome", choices=["done", "not-done"], help="办理结果 / what became of it")
        parser.add_argument(
            "--reason",
            default="",
            metavar="REASON",
            help="查出什么，或者理由（作废、未检查的必填） / what was found, or why",
        )
        parser.add_argument("--document", default="", metavar="NUMBER", help="文书文号 / the document's number")
        parser.add_argument(
            "--most", type=int, default=50, metavar="N", help="最多列出几项，默认 50 / list at most so many"
        )
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="谁在办理，默认 operator / who does it, by default operator",
        )

    def database_needed(self, options: Mapping[str, Any]) -> bool:
        """A published draw is verified from its file alone."""
        return bool(options["action"] != "verify")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and print what came of it."""
        action, what = options["action"], options["what"]
        if action == "verify":
            done = document_verify(_document(what))
            self.result(done.as_dict())
            if done.faults:
                raise CommandError(f"{len(done.faults)} 处不符 / do not fit", returncode=1)
            return
        at = timezone.now()
        words: dict[str, Any] = {"asker": asker_acting(options["by"], at=at), "at": at}
        if action == "commit":
            if not options["domain"]:
                raise WrongUse("请写明监管领域：--domain。", "Name the domain of supervision: --domain.")
            made = services.draw_commit(
                domain=options["domain"], seed_hash=options["seed_hash"], jurisdiction=options["jurisdiction"], **words
            )
            self.result(made.as_dict())
        elif action in OF_A_DRAW:
            self._of_a_draw(action, _number(action, what), options, words)
        elif action == "answer":
            if options["outcome"] is None:
                raise WrongUse("请写明 --outcome。", "Say what became of it: --outcome.")
            answer = services.inspection_answer(
                inspection=_number(action, what), outcome=options["outcome"], reason=options["reason"],
                document=options["document"], **words,
            )  # fmt: skip
            self.result(
                {
                    "inspection": answer.inspection_id,
                    "outcome": answer.outcome,
                    "reason": answer.reason,
                    "at": answer.at,
                }
            )
        elif action == "tasks":
            found = inspections_open(words["asker"])[: options["most"]]
            self.result({"inspections": [inspection_shown(each) for each in found]})
        else:
            draws = draws_accessible(words["asker"])[: options["most"]]
            self.result({"draws": [draw_shown(draw, at=at).as_dict() for draw in draws]})

    def _of_a_draw(self, action: str, draw: int, options: Mapping[str, Any], words: dict[str, Any]) -> None:
        if action == "freeze":
            self.result(services.draw_freeze(draw=draw, inspectors=options["inspectors"], **words).as_dict())
        elif action == "draw":
            if not options["seed"]:
                raise WrongUse("请给出事先承诺的种子：--seed。", "Give the seed that was committed: --seed.")
            self.result(services.draw_reveal(draw=draw, seed=options["seed"], **words).as_dict())
        elif action == "abandon":
            made = services.draw_abandon(draw=draw, reason=options["reason"], **words)
            self.result({"draw": draw, "reason": made.reason, "at": made.at})
        else:
            if options["out"] is None:
                raise WrongUse("请写明文件：--out FILE。", "Name the file: --out FILE.")
            document = services.draw_export(draw=draw, **words)
            options["out"].write_text(as_json(document) + "\n", encoding="utf-8")
            self.result({"draw": draw, "drawn": len(document["result"]), "file": options["out"]})


def _number(action: str, what: str | None) -> int:
    if not what or not what.isdecimal() or len(what) > 18:
        raise WrongUse(
            f"请写明编号：chengxin inspections {action} N。", f"Give its number: chengxin inspections {action} N."
        )
    return int(what)


def _document(what: str | None) -> Any:
    if not what:
        raise WrongUse(
            "请写明文件：chengxin inspections verify FILE。", "Name the file: chengxin inspections verify FILE."
        )
    try:
        return json.loads(Path(what).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DocumentUnreadable(why=str(error)[:200], why_zh=str(error)[:200]) from None
