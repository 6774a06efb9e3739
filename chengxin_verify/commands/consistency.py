"""A consistency proof: a later checkpoint's ledger begins with the whole of an earlier one's."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from chengxin_verify.notes import checkpoint_opened
from chengxin_verify.outcome import Outcome, hashes_read, keys_argument, keys_read, object_read, part
from chengxin_verify.tree import consistency_holds

NAME = "consistency"
HELP = "验证后一检查点只在前一检查点之后追加 / that a later checkpoint only adds to an earlier one"


def arguments(parser: ArgumentParser) -> None:
    """The proof with its two checkpoints."""
    parser.add_argument("file", type=Path, metavar="FILE", help="一致性证明（JSON） / the consistency proof")
    keys_argument(parser)


def run(options: Namespace) -> Outcome:
    """Whether the proof leads from the one root to the other."""
    told, keys = object_read(options.file), keys_read(options.key)
    first, second = (checkpoint_opened(part(told, name, str), keys) for name in ("first", "second"))
    outcome = Outcome(NAME, {"origin": second.origin, "first": first.size, "second": second.size})
    outcome.demand(
        first.origin == second.origin, "origins-differ", "两个检查点出自不同的日志", "the checkpoints are of two logs"
    )
    holds = consistency_holds(first.size, second.size, hashes_read(told), first.root, second.root)
    outcome.demand(
        holds,
        "not-consistent",
        "证明不成立：前一检查点的账本被改写",
        "the proof fails: what the earlier checkpoint held was rewritten",
    )
    return outcome
