"""chengxin logistics: parcels on their way, and the firms that carry them."""

from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.commerce.logistics.services import (
    carrier_name,
    firm_read,
    parcel_trace,
    quarter_measure,
    quarter_publish,
    tokens_issue,
)
from chengxin.kernel.days import day_of
from chengxin.site.console import Command as Base
from chengxin.site.console import words_counted

WORDS = {
    "trace": ("WAYBILL",),
    "carrier": ("PLATFORM", "CARRIER", "CODE"),
    "tokens": ("PLATFORM", "WAYBILL…"),
    "firm": ("CODE",),
    "measure": ("CODE", "QUARTER"),
    "publish": ("CODE", "QUARTER"),
}


class Command(Base):
    """Traces a parcel by its waybill's number, names carriers, hands out tokens, shows a firm's file, judges and publishes its quarter."""

    help = "物流：包裹轨迹、承运企业、评价码、企业档案、时效和丢失、发布评价 / logistics: a parcel, carriers, tokens, a firm's file, in time and lost, a quarter published"
    words = {
        "parcels": "包裹",
        "firm": "企业",
        "code": "统一社会信用代码",
        "name": "名称",
        "quarter": "季度",
        "version": "版本",
        "in_time": "按时",
        "lost": "丢失",
        "tokens": "评价码",
        "unknown": "不能发的",
        "had": "已经发过的",
        "carrier": "承运编号",
        "platform": "平台",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is done, with which."""
        parser.add_argument("action", choices=sorted(WORDS), help="做什么 / what is done")
        parser.add_argument(
            "words",
            nargs="*",
            metavar="WORD",
            help="运单编号，平台、承运编号和企业代码，或者企业代码和季度（2026Q3） / a waybill, platform with carrier and code, or code and quarter (2026Q3)",
        )
        parser.add_argument(
            "--say",
            default="",
            metavar="WORDS",
            help="更正的理由，公开 / the reason of a correction, which anybody reads",
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
        words_counted("logistics", action, words, WORDS)
        asker = asker_acting(options["by"], at=at)
        if action == "trace":
            self.result({"parcels": [each.as_dict() for each in parcel_trace(waybill=words[0], at=at)]})
        elif action == "carrier":
            made = carrier_name(platform=words[0], carrier=words[1], code=words[2], by=asker.key, at=at)
            self.result({"platform": made.platform, "carrier": made.carrier, "code": made.code})
        elif action == "tokens":
            self.result(tokens_issue(platform=words[0], parcels=words[1:], by=asker.key, at=at).as_dict())
        elif action == "firm":
            self.result(_firm(words[0], day_of(at), at))
        elif action == "measure":
            self.result(quarter_measure(code=words[0], quarter=words[1], asker=asker, at=at))
        else:
            done = quarter_publish(code=words[0], quarter=words[1], reason=options["say"], asker=asker, at=at)
            self.result({"firm": done.firm, "version": done.version, **done.said})


def _firm(code: str, on: date, at: datetime) -> dict[str, Any]:
    found = firm_read(code=code, on=on, at=at)
    listed = {
        name: [f"{each.authority} {each.document}" for each in getattr(found, name)]
        for name in ("licences", "supervision", "adverse")
    }
    quarters = [{"quarter": each.quarter, "version": each.version, **each.said} for each in found.versions]
    return {"code": found.code, "name": found.name, **listed, "quarters": quarters, "complaints": found.complaints}
