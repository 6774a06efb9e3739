"""The subcommands, a module each: `NAME`, `HELP`, `arguments(parser)` and `run(options)`, which gives an Outcome.

Whatever else the register signs gets a module of its own here, and a line in `COMMANDS`.
"""

from types import ModuleType

from chengxin_verify.commands import badge, checkpoints, consistency, entries, inclusion, receipt, receipts, report

COMMANDS: tuple[ModuleType, ...] = (receipt, receipts, inclusion, consistency, checkpoints, entries, report, badge)
