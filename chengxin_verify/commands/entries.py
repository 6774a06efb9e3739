"""A dump of the ledger's entries: each is what its commitment says, none is missing, and all together are the tree that was signed."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from chengxin_verify.commands.checkpoints import checkpoint_files
from chengxin_verify.entries import SALT, commitment_of, json_read
from chengxin_verify.errors import Unfit
from chengxin_verify.notes import Checkpoint, checkpoint_opened
from chengxin_verify.outcome import Outcome, hex_read, keys_argument, keys_read, lines_read, object_of, part, text_read
from chengxin_verify.tree import Peaks, leaf_hash

NAME = "entries"
HELP = "用签名的检查点核对导出的全部留痕 / a dump of the entries, against the checkpoints that were signed"
ERASED = "ledger.entry.erased"
MOST = 100  # findings told one by one


def arguments(parser: ArgumentParser) -> None:
    """The dump, and what it is held against."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="导出的留痕，每行一个 JSON 对象 / the dump, one JSON object a line"
    )
    parser.add_argument(
        "--checkpoint", type=Path, required=True, metavar="PATH",
        help="检查点文件，或者存有历次检查点的文件夹 / a checkpoint's file, or a folder of them",
    )  # fmt: skip
    keys_argument(parser)


def run(options: Namespace) -> Outcome:
    """Whether the dump is the signed ledger, and where it is not."""
    keys = keys_read(options.key)
    paths = checkpoint_files(options.checkpoint) if options.checkpoint.is_dir() else [options.checkpoint]
    return _Dump([checkpoint_opened(text_read(path), keys) for path in paths]).run(options.file)


class _Dump:
    """The walk through a dump."""

    def __init__(self, checkpoints: list[Checkpoint]) -> None:
        self.outcome = Outcome(NAME, {"origin": checkpoints[-1].origin, "checkpoints": len(checkpoints)})
        self.due = {each.size: each for each in checkpoints}
        self.tree = Peaks()
        self.next = self.opened = 0
        self.bare: dict[int, int] = {}  # entries without text, by position
        self.erased: list[tuple[int, int]] = []
        self.whole_to = 0  # the last checkpoint that held
        self.broken = 0

    def run(self, path: Path) -> Outcome:
        """Hold every line against its commitment, and the tree against each checkpoint on the way."""
        self._checkpoint()
        for number, line in lines_read(path):
            self._line(object_of(line, f"{path.name}:{number}"))
        for size in sorted(size for size in self.due if size > self.next):
            self._found(
                "row-dropped",
                f"导出只到第 {self.next} 条，检查点有 {size} 条",
                f"the dump ends after {self.next} entries; the checkpoint has {size}",
                size=size,
            )
        for position, entry in self.bare.items():
            if not any(first <= entry <= last for first, last in self.erased):
                self._found(
                    "row-dropped",
                    f"留痕 {entry}（位置 {position}）缺失，也没有删除记录",
                    f"entry {entry} (position {position}) is missing, and no entry tells of its erasure",
                    entry=entry,
                    position=position,
                )
        if self.broken > MOST:
            self.outcome.found("more", f"另有 {self.broken - MOST} 处", f"{self.broken - MOST} more")
        self.outcome.facts |= {
            "entries": self.next,
            "opened": self.opened,
            "erased": len(self.bare),
            "holds_to": self.whole_to,
        }
        return self.outcome

    def _line(self, told: dict[str, Any]) -> None:
        position, entry, commitment = (
            part(told, "position", int),
            part(told, "entry", int),
            hex_read(told.get("commitment")),
        )
        while self.next < position and self.next < max(self.due):  # rows that are not there at all
            self._found("row-dropped", f"位置 {self.next} 缺失", f"position {self.next} is missing", position=self.next)
            self._leaf(None)
        if position < self.next:
            raise Unfit(f"导出的行不按位置排列（{position}）", f"the dump is not in order of positions ({position})")
        if told.get("text") is None:
            self.bare[position] = entry
        elif self._opens(told, entry, commitment):
            self.opened += 1
        else:
            self._found(
                "row-tampered",
                f"留痕 {entry}（位置 {position}）被改动",
                f"entry {entry} (position {position}) was changed",
                entry=entry,
                position=position,
            )
        self._leaf(commitment)

    def _opens(self, told: dict[str, Any], entry: int, commitment: bytes) -> bool:
        text = part(told, "text", str)
        if commitment_of(hex_read(told.get("salt"), SALT), text) != commitment:
            return False
        said = json_read(text)
        if said.get("event") == ERASED:
            self.erased += [(int(first), int(last)) for first, last in said["detail"]["entries"]]
        return bool(said.get("id") == entry)

    def _leaf(self, commitment: bytes | None) -> None:
        self.tree.add(leaf_hash(commitment or b""))
        self.next += 1
        self._checkpoint()

    def _checkpoint(self) -> None:
        """The tree so far, where a checkpoint says what it must be."""
        due = self.due.get(self.next)
        if due is None:
            return
        if due.root == self.tree.root():
            self.whole_to = self.next
            return
        zh = f"与检查点 {due.size} 不符：第 {self.whole_to} 条之后有改动或缺失"
        self._found(
            "root-differs",
            zh,
            f"it is not what checkpoint {due.size} signed: something after entry {self.whole_to} of the tree was changed",
            size=due.size,
        )

    def _found(self, code: str, zh: str, en: str, **where: Any) -> None:
        self.broken += 1
        if self.broken <= MOST:
            self.outcome.found(code, zh, en, **where)
