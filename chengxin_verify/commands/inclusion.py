"""An inclusion proof: the commitment stands in the tree of a signed checkpoint."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from chengxin_verify.commands.receipt import receipt_check, receipt_of
from chengxin_verify.notes import checkpoint_opened
from chengxin_verify.outcome import Outcome, hashes_read, hex_read, keys_argument, keys_read, object_read, part
from chengxin_verify.tree import inclusion_holds, leaf_hash

NAME = "inclusion"
HELP = "验证一条留痕已经写入签名的账本 / that an entry stands in the ledger of a signed checkpoint"


def arguments(parser: ArgumentParser) -> None:
    """The proof, and the receipt that it is for."""
    parser.add_argument("file", type=Path, metavar="FILE", help="包含证明（JSON） / the inclusion proof")
    parser.add_argument("--receipt", type=Path, metavar="FILE", help="要核对的回执 / the receipt that it must be for")
    keys_argument(parser)


def run(options: Namespace) -> Outcome:
    """Whether the proof leads from the commitment to the root that the log signed."""
    told, keys = object_read(options.file), keys_read(options.key)
    outcome = Outcome(NAME)
    checkpoint = checkpoint_opened(part(told, "checkpoint", str), keys)
    commitment, index = hex_read(told.get("commitment")), part(told, "index", int)
    holds = inclusion_holds(leaf_hash(commitment), index, checkpoint.size, hashes_read(told), checkpoint.root)
    outcome.demand(
        holds,
        "not-included",
        "证明不成立：检查点的账本中没有这条留痕",
        "the proof fails: the checkpoint's ledger does not hold the entry there",
    )
    outcome.facts |= {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "index": index,
        "commitment": commitment.hex(),
    }
    if options.receipt:
        _, promised = receipt_check(receipt_of(object_read(options.receipt)), keys, outcome)
        outcome.demand(
            promised == commitment,
            "receipt-differs",
            "证明与回执说的不是同一条留痕",
            "the proof is for another entry than the receipt",
        )
    return outcome
