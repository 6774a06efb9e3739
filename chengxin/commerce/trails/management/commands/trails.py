"""chengxin trails: what happened to goods, as firms say it."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from chengxin.actors.selectors import asker_acting
from chengxin.commerce.trails.bulk.storing import json_text
from chengxin.commerce.trails.rules.hashing import hashes_of, xml_hashes
from chengxin.commerce.trails.rules.shaping import document_checked, document_read, events_of
from chengxin.commerce.trails.rules.tracing import Way
from chengxin.commerce.trails.selectors import capture_accessible, queries_accessible, tracing_allowed
from chengxin.commerce.trails.services import capturing, naming, reading, recalling
from chengxin.site.arguments import count
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse

# Action → what its words are, the last as often as wished where it ends in "…".
WORDS: dict[str, tuple[str, ...]] = {
    "capture": ("FILE…",),
    "document": ("CAPTURE",),
    "hash": ("FILE",),
    "queries": (),
    "save": ("NAME", "FILE"),
    "ask": ("NAME",),
    "remove": ("NAME",),
    "trace": ("GOODS",),
    "recall": ("GOODS", "REASON"),
    "recalls": (),
    "renew": ("RECALL",),
    "receipt": ("RECALL", "HELD"),
    "answer": ("RECALL", "HELD", "TAKEN-BACK", "DESTROYED", "DIGEST"),
    "step": ("RECALL", "STATE", "REASONS"),
    "place": ("GLN", "ACTOR", "TITLE"),
    "goods": ("GTIN", "KIND", "ACTOR", "TITLE"),
}


class Command(Base):
    """Captures events and gives them back, says whose places and goods are whose, hashes events."""

    help = (
        "货品轨迹（EPCIS 2.0）：报送、取回、地点和货品登记、事件编号 / "
        "trails of goods (EPCIS 2.0): capture, give back, places and goods, ids of events"
    )
    words = {
        "file": "文件",
        "files": "文件",
        "capture": "报送",
        "actor": "单位",
        "events": "事件数",
        "differing": "编号与内容不符",
        "declared": "声明有误",
        "repeated": "重复文件",
        "seconds": "用时（秒）",
        "goods": "货品",
        "way": "方向",
        "things": "货品",
        "carriers": "载具",
        "levels": "层数",
        "actors": "由谁报送",
        "more": "未追完",
        "recall": "召回",
        "recalls": "召回",
        "state": "状态",
        "last_day": "期限",
        "told": "已通知",
        "receipted": "已回执",
        "late": "逾期未回执",
        "held": "在手数量",
        "new": "新通知",
        "answered": "已报告处理情况",
        "answers_late": "逾期未报告处理情况",
        "taken_back": "收回",
        "destroyed": "销毁",
        "gln": "位置码",
        "gtin": "GTIN",
        "kind": "种类",
        "title": "名称",
        "out": "文件",
        "ids": "事件编号",
        "stated": "文件中写明的编号",
        "queries": "保存的查询",
        "name": "名称",
        "query": "查询",
        "next": "后续页",
        "document": "结果",
        "removed": "已删除",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, with what."""
        parser.add_argument("action", choices=list(WORDS), help="做什么 / what to do")
        parser.add_argument(
            "words", nargs="*", metavar="WORD", help="文件、编号等，因动作而异 / files, numbers: as the action needs"
        )
        parser.add_argument("--by", metavar="ACTOR", default="operator", help="由谁办理，默认 operator / by whom")
        parser.add_argument(
            "--actor", metavar="ACTOR", help="以谁的名义报送，默认同 --by / who says it, by default --by"
        )
        parser.add_argument("--maker", metavar="ACTOR", default="", help="谁的货品 / whose goods are called back")
        parser.add_argument("--document", metavar="NUMBER", default="", help="文书文号 / the number of the order")
        parser.add_argument("--advice", metavar="TEXT", default="", help="消费者应当怎么做 / what consumers do")
        parser.add_argument("--note", metavar="TEXT", default="", help="回执说明 / what was done")
        parser.add_argument("--title-en", metavar="TITLE", default="", help="英文名称 / the title in English")
        ways = parser.add_mutually_exclusive_group()
        ways.add_argument("--forward", action="store_true", help="向前：到了哪里（默认）/ what became of it (default)")
        ways.add_argument("--backward", action="store_true", help="向后：从何而来 / what it came of")
        parser.add_argument(
            "--next", metavar="TOKEN", default="", help="查询的后续页 / the next page of a kept query's events"
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="写入文件 / write to this file")

    def database_needed(self, options: Any) -> bool:
        """A hash is made of the file alone."""
        return bool(options["action"] != "hash")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        action, words = options["action"], options["words"]
        shape = WORDS[action]
        many = bool(shape) and shape[-1].endswith("…")
        if len(words) < len(shape) or (len(words) > len(shape) and not many):
            wanted = " ".join(shape)
            raise WrongUse(
                f"请这样写：chengxin trails {action} {wanted}。", f"Write: chengxin trails {action} {wanted}."
            )
        getattr(self, f"_{action}")(*words, **options)

    def _capture(self, *files: str, **options: Any) -> None:
        results = []
        for path in map(Path, files):
            began = time.monotonic()
            done = capturing.trail_capture(
                content=path.read_bytes(),
                actor=options["actor"] or options["by"],
                by=options["by"],
                at=timezone.now(),
            )
            results.append({"file": path.name, **done.as_dict(), "seconds": round(time.monotonic() - began, 3)})
        counts = {name: sum(each[name] for each in results) for name in ("events", "differing", "declared", "seconds")}
        self.result(results[0] if len(results) == 1 else {**counts, "files": results})

    def _document(self, capture: str, **options: Any) -> None:
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        found = capture_accessible(asker.key, asker.kind, count(capture))
        document = reading.document_read_back(capture=found, by=asker.key, at=at)
        if options["out"]:
            options["out"].write_text(json_text(document) + "\n", encoding="utf-8")
            self.result({"capture": found.pk, "events": found.events, "out": options["out"]})
        else:
            self.result(document)

    def _queries(self, **options: Any) -> None:
        asker = asker_acting(options["by"], at=timezone.now())
        found = queries_accessible(asker.key)
        self.result({"queries": [{"name": each.name, "query": json.loads(each.query)} for each in found]})

    def _save(self, name: str, file: str, /, **options: Any) -> None:
        at = timezone.now()
        query = document_read(Path(file).read_bytes())
        saved = naming.query_save(name=name, query=query, by=asker_acting(options["by"], at=at).key, at=at)
        self.result({"name": saved.name, "query": query})

    def _ask(self, name: str, /, **options: Any) -> None:
        at, began = timezone.now(), time.monotonic()
        paging = {"nextPageToken": [options["next"]]} if options["next"] else {}
        asker = asker_acting(options["by"], at=at)
        document, token = naming.query_read(name=name, asker=asker, at=at, paging=paging)
        seconds = round(time.monotonic() - began, 3)
        told: dict[str, Any] = {"document": document}
        if options["out"]:
            options["out"].write_text(json_text(document) + "\n", encoding="utf-8")
            told = {"out": options["out"]}
        events = len(document["epcisBody"]["queryResults"]["resultsBody"]["eventList"])
        self.result({"name": name, "events": events, "next": token, "seconds": seconds, **told})

    def _remove(self, name: str, /, **options: Any) -> None:
        at = timezone.now()
        naming.query_remove(name=name, by=asker_acting(options["by"], at=at).key, at=at)
        self.result({"removed": name})

    def _trace(self, goods: str, **options: Any) -> None:
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        tracing_allowed(asker.key, asker.kind)
        way: Way = "backward" if options["backward"] else "forward"
        began = time.monotonic()
        found = reading.goods_trace(goods=goods, way=way, by=asker.key, at=at)
        self.result({**found.as_dict(), "seconds": round(time.monotonic() - began, 3)})

    def _recall(self, goods: str, reason: str, /, **options: Any) -> None:
        at = timezone.now()
        done = recalling.recall_open(
            goods=goods,
            reason=reason,
            asker=asker_acting(options["by"], at=at),
            at=at,
            maker=options["maker"],
            document=options["document"],
            advice=options["advice"],
        )
        self.result(done.as_dict())

    def _recalls(self, **options: Any) -> None:
        at = timezone.now()
        found = recalling.recalls_read(asker=asker_acting(options["by"], at=at), at=at)
        self.result({"recalls": [each.as_dict() for each in found]})

    def _renew(self, recall: str, **options: Any) -> None:
        at = timezone.now()
        done = recalling.recall_renew(recall=count(recall), asker=asker_acting(options["by"], at=at), at=at)
        self.result(done.as_dict())

    def _receipt(self, recall: str, held: str, **options: Any) -> None:
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        done = recalling.recall_receipt(
            recall=count(recall), held=count(held), note=options["note"], asker=asker, at=at
        )
        self.result({"recall": count(recall), "actor": asker.key, "held": done.held})

    def _answer(self, recall: str, held: str, taken_back: str, destroyed: str, digest: str, /, **options: Any) -> None:
        at = timezone.now()
        done = recalling.recall_answer(
            recall=count(recall), held=count(held), taken_back=count(taken_back), destroyed=count(destroyed), digest=digest, note=options["note"],
            asker=asker_acting(options["by"], at=at), at=at,
        )  # fmt: skip
        self.result(
            {"recall": count(recall), "held": done.held, "taken_back": done.taken_back, "destroyed": done.destroyed}
        )

    def _step(self, recall: str, to: str, reasons: str, **options: Any) -> None:
        at = timezone.now()
        asker = asker_acting(options["by"], at=at)
        self.result(recalling.recall_step(recall=count(recall), to=to, reasons=reasons, asker=asker, at=at).as_dict())

    def _place(self, gln: str, actor: str, title: str, /, **options: Any) -> None:
        place = capturing.place_register(
            gln=gln, actor=actor, title=title, title_en=options["title_en"], by=options["by"], at=timezone.now()
        )
        self.result({"gln": place.gln, "actor": place.actor, "title": place.title})

    def _goods(self, gtin: str, kind: str, actor: str, title: str, /, **options: Any) -> None:
        goods = capturing.goods_register(
            gtin=gtin, kind=kind, actor=actor, title=title, title_en=options["title_en"], by=options["by"],
            at=timezone.now(),
        )  # fmt: skip
        self.result({"gtin": goods.gtin, "kind": goods.kind, "actor": goods.actor, "title": goods.title})

    def _hash(self, path: str, **options: Any) -> None:
        content = Path(path).read_bytes()
        if Path(path).suffix.lower() == ".xml":
            ids = xml_hashes(content)
            self.result({"file": Path(path).name, "ids": ids})
            return
        document = document_read(content)
        document_checked(document)
        events = events_of(document)
        stated = [event.get("eventID") for event in events]
        self.result({"file": Path(path).name, "ids": hashes_of(document, events), "stated": stated})
