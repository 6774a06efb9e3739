"""The receipts of a file's lines: one signed note over all of them. A line's own receipt is taken out of them, and holds alone."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from chengxin_verify.commands.receipt import file_note_read, note_signed
from chengxin_verify.entries import line_leaf
from chengxin_verify.errors import Unfit
from chengxin_verify.notes import Note
from chengxin_verify.outcome import Outcome, hex_read, keys_argument, keys_read, lines_read, object_of, part
from chengxin_verify.tree import leaf_hash, path_of, root_of

NAME = "receipts"
HELP = "验证批量核查各行的回执，取出其中一行 / the receipts of a file's lines, and one line's taken out"


def arguments(parser: ArgumentParser) -> None:
    """The receipts, and the line whose receipt is wanted alone."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="批量核查写出的回执 / the receipts as the check of the file wrote them"
    )
    parser.add_argument("--line", type=int, metavar="N", help="取出这一行的回执 / take out the receipt of this line")
    parser.add_argument("--out", type=Path, metavar="FILE", help="写到哪个文件 / the file that it is written to")
    keys_argument(parser)


def run(options: Namespace) -> Outcome:
    """Whether the log's key signed for every line as it stands there."""
    if (options.line is None) != (options.out is None):
        raise Unfit("--line 和 --out 须一同给出", "give --line and --out together")
    outcome, leaves = Outcome(NAME), list[bytes]()
    note, written = None, ""
    wanted: tuple[int, dict[str, Any]] | None = None
    for number, line in lines_read(options.file):
        told = object_of(line, f"{options.file.name}:{number}")
        if note is None:
            written = part(told, "note", str)
            note = Note.read(written)
            continue
        leaves.append(leaf_hash(line_leaf(part(told, "entry", int), hex_read(told.get("commitment")))))
        if told.get("line") == options.line and options.line is not None:
            wanted = len(leaves) - 1, told
    if note is None:
        raise Unfit(f"文件 {options.file} 中没有回执", f"the file {options.file} holds no receipt")
    origin, lines, root = file_note_read(note.text)
    same = len(leaves) == lines and root_of(leaves) == root
    outcome.demand(same, "receipt-differs", "签名的内容与各行回执不符", "what was signed is not what the receipts say")
    note_signed(note, origin, keys_read(options.key), outcome)
    outcome.facts |= {"origin": origin, "lines": lines, "root": root.hex()}
    if options.out and outcome.holds:
        if wanted is None:
            raise Unfit(f"没有第 {options.line} 行", f"there is no line {options.line}")
        index, told = wanted
        proof = [each.hex() for each in path_of(leaves, index)]
        alone = told | {"index": index, "proof": proof, "note": written}
        options.out.write_text(json.dumps(alone, ensure_ascii=False) + "\n", encoding="utf-8")
        outcome.facts |= {"line": options.line, "entry": told["entry"], "out": str(options.out)}
    return outcome
