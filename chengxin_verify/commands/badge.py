"""A shop's badge: signed by the log, not ended, not revoked, and of the page on which it was met."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

from chengxin_verify.badges import badge_check, instant, rating_told
from chengxin_verify.outcome import Outcome, keys_argument, keys_read, text_read

NAME = "badge"
HELP = "验证店铺标识 / a shop's badge"


def arguments(parser: ArgumentParser) -> None:
    """The badge, and what it is held against."""
    parser.add_argument("file", type=Path, metavar="FILE", help="店铺标识的文本 / the badge's text")
    parser.add_argument(
        "--address", default="", metavar="URL", help="看到标识的网页地址 / the address of the page where it was met"
    )
    parser.add_argument(
        "--revoked", type=Path, metavar="FILE", help="撤销清单（/api/v1/badges/revoked） / the list of those revoked"
    )
    parser.add_argument("--at", metavar="INSTANT", help="哪一刻，默认现在 / at which instant, by default now")
    keys_argument(parser)


def run(options: Namespace) -> Outcome:
    """Hold the badge against all that was given."""
    outcome = Outcome(NAME)
    at = instant(options.at) if options.at else datetime.now(UTC)
    revoked = text_read(options.revoked) if options.revoked else ""
    said = badge_check(
        text_read(options.file), keys_read(options.key), outcome, at=at, address=options.address, revoked=revoked
    )
    if said:
        outcome.facts["grade"] = " / ".join(rating_told(said.get("rating")))
    if not revoked:
        outcome.facts["revoked"] = "没有对照撤销清单 / not held against the list of those revoked"
    return outcome
