"""A receipt: the log promised that this commitment of this entry will stand in the tree."""

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chengxin_verify.entries import FILE_RECEIPT, RECEIPT, SALT, commitment_of, json_read, line_leaf, receipt_text
from chengxin_verify.errors import Unfit
from chengxin_verify.notes import Note
from chengxin_verify.outcome import Outcome, hashes_read, hex_read, keys_argument, keys_read, object_read, part
from chengxin_verify.tree import inclusion_holds, leaf_hash

NAME = "receipt"
HELP = "验证一份回执（以及回执所对应的留痕原文） / a receipt, and the entry's text where it is given"


def arguments(parser: ArgumentParser) -> None:
    """The receipt, or the answer that bears it."""
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="回执，或者带回执的答复（JSON） / the receipt, or the answer that bears it",
    )
    parser.add_argument(
        "--text", type=Path, metavar="FILE", help="留痕原文（JSON，含 text） / the entry's text as it was opened"
    )
    keys_argument(parser)


def run(options: Namespace) -> Outcome:
    """Whether the log's key signed the receipt, and whether the text is the one that it commits to."""
    told = receipt_of(object_read(options.file))
    outcome = Outcome(NAME)
    entry, commitment = receipt_check(told, keys_read(options.key), outcome)
    if options.text:
        text = part(object_read(options.text), "text", str)
        opens = commitment_of(hex_read(told.get("salt"), SALT), text) == commitment
        if outcome.demand(
            opens, "text-differs", "留痕原文与回执不符", "the text is not the one that the receipt commits to"
        ):
            same = json_read(text).get("id") == entry
            outcome.demand(same, "text-differs", "留痕原文的编号与回执不符", "the text is that of another entry")
        outcome.facts["opened"] = opens
    return outcome


def receipt_of(told: dict[str, Any]) -> dict[str, Any]:
    """The receipt in an answer, or the receipt itself."""
    inner = told.get("receipt")
    return inner if isinstance(inner, dict) else told


def receipt_check(told: Mapping[str, Any], keys: list[Any], outcome: Outcome) -> tuple[int, bytes]:
    """Hold the receipt's note against its own words; its entry and commitment."""
    entry, commitment = part(told, "entry", int), hex_read(told.get("commitment"))
    note = Note.read(part(told, "note", str))
    kind, *lines = note.text.split("\n")
    if kind == RECEIPT and len(lines) > 1:
        same = note.text == receipt_text(lines[0], entry, commitment)
    elif kind == FILE_RECEIPT and len(lines) > 1:
        same = _line_holds(told, note.text, entry, commitment)
    else:
        raise Unfit("不是回执", "this is no receipt")
    outcome.demand(same, "receipt-differs", "签名的内容与回执所写不符", "what was signed is not what the receipt says")
    note_signed(note, lines[0], keys, outcome)
    outcome.facts |= {"origin": lines[0], "entry": entry, "commitment": commitment.hex()}
    return entry, commitment


def _line_holds(told: Mapping[str, Any], text: str, entry: int, commitment: bytes) -> bool:
    """Whether a line's receipt stands at its place under the root that was signed for its file."""
    _, lines, root = file_note_read(text)
    leaf = leaf_hash(line_leaf(entry, commitment))
    return inclusion_holds(leaf, part(told, "index", int), lines, hashes_read(told), root)


def file_note_read(text: str) -> tuple[str, int, bytes]:
    """Of what was signed for a file: the log, how many lines, and the root over them."""
    found = re.fullmatch(rf"{FILE_RECEIPT}\n([^\n]+)\n(0|[1-9][0-9]{{0,17}})\n([0-9a-f]{{64}})\n", text, re.ASCII)
    if found is None:
        raise Unfit("不是一个文件的回执", "this is no receipt of a file")
    return found[1], int(found[2]), bytes.fromhex(found[3])


def note_signed(note: Note, origin: str, keys: list[Any], outcome: Outcome) -> None:
    """Demand that the log's own key signed it."""
    signed = note.signed_by(key for key in keys if key.name == origin)
    outcome.demand(bool(signed), "signature-invalid", "没有所给公钥的有效签名", "no key given signed it")
