"""A folder of published checkpoints: each signed, and each only adding to the one before."""

import re
from argparse import ArgumentParser, Namespace
from pathlib import Path

from chengxin_verify.errors import Unfit
from chengxin_verify.notes import Checkpoint, Key, checkpoint_opened
from chengxin_verify.outcome import Outcome, hashes_read, keys_argument, keys_read, object_read, text_read
from chengxin_verify.tree import consistency_holds

NAME = "checkpoints"
HELP = "验证一个文件夹中的历次检查点 / a folder of checkpoints, from the first to the last"
# The file of a checkpoint is named after its size; the proof that leads to it from the one before lies beside it.
CHECKPOINT, PROOF = ".checkpoint", ".proof.json"


def arguments(parser: ArgumentParser) -> None:
    """The folder."""
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="检查点所在的文件夹 / the folder of the checkpoints"
    )
    keys_argument(parser)


def run(options: Namespace) -> Outcome:
    """Whether the log ever took back or changed what it had published."""
    outcome = Outcome(NAME)
    keys = keys_read(options.key)
    last: Checkpoint | None = None
    for path in checkpoint_files(options.folder):
        try:
            last = _follows(path, last, keys, outcome) or last
        except Unfit as unfit:
            outcome.found(unfit.code, f"{path.name}：{unfit.zh}", f"{path.name}: {unfit.en}", file=path.name)
        outcome.facts["checkpoints"] = outcome.facts.get("checkpoints", 0) + 1
    if last:
        outcome.facts |= {"origin": last.origin, "size": last.size, "root": last.root.hex()}
    return outcome


def _follows(path: Path, last: Checkpoint | None, keys: list[Key], outcome: Outcome) -> Checkpoint | None:
    """The checkpoint of the file, if it may stand after the last one."""
    found = checkpoint_opened(text_read(path), keys)
    if path.name != file_name(found.size):
        outcome.found(
            "size-differs",
            f"{path.name}：文件名与检查点的大小 {found.size} 不符",
            f"{path.name}: its checkpoint is of size {found.size}",
            file=path.name,
        )
        return None
    if last is None:
        return found
    if found.origin != last.origin:
        outcome.found(
            "origins-differ",
            f"{path.name}：出自另一个日志 {found.origin}",
            f"{path.name}: it is of another log, {found.origin}",
            file=path.name,
        )
        return None
    proof = hashes_read(object_read(path.with_name(path.name.removesuffix(CHECKPOINT) + PROOF)))
    holds = consistency_holds(last.size, found.size, proof, last.root, found.root)
    zh = f"{path.name}：与前一检查点（{last.size}）不一致，账本被改写"
    outcome.demand(
        holds,
        "not-consistent",
        zh,
        f"{path.name}: it does not begin with what {last.size} held; the ledger was rewritten",
        file=path.name,
    )
    return found


def file_name(size: int) -> str:
    """How the file of a checkpoint of that size is named: in order of names they are in order of sizes."""
    return f"{size:018d}{CHECKPOINT}"


def checkpoint_files(folder: Path) -> list[Path]:
    """The files of checkpoints in the folder, the smallest tree first; refuses a folder without any."""
    paths = sorted(
        path for path in folder.glob(f"*{CHECKPOINT}") if re.fullmatch(r"[0-9]{18}", path.name.removesuffix(CHECKPOINT))
    )
    if not paths:
        raise Unfit(f"文件夹 {folder} 中没有检查点", f"the folder {folder} holds no checkpoint")
    return paths
