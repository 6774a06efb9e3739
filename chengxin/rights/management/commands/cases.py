"""chengxin cases: the cases in which it is an actor's turn, one case, or what the clock does by itself."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.cases.selectors import tasks_of
from chengxin.rights.selectors import case_file
from chengxin.rights.services import case_read, cases_lapse
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
            "--by", default="operator", metavar="ACTOR", help="轮到谁，默认 operator / whose turn, by default operator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Let the clock run, show a case, or list the tasks."""
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        if options["lapse"]:
            done = cases_lapse(by=asker.key, at=at)
            self.result({"lapsed": len(done), "cases": [each.as_dict() for each in done]})
        elif options["number"]:
            self.result(case_read(number=options["number"], asker=asker, at=at)[0].as_dict())
        else:
            shown = (case_file(task.case, task.mine, known_at=at) for task in tasks_of(asker))
            self.result({"cases": [_row(case.as_dict()) for case in shown]})


def _row(case: dict[str, Any]) -> dict[str, Any]:
    """One line of the list."""
    kept = ("number", "procedure", "record", "state", "last_day")
    return {**{key: case[key] for key in kept}, "choices": sorted({choice["to"] for choice in case["choices"]})}
