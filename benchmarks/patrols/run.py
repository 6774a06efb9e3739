"""`python -m benchmarks.patrols`: shops of one platform drawn by chance, beside `order by md5(…) limit n` in plain SQL."""

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg import Connection
from rich.console import Console

from benchmarks.arguments import cases_read, parser_make
from benchmarks.patrols.one import DEPARTMENT, PLATFORM
from benchmarks.place import Place
from benchmarks.results import Line, frozen_read, frozen_write, middle, shown

HERE = Path(__file__).parent
PARTS = ("plan", "draw", "sql")
DATABASE = "patrols"
WORDS = {
    "plan": ("公布：数清范围、算出摘要", "publish: the scope counted, with its digest"),
    "draw": ("揭晓：复核范围、抽取、立项", "reveal: the scope checked, drawn, written down"),
    "sql": ("下限：一条SQL", "floor: one bare SQL"),
}

# Shops as a platform files them: one in ten filed twice, one in fifty closed, a third in a category that needs a licence.
_SHOPS = """
insert into merchants_registration (platform, kind, shop, item, version, code, body, sealed, filing_id, at)
select %(platform)s, 'shops', 's' || n, '', v, '91' || lpad(n::text, 16, '0'),
    jsonb_build_object('kind', 'unit', 'title', '店铺' || n, 'name', '云川市' || n || '号商贸有限公司', 'url', 'https://mall.example/shop/' || n,
        'verified_on', '2026-10-01', 'exemption', null, 'categories', case when n %% 3 = 0 then '["food"]'::jsonb else '[]'::jsonb end,
        'closed_on', case when n %% 50 = 0 then '2026-10-15' end),
    decode(repeat('00', 200), 'hex'), %(filing)s, %(at)s
from generate_series(1, %(shops)s) n, generate_series(1, 2) v where v = 1 or n %% 10 = 0
"""
_FILING = """
insert into merchants_filing (platform, kind, digest, lawbook_digest, rows, accepted, refused, unchanged, refused_by_reason, at, by)
values (%(platform)s, 'shops', '', '', 0, 0, 0, 0, '{}', %(at)s, %(platform)s) returning id
"""
# What anybody would write who has the shops in a table of their own, which is taken to be there: no version, no closed shop, no digest.
_TABLE = (
    "create table plain_shops as select distinct shop from merchants_registration where body ->> 'closed_on' is null"
)
_BARE = "select shop from plain_shops order by md5(%s || shop) limit %s"
# The same shops by the published rule, to hold the draw against.
_RULE = """
select shop from plain_shops
order by encode(sha256(convert_to(%(seed)s || E'\\n' || %(salt)s || E'\\n' || %(platform)s || E'\\n' || shop, 'UTF8')), 'hex') limit %(count)s
"""


def main(words: Sequence[str]) -> int:
    """Measures, prints, freezes if asked."""
    asked = parser_make("patrols", "抽取店铺的性能测试 / the benchmark of patrols", PARTS, HERE).parse_args(words)
    console, lines = Console(stderr=True), list[Line]()
    for case in cases_read(HERE, "shops", asked.sizes):
        shops, count = int(case["shops"]), int(case["drawn"])
        with Place(asked.work, keep=asked.keep) as place, console.status(f"{shops:,}"):
            _world_ready(place, shops)
            runs = [_measured(place, shops, count, asked.only) for _ in range(asked.runs or int(case["runs"]))]
            lines += middle(runs)
    shown(lines, frozen_read(asked.frozen), WORDS)
    if asked.freeze:
        frozen_write(asked.frozen, lines, datetime.now(UTC).date())
    return 0


def _world_ready(place: Place, shops: int) -> None:
    place.database_fresh(DATABASE)
    at = datetime.now(UTC)
    for key, kind in ((PLATFORM, "platform"), (DEPARTMENT, "department")):
        place.command("actors", key, "--kind", kind, "--title", key, database=DATABASE)
    with place.connected(DATABASE) as connection:
        row = connection.execute(_FILING, {"platform": PLATFORM, "at": at}).fetchone()
        said: dict[str, Any] = {"platform": PLATFORM, "at": at, "shops": shops, "filing": row[0] if row else 0}
        connection.execute(_SHOPS, said)
        connection.execute(_TABLE)
    with place.connected(DATABASE, autocommit=True) as connection:
        connection.execute("vacuum analyze")


def _measured(place: Place, shops: int, count: int, only: Sequence[str]) -> list[Line]:
    with place.connected(DATABASE) as connection:
        bare = _bare(connection, count)
    lines = [Line(shops, "sql", seconds=bare)] if "sql" in only else []
    if {"plan", "draw"} & set(only):
        place.settle()
        done = place.module("benchmarks.patrols.one", str(count), database=DATABASE).result
        with place.connected(DATABASE) as connection:
            said = {name: done[name] for name in ("seed", "salt")} | {"platform": PLATFORM, "count": count}
            assert sorted(row[0] for row in connection.execute(_RULE, said)) == done["shops"], "the published rule gives the same shops"  # fmt: skip
        note = f"{done['size']:,} open"
        lines += [
            Line(shops, part, own_seconds=done[part], ratio=done[part] / bare, memory_bytes=done[f"{part}_memory"], note=note)
            for part in ("plan", "draw")
            if part in only
        ]  # fmt: skip
    return sorted(lines, key=lambda line: PARTS.index(line.what))


def _bare(connection: Connection, count: int) -> float:
    began = time.monotonic()
    assert len(connection.execute(_BARE, ["seed", count]).fetchall()) == count
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
