"""chengxin law: the lawbook as of a day, its citations checked, its clocks computed, the statutes' texts loaded for display."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from chengxin.law import Clock, Law, Lawbook, citations_check, clocks_of, load, texts_load, texts_of, texts_store
from chengxin.law.citations import Cited
from chengxin.law.models import SHELVES, Entry, Founded, Parameter
from chengxin.law.texts import Texts
from chengxin.site.arguments import day
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse
from chengxin.site.home import home, home_path


class Command(Base):
    """Prints and checks the lawbook."""

    help = (
        "法典：某日某地有效的条目、依据核对、时限计算、载入法规原文 / "
        "the lawbook as of a day, its citations checked, its clocks computed, its texts loaded"
    )
    needs_database = False
    words = {
        "on": "日期",
        "jurisdiction": "辖区",
        "digest": "摘要",
        "key": "键",
        "title": "名称",
        "basis": "依据",
        "value": "当日的值",
        "verified": "已核对",
        "text": "条文",
        "citations": "引用数",
        "missing": "缺失",
        "unverified": "未核对",
        "missing_list": "缺失的引用",
        "unverified_list": "未核对的引用",
        "entry": "条目",
        "instrument": "文书",
        "article": "条",
        "why": "原因",
        "instruments": "文书",
        "articles": "条文数",
        "file": "文件",
        "from": "起算日",
        "clocks": "时限",
        "procedure": "程序",
        "step": "步骤",
        "by": "由谁",
        "number": "数",
        "unit": "单位",
        "counted_from": "自何时起",
        "day": "截止日",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to print; `clocks` for the day on which each clock runs out, `texts FOLDER` to load the statutes' texts."""
        parser.add_argument(
            "action",
            nargs="?",
            choices=["texts", "clocks"],
            help="texts 载入法规原文，clocks 计算各程序时限 / load the statutes' texts; compute the procedures' clocks",
        )
        parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="原文文件夹 / the folder of texts")
        parser.add_argument(
            "--on", type=day, metavar="DAY", help="哪一天，默认今天 / as of which day, by default today"
        )
        parser.add_argument(
            "--from",
            type=day,
            dest="start",
            metavar="DAY",
            help="时限自哪一天起算，默认今天 / the day from which clocks count",
        )
        parser.add_argument("--jurisdiction", default="cn", metavar="CN-NN", help="辖区，如 cn-33 / the jurisdiction")
        parser.add_argument("--shelf", choices=list(SHELVES), help="只看一个书架 / one shelf only")
        parser.add_argument(
            "--check", action="store_true", help="核对每一处引用 / hold every citation against its article"
        )
        parser.add_argument(
            "--texts", type=Path, metavar="FOLDER", help="对照原文核对 / against the texts in this folder"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print, check, or load."""
        book = load()
        if options["action"] == "texts":
            self._texts(book, options["folder"])
        elif options["action"] == "clocks":
            start = options["start"] or timezone.localdate()
            self._clocks(book.on(options["on"] or start, options["jurisdiction"]), start)
        elif options["check"] or options["texts"]:
            self._check(book, options["texts"])
        else:
            law = book.on(options["on"] or timezone.localdate(), options["jurisdiction"])
            self._print(law, [options["shelf"]] if options["shelf"] else list(SHELVES))

    def _texts(self, book: Lawbook, folder: Path | None) -> None:
        if folder is None:
            raise WrongUse(
                "请写明原文文件夹：chengxin law texts FOLDER。", "Name the folder: chengxin law texts FOLDER."
            )
        texts = texts_of(book, self._folder(folder))
        file = texts_store(texts, home())
        counts = {"instruments": len(texts), "articles": sum(map(len, texts.values())), "file": file}
        self.result(counts)

    def _clocks(self, law: Law, start: date) -> None:
        clocks = [_clock(clock) for clock in clocks_of(law, start)]
        if not self.as_json:
            clocks = [_clock_row(clock) for clock in clocks]
        self.result({"jurisdiction": law.jurisdiction, "on": law.day, "from": start, "clocks": clocks})

    def _check(self, book: Lawbook, folder: Path | None) -> None:
        report = citations_check(book, None if folder is None else self._folder(folder))
        self.result(
            {
                "citations": report.citations,
                "missing": len(report.missing),
                "unverified": len(report.unverified),
                "missing_list": [_shown(cited) for cited in report.missing],
                "unverified_list": [_shown(cited) for cited in report.unverified],
            }
        )
        if report.missing:
            raise CommandError(f"{len(report.missing)} 处引用缺失 / citations missing", returncode=1)

    def _folder(self, folder: Path) -> Path:
        if not folder.is_dir():
            raise WrongUse(f"没有文件夹 {folder}。", f"There is no folder {folder}.")
        return folder

    def _print(self, law: Law, shelves: list[str]) -> None:
        texts = texts_load(home_path())
        found: dict[str, Any] = {"on": law.day, "jurisdiction": law.jurisdiction, "digest": law.book.digest}
        for shelf in shelves:
            entries = [entry for _, entry in sorted(law.shelf(shelf).items())]
            if self.as_json:
                found[shelf] = {entry.key: _whole(law, entry, texts) for entry in entries}
            elif len(shelves) == 1:
                # One below the other, so that the articles' own words find room.
                found.update({entry.key: _row(law, entry, texts) for entry in entries})
            else:
                found[shelf] = [{"key": entry.key, **_row(law, entry, {})} for entry in entries]
        self.result(found)


def _shown(cited: Cited) -> dict[str, str]:
    return {
        "entry": f"{cited.entry}:{cited.place}",
        "instrument": cited.instrument,
        "article": cited.article,
        "why": cited.why,
    }


def _clock(clock: Clock) -> dict[str, Any]:
    step = clock.step
    return {
        "procedure": clock.procedure,
        "title": clock.title.zh,
        "title_en": clock.title.en,
        "from": step.from_,
        "to": step.to,
        "step": f"{clock.from_.zh}→{clock.to.zh}",
        "step_en": f"{clock.from_.en} → {clock.to.en}",
        "by": step.by,
        "number": clock.number,
        "unit": clock.unit,
        "counted_from": step.counts_from,
        "article": clock.cited.zh,
        "article_en": clock.cited.en,
        "verified": clock.verified,
        "day": clock.day,
    }


def _clock_row(clock: dict[str, Any]) -> dict[str, Any]:
    """One line for a person."""
    return {
        "procedure": f"{clock['title']} {clock['procedure']}",
        "step": f"{clock['step']} / {clock['step_en']}",
        "by": clock["by"],
        "number": f"{clock['number']} {clock['unit']}",
        "article": clock["article"],
        "day": clock["day"],
    }


def _row(law: Law, entry: Entry, texts: Texts) -> dict[str, Any]:
    """One line for a person."""
    row: dict[str, Any] = {"title": f"{entry.title.zh} / {entry.title.en}"}
    if isinstance(entry, Parameter):
        row["value"] = _value(entry, law.day)
    if isinstance(entry, Founded):
        cited = [law.cite(basis, texts) for basis in entry.basis]
        row["basis"] = [citation.zh for citation in cited]
        if any(citation.text for citation in cited):
            row["text"] = [citation.text for citation in cited if citation.text]
    row["verified"] = entry.verified
    return row


def _value(entry: Parameter, on: date) -> str | None:
    value = entry.value_on(on)
    return None if value is None else f"{value.value} {entry.unit}"


def _whole(law: Law, entry: Entry, texts: Texts) -> dict[str, Any]:
    """The whole entry, its citations with titles and, where loaded, the article's own words."""
    whole = entry.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(entry, Founded):
        cited = [law.cite(basis, texts) for basis in entry.basis]
        whole["basis"] = [
            {"instrument": c.instrument, "article": c.article, "part": c.part, "zh": c.zh, "en": c.en, "text": c.text}
            for c in cited
        ]
    if isinstance(entry, Parameter):
        value = entry.value_on(law.day)
        whole["value"] = None if value is None else value.value
    return whole
