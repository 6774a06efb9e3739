"""chengxin ledger: the tree that proves the ledger: its state, its sequencer, its keys, what is published and dumped."""

import json
import os
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from chengxin import law as lawroom
from chengxin.kernel.errors import Refusal
from chengxin.ledger.selectors import entries_dumped, ledger_state, log_key
from chengxin.ledger.services import (
    MOST,
    Sequencer,
    checkpoint_publish,
    entries_erase,
    ledger_rewrite,
    log_key_add,
    log_key_publish,
    log_keys_retire,
    readings_lapse,
)
from chengxin.site.console import Command as Base
from chengxin.site.console import WrongUse
from chengxin.site.home import key_folder

ACTIONS = ("show", "place", "sequence", "publish", "dump", "add-key", "retire-keys", "erase", "lapse", "rewrite")
OPERATOR = "operator"
IDLE = 1.0  # seconds after which a process looks again whether the one that places entries is still there


class TwoWanted(Refusal):
    """It takes two to change the key that signs the ledger (CHENGXIN_FOUR_EYES). Propose it with `chengxin keys --add ledger` or `--retire ledger` and your
    account; another confirms it.
    """

    code = "two-wanted"
    status = 403
    zh = "更换账本的签名密钥须由两人办理（CHENGXIN_FOUR_EYES）。请用 chengxin keys --add ledger 或者 --retire ledger 以自己的账户提出，由另一人复核。"


class Command(Base):
    """Shows the ledger's state, or does one of the things that keep it provable."""

    help = "账本：状态、排入签名的树、密钥、公开和导出 / ledger: its state, the places in the signed tree, keys, what is published and dumped"
    words = {
        "origin": "日志",
        "keys": "公钥",
        "placed": "已排入",
        "waiting": "待排入",
        "signed_at": "签名时间",
        "checkpoint": "检查点",
        "size": "大小",
        "checkpoints": "检查点数",
        "folder": "文件夹",
        "file": "文件",
        "entries": "条数",
        "erased": "删除",
        "told_by": "删除记录",
        "before": "早于",
        "basis": "依据",
        "bytes": "字节数",
    }

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, and where."""
        parser.add_argument(
            "action",
            nargs="?",
            default="show",
            choices=ACTIONS,
            metavar="ACTION",
            help=f"做什么，默认 show / what to do: {', '.join(ACTIONS)}",
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="导出到哪个文件 / the file of a dump")
        parser.add_argument(
            "--folder", type=Path, metavar="FOLDER", help="检查点放在哪个文件夹 / where checkpoints are laid for others"
        )
        parser.add_argument(
            "--every",
            type=float,
            default=0.25,
            metavar="SECONDS",
            help="隔多久排一次（0.25） / how often entries are placed (0.25)",
        )
        parser.add_argument(
            "--publish-every",
            type=float,
            default=60,
            metavar="SECONDS",
            help="隔多久公开一次（60） / how often one is published (60)",
        )
        parser.add_argument(
            "--beside",
            type=int,
            metavar="PID",
            help="随该进程结束而结束 / end when this process, which started it, ends",
        )
        parser.add_argument(
            "--entry", type=int, nargs="+", default=[], metavar="NUMBER", help="要删除的留痕 / the entries to erase"
        )
        parser.add_argument("--reason", default="", help="为什么删除 / why they are erased")
        parser.add_argument("--basis", default="", metavar="ARTICLE", help="依据哪一条 / by which article")
        parser.add_argument(
            "--dry-run", action="store_true", help="只数出期满的，不删除 / only count what is past its term"
        )
        parser.add_argument("--jurisdiction", default="cn", metavar="CN-NN", help="按何地的保存期 / whose term")
        parser.add_argument(
            "--by", default=OPERATOR, metavar="ACTOR", help="谁在办，默认 operator / who does it, by default operator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and print what came of it."""
        key_folder()
        folder = options["folder"] or settings.CHENGXIN_LEDGER_FOLDER
        if options["action"] in ("add-key", "retire-keys") and settings.CHENGXIN_FOUR_EYES:
            law = lawroom.load().on(timezone.localdate(), settings.CHENGXIN_PLACE)
            if "ledger-keys" in law.four_eyes:
                raise TwoWanted
        match options["action"]:
            case "show":
                self.result(ledger_state())
            case "place":
                self.result(self._place(options["by"]))
            case "sequence":
                self._sequence(folder, options)
            case "publish":
                self.result({"folder": str(folder), "checkpoints": checkpoint_publish(folder)})
            case "dump":
                self.result(self._dump(options["out"]))
            case "add-key":
                self.result({"keys": [key.written for key in log_key_add(by=options["by"], at=timezone.now()).keys]})
            case "retire-keys":
                self.result(
                    {"keys": [key.written for key in log_keys_retire(by=options["by"], at=timezone.now()).keys]}
                )

            case "erase":
                done = entries_erase(
                    entries=options["entry"],
                    reason=options["reason"],
                    basis=options["basis"],
                    by=options["by"],
                    at=timezone.now(),
                )
                self._rewrite_note()
                self.result(done.as_dict())
            case "lapse":
                at = timezone.localtime()
                law = lawroom.load().on(at.date(), options["jurisdiction"])
                done = readings_lapse(law=law, by=options["by"], at=at, dry_run=options["dry_run"])
                if done.erased and not options["dry_run"]:
                    self._rewrite_note()
                self.result(done.as_dict())
            case "rewrite":
                self.result({"bytes": ledger_rewrite(by=options["by"], at=timezone.now())})

    def _rewrite_note(self) -> None:
        self.note(
            "已从表中删除；数据文件里的残留，请在空闲时运行 chengxin ledger rewrite",
            "out of the table; what is left in the data files goes with `chengxin ledger rewrite`, at a quiet hour",
        )

    def _place(self, by: str) -> Mapping[str, Any]:
        """Place whatever waits."""
        sequencer = Sequencer(log_key_publish(by=by, at=timezone.now()))
        entries = 0
        while True:
            placed = sequencer.entries_place(at=timezone.now())
            entries += placed.entries
            if placed.entries < MOST:
                return {"entries": entries, "size": placed.size, "busy": placed.busy}

    def _sequence(self, folder: Path, options: Mapping[str, Any]) -> None:
        """Place entries until interrupted, and publish now and then; a database that is away is waited for."""
        self.note("排入账本，按 Ctrl-C 结束", "placing entries; Ctrl-C ends it")
        parent, published = options["beside"], -options["publish_every"]
        sequencer: Sequencer | None = None
        while parent is None or os.getppid() == parent:
            started = time.monotonic()
            wait = options["every"]
            try:
                if sequencer is None or sequencer.key is not log_key():
                    sequencer = Sequencer(log_key_publish(by=options["by"], at=timezone.now()))
                placed = sequencer.entries_place(at=timezone.now())
                if placed.entries == MOST:
                    continue
                if placed.busy:
                    wait = max(wait, IDLE)
                elif started - published >= options["publish_every"]:
                    checkpoint_publish(folder)
                    published = started
            except OperationalError:
                connection.close()
                wait = IDLE
            time.sleep(max(0.0, wait - (time.monotonic() - started)))

    def _dump(self, out: Path | None) -> Mapping[str, Any]:
        """Write every place of the tree that was signed last."""
        state = ledger_state()
        if out is None:
            raise WrongUse("请用 --out 指定文件", "name a file with --out")
        entries = 0
        aside = out.with_name(f".{out.name}.part")
        try:
            with aside.open("w", encoding="utf-8") as file:
                aside.chmod(0o600)
                for told in entries_dumped(int((state["checkpoint"] or "\n0\n").split("\n")[1])):
                    file.write(json.dumps(told, ensure_ascii=False) + "\n")
                    entries += 1
            aside.replace(out)
        finally:
            aside.unlink(missing_ok=True)
        return {"file": str(out), "entries": entries, "checkpoint": state["checkpoint"]}
