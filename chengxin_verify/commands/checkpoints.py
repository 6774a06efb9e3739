"""A run of published checkpoints, a folder or a file: each signed, and each only adding to the one before."""

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from chengxin_verify.errors import Unfit
from chengxin_verify.notes import Checkpoint, Key, checkpoint_opened
from chengxin_verify.outcome import (
    Outcome,
    hashes_read,
    keys_argument,
    keys_read,
    lines_read,
    object_of,
    object_read,
    part,
    text_read,
)
from chengxin_verify.tree import consistency_holds

NAME = "checkpoints"
HELP = "验证历次检查点 / a run of checkpoints, from the first to the last"
# The file of a checkpoint is named after its size; the proof that leads to it from the one before lies beside it.
CHECKPOINT, PROOF = ".checkpoint", ".proof.json"


def arguments(parser: ArgumentParser) -> None:
    """The run."""
    parser.add_argument(
        "path",
        type=Path,
        metavar="PATH",
        help="检查点所在的文件夹，或者从网页抄存的历次检查点 / the folder of the checkpoints, or the run as it is copied from the page",
    )
    keys_argument(parser)


def run(options: Namespace) -> Outcome:
    """Whether the log ever took back or changed what it had published."""
    outcome = Outcome(NAME)
    keys = keys_read(options.key)
    last: Checkpoint | None = None
    for each in _of_folder(options.path) if options.path.is_dir() else _of_file(options.path):
        try:
            last = _follows(each, last, keys, outcome) or last
        except Unfit as unfit:
            outcome.found(unfit.code, f"{each.name}：{unfit.zh}", f"{each.name}: {unfit.en}", file=each.name)
        outcome.facts["checkpoints"] = outcome.facts.get("checkpoints", 0) + 1
    if last:
        outcome.facts |= {"origin": last.origin, "size": last.size, "root": last.root.hex()}
    return outcome


@dataclass(frozen=True)
class _Published:
    """One checkpoint of the run: what it is called in findings, its note, and the proof that leads to it. Read when they are asked for."""

    name: str
    note: Callable[[], str]
    proof: Callable[[], list[bytes]]
    named_after_size: bool = False


def _of_folder(folder: Path) -> Iterator[_Published]:
    for path in checkpoint_files(folder):
        proof = path.with_name(path.name.removesuffix(CHECKPOINT) + PROOF)
        yield _Published(path.name, partial(text_read, path), partial(_proof_read, proof), named_after_size=True)


def _proof_read(path: Path) -> list[bytes]:
    return hashes_read(object_read(path))


def _of_file(path: Path) -> Iterator[_Published]:
    found = False
    for number, line in lines_read(path):
        told, name, found = object_of(line, f"{path.name}:{number}"), f"{path.name}:{number}", True
        yield _Published(name, partial(part, told, "checkpoint", str), partial(hashes_read, told))
    if not found:
        raise Unfit(f"文件 {path} 中没有检查点", f"the file {path} holds no checkpoint")


def _follows(each: _Published, last: Checkpoint | None, keys: list[Key], outcome: Outcome) -> Checkpoint | None:
    """The checkpoint, if it may stand after the last one."""
    found, name = checkpoint_opened(each.note(), keys), each.name
    if each.named_after_size and name != file_name(found.size):
        outcome.found(
            "size-differs",
            f"{name}：文件名与检查点的大小 {found.size} 不符",
            f"{name}: its checkpoint is of size {found.size}",
            file=name,
        )
        return None
    if last is None:
        return found
    if found.origin != last.origin:
        outcome.found(
            "origins-differ",
            f"{name}：出自另一个日志 {found.origin}",
            f"{name}: it is of another log, {found.origin}",
            file=name,
        )
        return None
    outcome.demand(
        consistency_holds(last.size, found.size, each.proof(), last.root, found.root),
        "not-consistent",
        f"{name}：与前一检查点（{last.size}）不一致，账本被改写",
        f"{name}: it does not begin with what {last.size} held; the ledger was rewritten",
        file=name,
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
