"""The console command `chengxin`: every room's commands under one name. Exit status 0 done, 1 refused, 2 wrong use."""

import ast
import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from chengxin import __version__
from chengxin.kernel.errors import Refusal

DONE, REFUSED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130
PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Entry:
    """A command as it lies on disk: known without importing it."""

    name: str
    module: str
    help: str


def main() -> None:
    """The entry point of the console script."""
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """Runs one command line and returns its exit status."""
    try:
        status = _run(list(words))
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # The reader has gone (`chengxin law | head`); what is left in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    except KeyboardInterrupt:
        sys.stderr.write("\n已中断 / interrupted\n")
        return INTERRUPTED


def _run(words: list[str]) -> int:
    if not words or words[0] in {"-h", "--help", "help"}:
        sys.stdout.write(_help())
        return DONE if words else WRONG_USE
    if words[0] == "--version":
        sys.stdout.write(f"chengxin {__version__}\n")
        return DONE
    entry = commands_found().get(words[0])
    if entry is None:
        sys.stderr.write(f"没有这个命令：{words[0]}。\nWrong use: there is no command {words[0]}.\n\n{_help()}")
        return WRONG_USE
    try:
        return _perform(entry, words[1:])
    except Refusal as refusal:
        return _refused(refusal, as_json="--json" in words)


def _perform(entry: Entry, words: list[str]) -> int:
    """Parses before anything is started, so that help and wrong use need no server."""
    django_setup()
    # Only now, with settings in place, may these be imported.
    from django.core.management.base import CommandError
    from django.db import InterfaceError, OperationalError

    from chengxin.site.database import database_prepare, not_reached

    command = import_module(entry.module).Command()
    command._called_from_command_line = True
    options: dict[str, Any] = vars(command.create_parser("chengxin", entry.name).parse_args(words))
    try:
        if command.database_needed(options):
            database_prepare()
        gc.freeze()  # the collector need not go through all of Django again and again: it took half of a trace's time
        command.execute(*options.pop("args", ()), **options)
    except (OperationalError, InterfaceError) as error:
        raise not_reached(error) from error
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return error.returncode
    return DONE


def django_setup() -> None:
    """Reads the settings without starting the server; whoever needs it calls `database_prepare`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.site.settings")
    before = os.environ.get("CHENGXIN_START_SERVER")
    os.environ["CHENGXIN_START_SERVER"] = "False"
    try:
        import django  # heavy: the top-level help does without

        django.setup()
    finally:
        # What this process starts, such as the workers of `serve`, decides for itself.
        if before is None:
            del os.environ["CHENGXIN_START_SERVER"]
        else:
            os.environ["CHENGXIN_START_SERVER"] = before


def _refused(refusal: Refusal, *, as_json: bool) -> int:
    from chengxin.site.console import as_json as json_text  # heavy: only a refusal needs it

    shown = refusal.as_dict()
    if as_json:
        sys.stdout.write(json_text({"refused": shown}) + "\n")
    else:
        basis = f"\n依据 / basis: {refusal.basis}" if refusal.basis else ""
        sys.stderr.write(f"{shown['detail']}\n{shown['detail_en']}\n[{refusal.code}]{basis}\n")
    return REFUSED


# ---- what commands there are


def commands_found() -> dict[str, Entry]:
    """The commands of all rooms by the names a person types (`check-file`), in alphabetical order."""
    found = [
        *PACKAGE.glob("*/management/commands/[a-z]*.py"),
        *PACKAGE.glob("commerce/*/management/commands/[a-z]*.py"),
    ]
    paths = sorted(found, key=lambda path: path.stem)
    return {entry.name: entry for entry in map(_entry, paths)}


def _entry(path: Path) -> Entry:
    module = ".".join(("chengxin", *path.relative_to(PACKAGE).with_suffix("").parts))
    return Entry(path.stem.replace("_", "-"), module, _help_of(path))


def _help_of(path: Path) -> str:
    """The `help` of the class `Command`, read from the source: importing every command would take a second."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bodies = [node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Command"]
    for node in (node for body in bodies for node in body if isinstance(node, ast.Assign)):
        if [getattr(target, "id", "") for target in node.targets] == ["help"]:
            return str(ast.literal_eval(node.value)).strip().splitlines()[0]
    return ""


def _help() -> str:
    entries = commands_found().values()
    width = max((len(entry.name) for entry in entries), default=0)
    lines = [f"  {entry.name:<{width}}  {entry.help}" for entry in entries]
    return _HEAD + "\n".join(lines) + "\n" + _FOOT


_HEAD = """\
用法 / usage: chengxin COMMAND [ARGUMENTS] [--json]

诚信：把部门送来的文件变成有依据的回答。
From a department's file to a lawful answer.

命令 / commands:
"""
_FOOT = """
每个命令的说明：chengxin COMMAND --help。退出状态：0 完成，1 被拒绝，2 用法有误。
Help on one command: chengxin COMMAND --help. Exit status: 0 done, 1 refused, 2 wrong use.

环境变量 / environment:
  CHENGXIN_HOME  全部状态所在的文件夹 / the folder of all state
  DATABASE_URL   使用已有的 PostgreSQL（15 或更新） / use a PostgreSQL of yours (15 or later)
"""

if __name__ == "__main__":
    main()
