"""What the tests' warnings rest on: an entry on a list, a failed sampling result, a recall; and the words of a draft."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from chengxin.actors.selectors import Asker
from chengxin.commerce.trails.services.recalling import recall_open
from chengxin.commerce.trails.tests.events import lot
from chengxin.commerce.warnings.services import WarningResult, warning_draft, warning_reply, warning_step
from chengxin.records.models import Record
from tests.world import NOW, code, ingest, later, listing, sent

MARKET = Asker("market", "department", account=1, duties=frozenset({"lists"}))
SECOND = Asker("market", "department", account=2, duties=frozenset({"lists", "confirm"}))
ITSELF = Asker("yunji", "platform")
UNTIL = date(2027, 1, 31)
WORDS = {
    "title": "儿童水杯不合格", "title_en": "Children’s cups failed", "goods": "甲牌儿童水杯", "goods_en": "Jia cups",
    "facts": "抽查检出邻苯二甲酸酯超标。", "facts_en": "Phthalates beyond the limit.", "advice": "停止使用，向商家退货。",
    "advice_en": "Stop using them and return them.",
}  # fmt: skip


def entry(folder: Path, n: int = 1, at: datetime = NOW, **changes: str) -> int:
    """The record of the n-th firm's entry on the list of abnormal operations."""
    sent(folder, listing(n, **changes), source="abnormal-operations", by="market", at=at)
    return Record.objects.order_by("-pk").values_list("pk", flat=True)[0]


def sampled(folder: Path, n: int = 1, at: datetime = NOW, **changes: str) -> int:
    """The record of a sampling of the n-th firm's goods, which failed."""
    row = {
        "被抽查单位名称": f"云川市甲{n}号商贸有限公司", "统一社会信用代码": code(n), "产品名称": "甲牌儿童水杯", "批号": "A1", "检验结果": "不合格",
        "不合格项目": "邻苯二甲酸酯", "检验结果文号": f"云川市监抽〔2026〕{n:03d}号", "结果确定日期": "2026-11-02", "实施抽查的机关": "云川市市场监督管理局",
    } | changes  # fmt: skip
    path = folder / f"sampling-{len(list(folder.iterdir()))}.csv"
    path.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8")
    ingest(path, "product-samplings", by="market", at=at)
    return Record.objects.order_by("-pk").values_list("pk", flat=True)[0]


def recalled(at: datetime = NOW) -> int:
    """A recall of the mill's flour; its goods and firms are the trails' tests' own."""
    return recall_open(goods=lot(5, "F"), reason="检出不得检出的物质", asker=MARKET, at=at).recall


def drafted(record: int, at: datetime = NOW, asker: Asker = MARKET, **changes: Any) -> WarningResult:
    """A draft on an entry of a list, unless the changes say otherwise."""
    words: dict[str, Any] = {
        "ground": "list-entry", "list_key": "abnormal-operations", "record": record, "said": WORDS, "until": UNTIL, "asker": asker, "at": at,
    }  # fmt: skip
    return warning_draft(**{**words, **changes})


def published(record: int, at: datetime = NOW, **changes: Any) -> str:
    """One that was told, answered by the merchant, and published an hour after the instant."""
    number = drafted(record, at=at, **changes).number
    key = warning_step(number=number, to="heard", words="", asker=MARKET, at=at).key
    warning_reply(number=number, key=key, words="已整改，批次下架。", at=at)
    return warning_step(
        number=number, to="published", words="答复不改变结论", asker=MARKET, at=max(at, later(hours=1))
    ).number
