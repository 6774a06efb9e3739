"""Runs commands without paying for a start each: one process forks those that will be killed, one runs the others itself.

Told by lines on standard input: `["ingest", "penalty-publicity", …]` runs `chengxin` with these words. The nursery
answers with the number of the process that it forked, and a bare number waits for that one; the steady process answers
when the command is done. The end is told as exit status (below zero: killed by that signal), standard output and error.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from chengxin import law
from chengxin.site import cli


@contextmanager
def _printing(out: Path) -> Iterator[None]:
    """Standard output goes to the file, standard error to the one beside it."""
    kept = [os.dup(stream) for stream in (1, 2)]
    for stream, path in ((1, out), (2, out.with_suffix(".err"))):
        with path.open("wb") as file:
            os.dup2(file.fileno(), stream)
    try:
        yield
    finally:
        sys.stdout.flush()
        for stream, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, stream)
            os.close(copy)


def _forked(words: list[str], out: Path) -> int:
    number = os.fork()
    if number:
        return number
    with _printing(out):
        os._exit(cli.run(words))


def _steady(words: list[str], out: Path) -> list[Any]:
    from django.db import connection  # only now are settings in place

    with _printing(out):
        status = cli.run(words)
    connection.close()
    return _told(status, out)


def _ended(number: int, out: Path) -> list[Any]:
    _, status = os.waitpid(number, 0)
    return _told(os.waitstatus_to_exitcode(status), out)


def _told(status: int, out: Path) -> list[Any]:
    printed = (path.read_text(encoding="utf-8", errors="replace") for path in (out, out.with_suffix(".err")))
    return [status, *printed]


def main() -> None:
    """Serve until standard input ends."""
    forking = sys.argv[1] == "fork"
    cli.django_setup()
    law.load()
    # The frame libraries' own threads keep house and take no part; their pools start with the first frame, in the child.
    import_module("chengxin.records.management.commands.ingest")
    import_module("chengxin.commerce.trades.management.commands.trades")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        for line in sys.stdin:
            told = json.loads(line)
            answer: Any = _ended(told, out) if isinstance(told, int) else (_forked if forking else _steady)(told, out)
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
