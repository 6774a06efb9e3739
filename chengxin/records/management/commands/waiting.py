"""chengxin waiting: rows whose subject is not decided; the matcher decides where it is sure, a person the rest."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.records.selectors.waiting import decision_against, waiting_queue, waiting_row
from chengxin.records.services.waiting import (
    waiting_assign,
    waiting_match,
    waiting_postpone,
    waiting_reject,
    waiting_release,
    waiting_reopen,
)
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse


class Command(Base):
    """Lists the waiting rows, has them matched, or decides one."""

    help = "待定主体的行：列出，自动匹配，或由人认定归属 / rows that wait for their subject: list them, have them matched, or decide one"
    words = {
        "waiting": "待定",
        "rows": "行",
        "batch": "批次",
        "line": "行",
        "name": "名称",
        "number": "旧编号",
        "source": "数据源",
        "record": "记录",
        "outcome": "匹配结论",
        "since": "等待自",
        "matched": "自动认定",
        "proposed": "提请人工认定",
        "none": "没有相符的",
        "model": "模型版本",
        "against": "与之不同的记录",
        "case": "案件",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which row, whose it is, and why."""
        parser.add_argument("row", nargs="?", metavar="BATCH:LINE", help="要处理的行 / the row to decide")
        what = parser.add_mutually_exclusive_group()
        parser.add_argument(
            "--code", metavar="CODE", help="认定属于该代码的主体 / it is about the subject of this code"
        )
        what.add_argument(
            "--release",
            action="store_true",
            help="与已有决定不同的行，核对后放行；没有号码的行另写 --code / release a row that says otherwise than a decision; one without a number needs --code",
        )
        what.add_argument("--reject", action="store_true", help="认定不属于本库任何主体 / it is about nobody here")
        what.add_argument("--later", action="store_true", help="放到队尾 / put it at the end of the queue")
        what.add_argument(
            "--undo", action="store_true", help="撤销“不属于任何主体”或“稍后” / take a rejection or delay back"
        )
        what.add_argument(
            "--match",
            action="store_true",
            help="按名称匹配全部待定行：有把握的入库，其余提请人工认定 / match all of them by name: file where it is sure, propose the rest",
        )
        parser.add_argument("--reason", default="", help="理由 / why")
        parser.add_argument(
            "--most",
            type=int,
            default=20,
            metavar="N",
            help="最多列出几行，默认 20 / list at most so many, by default 20",
        )
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="谁在处理，默认 operator / who decides, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Show what waits, ask the matcher, or write the decision down."""
        if options["match"]:
            with self.progress(None, "匹配 matching") as advance:
                at = timezone.now()
                by = asker_acting(options["by"], at=at).key
                self.result(waiting_match(by=by, at=at, advance=advance).as_dict())
        elif options["row"]:
            self._decide(options)
        else:
            self._list(options)

    def _list(self, options: dict[str, Any]) -> None:
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        rows = waiting_queue(asker.key, asker.kind, at=at)
        shown = [
            {
                "batch": w.batch_id,
                "line": w.line,
                "source": w.source,
                "name": w.name,
                "number": w.number,
                "since": w.since,
                "outcome": w.proposed,
                "against": w.against,
                "case": decision_against(w.against).case if w.against is not None else None,
            }
            for w in rows[: options["most"]]
        ]
        self.result({"waiting": rows.count(), "rows": shown})

    def _decide(self, options: dict[str, Any]) -> None:
        batch, _, line = options["row"].partition(":")
        code = {"number": options["code"]} if options["code"] else {}
        verb = next((v for name, v in _VERBS.items() if options[name]), None)
        if code and verb not in (waiting_assign, waiting_release):
            verb = None
        needless = verb is waiting_postpone
        if not (batch.isdecimal() and line.isdecimal()) or verb is None or not (options["reason"] or needless):
            raise WrongUse(
                "请写 BATCH:LINE，以及 --code、--release、--reject、--later、--undo 之一；除 --later 外须给出 --reason。",
                "Write BATCH:LINE with one of --code, --release, --reject, --later, --undo; all but --later need --reason.",
            )
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        waiting_row(asker.key, asker.kind, batch=int(batch), line=int(line))
        decided = {"batch": int(batch), "line": int(line), "at": at, "reason": options["reason"]}
        who = {"asker": asker} if verb is waiting_release else {"by": asker.key}
        self.result({**decided, "by": asker.key, "record": verb(**code, **who, **decided)})


# The first that is asked for: a code alone assigns, beside `--release` it says whose the released row is.
_VERBS: dict[str, Any] = {
    "release": waiting_release,
    "reject": waiting_reject,
    "later": waiting_postpone,
    "undo": waiting_reopen,
    "code": waiting_assign,
}
