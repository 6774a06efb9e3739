"""The base of every command: help in two languages, one JSON object or a table for people, progress bars."""

import argparse
import contextlib
import csv
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn, Protocol
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone


class Advance(Protocol):
    """Takes how many more are done and, once it is known, of how many."""

    def __call__(self, done: int, *, total: int | None = None) -> None: ...


class WrongUse(CommandError):
    """The command was called in a way that it does not know: exit status 2, nothing done."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}", returncode=2)


def rows_read(path: Path) -> list[dict[str, Any]]:
    """The rows of a CSV or JSON Lines file that a command was given; anything else is wrong use."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if text.lstrip().startswith("{"):
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        return [dict(row) for row in csv.DictReader(text.splitlines())]
    except (OSError, UnicodeDecodeError, ValueError, csv.Error):
        raise WrongUse(
            f"读不出{path.name}：须为UTF-8的CSV或者JSON Lines文件。",
            f"{path.name} cannot be read: give a UTF-8 CSV or JSON Lines file.",
        ) from None


def filing_number(written: str) -> int:
    """The number of a filing as it was written; anything else is wrong use."""
    if not (written.isascii() and written.isdigit() and len(written) < 19):
        raise WrongUse("请写批次的编号。", "Write the number of the filing.")
    return int(written)


def words_counted(command: str, action: str, words: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> None:
    """Wrong use where an action was not given the words that it wants; a last one with “…” stands for one or more."""
    shape = wanted[action]
    more = bool(shape) and shape[-1].endswith("…")
    if len(words) < len(shape) or (len(words) > len(shape) and not more):
        usage = " ".join(("chengxin", command, action, *shape))
        raise WrongUse(f"请这样写：{usage}。", f"Write: {usage}.")


class Command(BaseCommand):
    """A command of ours. A subclass sets `help` ("中文 / English") and writes `add_arguments` and `handle`.

    Every argument's help reads "中文 / English". `handle` prints what it found through `result`, everything else
    through `note` and `progress`, and raises a Refusal where it refuses.
    """

    requires_system_checks = []
    stealth_options = ("verbosity", "force_color", "no_color", "skip_checks", "traceback")

    # Whether the database must stand, with every migration applied, before `handle` runs.
    needs_database = True

    # What the keys of the result are called in Chinese, for the table that people read.
    words: Mapping[str, str] = {}

    as_json = False
    _called_from_command_line = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """The parser with our own few options and none of Django's."""
        parser = Parser(
            prog=f"{Path(prog_name).name} {subcommand.replace('_', '-')}".strip(),
            description=self.help,
            formatter_class=Formatter,
            add_help=False,
            called_from_command_line=self._called_from_command_line,
            **kwargs,
        )
        self.add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象 / one JSON object only")
        parser.add_argument("-h", "--help", action="help", help="显示本帮助 / show this help")
        parser.set_defaults(force_color=False, no_color=False, skip_checks=True, traceback=False, verbosity=1)
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Runs the command, having noted how its result is wanted."""
        self.as_json = bool(options.get("json"))
        return super().execute(*args, **options)

    def database_needed(self, options: Mapping[str, Any]) -> bool:
        """Whether the database must stand for what was asked."""
        return self.needs_database

    def result(self, found: Mapping[str, Any]) -> None:
        """Prints what was found: with `--json` one JSON object, else a table."""
        if self.as_json:
            self.stdout.write(as_json(found))
        else:
            table_print(found, self.words, self.stdout._out)

    def note(self, zh: str, en: str) -> None:
        """Tells the person at the terminal something beside the result."""
        self.stderr.write(f"{zh} / {en}", self.style.NOTICE if self.stderr.isatty() else str)

    def progress(self, total: int | None, label: str) -> contextlib.AbstractContextManager[Advance]:
        """A progress bar while somebody watches; none with `--json`."""
        return progress(total, label, quiet=self.as_json)


@contextlib.contextmanager
def progress(total: int | None, label: str, *, quiet: bool = False) -> Iterator[Advance]:
    """Yields a function that takes how many more are done; draws only where standard error is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, *, total=None: None
        return
    from rich.console import Console  # heavy: only when somebody watches
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done, *, total=total: bar.update(task, advance=done, total=total)


# ---- output


def as_json(found: Mapping[str, Any]) -> str:
    """One line of JSON, Chinese as Chinese; money and days as text, since a float would lose a fen."""
    return json.dumps(found, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID | Path):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def table_print(found: Mapping[str, Any], words: Mapping[str, str], file: Any) -> None:
    """Prints a mapping for people: plain values side by side, then each list of mappings as a table of its own."""
    from rich.console import Console  # heavy: only when a person reads
    from rich.markup import escape
    from rich.table import Table

    watched = getattr(file, "isatty", bool)()
    console = Console(file=file, highlight=False, width=None if watched else _WIDTH)
    console.print(_pairs(found, words, Table))
    for key, value in found.items():
        if not (rows := _rows(value)):
            continue
        columns = list(dict.fromkeys(column for row in rows for column in row))
        if len(columns) > _COLUMNS:  # too wide for any screen: one row below the other
            for number, row in enumerate(rows, 1):
                console.print(f"[bold]{_title(key, words)} {number}/{len(rows)}[/bold]")
                console.print(_pairs(row, words, Table, nested=True))
            continue
        table = Table(title=_title(key, words), title_justify="left")
        for column in columns:
            table.add_column(_title(column, words), overflow="fold")
        for row in rows:
            table.add_row(*(escape(_text(row.get(column), words)) for column in columns))
        console.print(table)


# Beside what a terminal says of itself: how wide a table is where nobody watches, and how many columns fit side by side.
_WIDTH, _COLUMNS = 160, 7


def _pairs(found: Mapping[str, Any], words: Mapping[str, str], table_class: Any, *, nested: bool = False) -> Any:
    from rich.markup import escape  # heavy: only when a person reads

    table = table_class(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for key, value in found.items():
        if nested or not _rows(value):
            table.add_row(_title(key, words), escape(_text(value, words)))
    return table


def _instant(value: datetime) -> str:
    """An instant in China's time, with its offset."""
    return timezone.localtime(value).isoformat(timespec="milliseconds")


def _rows(value: Any) -> list[Mapping[str, Any]]:
    whole = isinstance(value, list | tuple) and value and all(isinstance(row, Mapping) for row in value)
    return list(value) if whole else []


def _title(key: str, words: Mapping[str, str]) -> str:
    return f"{words[key]} {key}" if key in words else key


def _text(value: Any, words: Mapping[str, str]) -> str:
    if value is None or value == [] or value == {}:
        return "—"
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    if isinstance(value, Mapping):
        return "\n".join(f"{_title(key, words)}: {_text(each, words)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(_text(each, words) for each in value)
    return str(value)


# ---- words of the argument parser


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Help with its headings in both languages."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法 / usage: " if prefix is None else prefix)


class Parser(CommandParser):
    """Says in both languages what is wrong with the words it was given, and how they should read."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._positionals.title = "参数 / arguments"
        self._optionals.title = "选项 / options"

    def error(self, message: str) -> NoReturn:
        if not self.called_from_command_line:
            raise CommandError(message, returncode=2)
        self.exit(2, f"{self.format_usage()}{wrong_use(message)}\n")


_WRONG = [
    (r"the following arguments are required: (.+)", r"缺少参数：\1"),
    (r"unrecognized arguments: (.+)", r"不认识的参数：\1"),
    (r"argument (.+): invalid choice: (.+) \(choose from (.+)\)", r"参数 \1 的值 \2 不在可选范围：\3"),
    (r"argument (.+): invalid \w+ value: (.+)", r"参数 \1 的值不能理解：\2"),
    (r"argument (.+): expected .+", r"参数 \1 缺少值"),
    (r"argument (.+): not allowed with argument (.+)", r"参数 \1 不能与 \2 同用"),
    (r"one of the arguments (.+) is required", r"下列参数须有其一：\1"),
]


def wrong_use(message: str) -> str:
    """The argument parser's complaint in Chinese, then in English."""
    if told := re.fullmatch(r"argument (.+?): (.*[一-鿿].*) / (.+)", message):  # ours, in both languages already
        return f"参数 {told[1]}：{told[2]}\nWrong use: argument {told[1]}: {told[3]}"
    chinese = next((re.sub(en, zh, message) for en, zh in _WRONG if re.fullmatch(en, message)), "用法有误")
    return f"{chinese}。\nWrong use: {message}."
