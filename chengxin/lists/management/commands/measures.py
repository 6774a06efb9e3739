"""chengxin measures: count whom a measure would meet, set it going, raise its tasks, answer one, and see what came of it."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.lists.selectors import task_shown, tasks_counted, tasks_open
from chengxin.lists.services import measures as services
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse


class Command(Base):
    """Counts, sets going, raises, answers, tells."""

    help = (
        "措施：试算、启动、停止、下达任务、办理、统计 / "
        "measures: count whom one would meet, activate it, stop it, raise tasks, answer one, statistics"
    )
    words = {
        "dry_run": "试算编号",
        "measure": "措施",
        "jurisdiction": "辖区",
        "on": "日期",
        "subjects": "主体数",
        "records": "记录数",
        "disputed": "异议中",
        "past_term": "已过期限",
        "over": "已撤回、修复或者终止",
        "weakly_matched": "仅按名称认定",
        "agency": "实施单位",
        "active": "已启动",
        "at": "时间",
        "measures": "措施数",
        "carry_out": "新任务",
        "lift": "解除任务",
        "remedy": "补救任务",
        "tasks": "任务",
        "task": "编号",
        "kind": "种类",
        "record": "记录",
        "due_on": "最迟",
        "outcome": "结果",
        "reason": "理由",
        "statistics": "统计",
        "raised": "下达",
        "done": "已办",
        "telling": "告知中",
        "not_done": "未办",
        "open": "待办",
        "fallen": "依据失效",
        "late": "逾期",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, to which measure or task."""
        parser.add_argument(
            "action",
            choices=["dry-run", "activate", "stop", "raise", "tasks", "answer", "statistics"],
            help="做什么 / what to do",
        )
        parser.add_argument(
            "what",
            nargs="?",
            metavar="MEASURE|TASK",
            help="措施的键，或者任务编号 / a measure's key, or a task's number",
        )
        parser.add_argument("--jurisdiction", default="cn", metavar="CN-NN", help="辖区 / the jurisdiction")
        parser.add_argument("--agency", metavar="ACTOR", help="实施单位 / the agency that carries it out")
        parser.add_argument(
            "--dry-run", type=int, metavar="N", dest="dry_run", help="所依据的试算 / the dry run on which it rests"
        )
        parser.add_argument("--outcome", choices=["done", "not-done"], help="办理结果 / what became of it")
        parser.add_argument(
            "--reason", default="", metavar="REASON", help="理由，未办的必填 / why, needed where it was not done"
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

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and print what came of it."""
        at, action, what = timezone.now(), options["action"], options["what"]
        asker = asker_acting(options["by"], at=at)
        words: dict[str, Any] = {"asker": asker, "at": at}
        place: dict[str, Any] = {"measure": what, "jurisdiction": options["jurisdiction"]}
        if action in ("dry-run", "activate", "stop", "answer") and not what:
            raise WrongUse(f"请写明哪一项：chengxin measures {action} …", f"Say which: chengxin measures {action} …")
        if action in ("activate", "stop") and not options["agency"]:
            raise WrongUse("请写明实施单位：--agency ACTOR。", "Name the agency: --agency ACTOR.")
        if action == "dry-run":
            self.result(services.measure_dry_run(**place, **words).as_dict())
        elif action == "activate":
            if options["dry_run"] is None:
                raise WrongUse("请写明所依据的试算：--dry-run N。", "Name the dry run on which it rests: --dry-run N.")
            made = services.measure_activate(**place, agency=options["agency"], dry_run=options["dry_run"], **words)
            self.result({"measure": made.measure, "agency": made.agency, "active": made.active, "at": made.at})
        elif action == "stop":
            made = services.measure_deactivate(**place, agency=options["agency"], **words)
            self.result({"measure": made.measure, "agency": made.agency, "active": made.active, "at": made.at})
        elif action == "raise":
            self.result(services.measures_raise(by=asker.key, at=at).as_dict())
        elif action == "answer":
            if options["outcome"] is None or not what.isdecimal():
                raise WrongUse("请写明任务编号和 --outcome。", "Name the task's number and --outcome.")
            answer = services.task_answer(
                task=int(what),
                outcome=options["outcome"],
                reason=options["reason"],
                document=options["document"],
                **words,
            )
            self.result({"task": answer.task_id, "outcome": answer.outcome, "reason": answer.reason, "at": answer.at})
        elif action == "tasks":
            found = tasks_open(asker, at=at)[: options["most"]]
            rows = [
                {
                    "task": t.pk,
                    "kind": t.kind,
                    "measure": t.measure,
                    "agency": t.agency,
                    "record": t.record_id,
                    "due_on": task_shown(t, at=at)["due_on"],
                }
                for t in found
            ]
            self.result({"tasks": rows})
        else:
            self.result({"statistics": [dict(count.__dict__) for count in tasks_counted(asker, at=at)]})
