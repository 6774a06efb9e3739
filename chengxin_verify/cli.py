"""The console command `chengxin-verify`. Exit status 0: it holds; 1: it does not; 2: it could not be checked."""

import argparse
import json
import sys
from collections.abc import Sequence

from chengxin_verify.commands import COMMANDS
from chengxin_verify.errors import Unfit
from chengxin_verify.outcome import Outcome

HOLDS, FAILS, UNREADABLE = 0, 1, 2


def main() -> None:
    """The entry point of the console script."""
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """Check what the words name, print what was found, and return the exit status."""
    options = parser().parse_args(words)
    try:
        outcome: Outcome = options.run(options)
    except Unfit as unfit:
        if unfit.code == "signature-invalid":  # it was read, and it does not hold
            outcome = Outcome(options.command)
            outcome.found(unfit.code, unfit.zh, unfit.en)
        else:
            _unreadable(unfit, as_json=options.json)
            return UNREADABLE
    sys.stdout.write(_json(outcome.as_dict()) if options.json else _words(outcome))
    return HOLDS if outcome.holds else FAILS


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    made = argparse.ArgumentParser(
        prog="chengxin-verify",
        description="离线验证诚信平台签发的内容，不需要数据库 / check off line what a chengxin register signed; no database needed",
        epilog="退出状态：0 成立，1 不成立，2 无法验证。 / Exit status: 0 holds, 1 does not hold, 2 could not be checked.",
    )
    below = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in COMMANDS:
        each = below.add_parser(module.NAME, help=module.HELP, description=module.HELP)
        module.arguments(each)
        each.add_argument("--json", action="store_true", help="只输出一个 JSON 对象 / one JSON object only")
        each.set_defaults(run=module.run)
    return made


def _words(outcome: Outcome) -> str:
    head = "成立 / holds" if outcome.holds else "不成立 / does not hold"
    facts = "".join(f"  {name}: {value}\n" for name, value in outcome.facts.items())
    findings = "".join(f"- [{each['code']}] {each['zh']}\n  {each['en']}\n" for each in outcome.findings)
    return f"{outcome.what}: {head}\n{facts}{findings}"


def _unreadable(unfit: Unfit, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(_json({"unreadable": {"code": unfit.code, "zh": unfit.zh, "en": unfit.en}}))
    else:
        sys.stderr.write(f"无法验证：{unfit.zh}\nCould not be checked: {unfit.en}\n")


def _json(found: object) -> str:
    return json.dumps(found, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
