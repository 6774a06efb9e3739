"""chengxin audits: look at the readings of the ledger, read what was noticed, answer, decide; enter data incidents and go on with them."""

import time
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin import law as lawroom
from chengxin.actors.selectors import asker_acting
from chengxin.audits import services
from chengxin.audits.rules import DECISIONS, ORIGINS, PLACES, SAID
from chengxin.audits.selectors import findings_rows, incident_accessible, incident_shown, incidents_counted
from chengxin.kernel.tables import csv_text
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse

ACTIONS = ("show", "look", "answer", "decide", "incidents")
DEEDS = ("show", "open", "step", "counts")


class Command(Base):
    """Looks, shows, answers, decides; incidents."""

    help = (
        "查询审计：查看异常查询的线索，说明情况，由人处理；信息安全事件的登记和办理 / unusual use of the register: look, read, answer, decide; "
        "data incidents"
    )
    words = {
        "readings": "查询数",
        "findings": "线索",
        "finding": "线索",
        "reached": "已看到",
        "kind": "种类",
        "at": "时间",
        "out": "结果文件",
        "rows": "行数",
        "title": "说明",
        "reader": "查询单位",
        "on": "日期",
        "count": "次数",
        "due_on": "最迟说明",
        "state": "状态",
        "number": "编号",
        "last_day": "期限",
        "concerned": "涉及人数",
        "told": "已通知人数",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, with what."""
        parser.add_argument(
            "action", nargs="?", default="show", choices=ACTIONS, metavar="ACTION",
            help=f"做什么，默认 show / what to do: {', '.join(ACTIONS)}",
        )  # fmt: skip
        parser.add_argument(
            "finding",
            nargs="?",
            metavar="N",
            help=f"线索的编号；incidents 之后为 {', '.join(DEEDS)} / its number; after incidents the deed",
        )
        parser.add_argument("number", nargs="?", metavar="SJ…", help="事件的编号 / the incident's number")
        parser.add_argument(
            "--every", type=float, metavar="SECONDS", help="每隔多久看一次，不结束 / look again so often, without end"
        )
        parser.add_argument("--undecided", action="store_true", help="只看尚未处理的 / only what waits for a decision")
        parser.add_argument(
            "--kind", metavar="KIND", help="怎样处理，或者事件的种类 / what is decided, or the kind of incident"
        )
        parser.add_argument(
            "--words", default="", metavar="WORDS", help="说明或者处理的理由 / the answer, or the reasons"
        )
        parser.add_argument("--document", default="", metavar="NUMBER", help="文书文号 / the document's number")
        parser.add_argument(
            "--place", choices=list(PLACES), default="reader", help="事件发生在哪里 / where it happened"
        )
        parser.add_argument(
            "--origin", choices=list(ORIGINS), default="report", help="事件由何发现 / by what it was found"
        )
        parser.add_argument("--of", type=int, metavar="N", help="事件所依据的线索 / the finding from which it comes")
        parser.add_argument("--reader", default="", metavar="ACTOR", help="取得过信息的单位 / who had the data")
        parser.add_argument(
            "--since", type=date.fromisoformat, metavar="DAY", help="涉及的首日 / the first day concerned"
        )
        parser.add_argument(
            "--until", type=date.fromisoformat, metavar="DAY", help="止日，不含 / up to, not with, this day"
        )
        for name, (en, zh) in SAID.items():
            parser.add_argument(f"--{name}", default="", metavar="WORDS", help=f"{zh} / {en}")
        parser.add_argument("--to", default="", metavar="STATE", help="事件办到哪一步 / the step to take")
        parser.add_argument("--recipient", default="", metavar="WHOM", help="移送给哪个机关 / whom it is handed to")
        parser.add_argument(
            "--running", action="store_true", help="只看未办结的事件 / only incidents that are not over"
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="写成 CSV / write as CSV")
        parser.add_argument("--jurisdiction", default="cn", metavar="CN-NN", help="适用的地区 / the jurisdiction")
        parser.add_argument(
            "--by",
            default="operator",
            metavar="ACTOR",
            help="谁在办理，默认 operator / who does it, by default operator",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and print what came of it."""
        match options["action"]:
            case "look":
                self._look(options)
            case "show":
                self._show(options)
            case "incidents":
                self._incidents(options)
            case action:
                self._say(action, options)

    def _look(self, options: dict[str, Any]) -> None:
        while True:
            at = timezone.localtime()
            law = lawroom.load().on(at.date(), options["jurisdiction"])
            self.result(services.readings_look(law=law, by=options["by"], at=at).as_dict())
            if options["every"] is None:
                return
            time.sleep(options["every"])

    def _show(self, options: dict[str, Any]) -> None:
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        found = services.findings_read(asker=asker, at=at, undecided=options["undecided"])
        if options["out"] is None:
            self.result({"findings": [each.as_dict() for each in found]})
            return
        heads, rows = findings_rows(found)
        options["out"].write_text(csv_text(heads, rows), encoding="utf-8", newline="")
        self.result({"rows": len(rows), "out": str(options["out"])})

    def _say(self, action: str, options: dict[str, Any]) -> None:
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        number = options["finding"] or ""
        words: dict[str, Any] = {
            "finding": int(number) if number.isdecimal() and len(number) < 19 else 0,
            "document": options["document"],
            "asker": asker,
            "at": at,
        }
        if not words["finding"] or (action == "decide" and options["kind"] not in DECISIONS):
            raise WrongUse(
                f"请写明线索的编号；处理的还要写明 --kind（{'、'.join(DECISIONS)}）。",
                f"Give the finding's number, and --kind to decide ({', '.join(DECISIONS)}).",
            )
        if action == "answer":
            said = services.finding_answer(words=options["words"], **words)
        else:
            said = services.finding_decide(kind=options["kind"], reason=options["words"], **words)
        self.result({"finding": words["finding"], "kind": said.kind, "at": said.at})

    def _incidents(self, options: dict[str, Any]) -> None:
        at, deed = timezone.now(), options["finding"] or "show"
        asker, number = asker_acting(options["by"], at=at), options["number"] or ""
        if deed not in DEEDS or (deed == "step" and not (number and options["to"])):
            raise WrongUse(
                f"incidents 之后写 {'、'.join(DEEDS)} 之一；step 还要写明编号和 --to。",
                f"After incidents comes one of {', '.join(DEEDS)}; step wants the number and --to.",
            )
        if deed == "counts":
            law = lawroom.load().on(timezone.localdate(at), options["jurisdiction"])
            self.result({"counts": incidents_counted(law=law)})
        elif deed == "show" and not number:
            self.result({"incidents": services.incidents_read(asker=asker, at=at, running=options["running"])})
        elif deed == "show":
            self.result(services.incident_read(number=number, asker=asker, at=at))
        else:
            number = self._stepped(number, options) if deed == "step" else self._opened(options)
            shown = incident_shown(incident_accessible(asker, number), known_at=at)
            self.result({key: shown[key] for key in ("number", "state", "last_day", "concerned", "told")})

    def _opened(self, options: dict[str, Any]) -> str:
        at = timezone.now()
        given = {name: options[name] for name in ("place", "origin", "reader", "since", "until")}
        made = services.incident_open(
            kind=options["kind"] or "", said={name: options[name] for name in SAID}, finding=options["of"], asker=asker_acting(options["by"], at=at),
            at=at, jurisdiction=options["jurisdiction"], **given,
        )  # fmt: skip
        return made.number

    def _stepped(self, number: str, options: dict[str, Any]) -> str:
        at = timezone.now()
        given = {name: options[name] for name in ("to", "words", "document", "recipient")}
        services.incident_step(number=number, asker=asker_acting(options["by"], at=at), at=at, **given)
        return number
