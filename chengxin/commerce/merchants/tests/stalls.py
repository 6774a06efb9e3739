"""Invented shops for the tests, in the columns of the files."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from chengxin.actors.services import actor_add
from chengxin.commerce.merchants.services.filing import FilingResult, merchants_file
from tests.people import name, number
from tests.world import NOW, code

PLATFORM = "yunji"
SELLER, SELLER_NUMBER = name(7), number(7)

Row = dict[str, Any]


def digest(n: int) -> str:
    """The n-th document's."""
    return sha256(f"document {n}".encode()).hexdigest()


def shop(n: int, **changes: Any) -> Row:
    """The n-th shop, of the n-th invented firm, which sells daily goods of no kind that needs anything."""
    return {
        "shop": f"s{n}", "title": f"甲{n}号旗舰店", "kind": "unit", "name": f"云川市甲{n}号商贸有限公司", "number": code(n), "legal_representative": name(1),
        "principal": name(2), "categories": "other", "evidence": "business-licence", "digest": digest(n), "verified_on": "2026-11-01",
    } | changes  # fmt: skip


def stall(n: int, **changes: Any) -> Row:
    """The n-th shop of one person, who sells what they grow."""
    return {
        "shop": f"p{n}", "title": f"山里小铺{n}", "kind": "individual", "name": SELLER, "number": SELLER_NUMBER, "exemption": "own-farm-produce",
        "categories": "farm-produce", "evidence": "identity-card", "digest": digest(n), "verified_on": "2026-11-01",
    } | changes  # fmt: skip


def licence(n: int, **changes: Any) -> Row:
    """The food business licence of the n-th shop."""
    return {
        "shop": f"s{n}", "licence": "food-business-licence", "number": f"JY139010200{n:05d}", "holder": code(n), "valid_from": "2024-01-01",
        "valid_to": "2028-12-31", "link": f"https://licences.example.gov.cn/{n}", "digest": digest(n),
    } | changes  # fmt: skip


def platform_add(key: str = PLATFORM) -> str:
    """A platform that may file."""
    actor_add(key=key, kind="platform", title="云集商城", title_en="Yunji Mall", by="operator", at=NOW)
    return key


def csv_write(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write the rows as CSV, what is nothing as nothing."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    pl.DataFrame([{n: row.get(n) for n in names} for row in rows], schema=dict.fromkeys(names, pl.String)).write_csv(
        path
    )
    return path


def filed(
    *rows: Row, kind: str = "shops", at: datetime = NOW, by: str = PLATFORM, platform: str = PLATFORM
) -> FilingResult:
    """File the rows; each stands in exactly one count."""
    done = merchants_file(platform=platform, kind=kind, rows=rows, by=by, at=at)
    assert done.repeated or done.accepted + done.refused + done.unchanged == done.rows
    return done
