"""`python -m benchmarks.measures`: the dry run of a measure over a whole register, beside the one SQL that counts the same."""

import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from psycopg import Connection
from rich.console import Console

from benchmarks.arguments import cases_read, parser_make
from benchmarks.check.world import World, world_build
from benchmarks.place import Place
from benchmarks.results import Line, frozen_read, frozen_write, middle, shown
from demo.sheets import ABNORMAL

HERE = Path(__file__).parent
PARTS = ("dry-run", "sql")
DATABASE, MEASURE = "measures", "land-abnormal"

WORDS = {
    "dry-run": ("试算", "dry run"),
    "sql": ("下限：一条SQL", "floor: one bare SQL"),
}

# Of a hundred entries five are disputed, five withdrawn, five repaired and five ended: what a dry run has to tell apart.
_EVENTS = """
insert into records_event (record_id, number, kind, at, "on", by)
select r.id, 1, (array['disputed', 'withdrawn', 'repaired', 'ended'])[1 + (r.id %% 20)], %(at)s,
    case when r.id %% 20 >= 2 then current_date - 1 end, 'city'
from records_record r where r.id %% 20 < 4 and not exists (select from records_event e where e.record_id = r.id and e.number = 1)
"""
# What anybody would write who knows that this list is made of one record type, and needs one figure.
_BARE = """
select count(distinct coalesce(l.root_id, r.subject_id)) from records_record r
left join subjects_link l on l.subject_id = r.subject_id and l.known_to is null
where r.record_type = 'abnormal-operations' and r.effect_from <= current_date and (r.effect_until is null or r.effect_until > current_date)
    and not exists (select from records_event e where e.record_id = r.id and e.number > 0)
"""


def main(words: Sequence[str]) -> int:
    """Measures, prints, freezes if asked."""
    asked = parser_make("measures", "措施试算性能测试 / the dry-run benchmark", PARTS, HERE).parse_args(words)
    console, lines = Console(stderr=True), list[Line]()
    for case in cases_read(HERE, "subjects", asked.sizes):
        subjects, listings = int(case["subjects"]), int(case["listings"])
        if asked.sizes and str(subjects) not in {c["subjects"] for c in cases_read(HERE, "subjects", None)}:
            listings = subjects // 5
        with Place(asked.work, keep=asked.keep) as place, console.status(f"{subjects:,}"):
            _world_ready(place, World(subjects, listings, int(case["seed"])))
            runs = [_measured(place, subjects, asked.only) for _ in range(asked.runs or int(case["runs"]))]
            lines += middle(runs)
    shown(lines, frozen_read(asked.frozen), WORDS)
    if asked.freeze:
        frozen_write(asked.frozen, lines, datetime.now(UTC).date())
    return 0


def _world_ready(place: Place, world: World) -> None:
    place.database_fresh(DATABASE)
    at = datetime.now(UTC)
    with place.connected(DATABASE) as connection:
        world_build(connection, world, at=at, advance=lambda rows: None, shares=((ABNORMAL, "zh", 100),))
        connection.execute(_EVENTS, {"at": at})
    with place.connected(DATABASE, autocommit=True) as connection:
        connection.execute("vacuum analyze")


def _measured(place: Place, subjects: int, only: Sequence[str]) -> list[Line]:
    lines: list[Line] = []
    found: Mapping[str, int] = {}
    if "dry-run" in only:
        place.settle()
        done = place.command("measures", "dry-run", MEASURE, database=DATABASE)
        found = done.result
        told = ", ".join(f"{name} {found[name]:,}" for name in ("subjects", "disputed", "past_term", "over"))
        lines.append(Line(subjects, "dry-run", seconds=done.seconds, own_seconds=done.result["seconds"], note=told))
    if "sql" in only:
        with place.connected(DATABASE) as connection:
            seconds, count = _bare(connection)
        assert not found or count == found["subjects"], "both count the same"
        lines.append(Line(subjects, "sql", seconds=seconds))
        if lines[0].own_seconds is not None:
            lines[0] = Line(**{**lines[0].__dict__, "ratio": lines[0].own_seconds / seconds})
    return lines


def _bare(connection: Connection) -> tuple[float, int]:
    began = time.monotonic()
    row = connection.execute(_BARE).fetchone()
    return time.monotonic() - began, int(row[0]) if row else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
