"""chengxin explain-match: two names taken apart and held against each other, feature by feature."""

from argparse import ArgumentParser
from typing import Any

from chengxin.site.console import Command as Base
from chengxin.subjects.rules.comparing import Side
from chengxin.subjects.rules.judging import decide, judge, model
from chengxin.subjects.rules.naming import NameParts, asked_normal, name_parts, written_parts


class Command(Base):
    """Explains one pair of names."""

    help = "说明两个名称为何相合或不合 / why two names fit, or do not"
    needs_database = False
    words = {
        "asked": "查询名称",
        "held": "登记名称",
        "score": "得分",
        "decision": "结论",
        "match_from": "认定线",
        "propose_from": "待定线",
        "model": "模型版本",
        "reasons": "理由",
        "feature": "特征",
        "level": "程度",
        "points": "分值",
        "parts": "名称各部分",
        "regions": "行政区划",
        "mark": "字号",
        "trade": "行业",
        "form": "组织形式",
        "group": "集团",
        "tail": "分支后缀",
        "normal": "规范写法",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which two."""
        parser.add_argument("asked", metavar="A", help="查询的名称 / the name that is asked about")
        parser.add_argument("held", metavar="B", help="登记的名称 / the name as registered")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print both names' parts and each feature's points, which add up to the score."""
        asked, held = name_parts(asked_normal(options["asked"])), written_parts(options["held"])
        (judgement,), (decision,) = decide([judge(Side(asked.normal), Side(held.normal))])
        self.result(
            {
                "asked": options["asked"],
                "held": options["held"],
                "score": judgement.score,
                "decision": decision,
                "match_from": model().match_from,
                "propose_from": model().propose_from,
                "model": model().version,
                "parts": [_shown(asked), _shown(held)],
                "reasons": [reason.as_dict() for reason in judgement.reasons],
            }
        )


def _shown(parts: NameParts) -> dict[str, Any]:
    return {
        "normal": parts.normal,
        "regions": " ".join(parts.regions),
        "mark": parts.mark,
        "trade": parts.trade,
        "form": parts.form,
        "group": "集团" if parts.group else "",
        "tail": parts.tail,
    }
