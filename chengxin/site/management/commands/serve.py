"""`chengxin serve`."""

import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

import chengxin
from chengxin.site.console import Command as BaseCommand

# Threads that wait for the database in one worker process; a few are enough where Python runs one at a time.
THREADS = 4
KILLED_AFTER = "30"  # seconds in which a worker process finishes what it answers when the service ends


class Command(BaseCommand):
    """Serves the pages and the API until it is interrupted."""

    help = "提供网页与接口服务 / serve the pages and the API"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="监听的地址 / the address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="监听的端口 / the port to listen on (8000)")
        parser.add_argument("--workers", type=int, default=2, help="工作进程数 / how many worker processes (2)")

    def handle(self, *, host: str, port: int, workers: int, **options: Any) -> None:
        self.note(f"服务地址 http://{host}:{port}/，按 Ctrl-C 结束", f"serving; Ctrl-C ends it ({workers} workers)")
        self.stderr.flush()
        # A fresh process in place of this one: workers are forked, and would inherit this one's database connection.
        words = ["--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers)]
        words += ["--blocking-threads", str(THREADS), "--no-ws", "--respawn-failed-workers"]
        words += ["--workers-kill-timeout", KILLED_AFTER]
        root = str(Path(chengxin.__file__).parents[1])
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        os.environ["CHENGXIN_WORKERS"] = str(workers)  # each serves its share of a client's rate
        # Entries get their places in the signed tree beside the service, and no longer than it runs.
        os.environ.setdefault("CHENGXIN_SEQUENCER", "beside")
        # And so is its use looked at, and what is owed to those who left erased.
        os.environ.setdefault("CHENGXIN_CHORES", "beside")
        os.execv(sys.executable, [sys.executable, "-m", "granian", *words, "chengxin.site.wsgi:application"])
