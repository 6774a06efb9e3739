"""chengxin report: issues a report about an enterprise, verifies one, and gives a firm its pass to the portal."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.reports.rules import Choice, canonical
from chengxin.reports.services.admitting import DAYS, pass_end, pass_give
from chengxin.reports.services.issuing import report_issue
from chengxin.reports.services.reading import MOST_BYTES, pdf_verify, report_verify
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse


class Command(Base):
    """Issues, verifies, admits."""

    help = (
        "信用报告：出具（PDF 和 JSON，带电子签名）、核验、发放企业通行码 / reports: issue (signed PDF and JSON), "
        "verify, give a firm its pass"
    )
    words = {
        "number": "编号", "code": "校验码或代码", "kind": "种类", "pdf": "PDF 文件", "json": "JSON 文件", "digest": "摘要", "trace": "留痕编号",
        "title": "名称", "issued_at": "出具时间", "name": "企业", "intact": "摘要相符", "signed": "签名有效", "changed": "其后有变化",
        "pass": "通行码编号", "key": "通行码（只显示一次）", "until": "有效至", "ended_at": "收回时间",
    }  # fmt: skip

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which report about whom, or what to verify."""
        parser.add_argument(
            "enterprise", nargs="?", metavar="CODE", help="统一社会信用代码 / unified social credit code"
        )
        parser.add_argument(
            "--kind", default="enterprise-public", help="报告种类，默认 enterprise-public / kind of report"
        )
        parser.add_argument("--years", type=int, help="专项报告查几年 / of a special report, how many years back")
        parser.add_argument(
            "--domains",
            nargs="+",
            default=[],
            metavar="FIELD",
            help="专项报告的领域，默认全部 / fields, by default all",
        )
        parser.add_argument("--matter", default="", help="部门所办的事项 / an authority's matter")
        parser.add_argument("--purpose", default="", help="用途 / what for")
        parser.add_argument("--case", default="", metavar="NUMBER", help="所办案件的编号 / the number of its case")
        parser.add_argument(
            "--seen", default="", help="窗口核实了什么证照 / by which papers the counter knows whoever asks"
        )
        parser.add_argument(
            "--out", type=Path, default=Path(), metavar="FOLDER", help="写到哪个文件夹，默认当前 / into which folder"
        )
        parser.add_argument("--jurisdiction", default="cn", metavar="CN-NN", help="适用的地区 / the jurisdiction")
        parser.add_argument("--verify", type=Path, metavar="FILE", help="核验这个 PDF / verify this PDF")
        parser.add_argument("--number", metavar="NUMBER", help="核验这个编号 / verify this number")
        parser.add_argument("--code", default="", metavar="CODE", help="报告上的校验码 / the code on the report")
        parser.add_argument("--give-pass", action="store_true", help="给企业发放通行码 / give the firm a pass")
        parser.add_argument("--days", type=int, default=DAYS, help="通行码有效天数，默认 30 / days that a pass holds")
        parser.add_argument("--end-pass", type=int, metavar="PASS", help="收回通行码 / take a pass back")
        parser.add_argument("--by", default="operator", metavar="ACTOR", help="由谁办理，默认 operator / who does it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one of them, and print what came of it."""
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        if options["verify"]:
            with options["verify"].open("rb") as file:
                content = file.read(MOST_BYTES + 1)
            self.result(pdf_verify(content=content, at=at).as_dict())
        elif options["number"]:
            self.result(report_verify(number=options["number"], code=options["code"], at=at).as_dict())
        elif options["end_pass"]:
            ended = pass_end(number=options["end_pass"], asker=asker, at=at)
            self.result({"pass": ended.ended_id, "ended_at": ended.at})
        elif not options["enterprise"]:
            raise WrongUse(
                "请给出企业代码，或者 --verify、--number、--end-pass。",
                "Give a code, or --verify, --number or --end-pass.",
            )
        elif options["give_pass"]:
            given = pass_give(
                number=options["enterprise"], seen=options["seen"], asker=asker, at=at, days=options["days"]
            )
            self.result(given.as_dict())
        else:
            choice = Choice(
                options["years"], options["domains"], options["matter"], options["purpose"], options["case"]
            )
            issued = report_issue(
                kind=options["kind"], number=options["enterprise"], asker=asker, choice=choice, seen=options["seen"],
                jurisdiction=options["jurisdiction"], at=at,
            )  # fmt: skip
            paths = {suffix: options["out"] / f"{issued.number}.{suffix}" for suffix in ("pdf", "json")}
            written(paths["pdf"], issued.pdf)
            written(paths["json"], canonical(issued.envelope).encode())
            self.result(
                {
                    "number": issued.number, "code": issued.code, "kind": options["kind"], **paths,
                    "digest": issued.envelope["digest"], "trace": issued.trace,
                }
            )  # fmt: skip


def written(path: Path, content: bytes) -> None:
    """The file with the content, readable by its owner alone: a report may hold what is not public."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
